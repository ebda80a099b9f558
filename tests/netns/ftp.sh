#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# FTP with real servers and clients: passive and active, old and extended commands, both families, both ways, with virtual
# addresses that are longer and shorter than the servers'. The clients have no route to the servers' own addresses, so
# that what is not translated fails. s1 is vsftpd, which connects from port 20; s2 is pyftpdlib, which takes any port.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need vsftpd curl lftp
need_module pyftpdlib
in_namespace "$0" "$@"
need_tun

SHORT_VIP=1.2.3.4
LONG_SERVER=172.31.201.102

conf() {
	cat <<-END
	services: (
	{ name = "long"; address = "$VIP:21"; scheduler = "rr"; helper = "ftp";
	  servers: ( { address = "10.0.1.2:2121"; }, { address = "10.0.2.2:2121"; } ); },
	{ name = "short"; address = "$SHORT_VIP:21"; helper = "ftp"; servers: ( { address = "$LONG_SERVER:2121"; } ); },
	{ name = "six"; address = "[$VIP6]:21"; scheduler = "rr"; helper = "ftp";
	  servers: ( { address = "[2001:db8:1::2]:2121"; }, { address = "[2001:db8:2::2]:2121"; } ); },
	{ name = "six2"; address = "[$VIP6]:2122"; helper = "ftp"; servers: ( { address = "[2001:db8:2::2]:2121"; } ); },
	{ name = "plain"; address = "$VIP:2100"; servers: ( { address = "10.0.1.2:2121"; } ); }
	);
	END
}

# files <server> - something to fetch, and room for what is put there
files() {
	mkdir -p "$work/$1/in"
	chmod 777 "$work/$1/in"
	echo "$1" >"$work/$1/name"
	cp "$work/big" "$work/$1/big"
}

vsftpd_on() {
	files "$1"
	cat >"$work/$1.vsftpd" <<-END
	listen_ipv6=YES
	listen_port=2121
	background=NO
	run_as_launching_user=YES
	seccomp_sandbox=NO
	isolate=NO
	isolate_network=NO
	anonymous_enable=YES
	no_anon_password=YES
	anon_root=$work/$1
	write_enable=YES
	anon_upload_enable=YES
	anon_umask=022
	ftp_data_port=2120
	connect_from_port_20=YES
	END
	spawn "$1" "$work/$1.log" vsftpd "$work/$1.vsftpd"
	until_true 30 at "$1" curl -sf -m 2 -o /dev/null ftp://127.0.0.1:2121/name
}

pyftpd_on() {
	files "$1"
	cat >"$work/$1.py" <<-END
	from pyftpdlib.authorizers import DummyAuthorizer
	from pyftpdlib.handlers import FTPHandler
	from pyftpdlib.servers import MultiprocessFTPServer
	FTPHandler.authorizer = DummyAuthorizer()
	FTPHandler.authorizer.add_anonymous("$work/$1", perm="elrw")
	MultiprocessFTPServer(("::", 2121), FTPHandler).serve_forever()
	END
	spawn "$1" "$work/$1.log" "$python" -W ignore "$work/$1.py"
	until_true 30 at "$1" curl -sf -m 2 -o /dev/null ftp://127.0.0.1:2121/name
}

# get <url> [option...] - fetch the big file, whole and right
get() {
	get_url=$1; shift
	at client curl -sS -m 30 --no-ftp-skip-pasv-ip "$@" -o "$work/got" "$get_url/big" || FAIL "get $get_url $*"
	cmp "$work/big" "$work/got" || FAIL "get $get_url $*: other bytes"
}

# put <url> [option...] - to whichever server, whole and right
put() {
	put_url=$1; shift
	rm -f "$work"/s*/in/*
	at client curl -sS -m 30 --no-ftp-skip-pasv-ip "$@" -T "$work/big" "$put_url/in/there" || FAIL "put $put_url $*"
	cmp "$work/big" "$work"/s*/in/there || FAIL "put $put_url $*: other bytes"
}

# both <url> [option...] - as often as it takes to meet each of two servers twice
both() {
	for _ in 1 2 3 4; do get "$@"; done
	for _ in 1 2; do put "$@"; done
}

stage 2
head -c 3000001 /dev/urandom >"$work/big"
at client ip route add blackhole 10.0.1.0/24
at client ip route add blackhole 10.0.2.0/24
at client ip -6 route add blackhole 2001:db8:1::/64
at client ip -6 route add blackhole 2001:db8:2::/64
at s1 ip addr add "$LONG_SERVER/32" dev to-director
at director ip route add "$LONG_SERVER" via 10.0.1.2
at client ip route add blackhole "$LONG_SERVER"
vsftpd_on s1
pyftpd_on s2
configure "$(conf)"
direct

for url in "ftp://$VIP" "ftp://$SHORT_VIP"; do
	both "$url"
	both "$url" --disable-epsv
	both "$url" -P -
	both "$url" -P - --disable-eprt
done
both "ftp://[$VIP6]"
both "ftp://[$VIP6]" -P -

# Many files over one control connection each, commands sent ahead of replies (in active mode pyftpdlib mixes them up then)
for mode in "ftp:sync-mode no; set ftp:prefer-epsv no" "ftp:sync-mode no; set ftp:prefer-epsv yes" "ftp:passive-mode no"; do
	for vip in "$SHORT_VIP" "[$VIP6]:2122"; do
		rm -rf "$work/mirror" "$work/mirror2"
		at client env HOME="$work" lftp -c "set net:timeout 10; set net:max-retries 2; set ftp:fix-pasv-address no;
			set $mode; open ftp://$vip; mirror -P 2 . $work/mirror; mirror . $work/mirror2" ||
			FAIL "lftp $vip, $mode"
		for copy in mirror mirror2; do
			cmp "$work/big" "$work/$copy/big" || FAIL "lftp $vip, $mode: other bytes"
		done
	done
done

# Without the helper the same server cannot do it.
! at client curl -s -m 5 --disable-epsv --no-ftp-skip-pasv-ip -o "$work/got" "ftp://$VIP:2100/big" ||
	FAIL "works without the helper: then this test says nothing"
summary "helpers: .* connections announced, .* payloads changed, 0 lines refused"
! said "dropped .*stream" || FAIL "something was held up: $(grep dropped "$work/lvsd.log")"

# A transfer that outlasts the control connection's time by far
configure "$(conf) timeouts: { tcp = 2; tcpfin = 2; };"
reload
at client curl -sS -m 60 --limit-rate 400k -o "$work/got" "ftp://$VIP/big" || FAIL "a slow transfer"
cmp "$work/big" "$work/got" || FAIL "a slow transfer: other bytes"
stop
