# SPDX-License-Identifier: GPL-2.0-or-later
# One process that accepts connections on ports 20000 and up, so many as the argument says, and closes them.
import resource
import selectors
import socket
import sys

count = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
selector = selectors.DefaultSelector()
for port in range(20000, 20000 + count):
    listener = socket.create_server(("", port), backlog=64)
    listener.setblocking(False)
    selector.register(listener, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        try:
            key.fileobj.accept()[0].close()
        except OSError:
            pass
