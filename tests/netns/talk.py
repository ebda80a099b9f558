# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines to and fro over TCP, and what becomes of the connection.

talk.py server PORT	says every line back, to everybody
talk.py client ADDR PORT	sends the lines of its standard input
Both tell what they hear, and whether a connection was closed or reset. The server calls one by the first word it heard.
"""
import selectors
import socket
import sys


def tell(*words):
    print(*words, flush=True)


def receive(sock):
    """Return what came, or None, with the reason told, if nothing more will."""
    try:
        text = sock.recv(4096).decode()
    except ConnectionResetError:
        return None, "reset"
    return (text, "") if text else (None, "closed")


def serve(port):
    selector, names = selectors.DefaultSelector(), {}
    listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
    selector.register(listener, selectors.EVENT_READ)
    tell("listening")
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                selector.register(listener.accept()[0], selectors.EVENT_READ)
                continue
            sock = key.fileobj
            text, end = receive(sock)
            if text is None:
                tell(end, "of", names.get(sock))
                selector.unregister(sock)
                sock.close()
                continue
            names.setdefault(sock, text.strip())
            tell("heard", text.strip())
            sock.sendall(text.encode())


def talk(addr, port):
    sock = socket.create_connection((addr, port), timeout=10)
    sock.settimeout(None)
    tell("connected")
    selector = selectors.DefaultSelector()
    selector.register(sock, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sock:
                text, end = receive(sock)
                if text is None:
                    tell(end)
                    return
                tell("heard", text.strip())
            else:
                sock.sendall(sys.stdin.readline().encode())


if sys.argv[1] == "server":
    serve(int(sys.argv[2]))
else:
    talk(sys.argv[2], int(sys.argv[3]))
