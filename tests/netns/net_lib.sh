# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The net layer on the host "director", through net_driver: commands go in by tell, events come out in /run/test/log.

mkfifo /run/test/commands
exec 3<>/run/test/commands

# start auto|manual [no-proxy] - take over device lvs0
start() {
	quiet
	spawn director /run/test/log "${top_builddir:-../..}/tests/netns/net_driver" lvs0 "$@" </run/test/commands
	until_true 30 grep -q '^attached' /run/test/log
	grep -q '^attached: fine' /run/test/log || FAIL "$(cat /run/test/log)"
}

# tell <command...>;  told <pattern> - it has happened;  quiet - what happened until now no longer counts
tell() { echo "$*" >&3; }
told() { until_true 30 grep -q "$1" /run/test/log; }
quiet() { : >/run/test/log; }

# want <vips> <servers> - and wait until it is done
want() {
	quiet
	tell "vips $1"; tell "servers $2"; tell apply
	told '^applied: fine'
}

# finish - clean up and end
# shellcheck disable=SC2154 # set by spawn
finish() { tell quit; wait "$spawned"; }
