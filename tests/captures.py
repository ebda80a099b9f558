#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""captures.py VECTORS DIRECTORY - the packets of tests/packet/vectors.txt as captures of every format.

Writes in-*.pcap and in-*.pcapng, which all hold the same packets, expected.pcap, which is what lvsd must make of each,
and drops, with a line "NUMBER REASON" for each reason in the vectors. What depends on offload headers is not in them.
"""
import collections
import ipaddress
import os
import struct
import sys

BEGIN = 1700000000 * 10**9
STEP = 10**6
MICRO, NANO = 0xa1b2c3d4, 0xa1b23c4d
ETHERNET, RAW, SLL, IP4, IP6, SLL2 = 1, 101, 113, 228, 229, 276


def vectors(path):
    """(packet in, packets out, drop reason or None), but for those with offload headers."""
    with open(path) as file:
        for block in file.read().split("\n\n"):
            lines = [line.split(" ", 1) for line in block.splitlines() if line and line[0] != "#"]
            fields = collections.defaultdict(list)
            for word, rest in lines:
                fields[word].append(rest)
            if "in" in fields and "offload" not in fields:
                outs = [bytes.fromhex(text) for text in fields["out"]]
                yield bytes.fromhex(fields["in"][0]), outs, (fields["drop"] or [None])[0]


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def ip_sum(header):
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def sctp(src, sport, dst, dport):
    """An INIT chunk."""
    chunk = struct.pack("!BBHIIHHI", 1, 0, 20, 0x01020304, 65536, 4, 4, 0x0a0b0c0d)
    common = struct.pack("!HHI", sport, dport, 0)
    common += struct.pack("<I", crc32c(common + bytes(4) + chunk))
    src, dst = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    if src.version == 6:
        return struct.pack("!IHBB", 6 << 28, 32, 132, 63) + src.packed + dst.packed + common + chunk
    header = struct.pack("!BBHHHBBH", 0x45, 0, 52, 7, 0x4000, 63, 132, 0) + src.packed + dst.packed
    return header[:10] + struct.pack("!H", ip_sum(header)) + header[12:] + common + chunk


def ether_type(packet):
    return 0x0800 if packet[0] >> 4 == 4 else 0x86dd


def frame(link, packet, n):
    """A packet with the header of a link; every third Ethernet frame has a VLAN tag, every seventh one two."""
    kind = struct.pack("!H", ether_type(packet))
    if link == ETHERNET:
        tags = b"" if n % 3 else b"\x81\x00\x00\x07"
        tags = tags if n % 7 else b"\x88\xa8\x00\x09" + (tags or b"\x81\x00\x00\x07")
        return bytes(range(12)) + tags + kind + packet + bytes(max(0, 46 - len(packet)))
    if link == SLL:
        return struct.pack("!HHH8s", 0, 1, 6, bytes(8)) + kind + packet
    if link == SLL2:
        return kind + struct.pack("!HIHBB8s", 0, 3, 1, 0, 6, bytes(8)) + packet
    return packet


def arp(link):
    return frame(link, b"\x45" + bytes(30), 1).replace(b"\x08\x00", b"\x08\x06", 1)


def pcap(path, order, magic, link, packets):
    """packets: (time, bytes); what is neither IPv4 nor IPv6 stands there as it is."""
    unit = 1000 if magic == MICRO else 1
    with open(path, "wb") as file:
        file.write(struct.pack(order + "IHHIIII", magic, 2, 4, 0, 0, 65535, link))
        for n, (time, packet) in enumerate(packets):
            data = frame(link, packet, n) if packet else arp(link)
            file.write(struct.pack(order + "IIII", time // 10**9, time % 10**9 // unit, len(data), len(data)) + data)


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


def pcapng(path, order, links, nano, packets):
    """One interface per link; packets: (time, bytes, interface, direction)."""
    end = option(order, 0, b"")
    with open(path, "wb") as file:
        file.write(block(order, 0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1) +
                         option(order, 1, b"a comment") + end))
        for link in links:
            options = option(order, 9, b"\x09") + end if nano else b""
            file.write(block(order, 1, struct.pack(order + "HHI", link, 0, 65535) + options))
        file.write(block(order, 0xbad, b"nobody knows me"))
        for time, packet, interface, direction in packets:
            stamp = time if nano else time // 1000
            head = struct.pack(order + "IIIII", interface, stamp >> 32, stamp & 0xffffffff, len(packet), len(packet))
            options = option(order, 1, b"why") + option(order, 2, struct.pack(order + "I", direction)) + end
            file.write(block(order, 6, head + packet + bytes(-len(packet) % 4) + options))


def main():
    source, where = sys.argv[1:]
    everything = list(vectors(source))
    for client, vip, server in (("198.51.100.7", "192.0.2.1", "10.0.0.11"), ("2001:db8:c::7", "2001:db8::1", "2001:db8:1::11")):
        everything.append((sctp(client, 40000, vip, 9), [sctp(client, 40000, server, 99)], None))
        everything.append((sctp(server, 99, client, 40000), [sctp(vip, 9, client, 40000)], None))
    ins = [(BEGIN + n * STEP, packet) for n, (packet, _, _) in enumerate(everything)]
    outs = [(BEGIN + n * STEP, packet) for n, (_, packets, _) in enumerate(everything) for packet in packets]
    drops = collections.Counter(drop for _, _, drop in everything if drop)

    def path(name):
        return os.path.join(where, name)

    pcap(path("expected.pcap"), "<", NANO, RAW, outs)
    pcap(path("in-raw.pcap"), "<", MICRO, RAW, ins)
    pcap(path("in-ethernet.pcap"), ">", MICRO, ETHERNET, ins + [(ins[-1][0], b"")])
    pcap(path("in-sll.pcap"), "<", NANO, SLL, ins)
    pcap(path("in-sll2.pcap"), ">", NANO, SLL2, ins)
    pcapng(path("in-families.pcapng"), "<", [IP4, IP6], False,
           [(time, packet, packet[0] >> 4 == 6, 0) for time, packet in ins])
    both = [(time, packet, 0, 1) for time, packet in ins] + [(time, packet, 1, 2) for time, packet in outs]
    pcapng(path("in-both.pcapng"), ">", [RAW, RAW], True, sorted(both, key=lambda item: (item[0], item[2])))
    with open(path("drops"), "w") as file:
        file.writelines(f"{count} ({name}):\n" for name, count in sorted(drops.items()))


main()
