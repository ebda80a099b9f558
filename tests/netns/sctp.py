# SPDX-License-Identifier: GPL-2.0-or-later
"""One end of an SCTP association, made by hand over a raw socket: the kernel need not have SCTP.

sctp.py serve <port>                   answers the handshake, echoes DATA, answers a shutdown
sctp.py call <address> <port>          all of an association; prints "done"
sctp.py refused <address> <port>       an INIT that has to be answered by an ABORT; prints "aborted"
"""
import socket
import struct
import sys

CLIENT_PORT = 40027
INIT, INIT_ACK, ABORT, SHUTDOWN, SHUTDOWN_ACK, COOKIE_ECHO, COOKIE_ACK, SHUTDOWN_COMPLETE = 1, 2, 6, 7, 8, 10, 11, 14


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def chunk(kind, body=b"", flags=0):
    return struct.pack("!BBH", kind, flags, 4 + len(body)) + body + b"\0" * (-len(body) % 4)


def packet(sport, dport, tag, body):
    head = struct.pack("!HHI", sport, dport, tag)
    return head + struct.pack("<I", crc32c(head + b"\0\0\0\0" + body)) + body


def receive(sock, port):
    """The next packet to our port whose checksum is right: sender, its port, tag, chunk type, chunk body."""
    while True:
        data, sender = sock.recvfrom(65535)
        data = data[(data[0] & 15) * 4:]
        sport, dport, tag, csum = struct.unpack("!HHI", data[:8]) + struct.unpack("<I", data[8:12])
        if dport != port:
            continue
        if csum != crc32c(data[:8] + b"\0\0\0\0" + data[12:]):
            sys.exit("bad checksum from %s" % sender[0])
        kind, _, length = struct.unpack("!BBH", data[12:16])
        return sender[0], sport, tag, kind, data[16:12 + length]


def serve(sock, port):
    print("listening", flush=True)
    while True:
        sender, sport, tag, kind, body = receive(sock, port)
        if kind == INIT:
            tag = struct.unpack("!I", body[:4])[0]
            answer = chunk(INIT_ACK, body[:16] + struct.pack("!HH", 7, 8) + b"cook")
        else:
            answer = {COOKIE_ECHO: chunk(COOKIE_ACK), 0: chunk(0, body, 3), SHUTDOWN: chunk(SHUTDOWN_ACK)}.get(kind)
        if answer:
            sock.sendto(packet(port, sport, tag, answer), (sender, 0))


def call(sock, address, port):
    def ask(tag, body, expected):
        sock.sendto(packet(CLIENT_PORT, port, tag, body), (address, 0))
        sender, sport, _, kind, _ = receive(sock, CLIENT_PORT)
        if (sender, sport, kind) != (address, port, expected):
            sys.exit("chunk %d came from %s:%d" % (kind, sender, sport))

    ask(0, chunk(INIT, struct.pack("!IIHHI", 0xa0b0c0d, 65536, 1, 1, 7)), INIT_ACK)
    ask(0xa0b0c0d, chunk(COOKIE_ECHO, b"cook"), COOKIE_ACK)
    for size in (1, 2, 3, 100, 1400):
        ask(0xa0b0c0d, chunk(0, struct.pack("!IHHI", 7, 0, 0, 0) + b"x" * size, 3), 0)
    ask(0xa0b0c0d, chunk(SHUTDOWN, struct.pack("!I", 7)), SHUTDOWN_ACK)
    sock.sendto(packet(CLIENT_PORT, port, 0xa0b0c0d, chunk(SHUTDOWN_COMPLETE)), (address, 0))
    print("done")


def refused(sock, address, port):
    sock.sendto(packet(CLIENT_PORT, port, 0, chunk(INIT, struct.pack("!IIHHI", 99, 65536, 1, 1, 7))), (address, 0))
    sender, sport, tag, kind, _ = receive(sock, CLIENT_PORT)
    if (sender, sport, tag, kind) != (address, port, 99, ABORT):
        sys.exit("chunk %d with tag %d came from %s:%d" % (kind, tag, sender, sport))
    print("aborted")


def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132)
    if sys.argv[1] == "serve":
        serve(sock, int(sys.argv[2]))
        return
    sock.settimeout(5)
    {"call": call, "refused": refused}[sys.argv[1]](sock, sys.argv[2], int(sys.argv[3]))


main()
