#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Servers are told of their clients by the PROXY protocol, and by real programs' word: nginx names the client that the header
# has, on short and on kept connections, with uploads and downloads that are compared byte for byte, behind a SYN proxy, and
# on a way that loses one packet in a hundred, and through full NAT. A server that speaks first, and one that sends nothing but a FIN, get it too.
#
#	client ------------ director ------ s1		(see director.sh)
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl cmp python3
in_namespace "$0" "$@"
need_tun

# informed <server> - a web server on port 8081 that takes nothing without a PROXY header, answers with whom it names, and
# keeps what it is sent
informed() {
	mkdir -p "$work/$1/put"
	cat >"$work/$1.informed" <<-END
	user root root; daemon off; pid $work/$1.informed.pid; error_log $work/$1.errors crit; worker_processes 1;
	events { worker_connections 4096; }
	http {
	  log_format told '\$proxy_protocol_addr \$proxy_protocol_server_addr \$proxy_protocol_server_port';
	  access_log $work/$1.access told; keepalive_requests 1000000; client_max_body_size 0;
	  client_body_temp_path $work/$1.f; proxy_temp_path $work/$1.g; fastcgi_temp_path $work/$1.h;
	  uwsgi_temp_path $work/$1.i; scgi_temp_path $work/$1.j;
	  server {
	    listen 8081 proxy_protocol; listen [::]:8081 proxy_protocol;
	    location / { default_type text/plain; return 200 "\$proxy_protocol_addr \$proxy_protocol_port\n"; }
	    location /files/ { alias $work/$1/; }
	    location /put/ { alias $work/$1/put/; dav_methods PUT; }
	  }
	}
	END
	chmod 777 "$work" "$work/$1" "$work/$1/put"
	spawn "$1" "$work/$1.informed.log" nginx -p "$work" -c "$work/$1.informed"
	until_true 30 at "$1" sh -c "ss -Hltn 'sport = :8081' | grep -q ."
}

# told_conf <key> [more keys] - port 80 is nginx, 81 a server that speaks first, in both families
told_conf() {
	cat <<-END
	services: (
	  { address = "$VIP:80"; $1 servers: ( { address = "10.0.1.2:8081"; } ); },
	  { address = "$VIP:81"; $1 servers: ( { address = "10.0.1.2:8082"; } ); },
	  { address = "[$VIP6]:80"; $1 servers: ( { address = "[2001:db8:1::2]:8081"; } ); },
	  { address = "[$VIP6]:81"; $1 servers: ( { address = "[2001:db8:1::2]:8082"; } ); }
	);
	END
}

# named <what> <address of the client> <url>
named() {
	named_port=$((${named_port:-21000} + 1))
	same "$1: the server names the client" "$2 $named_port" "$(at client curl -sSf -m 60 --local-port $named_port "$3/")"
	same "$1: kept connections" "200 $2" "$(at client curl -sSf -m 60 "$3/?[1-200]" | cut -d' ' -f1 | shares)"
	same "$1: short connections" "50 $2" "$(ask 50 "$3" | cut -d' ' -f1 | shares)"
}

# moved <what> <url> - 64 MiB each way
moved() {
	at client curl -sf -m 300 -o $work/got "$2/files/blob" || FAIL "$1: download: curl ended with $?"
	cmp $work/blob $work/got || FAIL "$1: the download differs"
	rm -f $work/s1/put/up
	at client curl -sf -m 300 -o /dev/null -T $work/blob "$2/put/up" || FAIL "$1: upload: curl ended with $?"
	cmp $work/blob $work/s1/put/up || FAIL "$1: the upload differs"
}

# everything <what> <url> <client>
everything() {
	named "$1" "$3" "$2"
	moved "$1" "$2"
}

stage 1
head -c 67108864 /dev/urandom >$work/blob || FAIL "no room for a large file"
mkdir -p $work/s1
cp $work/blob $work/s1/blob
informed s1
spawn s1 $work/first.log python3 "$(dirname "$0")/first.py" server 8082
until_true 30 at s1 sh -c "ss -Hltn 'sport = :8082' | grep -q ."

