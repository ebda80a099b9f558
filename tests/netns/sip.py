# SPDX-License-Identifier: GPL-2.0-or-later
"""Telephones and their exchange, as far as a director sees them; the messages are those of dialog.sip.

sip.py serve <port>                                             an exchange: answers with its host's name
sip.py call <port> <address> <port> <call-id> [bytes]           has the exchange on this host invite somebody
sip.py say <method> <address> <port> <to> <port> <call-id> [bytes]   prints who answered, and from where
sip.py ring <address> <port>                                    waits for a call, takes it, prints what comes and whence

Bytes more in the body make fragments.
"""
import os
import pathlib
import re
import socket
import sys

MESSAGES = (pathlib.Path(__file__).parent / "dialog.sip").read_text().split("===\n")
CALL_ID = re.compile(r"^(?:call-id|i)[ \t]*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def message(method, call_id, more=0):
    text = next(m for m in MESSAGES if m.startswith(method + " ")).replace("\n", "\r\n").replace("@CALL-ID@", call_id)
    head, body = text.split("\r\n\r\n", 1)
    body += "a=" + "x" * int(more) + "\r\n" if int(more) else ""
    return (head.replace("@BODY@", str(len(body))) + "\r\n\r\n" + body).encode()


def answer(data, name):
    """200 for a request: its headers and its body come back."""
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.split(b"\r\n")[1:]
    return b"\r\n".join([b"SIP/2.0 200 OK"] + lines + [b"Server: " + name.encode()]) + b"\r\n\r\n" + body


def bound(address, port):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    if address == "::":
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.bind((address, port))
    sock.settimeout(10)
    return sock


def said(data, sender):
    call_id = CALL_ID.search(data.decode())
    return f"{data.split()[0].decode()} {call_id.group(1)} from {sender[0].removeprefix('::ffff:')} {sender[1]}"


def serve(port):
    sock = bound("::", port)
    sock.settimeout(None)
    name = os.environ["NAME"]
    print("listening", flush=True)
    while True:
        data, sender = sock.recvfrom(65535)
        if data.startswith(b"call "):
            _, address, to, call_id, more = data.decode().split()
            sock.sendto(message("INVITE", call_id, more), (address if ":" in address else "::ffff:" + address, int(to)))
            continue
        print(said(data, sender), flush=True)
        if data.startswith(b"SIP/2.0"):
            sock.sendto(message("ACK", CALL_ID.search(data.decode()).group(1)), sender)
        elif not data.startswith(b"ACK"):
            sock.sendto(answer(data, name), sender)


def call(port, *words):
    bound("127.0.0.1", 0).sendto(" ".join(("call",) + words + ("0",) * (4 - len(words))).encode(), ("127.0.0.1", port))


def say(method, address, port, to, to_port, call_id, more=0):
    sock = bound(address, int(port))
    sock.sendto(message(method, call_id, more), (to, int(to_port)))
    if method == "ACK":
        return
    data, sender = sock.recvfrom(65535)
    print(re.search(rb"^Server: (\S+)\r$", data, re.MULTILINE).group(1).decode(), len(data) > int(more), *sender[:2])


def ring(address, port):
    sock = bound(address, port)
    print("listening", flush=True)
    data, sender = sock.recvfrom(65535)
    print(said(data, sender), len(data), flush=True)
    sock.sendto(answer(data, "phone"), sender)
    print(said(*sock.recvfrom(65535)), flush=True)


def main():
    words = sys.argv[2:]
    {"serve": lambda: serve(int(words[0])), "call": lambda: call(int(words[0]), *words[1:]), "say": lambda: say(*words),
     "ring": lambda: ring(words[0], int(words[1]))}[sys.argv[1]]()


main()
