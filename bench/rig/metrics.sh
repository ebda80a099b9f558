# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # run and peers.sh set and use some of the variables
# What is measured. measure_METRIC PEER loads that peer for $seconds and prints one line "NAME VALUE" per result, in bit/s,
# 1/s or microseconds; nothing, and a failure, when the measurement is void.

all_metrics="bulk1 bulk8 download keepalive close udp latency"
patience=$((seconds + 15))

measure_bulk1() { bulk "$1" bulk1 1; }
measure_bulk8() { bulk "$1" bulk8 8; }

# bulk PEER NAME STREAMS - what the receiving end got
bulk() {
	target "$1" "$BULK"
	start server iperf3 iperf3 -s -1 -p $((BULK + SHIFT))
	receiver=$spawned
	until_true 10 listening server $((BULK + SHIFT))
	at client timeout "$patience" iperf3 -c "$to_addr" -p "$to_port" -t "$seconds" -P "$3" -f k >"$work/client.log" 2>&1
	result=$?
	stop "$receiver"
	# [SUM] comes after the streams it sums: the last line is right for one stream and for many
	[ $result = 0 ] && awk -v name="$2" '/receiver/ { for (i = 2; i <= NF; i++) if ($i == "Kbits/sec") rate = $(i - 1) }
		END { if (rate) print name, rate * 1000; else exit 1 }' "$work/client.log"
}

measure_keepalive() { requests "$1" keepalive; }
measure_close() { requests "$1" close -H 'Connection: close'; }

# requests PEER NAME WRK-OPTIONS... - void when anything but the file came back
requests() {
	target "$1" "$HTTP"
	name=$2
	shift 2
	at client timeout "$patience" wrk -t 2 -c 64 -d "$seconds" "$@" \
		"http://$(url_host "$to_addr"):$to_port/small" >"$work/client.log" 2>&1 || return 1
	awk -v name="$name" '/^Requests\/sec:/ { rate = $2 } /Non-2xx|Socket errors/ { bad = 1 }
		END { if (rate && !bad) print name, rate; else exit 1 }' "$work/client.log"
}

# 8 connections that fetch a large file again and again; by wrk, as its servers can be told of their clients
measure_download() {
	target "$1" "$HTTP"
	at client timeout "$patience" wrk -t 2 -c 8 -d "$seconds" --timeout "$patience" \
		"http://$(url_host "$to_addr"):$to_port/large" >"$work/client.log" 2>&1 || return 1
	awk 'BEGIN { power["B"] = 0; power["KB"] = 1; power["MB"] = 2; power["GB"] = 3 }
		/^Transfer\/sec:/ && match($2, /[A-Z]+$/) { rate = $2 * 8 * 1024 ^ power[substr($2, RSTART)] }
		/Non-2xx|Socket errors/ { bad = 1 }
		END { if (rate && !bad) printf "download %.0f\n", rate; else exit 1 }' "$work/client.log"
}

# 64-byte IP packets, as many as the client can send; what reaches the sink counts
measure_udp() {
	target "$1" "$BLAST"
	start server sink "$bin/udpblast" sink "$any" $((BLAST + SHIFT)) "$seconds"
	sink=$spawned
	until_true 10 bound server $((BLAST + SHIFT))
	at client timeout "$patience" "$bin/udpblast" send "$to_addr" "$to_port" "$(awk "BEGIN { print $seconds + 0.3 }")" \
		64 16 >"$work/client.log" 2>&1
	wait "$sink" && awk '{ print "udp", $1 }' "$work/sink.log"
}

# confine PEER CORES - let its processes and their threads run only there
confine() {
	director=$(cat "$work/$1.pid")
	[ -z "$director" ] || for pid in $director $(pgrep -P "$director"); do
		taskset -a -c -p "$2" "$pid" >>"$work/client.log" || return 1
	done
}

# Both ends and the director on one core: otherwise it is the cost of waking another core that is measured, or not,
# depending on where the scheduler has put them.
measure_latency() {
	target "$1" "$PING"
	confine "$1" "$core" &&
		times=$(at client taskset -c "$core" "$bin/pingpong" ping "$to_addr" "$to_port" "$seconds" 2>>"$work/client.log") &&
		confine "$1" "$cores" && echo "$times" | awk '{ print "p50", $1; print "p99", $2 }'
}
