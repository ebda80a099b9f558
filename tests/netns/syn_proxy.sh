#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SYN proxy with real programs: the hosts' own TCP meets through it, whatever options they have, and loses nothing on a way
# that loses one packet in a hundred.
#
#	client ------------ director ------ s1, s2, s3	(see director.sh; s2 has no timestamps, s3 neither scaling nor SACK)
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl cmp
in_namespace "$0" "$@"
need_tun

stage 3
for n in 1 2 3; do web s$n; done
head -c 67108864 /dev/urandom >$work/s1/large || FAIL "no room for a large file"
at s3 sysctl -qw net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0

# guarded <servers' weights...> - lvs.conf with a SYN proxy in front of all services
guarded() { web_conf rr "$@" | sed 's/scheduler = /syn_proxy = "on"; scheduler = /'; }

# fetch <file> <address> - it arrives as it is
fetch() {
	at client curl -sf -m 300 -o $work/got "http://$2/files/$1" || FAIL "$1 of $2: curl ended with $?"
	cmp $work/got "$work/s1/$1" || FAIL "$1 of $2 is not the same"
}

configure "$(guarded 1)"
direct
for address in $VIP "[$VIP6]"; do
	same "one connection each" "20 s1" "$(ask 20 "http://$address" | shares)"
	same "many requests in one" "200 s1" "$(at client curl -sSf -m 60 "http://$address/?[1-200]" | shares)"
	fetch large "$address"
done
summary "SYN proxy: [0-9]* cookies sent, 44 accepted, 0 refused"

# Other clients.
for options in "tcp_timestamps=0" "tcp_sack=0" "tcp_window_scaling=0" "tcp_ecn=1"; do
	was=$(at client sysctl -n net.ipv4.${options%=*})
	at client sysctl -qw net.ipv4.$options
	for address in $VIP "[$VIP6]"; do
		same "client with $options" "5 s1" "$(ask 5 "http://$address" | shares)"
		fetch large "$address"
	done
	at client sysctl -qw "net.ipv4.${options%=*}=$was"
done

# A port where nobody listens is refused as if the client had met the server.
configure "services: ( { address = \"$VIP:80\"; syn_proxy = \"on\"; servers: ( { address = \"10.0.1.2:9\"; } ); } );"
reload
at client curl -s -m 10 -o /dev/null "http://$VIP/" && status=0 || status=$?
case $status in
	7|56) ;;	# the reset is there before curl has noticed that it was connected, or comes after that
	*) FAIL "a server that refuses: curl ended with $status" ;;
esac

# A server without scaling and SACK: that is learned, and serves all the same.
configure "$(guarded - - 1)"
reload
for address in $VIP "[$VIP6]"; do
	same "no scaling, no SACK" "10 s3" "$(ask 10 "http://$address" | shares)"
done

# A server without timestamps costs one connection.
at s2 sysctl -qw net.ipv4.tcp_timestamps=0
configure "$(guarded - 1)"
reload
for address in $VIP "[$VIP6]"; do
	at client curl -s -m 10 -o /dev/null "http://$address/" && FAIL "no timestamps: the first client was served"
	same "no timestamps" "10 s2" "$(ask 10 "http://$address" | shares)"
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
	configure "$(guarded 1)"
	reload
	for address in $VIP "[$VIP6]"; do fetch large "$address"; done
	lost=$(at director nft list table inet loss | sed -n 's/.*counter packets \([0-9]*\).*/\1/p')
	[ "$lost" -gt 10 ] || FAIL "only $lost packets were lost"
	echo "$lost packets were lost"
else
	echo "no nft here: nothing is lost on the way"
fi
stop
