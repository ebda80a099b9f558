# SPDX-License-Identifier: GPL-2.0-or-later
# One process that accepts connections on ports 20000 and up, so many as the argument says, and closes them; with "http" behind
# it, once it has answered whatever they ask.
import resource
import selectors
import socket
import sys

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"

count = int(sys.argv[1])
answers = sys.argv[2:] == ["http"]
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
selector = selectors.DefaultSelector()


def accept(listener):
    connection = listener.accept()[0]
    if answers:
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, answer)
    else:
        connection.close()


def answer(connection):
    selector.unregister(connection)
    try:
        if connection.recv(4096):
            connection.send(ANSWER)
    finally:
        connection.close()


for port in range(20000, 20000 + count):
    listener = socket.create_server(("", port), backlog=64)
    listener.setblocking(False)
    selector.register(listener, selectors.EVENT_READ, accept)
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        try:
            key.data(key.fileobj)
        except OSError:
            pass
