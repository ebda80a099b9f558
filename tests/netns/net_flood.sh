#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	client 10.1.0.2 -------- 10.1.0.1 director    lvs0
#
# More notifications than fit: what was missed is found by looking again. And somebody who keeps removing what is installed meets
# patience, not a busy loop.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
need ip
in_namespace "$0" "$@"
need_tun
. "${top_srcdir:-../..}/tests/netns/net_lib.sh"

host client director
wire client 10.1.0.2/24 director 10.1.0.1/24
start auto
want '192.0.2.10 10.1.0.50' '10.1.0.2'

# everything - what is ours
everything() {
	{
		at director ip rule show | grep 'proto 77'
		at director ip route show table all proto 77
		at director ip neigh show proxy
	} | sort
}
# shellcheck disable=SC2317 # called by until_true
is() { [ "$(everything)" = "$1" ]; }
whole=$(everything)
[ "$(echo "$whole" | wc -l)" -eq 6 ] || FAIL "installed: $whole"

for batch in 1 2 3 4 5 6 7 8 9 10; do
	seq -f "route add 172.16.$batch.%g dev to-client" 0 255
done >/run/test/add
sed 's/add/del/' /run/test/add >/run/test/del

kill -STOP "$spawned"
at director ip -batch /run/test/add
at director ip -batch /run/test/del
at director ip route flush table 77
at director ip route flush proto 77
at director ip rule del pref 111 iif to-client ipproto icmp
at director ip addr add 10.1.0.50/32 dev to-client
kill -CONT "$spawned"
until_true 30 sh -c 'ip -n director rule | grep -q "^10:"'
told '^local 10.1.0.50 yes'
at director ip addr del 10.1.0.50/32 dev to-client
until_true 30 is "$whole"

# Removed again and again: repaired in the end, in far fewer rounds, as their distance grows.
quiet
for _ in $(seq 300); do
	at director ip route del 192.0.2.10 2>/dev/null
done
until_true 30 is "$whole"
repairs=$(grep -c 'installed' /run/test/log)
[ "$repairs" -ge 1 ] || FAIL "never repaired"
[ "$repairs" -le 10 ] || FAIL "$repairs repairs"
finish
exit 0
