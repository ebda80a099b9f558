#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lvsd --replay: packets that Scapy made, in captures of every format, become what Scapy says; the same each time.
set -u
lvsd=${top_builddir:-.}/lvsd
here=${top_srcdir:-.}/tests
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

command -v python3 >/dev/null || { echo "SKIP: no python3"; exit 77; }

fail()
{
	echo "$*"
	failed=1
}

# replay <status> <argument>... - run; what it says on standard error is in err, the summary in out
replay()
{
	want=$1
	shift
	"$lvsd" --replay "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	[ "$got" = "$want" ] || { fail "--replay $*: status $got, not $want"; cat "$dir/err"; }
}

# says <file> <pattern>
says()
{
	grep -q -- "$2" "$dir/$1" || { fail "no \"$2\" in std$1:"; cat "$dir/$1"; }
}

cat >"$dir/lvs.conf" <<END
services: (
  { address = "192.0.2.1:80"; servers: ( { address = "10.0.0.11:8080"; } ); },
  { address = "192.0.2.1:53"; protocol = "udp"; servers: ( { address = "10.0.0.11:5353"; } ); },
  { address = "192.0.2.1:9"; protocol = "sctp"; servers: ( { address = "10.0.0.11:99"; } ); },
  { address = "[2001:db8::1]:80"; servers: ( { address = "[2001:db8:1::11]:8080"; } ); },
  { address = "[2001:db8::1]:53"; protocol = "udp"; servers: ( { address = "[2001:db8:1::11]:5353"; } ); },
  { address = "[2001:db8::1]:9"; protocol = "sctp"; servers: ( { address = "[2001:db8:1::11]:99"; } ); }
);
END
python3 "$here/captures.py" "$here/packet/vectors.txt" "$dir" || exit 1

for capture in "$dir"/in-*; do
	replay 0 "$capture" --config "$dir/lvs.conf" --write "$dir/written"
	cmp "$dir/written" "$dir/expected.pcap" || fail "${capture##*/}: other packets than expected"
	while read -r drop; do
		says out "^dropped $drop"
	done <"$dir/drops"
	says out '^service tcp 192.0.2.1:80 wlc: 1 servers, [1-9]'
done
replay 0 "$dir/in-ethernet.pcap" -f "$dir/lvs.conf"
says out '^left out 1: hold no IP packet$'
replay 0 "$dir/in-both.pcapng" -f "$dir/lvs.conf"
says out '^left out [1-9][0-9]*: marked as outbound$'

# Time is that of the capture: flows end between packets that are a day apart, or 76 years.
python3 - "$dir/in-raw.pcap" "$dir/slow.pcap" <<END
import struct, sys
data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "wb") as out:
    out.write(data[:24])
    at, n = 24, 0
    while at < len(data):
        seconds, micro, length, wire = struct.unpack_from("<IIII", data, at)
        at += 16 + length
        seconds = 4100000000 if at == len(data) else seconds + n * 86400
        out.write(struct.pack("<IIII", seconds, micro, length, wire) + data[at - length:at])
        n += 1
END
replay 0 "$dir/slow.pcap" -f "$dir/lvs.conf" -w "$dir/written"
says out '^connections: 0 of '
says out '^service udp 192.0.2.1:53 wlc: 1 servers, 8 conns'
mv "$dir/out" "$dir/out.first"
mv "$dir/written" "$dir/written.first"
replay 0 "$dir/slow.pcap" -f "$dir/lvs.conf" -w "$dir/written"
cmp "$dir/written" "$dir/written.first" || fail "the second time, other packets"
cmp "$dir/out" "$dir/out.first" || fail "the second time, another summary"

# Both sides, with what became of each packet.
replay 0 "$dir/in-raw.pcap" -f "$dir/lvs.conf" -w "$dir/both.pcapng"
python3 "$here/netns/capture.py" "$dir/both.pcapng" >"$dir/both" || fail "the explained capture cannot be read"
[ "$(grep -c ^in "$dir/both")" = "$(sed -n 's/^packets: \([0-9]*\) received.*/\1/p' "$dir/out")" ] || fail "not all that came"
[ "$(grep -c ^out "$dir/both")" = "$(sed -n 's/^capture: .*, \([0-9]*\) written/\1/p' "$dir/out")" ] || fail "not all that left"
grep -q '^in 198.51.100.7.40000 > 192.0.2.1.80 S 60 forwarded to 10.0.0.11:8080 (masq), new connection, SYN_RECV$' "$dir/both" ||
	fail "no SYN: $(head -n 3 "$dir/both")"
