# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lvsctl as an operator uses it, behind director.sh, which sets $work.
# shellcheck disable=SC2154

lvsctl=${top_builddir:-../..}/lvsctl

# ctl <status> <arguments...> - its output is in $work/out and $work/err
ctl() {
	wanted=$1; shift
	at director "$lvsctl" "$@" >"$work/out" 2>"$work/err"
	status=$?
	[ $status = "$wanted" ] || FAIL "lvsctl $*: status $status, not $wanted: $(cat "$work/out" "$work/err")"
}

# has <text> - what was printed has it, blanks squeezed;  complains <text> - so has standard error
has() { tr -s ' ' <"$work/out" | grep -q -e "$1" || FAIL "no '$1' in: $(cat "$work/out")"; }
complains() { grep -q -e "$1" "$work/err" || FAIL "no '$1' in: $(cat "$work/err")"; }

# json <python> - of what was printed, as d
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$work/out" "$1"; }
