#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	client 10.1.0.2 ──┐
#	                  ├ lan ── 10.1.0.1 director 10.2.0.1 ── 10.2.0.2 server
#	rogue  10.1.0.3 ──┘
#
# lvsctl doctor finds each of the classic mistakes, and its own command mends it. Nothing is set up at first, so that whoever does
# what it says ends up with a director that works; then one thing after the other is broken. VIPs: 192.0.2.10 is routed to the
# director, 10.1.0.50 is on the clients' network, 10.1.0.60 is an address of the director.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need ip nginx curl
in_namespace "$0" "$@"
need_tun
. "${top_srcdir:-../..}/tests/netns/director.sh"
lvsctl=${top_builddir:-../..}/lvsctl

host client director server rogue
lan lan
join client 10.1.0.2/24 lan
join rogue 10.1.0.3/24 lan
join director 10.1.0.1/24 lan
wire director 10.2.0.1/24 server 10.2.0.2/24
at client ip route add default via 10.1.0.1
at server ip route add default via 10.2.0.1
at director ip addr add 10.1.0.60/24 dev lan
at director sysctl -qw net.ipv4.conf.all.rp_filter=1
web server

manual='network: { setup = "manual"; };'
# service <vip> <weight> - of the server
service() { echo "{ address = \"$1:80\"; servers: ( { address = \"10.2.0.2:8080\"; weight = $2; } ); }"; }
services() { echo "$manual services: ( $(service 192.0.2.10 "$1"), $(service 10.1.0.50 "$1"), $(service 10.1.0.60 "$1") );"; }
configure "$(services 1)"

# examine [arguments...] - what is wrong, one check a line, into $found; the commands into $work/fixes
examine() {
	at director "$lvsctl" doctor --socket "$work/none" --file "$work/lvs.conf" "$@" >"$work/doctor" 2>&1
	judge $?
}
# judge <status> - of the doctor's report
judge() {
	status=$1
	found=$(sed -n 's/^BAD *\([a-z-]*\) .*/\1/p' "$work/doctor" | sort -u | tr '\n' ' ')
	sed -n 's/^ *mend it: *//p' "$work/doctor" >"$work/fixes"
	[ "$status" = 0 ] || [ "$status" = 1 ] || FAIL "status $status: $(cat "$work/doctor")"
	[ -z "$found" ] && wanted=0 || wanted=1
	[ "$status" = "$wanted" ] || FAIL "status $status with: $(cat "$work/doctor")"
}
# The same of what the daemon runs with.
examine_running() {
	at director "$lvsctl" doctor >"$work/doctor" 2>&1
	judge $?
}

# mend <host> - do what it says, until there is nothing more to say
mend() {
	for round in 1 2 3 4 5 6; do
		[ -n "$found" ] || return 0
		while read -r fix; do
			# What an effect needs may be there already while another piece is missing.
			at "$1" sh -c "$fix" >"$work/mended" 2>&1 || grep -q 'File exists' "$work/mended" ||
				FAIL "not a remedy: $fix: $(cat "$work/mended")"
		done <"$work/fixes"
		examine_running
	done
	FAIL "still after $round rounds: $(cat "$work/doctor")"
}

# mistake <check> <host> <command...> - make it, see it found, mend it as told
mistake() {
	mistake_check=$1 mistake_host=$2; shift 2
	at "$mistake_host" "$@" || FAIL "cannot make the mistake: $*"
	examine_running
	case " $found" in
	*" $mistake_check "*) ;;
	*) FAIL "$mistake_check: not found after '$*': $(cat "$work/doctor")" ;;
	esac
	mend "$([ "$mistake_check" = arp ] && echo rogue || echo director)"
	mistakes=$((mistakes + 1))
}
mistakes=0

# Before it runs: no daemon, no device.
examine
same "before" "daemon device " "$(echo "$found" | sed 's/forwarding //; s/[a-z-]*route //g; s/rp-filter //')"

