#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lvsadm prints what ipvsadm prints, command by command, but for what tests/golden/deviations.txt says. No packets.
#
#	director: lvsd, whose services lvsadm makes
# shellcheck disable=SC1091 # beside this script
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need ip python3
in_namespace "$0" "$@"
need_tun

golden=$(cd "${top_srcdir:-../..}/tests/golden" && pwd)
lvsadm=$(cd "${top_builddir:-../..}" && pwd)/lvsadm
# Names of hosts and ports are this machine's; those that matter are what they were.
printf '%s\n' '172.0.0.1 localhost' >"$work/hosts"
printf '%s\n' 'domain 53/tcp' 'domain 53/udp' 'http 80/tcp' 'https 443/tcp' 'https 443/udp' 'http-alt 8080/tcp' >"$work/services"
printf '%s\n' 'hosts: files' 'services: files' >"$work/nsswitch"
for file in hosts services; do
	mount --bind "$work/$file" /etc/$file || SKIP "no $file of our own"
done
mount --bind "$work/nsswitch" /etc/nsswitch.conf || SKIP "no nsswitch.conf of our own"

host director
configure 'network: { setup = "manual"; }; director: { dip = "10.0.0.254"; dip6 = "[2001:db8:1::fe]"; }; services: ();'
direct
mkdir "$work/bin"
ln -s "$lvsadm" "$work/bin/ipvsadm"
at director ip link add dmy0 type dummy 2>/dev/null || :
at director env ${UPDATE:+UPDATE=1} python3 "${top_srcdir:-../..}/tests/netns/lvsadm_golden.py" "$golden" "$work/bin" "$@" ||
	{ [ -z "${UPDATE:-}" ] || cp "$work/bin/deviations.txt" "$UPDATE"; FAIL "lvsadm differs"; }
stop
