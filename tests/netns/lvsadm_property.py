# SPDX-License-Identifier: GPL-2.0-or-later
"""Random sequences of commands leave the same configuration whether they are given to lvsadm, as requests to the API, or
written down as lvs.conf; and what is saved is restored.

usage: lvsadm_property.py SEED SEQUENCES LVSADM LVSD DIR

Each sequence is played against a model, which knows which commands have to be refused and with which message.
"""
import http.client
import json
import os
import random
import re
import socket
import subprocess
import sys

SEED, SEQUENCES, LVSADM, LVSD, DIR = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:6]
SOCKET = "/run/lvsd/control.sock"
SERVICES = ["-t 192.0.2.10:80", "-u 192.0.2.10:53", "-t [2001:db8:ff::10]:80", "--sctp-service 192.0.2.11:9", "-f 7", "-f 8 -6",
            "-t 192.0.2.12:0"]
IDS = {"-t": "tcp", "-u": "udp", "--sctp-service": "sctp"}
SERVERS = {4: ["10.0.1.2", "10.0.1.3", "10.0.1.4"], 6: ["[2001:db8:1::2]", "[2001:db8:1::3]", "[2001:db8:1::4]"]}
SCHEDULERS = ["rr", "wrr", "lc", "wlc", "sed", "nq", "fo", "ovf", "twos", "lblc", "lblcr", "dh"]
FLAGGED = {"sh": ["sh-fallback", "sh-port"], "mh": ["mh-fallback", "mh-port"]}


class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(SOCKET)


