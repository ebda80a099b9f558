#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Narrow paths of whose MTU nobody hears. Without a clamp uploads hang; with one neither they nor downloads do.
#
#	client ── director ── s1 ── far		far: behind a link that only s1 knows to be narrow
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need socat cmp nft python3
in_namespace "$0" "$@"
need_tun

# conf <service keys> <server keys> <server> <server6>
conf() {
	cat <<-END
	services: (
	  { address = "$VIP:9001"; $1 servers: ( { address = "$3:7001"; $2 } ); },
	  { address = "[$VIP6]:9001"; $1 servers: ( { address = "[$4]:7001"; $2 } ); }
	);
	END
}

# deaf <host> <hook> - what passes there of ICMP says nothing of long packets
deaf() {
	at "$1" nft -f - <<-END || SKIP "no nft"
	table inet deaf {
	  chain c {
	    type filter hook $2 priority 0;
	    icmp type destination-unreachable icmp code frag-needed drop
	    icmpv6 type packet-too-big drop
	  }
	}
	END
}

again() {
	configure "$1"
	reload
	said "reload refused" && FAIL "refused: $(tail -n 3 $work/lvsd.log)"
	true
}

# serve <host> <arguments of socat...> - one connection; a server of both families
serve() {
	serve_host=$1; shift
	spawn "$serve_host" $work/socat.log socat "$@"
	server=$spawned
	until_true 30 sh -c "ip netns exec $serve_host ss -Hltn 'sport = :7001' | grep -q ."
}

# hangs <address> - what is longer than the path is sent again and again
hangs() {
	serve s1 -u TCP6-LISTEN:7001,ipv6only=0,reuseaddr CREATE:$work/up
	spawn client $work/client.log socat -u FILE:$work/blob "TCP:$1:9001"
	sender=$spawned
	until_true 30 sh -c "ip netns exec client ss -Hti 'dport = :9001' | grep -q 'backoff:[2-9]'"
	[ -s $work/up ] && FAIL "$1: got through without a clamp"
	kill "$sender" "$server" || FAIL "$1: they have not waited"
	wait "$sender" "$server"
	true
}

# takes <address> <bytes> - no segment of a new connection is longer
takes() {
	at client python3 - "$1" "$2" <<-END
		import socket, sys
		with socket.create_connection((sys.argv[1], 9001), 20) as connection:
		    sys.exit(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) > int(sys.argv[2]))
	END
}

# narrows <bytes> - lvsd hears of a narrower path, by and by
narrows() {
	serve s1 TCP6-LISTEN:7001,ipv6only=0,reuseaddr,fork EXEC:cat
	until_true 30 takes "$VIP" "$1"
	until_true 30 takes "$VIP6" "$1"
	kill "$server"
	wait "$server" 2>/dev/null
}

# echo_all <what> <host> - 1 MiB to the server and back, over both families
echo_all() {
	for address in "$VIP" "[$VIP6]"; do
		serve "$2" TCP6-LISTEN:7001,ipv6only=0,reuseaddr EXEC:cat
		at client timeout 20 socat -t 20 - "TCP:$address:9001" <$work/blob >$work/back || FAIL "$1, $address: broke off or hung"
		cmp $work/blob $work/back || FAIL "$1, $address: came back changed"
	done
}

stage 1
dd if=/dev/urandom of=$work/blob bs=64k count=16 2>/dev/null
host far
wire s1 10.0.9.1/24,2001:db8:9::1/64 far 10.0.9.2/24,2001:db8:9::2/64
at far ip route add default via 10.0.9.1
at far ip -6 route add default via 2001:db8:9::1
at s1 sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
at s1 ip -6 route replace default via 2001:db8:1::1
at director ip route add 10.0.9.0/24 via 10.0.1.2
at director ip -6 route add 2001:db8:9::/64 via 2001:db8:1::2
deaf client input
deaf s1 output

at director ip link set to-s1 mtu 1400
configure "$(conf '' '' 10.0.1.2 2001:db8:1::2)"
direct
hangs $VIP
hangs "[$VIP6]"
summary '(too_big)'

# The cable takes 1400, and later 1280, at the director's end, so that longer packets of the server are lost too.
again "$(conf 'mss_clamp = "auto";' '' 10.0.1.2 2001:db8:1::2)"
echo_all "1400, clamped" s1
at director ip link set to-s1 mtu 1280
narrows 1240
echo_all "1280, clamped" s1
at director ip link set to-s1 mtu 1500

# Further on, where the director's host knows nothing of it: a number, or the MTU of the server, says it.
at s1 ip link set to-far mtu 1280
again "$(conf 'mss = 1220;' '' 10.0.9.2 2001:db8:9::2)"
echo_all "a number" far
again "$(conf 'mss_clamp = "auto";' 'mtu = 1280;' 10.0.9.2 2001:db8:9::2)"
echo_all "the server's MTU" far
stop
