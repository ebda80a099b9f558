#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lvsctl trace and capture against a daemon that is none: whatever parts an answer comes in, what is written is whole; what makes
# no sense is said.
set -u
lvsctl=${top_builddir:-.}/lvsctl
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

command -v python3 >/dev/null || { echo "SKIP: no python3"; exit 77; }

# answer <type> <python expression of the parts> - one answer to whoever asks next, at $dir/socket; the request is in $dir/asked
answer()
{
	rm -f "$dir/socket"
	python3 - "$dir" "$1" "$2" <<'END' &
import socket, sys

door = socket.socket(socket.AF_UNIX)
door.bind(sys.argv[1] + "/waiting")
door.listen(1)
import os
os.rename(sys.argv[1] + "/waiting", sys.argv[1] + "/socket")
peer, _ = door.accept()
asked = b""
while b"\r\n\r\n" not in asked:
    asked += peer.recv(4096)
open(sys.argv[1] + "/asked", "wb").write(asked)
parts = eval(sys.argv[3])
peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: " + sys.argv[2].encode() + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
try:
    for part in parts:
        peer.sendall(b"%x\r\n%s\r\n" % (len(part), part))
    peer.sendall(b"0\r\n\r\n")
except BrokenPipeError:
    pass
END
	daemon=$!
	for _ in $(seq 1000); do [ -S "$dir/socket" ] && break; sleep 0.02; done
}

# ctl <status> <pattern of stderr, or nothing> <argument...>
ctl()
{
	want=$1 pattern=$2
	shift 2
	"$lvsctl" --socket "$dir/socket" "$@" >"$dir/out" 2>"$dir/err"
	got=$?
	wait "$daemon"
	[ "$got" = "$want" ] || { echo "lvsctl $*: status $got, not $want"; cat "$dir/err"; failed=1; }
	if [ -n "$pattern" ] && ! grep -q -- "$pattern" "$dir/err"; then
		echo "lvsctl $*: no '$pattern' in: $(cat "$dir/err")"; failed=1
	fi
}

same()
{
	cmp "$dir/$1" "$dir/$2" || { echo "$3"; failed=1; }
}

# A section, and a packet block of 60 bytes, twice.
cat >"$dir/make.py" <<'END'
import struct, sys
block = lambda kind, body: struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
section = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
packet = block(6, struct.pack("<IIIII", 0, 0, 0, 28, 28) + bytes(range(28)))
sys.stdout.buffer.write(section + packet + packet)
END
python3 "$dir/make.py" >"$dir/whole"
all="open('$dir/whole', 'rb').read()"

answer application/x-pcapng "[${all}[i:i + 1] for i in range(len(${all}))]"
ctl 0 '' capture -w "$dir/written" 10.0.0.0/8 virtual='[2001:db8::1]:80' --limit 7 --snaplen 99 protocol=tcp
same whole written "byte by byte: something else was written"
grep -q '^GET /v1/capture?client=10.0.0.0%2F8&virtual=%5B2001:db8::1%5D:80&protocol=tcp&limit=7&snaplen=99 ' "$dir/asked" ||
	{ echo "asked for something else: $(head -n 1 "$dir/asked")"; failed=1; }
answer application/x-pcapng "[$all]"
ctl 0 '' capture
same whole out "at once, to standard output: something else was written"
answer application/x-pcapng "[${all}[:-1]]"
ctl 0 '' capture --write="$dir/written"
head -c 88 "$dir/whole" >"$dir/first"
same first written "cut short: no whole blocks were written"
answer application/x-pcapng "[b'GET / HTTP/1.1']"
ctl 1 'something else than a capture' capture -w "$dir/written"
answer application/x-pcapng "[bytes([6, 0, 0, 0, 11, 0, 0, 0]) + bytes(100)]"
ctl 1 'something else than a capture' capture -w "$dir/written"
answer application/x-pcapng "[$all * 10000]"
ctl 1 '/dev/full: No space left' capture -w /dev/full

line='b"""{"number":1,"seconds":0,"nanoseconds":1234567,"side":"in","verdict":"passed","source":"192.0.2.1:1","destination":"192.0.2.2:2","protocol":"tcp","flags":"S","length":40,"text":"passed: so it is"}\n"""'
answer application/jsonl "[part for i in range(len($line)) for part in [($line)[i:i + 1]]] + [b'\n', b'{\"lost\":3}\n']"
TZ=UTC ctl 0 '' trace verdict=passed
printf '%s\n' '00:00:00.001234 #1 in  192.0.2.1:1 > 192.0.2.2:2 tcp S 40  passed: so it is' \
	'... 3 packets were too many to be shown' >"$dir/expected"
same expected out "another trace: $(cat "$dir/out")"
answer application/jsonl "[b'{}\n\n{\"a\":1}\n']"
ctl 0 '' trace --json
printf '{}\n{"a":1}\n' >"$dir/expected"
same expected out "other JSON: $(cat "$dir/out")"
answer application/jsonl "[b'x' * 8192, b'x' * 8192]"
ctl 1 'a line that is too long' trace
answer application/jsonl "[b'no json\n']"
ctl 1 'a line that is no JSON' trace
exit "$failed"
