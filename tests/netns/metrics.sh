#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a monitoring system scrapes: both formats by their grammars, numbers that are those of the API, filters, node_exporter's
# names, over the socket and over TCP; and alert rules and dashboard name nothing that is not there.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl python3
in_namespace "$0" "$@"
need_tun

src=${top_srcdir:-../..}
get() { curl -sS -m 20 --unix-socket /run/lvsd/control.sock "$@"; }
judge() { python3 "$src/tests/netns/metrics.py" "$@" || FAIL "metrics: $*"; }

# number <sample> - its value on the last page
number() { awk -v sample="$1" '$1 == sample { print $2 }' $work/plain; }

stage 2
web s1
web s2
configure "control: { listen = \"127.0.0.1:8404\"; }; metrics: { compat = [ \"node_ipvs\" ]; }; $(web_conf rr 1 1)"
direct
[ "$(ask 10 | wc -l)" = 10 ] || FAIL "no answers"

echo "# both formats"
get -D $work/headers http://lvsd/metrics >$work/plain
grep -qi '^content-type: text/plain; version=0.0.4' $work/headers || FAIL "the content type is $(cat $work/headers)"
judge plain $work/plain lvsd_build_info lvsd_drops_total lvsd_server_connections_total node_ipvs_backend_weight
get -D $work/headers -H 'Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5' http://lvsd/metrics >$work/open
grep -qi '^content-type: application/openmetrics-text; version=1.0.0' $work/headers || FAIL "the content type is $(cat $work/headers)"
judge open $work/open lvsd_build_info lvsd_loop_lag_seconds_bucket lvsd_service_quorum node_ipvs_connections_total

families=$(sed -n 's/^# TYPE \([a-z0-9_]*\) .*/\1/p' $work/plain)
for name in $families; do
	grep -q "^\.It Cm $name\b" "$src/man/lvsd-metrics.7" || FAIL "lvsd-metrics(7) says nothing of $name"
done

echo "# numbers"
labels='local_address="192.0.2.10",local_port="80",local_mark="",proto="TCP"'
same "connections" 10 "$(number lvsd_connections_total)"
same "of the service" 10 "$(number "lvsd_service_connections_total{service=\"tcp-192.0.2.10:80\",$labels}")"
remote='remote_address="10.0.1.2",remote_port="8080"'
same "of a server" 5 "$(number "lvsd_server_connections_total{service=\"tcp-192.0.2.10:80\",$labels,server=\"10.0.1.2:8080\",$remote}")"
same "as node_exporter calls it" 5 "$(number "node_ipvs_backend_connections_inactive{$labels,$remote}")"

echo "# filters"
get "http://lvsd/metrics?scope=servers&service=tcp:$VIP:80" >$work/plain
judge plain $work/plain lvsd_server_weight
grep -q '^lvsd_\(service\|drops\|build\)' $work/plain && FAIL "there is more than servers"
grep -q '2001:db8' $work/plain && FAIL "there is another service"
get "http://lvsd/metrics?scope=director" >$work/plain
judge plain $work/plain lvsd_tracked
grep -q '^lvsd_serv[ei][a-z]*_[a-z]*{' $work/plain && FAIL "there is more than the director"
get "http://lvsd/metrics?scope=nonsense" | grep -q '"given":"nonsense"' || FAIL "a scope that there is not"
get "http://lvsd/metrics?service=none" | grep -q 'not-found' || FAIL "a service that there is not"

echo "# is anybody there"
same "alive" ok "$(get http://lvsd/healthz)"
same "over TCP" ok "$(at director curl -sS -m 20 http://127.0.0.1:8404/healthz)"
same "the service" ok "$(get "http://lvsd/healthz?service=tcp:$VIP:80")"
at director curl -sS -m 20 http://127.0.0.1:8404/metrics >$work/tcp
python3 "$src/tests/netns/metrics.py" plain $work/tcp lvsd_up 2>/dev/null && FAIL "what is not there was not missed"
judge plain $work/tcp lvsd_server_up

echo "# as a file for node_exporter"
"$src/contrib/prometheus/lvsd-textfile" $work/lvsd.prom
judge plain $work/lvsd.prom lvsd_server_up
LVSD_SOCKET=$work/none "$src/contrib/prometheus/lvsd-textfile" $work/lvsd.prom 2>/dev/null && FAIL "there is nobody to ask"
judge plain $work/lvsd.prom lvsd_server_up
same "files" $work/lvsd.prom "$(echo $work/lvsd.prom*)"

echo "# live"
configure "control: { listen = \"127.0.0.1:8404\"; }; $(web_conf rr 1 1)"
kill -HUP "$director"
until_true 20 sh -c "curl -sS -m 20 --unix-socket /run/lvsd/control.sock http://lvsd/metrics | grep -q '^lvsd_reload_success 1'"
until_true 20 sh -c "! curl -sS -m 20 --unix-socket /run/lvsd/control.sock http://lvsd/metrics | grep -q node_ipvs"

echo "# what is made of it"
get http://lvsd/metrics >$work/plain
for file in "$src/contrib/prometheus/lvsd.rules.yml" "$src/contrib/grafana/lvsd.json"; do
	used=$(grep -o 'lvsd_[a-z0-9_]*' "$file" | sort -u)
	for name in $used; do
		grep -q "^$name\b" $work/plain || grep -q "^# TYPE $name " $work/plain || FAIL "$file: there is no $name"
	done
done
if command -v promtool >/dev/null; then
	promtool check metrics <$work/plain || FAIL "promtool does not like them"
	promtool check rules "$src/contrib/prometheus/lvsd.rules.yml" || FAIL "promtool does not like the rules"
	(cd "$src/contrib/prometheus" && promtool test rules lvsd.rules.test.yml) || FAIL "rules do not alert as they should"
fi
stop
