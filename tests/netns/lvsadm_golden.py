# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of tests/golden/cli-*.txt, given to lvsadm and a running lvsd: what is printed, and how it ends.

usage: lvsadm_golden.py GOLDEN DIR [FILE...]

GOLDEN is tests/golden; in DIR "ipvsadm" is lvsadm. With UPDATE set, what differs is written to deviations.txt in DIR.
"""
import os
import re
import subprocess
import sys

GOLDEN, BIN = sys.argv[1:3]
RULES = "/run/rules"
# lvsd takes no loopback addresses, so others stand in for them, of the same length and in the same place when sorted.
STAND_INS = (("127.0.0.1", "172.0.0.1"), ("[::1]", "[2::]"))


def cases(path):
    """-> (line number, command, output) of a golden file"""
    number, command, output = 0, None, []
    with open(path, encoding="utf-8") as lines:
        for n, line in enumerate(lines, 1):
            for address, other in STAND_INS:
                line = line.replace(address, other)
            if line.startswith("$ "):
                number, command, output = n, line[2:].rstrip("\n"), []
            elif command is not None:
                output.append(line)
                if line.startswith("[exit "):
                    yield number, command, "".join(output)
                    command = None


def deviations(path):
    """-> {(file, line): (reason, output)}"""
    found, key, reason, output = {}, None, None, []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            head = re.match(r"== (\S+) (\d+): (.*)", line)
            if head or line.startswith("#"):
                if key:
                    found[key] = reason, "".join(output)
                key = head and (head[1], int(head[2]))
                reason, output = head and head[3], []
            elif key:
                output.append(line)
    if key:
        found[key] = reason, "".join(output)
    return found


def run(command):
    done = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          env={**os.environ, "PATH": BIN + ":" + os.environ["PATH"]}, timeout=120)
    err = "".join("2> " + line + "\n" for line in done.stderr.split("\n")[:-1])
    return done.stdout + err + f"[exit {done.returncode}]\n"


def comparable(command, text):
    """without what is not stable"""
    text = re.sub(r"\(size=\d+\)", "(size=N)", text)
    if "--nosort" in command:
        text = "".join(sorted(text.splitlines(True)))
    return text


def prepare(name):
    """What a capture began with: no services, usual timeouts, and its files."""
    for command in "ipvsadm -C", "ipvsadm --set 900 120 300":
        if run(command) != "[exit 0]\n":
            sys.exit(f"{name}: cannot begin with {command}: {run(command)}")
    for _, command, output in cases(os.path.join(GOLDEN, name)):
        if command == "cat " + RULES:
            with open(RULES, "w", encoding="utf-8") as rules:
                rules.write(output[:output.rindex("[exit ")])


def check(name, known, differs):
    """-> how many commands were given"""
    given = 0
    prepare(name)
    for number, command, golden in cases(os.path.join(GOLDEN, name)):
        reason, expected = known.pop((name, number), (None, golden))
        if not expected:
            continue
        given += 1
        if reason and comparable(command, expected) == comparable(command, golden):
            differs.append((name, number, command, "no deviation any more", "", golden))
        seen = run(command)
        if comparable(command, seen) != comparable(command, expected):
            differs.append((name, number, command, reason or "?", seen, expected))
    return given


def main():
    known, differs, given = deviations(os.path.join(GOLDEN, "deviations.txt")), [], 0
    names = sys.argv[3:] or sorted(n for n in os.listdir(GOLDEN) if n.startswith("cli-"))
    for name in names:
        given += check(name, known, differs)
    for name, number, command, reason, seen, expected in differs:
        print(f"{name}:{number}: $ {command}\n--- expected ({reason})\n{expected}--- seen\n{seen}")
    if os.environ.get("UPDATE"):
        with open(os.path.join(BIN, "deviations.txt"), "w", encoding="utf-8") as out:
            for name, number, command, reason, seen, _ in differs:
                out.write(f"== {name} {number}: {reason}\n{seen}")
    left = [key for key in known if key[0] in names]
    if left:
        print("deviations of commands that are not there:", left)
    print(f"{given} commands, {len(differs)} differences")
    sys.exit(bool(differs or left or not given))


main()
