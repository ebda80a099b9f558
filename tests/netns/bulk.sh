#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# 64 MiB in each direction arrive byte for byte, over both families, with offloads and without.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need socat cmp
in_namespace "$0" "$@"
need_tun

bulk_conf() {
	cat <<-END
	device: { offload = $1; };
	services: (
	  { address = "$VIP:9001"; servers: ( { address = "10.0.1.2:7001"; } ); },
	  { address = "$VIP:9002"; servers: ( { address = "10.0.1.2:7002"; } ); },
	  { address = "[$VIP6]:9001"; servers: ( { address = "[2001:db8:1::2]:7001"; } ); },
	  { address = "[$VIP6]:9002"; servers: ( { address = "[2001:db8:1::2]:7002"; } ); }
	);
	END
}

listening() { at s1 ss -Hltn "sport = :$1" | grep -q .; }

# transfer <what> <address> - from the server on port 9001 and to it on port 9002, at the same time
transfer() {
	rm -f $work/down $work/up
	spawn s1 $work/socat1.log socat -u FILE:$work/blob TCP6-LISTEN:7001,ipv6only=0,reuseaddr
	spawn s1 $work/socat2.log socat -u TCP6-LISTEN:7002,ipv6only=0,reuseaddr CREATE:$work/up
	receiver=$spawned
	until_true 30 listening 7001
	until_true 30 listening 7002
	spawn client $work/socat3.log socat -u "TCP:$2:9001" CREATE:$work/down
	downloader=$spawned
	at client socat -u FILE:$work/blob "TCP:$2:9002" || FAIL "$1: upload broke off"
	wait "$downloader" || FAIL "$1: download broke off"
	wait "$receiver" || FAIL "$1: the server did not get all"
	cmp $work/blob $work/down || FAIL "$1: download differs"
	cmp $work/blob $work/up || FAIL "$1: upload differs"
}

stage 1
dd if=/dev/urandom of=$work/blob bs=1M count=64 2>/dev/null
for offload in true false; do
	configure "$(bulk_conf $offload)"
	direct
	transfer "IPv4, offload $offload" "$VIP"
	transfer "IPv6, offload $offload" "[$VIP6]"
	stop
done