for offload in false true; do
	configure "device: { offload = $offload; }; $(told_conf 'client_address = "proxy-v2";')"
	[ $offload = false ] || stop
	direct
	everything "IPv4, offload $offload" "http://$VIP" 10.0.0.2
	everything "IPv6, offload $offload" "http://[$VIP6]" 2001:db8::2
done
same "and the address that it asked for" "$VIP 80" "$(grep "^10.0.0.2 " $work/s1.access | cut -d" " -f2,3 | sort -u)"
at client python3 "$(dirname "$0")/first.py" client $VIP $VIP6 81 || FAIL "a server that speaks first"
summary "client addresses: [1-9][0-9]* segments sent to tell servers"

# Without the key a server that wants the header takes nobody.
configure "$(told_conf '')"
reload
at client curl -sf -m 10 -o /dev/null "http://$VIP/" && FAIL "no header, and the server took it: $(tail -n 3 $work/lvsd.log)"

configure "$(told_conf 'syn_proxy = "on"; client_address = "proxy-v2";')"
reload
everything "IPv4, SYN proxy" "http://$VIP" 10.0.0.2
everything "IPv6, SYN proxy" "http://[$VIP6]" 2001:db8::2
at client python3 "$(dirname "$0")/first.py" client $VIP $VIP6 81 || FAIL "a server that speaks first, SYN proxy"

# An option that the server's kernel does not know does not disturb it.
configure "$(told_conf 'client_address = "toa";' | sed 's/:8081"/:8080"/')"
web s1
reload
for address in $VIP "[$VIP6]"; do
	same "toa" "20 s1" "$(ask 20 "http://$address" | shares)"
	at client curl -sf -m 300 -o $work/got "http://$address/files/blob" || FAIL "toa: curl ended with $?"
	cmp $work/blob $work/got || FAIL "toa: the download differs"
done

if command -v nft >/dev/null && at director nft -f - <<-END
	table inet loss {
	  chain forward {
	    type filter hook forward priority 0; policy accept;
	    numgen random mod 100 == 0 counter drop
	  }
	}
	END
then
	for more in "" 'syn_proxy = "on";'; do
		configure "$(told_conf "client_address = \"proxy-v2\"; $more")"
		reload
		everything "IPv4, losses, $more" "http://$VIP" 10.0.0.2
		everything "IPv6, losses, $more" "http://[$VIP6]" 2001:db8::2
		# Behind a SYN proxy nobody repeats the ACK of a client who waits to be spoken to, as lvsd(8) says.
		[ -n "$more" ] || at client python3 "$(dirname "$0")/first.py" client $VIP $VIP6 81 ||
			FAIL "a server that speaks first, losses"
	done
	lost=$(at director nft list table inet loss | sed -n 's/.*counter packets \([0-9]*\).*/\1/p')
	[ "$lost" -gt 10 ] || FAIL "only $lost packets were lost"
	echo "$lost packets were lost"
	at director nft delete table inet loss
else
	echo "no nft here: nothing is lost on the way"
fi

# Servers that see the director's address, and perhaps another family: the header has the client's all the same.
at s1 ip route del default
at s1 ip -6 route del default
services=
for pair in "$VIP:80 10.0.1.2:8081" "[$VIP6]:80 [2001:db8:1::2]:8081" "$VIP:680 [2001:db8:1::2]:8081" "[$VIP6]:480 10.0.1.2:8081"; do
	services="$services${services:+,} { address = \"${pair% *}\"; forward = \"fullnat\"; client_address = \"proxy-v2\";
		servers: ( { address = \"${pair#* }\"; } ); }"
done
configure "director: { source_pool = \"10.0.1.64-10.0.1.67, 2001:db8:1::64-2001:db8:1::67\"; }; services: ( $services );"
reload
everything "full NAT, IPv4" "http://$VIP" 10.0.0.2
everything "full NAT, IPv6" "http://[$VIP6]" 2001:db8::2
everything "full NAT, IPv4 to IPv6" "http://$VIP:680" 10.0.0.2
everything "full NAT, IPv6 to IPv4" "http://[$VIP6]:480" 2001:db8::2
stop
