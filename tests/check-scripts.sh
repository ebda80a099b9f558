#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The scripts that check the tree are checked themselves: each rule is broken once in a small tree, and must be noticed.
set -eu

scripts=$(cd "${top_srcdir:-.}/tests" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

# put <file> <line>... - a file of the tree
put()
{
	file=$tree/$1
	shift
	mkdir -p "$(dirname "$file")"
	printf '%s\n' "$@" > "$file"
}

# many <n> <text>
many()
{
	awk -v n="$1" -v text="$2" 'BEGIN { while (n-- > 0) print text }'
}

# wide <n> - so many letters
wide()
{
	many "$1" x | tr -d '\n'
}

# bugs <number>... - a row for each
bugs() { printf '%s unit/engine/test_dot is_right\n' "$@"; }

# good_tree - one that breaks no rule
good_tree()
{
	rm -rf "${tree:?}"/*
	put src/base/list.h '#include <stdint.h>'
	put src/engine/sched.def 'SCHED(rr)'
	put src/engine/drop.def 'DROP(TTL,	"ttl",	"time to live exceeded")'
	put src/engine/sched.h '#include "base/list.h"'
	put src/engine/sched.c '#include "engine/sched.h"' '#include <string.h>' '#include "engine/sched.def"'
	put src/engine/sched/rr.c '#include "engine/sched.h"' 'int f(void)' '{' "$(many 60 '	x++;')" '}'
	put src/io/tun.c '#include <event2/event.h>' '#include "engine/packet.h"' '#include "io/io.h"' '#include "sys/log.h"'
	put src/sys/loop.c "	$(wide 124)" "	say(\"\\\"$(wide 130)\");"
	put src/lvsd/main.c '#include "engine/engine.h"' '#include "conf/conf.h"'
	put tests/unit/engine/sched/test_rr.c '#include "tests/lib/test.h"' '#include "engine/sched.h"'
	put tests/unit/engine/sched/Makefile.inc 'unit_tests += tests/unit/engine/sched/test_rr'
	put tests/unit/engine/test_dot.c 'static void is_right(void **state)' '	cmocka_unit_test(is_right),'
	put tests/unit/engine/Makefile.inc 'unit_tests += tests/unit/engine/test_dot'
	put tests/bugs.txt "$(bugs 106 129 187 381 479 608 649 871 1144 1163 1228 1354 1720 1877 1904)"
	put tests/points.txt '# a comment' "$(seq 25 | sed 's#$# unit/engine/test_dot is_right#')" '3 later src/sync : not yet'
	put man/lvs.conf.5 '.TP' '.B rr' 'Round robin.'
	put man/lvsd.8 '.It Cm ttl' 'Time to live exceeded over' 'land.'
}

# expect <script> <text> - it fails, and says why
expect()
{
	if output=$("$scripts/$1" "$tree" 2>&1); then
		echo "$1 does not notice: $2"
		failed=1
	elif ! echo "$output" | grep -qF -- "$2"; then
		echo "$1 does not say: $2"
		echo "$output"
		failed=1
	fi
	good_tree
}

good_tree
for script in check-layers.sh check-lists.sh check-tables.sh; do
	"$scripts/$script" "$tree" || { echo "$script finds fault with a good tree"; failed=1; }
done

put src/base/list.h '#include <stdint.h>' '#include "engine/sched.h"'
expect check-layers.sh 'src/base/list.h:2: base may not include "engine/sched.h"'
put src/base/list.h '#include <stdio.h>'
expect check-layers.sh 'src/base/list.h:1: base may not include <stdio.h>'
put src/engine/sched.c '#include "engine/sched.h"' '#include <unistd.h>'
expect check-layers.sh 'src/engine/sched.c:2: engine may not include <unistd.h>'
put src/engine/sched.c '#include "engine/sched.h"' '#include "sys/log.h"'
expect check-layers.sh 'src/engine/sched.c:2: engine may not include "sys/log.h"'
put src/engine/sched.c '#include <string.h>' '#include "engine/sched.h"'
expect check-layers.sh 'src/engine/sched.c:1: "engine/sched.h" is to be included first'
put src/engine/sched/rr.c '#include "engine/proto/tcp.h"'
expect check-layers.sh 'src/engine/sched/rr.c:1: a plug-in may not include "engine/proto/tcp.h"'
put src/engine/sched/rr.c '#include "engine/sched/wrr.h"'
expect check-layers.sh 'src/engine/sched/rr.c:1: a plug-in may not include "engine/sched/wrr.h"'
put src/io/tun.c '#include "engine/conn.h"'
expect check-layers.sh 'src/io/tun.c:1: io may not include "engine/conn.h"'
put src/lvsctl/main.c '#include "engine/engine.h"'
expect check-layers.sh 'src/lvsctl/main.c:1: lvsctl may not include "engine/engine.h"'
put src/metrics/page.c '#include "conf/conf.h"' '#include "conf/diff.h"'
expect check-layers.sh 'src/metrics/page.c:2: metrics may not include "conf/diff.h"'
put src/frobnicate/x.c '#include "base/list.h"'
expect check-layers.sh 'layer "frobnicate" is in no rule'
put src/sys/log.c '#include "log2.h"'
expect check-layers.sh '"log2.h" does not begin at src/'
put src/sys/log.c '#include "tests/lib/test.h"'
expect check-layers.sh 'shipped code may not include "tests/lib/test.h"'
put src/sys/log.c "$(many 601 '//')"
expect check-layers.sh 'file of 601 lines'
put src/sys/log.c 'int f(void)' '{' "$(many 61 '	x++;')" '}'
expect check-layers.sh 'src/sys/log.c:2: function of 61 lines'
put src/sys/log.c "	$(wide 125)"
expect check-layers.sh 'src/sys/log.c:1: line of more than 132 columns'
put src/sys/log.c "	say(\"x\", $(wide 125));"
expect check-layers.sh 'src/sys/log.c:1: line of more than 132 columns'
put src/sys/log.c "$(many 9 '#include "base/list.h"')"
expect check-layers.sh '9 project includes'

# points <row>... - all are shown by one test; then these rows
points()
{
	put tests/points.txt "$(seq 24 | sed 's#$# unit/engine/test_dot is_right#')" "$@"
}

points
expect check-lists.sh '25: no test'
points '25 unit/engine/test_dot is_wrong'
expect check-lists.sh '25: tests/unit/engine/test_dot.c: no test is_wrong'
put tests/unit/engine/test_dot.c 'static void is_right(void **state)' '	cmocka_unit_test(is_wrong),'
expect check-lists.sh 'test_dot.c: is_right is not run'
put tests/unit/engine/Makefile.inc 'unit_tests += tests/unit/engine/test_dot_2'
expect check-lists.sh 'tests/unit/engine/test_dot.c is in no Makefile.inc'
points '25 unit/engine/test_line is_right'
expect check-lists.sh '25: no tests/unit/engine/test_line.c'
points '25 netns/none.sh'
expect check-lists.sh '25: no script tests/netns/none.sh'
points '25 later src/io : it is there'
expect check-lists.sh '25: src/io is there, so name its test'
points '25 later src/sync'
expect check-lists.sh '25: no reason'
points 'twenty-five unit/engine/test_dot is_right'
expect check-lists.sh 'not a row: twenty-five'
put tests/bugs.txt "$(bugs 106 129 187 381 479 608 649 871 1144 1163 1228 1354 1720 1877)"
expect check-lists.sh 'tests/bugs.txt: 1904: no test'

put src/engine/sched.def 'SCHED(rr)' 'SCHED(wrr)'
expect check-tables.sh 'src/engine/sched.def: wrr: no src/engine/sched/wrr.c'
rm "$tree/tests/unit/engine/sched/test_rr.c"
expect check-tables.sh 'rr: no tests/unit/engine/sched/test_rr.c'
put tests/unit/engine/sched/Makefile.inc 'unit_tests += tests/unit/engine/sched/test_rr_2'
expect check-tables.sh 'rr: its test is in no Makefile.inc'
put man/lvs.conf.5 'wrr'
expect check-tables.sh 'rr: not in the manual'
put src/engine/drop.def 'DROP(TTL, "ttl", "")' 'DROP(LAND, "land", "")'
expect check-tables.sh 'src/engine/drop.def: land: not in lvsd(8)'
put src/engine/forward.def 'FORWARD(masq)'
put tests/packet/test_masq.c ''
expect check-tables.sh 'masq: its test is in no Makefile.inc'
put src/io/io.def 'IO(tun)'
expect check-tables.sh 'tun: no tests/unit/io/test_tun.c'
put src/conf/key.def 'KEY(x)'
expect check-tables.sh 'src/conf/key.def: a table that no rule covers'
exit "$failed"