grep -q '^in .* dropped (source_route): ' "$dir/both" || fail "no drop is explained"
replay 0 "$dir/both.pcapng" -f "$dir/lvs.conf" -w "$dir/written"
cmp "$dir/written" "$dir/expected.pcap" || fail "what is explained is replayed as something else"
replay 1 "$dir/in-raw.pcap" -f "$dir/lvs.conf" -w "$dir/none/both.pcapng"
ln -s /dev/full "$dir/full.pcapng"
replay 1 "$dir/in-raw.pcap" -f "$dir/lvs.conf" -w "$dir/full.pcapng"
says err "cannot write '.*full.pcapng': No space left"

# Through pipes; the summary gives way.
"$lvsd" -r - -w - -f "$dir/lvs.conf" <"$dir/in-sll.pcap" 2>"$dir/err" | cat >"$dir/written"
cmp "$dir/written" "$dir/expected.pcap" || fail "standard input and output: other packets than expected"
says err '^packets: '

# The manual's example.
example=$(sed -n 's/^lvsd --replay/--replay/p' "${top_srcdir:-.}/man/lvsd.8")
cp "$dir/in-raw.pcap" "$dir/in.pcap"
program=$(cd "$(dirname "$lvsd")" && pwd)/lvsd
# shellcheck disable=SC2086 # its words
(cd "$dir" && "$program" $example >out) || fail "lvsd $example: failed"
cmp "$dir/out.pcap" "$dir/expected.pcap" || fail "lvsd $example: other packets than expected"

# What lvsd wrote it can read.
replay 0 "$dir/expected.pcap" -f "$dir/lvs.conf"
says out '^capture: '

# A capture that breaks off is replayed up to there.
head -c 2000 "$dir/in-raw.pcap" >"$dir/short.pcap"
replay 1 "$dir/short.pcap" -f "$dir/lvs.conf" -w "$dir/written"
says err "short.pcap': ends within a packet or block, at byte 2000$"
says out '^packets: [1-9]'
cmp -n 1000 "$dir/written" "$dir/expected.pcap" || fail "a capture that breaks off: other packets than expected"

# Packets of which only the beginning was captured are refused.
python3 - "$dir/in-raw.pcap" "$dir/cut.pcap" <<END
import struct, sys
data = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "wb") as out:
    out.write(data[:24])
    at = 24
    while at < len(data):
        seconds, micro, length, wire = struct.unpack_from("<IIII", data, at)
        kept = min(length, 100)
        out.write(struct.pack("<IIII", seconds, micro, kept, wire) + data[at + 16:at + 16 + kept])
        at += 16 + length
END
replay 0 "$dir/cut.pcap" -f "$dir/lvs.conf"
says out '^left out [1-9][0-9]*: cut short when they were captured$'

# What cannot be done is said.
echo "this is no capture" >"$dir/text"
replay 1 "$dir/text" -f "$dir/lvs.conf"
says err "text': neither pcap nor pcapng$"
replay 1 "$dir/none" -f "$dir/lvs.conf"
says err "cannot read '.*none': No such file"
replay 1 /dev/null -f "$dir/lvs.conf"
says err "'/dev/null': empty$"
replay 1 "$dir" -f "$dir/lvs.conf"
says err "Is a directory"
replay 1 "$dir/in-raw.pcap" -f "$dir/lvs.conf" -w "$dir/in-raw.pcap"
says err "cannot be written at the same time"
[ -s "$dir/in-raw.pcap" ] || fail "the capture was written over"
replay 1 "$dir/in-raw.pcap" -f "$dir/lvs.conf" -w /dev/full
says err "cannot write '/dev/full': No space left"
replay 1 "$dir/in-raw.pcap" -f "$dir/lvs.conf" -w "$dir/none/out"
says err "cannot write '.*none/out': No such file"
echo 'services: ( { address = "192.0.2.1:80"; shceduler = "rr"; } );' >"$dir/bad.conf"
replay 6 "$dir/in-raw.pcap" -f "$dir/bad.conf" -w "$dir/untouched"
[ ! -e "$dir/untouched" ] || fail "a bad configuration left an empty capture"
replay 2 "$dir/in-raw.pcap" --check-config
replay 2 "$dir/in-raw.pcap" "$dir/lvs.conf"
exit "$failed"
