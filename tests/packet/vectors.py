#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets and what must become of them, made by Scapy, which shares no line with lvsd. Prints tests/packet/vectors.txt.

All vectors are one stream through one director, so connections begun by one serve those that follow:

    client 198.51.100.7 / 2001:db8:c::7, virtual 192.0.2.1 / 2001:db8::1, server 10.0.0.11 / 2001:db8:1::11
    TCP port 80 goes to port 8080, UDP port 53 to port 5353.
"""
import struct

from scapy.config import conf
from scapy.layers.inet import (ICMP, IP, TCP, UDP, IPOption_LSRR, IPOption_NOP, IPOption_RR, IPOption_Router_Alert,
                               IPOption_SSRR, IPOption_Timestamp, fragment, in4_chksum)
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6PacketTooBig,
                                ICMPv6ParamProblem, ICMPv6TimeExceeded, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, IPv6ExtHdrSegmentRouting, PadN, RouterAlert,
                                fragment6, in6_chksum)
from scapy.layers.ipsec import ESP
from scapy.layers.l2 import GRE
from scapy.layers.sctp import SCTP, SCTPChunkInit
from scapy.packet import Raw

conf.use_pcap = False

CLIENT = {4: "198.51.100.7", 6: "2001:db8:c::7"}
VIP = {4: "192.0.2.1", 6: "2001:db8::1"}
SERVER = {4: "10.0.0.11", 6: "2001:db8:1::11"}
STRANGER = {4: "203.0.113.9", 6: "2001:db8:f::9"}
CPORT = 40000
PORTS = {"tcp": (80, 8080), "udp": (53, 5353)}
NEEDS_CSUM = 1
GSO = {("tcp", 4): 1, ("tcp", 6): 4, ("udp", 4): 5, ("udp", 6): 5}
TCP_OPTIONS = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (305419896, 0)), ("NOP", None), ("WScale", 7)]


def ip(family, src, dst, **fields):
    if family == 4:
        return IP(src=src, dst=dst, ttl=63, id=0x4711, flags=fields.pop("flags", "DF"), **fields)
    return IPv6(src=src, dst=dst, hlim=63, **fields)


def payload(n, first=0x20):
    return bytes((first + i * 7) & 0xff for i in range(n))


def request_ends(family, proto):
    """Ends of a request as it comes in, and as it goes out."""
    port, rport = PORTS[proto]
    return (CLIENT[family], CPORT, VIP[family], port), (CLIENT[family], CPORT, SERVER[family], rport)


def reply_ends(family, proto):
    port, rport = PORTS[proto]
    return (SERVER[family], rport, CLIENT[family], CPORT), (VIP[family], port, CLIENT[family], CPORT)


def packet(family, proto, ends, data=b"", between=None, header=None, **l4):
    """One packet. between(): what stands between the IP and transport headers, or fields of the former."""
    src, sport, dst, dport = ends
    transport = (TCP if proto == "tcp" else UDP)(sport=sport, dport=dport, **l4)
    base = ip(family, src, dst, **(header or {}))
    if between is not None and family == 4:
        base.options = between()
    elif between is not None:
        base = base / between()
    return base / transport / Raw(data) if data else base / transport


def partial(pkt, family, proto):
    """The checksum field as the kernel leaves it with NEEDS_CSUM. Returns the bytes and where the transport header is."""
    layer = TCP if proto == "tcp" else UDP
    whole = bytearray(bytes(pkt))
    size = len(bytes(pkt[layer]))
    start = len(whole) - size
    number = 6 if proto == "tcp" else 17
    zeros = bytes(size)
    if family == 4:
        csum = in4_chksum(number, pkt[IP], zeros)
    else:
        csum = in6_chksum(number, pkt[layer].underlayer, zeros)
    at = start + (16 if proto == "tcp" else 6)
    whole[at:at + 2] = struct.pack("!H", ~csum & 0xffff)
    return bytes(whole), start


def offload(start, proto, gso_type=0, gso_size=0):
    """struct virtio_net_hdr of a little-endian machine; the reader turns it."""
    header = start + (20 if proto == "tcp" else 8)
    return struct.pack("<BBHHHH", NEEDS_CSUM, gso_type, header if gso_type else 0, gso_size, start,
                       16 if proto == "tcp" else 6)


class Vectors:
    def __init__(self):
        self.lines = []

    def emit(self, what, taken, given=(), verdict=None, vnet=None):
        self.lines.append(f"what {what}")
        if vnet:
            self.lines.append(f"offload {vnet.hex()}")
        self.lines.append(f"in {bytes(taken).hex()}")
        self.lines.extend(f"out {bytes(p).hex()}" for p in given)
        if verdict:
            self.lines.append(f"drop {verdict}")
        self.lines.append("")

    def forward(self, what, family, proto, ends, data=b"", between=None, header=None, **l4):
        both = [packet(family, proto, e, data, between, header, **l4) for e in ends]
        self.emit(f"{what}, IPv{family}", both[0], both[1:])

    def forward_partial(self, what, family, proto, ends, data=b"", between=None, gso_size=0, **l4):
        both = [partial(packet(family, proto, e, data, between, **l4), family, proto) for e in ends]
        gso_type = GSO[proto, family] if gso_size else 0
        vnet = offload(both[0][1], proto, gso_type, gso_size)
        self.emit(f"{what}, IPv{family}", both[0][0], [both[1][0]], vnet=vnet)


def options4():
    return [IPOption_Router_Alert(), IPOption_NOP(), IPOption_Timestamp(length=12, pointer=13, timestamp=7)]


def headers6():
    return (IPv6ExtHdrHopByHop(options=[RouterAlert(value=1)]) /
            IPv6ExtHdrSegmentRouting(addresses=["2001:db8:5::1"], segleft=0, lastentry=0) /
            IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 12)]))


def conversation(v, family):
    req, rep = request_ends(family, "tcp"), reply_ends(family, "tcp")
    between = options4 if family == 4 else headers6
    v.forward("SYN with options", family, "tcp", req, flags="S", seq=0xfffffff0, options=TCP_OPTIONS)
    v.forward("SYN and ACK", family, "tcp", rep, flags="SA", seq=77, ack=0xfffffff1, options=TCP_OPTIONS)
    v.forward("ACK", family, "tcp", req, flags="A", seq=0xfffffff1, ack=78)
    for n in (1, 2, 3, 536, 1447, 1448):
        v.forward(f"request of {n} bytes", family, "tcp", req, payload(n), flags="PA", seq=5, ack=78)
        v.forward(f"reply of {n} bytes", family, "tcp", rep, payload(n, 9), flags="PA", seq=78, ack=6)
    v.forward("congestion is reported on", family, "tcp", req, flags="AEC", seq=5, ack=78,
              header={"tos": 0xbb} if family == 4 else {"tc": 0xbb, "fl": 0x54321})
    v.forward("urgent data", family, "tcp", req, payload(4), flags="PAU", urgptr=3, seq=5, ack=78)
    v.forward("headers between, request", family, "tcp", req, payload(11), between, flags="PA")
    v.forward("headers between, reply", family, "tcp", rep, payload(12), between, flags="PA")
    v.forward_partial("partial checksum, request", family, "tcp", req, payload(333), flags="PA")
    v.forward_partial("partial checksum, reply", family, "tcp", rep, payload(334), flags="PA")
    v.forward_partial("partial checksum behind other headers", family, "tcp", req, payload(333), between, flags="PA")
    v.forward_partial("super-packet, request", family, "tcp", req, payload(1501), gso_size=500, flags="A")
    v.forward_partial("super-packet, reply", family, "tcp", rep, payload(1600), gso_size=500, flags="A")


def datagrams(v, family):
    req, rep = request_ends(family, "udp"), reply_ends(family, "udp")
    for n in (0, 1, 2, 3, 100, 1472):
        v.forward(f"query of {n} bytes", family, "udp", req, payload(n))
        v.forward(f"answer of {n} bytes", family, "udp", rep, payload(n, 200))
    v.forward("query without a checksum", family, "udp", req, payload(31), chksum=0)
    v.forward("answer without a checksum", family, "udp", rep, payload(32), chksum=0)
    v.forward_partial("partial checksum, query", family, "udp", req, payload(99))
    v.forward_partial("partial checksum, answer", family, "udp", rep, payload(100))
    v.forward_partial("segments, query", family, "udp", req, payload(1601), gso_size=400)
    v.forward_partial("segments, answer", family, "udp", rep, payload(1602), gso_size=400)


def errors(v, family, proto):
    """Errors about a request, from a router near the server; and about a reply, from the client."""
    req, rep = request_ends(family, proto), reply_ends(family, proto)
    about_request = [packet(family, proto, e, payload(60)) for e in req]
    about_reply = [packet(family, proto, e, payload(61)) for e in rep]
    router = {4: "10.9.9.9", 6: "2001:db8:9::9"}[family]
    if family == 4:
        kinds = {"host unreachable": ICMP(type=3, code=1), "port unreachable": ICMP(type=3, code=3),
                 "fragmentation needed": ICMP(type=3, code=4, nexthopmtu=1400),
                 "time exceeded": ICMP(type=11, code=0), "parameter problem": ICMP(type=12, code=0, ptr=9)}
    else:
        kinds = {"no route": ICMPv6DestUnreach(code=0), "port unreachable": ICMPv6DestUnreach(code=4),
                 "packet too big": ICMPv6PacketTooBig(mtu=1400), "time exceeded": ICMPv6TimeExceeded(code=0),
                 "parameter problem": ICMPv6ParamProblem(code=0, ptr=6)}
    for name, kind in kinds.items():
        for cut in (8, 20, 1000):
            header = 20 if family == 4 else 40

            def error(src, dst, quoted, kind=kind, cut=cut, header=header):
                return ip(family, src, dst, flags=0) / kind.copy() / Raw(bytes(quoted)[:header + cut]) \
                    if family == 4 else ip(family, src, dst) / kind.copy() / Raw(bytes(quoted)[:header + cut])

            v.emit(f"{name} about a {proto} request, {cut} bytes at most, IPv{family}",
                   error(router, CLIENT[family], about_request[1]), [error(VIP[family], CLIENT[family], about_request[0])])
            v.emit(f"{name} about a {proto} reply, {cut} bytes at most, IPv{family}",
                   error(CLIENT[family], VIP[family], about_reply[1]),
                   [error(CLIENT[family], SERVER[family], about_reply[0])])


def extended_error(v):
    """RFC 4884: extensions stand behind a quote that is padded to 128 bytes."""
    req = [bytes(packet(4, "udp", e, payload(50))) for e in request_ends(4, "udp")]
    extension = bytes.fromhex("2000 0000 0008 0101 0001 2140".replace(" ", ""))
    icmp = ICMP(type=11, code=0, reserved=0, length=32)

    def error(src, quoted):
        return ip(4, src, CLIENT[4], flags=0) / icmp.copy() / Raw(quoted.ljust(128, b"\0") + extension)

    v.emit("time exceeded with extensions behind the quote", error("10.9.9.9", req[1]), [error(VIP[4], req[0])])


def fragments(v, family):
    """A datagram cut by Scapy; the last piece comes first and waits."""
    for name, ends in (("query", request_ends(family, "udp")), ("answer", reply_ends(family, "udp"))):
        cut = []
        for e in ends:
            if family == 4:
                cut.append(fragment(packet(4, "udp", e, payload(3000), header={"flags": 0}), fragsize=1200))
            else:
                src, sport, dst, dport = e
                whole = ip(6, src, dst) / IPv6ExtHdrFragment(id=0xabcdef01) / UDP(sport=sport, dport=dport) / \
                    Raw(payload(3000))
                cut.append(fragment6(whole, 1280))
        taken, given = ([bytes(p) for p in pieces] for pieces in cut)
        assert len(taken) == 3
        v.emit(f"last fragment of a {name} waits, IPv{family}", taken[2])
        v.emit(f"first fragment of a {name} and the one that waited, IPv{family}", taken[0], [given[0], given[2]])
        v.emit(f"middle fragment of a {name}, IPv{family}", taken[1], [given[1]])


def passed(v, family):
    there = (CLIENT[family], CPORT, STRANGER[family], 80)

    def both(what, pkt):
        v.emit(f"{what}, IPv{family}", pkt, [pkt])

    both("TCP to somebody else", packet(family, "tcp", there, payload(5), flags="S", options=TCP_OPTIONS))
    both("UDP to somebody else", packet(family, "udp", there, payload(5)))
    base = ip(family, CLIENT[family], STRANGER[family])
    both("GRE to somebody else", base / GRE() / ip(family, "192.0.2.77" if family == 4 else "2001:db8::77",
                                                    STRANGER[family]) / UDP(sport=1, dport=2))
    both("ESP to somebody else", base / ESP(spi=7, seq=1, data=payload(24)))
    both("SCTP to somebody else", base / SCTP(sport=1, dport=2, tag=3) / SCTPChunkInit(init_tag=5))
    both("a ping to somebody else", base / (ICMP(id=1, seq=2) if family == 4 else ICMPv6EchoRequest(id=1, seq=2)) /
         Raw(payload(56)))


def refused(v):
    def syn(options):
        return packet(4, "tcp", request_ends(4, "tcp")[0], between=lambda: options, flags="S")

    v.emit("loose source route", syn([IPOption_LSRR(routers=["10.1.1.1"])]), verdict="source_route")
    v.emit("strict source route", syn([IPOption_NOP(), IPOption_SSRR(routers=["10.1.1.1"])]), verdict="source_route")
    v.forward("record route is carried on", 4, "tcp", request_ends(4, "tcp"), flags="A",
              between=lambda: [IPOption_RR(routers=["0.0.0.0"])])
    rh0 = ip(6, CLIENT[6], VIP[6]) / IPv6ExtHdrRouting(type=0, addresses=["2001:db8:5::1"], segleft=1) / \
        TCP(sport=CPORT, dport=80, flags="S")
    v.emit("routing header of type 0", rh0, verdict="source_route")
    bad = bytearray(bytes(packet(4, "tcp", request_ends(4, "tcp")[0], flags="A")))
    bad[8] -= 1
    v.emit("TTL changed without its checksum", bad, verdict="ip_csum")


def answered(v):
    stray = (CLIENT[4], 41000, VIP[4], 80)
    back = (VIP[4], 80, CLIENT[4], 41000)
    reset = packet(4, "tcp", back, flags="R", seq=9000, window=0)
    reset.ttl, reset.id = 64, 0
    v.emit("segment of no connection", packet(4, "tcp", stray, flags="A", seq=5, ack=9000), [reset], "no_conn")
    stray, back = (CLIENT[6], 41000, VIP[6], 80), (VIP[6], 80, CLIENT[6], 41000)
    reset = packet(6, "tcp", back, flags="R", seq=9000, window=0)
    reset.hlim = 64
    v.emit("segment of no connection, IPv6", packet(6, "tcp", stray, flags="A", seq=5, ack=9000), [reset], "no_conn")
    ping = ip(6, CLIENT[6], VIP[6]) / ICMPv6EchoRequest(id=5, seq=6, data=payload(57))
    pong = ip(6, VIP[6], CLIENT[6]) / ICMPv6EchoReply(id=5, seq=6, data=payload(57))
    pong.hlim = 64
    v.emit("ping, IPv6", ping, [pong])
    lost = packet(6, "udp", (CLIENT[6], 41000, VIP[6], 54), payload(1300))
    error = IPv6(src=VIP[6], dst=CLIENT[6], hlim=64) / ICMPv6DestUnreach(code=4) / Raw(bytes(lost)[:1280 - 48])
    v.emit("port without a service, IPv6", lost, [error], "no_service")


def main():
    v = Vectors()
    for family in (4, 6):
        conversation(v, family)
        datagrams(v, family)
        for proto in ("tcp", "udp"):
            errors(v, family, proto)
        fragments(v, family)
        passed(v, family)
    extended_error(v)
    refused(v)
    answered(v)
    print("# SPDX-License-Identifier: GPL-2.0-or-later")
    print("# Made by vectors.py, which explains it. Checked against it by check-vectors.sh, read by test_vectors.c.\n")
    print("\n".join(v.lines).rstrip())


if __name__ == "__main__":
    main()
