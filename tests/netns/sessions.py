# SPDX-License-Identifier: GPL-2.0-or-later
"""Sessions of UDP: a server that answers with its name, and clients who each keep their port.

sessions.py server NAME PORT
sessions.py client ADDRESS N
	Reads "ask PORT SECONDS" lines: each of its N clients of that port sends one datagram, and waits for its answer for so
	long at most. Prints "PORT: " and who answered each of them, "-" where nobody did.
"""
import selectors
import socket
import sys
import time


def serve(name, port):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::", port))
        print("ready", flush=True)
        while True:
            sock.sendto(name.encode(), sock.recvfrom(64)[1])


def ask(clients, patience):
    names, selector = ["-"] * len(clients), selectors.DefaultSelector()
    for i, client in enumerate(clients):
        selector.register(client, selectors.EVENT_READ, i)
        try:
            client.send(b"who?")
        except ConnectionRefusedError:
            pass  # of the one before
    end = time.monotonic() + patience
    while "-" in names and time.monotonic() < end:
        for key, _ in selector.select(end - time.monotonic()):
            try:
                names[key.data] = key.fileobj.recv(64).decode()
            except ConnectionRefusedError:
                names[key.data] = "refused"
    return names


def clients_of(address, port, count):
    clients = []
    for _ in range(count):
        family, kind, proto, _, to = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)[0]
        clients.append(socket.socket(family, kind, proto))
        clients[-1].connect(to)
    return clients


def main():
    if sys.argv[1] == "server":
        serve(sys.argv[2], int(sys.argv[3]))
    clients = {}
    for line in sys.stdin:
        _, port, patience = line.split()
        if port not in clients:
            clients[port] = clients_of(sys.argv[2], int(port), int(sys.argv[3]))
        print(f"{port}:", *ask(clients[port], float(patience)), flush=True)


main()
