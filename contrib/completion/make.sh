#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Writes a completion script from what "lvsctl --help" says: make.sh {bash|zsh|fish} LVSCTL
#
# The results lie beside this script; tests/lvsctl_help.sh sees that they are those of the present help.
set -eu
shell=$1 lvsctl=$2

# commands - "NAME|ARGS|HELP";  options <command> - "LETTER|NAME|VALUE|HELP"
commands() {
	"$lvsctl" --help | awk -F '   *' '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on {
		name = args = $2; sub(/ .*/, "", name); if (!sub(/^[^ ]* /, "", args)) args = ""; gsub(/\|/, "/", args)
		print name "|" args "|" $3 }'
}
options() {
	"$lvsctl" "$1" --help | awk '/^Options:/ { on = 1; next } on {
		letter = substr($0, 4, 1); text = substr($0, 9); name = text; sub(/[^a-z].*/, "", name)
		value = substr(text, length(name) + 1); sub(/   *.*/, "", value); sub(/.*   */, "", text)
		print letter "|" name "|" value "|" text }'
}
# words <args> - of the first argument, if it is one of several words
words() { printf '%s\n' "$1" | sed -n 's/^{\([^}]*\)}.*/\1/p' | tr '/' ' '; }
# places <args> - what each argument is: words, service, server, file or other, in their order
places() {
	printf '%s\n' "$1" | tr ' ' '\n' | sed -e 's/^{.*/words/' -e 's/.*SERVICE.*/service/' -e 's/.*SERVER.*/server/' \
		-e 's/.*FILE.*/file/' -e '/^words$\|^service$\|^server$\|^file$/!s/.*/other/' | tr '\n' ' '
}
quoted() { printf '%s' "$1" | sed "s/'/'\\\\''/g"; }

bash_script() {
	cat <<'END'
# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for lvsctl(8); made by make.sh.

_lvsctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} command= n=0 i places= words= options='--help --socket --version'
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-s|--socket|-f|--file|-l|--limit|-n|--count|-p|--protocol|-m|--mark|--id|--origin|--timeout|--write|--snaplen) ((i++)) ;;
		-*) ;;
		*) if [ -z "$command" ]; then command=${COMP_WORDS[i]}; else ((n++)); fi ;;
		esac
	done
	case $command in
END
	printf '\t%s\n' "'') places=words words='$(commands | cut -d'|' -f1 | tr '\n' ' ' | sed 's/ $//')' ;;"
	commands | while IFS='|' read -r name args help; do
		printf "\\t%s) places='%s' words='%s' options='%s' ;;\\n" "$name" "$(places "$args" | sed 's/ $//')" \
			"$(words "$args")" "$(options "$name" | while IFS='|' read -r letter option rest; do printf -- '--%s ' "$option"; done | sed 's/ $//')"
	done
	cat <<'END'
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$options" -- "$cur"))
		return
	fi
	set -- $places
	[ $# = 0 ] || shift $((n < $# ? n : $# - 1))
	case ${1-} in
	words) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;;
	service) COMPREPLY=($(compgen -W "$(lvsctl services --names 2>/dev/null)" -- "$cur")) ;;
	server) COMPREPLY=($(compgen -W "$(lvsctl servers --names 2>/dev/null)" -- "$cur")) ;;
	file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")) ;;
	esac
	[[ $cur == *:* ]] && declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
}
complete -F _lvsctl lvsctl
END
}

zsh_script() {
	cat <<'END'
#compdef lvsctl
# SPDX-License-Identifier: GPL-2.0-or-later
# zsh completion for lvsctl(8); made by make.sh.

_lvsctl_services() { local -a names; names=(${(f)"$(lvsctl services --names 2>/dev/null)"}); compadd -a names }
_lvsctl_servers() { local -a names; names=(${(f)"$(lvsctl servers --names 2>/dev/null)"}); compadd -a names }

_lvsctl() {
	local curcontext=$curcontext state line
	local -a commands
	commands=(
END
	commands | while IFS='|' read -r name args help; do
		printf "\t\t'%s:%s'\n" "$name" "$(quoted "$help")"
	done
	cat <<'END'
	)
	_arguments -C '(-h --help)'{-h,--help}'[print help]' '(-V --version)'{-V,--version}'[print the version]' \
		'(-s --socket)'{-s,--socket}'[where lvsd listens]:socket:_files' '1:command:->command' '*::argument:->argument' && return
	case $state in
	command) _describe command commands ;;
	argument)
		case $words[1] in
END
	commands | while IFS='|' read -r name args help; do
		printf '\t\t%s) _arguments' "$name"
		options "$name" | while IFS='|' read -r letter option value text; do
			text=$(quoted "$text" | sed 's/[][]/\\&/g; s/:/\\:/g')
			case $value in
			*=*) printf " '--%s=-[%s]::value:'" "$option" "$text" ;;
			*[A-Z]*) printf " '--%s=[%s]:value:_files'" "$option" "$text" ;;
			*) printf " '--%s[%s]'" "$option" "$text" ;;
			esac
		done
		n=0
		for place in $(places "$args"); do
			n=$((n + 1))
			case $place in
			words) printf " '%s:word:(%s)'" "$n" "$(words "$args")" ;;
			service) printf " '%s:service:_lvsctl_services'" "$n" ;;
			server) printf " '%s:server:_lvsctl_servers'" "$n" ;;
			file) printf " '%s:file:_files'" "$n" ;;
			other) printf " '%s:argument:'" "$n" ;;
			esac
		done
		echo ' ;;'
	done
	cat <<'END'
		esac ;;
	esac
}
_lvsctl "$@"
END
}

fish_script() {
	cat <<'END'
# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for lvsctl(8); made by make.sh.

complete -c lvsctl -f
complete -c lvsctl -n __fish_use_subcommand -s h -l help -d 'print help'
complete -c lvsctl -n __fish_use_subcommand -s V -l version -d 'print the version'
END
	commands | while IFS='|' read -r name args help; do
		printf "complete -c lvsctl -n __fish_use_subcommand -a %s -d '%s'\n" "$name" "$(printf '%s' "$help" | sed "s/'/\\\\'/g")"
		options "$name" | while IFS='|' read -r letter option value text; do
			printf "complete -c lvsctl -n '__fish_seen_subcommand_from %s' -l %s" "$name" "$option"
			[ "$letter" = ' ' ] || printf ' -s %s' "$letter"
			case $value in
			*=*) ;;
			*[A-Z]*) printf ' -r' ;;
			esac
			printf " -d '%s'\n" "$(printf '%s' "$text" | sed "s/'/\\\\'/g")"
		done
		for place in $(places "$args"); do
			printf "complete -c lvsctl -n '__fish_seen_subcommand_from %s'" "$name"
			case $place in
			words) printf " -a '%s'" "$(words "$args")" ;;
			service) printf " -a '(lvsctl services --names 2>/dev/null)'" ;;
			server) printf " -a '(lvsctl servers --names 2>/dev/null)'" ;;
			file) printf ' -F' ;;
			esac
			echo
		done | sort -u | grep -e ' -a ' -e ' -F' || :
	done
}

case $shell in
bash) bash_script ;;
zsh) zsh_script ;;
fish) fish_script ;;
*) echo "usage: make.sh {bash|zsh|fish} LVSCTL" >&2; exit 2 ;;
esac
