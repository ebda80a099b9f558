#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Servers are asked by HTTP, HTTPS, TLS, ping and UDP, by a director that is unprivileged and sealed: up, down, up again. Down is a
# status, a body that is another one, a certificate that is not valid, a key that is not the one; and silence.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl openssl python3
in_namespace "$0" "$@"
need_tun

stage 2
web s1

# A web server with TLS: who it is, and what it says, stands in files.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
		-addext "subjectAltName=DNS:$1" -keyout "$work/s2.key" -out "$work/s2.crt" 2>"$work/openssl.log" ||
		FAIL "no certificate: $(cat "$work/openssl.log")"
	chmod 644 "$work/s2.key" "$work/s2.crt"
}
certificate www.example.org
mkdir -p "$work/pages"
cp "$work/s2.crt" "$work/trusted.crt"
cat >"$work/s2.nginx" <<-END
	user root root; daemon off; pid $work/s2.pid; error_log $work/s2.errors crit; worker_processes 1;
	events { worker_connections 512; }
	http {
	  access_log $work/s2.access;
	  client_body_temp_path $work/s2.a; proxy_temp_path $work/s2.b; fastcgi_temp_path $work/s2.c;
	  uwsgi_temp_path $work/s2.d; scgi_temp_path $work/s2.e;
	  server {
	    listen 8080; listen [::]:8080; listen 8443 ssl http2; listen [::]:8443 ssl http2; server_name www.example.org;
	    ssl_certificate $work/s2.crt; ssl_certificate_key $work/s2.key;
	    location / { root $work/pages; if (-f $work/busy) { return 503; } }
	  }
	  server { listen 8080 default_server; listen 8443 ssl http2 default_server; server_name _; return 404;
	    ssl_certificate $work/s2.crt; ssl_certificate_key $work/s2.key; }
	}
END
echo "all is well" >"$work/pages/health"
spawn s2 "$work/s2.log" nginx -p "$work" -c "$work/s2.nginx"
until_true 10 at s2 curl -sf -m 1 -o /dev/null -H "Host: www.example.org" http://127.0.0.1:8080/health
spawn s2 "$work/udp.log" python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5300))
while True:
    s.sendto(b"pong", s.recvfrom(100)[1])
'
# shellcheck disable=SC2154 # set by spawn
udp=$spawned
pin=$(openssl x509 -in "$work/s2.crt" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64)
digest=$(sha256sum <"$work/pages/health" | cut -d' ' -f1)

# One service for each kind of check, all with server 2.
kinds="http body digest https h2 pinned tls ping udp six"
check() {
	case $1 in
	http) echo 'type = "http"; port = 8080; path = "/health"; host = "www.example.org"; status = "200"; headers = ("X-A: 1");' ;;
	body) echo 'type = "http"; port = 8080; path = "/health"; host = "www.example.org"; body = "is well"; regex = "^all (is|was)";' ;;
	digest) echo "type = \"http\"; port = 8080; path = \"/health\"; host = \"www.example.org\"; digest = \"$digest\";" ;;
	https) echo "type = \"https\"; port = 8443; path = \"/health\"; host = \"www.example.org\"; verify = true; ca = \"$work/trusted.crt\";" ;;
	h2) echo 'type = "https"; port = 8443; path = "/health"; host = "www.example.org"; http_version = "2";' ;;
	pinned) echo "type = \"https\"; port = 8443; path = \"/health\"; host = \"www.example.org\"; pin = \"sha256//$pin\";" ;;
	tls) echo "type = \"tls\"; port = 8443; sni = \"www.example.org\"; verify = true; ca = \"$work/trusted.crt\";" ;;
	ping) echo 'type = "ping"; source = "10.0.2.1";' ;;
	udp) echo 'type = "udp"; port = 5300; send = "70 69"; expect = "70 6f ?e";' ;;
	six) echo 'type = "https"; port = 8443; path = "/health"; host = "www.example.org"; source = "2001:db8:2::1";' ;;
	esac
}
conf() {
	echo "services: ("
	conf_port=8000 conf_comma=
	for conf_kind in $kinds; do
		conf_port=$((conf_port + 1))
		if [ "$conf_kind" = six ]; then conf_vip="[$VIP6]" conf_server="[2001:db8:2::2]"; else conf_vip=$VIP conf_server=10.0.2.2; fi
		echo "$conf_comma { name = \"$conf_kind\"; address = \"$conf_vip:$conf_port\";"
		echo "servers: ( { address = \"$conf_server:8080\"; name = \"two\"; } );"
		echo "check: { $(check "$conf_kind") interval = 1.0; fast_interval = 0.3; timeout = 1.0; rise = 1; fall = 2; }; }"
		conf_comma=,
	done
	echo ");"
}
configure "$(conf)"

