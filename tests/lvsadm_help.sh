#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The options in "lvsadm --help" are those in lvsadm(8) and in the completion of each shell; and called as ipvsadm, it says
# what ipvsadm 1.31 says.
set -u

src=$(cd "${top_srcdir:-.}" && pwd)
lvsadm=$(cd "${top_builddir:-.}" && pwd)/lvsadm
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
fail() { echo "FAIL: $*"; failed=1; }
unique() { LC_ALL=C sort -u; }

# Everything but the usage in front, which names only a few.
"$lvsadm" --help | sed '1,/^Commands:/d' >"$dir/help"
{
	grep -o -- ' --[a-z0-9-]*' "$dir/help" | tr -d ' '
	sed -n 's/^  --[a-z0-9-]*|-\([A-Za-z0-9]\).*/-\1/p; s/^  --[a-z0-9-]*  *-\([A-Za-z0-9]\).*/-\1/p' "$dir/help"
	echo -l	# "-L|-l"
} | unique >"$dir/options"
[ "$(wc -l <"$dir/options")" -gt 80 ] || fail "the help has only $(wc -l <"$dir/options") options"

# "Fl A , Fl Fl add-service", "Fl L , l , Fl Fl list"
sed -n '/^\.Sh DESCRIPTION/,/^\.Sh RESTORE/p' "$src/man/lvsadm.8" | sed -n 's/^\.It Fl/Fl/p; s/^\.Fl Fl/Fl Fl/p' |
	sed -e 's/ Ar .*, Fl / , Fl /' -e 's/Fl Fl \([a-z0-9-]*\)/--\1/g' -e 's/Fl \([A-Za-z0-9]\)\( .*\)* , l /-\1 -l /' \
		-e 's/Fl \([A-Za-z0-9]\)/-\1/g' | tr ' ' '\n' | grep -- '^-' | unique >"$dir/page"
diff "$dir/options" "$dir/page" || fail "the options of the help and of the page differ"

sed -n '/words="-A/,/;;/p' "$src/contrib/completion/lvsadm.bash" | grep -oE -- '-[A-Za-z0-9]\>|--[a-z0-9-]+' | unique >"$dir/bash"
diff "$dir/options" "$dir/bash" || fail "the options of the help and of bash's completion differ"
grep -oE -- "^	[^[]*" "$src/contrib/completion/_lvsadm" | grep -oE -- '-[A-Za-z0-9]\>|--[a-z0-9-]+' | unique >"$dir/zsh"
diff "$dir/options" "$dir/zsh" || fail "the options of the help and of zsh's completion differ"
sed -n 's/^complete -c lvsadm -[sl]/&/p' "$src/contrib/completion/lvsadm.fish" |
	sed -e "s/ -d '.*//" -e "s/ -[xr] .*//" -e 's/ -s / -/' -e 's/ -l / --/' -e 's/^complete -c lvsadm//' | tr ' ' '\n' |
	grep -- '^-' | unique >"$dir/fish"
diff "$dir/options" "$dir/fish" || fail "the options of the help and of fish's completion differ"

for shell in bash:lvsadm.bash zsh:_lvsadm fish:lvsadm.fish; do
	! command -v "${shell%:*}" >/dev/null || "${shell%:*}" -n "$src/contrib/completion/${shell#*:}" ||
		fail "${shell%:*} does not take its completion"
done
if command -v bash >/dev/null; then
	completes() {
		bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lvsadm "$1"; echo "${COMPREPLY[*]}"' bash \
			"$src/contrib/completion/lvsadm.bash" "$@"
	}
	[ "$(completes lvsadm -A -s wl)" = wlc ] || fail "bash: a scheduler"
	[ "$(completes lvsadm --add-se)" = "--add-service --add-server" ] || fail "bash: an option"
	[ "$(completes lvsadm --tun-type g)" = "gue gre" ] || fail "bash: a tunnel"
fi

if command -v fish >/dev/null; then
	# shellcheck disable=SC2016 # fish's own
	[ "$(HOME=$dir fish -c 'source $argv[1]; complete -C "lvsadm -A -s wl"' "$src/contrib/completion/lvsadm.fish" | cut -f 1)" = wlc ] ||
		fail "fish: a scheduler"
fi

# The words that completion offers are those there are.
sed -n 's/^SCHED(\([a-z]*\))/\1/p' "$src/src/engine/sched.def" >"$dir/scheds"
while read -r sched; do
	for shell in lvsadm.bash _lvsadm lvsadm.fish; do
		grep -qw "$sched" "$src/contrib/completion/$shell" || fail "$shell: no scheduler $sched"
	done
done <"$dir/scheds"

# What ipvsadm says is in tests/golden, command by command.
ln -s "$lvsadm" "$dir/ipvsadm"
sed -n '/^\$ /,$p' "$src/tests/golden/cli-help.txt" | while read -r dollar program option; do
	[ "$dollar $program" = "\$ ipvsadm" ] || continue
	(PATH=$dir:$PATH; ipvsadm "$option" >"$dir/out" 2>&1; echo "[exit $?]" >>"$dir/out")
	awk -v want="\$ ipvsadm $option" '$0 == want { on = 1; next } /^\$ / { on = 0 } on' "$src/tests/golden/cli-help.txt" |
		diff - "$dir/out" || echo "FAIL: ipvsadm $option"
done >"$dir/golden"
[ ! -s "$dir/golden" ] || { cat "$dir/golden"; failed=1; }
exit $failed
