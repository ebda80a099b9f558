# SPDX-License-Identifier: GPL-2.0-or-later
"""A crowd at the control socket, of the kind that nobody wants there.

usage: crowd_api.py SOCKET N KIND...

Makes N connections, of each KIND in turn, says "crowded" once each of them was in and stays until its standard input ends:

half      half of a request, and no more of it
garbage   what is no HTTP, again and again; connects anew when it is thrown out
slow      asks for a long answer and does not read it
greedy    sends a body that is longer than any may be, and reads nothing
busy      asks for PATH (by default /v1/version), reads the answer, asks again
"""
import os
import selectors
import socket
import sys
import time

PATH = os.environ.get("CROWD_PATH", "/v1/version")
GET = f"GET {PATH} HTTP/1.1\r\nHost: lvsd\r\n\r\n".encode()
SENDS = {
    "half": b"GET /v1/version HTTP/1.1\r\nHost: lv",
    "garbage": bytes(range(1, 256)) * 16,
    "slow": GET * 50,
    "greedy": b"PUT /v1/log HTTP/1.1\r\nHost: lvsd\r\nContent-Length: 16000000\r\n\r\n" + b"x" * 65536,
    "busy": GET,
}


class Peer:
    def __init__(self, path, kind, selector):
        self.path, self.kind, self.selector, self.sock = path, kind, selector, None
        self.was_in = False

    def enter(self):
        self.leave()
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            sock.connect(self.path)
        except (BlockingIOError, ConnectionRefusedError):
            sock.close()
            return False
        self.sock = sock
        self.was_in = True
        events = selectors.EVENT_READ
        if self.kind in ("greedy", "garbage"):
            events |= selectors.EVENT_WRITE
        if self.kind == "slow":
            events = 0
        if events:
            self.selector.register(sock, events, self)
        return self.send()

    def send(self):
        try:
            self.sock.send(SENDS[self.kind])
        except BlockingIOError:
            pass
        except OSError:
            self.leave()
            return False
        return True

    def leave(self):
        if not self.sock:
            return
        if self.kind != "slow":
            self.selector.unregister(self.sock)
        self.sock.close()
        self.sock = None

    def event(self, mask):
        if mask & selectors.EVENT_READ:
            try:
                data = self.sock.recv(65536)
            except OSError:
                data = b""
            if not data:
                self.leave()
                return
            if self.kind == "busy":
                self.send()
        if self.sock and mask & selectors.EVENT_WRITE:
            self.send()


def main():
    path, count, kinds = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    selector = selectors.DefaultSelector()
    peers = [Peer(path, kinds[i % len(kinds)], selector) for i in range(count)]
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    told = False
    # Who is not inside tries again, without hurry.
    while True:
        outside = [peer for peer in peers if not peer.sock]
        for peer in outside:
            peer.enter()
        if not told and all(peer.was_in for peer in peers):
            print("crowded", flush=True)
            told = True
        until = time.monotonic() + 0.05
        while time.monotonic() < until:
            for key, mask in selector.select(0.05):
                if key.data is None:
                    if not os.read(0, 4096):
                        return
                    continue
                if key.data.sock:
                    key.data.event(mask)


main()
