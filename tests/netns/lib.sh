# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hosts and cables for the namespace tests. A test begins with
#
#	. "${top_srcdir:-../..}/tests/netns/lib.sh"
#	need ip ping
#	in_namespace "$0" "$@"
#
# and is then root in a user, network and mount namespace of its own, with an empty /run. Hosts, cables and everything that runs
# in the background through `spawn` are gone when it ends, however it ends.

SKIP() { echo "SKIP: $*"; exit 77; }	# automake's code for "not applicable"
FAIL() { echo "FAIL: $*"; exit 1; }
need() { for tool; do command -v "$tool" >/dev/null || SKIP "no $tool"; done; }

# need_module <module> - sets $python to one that has it: the distribution's does, which is not always the first one
need_module() {
	for python in python3 /usr/bin/python3 ""; do "$python" -c "import $1" 2>/dev/null && break; done
	[ -n "$python" ] || SKIP "no $1 for python3"
}

# in_namespace <script> [arguments...] - run the script again, alone with its own network: an ordinary user as root of a user
# namespace, root where those are not allowed as it is
in_namespace() {
	[ "${LVS_TEST_NAMESPACE:-}" = "$(readlink /proc/self/ns/net)" ] || enter_namespace "$@"
	mount -t tmpfs -o mode=755 tmpfs /run || SKIP "no tmpfs on /run"
	mkdir /run/netns /run/test || FAIL "cannot write to /run"
	trap 'last_words $?' EXIT
	ip link set lo up
}

# last_words <status> - a test that fails shows how the logs of its programs end, for nobody else will see them
last_words() {
	case $1 in 0 | 77) return ;; esac
	for last_log in /run/test/log /run/test/*.log; do
		[ -s "$last_log" ] || continue
		echo "--- the end of $last_log"
		tail -n 30 "$last_log"
	done
}

# enter_namespace - What is inside ends with this shell, by whichever signal: unshare dies with its parent, and with unshare
# dies process 1 of the process namespace, which takes all others along. In the background, for unshare is deaf to SIGTERM.
enter_namespace() {
	need ip unshare setpriv
	namespaces=-Urnmpf
	unshare -Urnm true 2>/dev/null || namespaces=-nmpf
	unshare "$namespaces" true 2>/dev/null || SKIP "neither user namespaces nor root"
	exec 9<&0
	# shellcheck disable=SC2016 # expanded by the inner shell
	setpriv --pdeathsig KILL unshare "$namespaces" --kill-child --mount-proc env --default-signal=INT,QUIT sh -c '
		LVS_TEST_NAMESPACE=$(readlink /proc/self/ns/net) && export LVS_TEST_NAMESPACE && exec "$@"' sh "$@" <&9 9<&- &
	inside=$!
	exec 9<&-
	trap 'kill -KILL "$inside"; exit 130' HUP INT QUIT TERM
	wait "$inside"
	exit $?
}

# need_tun - /dev/net/tun can be opened and makes devices here
need_tun() {
	[ -c /dev/net/tun ] || SKIP "no /dev/net/tun"
	ip tuntap add name probe0 mode tun 2>/dev/null || SKIP "no permission for /dev/net/tun"
	ip link del probe0
}

# until_true <seconds> <command...> - poll for a fact; a bare sleep is a guess. The seconds are what a machine needs that is busy
# with much else: they pass only where the fact never comes.
until_true() {
	until_deadline=$(($(date +%s) + $1)); shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$until_deadline" ] || FAIL "timed out: $*"
		sleep 0.05
	done
}

# host <name...> - a namespace with loopback up;  at <name> <command...> - run there
host() {
	for name; do
		ip netns add "$name" || FAIL "no namespace \"$name\""
		at "$name" ip link set lo up
	done
}
at()   { at_name=$1; shift; ip netns exec "$at_name" "$@"; }

# no_dad <host> - addresses of its interfaces are usable at once, without duplicate detection
no_dad() { at "$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0; }

# wire <a> <addresses-a> <b> <addresses-b> - a cable between two hosts; addresses separated by commas, "-" for none
wire() {
	no_dad "$1"; no_dad "$3"
	ip link add "to-$3" netns "$1" type veth peer name "to-$1" netns "$3" || FAIL "no cable from $1 to $3"
	plug "$1" "to-$3" "$2"
	plug "$3" "to-$1" "$4"
	carrier "$1" "to-$3"; carrier "$3" "to-$1"
}

# plug <host> <interface> <addresses> - bring an interface up with addresses
plug() {
	[ "$3" = - ] || for address in $(echo "$3" | tr ',' ' '); do
		at "$1" ip addr add "$address" dev "$2" || FAIL "$1: no address $address on $2"
	done
	at "$1" ip link set "$2" up
}

# carrier <host> <interface> - wait until the interface is ready; the kernel takes up to a second to notice
carrier() { until_true 30 sh -c "ip netns exec $1 ip link show dev $2 | grep -q 'state UP'"; }

# lan <switch> - a host that is a switch;  join <host> <addresses> <switch> - a cable into it, named after the switch
lan() {
	host "$1"
	at "$1" ip link add br0 type bridge || SKIP "no bridge"
	at "$1" ip link set br0 up
}
join() {
	no_dad "$1"
	ip link add "$3" netns "$1" type veth peer name "to-$1" netns "$3" || FAIL "no cable from $1 to $3"
	at "$3" ip link set "to-$1" master br0 up
	plug "$1" "$3" "$2"
	carrier "$1" "$3"
}

# spawn <host> <log> <command...> - run in the background, with the standard input of the caller; its process is $spawned.
# The log is empty when spawn returns, and is appended to, so that it may be emptied at any time.
spawn() {
	spawn_host=$1 spawn_log=$2; shift 2
	: >"$spawn_log"
	exec 9<&0	# the shell gives background commands an empty one
	ip netns exec "$spawn_host" "$@" <&9 9<&- >>"$spawn_log" 2>&1 &
	# shellcheck disable=SC2034 # for the caller
	spawned=$!
	exec 9<&-
}

# same <what> <expected> <seen> - two texts are equal
same() {
	[ "$2" = "$3" ] && return
	printf 'FAIL: %s\n--- expected\n%s\n--- seen\n%s\n' "$1" "$2" "$3"
	exit 1
}
