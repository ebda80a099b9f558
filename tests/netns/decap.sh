#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lvs-decap by itself: what it says when something is missing, what it warns of, whose addresses it listens at, what it
# leaves behind.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need setpriv python3
in_namespace "$0" "$@"
need_tun

work=/run/test
decap=${LVS_DECAP:-${top_builddir:-../..}/lvs-decap}
tunnel=${top_srcdir:-../..}/tests/netns/tunnel.py
[ -x "$decap" ] || FAIL "no lvs-decap at $decap"

# refused <what> <pattern> <command...> - it does not start, and says why
refused() {
	what=$1 pattern=$2; shift 2
	at server timeout 10 "$@" >$work/refused.log 2>&1
	same "$what: status" 1 $?
	grep -q -- "$pattern" $work/refused.log || FAIL "$what: no \"$pattern\": $(cat $work/refused.log)"
}

# run [options...] - start it and wait until it is ready; its process is $spawned
ready_or_dead() { grep -q ready: $work/decap.log || ! kill -0 "$spawned" 2>/dev/null; }
run() {
	spawn server $work/decap.log "$@"
	until_true 30 ready_or_dead
	grep -q ready: $work/decap.log || FAIL "did not start: $(cat $work/decap.log)"
}
end() {
	kill -TERM "$spawned"
	wait "$spawned" || FAIL "ended with status $?: $(cat $work/decap.log)"
}
counted() {
	: >$work/decap.log
	until_true 30 sh -c "kill -USR1 $spawned; grep -q -- '$1' $work/decap.log"
}

host director server
wire director 10.0.1.1/24,2001:db8:1::1/64 server 10.0.1.2/24,2001:db8:1::2/64
at server ip addr add 10.0.1.3/24 dev to-director
at server ip addr add 192.0.2.1/32 dev lo

refused "no capability for sockets" 'no CAP_NET_RAW' \
	setpriv --bounding-set=-net_raw --inh-caps=-net_raw "$decap" -v 192.0.2.1
refused "no capability for the device" 'no CAP_NET_ADMIN' \
	setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$decap" -v 192.0.2.1
refused "an address of somebody else" 'protocol 4 at 10.0.1.9: it is no address of this host' "$decap" -v 192.0.2.1 -l 10.0.1.9
refused "a name that is taken" 'delete it or choose another name' "$decap" -v 192.0.2.1 -d to-director

# A second one: the port is taken, then the device.
run "$decap" -v 192.0.2.1 -t gue -f 10.0.1.1
refused "a port that is taken" 'UDP at 0.0.0.0:6080: another program has the port' "$decap" -v 192.0.2.1 -t gue
refused "a device that is taken" 'another process has it open' "$decap" -v 192.0.2.1 -t gue -p 6081
grep -q warning: $work/decap.log && FAIL "warned: $(cat $work/decap.log)"
end
at server ip link show lvsdecap0 2>/dev/null && FAIL "the device is still there"

# A virtual address that nobody has, no list of directors.
run "$decap" -v 192.0.2.1 -v 192.0.2.2 -v 2001:db8:ff::1
grep -q '192.0.2.2 is none of this host.*ip addr add 192.0.2.2 dev lo' $work/decap.log || FAIL "no warning of 192.0.2.2"
grep -q '2001:db8:ff::1 is none of this host' $work/decap.log || FAIL "no warning of 2001:db8:ff::1"
grep -q '192.0.2.1 is none' $work/decap.log && FAIL "warning of 192.0.2.1"
grep -q 'no --from' $work/decap.log || FAIL "no warning of --from"
end

# Where /proc/sys is read-only, it says what to do.
at server unshare -m sh -c "mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec timeout 2 $decap -v 192.0.2.1 -f 10.0.1.1" \
	>$work/ro.log 2>&1
grep -q 'mend it with: sysctl -w net/ipv4/conf/lvsdecap0/' $work/ro.log || FAIL "read-only /proc/sys: $(cat $work/ro.log)"

# Only at one address; a device that was there before stays.
at server ip tuntap add name ours mode tun vnet_hdr
at server ip addr add 10.77.0.1/32 dev ours
at server sysctl -qw net.ipv4.conf.all.rp_filter=2
run "$decap" -v 192.0.2.1 -f 10.0.1.1 -l 10.0.1.3 -d ours
at director ip route add 192.0.2.1/32 via 10.0.1.2
at director python3 "$tunnel" send 10.0.1.2 192.0.2.1 9
at director python3 "$tunnel" send 10.0.1.3 10.0.1.3 9
counted 'dropped 1 (vip)'
at director python3 "$tunnel" send 10.0.1.3 192.0.2.1 9
counted 'in 2 packets 66 bytes, out 1 packets 33 bytes'
end
at server ip link show ours >/dev/null || FAIL "the operator's device is gone"
same "its address" 10.77.0.1/32 "$(at server ip -o -4 addr show dev ours | awk '{ print $4 }')"
