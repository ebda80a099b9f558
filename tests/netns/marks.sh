#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Web servers behind a mark: http and https of a whole network of addresses, one server for all that a client asks. Both
# families; pings, ports without a mark, addresses of the director itself among the marked; other marks by reload.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl openssl ping socat
in_namespace "$0" "$@"
need_tun

NET=192.0.2.16/28 NET6=2001:db8:ff::10/124

# tls_web <server> - answers with its name on ports 80 and 443
tls_web() {
	mkdir -p "$work/$1"
	cat >"$work/$1.nginx" <<-END
	user root root; daemon off; pid $work/$1.pid; error_log $work/$1.errors crit; worker_processes 1;
	events { }
	http {
	  access_log off; client_body_temp_path $work/$1.a; proxy_temp_path $work/$1.b; fastcgi_temp_path $work/$1.c;
	  uwsgi_temp_path $work/$1.d; scgi_temp_path $work/$1.e;
	  server {
	    listen 80; listen [::]:80; listen 443 ssl; listen [::]:443 ssl;
	    ssl_certificate $work/cert; ssl_certificate_key $work/key;
	    location / { default_type text/plain; return 200 "$1\n"; }
	  }
	}
	END
	spawn "$1" "$work/$1.log" nginx -p "$work" -c "$work/$1.nginx"
	until_true 30 at "$1" curl -sf -m 1 -o /dev/null http://127.0.0.1/
}

# conf <ports> <service settings> [network] [network6] - mark 7 of both families
conf() {
	cat <<-END
	marks: (
	  { mark = 7; protocol = "tcp"; address = "${3:-$NET}"; ports = "$1"; },
	  { mark = 7; protocol = "tcp"; address = "${4:-$NET6}"; ports = "$1"; }
	);
	services: (
	  { mark = 7; scheduler = "rr"; $2
	    servers: ( { address = "10.0.1.2"; }, { address = "10.0.2.2"; }, { address = "10.0.3.2"; } ); },
	  { mark = 7; family = "inet6"; scheduler = "rr"; $2
	    servers: ( { address = "[2001:db8:1::2]"; }, { address = "[2001:db8:2::2]"; }, { address = "[2001:db8:3::2]"; } ); }
	);
	END
}

# page <url> - who answers one request;  refused <url> - nobody does, and says so at once
page() { at client curl -skf -m 10 "$1"; }
refused() {
	at client curl -sk -m 10 -o /dev/null "$1"
	same "refused: $1" 7 $?
}

stage 3
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=lvs -days 2 \
	-keyout $work/key -out $work/cert 2>/dev/null || SKIP "no certificate"
for n in 1 2 3; do tls_web s$n; done
configure "$(conf 80,443 "persistent: { };")"
direct
same "what is led to the device" "$NET $NET6" \
	"$(at director ip route show proto 77 | cut -d' ' -f1) $(at director ip -6 route show proto 77 | cut -d' ' -f1)"

for prefix in 192.0.2. 2001:db8:ff::; do
	case $prefix in
	*.) first=192.0.2.16 second=192.0.2.20 last=192.0.2.31 outside=192.0.2.32 ;;
	*) first=[${prefix}10] second=[${prefix}14] last=[${prefix}1f] outside=[${prefix}20] ;;
	esac
	mine=$(page "http://$first/")
	[ -n "$mine" ] || FAIL "no answer from $first"
	for url in https://$first http://$second https://$second http://$last https://$last; do
		same "one server for all of the mark, $url" "4 $mine" "$({ page "$url/"; page "$url/"; page "$url/"; page "$url/"; } | shares)"
	done
	refused "http://$first:8080/"
	at client ping -c 1 -W 5 "$(echo "$last" | tr -d '[]')" >/dev/null || FAIL "no answer to a ping to $last"
	at client curl -sk -m 1 -o /dev/null "http://$outside/" && FAIL "$outside is marked"
done
summary 'service FWM 7 rr: 3 servers'
summary 'service FWM 7 IPv6 rr: 3 servers'

# The director's own address: what is not marked is its own, to the last segment of a connection.
at director ip addr add 192.0.2.20/32 dev lo
spawn director "$work/own.log" socat TCP4-LISTEN:2222,bind=192.0.2.20,fork,reuseaddr SYSTEM:"echo the director"
# shellcheck disable=SC2317 # called by until_true
own() { [ "$(at client socat -u -T 5 TCP4:192.0.2.20:2222 - 2>/dev/null)" = "the director" ]; }
# shellcheck disable=SC2317 # called by until_true
led() { at director ip rule | grep -q 'iif to-client' && at director ip route show table 77 | grep -q 192.0.2.20; }
until_true 30 led
until_true 30 own
mine=$(page "http://192.0.2.16/")
same "a mark at the director's own address" "$mine" "$(page https://192.0.2.20/)"
at director ip addr del 192.0.2.20/32 dev lo
# shellcheck disable=SC2317 # called by until_true
gone() { ! at director ip route show table 77 | grep -q 192.0.2.20; }
until_true 30 gone
same "a mark at an address that the director has lost" "$mine" "$(page https://192.0.2.20/)"
refused "http://192.0.2.20:2222/"

# Without persistence connections are shared, over ports and addresses alike; a wider network.
configure "$(conf 80,443 "" 192.0.2.0/26 2001:db8:ff::/122)"
reload
said 'marks: 2 rules -> 2, from rule 1 on: address "192.0.2.16/28" -> "192.0.2.0/26"' || FAIL "the change was not told"
for urls in "http://192.0.2.1 https://192.0.2.63 http://192.0.2.32" \
	"http://[2001:db8:ff::1] https://[2001:db8:ff::3f] https://[2001:db8:ff::20]"; do
	same "shares" "2 s1 2 s2 2 s3" "$(for url in $urls $urls; do page "$url/"; done | shares)"
done

# Fewer ports; and a file that would mark nothing sensible changes nothing.
configure "$(conf 80 "")"
reload
refused "https://192.0.2.16/"
refused "https://[2001:db8:ff::10]/"
[ -n "$(page http://192.0.2.16/)" ] || FAIL "port 80 is lost"
configure "$(conf 443 "" 192.0.2.17/28)"
reload
said 'lvs.conf:2:43: "192.0.2.17/28" is not where a network of that length begins' || FAIL "$(tail -n 5 "$work/lvsd.log")"
[ -n "$(page http://192.0.2.16/)" ] || FAIL "a refused reload changed the marks"

# A mark without a service is told of, and its packets are refused.
configure "$(conf 80 "" | sed 's/{ mark = 7; scheduler/{ mark = 9; scheduler/')"
reload
for warning in 'mark 7 has no service (inet)' 'has no packets: nothing has mark 9 (inet)'; do
	said "$warning" || FAIL "no warning: $warning"
done
refused "http://192.0.2.16/"
[ -n "$(page "http://[2001:db8:ff::10]/")" ] || FAIL "the other family is lost"

configure "services: ();"
reload
same "what is led to the device without marks" "" "$(at director ip route show proto 77)$(at director ip -6 route show proto 77)"
stop
