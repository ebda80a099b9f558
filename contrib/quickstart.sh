# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What ./quickstart does inside its private network; all of it is gone when the script ends.
#
#	client ─────────── director ─┬─ server1 10.0.1.2:8080
#	10.0.0.2        192.0.2.10   ├─ server2 10.0.2.2:8080
#	                             └─ server3 10.0.3.2:8080
#
# One curl asks all the time and appends who answered to a file, one line a request. Each second what is new in the file is
# counted and drawn. lvs.conf lies in the build directory, where the visitor can reach it; saving it is as good as a reload.

work=/run/quickstart
PAGE=http://127.0.0.1:8404/	# of the director: its own 127.0.0.1
RATE=500	# requests per second: enough to see, and leaves the machine alone

conf_text() {
	cat <<-END
	# The director of ./quickstart. Save this file, and the director is told to read it again (SIGHUP).
	# Try another scheduler (rr, wrr, lc, wlc), other weights (0: no new connections), or a mistake.

	control: { listen = "127.0.0.1:8404"; };	# the status page

	services: (
	  { name = "web"; address = "192.0.2.10:80"; scheduler = "wrr";
	    servers: (
	      { name = "server1"; address = "10.0.1.2:8080"; weight = 1; },
	      { name = "server2"; address = "10.0.2.2:8080"; weight = 1; },
	      { name = "server3"; address = "10.0.3.2:8080"; weight = 1; } ); }
	);
	END
}

# start_server <n> - a web server that says who it is
start_server() {
	mkdir -p "$work/server$1"
	cat >"$work/server$1/nginx.conf" <<-END
	user root root; daemon off; pid $work/server$1/pid; error_log stderr crit; worker_processes 1;
	events { worker_connections 1024; }
	http {
	  access_log off;
	  client_body_temp_path $work/server$1/a; proxy_temp_path $work/server$1/b; fastcgi_temp_path $work/server$1/c;
	  uwsgi_temp_path $work/server$1/d; scgi_temp_path $work/server$1/e;
	  server { listen 8080 backlog=1024; location / { default_type text/plain; return 200 "server$1\n"; } }
	}
	END
	spawn "server$1" "$work/server$1/log" nginx -p "$work/server$1" -c "$work/server$1/nginx.conf"
	# shellcheck disable=SC2154 # set by spawn
	eval "server$1=$spawned"
	until_true 10 at "server$1" curl -qsf -m 1 -o /dev/null http://127.0.0.1:8080/
}

director_ready() { grep -q 'ready:' "$work/lvsd.log" || ! kill -0 "$director"; }

# build_network <directory> - hosts, cables, servers and a director that reads lvs.conf in the directory
build_network() {
	# What the user told nginx or curl elsewhere does not hold in here.
	unset http_proxy all_proxy ALL_PROXY
	mkdir -p "$work"
	host client director
	wire client 10.0.0.2/24 director 10.0.0.1/24
	at client ip route add default via 10.0.0.1
	for n in 1 2 3; do
		host "server$n"
		wire director "10.0.$n.1/24" "server$n" "10.0.$n.2/24"
		at "server$n" ip route add default via "10.0.$n.1"
		start_server "$n"
	done
	# By its bare name, so that messages name it as the visitor knows it, and readable for whoever lvsd becomes.
	mkdir -p "$1" && chmod 755 "$1" && cd "$1" || exit 1
	conf_text >lvs.conf
	chmod 644 lvs.conf
	spawn director "$work/lvsd.log" "$build/lvsd" --config lvs.conf
	director=$spawned
	until_true 10 director_ready
	kill -0 "$director" 2>/dev/null || { cat "$work/lvsd.log"; FAIL "the director did not start"; }
}

# requests <n> - each on a connection of its own; who answered, or "failed", one line each
requests() {
	at client curl -qsfN -m 5 -H 'Connection: close' -w '%{onerror}failed\n' "http://192.0.2.10/?[1-$1]" 2>/dev/null
}

# shares <file> - how many lines of each kind, as "100 server1 200 server2"
shares() { sort "$1" | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? " " : ""), $1, $2 } END { print "" }'; }

