#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Servers fail and come back, each in its own way: by a reset, by silence. The service does not. The sorry server takes over
# when nobody is left, and leaves; a reload forgets nothing.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat nft
in_namespace "$0" "$@"
need_tun

# conf <check> [keys of the service] - servers 1 and 2 in both families
conf() {
	echo "services: ("
	conf_comma=
	for conf_net in "$VIP 10.0.1.2 10.0.2.2 10.0.3.2" "[$VIP6] [2001:db8:1::2] [2001:db8:2::2] [2001:db8:3::2]"; do
		# shellcheck disable=SC2086 # words
		set -- "$1" "${2:-}" $conf_net
		echo "$conf_comma { address = \"$3:80\"; scheduler = \"rr\"; $2"
		echo "check = { $1 interval = 0.5; fast_interval = 0.2; timeout = 0.5; rise = 2; fall = 2; };"
		echo "sorry_server = { address = \"$6:8080\"; };"
		echo "servers: ( { address = \"$4:8080\"; name = \"one\"; }, { address = \"$5:8080\"; name = \"two\"; } ); }"
		conf_comma=,
	done
	echo ");"
}

# answers <names...> - is it these servers, and all of them, and nobody else, that clients of either family get?
answers() {
	for answers_vip in $VIP "[$VIP6]"; do
		answers_got=$(for n in 1 2 3 4; do
			at client curl -s -m 2 "http://$answers_vip/" || echo nobody
		done | sort -u | tr '\n' ' ')
		[ "$answers_got" = "$* " ] || return 1
	done
}

stage 3
for n in 1 2 3; do web s$n; done

# Nobody is up before the first answer; then all are.
configure "$(conf 'type = "tcp";')"
direct
until_true 20 answers s1 s2

# By a reset: out, and back.
at s1 nginx -p $work -c $work/s1.nginx -s stop 2>/dev/null
until_true 20 said 'server "one" is down: tcp check: connect: Connection refused'
until_true 20 answers s2

# A reload forgets nothing: who is down gets nobody, not for a moment.
configure "$(conf 'type = "tcp";' 'quorum = 1; mss = 1300;')"
reload
for n in 1 2 3 4 5 6; do
	[ "$(at client curl -s -m 2 http://$VIP/)" = s2 ] || FAIL "a reload forgot who is down"
done

# The last one falls silent: the sorry server takes over.
at s2 ip route add blackhole 10.0.2.1/32
at s2 ip -6 route add blackhole 2001:db8:2::1/128
until_true 20 said 'server "two" is down: tcp check: no answer within 500 ms'
until_true 20 answers s3
said "the sorry server takes over" || FAIL "nobody said that the sorry server took over"
said 'quorum lost' || FAIL "nobody said that the quorum was lost"
at s2 ip route del blackhole 10.0.2.1/32
at s2 ip -6 route del blackhole 2001:db8:2::1/128
until_true 20 answers s2
said "the sorry server leaves" || FAIL "nobody said that the sorry server left"

# And the first one is back.
web s1
until_true 20 answers s1 s2

# Quiesced, not removed: weight 0 and no word of down.
configure "$(conf 'type = "tcp";' 'on_failure = "quiesce";')"
reload
at s1 nginx -p $work -c $work/s1.nginx -s stop 2>/dev/null
until_true 20 answers s2
summary '10.0.1.2:8080 Masq weight 0:'

# Reset: who waits for an answer of a server that is gone does not wait for long.
web s1
until_true 20 answers s1 s2
configure "$(conf 'type = "tcp";' 'on_failure = "reset";')"
reload
# A connection to each server, and nothing to say.
for n in 1 2; do
	spawn client $work/wait$n.log socat -u "TCP:$VIP:80" "CREATE:$work/wait$n"
	eval "waits$n=$spawned"
done
until_true 10 sh -c "[ \$(ip netns exec client ss -Htn state established dst $VIP | grep -c .) = 2 ]"
at s1 nft "table inet gone { chain in { type filter hook input priority 0; tcp dport 8080 drop; }; }"
left() { at client ss -Htn state established dst $VIP | grep -c .; }
one_left() { [ "$(left)" = 1 ]; }
until_true 30 one_left
# shellcheck disable=SC2154 # set by eval
kill "$waits1" "$waits2" 2>/dev/null
wait "$waits1" "$waits2" 2>/dev/null
at s1 nft delete table inet gone
at s1 nginx -p $work -c $work/s1.nginx -s stop 2>/dev/null
until_true 20 answers s2

# Who comes and goes too often stays away, however well it does for the moment.
configure "$(conf 'type = "tcp"; port = 8080;' 'flap = { changes = 2; window = 600; hold = 600; };')"
reload
more_downs() { [ "$(how_often 'server "one" is down')" -ge $((downs + 2)) ]; }
for n in 1 2; do
	web s1
	until_true 20 answers s1 s2
	downs=$(how_often 'server "one" is down')
	at s1 nginx -p $work -c $work/s1.nginx -s stop 2>/dev/null
	# Of both families.
	until_true 20 more_downs
done
said 'it came and went too often' || FAIL "nobody said that it flaps"
web s1
passed=$(at s1 nstat -asz TcpPassiveOpens | awk '/TcpPassiveOpens/ { print $2 }')
more_opens() { [ "$(at s1 nstat -asz TcpPassiveOpens | awk '/TcpPassiveOpens/ { print $2 }')" -ge $((passed + 6)) ]; }
until_true 20 more_opens
answers s2 || FAIL "who flaps came back"
at s1 nginx -p $work -c $work/s1.nginx -s stop 2>/dev/null

# Checks are taken back: nobody knows that it is down.
sed -e 's/check = [^}]*};//' $work/lvs.conf >$work/next && cat $work/next >$work/lvs.conf
reload
summary '10.0.1.2:8080 Masq weight 1:'
stop
