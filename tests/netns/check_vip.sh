#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Checks that go through the VIP see what a direct one does not: the server's way back to clients, the VIP on its loopback, the
# far end of its tunnel. By each forwarding method, in both families, s1 loses just that, and gets it back; s2 has it all along,
# and what is asked straight finds nothing wrong.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat ping
in_namespace "$0" "$@"
need_tun
lvsctl=${top_builddir:-../..}/lvsctl
decap=${LVS_DECAP:-${top_builddir:-../..}/lvs-decap}
[ -x "$decap" ] || FAIL "no lvs-decap at $decap"

# Where checks come from. Servers answer the first by their default route, the second by a route of its own.
from4=198.18.0.1 from6=2001:db8:77::1
other4=198.18.0.2 other6=2001:db8:77::2

# vip4 <n>, vip6 <n> - the VIP of a method
vip4() { echo "192.0.2.$1"; }
vip6() { echo "2001:db8:ff::$1"; }

# service <name> <n> <port> <forward> <source> <server port> <check> [keys] - in both families
service() {
	service_source4=$from4 service_source6=$from6
	[ "$5" = from ] || service_source4=$other4 service_source6=$other6
	for service_family in 4 6; do
		if [ $service_family = 4 ]; then
			service_at=$(vip4 "$2") service_one=10.0.1.2 service_two=10.0.2.2 service_from=$service_source4
		else
			service_at="[$(vip6 "$2")]" service_one='[2001:db8:1::2]' service_two='[2001:db8:2::2]'
			service_from=$service_source6
		fi
		echo "{ name = \"$1$service_family\"; address = \"$service_at:$3\"; forward = \"$4\"; initial = \"down\"; ${8:-}"
		case $7 in
		straight) echo "check = { type = \"tcp\"; $pace };" ;;
		*) echo "check = { $7 via = \"vip\"; source = \"$service_from\"; $pace };" ;;
		esac
		echo "servers: ( { name = \"one\"; address = \"$service_one:$6\"; }, { name = \"two\"; address = \"$service_two:$6\"; } ); },"
	done
}
pace='interval = 2.0; fast_interval = 0.2; timeout = 2.0; rise = 2; fall = 2;'

conf() {
	echo 'director: { source_pool = "10.9.0.1, 2001:db8:9::1"; };'
	echo 'services: ('
	service masq 10 80 masq from 8080 'type = "http"; path = "/";' 'on_failure = "reset"; syn_proxy = "on";'
	service echo 10 53 masq from 5300 'type = "udp"; send = "6c767364"; expect = "6c76????";' 'protocol = "udp";'
	service one_packet 10 54 masq from 5300 'type = "udp"; send = "6c767364"; expect = "6c76????";' 'protocol = "udp"; one_packet = true;'
	service droute 20 8080 droute other 8080 'type = "tcp";' 'persistent = { timeout = 60; };'
	service tunnel 30 8080 tunnel other 8080 'type = "http"; path = "/"; http_version = "1.1";' 'limits: { client_connections = 1; };'
	service fullnat 40 80 fullnat other 8080 'type = "send_expect"; send_text = "GET / HTTP/1.0\r\n\r\n"; expect_text = "200 OK";' \
		'connect_retry = { servers = 1; silence = 200; };'
	service straight 10 81 masq - 8080 straight
	echo "{ name = \"local4\"; address = \"$(vip4 50):8080\"; forward = \"local\";"
	echo "  check = { type = \"http\"; path = \"/\"; via = \"vip\"; source = \"$other4\"; $pace };"
	echo '  servers: ( { name = "one"; address = "127.0.0.1:8080"; } ); },'
	echo "{ name = \"local6\"; address = \"[$(vip6 50)]:8080\"; forward = \"local\";"
	echo "  check = { type = \"http\"; path = \"/\"; via = \"vip\"; source = \"$other6\"; $pace };"
	echo '  servers: ( { name = "one"; address = "[::1]:8080"; } ); } );'
}

# add <host> <vip number>, del <host> <vip number> - the VIP on its loopback
add() { at "$1" ip addr add "$(vip4 "$2")/32" dev lo; at "$1" ip addr add "$(vip6 "$2")/128" dev lo nodad; }
del() { at "$1" ip addr del "$(vip4 "$2")/32" dev lo; at "$1" ip addr del "$(vip6 "$2")/128" dev lo; }