once() {
	build_network "$work/conf"
	requests 300 >"$work/answers"
	echo "300 requests to http://192.0.2.10/, round robin over three servers:"
	sort "$work/answers" | uniq -c | while read -r n name; do printf '  %-10s %6d\n' "$name" "$n"; done
	[ "$(shares "$work/answers")" = "100 server1 100 server2 100 server3" ] || FAIL "the shares are not 100 each"
	echo "right: 100 each"
	echo
	echo "the director, as 'lvsctl servers --stats' has it:"
	at director "$build/lvsctl" servers --stats || FAIL "lvsctl does not reach lvsd"
	echo
	echo "and its status page, $PAGE in the director's network, is called:"
	at director curl -qsf -m 60 "$PAGE" | sed -n 's,^<title>\(.*\)</title>$,\1,p' | grep . || FAIL "no status page"
}

# The show. On a terminal, a picture at the bottom is drawn over itself, and what happens scrolls by above it. Where the output
# is no terminal, or a small one, there is a line a second instead.

PICTURE_LINES=10

# look_at_terminal - how to draw; clears the screen when its size has changed, since lines may have been broken
look_at_terminal() {
	size_now=$(stty size 2>/dev/null <&8) || size_now='0 0'
	[ "$size_now" != "$size" ] || return
	picture=no drawn=no
	[ -z "$size" ] || printf '\033[2J\033[H'
	size=$size_now
	[ -t 8 ] && [ "${TERM:-dumb}" != dumb ] && [ "${size% *}" -ge $((PICTURE_LINES + 2)) ] && [ "${size#* }" -ge 80 ] &&
		picture=yes
	return 0
}

# tell [text...] - something happened: one line each, above the picture
tell() {
	[ "$drawn" = no ] || printf '\033[%dA\033[J' "$PICTURE_LINES"
	drawn=no
	# Whoever reads this may be gone, and process 1 does not die of SIGPIPE.
	printf '%s\n' "$@" 2>/dev/null || exit 0
}

is_running() { kill -0 "$1" 2>/dev/null && [ "$(ps -o stat= -p "$1")" != Z ]; }

draw() {
	# shellcheck disable=SC2154 # set by start_server
	if is_running "$server3"; then state3=up key_s='stop server3 '; else state3=stopped key_s='start server3'; fi
	[ "$drawn" = no ] || printf '\033[%dA' "$PICTURE_LINES"
	drawn=$picture
	awk -v picture=$picture -v colour="$colour" -v utf8="$utf8" -v clock="$(date +%T)" -v counts="$counts" -v rate="$rate" \
		-v answered="$answered" -v failed="$failed" -v weights="$weights" -v state3="$state3" -v key_s="$key_s" '
	function percent(part) { return total ? int(part * 100 / total + 0.5) : 0 }
	function bar(n,   text) { for (; n > 0; n -= 5) text = text full; return text }
	function blanks(n,   text) { while (n-- > 0) text = text " "; return text }
	function paint(code, text) { return colour == "yes" ? "\033[" code "m" text "\033[0m" : text }
	function thousands(n) { return n < 1000 ? n : thousands(int(n / 1000)) sprintf(" %03d", n % 1000) }
	function line(text) { printf "%s\033[K\n", text }
	BEGIN {
		split(counts, count, " "); split(weights, weight, " ")
		total = count[1] + count[2] + count[3]
		if (picture != "yes") {
			for (n = 1; n <= 3; n++) text = text sprintf("  server%d %3d%%", n, percent(count[n]))
			printf "%s%s  %4d/s, %d failed\n", clock, text, rate, count[4]
			exit
		}
		arrow = "->"; full = "#"; branch[1] = "  +-> "; branch[2] = " -+-> "; branch[3] = "  +-> "
		if (utf8 == "yes") {
			arrow = "─►"; full = "█"; branch[1] = "  ┌─► "; branch[2] = " ─┼─► "; branch[3] = "  └─► "
		}
		line("")
		line(blanks(47) "weight  share of the last second")
		for (n = 1; n <= 3; n++) {
			left = n == 2 ? "  client " arrow " 192.0.2.10:80 " arrow " " paint(1, "lvsd") : blanks(33)
			note = n == 3 && state3 != "up" ? "  " paint(31, "stopped") : ""
			cells = int((percent(count[n]) + 4) / 5)
			line(left branch[n] "server" n sprintf(" %6s  ", weight[n]) paint(32, bar(percent(count[n]))) blanks(20 - cells) \
				sprintf(" %3d %%", percent(count[n])) note)
		}
		line("")
		text = sprintf("  %d requests/s   %s answered   ", rate, thousands(answered))
		line(text paint(count[4] ? 31 : 0, thousands(failed) " failed"))
		line("")
		line("  " paint(1, "w") " weights 3 1 0    " paint(1, "e") " equal weights   " paint(1, "s") " " key_s "   " \
			paint(1, "t") " 10 000 requests at once")
		line("  " paint(1, "c") " edit lvs.conf    " paint(1, "d") " counters        " paint(1, "l") " lvsctl top     " paint(1, "q") " quit")
	}' 2>/dev/null || exit 0
}

