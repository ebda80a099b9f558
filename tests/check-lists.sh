#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is in the lists of tests/points.txt and tests/bugs.txt has a test, and it is there: written down, run by its program,
# built by a Makefile.inc; or it concerns something that does not exist yet. Usage: check-lists.sh [tree]
set -eu

cd "${1:-${top_srcdir:-.}}"
failed=0

fail()
{
	echo "$table: $*"
	failed=1
}

# test_there <point> <program> <name> - it is defined, and run under that very name
test_there()
{
	file=tests/$2.c
	[ -f "$file" ] || { fail "$1: no $file"; return; }
	grep -q "^static void $3(void \*\*state)" "$file" || fail "$1: $file: no test $3"
	grep -Eq "^[[:space:]]*(cmocka_unit_test[a-z_]*|TEST)\\($3[,)]" "$file" || fail "$1: $file: $3 is not run"
	grep -qw "tests/$2" "${file%/*}/Makefile.inc" || fail "$1: $file is in no Makefile.inc"
}

# script_there <point> <script>
script_there()
{
	if ! [ -x "tests/$2" ] || ! grep -qsw "tests/$2" "tests/${2%/*}/Makefile.inc"; then
		fail "$1: no script tests/$2"
	fi
}

# later <point> <path>... : <reason>
later()
{
	later_point=$1
	shift
	while [ $# -gt 0 ] && [ "$1" != : ]; do
		[ ! -e "$1" ] || fail "$later_point: $1 is there, so name its test"
		shift
	done
	[ $# -gt 1 ] || fail "$later_point: no reason"
}

row()
{
	point=$1
	shift
	case $1 in
	later) shift; later "$point" "$@";;
	*.sh) script_there "$point" "$1";;
	*) [ $# -eq 2 ] || { fail "$point: not a row: $*"; return; }
	   test_there "$point" "$1" "$2";;
	esac
}

# list <table> <number...> - all of its rows, and of each number there is one
list()
{
	table=$1
	shift
	while read -r line; do
		case $line in
		''|'#'*) ;;
		[0-9]*)
			# shellcheck disable=SC2086 # words
			row $line;;
		*) fail "?: not a row: $line";;
		esac
	done <"$table"
	for point; do
		grep -q "^$point " "$table" || fail "$point: no test"
	done
}

# shellcheck disable=SC2046 # words
list tests/points.txt $(seq 25)
list tests/bugs.txt 106 129 187 381 479 608 649 871 1144 1163 1228 1354 1720 1877 1904
exit "$failed"
