#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""poll.py SOCKET INTERVAL - ask a director for its services again and again, over one connection; ends with it."""
import http.client
import socket
import sys
import time


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("lvsd", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


path, interval = sys.argv[1], float(sys.argv[2])
api = Unix(path)
for _ in range(100):
    try:
        api.connect()
        break
    except OSError:
        time.sleep(0.1)
while True:
    began = time.monotonic()
    try:
        api.request("GET", "/v1/services")
        answer = api.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        break
    if answer.status != 200 or not body:
        sys.exit(f"status {answer.status}")
    time.sleep(max(0.0, interval - (time.monotonic() - began)))