# count_answers - what came since the last time, at most once a second; the file is emptied before it grows large
count_answers() {
	now=$(date +%s%N)
	[ $((now - counted_at)) -ge 900000000 ] || return 0
	bytes=$(stat -c %s "$work/answers")
	counts=$(tail -c "+$((bytes_seen + 1))" "$work/answers" | head -c $((bytes - bytes_seen)) |
		awk '/^server[123]$/ { n[substr($0, 7)]++; next } { bad++ } END { print n[1] + 0, n[2] + 0, n[3] + 0, bad + 0 }')
	bytes_seen=$bytes
	[ "$bytes" -lt 1000000 ] || { : >"$work/answers"; bytes_seen=0; }
	# shellcheck disable=SC2086 # four numbers
	set -- $counts
	rate=$((($1 + $2 + $3 + $4) * 1000000000 / (now - counted_at)))
	answered=$((answered + $1 + $2 + $3)) failed=$((failed + $4))
	counted_at=$now
}

# log_lines - how many there are;  log_since <n> - those after the first n
log_lines() { wc -l <"$work/lvsd.log"; }
log_since() { tail -n "+$(($1 + 1))" "$work/lvsd.log"; }

# read_weights - of the servers as lvs.conf has them now; "-" for one that it does not name
read_weights() {
	weights=$("$build/lvsd" --dump-config lvs.conf 2>/dev/null | awk -F '"' '
		/address = "10\.0\.[123]\.2:8080"/ { n = substr($2, 6, 1) }
		/weight = / && n { gsub(/[^0-9]/, ""); weight[n] = $0; n = 0 }
		END { for (n = 1; n <= 3; n++) printf "%s ", weight[n] == "" ? "-" : weight[n] }')
}

# shellcheck disable=SC2317 # called by until_true
reload_over() { log_since "$before" | grep -q reload; }

# reload - tell the director, and show what it says
reload() {
	sum_applied=$(cksum <lvs.conf) before=$(log_lines)
	chmod 644 lvs.conf
	kill -HUP "$director"
	until_true 5 reload_over
	tell "" "$1, SIGHUP to lvsd, which says:" "$(log_since "$before")"
	log_since "$before" | grep -q 'reload refused' || read_weights
}

# set_weights <1> <2> <3> - in the file as it is, so that the rest of what the visitor wrote there stays
set_weights() {
	n=0
	for weight; do
		n=$((n + 1))
		sed -i "/10\.0\.$n\.2/s/weight = [0-9]*/weight = $weight/" lvs.conf
	done
	reload "weights $* written to lvs.conf"
}

# reload_if_saved - once the file has been the same for two looks, for an editor may be writing
reload_if_saved() {
	sum=$(cksum <lvs.conf 2>/dev/null)
	[ "$sum" = "$sum_applied" ] || [ "$sum" != "$sum_before" ] || reload "lvs.conf was saved"
	sum_before=$sum
}

toggle_server3() {
	if is_running "$server3"; then
		kill "$server3"; wait "$server3" 2>/dev/null
		tell "" "server3 is stopped. Nobody tells lvsd, for this lvs.conf has no \"check\": what goes there" \
			"is refused. Press w to give it weight 0, or add: check: { type = \"tcp\"; interval = 1.0; };"
	else
		start_server 3
		tell "" "server3 runs again."
	fi
}

show_counters() {
	tell "" "lvsctl servers --stats:" "$(at director "$build/lvsctl" servers --stats 2>&1)"
}

start_burst() {
	[ "$burst" = no ] || return
	burst=$(date +%s%N)
	spawn client "$work/burst" sh -c \
		"curl -qsfN -m 5 -H 'Connection: close' -w '%{onerror}failed\n' 'http://192.0.2.10/?[1-10000]' 2>/dev/null; date +%s%N"
	tell "" "10 000 requests, each on a connection of its own ..."
}

report_burst() {
	[ "$burst" != no ] && ended=$(tail -n 1 "$work/burst" | grep -x '[0-9]*') || return 0
	sed -i '$d' "$work/burst"
	tell "10 000 requests in $(((ended - burst) / 1000000)) ms, one after the other: $(shares "$work/burst")"
	burst=no
}

live_view() {
	tell ""
	stty "$cooked"
	at director "$build/lvsctl" top
	stty -icanon -echo susp undef min 0 time 10
	size=''
}

edit_conf() {
	for editor in "${VISUAL:-}" "${EDITOR:-}" editor nano vi; do
		[ -z "$editor" ] || ! command -v "${editor%% *}" >/dev/null || break
		editor=
	done
	[ -n "$editor" ] || { tell "" "no editor in here: edit $PWD/lvs.conf in another terminal"; return; }
	tell ""
	stty "$cooked"
	$editor lvs.conf
	stty -icanon -echo susp undef min 0 time 10
	size=''
	[ "$(cksum <lvs.conf)" = "$sum_applied" ] || reload "lvs.conf was edited"
}

# press <key>
press() {
	case $1 in
	w) set_weights 3 1 0 ;;
	e) set_weights 1 1 1 ;;
	s) toggle_server3 ;;
	t) start_burst ;;
	c) edit_conf ;;
	d) show_counters ;;
	l) live_view ;;
	q) exit 0 ;;
	esac
}

