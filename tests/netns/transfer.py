# SPDX-License-Identifier: GPL-2.0-or-later
"""Long transfers in both directions, judged byte for byte.

transfer.py serve <port>
transfer.py fetch <address> <port> <n> <progress file>

A client says "D" and gets all bytes, or "U" and sends them; n of each at the same time, slowly. The least that one of them
has done, in percent, stands in the progress file. What became of each is a line: "complete", or why not.
"""

import os
import random
import socket
import socketserver
import sys
import threading
import time

TOTAL = 4 << 20
STEP = 32 << 10
SECONDS = 4.0
DATA = random.Random(77).randbytes(TOTAL)


class Server(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            if self.request.recv(1) == b"D":
                self.request.sendall(DATA)
                return
            got = bytearray()
            while len(got) < TOTAL and (piece := self.request.recv(1 << 16)):
                got += piece
            self.request.sendall(b"y" if got == DATA else b"n")
        except OSError:
            pass


class Dual(socketserver.ThreadingTCPServer):
    address_family = socket.AF_INET6
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


def connect(address, port):
    sock = socket.create_connection((address, port), 10)
    sock.settimeout(60)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    # Who only listens would never hear that nobody speaks any more.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    return sock


def pace(began, done):
    time.sleep(max(0.0, began + SECONDS * done / TOTAL - time.monotonic()))


def download(sock, note):
    got, began = bytearray(), time.monotonic()
    sock.sendall(b"D")
    while len(got) < TOTAL and (piece := sock.recv(STEP)):
        got += piece
        note(len(got))
        pace(began, len(got))
    return "complete" if got == DATA else "other bytes"


def upload(sock, note):
    began = time.monotonic()
    sock.sendall(b"U")
    for at in range(0, TOTAL, STEP):
        sock.sendall(DATA[at:at + STEP])
        note(at + STEP)
        pace(began, at)
    return "complete" if sock.recv(1) == b"y" else "other bytes"


def fetch(address, port, n, path):
    done, results, lock = [0] * 2 * n, [""] * 2 * n, threading.Lock()

    def note(i, count):
        with lock:
            done[i] = count
            with open(path + ".new", "w", encoding="ascii") as progress:
                progress.write(str(100 * min(done) // TOTAL))
            os.replace(path + ".new", path)

    def run(i):
        try:
            with connect(address, port) as sock:
                results[i] = (upload if i % 2 else download)(sock, lambda count: note(i, count))
        except OSError as error:
            results[i] = os.strerror(error.errno) if error.errno else str(error)
        note(i, TOTAL)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(2 * n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("\n".join(results))


if sys.argv[1] == "serve":
    Dual(("::", int(sys.argv[2])), Server).serve_forever()
else:
    fetch(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
