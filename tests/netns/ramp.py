#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ramp.py SERVICE SERVER: looks on while a server comes back by a slow start, until it has its whole weight again.

How many connections it and all of its service got is counted apart for each weight that it had. Its share has to grow with
its weight, and to be no more than that is of all weights, but for chance.
"""
import http.client
import json
import math
import socket
import sys
import time


class Control(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect("/run/lvsd/control.sock")


def look(control, service):
    """Return the servers, as they were at one instant."""
    control.request("GET", f"/v1/services/{service}?counters=stats")
    return json.load(control.getresponse())["servers"]


def watch(service, name):
    """Return [weight, weight of all, connections of the server, of all], of each step, and its whole weight."""
    control, steps, before = Control("lvsd"), [], None
    while True:
        servers = [s for s in look(control, service) if s["state"] == "up"]
        mine = next((s for s in servers if s["name"] == name), None)
        if mine:
            now = [mine["weight"], sum(s["weight"] for s in servers), mine["stats"]["conns"],
                   sum(s["stats"]["conns"] for s in servers)]
            whole = mine["config"]["weight"]
            # What came in between belongs to the greater weight, if it was another one.
            if before and steps and steps[-1][0] == now[0]:
                steps[-1][2] += now[2] - before[2]
                steps[-1][3] += now[3] - before[3]
            elif before:
                steps.append([now[0], now[1], now[2] - before[2], now[3] - before[3]])
            if now[0] == whole and steps:
                return steps
            before = now
        time.sleep(0.05)


def main():
    steps = watch(sys.argv[1], sys.argv[2])
    wrong = False
    for weight, all_weights, mine, everybody in steps:
        part = weight / all_weights
        # A round of the scheduler gives a server its turns at once.
        limit = everybody * part + weight + 3 * math.sqrt(everybody * part * (1 - part))
        wrong |= mine > limit
        print(f"{sys.argv[1]}: {sys.argv[2]} with weight {weight} of {all_weights} got {mine} of {everybody} connections,"
              f" at most {limit:.0f}", flush=True)
    if wrong:
        sys.exit("more than its weight says")
    ramp = [s for s in steps[:-1] if s[3]]
    shares = [s[2] / s[3] for s in ramp]
    if len(ramp) < 2 or shares[0] >= shares[-1]:
        sys.exit(f"its share did not grow: {shares}")


main()
