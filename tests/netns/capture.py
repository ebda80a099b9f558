#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""capture.py FILE - what is in a pcapng file of lvsd's, one line per packet: side, ends, TCP flags, bytes, comment.

Reads what the format says, and nothing that lvsd's own sources say.
"""
import ipaddress
import struct
import sys


def options(data):
    """Code and value of each option."""
    at = 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from("<HH", data, at)
        if code == 0:
            return
        yield code, data[at + 4:at + 4 + length]
        at += 4 + (length + 3 & ~3)


def blocks(data):
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if at + length > len(data):
            return  # still being written
        assert length % 4 == 0 and struct.unpack_from("<I", data, at + length - 4)[0] == length, "two lengths"
        yield kind, data[at + 8:at + length - 4]
        at += length


def describe(packet):
    version = packet[0] >> 4
    proto = packet[9 if version == 4 else 6]
    ends = (packet[12:16], packet[16:20]) if version == 4 else (packet[8:24], packet[24:40])
    src, dst = (ipaddress.ip_address(end) for end in ends)
    l4 = packet[(packet[0] & 15) * 4 if version == 4 else 40:]
    if proto not in (6, 17) or len(l4) < 4:
        return f"{src} > {dst} -"
    sport, dport = struct.unpack_from("!HH", l4)
    flags = "".join(name for bit, name in enumerate("FSRPA") if proto == 6 and l4[13] >> bit & 1)
    return f"{src}.{sport} > {dst}.{dport} {flags or '-'}"


def main():
    names, data = [], open(sys.argv[1], "rb").read()
    for kind, body in blocks(data):
        if kind == 0x0a0d0d0a:
            assert struct.unpack_from("<IHH", body) == (0x1a2b3c4d, 1, 0), "another format"
        elif kind == 1:
            link, _, snaplen = struct.unpack_from("<HHI", body)
            found = dict(options(body[8:]))
            assert link == 113 and found[9] == b"\x09", "another link type or unit of time"
            names.append(found[2].decode())
        elif kind == 6:
            interface, _, _, captured, length = struct.unpack_from("<IIIII", body)
            frame, found = body[20:20 + captured], dict(options(body[20 + (captured + 3 & ~3):]))
            side = names[interface]
            assert struct.unpack("<I", found[2])[0] == {"in": 1, "out": 2}[side], "flags of another direction"
            kind, ether_type = struct.unpack_from("!H12xH", frame)
            assert kind == {"in": 0, "out": 4}[side] and ether_type in (0x0800, 0x86dd), "another header"
            print(side, describe(frame[16:]), length - 16, found[1].decode())


main()
