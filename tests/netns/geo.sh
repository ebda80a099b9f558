#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Clients go to the site that their address names: s1 is Frankfurt, s2 New York, s3 Sydney. The client has an address that no
# rule knows and two more, which do not leave its interface but are routed to it:
#
#	10.0.0.2   2001:db8::2		everywhere, Frankfurt first
#	198.51.100.7   2001:db8:51::7	New York, Frankfurt
#	203.0.113.7			Sydney and no other
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need nginx curl
in_namespace "$0" "$@"
need_tun

# conf <options of s1> <of s2> <of s3> - both families; sites as they are unless an option says another
conf() {
	echo "geo: { sites = \"fra,nyc,syd\"; file = \"$work/prefixes\"; rules: ( { prefix = \"203.0.113.0/24\"; sites = \"syd\"; } );"
	echo "$database };"
	echo "services: ( { address = \"$VIP:80\"; scheduler = \"geo\"; servers: ("
	echo "{ address = \"10.0.1.2:8080\"; $1 }, { address = \"10.0.2.2:8080\"; $2 }, { address = \"10.0.3.2:8080\"; $3 } ); },"
	echo "{ address = \"[$VIP6]:80\"; scheduler = \"geo\"; servers: ("
	echo "{ address = \"[2001:db8:1::2]:8080\"; $1 }, { address = \"[2001:db8:2::2]:8080\"; $2 },"
	echo "{ address = \"[2001:db8:3::2]:8080\"; $3 } ); } );"
}
fra='site = "fra";' nyc='site = "nyc";' syd='site = "syd";' database=

# from <address> [n] - who answers requests from there, on connections of their own
from() {
	case $1 in *:*) from_url="http://[$VIP6]" ;; *) from_url="http://$VIP" ;; esac
	at client curl -sf -m 20 --interface "$1" -H 'Connection: close' "$from_url/?[1-${2:-6}]" | shares
}

# go <what> <who serves 10.0.0.2> <198.51.100.7> <203.0.113.7> - and IPv6 like the first two
go() {
	same "$1: a client nobody knows" "6 $2" "$(from 10.0.0.2)"
	same "$1: a client nobody knows, IPv6" "6 $2" "$(from 2001:db8::2)"
	same "$1: a client of the west" "6 $3" "$(from 198.51.100.7)"
	same "$1: a client of the west, IPv6" "6 $3" "$(from 2001:db8:51::7)"
	same "$1: a client of the south" "$4" "$(from 203.0.113.7)"
}

# again <configuration> - reload, which has to be possible
again() {
	configure "$1"
	again_before=$(how_often "reloaded ")
	reload
	[ "$(how_often "reloaded ")" -gt "$again_before" ] || FAIL "refused: $(tail -n 5 $work/lvsd.log)"
}

# refused <why> - reload, which has to be refused, and changes nothing
refused() {
	refused_before=$(how_often "reload refused")
	reload
	[ "$(how_often "reload refused")" -gt "$refused_before" ] || FAIL "not refused: $1"
	said "$1" || FAIL "no word of \"$1\": $(tail -n 5 $work/lvsd.log)"
}

stage 3
for address in 198.51.100.7/32 203.0.113.7/32 2001:db8:51::7/128; do at client ip addr add $address dev to-director; done
for prefix in 198.51.100.0/24 203.0.113.0/24; do at director ip route add $prefix via 10.0.0.2; done
at director ip -6 route add 2001:db8:51::/48 via 2001:db8::2
for n in 1 2 3; do web s$n; done
printf '# of the west\n198.51.100.0/24 nyc,fra\n2001:db8:51::/48\tnyc , fra\n' >$work/prefixes
configure "$(conf "$fra" "$nyc" "$syd")"
direct
go "at first" s1 s2 "6 s3"

# One connection stays where it is, whatever happens around it.
spawn client $work/held curl -s -m 100 --interface 198.51.100.7 "http://$VIP/?[1-1000000]"
held=$spawned
until_true 30 test -s $work/held
still() {
	: >$work/held
	until_true 30 test -s $work/held
	same "$1: the connection from before" "s2" "$(head -n 5 $work/held | sort -u)"
}

again "$(conf "$fra" "$nyc weight = 0;" "$syd")"
go "New York is down" s1 s1 "6 s3"
still "New York is down"
again "$(conf "$fra" "$nyc" "$syd weight = 0;")"
go "Sydney is down" s1 s2 ""
again "$(conf "$fra" "$nyc upper_threshold = 1;" "$syd")"
same "New York is full" "6 s1" "$(from 198.51.100.7)"
still "New York is full"
again "$(conf "$syd" "$nyc" "$fra")"
go "Frankfurt and Sydney have changed places" s3 s2 "6 s1"
again "$(conf "$fra" "$syd" "$nyc")"
go "New York and Sydney have changed places" s1 s3 "6 s2"
still "its server has moved"
kill $held

# The way a packet takes is another matter: the servers have the VIP themselves, and answer without translation.
for n in 1 2 3; do at s$n ip addr add $VIP/32 dev lo; done
again "$(conf "$fra" "$nyc" "$syd" | sed "s/\"$VIP:80\"/\"$VIP:8080\"; forward = \"droute\"/")"
for row in "10.0.0.2 s1" "198.51.100.7 s2" "203.0.113.7 s3"; do
	same "direct routing, ${row% *}" "6 ${row#* }" \
		"$(at client curl -sf -m 20 --interface "${row% *}" -H 'Connection: close' "http://$VIP:8080/?[1-6]" | shares)"
done

# The file alone.
again "$(conf "$fra" "$nyc" "$syd")"
printf '198.51.100.0/25 syd,*\n' >$work/prefixes
again "$(conf "$fra" "$nyc" "$syd")"
said "geo: other orders of sites, 3 prefixes -> 2" || FAIL "the change was not told: $(tail -n 3 $work/lvsd.log)"
same "another file" "6 s3" "$(from 198.51.100.7)"
printf '198.51.100.0/25 syd\n198.51.100.0/33 fra\n' >$work/prefixes
refused "prefixes:2:1: \"198.51.100.0/33\" has no length"
chmod 000 $work/prefixes
refused "prefixes\" cannot be read: Permission denied"
rm $work/prefixes
refused "prefixes\" cannot be read: No such file"
same "after refused reloads" "6 s3" "$(from 198.51.100.7)"

: >$work/prefixes
database="database = \"$work/countries.mmdb\";"
configure "$(conf "$fra" "$nyc" "$syd" | sed 's/rules: (/& { country = "US"; sites = "nyc"; },/')"
if "$lvsd" --check-config $work/lvs.conf 2>&1 | grep -q "without libmaxminddb"; then
	echo "no database: built without libmaxminddb"
elif ! command -v python3 >/dev/null; then
	echo "no database: no python3"
else
	refused "countries.mmdb\" cannot be read: No such file"
	python3 "${top_srcdir:-../..}/tests/lib/mmdb.py" $work/countries.mmdb 6 \
		198.51.100.0/24,US,NA 203.0.113.0/24,US,NA 2001:db8:51::/48,US,NA || FAIL "no database"
	again "$(cat $work/lvs.conf)"
	go "a database" s1 s2 "6 s3"
fi
stop
