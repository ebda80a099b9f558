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
	'') places=words words='status top services servers conns trace capture drops explain reload config add set rm drain ready check weight zero doctor export import metrics log version' ;;
	status) places='other' words='' options='--socket --help --json --raw --watch --count' ;;
	top) places='other' words='' options='--socket --help --count --once' ;;
	services) places='service' words='' options='--socket --help --json --raw --watch --count --names --stats' ;;
	servers) places='service' words='' options='--socket --help --json --raw --watch --count --names --stats' ;;
	conns) places='other' words='' options='--socket --help --json --raw --watch --count --limit' ;;
	trace) places='other' words='' options='--socket --help --json --limit' ;;
	capture) places='other' words='' options='--socket --help --limit --write --snaplen' ;;
	drops) places='other' words='' options='--socket --help --json --raw --watch --count' ;;
	explain) places='other other service' words='' options='--socket --help --json --raw --watch --count --protocol --mark' ;;
	reload) places='other' words='' options='--socket --help --json' ;;
	config) places='words file' words='check show diff save' options='--socket --help --yes --origin' ;;
	add) places='words other other' words='service server' options='--socket --help' ;;
	set) places='words other other' words='service server timeouts options' options='--socket --help' ;;
	rm) places='words other' words='service server all' options='--socket --help --yes' ;;
	drain) places='service server' words='' options='--socket --help --yes --wait --timeout' ;;
	ready) places='service server' words='' options='--socket --help --yes --wait' ;;
	check) places='service server' words='' options='--socket --help --json' ;;
	weight) places='service server other' words='' options='--socket --help --yes --wait' ;;
	zero) places='service' words='' options='--socket --help' ;;
	doctor) places='other' words='' options='--socket --help --json --file' ;;
	export) places='words' words='ipvsadm' options='--socket --help' ;;
	import) places='words file' words='ipvsadm keepalived ldirectord piranha' options='--socket --help --id' ;;
	metrics) places='other' words='' options='--socket --help --watch --count' ;;
	log) places='words' words='error warning notice info debug' options='--socket --help --json' ;;
	version) places='other' words='' options='--socket --help --json' ;;
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
