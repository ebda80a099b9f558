#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a service manager is told: readiness, reloads with their time, signs of life, the end.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need socat
in_namespace "$0" "$@"
need_tun

# heard <text> [n] - the manager has been told, at least n times
heard() { [ "$(signs "$1")" -ge "${2:-1}" ]; }
# signs <text> - how often it was said; one datagram may follow another on the same line
signs() { grep -o -- "$1" $work/told | wc -l; }

stage 1
configure "$(web_conf rr 1)"
: >$work/told
spawn director $work/socat.log socat -u UNIX-RECV:$work/manager OPEN:$work/told,append
until_true 30 test -S $work/manager
direct_as env NOTIFY_SOCKET=$work/manager WATCHDOG_USEC=200000
until_true 30 heard 'READY=1'
until_true 30 heard 'STATUS=.*2 services'
until_true 30 heard 'WATCHDOG=1' 5

reload
until_true 30 heard 'RELOADING=1'
until_true 30 heard 'MONOTONIC_USEC=[0-9]'
until_true 30 heard 'READY=1' 2
echo nonsense >$work/lvs.conf
reload
until_true 30 heard 'READY=1' 3
until_true 30 heard 'STATUS=.*refused'

kill -STOP "$director"
before=$(signs WATCHDOG=1)
# A director that does not turn is silent: three times the interval passes without a sign of life.
at director timeout 0.6 tail -f /dev/null
[ "$(signs WATCHDOG=1)" -le $((before + 1)) ] || FAIL "signs of life from a stopped process"
kill -CONT "$director"
until_true 30 heard 'WATCHDOG=1' $((before + 3))
stop
until_true 30 heard 'STOPPING=1'