# states <up|down> <kinds...> - until the log says so last, of each of them
last() { grep "service \"$2\": server \"two\" is" "$work/lvsd.log" | tail -n 1 | grep -q "is $1"; }
states() {
	states_want=$1
	shift
	for states_kind; do until_true 30 last "$states_want" "$states_kind"; done
}
because() { grep -q "service \"$1\": server \"two\" is down: $2" "$work/lvsd.log" || FAIL "$1: not because: $2"; }

direct
# shellcheck disable=SC2086 # words
states up $kinds
[ "$(at client curl -s -m 3 -H 'Host: www.example.org' http://$VIP:8001/health)" = "all is well" ] || FAIL "no page through the director"
# What was asked, and that nobody asked more often than once at a time for both families' sake.
grep -q '"GET /health HTTP/1.1" 200 .* "lvsd/' "$work/s2.access" || FAIL "not asked by lvsd"
grep -q '"GET /health HTTP/2.0" 200 ' "$work/s2.access" || FAIL "not asked by HTTP/2"

# Another body: who looks at it knows.
echo "all is lost" >"$work/pages/health"
states down body digest
because body "http check: status 200, but the body does not hold the text"
because digest "http check: status 200, but the body has another digest"
last up http || FAIL "another body took down who does not look"

# 404, and none the wiser about TLS.
mv "$work/pages/health" "$work/pages/gone"
states down http https h2 pinned six
because http "http check: status 404, not 200"
last up tls || FAIL "a status took down who does not ask for one"
echo "all is well" >"$work/pages/health"
states up http body digest https h2 pinned six

# Busy: 503, and back.
touch "$work/busy"
states down http body digest https h2 pinned six
because http "http check: status 503, not 200"
because https "https check: status 503, not 200-299"
rm "$work/busy"
states up http body digest https h2 pinned six

# A certificate of somebody else: those who verify or know the key are not deceived.
certificate www.example.net
kill -HUP "$(cat "$work/s2.pid")"
states down https tls pinned
last up h2 || FAIL "who does not verify fell for a certificate"
certificate www.example.org
cp "$work/s2.crt" "$work/trusted.crt"
kill -HUP "$(cat "$work/s2.pid")"
states up tls https

# The UDP server goes; then all falls silent, and comes back.
kill "$udp"
states down udp
because udp "udp check: connect: Connection refused"
at s2 ip route add blackhole 10.0.2.1/32
at s2 ip -6 route add blackhole 2001:db8:2::1/128
states down http body digest https h2 tls ping six
because ping "ping check: no answer within 1000 ms"
at s2 ip route del blackhole 10.0.2.1/32
at s2 ip -6 route del blackhole 2001:db8:2::1/128
states up http body digest https h2 tls ping six

# As a whole again with another check, which was not there when the process was sealed.
configure "$(conf | sed 's/regex = "^all (is|was)"/regex = "w.ll$"/')"
reload
said "reloaded" || FAIL "no reload: $(tail -n 3 "$work/lvsd.log")"
states up body
stop
