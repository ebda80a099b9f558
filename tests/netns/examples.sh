#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	client ──────────────── eth0 director eth1 ─────────── lan ─┬─ s1
#	203.0.113.2   203.0.113.1            10.0.0.1               │  10.0.0.11, 2001:db8:1::5
#	2001:db8:2::2 2001:db8:2::1          2001:db8:1::1          └─ s2
#	                                                               10.0.0.12, 2001:db8:1::6
#
# The examples of README, lvs.conf(5) and lvsd(8), word for word: each starts a director, and those of web services serve.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat
in_namespace "$0" "$@"
need_tun

# blocks <file> <word> - the literal blocks of a file whose first line begins with the word, to $work/WORD.1 and so on
blocks() {
	awk -v to="$work/$2" -v word="$2" '
		/^```/ || /^\.Bd -literal/ || /^\.Ed/ { inside = !inside; first = inside; next }
		inside { if (first) { wanted = index($0, word) == 1; n += wanted; first = 0 }
			 if (wanted) { gsub(/\\e/, "\\"); print > (to "." n) } }' "$1"
}

host client director s1 s2
lan lan
no_dad client; no_dad director
ip link add eth0 netns director type veth peer name eth0 netns client
ip link add eth1 netns director type veth peer name to-director netns lan
plug client eth0 203.0.113.2/24,2001:db8:2::2/64
plug director eth0 203.0.113.1/24,2001:db8:2::1/64
plug director eth1 10.0.0.1/24,2001:db8:1::1/64
at lan ip link set to-director master br0 up
carrier director eth0; carrier director eth1
join s1 10.0.0.11/24,2001:db8:1::5/64 lan
join s2 10.0.0.12/24,2001:db8:1::6/64 lan
at client ip route add default via 203.0.113.1
at client ip -6 route add default via 2001:db8:2::1
for n in 1 2; do
	at s$n ip route add default via 10.0.0.1
	at s$n ip -6 route add default via 2001:db8:1::1
	web s$n
	spawn s$n $work/dns$n socat UDP6-RECVFROM:53,fork SYSTEM:"cat >/dev/null; echo s$n"
	until_true 30 sh -c "ip netns exec s$n ss -Hlun 'sport = :53' | grep -q ."
done

both() { [ "$(ask 30 | sort -u | tr '\n' ' ')" = "s1 s2 " ]; }

cd $work || FAIL "no $work"
for file in README.md man/lvs.conf.5 man/lvsd.8; do
	blocks "${top_srcdir:?}/$file" services
	blocks "$top_srcdir/$file" director
	set -- services.* director.*
	[ -e "$1" ] || [ -e "$2" ] || FAIL "$file: no example"
	for example; do
		[ -e "$example" ] || continue
		cp "$example" lvs.conf
		"$lvsd" --check-config lvs.conf >out 2>&1 || FAIL "$file: $(cat out)"
		[ "$(wc -l <out)" = 1 ] || FAIL "$file: $(cat out)"
		direct
		# Some depend on services that nobody serves here, or check what servers do not have here, and turn clients away.
		! grep -q ':80"' lvs.conf || grep -q 'depends_on\|quorum\|via =' lvs.conf || until_true 30 both
		if grep -q 'dns6' lvs.conf; then
			same "$file: dns6" "s1 s2 " "$(for n in 1 2 3 4; do
				echo x | at client socat -t 2 -T 2 - 'UDP6:[2001:db8::53]:53'
			done | sort -u | tr '\n' ' ')"
		fi
		stop
		rm "$example"
	done
done

# Sites: the client's prefix says New York for IPv4, which is s2, and Frankfurt for IPv6.
blocks "$top_srcdir/man/lvs.conf.5" geo
cp geo.1 lvs.conf || FAIL "lvs.conf(5): no example of sites"
"$lvsd" --check-config lvs.conf >out 2>&1 || FAIL "sites: $(cat out)"
[ "$(wc -l <out)" = 1 ] || FAIL "sites: $(cat out)"
direct
at client ip -6 route replace 2001:db8::10 via 2001:db8:2::1
until_true 30 ask 1
until_true 30 ask 1 "http://[2001:db8::10]"
same "sites, IPv4" "30 s2" "$(ask 30 | shares)"
same "sites, IPv6" "30 s1" "$(ask 30 "http://[2001:db8::10]" | shares)"
stop

# The network as lvsd(8) makes it by hand: first for a VIP that is routed here, then for one that is an address of this host.
blocks "$top_srcdir/man/lvsd.8" "ip link set"
[ "$(ls "ip link set".*)" = "ip link set.1" ] || FAIL "lvsd(8): no commands for a network made by hand"
awk '/^#/ { n = 1 } { print > (n ? "local.sh" : "routed.sh") }' "ip link set.1"
blocks "$top_srcdir/README.md" services
{ echo 'network: { setup = "manual"; };'; cat services.1; } >lvs.conf
chmod 644 lvs.conf
direct
said "missing\|net.ipv4.ip_forward" || FAIL "nothing was missing: $(cat lvsd.log)"
at director sh -e routed.sh >out 2>&1 || FAIL "lvsd(8): $(cat out)"
until_true 30 both
at director ip addr add $VIP/32 dev eth0
at director sh -e local.sh >out 2>&1 || FAIL "lvsd(8): $(cat out)"
until_true 30 both
stop
