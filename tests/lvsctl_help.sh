#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What "lvsctl --help" lists is in lvsctl(8) and in the completion of each shell, and nothing else is.
set -u

src=$(cd "${top_srcdir:-.}" && pwd)
lvsctl=$(cd "${top_builddir:-.}" && pwd)/lvsctl
page=$src/man/lvsctl.8
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
fail() { echo "FAIL: $*"; failed=1; }

"$lvsctl" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >"$dir/commands"
sed -n '/^\.Sh COMMANDS/,/^\.Sh [^C]/s/^\.It Cm \([a-z]*\).*/\1/p' "$page" | uniq >"$dir/page"
diff "$dir/commands" "$dir/page" || fail "the commands of the help and of the page differ"

# Options of a command stand behind its item, up to the next one.
while read -r command; do
	"$lvsctl" "$command" --help | sed -n '/^Options:/,$s/^ .* --\([a-z]*\).*/\1/p' | grep -vx 'help\|socket\|json\|raw\|watch\|count' |
		sort -u >"$dir/options"
	awk -v command="$command" '/^\.It Cm/ { on = $3 == command } /^\.Sh/ { on = 0 } on' "$page" |
		grep -o 'Fl Fl [a-z]*' | sed 's/Fl Fl //' | sort -u >"$dir/page"
	diff "$dir/options" "$dir/page" || fail "the options of $command in the help and on the page differ"
done <"$dir/commands"
for option in help socket version json raw watch count; do
	sed -n '/^\.Sh OPTIONS/,/^\.Sh COMMANDS/p' "$page" | grep -q "Fl Fl $option" || fail "--$option is not among the page's options"
done

for shell in bash:lvsctl.bash zsh:_lvsctl fish:lvsctl.fish; do
	sh "$src/contrib/completion/make.sh" "${shell%:*}" "$lvsctl" >"$dir/made"
	[ -z "${UPDATE:-}" ] || cp "$dir/made" "$src/contrib/completion/${shell#*:}"
	diff "$src/contrib/completion/${shell#*:}" "$dir/made" || fail "the completion for ${shell%:*} is not that of the help; see make.sh"
	! command -v "${shell%:*}" >/dev/null || "${shell%:*}" -n "$dir/made" || fail "${shell%:*} does not take its completion"
done

# What bash completes, by its own machinery.
if command -v bash >/dev/null; then
	completed() {
		bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lvsctl; echo "${COMPREPLY[*]}"' bash \
			"$src/contrib/completion/lvsctl.bash" "$@"
	}
	[ "$(completed lvsctl im)" = import ] || fail "bash: a command"
	[ "$(completed lvsctl import pi)" = piranha ] || fail "bash: a word: $(completed lvsctl import pi)"
	[ "$(completed lvsctl import --i)" = --id ] || fail "bash: an option"
fi
exit $failed
