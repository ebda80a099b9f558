# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The usual stage for tests of the whole daemon; source it after lib.sh.
#
#	client ──────────── director ─┬────────── s1
#	10.0.0.2/24    10.0.0.1/24    │ 10.0.1.1/24 ── 10.0.1.2/24
#	2001:db8::2    2001:db8::1    ├────────── s2
#	                              │ 10.0.2.1/24 ── 10.0.2.2/24
#	                              └────────── s3
#	                                10.0.3.1/24 ── 10.0.3.2/24
#
# IPv6 alike: 2001:db8:N::1 and 2001:db8:N::2. The VIPs 192.0.2.10 and 2001:db8:ff::10 are routed to the director by the
# client's default route. A server's web page on port 8080 is its name.

lvsd=${LVSD:-${top_builddir:-../..}/lvsd}
VIP=192.0.2.10
VIP6=2001:db8:ff::10
work=/run/test

# stage <n> - client, director and n servers
stage() {
	[ -x "$lvsd" ] || FAIL "no lvsd at $lvsd"
	host client director
	wire client 10.0.0.2/24,2001:db8::2/64 director 10.0.0.1/24,2001:db8::1/64
	at client ip route add default via 10.0.0.1
	at client ip -6 route add default via 2001:db8::1
	for stage_n in $(seq "$1"); do
		host "s$stage_n"
		wire director "10.0.$stage_n.1/24,2001:db8:$stage_n::1/64" "s$stage_n" "10.0.$stage_n.2/24,2001:db8:$stage_n::2/64"
		at "s$stage_n" ip route add default via "10.0.$stage_n.1"
		at "s$stage_n" ip -6 route add default via "2001:db8:$stage_n::1"
	done
}

# web <server> - a web server that answers with its name, or with 503 while $work/<server>/busy is there, and serves the files
# in $work/<server>
web() {
	need nginx curl
	mkdir -p "$work/$1"
	cat >"$work/$1.nginx" <<-END
	user root root; daemon off; pid $work/$1.pid; error_log $work/$1.errors crit; worker_processes 1; worker_rlimit_nofile 8192;
	events { worker_connections 4096; }
	http {
	  access_log off; keepalive_requests 1000000; keepalive_timeout 3600;
	  client_body_temp_path $work/$1.a; proxy_temp_path $work/$1.b; fastcgi_temp_path $work/$1.c;
	  uwsgi_temp_path $work/$1.d; scgi_temp_path $work/$1.e;
	  server {
	    listen 8080 backlog=4096; listen [::]:8080 backlog=4096;
	    location / { default_type text/plain; if (-f $work/$1/busy) { return 503 "busy\n"; } return 200 "$1\n"; }
	    location /files/ { alias $work/$1/; }
	  }
	}
	END
	chmod 777 "$work" "$work/$1"
	spawn "$1" "$work/$1.log" nginx -p "$work" -c "$work/$1.nginx"
	until_true 30 at "$1" curl -sf -m 1 -o /dev/null http://127.0.0.1:8080/
}

# configure <text> - what lvs.conf says besides the device
configure() {
	printf '%s\n' "$1" >"$work/lvs.conf"
	chmod 644 "$work/lvs.conf"
}

# web_conf <scheduler> <weight1> [weight2...] - one service in both families over servers 1, 2, ...
web_conf() {
	web_sched=$1; shift
	for web_family in 4 6; do
		if [ $web_family = 4 ]; then echo "services: ("; echo "{ address = \"$VIP:80\";"
		else echo ", { address = \"[$VIP6]:80\";"; fi
		echo "  scheduler = \"$web_sched\"; servers: ("
		web_n=0 web_comma=
		for web_weight; do
			web_n=$((web_n + 1))
			[ "$web_weight" != - ] || continue
			if [ $web_family = 4 ]; then web_addr="10.0.$web_n.2:8080"; else web_addr="[2001:db8:$web_n::2]:8080"; fi
			echo "  $web_comma { address = \"$web_addr\"; weight = $web_weight; }"
			web_comma=,
		done
		echo ") }"
	done
	echo ");"
}

# direct - start the director and wait until it is ready; its process is $director.  direct_as <command prefix...> - by way of
direct() { direct_as env; }
ready_or_dead() { said "ready:" || ! kill -0 "$director"; }
direct_as() {
	spawn director "$work/lvsd.log" "$@" "$lvsd" --config "$work/lvs.conf"
	# shellcheck disable=SC2154 # set by spawn
	director=$spawned
	until_true 30 ready_or_dead
	said "ready:" || FAIL "lvsd did not start: $(cat "$work/lvsd.log")"
}

# said <text> - the director has logged it
said() { grep -q -- "$1" "$work/lvsd.log"; }

# how_often <text> - how often
how_often() { grep -c -- "$1" "$work/lvsd.log"; }

# reload - SIGHUP, and wait until it was dealt with either way
reload() {
	reload_before=$(how_often "reload")
	kill -HUP "$director"
	until_true 30 sh -c "[ \$(grep -c reload $work/lvsd.log) -gt $reload_before ]"
}

# stop - end the director and wait for it
stop() {
	kill -TERM "$director"
	wait "$director" || FAIL "lvsd ended with status $?: $(tail -n 3 "$work/lvsd.log")"
}

# summary <text> - ask for a summary until it has a line with this text
summary() {
	until_true 30 sh -c "kill -USR1 $director; grep -q -- '$1' $work/lvsd.log"
}

# ask <n> [url] - n requests of the client, each on a connection of its own; prints who answered
ask() {
	at client curl -sSf -m 60 -H 'Connection: close' "${2:-http://$VIP}/?[1-$1]"
}

# shares - how many lines of each kind, as "100 s1 200 s2"
shares() { sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? " " : ""), $1, $2 } END { print "" }'; }
