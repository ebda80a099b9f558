# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for lvsadm(8), and for ipvsadm where lvsadm stands in for it

_lvsadm_services()
{
	"$1" -S -n 2>/dev/null | sed -n "s/^-A $2 \([^ ]*\) .*/\1/p"
}

_lvsadm()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=

	# A colon ends a word for readline; addresses have colons.
	if declare -F _get_comp_words_by_ref >/dev/null; then
		_get_comp_words_by_ref -n : cur prev
	fi
	case $prev in
	-s | --scheduler) words="rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos geo ll" ;;
	-b | --sched-flags) words="sh-fallback sh-port mh-fallback mh-port flag-1 flag-2 flag-3" ;;
	--pe) words="sip" ;;
	--tun-type) words="ipip gue gre" ;;
	--start-daemon | --stop-daemon) words="master backup" ;;
	--socket) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	-t | --tcp-service) words=$(_lvsadm_services "$1" -t) ;;
	-u | --udp-service) words=$(_lvsadm_services "$1" -u) ;;
	--sctp-service) words=$(_lvsadm_services "$1" --sctp-service) ;;
	-f | --fwmark-service) words=$(_lvsadm_services "$1" -f) ;;
	-M | --netmask | -r | --real-server | -w | --weight | -x | --u-threshold | -y | --l-threshold | --tun-port | --syncid | \
		--sync-maxlen | --mcast-interface | --mcast-group | --mcast-port | --mcast-ttl) return ;;
	*) words="-A -E -D -C -R -S -a -e -d -L -l -Z -h -v -t -u -f -6 -s -p -M -r -g -i -m -w -x -y -c -o -n -b
	--add-service --edit-service --delete-service --clear --restore --save --add-server --edit-server
	--delete-server --list --zero --set --start-daemon --stop-daemon --help --version --tcp-service
	--udp-service --sctp-service --fwmark-service --ipv6 --scheduler --pe --persistent --netmask
	--real-server --gatewaying --ipip --masquerading --tun-type --tun-port --tun-nocsum --tun-csum
	--tun-remcsum --weight --u-threshold --l-threshold --connection --timeout --daemon --stats --rate
	--exact --thresholds --persistent-conn --tun-info --nosort --sort --ops --numeric --sched-flags
	--syncid --sync-maxlen --mcast-interface --mcast-group --mcast-port --mcast-ttl --socket" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	if declare -F __ltrim_colon_completions >/dev/null; then
		__ltrim_colon_completions "$cur"
	fi
}
complete -F _lvsadm lvsadm
