#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The status page: what it says, to whom, and how it looks in a browser, by day and by night.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl chromium chromedriver python3
in_namespace "$0" "$@"
need_tun

here=${top_srcdir:-../..}/tests/netns
page=http://127.0.0.1:8404

# get <path> - over TCP
get() { at director curl -sf "$page$1"; }

stage 2
for n in 1 2; do web s$n; done
configure "control: { socket = \"$work/control.sock\"; listen = \"127.0.0.1:8404\"; };
$(web_conf rr 1 1 | sed "s/address = \"$VIP:80\"/name = \"web\"; &/; s/address = \"\[$VIP6\]:80\"/name = \"web6\"; &/;
	s/\"10.0.2.2:8080\"; weight = 1/\"10.0.2.2:8080\"; weight = 0/")"
direct
ask 20 >/dev/null

get / | grep -q '>20</td>' || FAIL "the page does not count connections: $(get /)"
at director curl -sf --unix-socket $work/control.sock http://lvsd/ | grep -q '<title>3 of 4 up' || FAIL "no page by the UNIX socket"
same "what it may fetch and do" \
	"default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'" \
	"$(at director curl -sfI "$page/" | tr -d '\r' | sed -n 's/^Content-Security-Policy: //p')"
get "/?service=%3Cscript%3E" | grep -i '<script' && FAIL "what was asked for is in the page as it came"
same "a service that is not there" 1 "$(get '/?service=none' | grep -c 'There is no such service')"

# The same for programs.
get /status.csv | python3 -c '
import csv, sys
rows = list(csv.DictReader(sys.stdin))
assert [row["server"] for row in rows] == ["10.0.1.2:8080", "10.0.2.2:8080", "[2001:db8:1::2]:8080", "[2001:db8:2::2]:8080"], rows
assert [row["state"] for row in rows] == ["up", "drained", "up", "up"], rows
assert rows[0]["connections"] == "20" and rows[0]["service_name"] == "web" and rows[0]["method"] == "masq", rows
' || FAIL "the table is not: $(get /status.csv)"
get /status.json | python3 -c '
import json, sys
assert [service["name"] for service in json.load(sys.stdin)["services"]] == ["web", "web6"]
' || FAIL "JSON: $(get /status.json)"

at director python3 "$here/page.py" "$page" "${top_builddir:-../..}/tests/screenshots" || exit 1

# What checks say, and what became of changes.
sed "s|name = \"web6\";|& check: { type = \"tcp\"; port = 9; interval = 1.0; fall = 1; };|" $work/lvs.conf >$work/next
cat $work/next >$work/lvs.conf
reload
down() { get / | grep -q '<td class="bad">down</td>.*connect: Connection refused'; }
until_true 20 down
quorum_lost() { get / | grep -q 'quorum lost'; }
until_true 20 quorum_lost
get '/?service=web6' | grep 'connect: Connection refused' | grep -q '<td>unknown</td><td class="bad">down</td>' ||
	FAIL "the page of a service does not tell what became of its servers: $(get '/?service=web6')"
get / | grep -q 'UTC</td><td>unknown</td>' && FAIL "the page of all services tells the past of each server"
get / | grep -q '<td>reload</td><td class="good">in force' || FAIL "the page does not tell of the reload"
echo nonsense >>$work/lvs.conf
reload
get / | grep -q '<td>reload</td><td class="bad">refused</td>' || FAIL "the page does not tell of the reload that was refused"

# A thousand servers, in parts: the page is whole.
configure "control: { socket = \"$work/control.sock\"; listen = \"127.0.0.1:8404\"; };
services: ($(for s in $(seq 100); do
	printf '%s{ address = "192.0.2.10:%s"; servers: (' "$([ "$s" = 1 ] || echo ,)" $((1000 + s))
	for n in $(seq 10); do printf '%s{ address = "10.1.%s.%s:80"; }' "$([ "$n" = 1 ] || echo ,)" "$s" "$n"; done
	printf '); }\n'
done));"
reload
same "rows of a thousand servers" 1000 "$(get / | grep -c '<tr><th scope="row"><code>10\.')"
get / | tail -n 1 | grep -q "</html>" || FAIL "the page has no end: $(get / | tail -n 3)"
stop