show() {
	build_network "$build/quickstart"
	spawn client "$work/answers" curl -qsfN -m 5 --rate $RATE/s -H 'Connection: close' -w '%{onerror}failed\n' \
		"http://192.0.2.10/?[1-1000000000]"
	client=$spawned
	exec 8>&1
	colour=no utf8=no size='' drawn=no burst=no
	[ ! -t 1 ] || [ -n "${NO_COLOR:-}" ] || colour=yes
	[ "$(locale charmap 2>/dev/null)" != UTF-8 ] || utf8=yes
	counts='0 0 0 0' rate=0 answered=0 failed=0 bytes_seen=0 counted_at=$(date +%s%N)
	sum_applied=$(cksum <lvs.conf) sum_before=$sum_applied
	read_weights
	tell "" "Five hosts in a private network: a client, three web servers (nginx), and between them" \
		"the director: lvsd, an ordinary process. The client asks http://192.0.2.10/ some hundred" \
		"times a second; lvsd picks a server for each connection. What you save in its lvs.conf" \
		"is reloaded: ${PWD#"$top"/}/lvs.conf" \
		"Its status page is $PAGE in its own network."
	if [ -t 0 ]; then
		cooked=$(stty -g) left=forever
		stty -icanon -echo susp undef min 0 time 10
	else
		left=10
		tell "No terminal to press keys on: ten seconds of it."
	fi
	while :; do
		look_at_terminal
		[ "$answered$failed" = 00 ] || draw
		if [ -t 0 ]; then key=$(dd bs=1 count=1 2>/dev/null); else key='' left=$((left - 1)); sleep 1; fi
		count_answers
		is_running "$director" || { tell "$(tail -n 20 "$work/lvsd.log")"; FAIL "the director has ended"; }
		is_running "$client" || FAIL "the client has ended"
		press "$key"
		report_burst
		reload_if_saved
		[ "$left" != 0 ] || { draw; exit 0; }
	done
}