# unwrap <server> - lvs-decap, until it is ready; its process is $spawned
unwrap() {
	spawn "$1" "$work/decap-$1.log" "$decap" -t ipip -v "$(vip4 30)" -v "$(vip6 30)" -f 10.0.0.0/8 -f 2001:db8::/32
	until_true 30 grep -q ready: "$work/decap-$1.log"
}

stage 2
for n in 1 2; do
	web s$n
	at s$n sysctl -qw net.ipv4.conf.all.rp_filter=0
	at s$n ip route add $other4 via 10.0.$n.1
	at s$n ip -6 route add $other6 via 2001:db8:$n::1
	add s$n 20
	add s$n 30
	spawn s$n $work/echo$n.log socat UDP6-RECVFROM:5300,ipv6only=0,fork,reuseaddr PIPE
done
unwrap s1
decap1=$spawned
unwrap s2
web director
add director 50
# The strict filter lets nothing in whose way back is another one: lvsd sees to that.
at director sysctl -qw net.ipv4.conf.to-s1.rp_filter=1

configure "$(conf)"
direct

# mark - from here on;  since <pattern> - the director has logged it since
mark() { marked=$(wc -l <"$work/lvsd.log"); }
since() { tail -n "+$((marked + 1))" "$work/lvsd.log" | grep -q -- "$1"; }

# passes <service> <server>, fails <service> <server> <pattern> - a check that is run now
passes() { at director "$lvsctl" check "$1" "$2" >"$work/out" 2>&1 && tr -s ' ' <"$work/out" | grep -q "passed"; }
fails() { at director "$lvsctl" check "$1" "$2" >"$work/out" 2>&1; tr -s ' ' <"$work/out" | grep -q "failed .*$3"; }

# down <method> <pattern> - of s1 in both families, as that says, and s2 is not, nor what is asked straight
down() {
	for down_family in 4 6; do
		until_true 30 since "service \"$1$down_family\": server \"one\" is down: .* check: through the VIP: $2"
		passes "$1$down_family" two || FAIL "$1$down_family: s2 is not reached: $(cat $work/out)"
		passes "straight$down_family" one || FAIL "s1 is not reached straight: $(cat $work/out)"
	done
	since 'server "two" is down' && FAIL "$1: s2 fell too"
	since 'service "straight.": server "one" is down' && FAIL "$1: a direct check saw it"
	mark
}
up() {
	for up_family in 4 6; do
		until_true 30 since "service \"$1$up_family\": server \"one\" is up: .* check: through the VIP: "
	done
	mark
}

marked=0
for method in masq echo one_packet droute tunnel fullnat local; do
	for family in 4 6; do
		until_true 30 since "service \"$method$family\": server \"one\" is up: .* check: through the VIP: "
		[ $method = local ] || until_true 30 since "service \"$method$family\": server \"two\" is up: "
	done
done
for family in 4 6; do
	until_true 30 since "service \"straight$family\": server \"one\" is up: tcp check: connected"
done
mark

