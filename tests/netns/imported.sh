#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Configurations of ldirectord, keepalived and piranha, translated, at work: their checks notice what they would have noticed
# there, the fallback takes over, and their commands are run with the words that they expect.
# shellcheck disable=SC2016 # what is in single quotes other shells expand
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need curl nginx grep
in_namespace "$0" "$@"
need_tun

lvsctl=${top_builddir:-../..}/lvsctl
stage 3
mkdir -p $work && chmod 777 $work
for n in 1 2 3; do
	web s$n
	echo "it is up" >$work/s$n/up
done

# begin <format> <file> - translate it, and direct by it
begin() {
	"$lvsctl" import "$1" "$2" >$work/lvs.conf 2>$work/report || FAIL "import $1: $(cat $work/report)"
	chmod 644 $work/lvs.conf
	: >$work/lvsd.log
	direct
}

# answer <server...> - who answers the client, of a few requests on port 80; one to a server that leaves meanwhile is not
# waited for
answer() {
	[ "$(at client curl -sf -m 5 -H 'Connection: close' "http://$VIP/?[1-6]" | sort -u | tr '\n' ' ')" = "$* " ]
}

# answers <port> - does anybody; refused <port> - nobody
answers() { at client curl -sf -m 5 -o /dev/null "http://$VIP:$1/"; }
refused() { ! answers "$1"; }

# has <file> <line>
has() { grep -qxF -- "$2" "$1" 2>/dev/null; }

# program <name> <text> - of shell, for anybody to run
program() {
	printf '#!/bin/sh\n%s\n' "$2" >"$work/$1"
	chmod 755 "$work/$1"
}

# An external check that says "3" is no weight, and what it is told is ldirectord's.
program probe "echo \"\$*\" >>$work/probe.out; [ ! -e $work/sick ] || exit 3"
program fell "echo \"\$*\" >>$work/fell.out"
cat >$work/ldirectord.cf <<-END
	checkinterval=1
	checktimeout=1
	quiescent=no
	fallbackcommand=$work/fell "of all"
	virtual=$VIP:80
	    real=10.0.1.2->10.0.1.2:8080 masq
	    real=10.0.2.2:8080 masq "files/up", "^it is (up|fine)"
	    fallback=10.0.3.2:8080 masq
	    service=http
	    scheduler=rr
	    request="/files/up"
	    receive="up"
	virtual=$VIP:81
	    real=10.0.1.2:8080 masq
	    checktype=external
	    checkcommand=$work/probe
END
begin ldirectord $work/ldirectord.cf
until_true 30 answer s1 s2
until_true 30 answers 81
has $work/probe.out "$VIP 81 10.0.1.2 8080" || FAIL "the check was told: $(cat $work/probe.out)"
until_true 30 has $work/fell.out "of all stop $VIP:80 tcp"
rm $work/s1/up
until_true 30 answer s2
echo "it is down" >$work/s2/up
until_true 30 answer s3
until_true 30 has $work/fell.out "of all start $VIP:80 tcp"
echo "it is up" >$work/s1/up
until_true 30 answer s1
touch $work/sick
until_true 30 refused 81
until_true 30 has $work/fell.out "of all start $VIP:81 tcp"
rm $work/sick
until_true 30 answers 81
stop

# keepalived: statuses, a number in a file, an expression that must not match, and the commands.
echo "it is up" >$work/s2/up
echo 0 >$work/number
program notify "echo \"\$*\" >>$work/notify.out"
cat >$work/keepalived.conf <<-END
	track_file number { file $work/number }
	virtual_server $VIP 80 {
	    delay_loop 1
	    lvs_sched rr
	    quorum_down "$work/notify lost"
	    sorry_server 10.0.3.2 8080
	    real_server 10.0.1.2 8080 {
	        notify_up "$work/notify one"
	        MISC_CHECK { misc_path "$work/probe keepalived" }
	        HTTP_GET {
	            url {
	                path /files/up
	                regex DOWN
	                regex_no_match
	                regex_options caseless
	            }
	            retry 0
	        }
	    }
	    real_server 10.0.2.2 8080 { FILE_CHECK { track_file number } }
	}
END
begin keepalived $work/keepalived.conf
until_true 30 answer s1 s2
until_true 30 has $work/notify.out one
has $work/probe.out keepalived || FAIL "the script was told: $(cat $work/probe.out)"
echo 7 >$work/number
until_true 30 answer s1
echo "it is down" >$work/s1/up
until_true 30 answer s3
until_true 30 has $work/notify.out lost
echo "it is up" >$work/s1/up
until_true 30 answer s1
touch $work/sick
until_true 30 answer s3
rm $work/number
until_true 30 answer s2
stop

# nanny: a text that is sent and one that is expected, and a program whose output counts.
rm $work/sick
program ask "echo \"\$1 is \$(cat $work/health)\""
echo OK >$work/health
cat >$work/lvs.cf <<-END
	network = nat
	virtual web {
	    address = $VIP
	    port = 80
	    scheduler = rr
	    timeout = 1
	    reentry = 1
	    send = "GET /files/up HTTP/1.0\\r\\n\\r\\n"
	    expect = "is up\$"
	    use_regex = 1
	    server one {
	        address = 10.0.1.2
	        port = 8080
	    }
	    server two {
	        address = 10.0.2.2
	        port = 8080
	    }
	}
	virtual program {
	    address = $VIP
	    port = 81
	    timeout = 1
	    reentry = 1
	    send_program = "$work/ask %h:%p"
	    expect = "10.0.1.2:8080 is OK"
	    server one {
	        address = 10.0.1.2
	        port = 8080
	    }
	}
END
begin piranha $work/lvs.cf
until_true 30 answer s1 s2
until_true 30 answers 81
echo "it is down" >$work/s1/up
until_true 30 answer s2
echo bad >$work/health
until_true 30 refused 81
stop
