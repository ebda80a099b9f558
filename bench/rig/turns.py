# SPDX-License-Identifier: GPL-2.0-or-later
# What bench/rig/turns needs: configurations and batches of many services, who answers for all servers, and the table.
import json
import resource
import selectors
import socket
import statistics
import sys

keys = {"services": "1000", "check": "0", "weight": "1", "one": "0", "scheduler": "wlc", "from": "0", "shared": "0", "min": "0",
        "sorry": "0"}
keys.update(word.split("=") for word in sys.argv[2:])
keys = {name: int(value) if value.isdigit() else value for name, value in keys.items()}


def vip(i):
    return f"192.0.{2 + i // 250}.{i % 250 + 1}"


def server(i, k):
    number = 0 if keys["shared"] else i
    return f"10.{128 + number // 250}.{number % 250}.{k + 1}:8080"


def conf():
    print("director: { log_level = \"info\"; };")
    print("services: (")
    for number in range(keys["services"]):
        i = number + keys["from"]
        print(", {" if number else "{", f'name = "s{i}"; address = "{vip(i)}:80"; scheduler = "{keys["scheduler"]}";')
        if keys["check"]:
            print(f'check = {{ type = "tcp"; interval = {keys["check"]}.0; fast_interval = 1.0; '
                  f'timeout = {min(keys["check"] / 2, 3)}; rise = 1; fall = 1; }};')
        if keys["min"]:
            print(f'min_servers = {keys["min"]};')
        if keys["sorry"]:
            print('sorry_server = { address = "10.0.1.2:8081"; };')
        print("servers: (", ", ".join(
            f'{{ address = "{server(i, k)}"; weight = {keys["one"] if keys["one"] and (i, k) == (5, 5) else keys["weight"]}; }}'
            for k in range(10)), "); }")
    print(");")


def batch():
    print(json.dumps({"operations": [
        {"method": "PATCH", "path": f"/v1/services/tcp:{vip(i)}:80/servers/{server(i, k)}", "body": {"weight": keys["weight"]}}
        for i in range(keys["services"]) for k in range(10)]}))


def answer():
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    listener = socket.create_server(("", 8080), backlog=4096)
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        selector.select()
        try:
            while True:
                listener.accept()[0].close()
        except OSError:
            pass


def table():
    rows = {}
    for line in sys.stdin:
        name, clock, worked, _, parts = line.rstrip("\n").split("\t")
        rows.setdefault(name, []).append((int(clock) / 1000, int(worked) / 1000, parts))

    def spread(values):
        low, high = min(values), max(values)
        return f"{statistics.median(values):.2f}" + (f" ({low:.2f}..{high:.2f})" if low != high else "")

    cells = [["longest turn, ms", "on the clock", "on the processor", "of that, us", "2 ms"]]
    for name, row in rows.items():
        worked = [r[1] for r in row]
        cells.append([name, spread([r[0] for r in row]), spread(worked), row[-1][2],
                      "PASS" if statistics.median(worked) <= 2 else f"{statistics.median(worked) / 2:.1f} times"])
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    for number, line in enumerate(cells):
        print("|", " | ".join(cell.ljust(width) for cell, width in zip(line, widths)), "|")
        if not number:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


{"conf": conf, "batch": batch, "answer": answer, "table": table}[sys.argv[1]]()
