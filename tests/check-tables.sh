#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A row of a table is a promise: of a source file, of a test that mirrors it, and of words in the manual. Usage:
# check-tables.sh [tree]
#
# A table is a file src/WHERE/AXIS.def with rows AXIS(name). Its plug-ins stand in src/WHERE/AXIS/ or, where the axis is
# the folder, in src/WHERE/. Their tests are among the unit tests or, for what changes packets, in tests/packet/. The
# manual names a plug-in in any page (but for the packet driver of tests, which no operator can choose), and each drop
# reason in lvsd(8) or lvs-decap(8).
set -eu

cd "${1:-${top_srcdir:-.}}"
failed=0

fail()
{
	echo "$*"
	failed=1
}

# rows <table> <macro> - first argument of each row
rows()
{
	sed -n "s/^$2(\\([A-Za-z0-9_]*\\).*/\\1/p" "$1"
}

# words <page>... - the pages without their roff
words()
{
	sed -e 's/\\f[A-Z]//g' -e 's/\\-/-/g' -e 's/\\&//g' "$@"
}

# pages - all there are, or /dev/null
pages()
{
	find man -name '*.[1-8]' 2>/dev/null | grep . || echo /dev/null
}

# named <word> <page>... - is it a word of the manual?
named()
{
	word=$1
	shift
	words "$@" | grep -qw -- "$word"
}

# plugins <table> - each row has its file, its test, and its word in the manual
plugins()
{
	axis=$(basename "$1" .def)
	where=$(dirname "$1")
	[ "$(basename "$where")" = "$axis" ] || where=$where/$axis
	mirror=tests/unit/${where#src/}
	for name in $(rows "$1" "$(echo "$axis" | tr '[:lower:]' '[:upper:]')"); do
		[ -f "$where/$name.c" ] || fail "$1: $name: no $where/$name.c"
		test=$mirror/test_$name
		[ -f "$test.c" ] || ! [ -f "tests/packet/test_$name.c" ] || test=tests/packet/test_$name
		[ -f "$test.c" ] || fail "$1: $name: no $test.c"
		grep -qsw "$test" "${test%/*}/Makefile.inc" || fail "$1: $name: its test is in no Makefile.inc"
		# shellcheck disable=SC2046 # one word per page
		named "$name" $(pages) || [ "$axis $name" = "io mem" ] || fail "$1: $name: not in the manual"
	done
}

# reasons <table> <program> - its page has an item for every reason
reasons()
{
	[ -f "man/$2.8" ] || { fail "$1: no man/$2.8"; return; }
	sed -n 's/^[A-Z]*([^"]*"\([a-z0-9_]*\)".*/\1/p' "$1" | {
		while read -r name; do
			grep -qx "\.It Cm $name" "man/$2.8" || fail "$1: $name: not in $2(8)"
		done
		return "$failed"
	} || failed=1
}

# events <table> - the page of the configuration has an item for every one
events()
{
	# shellcheck disable=SC2013 # words without blanks
	for name in $(sed -n 's/^EVENT([^"]*"\([a-z_]*\)".*/\1/p' "$1"); do
		grep -qx "\.It Cm $name" man/lvs.conf.5 || fail "$1: $name: not in lvs.conf(5)"
	done
}

# commands <table> - each row has its file, and an item of lvsctl(8)
commands()
{
	for name in $(rows "$1" COMMAND); do
		[ -f "$(dirname "$1")/$name.c" ] || fail "$1: $name: no $(dirname "$1")/$name.c"
		grep -q "^\.It Cm $name\b" man/lvsctl.8 || fail "$1: $name: not in lvsctl(8)"
	done
}

# resources <table> - lvsd-api(7) has each path; docs/openapi.yaml is held against all of it by tests/check-openapi.sh
resources()
{
	# shellcheck disable=SC2013 # words without blanks
	for path in $(sed -n 's/^ROUTE([A-Z]*, "\([^"]*\)".*/\1/p' "$1" | LC_ALL=C sort -u); do
		grep -Fq -- "$path" man/lvsd-api.7 || fail "$1: $path: not in lvsd-api(7)"
	done
}

for table in $(find src -name '*.def' | LC_ALL=C sort); do
	case ${table##*/} in
	proto.def|sched.def|forward.def|tunnel.def|helper.def|check.def|io.def|notify.def) plugins "$table";;
	drop.def) reasons "$table" lvsd;;
	reason.def) reasons "$table" lvs-decap;;
	event.def) events "$table";;
	command.def) commands "$table";;
	option.def) ;;	# tests/lvsctl_help.sh compares options with the manual
	route.def) resources "$table";;
	*) fail "$table: a table that no rule covers";;
	esac
done
exit "$failed"
