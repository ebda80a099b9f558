#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Configurations of other programs, each with what "lvsctl import" makes of it and says about it. What it makes, lvsd takes.
# UPDATE=1 writes what is seen in the place of what is expected.
set -u

lvsctl=$(cd "${top_builddir:-.}" && pwd)/lvsctl
lvsd=$(cd "${top_builddir:-.}" && pwd)/lvsd
cd "${top_srcdir:-.}/tests/import" || exit 1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0 seen=0

# import <format> <file>
import()
{
	"$lvsctl" import "$1" "$2" --id one >"$dir/conf" 2>"$dir/report"
	status=$?
	seen=$((seen + 1))
	{ cat "$dir/conf"; echo "--- $status"; cat "$dir/report"; } >"$dir/out"
	[ -z "${UPDATE:-}" ] || cp "$dir/out" "$2.out"
	diff -u "$2.out" "$dir/out" || { echo "FAIL: $2: something else than expected"; failed=1; }
	case $2 in
	wrong.*) [ "$status" = 6 ] && [ ! -s "$dir/conf" ] ;;
	*) [ "$status" = 0 ] && "$lvsd" --check-config "$dir/conf" >"$dir/check" 2>&1 ;;
	esac || { echo "FAIL: $2: lvsd does not take it"; cat "$dir/check"; failed=1; }
}

for file in *.ipvsadm; do import ipvsadm "$file"; done
for file in *.keepalived; do import keepalived "$file"; done
for file in *.ldirectord; do import ldirectord "$file"; done
for file in *.cf; do import piranha "$file"; done
[ "$seen" -ge 43 ] || { echo "FAIL: only $seen configurations"; failed=1; }

# From standard input, and what cannot be read.
"$lvsctl" import ipvsadm - <saved.ipvsadm 2>/dev/null | sed 1d >"$dir/stdin"
sed -e '/^---/,$d' -e 1d saved.ipvsadm.out | diff -u - "$dir/stdin" || { echo "FAIL: from standard input"; failed=1; }
"$lvsctl" import ipvsadm "$dir/none" 2>"$dir/err" && failed=1
grep -q 'none: No such file' "$dir/err" || { echo "FAIL: a file that is not there:"; cat "$dir/err"; failed=1; }
exit $failed