direct
examine_running
[ -n "$found" ] || FAIL "nothing is wrong though nothing is set up"
mend director
same "healthy" "" "$found"
same "served" "server" "$(at client curl -sSf -m 30 http://192.0.2.10/)"
same "served on the clients' network" "server" "$(at client curl -sSf -m 30 http://10.1.0.50/)"
same "served at a local address" "server" "$(at client curl -sSf -m 30 http://10.1.0.60/)"

mistake forwarding director sysctl -qw net.ipv4.ip_forward=0
mistake rp-filter director sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.lvs0.rp_filter=1
mistake accept-local director sysctl -qw net.ipv4.conf.lvs0.accept_local=0
mistake queue director ip link set dev lvs0 txqueuelen 500
mistake mtu director ip link set dev lvs0 mtu 1400
mistake vip-route director ip route del 192.0.2.10
mistake return-route director ip rule del pref 110
mistake local-vip director ip rule add pref 0 lookup local
mistake proxy director ip neigh del proxy 10.1.0.50 dev lan
mistake device director ip link set dev lvs0 down
mistake arp rogue ip addr add 10.1.0.50/32 dev lo
same "served again" "server" "$(at client curl -sSf -m 30 http://10.1.0.50/)"

# What no command mends: found, and gone when it is put right.
# wrong <check> <text of lvs.conf> - a configuration that has it
wrong() {
	printf '%s\n' "$2" >"$work/other.conf"
	examine --socket /run/lvsd/control.sock --file "$work/other.conf"
	case " $found" in
	*" $1 "*) ;;
	*) FAIL "$1: not found: $(cat "$work/doctor")" ;;
	esac
	mistakes=$((mistakes + 1))
}
wrong configuration 'services: ( { address = "192.0.2.10:80"; shceduler = "rr"; } );'
one_network="$manual services: ( { address = \"10.1.0.50:80\"; servers: ( { address = \"10.1.0.3:80\"; } ); } );"
wrong same-network "$one_network"
at director sysctl -qw net.ipv4.conf.all.send_redirects=1
wrong redirects "$one_network"
at director sh -c "$(grep send_redirects "$work/fixes")" >/dev/null || FAIL "redirects: not a remedy"
examine --socket /run/lvsd/control.sock --file "$work/other.conf"
case $found in *redirects*) FAIL "redirects: not mended" ;; esac
tunnel() { echo "$manual director: { dip = \"10.2.0.1\"; }; services: ( { address = \"192.0.2.10:80\"; forward = \"tunnel\"; $1 servers: ( { address = \"10.2.0.2:80\"; } ); } );"; }
wrong tunnel-mtu "$(tunnel)"
tunnel 'mss_clamp = "auto";' >"$work/other.conf"
examine --socket /run/lvsd/control.sock --file "$work/other.conf"
case $found in *tunnel-mtu*) FAIL "tunnel-mtu: not mended" ;; esac

configure "$(services 0)"; reload
examine_running
same "no servers" "servers " "$found"
configure "$(services 1)"; reload

at director ip link set dev to-server down
examine_running
case " $found" in *" server-route "*) ;; *) FAIL "server-route: $(cat "$work/doctor")" ;; esac
at director ip link set dev to-server up
carrier director to-server
examine_running
mend director
same "healthy at last" "" "$found"
[ $mistakes -ge 15 ] || FAIL "only $mistakes mistakes"

# JSON has all checks.
at director "$lvsctl" doctor --json --file "$work/lvs.conf" >"$work/json" || FAIL "JSON: $(cat "$work/json")"
grep -q '"ok": true' "$work/json" || FAIL "JSON: $(cat "$work/json")"
[ "$(grep -c '"check":' "$work/json")" -ge 20 ] || FAIL "JSON has not all checks: $(cat "$work/json")"

# Without the daemon, and without /dev/net/tun.
stop
mount -t tmpfs tmpfs /dev/net || SKIP "no tmpfs on /dev/net"
examine
same "nothing there" "daemon device tun " "$(echo "$found" | sed 's/[a-z-]*route //g; s/proxy //')"
