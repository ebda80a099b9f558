#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A transparent cluster of web caches: port 80 of anywhere goes to them, whatever else goes on to where it was sent. With
# cache_bypass all of it does when no cache is there. Masquerading and direct routing, both families.
#
#	client ──────── director ─┬─ s1, s2: caches, see director.sh
#	10.0.0.2                  └─ origin 198.51.100.2, 2001:db8:98::2: the world
#	                             203.0.113.80, 2001:db8:ee::80: a site
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl ping socat cmp
in_namespace "$0" "$@"
need_tun

SITE=203.0.113.80 SITE6=2001:db8:ee::80

# cache <server> - takes what comes in for any address of the world as its own, and asks the site itself
cache() {
	mkdir -p "$work/$1/cache"
	cat >"$work/$1.nginx" <<-END
	user root root; daemon off; pid $work/$1.pid; error_log $work/$1.errors crit; worker_processes 1;
	events { }
	http {
	  access_log off; client_body_temp_path $work/$1.a; proxy_temp_path $work/$1.b; fastcgi_temp_path $work/$1.c;
	  uwsgi_temp_path $work/$1.d; scgi_temp_path $work/$1.e; proxy_cache_path $work/$1/cache keys_zone=zone:1m;
	  server {
	    listen 80; listen [::]:80;
	    location / { proxy_pass http://\$http_host; proxy_cache zone; proxy_cache_valid 1h;
	                 proxy_connect_timeout 60; add_header X-Cache "$1 \$upstream_cache_status" always; }
	    location /files/ { proxy_pass http://\$http_host; proxy_max_temp_file_size 0; }
	    location = /alive { return 204; }
	  }
	}
	END
	for net in -4\ 203.0.113.0/24 -6\ 2001:db8:ee::/64; do
		# shellcheck disable=SC2086 # an option and a network
		{
			at "$1" ip ${net% *} route add local ${net#* } dev lo table local
			at "$1" ip ${net% *} rule add pref 10 iif lo to ${net#* } lookup main
			at "$1" ip ${net% *} rule add pref 20 lookup local
			at "$1" ip ${net% *} rule del pref 0
		}
	done
	spawn "$1" "$work/$1.log" nginx -p "$work" -c "$work/$1.nginx"
	until_true 10 at "$1" curl -sf -m 1 -o /dev/null http://127.0.0.1/alive
}

# site - says who asks
site() {
	mkdir -p "$work/site"
	cat >"$work/site.nginx" <<-END
	user root root; daemon off; pid $work/site.pid; error_log $work/site.errors crit; worker_processes 1;
	events { }
	http {
	  access_log off; client_body_temp_path $work/site.a; proxy_temp_path $work/site.b; fastcgi_temp_path $work/site.c;
	  uwsgi_temp_path $work/site.d; scgi_temp_path $work/site.e;
	  server {
	    listen 80; listen [::]:80;
	    location / { default_type text/plain; return 200 "from-\$remote_addr\n"; }
	    location /files/ { alias $work/site/; }
	  }
	}
	END
	spawn origin "$work/site.log" nginx -p "$work" -c "$work/site.nginx"
	until_true 10 at origin curl -sf -m 1 -o /dev/null http://127.0.0.1/
}

# conf <forward> <weight> <cache_bypass> [more servers, IPv4] [IPv6]
conf() {
	cat <<-END
	director: { cache_bypass = $3; };
	marks: (
	  { mark = 80; protocol = "tcp"; address = "0.0.0.0/0"; ports = "80"; transparent = true; },
	  { mark = 80; protocol = "tcp"; address = "2000::/3"; ports = "80"; transparent = true; },
	  { mark = 7; protocol = "udp"; address = "0.0.0.0/0"; ports = "7"; transparent = true; },
	  { mark = 7; protocol = "udp"; address = "2000::/3"; ports = "7"; transparent = true; }
	);
	services: (
	  { mark = 80; forward = "$1"; scheduler = "rr"; servers: (
	    { address = "10.0.1.2"; weight = $2; }, { address = "10.0.2.2"; weight = $2; } $4 ); },
	  { mark = 80; family = "inet6"; forward = "$1"; scheduler = "rr"; servers: (
	    { address = "[2001:db8:1::2]"; weight = $2; }, { address = "[2001:db8:2::2]"; weight = $2; } $5 ); },
	  { mark = 7; servers: (); },
	  { mark = 7; family = "inet6"; servers: (); }
	);
	END
}

# get <url> - who was asked, and what the site said
get() {
	at client curl -sf -m 60 -D "$work/head" -o "$work/body" "$1" || { echo "status-$?"; return; }
	echo "$(sed -n 's/^X-Cache: \(s.\) .*/\1:/p' "$work/head" | tr -d '\r')$(cat "$work/body")"
}

# four <site> - how four pages of it are shared
four() { for page in 1 2 3 4; do get "http://$1/$page-$$-$((count += 1))"; done | shares; }

stage 2
host origin
wire director 198.51.100.1/24,2001:db8:98::1/64 origin 198.51.100.2/24,2001:db8:98::2/64
at director ip route add default via 198.51.100.2
at director ip -6 route add default via 2001:db8:98::2
at origin ip route add default via 198.51.100.1
at origin ip -6 route add default via 2001:db8:98::1
at origin ip addr add $SITE/32 dev lo
at origin ip addr add $SITE6/128 dev lo nodad
at director sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.to-s1.rp_filter=0 net.ipv4.conf.to-s2.rp_filter=0
cache s1; cache s2
site
dd if=/dev/urandom of=$work/site/blob bs=1M count=64 2>/dev/null
spawn origin "$work/echo.log" socat -b 65536 UDP4-RECVFROM:7,bind=$SITE,fork PIPE
spawn origin "$work/echo6.log" socat -b 65536 UDP6-RECVFROM:7,bind=[$SITE6],fork PIPE
spawn director "$work/own.log" socat TCP6-LISTEN:80,ipv6only=0,fork,reuseaddr SYSTEM:"echo the director"
spawn origin "$work/other.log" socat TCP6-LISTEN:2222,ipv6only=0,fork,reuseaddr SYSTEM:"echo the origin"
rules4=$(at director ip rule) rules6=$(at director ip -6 rule)
count=0

configure "$(conf masq 1 true)"
direct
same "rules" "112:	from 10.0.1.2 iif to-s1 lookup main proto 77
112:	from 10.0.2.2 iif to-s2 lookup main proto 77
113:	from all iif to-client lookup 77 proto 77
113:	from all iif to-s1 lookup 77 proto 77
113:	from all iif to-s2 lookup 77 proto 77" "$(at director ip rule | grep '^11[23]:' | sort)"
same "nothing of it in the host's own way" "default via 198.51.100.2 dev to-origin " "$(at director ip route show default)"

for method in masq droute; do
	[ $method = masq ] || { configure "$(conf $method 1 true)"; reload; }
	same "$method: shares" "2 s1:from-10.0.1.2 2 s2:from-10.0.2.2" "$(four $SITE)"
	same "$method: shares, IPv6" "2 s1:from-2001:db8:1::2 2 s2:from-2001:db8:2::2" "$(four "[$SITE6]")"
	for address in $SITE "[$SITE6]"; do
		at client curl -sf -m 60 -o $work/down "http://$address/files/blob?$method" || FAIL "$method: no download of $address"
		cmp $work/site/blob $work/down || FAIL "$method: download of $address differs"
	done
done

# What has no mark is none of ours, whoever's it is; a ping, and another port.
at client ping -c 1 -W 10 $SITE >/dev/null || FAIL "no answer to a ping"
at client ping -c 1 -W 10 $SITE6 >/dev/null || FAIL "no answer to a ping, IPv6"
same "another port" "the origin" "$(at client socat -u -T 10 TCP4:$SITE:2222 -)"
same "another port, IPv6" "the origin" "$(at client socat -u -T 10 TCP6:[$SITE6]:2222 -)"
same "the director itself" "the director" "$(at client socat -u -T 10 TCP4:10.0.0.1:80 -)"
same "the director itself, IPv6" "the director" "$(at client socat -u -T 10 'TCP6:[2001:db8::1]:80' -)"

# No cache is left; nobody is, for UDP: a datagram of three fragments goes there and comes back.
configure "$(conf droute 0 true)"
reload
same "no cache" "4 from-10.0.0.2" "$(four $SITE)"
same "no cache, IPv6" "4 from-2001:db8::2" "$(four "[$SITE6]")"
for address in $SITE "[$SITE6]"; do
	at client curl -sf -m 60 -o $work/down "http://$address/files/blob" || FAIL "bypass: no download of $address"
	cmp $work/site/blob $work/down || FAIL "bypass: download of $address differs"
	head -c 4000 $work/site/blob >$work/datagram
	# shellcheck disable=SC2094,SC2317 # called by until_true; both read
	echoed() { at client socat -b 65536 -t 2 -T 2 - "UDP:$address:7,shut-none" <$work/datagram | cmp - $work/datagram; }
	until_true 30 echoed
done
summary "bypassed: 1[0-9]* connections without a server went on to their own destinations"

# Who was on his way to the site stays with it when the caches are back.
mkfifo $work/slow
at client curl -sf -m 120 -o $work/slow http://$SITE/files/blob &
slow=$!
exec 8<$work/slow
head -c 65536 <&8 >$work/down
configure "$(conf droute 1 true)"
reload
same "caches again" "2 s1:from-10.0.1.2 2 s2:from-10.0.2.2" "$(four $SITE)"
cat <&8 >>$work/down
exec 8<&-
wait $slow || FAIL "the download broke off"
cmp $work/site/blob $work/down || FAIL "the download differs"

# A host that translates its clients' addresses, as lvsd(8) says it: what is on its way to the device is not tracked.
configure "$(conf droute 0 true)"
reload
if at director nft -f - 2>/dev/null <<-END
	table inet gateway {
	  chain prerouting {
	    type filter hook prerouting priority raw
	    iifname "to-client" fib daddr type != local notrack
	  }
	  chain postrouting {
	    type nat hook postrouting priority srcnat
	    oifname "to-origin" masquerade
	  }
	}
	END
then
	same "translated" "4 from-198.51.100.1" "$(four $SITE)"
	same "translated, IPv6" "4 from-2001:db8:98::1" "$(four "[$SITE6]")"
	same "the director itself is tracked" "the director" "$(at client socat -u -T 10 TCP4:10.0.0.1:80 -)"
	at director nft delete table inet gateway
else
	echo "not shown: addresses that the host translates (no nft, or its kernel cannot)"
fi

# Without cache_bypass they are refused, at once.
configure "$(conf droute 0 false)"
reload
same "refused" "4 status-7" "$(four $SITE)"
same "refused, IPv6" "4 status-7" "$(four "[$SITE6]")"

# One share of three goes on all the same.
configure "$(conf droute 1 false ', { address = "192.0.2.1"; forward = "bypass"; }' ', { address = "[2001:db8::99]"; forward = "bypass"; }')"
reload
same "a share" "2 from-10.0.0.2 2 s1:from-10.0.1.2 2 s2:from-10.0.2.2" "$(
	for page in 1 2 3 4 5 6; do get "http://$SITE/share-$page"; done | shares)"
same "a share, IPv6" "2 from-2001:db8::2 2 s1:from-2001:db8:1::2 2 s2:from-2001:db8:2::2" "$(
	for page in 1 2 3 4 5 6; do get "http://[$SITE6]/share-$page"; done | shares)"
summary "> 192.0.2.1 Bypass weight 1"

stop
same "rules afterwards" "$rules4 $rules6" "$(at director ip rule) $(at director ip -6 rule)"
same "routes afterwards" "" "$(at director ip route show table all proto 77)$(at director ip -6 route show table all proto 77)"
