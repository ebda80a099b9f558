#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A switch's access port, for kernels without VLANs: tagger.py ACCESS TRUNK VID

Frames from the interface ACCESS go to TRUNK with a tag, frames from TRUNK with that tag go to ACCESS without it, all others
are dropped. Both sides must leave checksums and segments finished.
"""
import select
import socket
import struct
import sys

ETH_P_ALL = 3
PACKET_OUTGOING = 4
SOL_PACKET, PACKET_AUXDATA = 263, 8
STATUS_VLAN_VALID = 1 << 4


def port(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.bind((name, ETH_P_ALL))
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    return sock


def frame(sock):
    """A frame that came in from outside, its tag among its bytes; None for what went out."""
    data, extra, _, sender = sock.recvmsg(65536, 256)
    if sender[2] == PACKET_OUTGOING:
        return None
    for level, kind, body in extra:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", body[:20])
            if status & STATUS_VLAN_VALID:
                data = data[:12] + struct.pack("!HH", tpid or 0x8100, tci) + data[12:]
    return data


def main():
    access, trunk, vid = port(sys.argv[1]), port(sys.argv[2]), int(sys.argv[3])
    tag = struct.pack("!HH", 0x8100, vid)
    print("ready", flush=True)
    while True:
        for sock in select.select([access, trunk], [], [])[0]:
            data = frame(sock)
            if not data:
                continue
            if sock is access:
                trunk.send(data[:12] + tag + data[12:])
            elif data[12:16] == tag:
                access.send(data[:12] + data[16:])


main()
