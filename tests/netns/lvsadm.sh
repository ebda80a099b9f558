#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lvsadm drives a director whose lvs.conf names no service: clients are balanced as it says, its lists say what they did,
# and a table that takes the place of its like disturbs nobody.
# shellcheck disable=SC1091,SC2154 # beside this script; set there
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl python3
in_namespace "$0" "$@"
need_tun

top=$(cd "${top_builddir:-../..}" && pwd)
src=$(cd "${top_srcdir:-../..}" && pwd)
mkdir "$work/bin"
ln -s "$top/lvsadm" "$work/bin/lvsadm"
cp "$src/contrib/lvsadm/lvsadm-save" "$src/contrib/lvsadm/lvsadm-restore" "$work/bin"
PATH=$work/bin:$PATH

# does <arguments...> - without a word
does() {
	does_said=$(lvsadm "$@" 2>&1) || FAIL "lvsadm $*: status $?: $does_said"
	[ -z "$does_said" ] || FAIL "lvsadm $*: $does_said"
}
# ends <status> <text> <arguments...> - on standard error, in the end
ends() {
	ends_status=$1 ends_text=$2
	shift 2
	ends_said=$(lvsadm "$@" 2>&1 >/dev/null)
	same "status of lvsadm $*" "$ends_status" $?
	case $ends_said in *"$ends_text") ;; *) FAIL "lvsadm $* says: $ends_said" ;; esac
}
# conns <line of the list> - how many new connections
conns() { lvsadm -L -n --stats | awk -v line="$1" '$0 ~ line { print $3; exit }'; }

stage 2
web s1
web s2
configure 'marks: ( { mark = 7; protocol = "tcp"; address = "192.0.2.77"; } ); services: ();'
direct

does -A -t "$VIP":80 -s rr
does -a -t "$VIP":80 -r 10.0.1.2:8080 -m
does -a -t "$VIP":80 -r 10.0.2.2:8080 -m
does -A -t "[$VIP6]:80" -s rr
does -a -t "[$VIP6]:80" -r "[2001:db8:1::2]:8080" -m
does -a -t "[$VIP6]:80" -r "[2001:db8:2::2]:8080" -m
same "round robin, IPv4" "50 s1 50 s2" "$(ask 100 | shares)"
same "round robin, IPv6" "50 s1 50 s2" "$(ask 100 "http://[$VIP6]" | shares)"
same "statistics of the service" 100 "$(conns "^TCP  $VIP:80")"
same "statistics of a server" 50 "$(conns '10.0.2.2:8080')"
same "connections" "200 TCP" "$(lvsadm -L -n -c | awk 'NR > 2 { print $1 }' | shares)"
lvsadm -L -n -c | sed 1,2d | grep -vE '^TCP [0-9]{2}:[0-9]{2}  [A-Z_]{5,11} +[][0-9a-f:.]+:[0-9]+ +[][0-9a-f:.]+:80 +[][0-9a-f:.]+:8080$' &&
	FAIL "lines that are no connections"

does -e -t "$VIP":80 -r 10.0.1.2:8080 -m -w 0
same "a server without weight" "20 s2" "$(ask 20 | shares)"
does -d -t "$VIP":80 -r 10.0.1.2:8080
same "a server that is gone" "20 s2" "$(ask 20 | shares)"
does -a -t "$VIP":80 -r 10.0.1.2:8080 -m -w 3
does -E -t "$VIP":80 -s wrr
same "another scheduler" "30 s1 10 s2" "$(ask 40 | shares)"
does -E -t "$VIP":80 -s rr -p 600
ask 20 | shares | grep -Eqx '20 s[12]' || FAIL "persistent clients have several servers"
same "a template" 1 "$(lvsadm -L -n --persistent-conn -t "$VIP":80 | awk '/->.*8080/ { n += $4 } END { print n }')"
lvsadm -L -n -c | grep -Eq "^TCP [0-9]{2}:[0-9]{2}  [A-Z]+ +10.0.0.2:0 +$VIP:80 +10.0.[12].2:8080\$" || FAIL "no template among the connections"
does -A -f 7 -s rr -p 600
does -a -f 7 -r 10.0.1.2 -m
same "a service of a mark" "1 s1" "$(ask 1 http://192.0.2.77:8080 | shares)"
lvsadm -L -n -c | grep -Eq '^IP  [0-9]{2}:[0-9]{2}  [A-Z]+ +10\.0\.0\.2:0 +0\.0\.0\.7:0 +10\.0\.1\.2:0$' || FAIL "no template of the mark: $(lvsadm -L -n -c | grep ^IP)"
does -D -f 7
does -Z -t "$VIP":80
same "counters of one service" "0 100" "$(conns "^TCP  $VIP:80") $(lvsadm -L -n --stats | awk '/^TCP  \[/ { print $3 }')"
does -Z
same "counters of all" 0 "$(lvsadm -L -n --stats | awk '/^TCP  \[/ { print $3 }')"

# The same table again and again, and a client that never stops asking.
does -E -t "$VIP":80 -s rr
lvsadm-save -n >"$work/saved"
at client sh -c "until [ -e $work/enough ]; do curl -sSf -m 60 -o /dev/null http://$VIP/?[1-20] || echo lost; done" \
	>"$work/lost" 2>&1 &
asker=$!
for n in $(seq 20); do
	lvsadm-restore <"$work/saved" || FAIL "restore $n: status $?"
done
touch "$work/enough"
wait $asker
same "requests lost while the table was replaced" "" "$(cat "$work/lost")"
lvsadm-save -n | cmp - "$work/saved" || FAIL "what was restored is not what was saved"
printf '%s\n' '-C' "-A -t $VIP:81 -s rr" '-A -t 192.0.2.11:80 -s nosuch' | lvsadm -R 2>"$work/refused"
same "status of a table that is refused" 255 $?
same "what is said of it" "Scheduler or persistence engine not found
Nothing was restored: all lines have to be right" "$(cat "$work/refused")"
lvsadm-save -n | cmp - "$work/saved" || FAIL "a table that is refused leaves something"

python3 "$src/tests/netns/lvsadm_property.py" "${SEED:-$(date +%s)}" "${SEQUENCES:-5}" "$top/lvsadm" "$lvsd" "$work/bin" ||
	FAIL "lvsadm, the API and lvs.conf do not agree"

ends 255 "No such service" -D -t 192.0.2.99:80
kill -KILL "$director"
wait "$director" 2>/dev/null || :
ends 2 "nobody listens on its socket \"/run/lvsd/control.sock\"" -L
rm /run/lvsd/control.sock
ends 2 "there is no socket \"/run/lvsd/control.sock\"" -L -n
ends 2 "there is no socket \"$work/other\"" -L --socket "$work/other"