def api(method, path, body=None, headers=()):
    connection = Unix("lvsd", timeout=120)
    path = path.replace("[", "%5B").replace("]", "%5D")
    connection.request(method, path, None if body is None else json.dumps(body), dict(headers))
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def lvsadm(line, text=None):
    done = subprocess.run([LVSADM, *line.split()], input=text, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


class Model:
    """Services in their order, each with the words that make it; the three ways to say so."""

    def __init__(self):
        self.services = {}

    def service(self, rng, key):
        family = 6 if "[" in key or "-6" in key else 4
        config = {"scheduler": rng.choice(SCHEDULERS), "scheduler_flags": [], "one_packet": False, "persistent": None}
        words = ""
        if rng.random() < 0.2:
            config["scheduler"] = rng.choice(sorted(FLAGGED))
            config["scheduler_flags"] = rng.sample(FLAGGED[config["scheduler"]], rng.randint(0, 2))
            config["scheduler_flags"].sort()
            if config["scheduler_flags"]:
                words += " -b " + ",".join(config["scheduler_flags"])
        if rng.random() < 0.4 or key.endswith(":0"):
            timeout = rng.choice([360, 1, 60, 2678400])
            config["persistent"] = {"timeout": timeout}
            words += " -p" if timeout == 360 else f" -p {timeout}"
            mask = rng.choice([None, "255.255.255.0" if family == 4 else 64])
            config["persistent"]["netmask" if family == 4 else "prefix6"] = mask or ("255.255.255.255" if family == 4 else 128)
            if mask:
                words += f" -M {mask}"
        elif key.startswith("-u") and rng.random() < 0.3:
            config["one_packet"] = True
            words += " -o"
        if config["scheduler"] != "wlc" or rng.random() < 0.5:
            words += " -s " + config["scheduler"]
        return config, words

    def server(self, rng, key):
        forward = rng.choice(["masq", "masq", "tunnel"])
        config = {"weight": rng.choice([1, 0, 7, 65535]), "forward": forward, "upper_threshold": rng.choice([0, 0, 100]),
                  "lower_threshold": 0}
        words = " -m" if forward == "masq" else " -i"
        if forward == "tunnel":
            kind = rng.choice(["ipip", "gue", "gre"])
            config["tunnel"] = {"type": kind, "port": 6080 if kind == "gue" else 0, "csum": "nocsum"}
            words += "" if kind == "ipip" else f" --tun-type {kind}"
            words += " --tun-port 6080" if kind == "gue" else ""
            if kind != "ipip" and rng.random() < 0.5:
                config["tunnel"]["csum"] = "csum"
                words += " --tun-csum"
        if config["weight"] != 1:
            words += f" -w {config['weight']}"
        if config["upper_threshold"]:
            config["lower_threshold"] = rng.choice([0, 50])
            words += f" -x 100 -y {config['lower_threshold']}"
        return config, words

    def end(self, rng, key, forward):
        family = 6 if "[" in key or "-6" in key else 4
        host = rng.choice(SERVERS[family])
        port = re.sub(r".*:", "", key) if not key.startswith("-f") else "0"
        if forward == "masq" and port != "0":
            port = rng.choice([port, "8080"])
        return f"{host}:{port}"

    def step(self, rng):
        """-> lvsadm's line, the requests, and how lvsadm has to end"""
        key = rng.choice(SERVICES)
        path = "/v1/services/" + service_id(key)
        kind = rng.choices("AEDaedC", [6, 2, 1, 10, 3, 2, 0.2])[0]
        there = key in self.services
        if kind == "C":
            self.services.clear()
            return "-C", [("DELETE", "/v1/services", None)], (0, "")
        if kind == "D":
            return f"-D {key}", [("DELETE", path, None)], self.take(there, self.services, key, "No such service")
        if kind in "AE":
            config, words = self.service(rng, key)
            wrong = (kind == "A") == there
            if not wrong:
                self.services[key] = {**(self.services[key] if there else {"servers": {}}), "config": config}
            error = "Service already exists" if kind == "A" else "No such service"
            return (f"-{kind} {key}{words}", [("PUT" if kind == "A" else "PATCH", path, config)],
                    (255, error + "\n") if wrong else (0, ""))
        config, words = self.server(rng, key)
        end = self.end(rng, key, config["forward"])
        servers = self.services[key]["servers"] if there else {}
        path += "/servers/" + end
        if not there:
            outcome = 255, "Service not defined\n"
        elif kind == "a" and end in servers:
            outcome = 255, "Destination already exists\n"
        elif kind != "a" and end not in servers:
            outcome = 255, "No such destination\n"
        else:
            outcome = 0, ""
            if kind == "d":
                del servers[end]
            else:
                servers[end] = config
        if kind == "d":
            return f"-d {key} -r {end}", [("DELETE", path, None)], outcome
        body = dict(config)
        if kind == "e" and "tunnel" not in body:
            body["tunnel"] = None
        return f"-{kind} {key} -r {end}{words}", [("PUT" if kind == "a" else "PATCH", path, body)], outcome

    @staticmethod
    def take(there, where, key, error):
        if not there:
            return 255, error + "\n"
        del where[key]
        return 0, ""

    def conf(self):
        """lvs.conf"""
        return "services: (\n" + ",\n".join(conf_service(key, service) for key, service in self.services.items()) + ");\n"


def service_id(key):
    words = key.split()
    if words[0] == "-f":
        return f"fwm{'6' if '-6' in words else ''}:{words[1]}"
    return f"{IDS[words[0]]}:{words[1]}"


def conf_value(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(conf_value(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{ " + conf_keys(value) + "}"
    return str(value) if isinstance(value, int) else f'"{value}"'


def conf_keys(keys):
    return "".join(f"{name} = {conf_value(value)}; " for name, value in keys.items() if value is not None)


def conf_service(key, service):
    words = key.split()
    if words[0] == "-f":
        head = f'mark = {words[1]}; family = "inet{"6" if "-6" in words else ""}"; '
    else:
        head = f'address = "{re.sub(":0$", "", words[1])}"; protocol = "{IDS[words[0]]}"; '
    servers = ", ".join(f'{{ address = "{re.sub(":0$", "", end)}"; {conf_keys(config)}}}'
                        for end, config in service["servers"].items())
    return "{ " + head + conf_keys(service["config"]) + f"servers: ({servers}); }}"


def services_of(text):
    """The services of a dump"""
    return text[text.index("services"):]


def fail(what, *details):
    print(f"seed {SEED}: {what}")
    for detail in details:
        print(detail)
    sys.exit(1)


def must(answer, what):
    if answer[0] // 100 != 2:
        fail(what, *answer)


def restore(lines):
    """What is saved comes back, by a file of its own and by the wrappers."""
    saved = lvsadm("-S -n")
    for program, args in ((LVSADM, ["-R"]), (os.path.join(DIR, "lvsadm-restore"), [])):
        if args:
            lvsadm("-C")
        done = subprocess.run([program, *args], input=saved[1], capture_output=True, text=True, check=False, timeout=120)
        again = lvsadm("-S -n")
        if done.returncode or done.stderr or again != saved:
            fail("what was saved was not restored", *lines, saved[1], done, again)


def sequence(rng):
    model, lines, requests = Model(), [], []
    must(api("DELETE", "/v1/services"), "cannot begin")
    for _ in range(rng.randint(1, 40)):
        line, wanted, (status, error) = model.step(rng)
        lines.append(line)
        got = lvsadm(line)
        if got != (status, "", error):
            fail("lvsadm ended otherwise", *lines, got, (status, error))
        if not status:
            requests += wanted
    by_lvsadm = api("GET", "/v1/config")
    must(by_lvsadm, "no configuration")

    must(api("DELETE", "/v1/services"), "cannot begin again")
    for method, path, body in requests:
        headers = {"If-None-Match": "*"} if method == "PUT" else {}
        must(api(method, path, body, headers), f"{method} {path} {body}")
    by_api = api("GET", "/v1/config")
    if services_of(by_api[1]) != services_of(by_lvsadm[1]):
        fail("the API leaves something else", *lines, services_of(by_lvsadm[1]), "---", services_of(by_api[1]))

    path = os.path.join(DIR, "model.conf")
    with open(path, "w", encoding="utf-8") as conf:
        conf.write(model.conf())
    done = subprocess.run([LVSD, "--dump-config", path], capture_output=True, text=True, check=False, timeout=120)
    if done.returncode or services_of(done.stdout) != services_of(by_lvsadm[1]):
        fail("lvs.conf says something else", *lines, model.conf(), done.stderr, services_of(by_lvsadm[1]), "---", done.stdout)
    restore(lines)
    return len(lines)


def main():
    rng = random.Random(SEED)
    print(f"seed {SEED}: {sum(sequence(rng) for _ in range(SEQUENCES))} commands")


main()
