#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A real server of gRPC is asked for its health, in the clear and in TLS, as a whole and about one service, in both families, by
# a director that is sealed: up, down, up again.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need python3 openssl
need_module grpc
scripts=$(cd "${top_srcdir:-../..}/tests/netns" && pwd)
in_namespace "$0" "$@"
need_tun

stage 1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=www.example.org" \
	-addext "subjectAltName=DNS:www.example.org" -keyout $work/key.pem -out $work/cert.pem 2>$work/openssl.log ||
	FAIL "no certificate: $(cat $work/openssl.log)"
chmod 644 $work/cert.pem
mkdir $work/states
echo SERVING >$work/states/whole
echo SERVING >$work/states/shop.Basket
serve() {
	# shellcheck disable=SC2154 # set by need_module
	spawn s1 $work/grpc.log "$python" "$scripts/checks_grpc.py" $work/states $work/cert.pem $work/key.pem
	# shellcheck disable=SC2154 # set by spawn
	server=$spawned
	until_true 60 grep -q ready $work/grpc.log
}
serve

kinds="plain named tls six"
check() {
	case $1 in
	plain) echo 'port = 50051;' ;;
	named) echo 'port = 50051; grpc_service = "shop.Basket";' ;;
	tls) echo "port = 50052; tls = true; sni = \"www.example.org\"; verify = true; ca = \"$work/cert.pem\";" ;;
	six) echo 'port = 50052; tls = true;' ;;
	esac
}
conf() {
	echo "services: ("
	conf_port=8000 conf_comma=
	for conf_kind in $kinds; do
		conf_port=$((conf_port + 1))
		if [ "$conf_kind" = six ]; then conf_vip="[$VIP6]" conf_server="[2001:db8:1::2]"; else conf_vip=$VIP conf_server=10.0.1.2; fi
		echo "$conf_comma { name = \"$conf_kind\"; address = \"$conf_vip:$conf_port\";"
		echo "servers: ( { address = \"$conf_server:8080\"; name = \"one\"; } );"
		echo "check: { type = \"grpc\"; $(check "$conf_kind") interval = 1.0; fast_interval = 0.5; timeout = 1.0; rise = 1; fall = 2; }; }"
		conf_comma=,
	done
	echo ");"
}
configure "$(conf)"

last() { grep "service \"$2\": server \"one\" is" $work/lvsd.log | tail -n 1 | grep -q "is $1"; }
# states <up|down> <kinds...> - until the log says so last, of each of them
states() {
	states_want=$1
	shift
	for states_kind; do until_true 60 last "$states_want" "$states_kind"; done
}
because() { grep -q "service \"$1\": server \"one\" is down: $2" $work/lvsd.log || FAIL "$1: not because: $2"; }

direct
# shellcheck disable=SC2086 # words
states up $kinds
said "is up: grpc check: SERVING" || FAIL "nobody is up because it serves"

# One service of it stops, and only who asks about that one knows.
echo NOT_SERVING >$work/states/shop.Basket
states down named
because named "grpc check: NOT_SERVING, not SERVING"
last up plain || FAIL "a service that nobody asked about took down the server"
rm $work/states/shop.Basket
echo UNKNOWN >$work/states/whole
states down plain tls six
because plain "grpc check: UNKNOWN, not SERVING"

# What is not found is no more up than what does not serve.
echo SERVING >$work/states/whole
states up plain tls six
last down named || FAIL "a service that is not there is up"
echo SERVING >$work/states/shop.Basket
# shellcheck disable=SC2086 # words
states up $kinds

# It dies, and comes back.
kill "$server"
# shellcheck disable=SC2086 # words
states down $kinds
because tls "grpc check: connect: Connection refused"
serve
# shellcheck disable=SC2086 # words
states up $kinds
stop
