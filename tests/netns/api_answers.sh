#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the API answers is what docs/openapi.yaml says: every resource of a director with services of all kinds.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need curl python3
python3 -c 'import yaml' 2>/dev/null || SKIP "no python3-yaml"
in_namespace "$0" "$@"
need_tun

stage 2
web s1
web s2
configure "services: (
  { name = \"web\"; address = \"$VIP:80\"; scheduler = \"rr\"; persistent = { timeout = 60; };
    check = { type = \"tcp\"; interval = 0.5; };
    servers: ( { address = \"10.0.1.2:8080\"; weight = 2; upper_threshold = 100; },
               { address = \"10.0.2.2:8080\"; drain = { timeout = 20; }; } ); },
  { address = \"[$VIP6]:53\"; protocol = \"udp\"; scheduler = \"sh\"; scheduler_flags = (\"sh-port\", \"sh-fallback\");
    servers: ( { address = \"[2001:db8:1::2]:53\"; } ); },
  { address = \"192.0.2.11\"; ports = \"80,443,8000-8999\"; servers: ( { address = \"10.0.1.2\"; } ); },
  { address = \"192.0.2.12\"; persistent = { }; servers: ( { address = \"10.0.1.2\"; } ); },
  { mark = 7; servers: ( { address = \"10.0.1.2\"; } ); },
  { mark = 7; family = \"inet6\"; servers: ( { address = \"[2001:db8:1::2]\"; } ); } );"
direct
up() { [ "$(at client curl -sS -m 5 "http://$VIP/")" = s1 ]; }
until_true 20 up
python3 "${top_srcdir:-../..}/tests/openapi.py" answers /run/lvsd/control.sock $VIP || FAIL "an answer is not as it is described"
stop