# Clients are served meanwhile, by both.
[ "$(for n in 1 2 3 4 5 6; do at client curl -s -m 5 "http://$(vip4 10)/"; done | sort -u | tr '\n' ' ')" = "s1 s2 " ] ||
	FAIL "clients are not served by both"

# Masquerading: the server's default route.
at s1 ip route del default
at s1 ip -6 route del default
down masq 'no answer within 2000 ms'
at s1 ip route add default via 10.0.1.1
at s1 ip -6 route add default via 2001:db8:1::1
up masq

# Direct routing: the VIP on its loopback.
del s1 20
down droute 'no answer within 2000 ms'
add s1 20
up droute

# A tunnel: its far end.
kill -TERM "$decap1"
wait "$decap1" 2>/dev/null
down tunnel ''
unwrap s1
up tunnel

# Full NAT: the way to the source pool.
at s1 ip route add blackhole 10.9.0.1/32
at s1 ip -6 route add blackhole 2001:db8:9::1/128
down fullnat 'no answer within 2000 ms'
at s1 ip route del blackhole 10.9.0.1/32
at s1 ip -6 route del blackhole 2001:db8:9::1/128
up fullnat

# This host itself: it has the VIP no more.
del director 50
for family in 4 6; do
	until_true 30 since "service \"local$family\": server \"one\" is down: http check: through the VIP: "
done
add director 50
up local

# VRRP has put the VIPs here, and replies come from what is now an address of this host.
for vip in 10 20 30 40; do add director $vip; done
until_true 30 sh -c "ip netns exec director ip route show table 77 | grep -q '$(vip4 20) dev lvs0'"
until_true 30 sh -c "[ \$(ip netns exec director cat /proc/sys/net/ipv4/conf/to-s1/accept_local) = 1 ]"
for method in masq echo droute tunnel fullnat; do
	for family in 4 6; do
		for server in one two; do
			until_true 30 passes $method$family $server
		done
	done
done
for vip in 10 20 30 40; do del director $vip; done

# The process is gone: a refusal is seen as such, and where nothing listens an ICMP error is.
at s1 nginx -p $work -c $work/s1.nginx -s stop 2>/dev/null
until_true 30 fails masq4 one 'through the VIP: connect: Connection refused'
until_true 30 fails droute6 one 'through the VIP: connect: Connection refused'
web s1
until_true 30 passes masq4 one

# A server that gets nobody is asked all the same.
sed -e 's/{ name = "one";/& weight = 0;/' $work/lvs.conf >$work/next && cat $work/next >$work/lvs.conf
reload
for method in masq4 droute6 tunnel4 fullnat6; do
	until_true 30 passes $method one
done

# Another method is another question.
mark
sed -e '/name = "masq4"/s/forward = "masq"/forward = "fullnat"/' $work/lvs.conf >$work/next && cat $work/next >$work/lvs.conf
reload
until_true 30 passes masq4 one

# Without these checks nothing is left of them.
at director ip -o addr show dev lvs0 | grep -q "$from4/32" || FAIL "the device does not have $from4"
sed -e 's/via = "vip"; source = "[^"]*";//' $work/lvs.conf >$work/next && cat $work/next >$work/lvs.conf
reload
gone() { ! at director ip -o addr show dev lvs0 | grep -q "$from4\|$other4\|$from6\|$other6"; }
until_true 30 gone
at director ip rule | grep -q "$from4" && FAIL "a rule is left"
at director ip route show table 77 | grep -q "$from4" && FAIL "a route is left"
until_true 30 passes masq6 two
stop

# An address of this host's own does as well, but that is said.
configure "$(conf | sed -e "s/$from4/10.0.0.1/; s/$from6/2001:db8::1/")"
direct
said '"10.0.0.1", which checks come from, is an address of "to-client" too' || FAIL "nobody minds 10.0.0.1"
said '"2001:db8::1", which checks come from, is an address of "to-client" too' || FAIL "nobody minds 2001:db8::1"
for server in one two; do
	until_true 30 passes masq4 $server
	until_true 30 passes masq6 $server
done
at client ping -c 1 -W 10 10.0.0.1 >/dev/null || FAIL "10.0.0.1 is not the host's any more"
at client ping -c 1 -W 10 2001:db8::1 >/dev/null || FAIL "2001:db8::1 is not the host's any more"
stop

# By hand: what is missing is said, with the command that mends it.
manual() {
	echo 'network: { setup = "manual"; }; services: ('
	service masq 10 80 masq from 8080 'type = "http"; path = "/";'
	service droute 20 8080 droute other 8080 'type = "tcp";' | sed '$s/,$/ );/'
}
at director ip tuntap add name lvs0 mode tun vnet_hdr
at director sysctl -qw net.ipv4.conf.to-s1.rp_filter=1
configure "$(manual)"
direct
mend() {
	sed -n 's/.*mend it with: //p' $work/lvsd.log >$work/mend
	at director sh $work/mend >/dev/null 2>&1
	for mend_check in "masq4 one" "masq6 two" "droute4 one" "droute6 two"; do
		# shellcheck disable=SC2086 # words
		passes $mend_check || return 1
	done
}
until_true 60 mend
grep -q "ip addr add $from4/32 dev lvs0 scope host" $work/mend || FAIL "nobody asked for $from4: $(cat $work/mend)"
grep -q "ip -6 addr add $other6/128 dev lvs0 nodad preferred_lft 0" $work/mend || FAIL "nobody asked for $other6: $(cat $work/mend)"
grep -q 'rp_filter' $work/mend || FAIL "nobody minds the strict filter: $(cat $work/mend)"
stop
