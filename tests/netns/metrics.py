#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Judge a page of metrics by the grammar of its format: metrics.py open|plain FILE [NAME...]

NAMEs are samples that have to be there. What promtool does not look at is looked at here: families in one piece, types
and units that fit the names, no sample twice, histograms that add up, an end.
"""
import re
import sys

LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.]+)$')
SUFFIXES = {"counter": ["_total"], "gauge": [""], "info": ["_info"], "histogram": ["_bucket", "_count", "_sum"]}


def fail(n, text):
    sys.exit(f"line {n}: {text}")


def labels_of(n, text):
    found, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        if not match or match.group(1) in found:
            fail(n, f"labels {text}")
        found[match.group(1)] = match.group(2)
        at = match.end()
        if at < len(text):
            if text[at] != ",":
                fail(n, f"labels {text}")
            at += 1
    return found


def check_histogram(n, name, samples):
    buckets = [(float(labels["le"]), value) for kind, labels, value in samples if kind == "_bucket"]
    count = [value for kind, _, value in samples if kind == "_count"]
    if buckets != sorted(buckets) or buckets[-1][0] != float("inf") or [buckets[-1][1]] != count:
        fail(n, f"histogram {name}: {buckets} {count}")


def main():
    is_open = sys.argv[1] == "open"
    text = open(sys.argv[2], encoding="utf-8").read()
    wanted = set(sys.argv[3:])
    if is_open and not text.endswith("\n# EOF\n"):
        sys.exit("no end")
    families, seen, family = {}, set(), None
    for n, line in enumerate(text.splitlines(), 1):
        if not line:
            if is_open:
                fail(n, "an empty line")
            continue
        if line == "# EOF":
            continue
        if line.startswith("# "):
            _, what, name, rest = line.split(" ", 3)
            if what == "TYPE":
                if name in families:
                    fail(n, f"{name} in two pieces")
                if rest not in SUFFIXES or (rest == "info" and not is_open):
                    fail(n, f"type {rest}")
                families[name] = {"type": rest, "help": False, "samples": []}
                family = name
            if name != family:
                fail(n, f"{what} of {name} inside of {family}")
            if what == "UNIT" and not name.endswith("_" + rest):
                fail(n, f"{name} is not in {rest}")
            if what == "HELP":
                families[name]["help"] = True
            continue
        match = SAMPLE.match(line)
        if not match:
            fail(n, f"no sample: {line}")
        name, labels, value = match.group(1), labels_of(n, match.group(2) or ""), float(match.group(3))
        kinds = SUFFIXES[families[family]["type"]] if is_open or families[family]["type"] == "histogram" else [""]
        kind = [k for k in kinds if name == family + k]
        if not kind:
            fail(n, f"{name} is not of {family}")
        if families[family]["type"] == "counter" and not name.endswith("_total"):
            fail(n, f"{name} counts")
        key = (name, tuple(sorted(labels.items())))
        if key in seen:
            fail(n, f"{name} twice")
        seen.add(key)
        families[family]["samples"].append((kind[0], labels, value))
        wanted.discard(name)
    for name, about in families.items():
        if not about["help"]:
            fail(0, f"{name} without help")
        if about["type"] == "histogram":
            check_histogram(0, name, about["samples"])
    if wanted:
        sys.exit(f"missing: {wanted}")


main()
