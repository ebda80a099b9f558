#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A server that speaks first, as those of mail do, and clients of it.

first.py server PORT
    Waits for a PROXY header, greets with the client that it names, and answers each line until the client is done.
first.py client ADDRESS4 ADDRESS6 PORT
    20 connections to each: the greeting has to name this end of it before a word is said. Then one that says nothing at
    all, and ends its half at once: the greeting comes all the same.
"""
import socket
import struct
import sys
import threading

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def take(conn, n):
    got = b""
    while len(got) < n:
        more = conn.recv(n - len(got))
        if not more:
            raise EOFError(f"{len(got)} bytes of {n}")
        got += more
    return got


def read_header(conn):
    """As the specification has it, chapter 2.2."""
    head = take(conn, 16)
    version, family, length = struct.unpack("!BBH", head[12:])
    if head[:12] != SIGNATURE or version != 0x21:
        raise ValueError("no header of version 2 and command PROXY")
    size, af = {0x11: (4, socket.AF_INET), 0x21: (16, socket.AF_INET6)}[family]
    body = take(conn, length)
    if length != 2 * size + 4:
        raise ValueError(f"length {length}")
    source = socket.inet_ntop(af, body[:size])
    return f"{source} {struct.unpack('!H', body[2 * size:2 * size + 2])[0]}"


def serve(conn):
    with conn:
        try:
            conn.sendall(f"220 {read_header(conn)}\n".encode())
            for line in conn.makefile("rb"):
                conn.sendall(b"250 " + line)
        except (OSError, ValueError, KeyError, EOFError) as error:
            print(error, flush=True)


def server(port):
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64) as listener:
        while True:
            conn, _ = listener.accept()
            threading.Thread(target=serve, args=(conn,), daemon=True).start()


def talk(address, port, silent):
    with socket.create_connection((address, port), timeout=60) as conn:
        if silent:
            conn.shutdown(socket.SHUT_WR)
        lines = conn.makefile("rb")
        own = conn.getsockname()
        wanted = f"220 {own[0]} {own[1]}\n".encode()
        greeting = lines.readline()
        if greeting != wanted:
            sys.exit(f"{address}: greeted with {greeting!r}, not {wanted!r}")
        for line in () if silent else (b"one\n", b"two\n", b"x" * 5000 + b"\n"):
            conn.sendall(line)
            answer = lines.readline()
            if answer != b"250 " + line:
                sys.exit(f"{address}: {answer!r}")


def main():
    if sys.argv[1] == "server":
        server(int(sys.argv[2]))
    for address in sys.argv[2:4]:
        for _ in range(20):
            talk(address, int(sys.argv[4]), False)
        talk(address, int(sys.argv[4]), True)


main()
