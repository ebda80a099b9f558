# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Crowds of clients who come again and again while things happen, and what became of them; source it after director.sh. What a
# crowd says is in $work/<name>.log.

# A server of web() dies, and is back.
workers() { web_pid=$(cat "$work/$1.pid"); cat "/proc/$web_pid/task/$web_pid/children"; }
# shellcheck disable=SC2046 # words
kill_hard() { kill -KILL "$(cat "$work/$1.pid")" $(workers "$1"); }
# Its host accepts, and nobody answers; thaw ends it.
# shellcheck disable=SC2046
freeze() { kill -STOP $(workers "$1"); }
# shellcheck disable=SC2046
thaw() { kill -CONT $(workers "$1"); }
get_busy() { touch "$work/$1/busy"; }
get_free() { rm "$work/$1/busy"; }
# cut_off <server> <statement> <statement> - what its host does with what comes, and goes; accept ends it
cut_off() { at "$1" nft "table inet cut { chain i { type filter hook input priority 0; $2; }; chain o { type filter hook output priority 0; $3; }; }"; }
fall_silent() { cut_off "$1" drop drop; }
refuse() { cut_off "$1" "tcp dport 8080 reject with tcp reset" accept; }
accept() { at "$1" nft delete table inet cut; }

# turns <up|down> <server> <command...> - do this, and wait until all of $services services have logged it
turned() { [ "$(how_often "server \"$2\" is $1")" -ge "$3" ]; }
turns() {
	turns_how=$1 turns_server=$2
	turns_n=$(($(how_often "server \"$2\" is $1") + services)); shift 2
	"$@"
	until_true 60 turned "$turns_how" "$turns_server" "$turns_n"
}

crowds=

# come <name> <address> <port> <n> <pause> [hold] - a crowd of n clients who pause for so many milliseconds
come() {
	come_name=$1; shift
	mkfifo "$work/$come_name.phases"
	spawn client "$work/$come_name.log" "${top_builddir:-../..}/tests/netns/regulars" "$@" <>"$work/$come_name.phases"
	crowds="$crowds $come_name"
	phase_now=start
}

told() { grep -q "$2" "$work/$1.log"; }

# begins <phase> - for all crowds; from here on what is new counts for it
begins() {
	phase_now=$1
	for crowd in $crowds; do echo "$1" 1<>"$work/$crowd.phases"; done
}

# enough - until two connections for each client that began in this phase have ended
enough() { for crowd in $crowds; do until_true 60 told "$crowd" "^enough $phase_now$"; done; }

# of <crowd> <phase> <key> - a number of the report about a phase that is over; 0 where it does not say
of() {
	until_true 60 told "$1" "^$2 connects="
	grep "^$2 connects=" "$work/$1.log" | tr ' ' '\n' | awk -F= -v key="$3" '$1 == key { n = $2 } END { print n + 0 }'
}

# none <phase> <keys...> - there was none of these, in any crowd; where this machine was too slow for a SYN to be answered
# before it is repeated, nothing is known of r1 and r2
none() {
	none_phase=$1; shift
	for crowd in $crowds; do
		none_late=$(of "$crowd" "$none_phase" late)
		for none_key; do
			case $none_key:$none_late in r1:[1-9]* | r2:[1-9]*) continue ;; esac
			[ "$(of "$crowd" "$none_phase" "$none_key")" = 0 ] ||
				FAIL "$none_key in $(grep "^$none_phase connects=" "$work/$crowd.log")"
		done
	done
}

# some <phase> <keys...> - there was one at least of each of these, in every crowd
some() {
	some_phase=$1; shift
	for crowd in $crowds; do
		for some_key; do
			[ "$(of "$crowd" "$some_phase" "$some_key")" != 0 ] ||
				FAIL "no $some_key in $(grep "^$some_phase connects=" "$work/$crowd.log")"
		done
	done
}

# show <phase> - what became of it, for whoever reads
show() { for crowd in $crowds; do until_true 60 told "$crowd" "^$1 connects="; echo "$crowd: $(grep "^$1 connects=" "$work/$crowd.log")"; done; }
