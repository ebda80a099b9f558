#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a MaxMind database (version 2.0 of its format): mmdb.py FILE 4|6 [BREAKAGE] NETWORK,COUNTRY,CONTINENT...

In a tree for IPv6, IPv4 networks stand below ::/96, and 2002::/16 is made an alias of them, as in the databases that are
sold. An empty code is left out of the record. BREAKAGE: "loop" leads the first network back to the root, "cut" leaves
half of the file away.
"""
import ipaddress
import sys


def text(word):
    raw = word.encode()
    assert len(raw) < 29
    return bytes([2 << 5 | len(raw)]) + raw


def number(kind, value):
    raw = value.to_bytes(8, "big").lstrip(b"\0")
    if kind <= 7:
        return bytes([kind << 5 | len(raw)]) + raw
    return bytes([len(raw), kind - 7]) + raw


def mapping(pairs):
    return bytes([7 << 5 | len(pairs)]) + b"".join(text(key) + value for key, value in pairs)


def array(values):
    return bytes([len(values), 11 - 7]) + b"".join(values)


def record(country, continent):
    pairs = []
    if continent:
        pairs.append(("continent", mapping([("code", text(continent)), ("names", mapping([]))])))
    if country:
        pairs.append(("country", mapping([("geoname_id", number(6, 17)), ("iso_code", text(country))])))
    return mapping(pairs)


def main():
    out, version, rest = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    breakage = rest.pop(0) if rest and "," not in rest[0] else ""
    nodes = [[None, None]]  # a half is None, ("node", i) or ("data", offset)
    data, offsets = b"", {}

    def place(bits, value):
        at = 0
        for bit in bits[:-1]:
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = ("node", len(nodes) - 1)
            kind, at = nodes[at][bit]
            assert kind == "node", "networks overlap"
        nodes[at][bits[-1]] = value

    def path(network):
        bits = [int(network.network_address) >> (network.max_prefixlen - 1 - i) & 1 for i in range(network.prefixlen)]
        return [0] * 96 + bits if version == 6 and network.version == 4 else bits

    for index, word in enumerate(rest):
        network, country, continent = word.split(",")
        if (country, continent) not in offsets:
            offsets[country, continent] = len(data)
            data += record(country, continent)
        value = ("data", offsets[country, continent])
        place(path(ipaddress.ip_network(network)), ("node", 0) if breakage == "loop" and not index else value)
    if version == 6:
        at = 0
        for _ in range(96):
            at = nodes[at][0][1] if at is not None and nodes[at][0] and nodes[at][0][0] == "node" else None
        if at is not None:
            place(path(ipaddress.ip_network("2002::/16")), ("node", at))

    def half(value):
        if value is None:
            return len(nodes)
        return value[1] if value[0] == "node" else len(nodes) + 16 + value[1]

    tree = b"".join(half(value).to_bytes(3, "big") for node in nodes for value in node)
    metadata = mapping([
        ("binary_format_major_version", number(5, 2)), ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", number(9, 1700000000)), ("database_type", text("Test-Country")),
        ("description", mapping([("en", text("made by a test"))])), ("ip_version", number(5, version)),
        ("languages", array([text("en")])), ("node_count", number(6, len(nodes))), ("record_size", number(5, 24)),
    ])
    whole = tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + metadata
    with open(out, "wb") as file:
        file.write(whole[:len(whole) // 2] if breakage == "cut" else whole)


main()
