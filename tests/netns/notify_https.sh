#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A webhook by HTTPS, whose certificate an authority of our own has signed; beside it those that lvsd must not tell anything, or
# that take nothing: other certificates, no TLS, no answer, a byte now and then, 500. It is said once of each, packets do not
# wait, and who takes events again gets how things are, not all that they have been.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need python3 curl nginx openssl
in_namespace "$0" "$@"
need_tun

stage 2
mkdir -p $work && chmod 777 $work
web s1

# authority <name> - it signs
authority() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.pem" \
		2>>$work/openssl.log || FAIL "$(cat $work/openssl.log)"
}
# certificate <name> <authority> <host>
certificate() {
	echo "subjectAltName=DNS:$3" >$work/names
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$3" -keyout "$work/$1.key" -out "$work/$1.csr" 2>>$work/openssl.log ||
		FAIL "$(cat $work/openssl.log)"
	openssl x509 -req -in "$work/$1.csr" -CA "$work/$2.pem" -CAkey "$work/$2.key" -CAcreateserial -days 2 \
		-extfile $work/names -out "$work/$1.crt" 2>>$work/openssl.log || FAIL "$(cat $work/openssl.log)"
}
authority ours
authority others
certificate good ours hooks.example
certificate forged others hooks.example
certificate else ours else.example
chmod 644 $work/*.pem

# One connection after another; what it does with each is in $work/how.
cat >$work/hook.py <<-'END'
	import socket, ssl, sys, time
	port, cert, key, work = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	context.load_cert_chain(cert, key)
	listener = socket.create_server(("127.0.0.1", port), backlog=64)
	def hear(conn):
	    data = conn.recv(65536)
	    if not data:
	        raise OSError("hung up")
	    return data
	def whole(conn):
	    data = b""
	    while b"\r\n\r\n" not in data:
	        data += hear(conn)
	    head, body = data.split(b"\r\n\r\n", 1)
	    length = next(int(l.split(b":")[1]) for l in head.split(b"\r\n") if l.lower().startswith(b"content-length"))
	    while len(body) < length:
	        body += hear(conn)
	    return body
	def until_gone(conn):
	    while conn.recv(65536):
	        pass
	while True:
	    conn, _ = listener.accept()
	    how = open(work + "/how").read().strip()
	    try:
	        if how == "no TLS":
	            until_gone(conn)
	            continue
	        conn = context.wrap_socket(conn, server_side=True)
	        body = whole(conn)
	        if how == "hangs":
	            until_gone(conn)
	        elif how == "slow":
	            conn.sendall(b"HTTP/1.1 500 No\r\nX: ")
	            while True:
	                conn.sendall(b"a")
	                time.sleep(0.05)
	        elif how == "refuses":
	            conn.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
	        else:
	            with open("%s/body.%d" % (work, port), "ab") as out:
	                out.write(body + b"\n")
	            conn.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
	        conn.close()
	    except OSError:
	        conn.close()
END
echo takes >$work/how
n=9001
for name in good forged else; do
	spawn director $work/hook.log python3 $work/hook.py $n $work/$name.crt $work/$name.key $work
	until_true 20 at director python3 -c "import socket; socket.create_connection((\"127.0.0.1\", $n)).close()"
	n=$((n + 1))
done

# conf <port> <authority>
conf() {
	configure "notify: { webhook = \"https://hooks.example:$1/\"; webhook_address = \"127.0.0.1\"; webhook_timeout = 0.5;
  webhook_ca = \"$work/$2.pem\"; journal = false; };
services: ( { name = \"web\"; address = \"$VIP:80\"; scheduler = \"rr\"; min_servers = 0;
  check: { type = \"http\"; path = \"/files/up\"; interval = 0.3; fast_interval = 0.1; timeout = 0.3; rise = 1; fall = 1; };
  servers: ( { name = \"one\"; address = \"10.0.1.2:8080\"; } ); } );"
}
# is <state> - what was logged last of the server
is() { grep 'server "one" is' $work/lvsd.log | tail -n 1 | grep -q "is $1"; }
# turns <state> - the server does
turns() {
	if [ "$1" = up ]; then echo up >$work/s1/up; else rm -f $work/s1/up; fi
	until_true 30 is "$1"
}
lost="the webhook was not told of"
# refused <n> <why> - it was said for the <n>th time that the webhook was not told
refused() {
	until_true 60 sh -c "[ \$(grep -cF '$lost' $work/lvsd.log) -ge $1 ]"
	grep -F "$lost" $work/lvsd.log | tail -n 1 | grep -qi -- "$2" || FAIL "\"$2\": $(grep -F "$lost" $work/lvsd.log | tail -n 1)"
}
# works <n> - it does again
works() { until_true 60 sh -c "[ \$(grep -cF 'the webhook works again' $work/lvsd.log) -ge $1 ]"; }
# told_last <state> - of the server
told_last() { grep -o '"event":"server_[a-z]*"' $work/body.9001 | tail -n 1 | grep -q "$1"; }

echo up >$work/s1/up
conf 9001 ours
direct
until_true 30 is up
until_true 30 grep -q '"event":"server_up"' $work/body.9001
turns down
until_true 30 grep -q '"event":"server_down"' $work/body.9001

# Whom lvsd must not believe: a certificate of somebody else's, one for another name, and an authority that is another one.
failures=0
for case in "9002 ours certificate" "9003 ours hooks.example" "9001 others certificate"; do
	# shellcheck disable=SC2086 # three words
	set -- $case
	conf "$1" "$2"
	reload
	turns up
	failures=$((failures + 1))
	refused $failures "$3"
	conf 9001 ours
	reload
	turns down
	works $failures
done
if [ -e $work/body.9002 ] || [ -e $work/body.9003 ]; then FAIL "somebody else was told"; fi

# Who takes nothing, while the server comes and goes; clients do not notice.
for case in "no TLS:time" "hangs:time" "slow:time" "refuses:answered 500"; do
	echo "${case%%:*}" >$work/how
	for _ in 1 2 3 4 5; do
		turns up
		turns down
	done
	turns up
	same "answers while the webhook ${case%%:*}" "10 s1" "$(ask 10 | shares)"
	failures=$((failures + 1))
	refused $failures "${case#*:}"
	rm -f $work/body.9001
	echo takes >$work/how
	turns down
	works $failures
	until_true 30 told_last down
	same "how often it is said that it ${case%%:*}" $failures "$(how_often "$lost")"
	# What was under way, and how things were and are; not the twelve times that they changed.
	[ "$(grep -o '"event":"server_' $work/body.9001 | wc -l)" -le 4 ] || FAIL "told too much: $(cat $work/body.9001)"
done
stop
