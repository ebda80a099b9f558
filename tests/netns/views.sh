#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the director shows of itself is true: services, servers, connections, rates, status, and what would become of a client.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl socat python3
in_namespace "$0" "$@"
need_tun

get() { curl -sS -m 20 --unix-socket /run/lvsd/control.sock "http://lvsd$1"; }

# shows <path> <python expression about "it"> - true of what the path answers
shows() {
	get "$1" | python3 -c 'import json, sys; it = json.load(sys.stdin); sys.exit(not eval(sys.argv[1]))' "$2"
}
must_show() { shows "$@" || FAIL "$1: not $2: $(get "$1" | head -c 3000)"; }

# drop_one <id> [query] - the answer's status
drop_one() { curl -sS -m 20 -o /dev/null -w '%{http_code}' -X DELETE --unix-socket /run/lvsd/control.sock "http://lvsd/v1/connections/$1$2"; }

stage 2
web s1
web s2
configure "$(web_conf wlc 1 3)"
direct
id=tcp:$VIP:80

echo "# services and servers"
must_show /v1/services '[s["id"] for s in it["services"]] == ["tcp:192.0.2.10:80", "tcp:[2001:db8:ff::10]:80"]'
[ "$(ask 8 | wc -l)" = 8 ] || FAIL "no answers"
must_show "/v1/services/$id" 'it["stats"]["conns"] == 8 and sum(s["stats"]["conns"] for s in it["servers"]) == 8'
must_show "/v1/services/$id" 'it["stats"]["in_bytes"] == sum(s["stats"]["in_bytes"] for s in it["servers"]) > 0'
must_show "/v1/services/$id" 'it["config"]["scheduler"] == "wlc" and it["servers"][1]["config"]["weight"] == 3'
must_show "/v1/services?brief=1" 'all("config" not in s and list(s["rates"]) == ["ipvs"] for s in it["services"])'
must_show "/v1/services?brief=1&counters=stats" 'all("rates" not in s and "conns" in s["stats"] for s in it["services"])'
must_show "/v1/services?brief=1&counters=rates" 'all("stats" not in s and "ipvs" in s["rates"] for s in it["services"])'
must_show "/v1/services?counters=0" 'all("stats" not in s and "rates" not in s for s in it["services"])'
must_show "/v1/services?protocol=udp" 'it["services"] == []'
must_show "/v1/services/$id/servers" '[s["id"] for s in it["servers"]] == ["10.0.1.2:8080", "10.0.2.2:8080"]'
must_show "/v1/services/$id/servers/10.0.2.2:8080" 'it["weight"] == 3 and it["label"] == "Masq" and it["state"] == "up"'
must_show /v1/services/none 'it["status"] == 404 and it["given"] == "none"'
must_show /v1/health 'it["services"][0]["live"] == 2'

echo "# rates, and the loop"
until_true 20 shows /v1/stats 'it["total"]["conns"] == 8'
must_show /v1/status 'it["loop"]["turns"] > 0 and it["loop"]["max_us"] >= it["loop"]["p99_us"] >= it["loop"]["p50_us"]'
must_show /v1/status 'it["services"]["live"] == 2 and it["servers"]["up"] == it["servers"]["total"] == 4'
must_show /v1/status 'it["connections"]["used"] == 8 and it["device"]["name"] == "lvs0"'
must_show /v1/drops 'any(d["reason"] == "no_service" for d in it["drops"])'
must_show /v1/timeouts 'it["tcp"] == 900'
must_show /v1/options 'it["max_connections"] == 1048576'

kill -HUP "$director"
until_true 20 shows /v1/status 'it["reloads"][0]["what"] == "reload" and it["reloads"][0]["ok"]'

echo "# connections"
must_show /v1/connections 'len(it["connections"]) == 8 and {c["virtual"] for c in it["connections"]} == {"192.0.2.10:80"}'
must_show "/v1/connections?limit=3" 'len(it["connections"]) == 3'
must_show "/v1/connections?client=10.0.0.0/24&service=$id&protocol=tcp" 'len(it["connections"]) == 8'
must_show "/v1/connections?client=10.0.9.0/24" 'it["connections"] == []'
must_show "/v1/connections?state=NONSENSE" 'it["status"] == 422 and it["given"] == "NONSENSE"'
spawn client $work/one socat -u TCP:"$VIP":80 EXEC:cat
spawn client $work/two socat -u TCP:"$VIP":80 EXEC:cat
until_true 20 shows "/v1/connections?state=ESTABLISHED" 'len(it["connections"]) == 2'
two=$(get "/v1/connections?state=ESTABLISHED" | sed -n 's/.*"id":"\([0-9a-f-]*\)".*/\1/p')
first=${two%%[!0-9a-f-]*}
same "ended" 202 "$(drop_one "$first" '?reset=1')"
until_true 20 sh -c "[ \$(ip netns exec client ss -Htn state established dport = 80 | wc -l) = 1 ]"
until_true 20 shows "/v1/connections?state=ESTABLISHED" 'len(it["connections"]) == 1'
last=$(get "/v1/connections?state=ESTABLISHED" | sed -n 's/.*"id":"\([0-9a-f-]*\)".*/\1/p')
same "ended in silence" 204 "$(drop_one "$last" '')"
same "ended twice" 404 "$(drop_one "$last" '')"
same "never there" 404 "$(drop_one 1-00000000 '')"

echo "# what would become of a client"
for _ in 1 2 3; do
	said=$(get "/v1/explain?client=10.0.0.2&virtual=$VIP:80" | sed -n 's/.*"server":"10\.0\.\([12]\)\..*/s\1/p')
	same "where it went" "$said" "$(ask 1)"
done
must_show "/v1/explain?client=10.0.0.2&virtual=$VIP:81" 'it["result"] == "dropped" and it["drop"] == "no_service"'
must_show "/v1/explain?client=10.0.0.2&virtual=198.51.100.1:80" 'it["result"] == "passed"'
must_show "/v1/explain?client=10.0.0.2" 'it["status"] == 422 and it["given"] == "virtual"'
echo "# however slow all this is, what was asked for during the last seconds shows"
busy() { ask 1 >/dev/null; shows "$@"; }
until_true 60 busy "/v1/services/$id" 'it["rates"]["10s"]["cps"] >= 0.1 and it["rates"]["60s"]["in_bps"] > 0'
until_true 60 busy /v1/stats 'it["rates"]["ipvs"]["in_bps"] > 0'
stop
