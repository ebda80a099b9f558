#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line: what it prints, where, and how it ends.
set -u
lvsd=${top_builddir:-.}/lvsd
program=$lvsd
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# expect <status> <pattern of stdout> <pattern of stderr> <arguments...>; an empty pattern wants nothing at all
expect()
{
	want=$1
	printf '%s' "$2" >"$dir/out.pattern"
	printf '%s' "$3" >"$dir/err.pattern"
	shift 3
	"$program" "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[ "$got" = "$want" ] || { echo "${program##*/} $*: status $got, not $want"; failed=1; }
	for stream in out err; do
		pattern=$(cat "$dir/$stream.pattern")
		if [ -z "$pattern" ]; then
			[ ! -s "$dir/$stream" ] || { echo "${program##*/} $*: std$stream should be empty:"; cat "$dir/$stream"; failed=1; }
		elif ! grep -q -- "$pattern" "$dir/$stream"; then
			echo "${program##*/} $*: no \"$pattern\" in std$stream:"; cat "$dir/$stream"; failed=1
		fi
	done
}

cat >"$dir/good" <<END
services: ( { address = "192.0.2.10:80"; servers: ( { address = "10.0.0.11:8080"; }, { address = "10.0.0.12:8080"; } ); } );
END
cat >"$dir/bad" <<END
services: (
  { address = "192.0.2.10:80"; shceduler = "rr"; servers: ( { address = "10.0.0.11:80800"; } ); }
);
END

expect 0 'fine, 1 services, 2 servers' '' --check-config "$dir/good"
expect 0 'fine' '' -t --config "$dir/good"
expect 0 'fine' '' --config "$dir/good" --check-config
expect 6 '' 'bad:2:32: ' --check-config "$dir/bad"
expect 6 '' 'did you mean "scheduler"' -t "$dir/bad"
expect 6 '' 'bad:2:' --config "$dir/bad"
expect 6 '' 'No such file' --check-config "$dir/none"
expect 1 '' 'No such file' --config "$dir/none"
expect 0 'max_connections = 1048576' '' --dump-config "$dir/good"
expect 0 '^lvsd [0-9]' '' --version
expect 0 '^usage: lvsd' '' --help
expect 2 '' 'lvsd --help' --nonsense
expect 2 '' 'unexpected argument' here
expect 2 '' 'unexpected argument' -t "$dir/good" "$dir/bad"
expect 2 '' '--write goes with --replay only' --write "$dir/out.pcap"
expect 2 '' '--replay goes with neither' --replay "$dir/in.pcap" --dump-config
expect 1 '' 'cannot read' --replay "$dir/in.pcap" --config "$dir/good"

# What is dumped is a configuration that says the same.
"$lvsd" -T "$dir/good" >"$dir/first"
"$lvsd" -T "$dir/first" >"$dir/second"
cmp -s "$dir/first" "$dir/second" || { echo "a dump is not its own dump"; failed=1; }
"$lvsd" -T "$dir/good" >/dev/full 2>/dev/null
[ $? = 1 ] || { echo "a full disk goes unnoticed"; failed=1; }
"$lvsd" -t "${top_srcdir:-.}/etc/lvs.conf" >/dev/null 2>&1 || { echo "the sample is not fine"; failed=1; }

program=${top_builddir:-.}/lvs-decap
expect 0 '^lvs-decap [0-9]' '' --version
expect 0 '^usage: lvs-decap' '' --help
expect 2 '' 'lvs-decap --help' --nonsense
expect 2 '' 'no --vip' --type gre
expect 2 '' 'vip: "192.0.2.1/24" has bits behind' --vip 192.0.2.1/24
expect 2 '' 'unexpected argument' --vip 192.0.2.1 here

program=${top_builddir:-.}/lvsctl
expect 0 '^lvsctl [0-9]' '' --version
expect 0 '^usage: lvsctl COMMAND' '' --help
expect 2 '^usage: lvsctl COMMAND' ''
expect 0 '^usage: lvsctl import' '' import --help
expect 2 '' "there is no command 'imprt'; did you mean 'import'" imprt
expect 2 '' "there is no command 'xyzzy'; try" xyzzy
expect 2 '' "no option '--hlp'; did you mean '--help'" --hlp
expect 2 '' "'config' has no option --id" config check --id one
expect 2 '' "there is no import 'keepalivd'; did you mean 'keepalived'" import keepalivd x
expect 2 '' 'usage: lvsctl import' import ipvsadm
expect 2 '' 'socket needs its PATH' config check -s
expect 0 'fine, 1 services, 2 servers' '' config check "$dir/good"
expect 6 '' 'bad:2:32: ' config check "$dir/bad"
expect 6 '' 'No such file' config check -- "$dir/none"
expect 1 '' 'No such file' import piranha "$dir/none"
exit $failed
