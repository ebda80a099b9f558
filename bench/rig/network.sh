# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run sets and uses some of the variables
# The machines of the rig, on top of tests/netns/lib.sh. Every peer is a director of its own between the same two machines, so all of
# them are up at the same time and can be measured in any order:
#
#              10.1.i.2   10.1.i.1            10.2.i.1   10.2.i.2
#    client ------------------ director of peer i ------------------ server
#                                VIP 192.0.2.i
#
# An idle director costs nothing; only one of them carries traffic at a time. Peers that compare forwarding methods (methods.sh)
# are on a LAN each, a switch with three cables:
#
#    client 10.3.i.2 -- director 10.3.i.1 -- server 10.3.i.3

# Port p of a VIP is port p + SHIFT of the real server.
SHIFT=1000
# That of a web server which is told of its clients by the PROXY protocol is p + PROXY_SHIFT.
PROXY_SHIFT=2000
HTTP=80 BULK=5201 PING=7 BLAST=9

say() { echo "rig: $*" >&2; }
die() { say "$*"; exit 1; }

# start HOST NAME COMMAND... - in the background; its process is $spawned, its words are in $work/NAME.log
start() {
	start_host=$1 start_log=$work/$2.log
	shift 2
	spawn "$start_host" "$start_log" "$@" </dev/null
}

# stop PID - end it and wait until it is gone
stop() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# tune HOST - what a router and a busy host set; the same everywhere
tune() {
	at "$1" sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.default.accept_local=1 \
		net.ipv4.ip_local_port_range='1024 65535' net.core.somaxconn=4096 net.ipv4.tcp_max_syn_backlog=4096
	# whatever the host prefers: pacing by timers would be measured along with the director
	at "$1" sysctl -q -w net.ipv4.tcp_congestion_control=cubic 2>/dev/null ||
		at "$1" sysctl -q -w net.ipv4.tcp_congestion_control=reno
}

# address PEER - set what belongs to its place in the network: the addresses, their prefix lengths, any; lan and pool where it
# compares a forwarding method
address() {
	number=0
	for candidate in $all_peers $methods; do
		number=$((number + 1))
		[ "$candidate" = "$1" ] && break
	done
	lan=lan-$number
	if [ "$family" = 6 ]; then
		cnet=2001:db8:1:$number: snet=2001:db8:2:$number: vip=2001:db8:ff::$number
		net_bits=64 bits=128 any=::
		cip=$cnet:2 dip_c=$cnet:1 dip_s=$snet:1 rip=$snet:2 dip_key=dip6
		lnet=2001:db8:3:$number::
	else
		cnet=10.1.$number snet=10.2.$number vip=192.0.2.$number
		net_bits=24 bits=32 any=0.0.0.0
		cip=$cnet.2 dip_c=$cnet.1 dip_s=$snet.1 rip=$snet.2 dip_key=dip
		lnet=10.3.$number.
	fi
	pool=${lnet}64-${lnet}67
	! member "$1" "$methods" || { cip=${lnet}2 dip_c=${lnet}1 dip_s=${lnet}1 rip=${lnet}3; }
}

# url_host ADDRESS - as it stands in a URL or before a port
url_host() {
	case $1 in
	*:*) echo "[$1]" ;;
	*) echo "$1" ;;
	esac
}

# build_director PEER - the namespace, its two cables and the routes of the others to it
build_director() {
	address "$1"
	host "$1"
	tune "$1" && wire client "$cip/$net_bits" "$1" "$dip_c/$net_bits" &&
		wire "$1" "$dip_s/$net_bits" server "$rip/$net_bits" &&
		at client ip route add "$vip/$bits" via "$dip_c" &&
		at client ip route add "$rip/$bits" via "$dip_c" &&
		at server ip route add "$cip/$bits" via "$dip_s"
}

# build_lan PEER - the namespaces of director and switch, the three cables and the client's route
build_lan() {
	address "$1"
	host "$1"
	tune "$1" && lan "$lan" && join client "$cip/$net_bits" "$lan" && join "$1" "$dip_c/$net_bits" "$lan" &&
		join server "$rip/$net_bits" "$lan" && at client ip route add "$vip/$bits" via "$dip_c"
}

# build_servers - one web server, one echo server for the latency; iperf3 and the sink come with their measurements
build_servers() {
	mkdir -p "$work/www"
	head -c 128 /dev/zero | tr '\0' x >"$work/www/small"
	head -c 16777216 /dev/zero >"$work/www/large"
	cat >"$work/www.conf" <<-CONF
		daemon off;
		user root root;
		worker_processes auto;
		worker_rlimit_nofile 65536;
		pid $work/www.pid;
		error_log stderr;
		events { worker_connections 8192; }
		http {
			access_log off;
			client_body_temp_path $work/www.tmp;
			proxy_temp_path $work/www.tmp;
			fastcgi_temp_path $work/www.tmp;
			uwsgi_temp_path $work/www.tmp;
			scgi_temp_path $work/www.tmp;
			sendfile off;	# header and file in one segment
			tcp_nodelay on;
			keepalive_requests 1000000000;
			open_file_cache max=16;
			server {
				listen $(url_host "$any"):$((HTTP + SHIFT)) backlog=4096;
				listen $(url_host "$any"):$((HTTP + PROXY_SHIFT)) proxy_protocol backlog=4096;
				root $work/www;
				location = /large { sendfile on; }
			}
		}
	CONF
	start server www nginx -p "$work" -c "$work/www.conf" -e stderr
	start server pingpong taskset -c "$core" "$bin/pingpong" serve "$any" $((PING + SHIFT))
	until_true 10 listening server $((HTTP + SHIFT))
	until_true 10 listening server $((PING + SHIFT))
}

# listening HOST PORT - is there a TCP listener?
listening() { at "$1" ss -Hltn "sport = :$2" | grep -q LISTEN; }
# bound HOST PORT - is there a UDP socket?
bound() { at "$1" ss -Huan "sport = :$2" | grep -q .; }
