#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A server that refuses, is unreachable or says nothing costs no client its connection; one that goes on failing is left
# out, and is back when it answers again.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl nft
in_namespace "$0" "$@"
need_tun

# conf <keys> - the services of web_conf with these keys
conf() { web_conf rr 1 1 1 | sed "s/scheduler =/$1 &/"; }

# mute <server> - it answers to nothing on its web port any more
mute() { at "$1" nft "table inet mute { chain in { type filter hook input priority 0; tcp dport 8080 drop; }; }"; }

# ask_at_once <n> <url> - as ask(), all at the same time
ask_at_once() {
	at client curl -sf --no-progress-meter -m 60 -Z --parallel-immediate --parallel-max "$1" -H 'Connection: close' "$2/?[1-$1]"
}

# all_succeed <what> <n> <who> - n requests per family, none fails, and only these answer
all_succeed() {
	for url in "http://$VIP" "http://[$VIP6]"; do
		answers=$(ask_at_once "$2" "$url") || FAIL "$1: a request to $url failed"
		same "$1, $url" "$3" "$(echo "$answers" | sort -u | tr '\n' ' ')"
	done
}

stage 3
for n in 1 2 3; do web s$n; done
first=$(cat $work/s1.pid)
configure "$(conf 'connect_retry: { };')"
direct
all_succeed "all are well" 9 "s1 s2 s3 "

kill "$first"
until_true 5 sh -c "! kill -0 $first 2>/dev/null"
all_succeed "one refuses" 60 "s2 s3 "
summary "retries: [1-9]"

# Nobody at the address: the director's own host says so after a while, the client's SYN is repeated meanwhile.
at s1 ip link set to-director down
all_succeed "one is gone" 9 "s2 s3 "
at s1 ip link set to-director up

mute s2
all_succeed "one is gone, one is silent" 6 "s3 "

# The same without: a client in two is lost.
configure "$(conf '')"
reload
same "without it" "1 s3" "$(at client curl -s -m 2 -H "Connection: close" "http://$VIP/?[1-3]" | shares)"

# Two failures and it is left out, and clients do not even notice.
# Whoever wants to know is told, in one word everywhere.
# shellcheck disable=SC2016 # the script expands them
printf '#!/bin/sh\necho "$LVSD_EVENT $LVSD_SERVER $LVSD_STATE $LVSD_PREVIOUS $LVSD_SECONDS $LVSD_REASON" >>%s/events\n' $work >$work/event
chmod 755 $work/event
told="notify: { script = \"$work/event\"; events = ( \"ejection\" ); };"
configure "$told $(conf 'connect_retry: { }; passive: { failures = 2; eject = 600; eject_max = 600; share = 67; };')"
stop
direct
all_succeed "two are left out" 12 "s3 "
for server in 10.0.1.2 10.0.2.2; do summary "$server:8080 Masq weight 1 ejected"; done
all_succeed "nobody asks them" 30 "s3 "
until_true 30 said 'server "10.0.1.2:8080" is ejected for 600 s: 2 failures in a row, the last one unanswered'
until_true 30 said 'server "10.0.2.2:8080" is ejected for 600 s: 2 failures in a row, the last one unanswered'
until_true 30 grep -q '^server_ejected 10.0.1.2:8080 ejected  600 2 failures in a row, the last one unanswered$' $work/events
at director "${lvsd%lvsd}lvsctl" servers >$work/servers
grep -q '10.0.1.2:8080 .* up, ejected ' $work/servers || FAIL "lvsctl servers: $(cat $work/servers)"
grep -q '10.0.3.2:8080 .* up ' $work/servers || FAIL "lvsctl servers: $(cat $work/servers)"
get() { at director curl -sS -m 20 --unix-socket /run/lvsd/control.sock "http://lvsd$1"; }
get "/v1/services/tcp:$VIP:80/servers/10.0.1.2:8080" >$work/server
grep -q '"condition":"ejected"' $work/server || FAIL "the API: $(cat $work/server)"
grep -q '"from":"up","to":"ejected","reason":"2 failures in a row, the last one unanswered"' $work/server ||
	FAIL "the history: $(cat $work/server)"
get / >$work/page
same "how many the page has" 4 "$(grep -c '<td class="bad">ejected</td>' $work/page)"
same "how often it is said" 1 "$(how_often '"10.0.1.2:8080" is ejected')"

# Left out for a second at a time, it is back by itself.
configure "$told $(conf 'connect_retry: { }; passive: { failures = 2; eject = 1; eject_max = 1; share = 67; };')"
reload
until_true 30 said '"10.0.1.2:8080" is no longer ejected: it was taken in, or its service has other rules'
all_succeed "two are left out for a second" 6 "s3 "
until_true 30 said '"10.0.1.2:8080" is ejected for 1 s'
until_true 30 said '"10.0.1.2:8080" is no longer ejected: its time is over'
until_true 30 grep -q '^server_returned 10.0.1.2:8080 returned ejected 1 its time is over$' $work/events
at s2 nft delete table inet mute
back() { ask 6 "http://$VIP" | grep -q s2; }
until_true 20 back
stop
