#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may change servers by the status page, and how: over loopback TCP by a token, by the UNIX socket as the peer is; nothing
# that is missing or false in a request gets through, nor changes anything.
. "${top_srcdir:-../..}/tests/netns/lib.sh"
. "${top_srcdir:-../..}/tests/netns/director.sh"
need curl socat chromium chromedriver python3
in_namespace "$0" "$@"
need_tun

here=${top_srcdir:-../..}/tests/netns
lvsctl=${LVSCTL:-${top_builddir:-../..}/lvsctl}
page=http://127.0.0.1:8404
token=0123456789abcdef0123456789abcdef
export LVSD_SOCKET=$work/control.sock

servers='services: ( { name = "web"; address = "192.0.2.10:80"; servers: (
	{ name = "one"; address = "10.0.1.2:8080"; weight = 5; }, { address = "10.0.2.2:8080"; } ); } );'
# say <control...> - the configuration, with more in its group "control"
say() {
	configure "control: { socket = \"$work/control.sock\"; $1 };
$servers"
}
# refused <what> <text> - lvsd does not start, and says so
refused() {
	at director "$lvsd" --config $work/lvs.conf >$work/out 2>&1 && FAIL "$1: lvsd started"
	grep -q -- "$2" $work/out || FAIL "$1: $(cat $work/out)"
}

stage 1
echo $token >$work/token
say "listen = \"127.0.0.1:8404\"; token_file = \"$work/token\";"

# A secret that is none.
chmod 644 $work/token
refused "a file for all to read" "is open to others: its mode is 0644"
chmod 600 $work/token
echo short >$work/token
refused "a short token" "too short: 16 to 128 characters"
echo $token >$work/token
rm -f $work/none
say "listen = \"127.0.0.1:8404\"; token_file = \"$work/none\";"
refused "no file" "cannot read token file '$work/none': No such file"
say "listen = \"10.0.0.1:8404\"; listen_any = true; token_file = \"$work/token\";"
refused "a token over the network" "over \"10.0.0.1:8404\" a token would be there for all to see"

# Without a token, TCP is to be read.
say "listen = \"127.0.0.1:8404\";"
direct
code() { at director curl -s -o $work/answer -w '%{http_code}' "$@"; }
same "edit without a token" 403 "$(code "$page/?edit=1")"
same "a login without a token" 403 "$(code -d "token=$token" $page/login)"
same "a form without a token" 403 "$(code -d action=drain $page/action)"
at director curl -s $page/ | grep -q 'Change servers' && FAIL "the page offers what is not possible"
same "nothing has changed" 0 "$(how_often 'status page')"
stop

say "listen = \"127.0.0.1:8404\"; token_file = \"$work/token\";"
direct
state() { at director "$lvsctl" servers --json | python3 -c '
import json, sys
def find(node):
    if isinstance(node, dict):
        if node.get("id") == "10.0.1.2:8080": return node
        node = list(node.values())
    for inside in node if isinstance(node, list) else []:
        found = find(inside)
        if found: return found
server = find(json.load(sys.stdin))
print(server["state"], server["weight"])'; }
same "before" "up 5" "$(state)"

same "edit leads to the login" "303 $page/login" "$(at director curl -s -o /dev/null -w '%{http_code} %{redirect_url}' "$page/?edit=1")"
same "a login by a program" 303 "$(code -D $work/head -c $work/cookies -d "token=$token" $page/login)"
grep -qi '^Set-Cookie: lvsd-[0-9a-f]\{8\}=[0-9a-f]\{32\}; Path=/; HttpOnly; SameSite=Strict' $work/head ||
	FAIL "the cookie is not as it should be: $(cat $work/head)"
same "the page with forms" 200 "$(code -b $work/cookies "$page/?edit=1")"
grep -q 'http-equiv="refresh"' $work/answer && FAIL "the page refreshes itself while servers are changed"
csrf=$(sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' $work/answer | head -n 1)
same "digits of the form's secret" 32 "$(printf %s "$csrf" | wc -c)"

# act <what> <expected status> <curl's arguments...> - a POST of a whole form but for what the arguments change
act() {
	act_what=$1 act_code=$2; shift 2
	same "$act_what" "$act_code" "$(code "$@" $page/action)"
}
form="service=web&server=10.0.1.2:8080&action=drain"
id=$(sed -n 's/.*\(lvsd-[0-9a-f]*\)\t\([0-9a-f]*\)$/\1=\2/p' $work/cookies)
[ -n "$id" ] || FAIL "no cookie: $(cat $work/cookies)"
wrong=$(printf %s "$id" | sed 's/0$/1/; t; s/.$/0/')
act "no cookie" 403 -d "$form&csrf=$csrf"
act "a cookie that nobody has" 403 -H "Cookie: $wrong" -d "$form&csrf=$csrf"
act "a cookie with rubbish" 403 -H "Cookie: ;;=;$id$id;%00" -d "$form&csrf=$csrf"
act "another cookie" 403 -H "Cookie: x$id" -d "$form&csrf=$csrf"
act "no secret in the form" 403 -b "$id" -d "$form"
grep -q '<dt>Field</dt><dd>csrf</dd>' $work/answer || FAIL "which field is wrong is not said: $(cat $work/answer)"
act "an empty secret" 403 -b "$id" -d "$form&csrf="
act "a false secret" 403 -b "$id" -d "$form&csrf=00000000000000000000000000000000"
act "the cookie as the secret" 403 -b "$id" -d "$form&csrf=${id#*=}"
same "the secret in the address" 403 "$(code -b "$id" -d "$form" "$page/action?csrf=$csrf")"
act "another origin" 403 -b "$id" -H "Origin: http://example.com" -d "$form&csrf=$csrf"
act "another port" 403 -b "$id" -H "Origin: http://127.0.0.1:8080" -d "$form&csrf=$csrf"
act "no origin" 403 -b "$id" -H "Origin: null" -d "$form&csrf=$csrf"
act "another site" 403 -b "$id" -H "Sec-Fetch-Site: cross-site" -d "$form&csrf=$csrf"
act "another page of the host" 403 -b "$id" -H "Sec-Fetch-Site: same-site" -d "$form&csrf=$csrf"
act "a name that leads here" 403 -b "$id" -H "Host: example.com" -H "Origin: http://example.com" -d "$form&csrf=$csrf"
act "JSON" 400 -b "$id" -H "Content-Type: application/json" -d "{\"csrf\":\"$csrf\"}"
act "plain text, as forms of other sites may be" 400 -b "$id" -H "Content-Type: text/plain" -d "$form&csrf=$csrf"
act "an empty form" 400 -b "$id" -d ""
act "a form without end" 413 -b "$id" -d "$form&csrf=$csrf&x=$(printf '%09000d' 0)"
act "by GET" 405 -b "$id" -G -d "$form&csrf=$csrf"
same "a token over TCP is for the page alone" 403 "$(code -b "$id" -X PATCH -d '{"weight":1}' $page/v1/services/web/servers/10.0.1.2:8080)"
same "nor for reading what is an admin's" 403 "$(code -b "$id" $page/v1/trace)"
same "nothing has changed" "up 5" "$(state)"

# field <name> <text> - the answer says that it is this one
field() {
	grep -q "<dt>Field</dt><dd>$1</dd>" $work/answer || FAIL "the field \"$1\" is not named: $(cat $work/answer)"
	grep -q -- "$2" $work/answer || FAIL "\"$2\" is not said: $(cat $work/answer)"
}
act "no action" 422 -b "$id" -d "csrf=$csrf&service=web&server=one&action=%3Cb%3E"
field action 'drain, ready, maintenance or weight'
grep -q '<b>' $work/answer && FAIL "what was asked for is in the page as it came"
act "no such service" 404 -b "$id" -d "csrf=$csrf&service=none&server=one&action=drain"
field service 'there is no such service'
act "no such server" 404 -b "$id" -d "csrf=$csrf&service=web&server=two&action=drain"
field server 'there is no such server'
act "no number" 422 -b "$id" -d "csrf=$csrf&service=web&server=one&action=weight&weight=-1"
field weight '0 to 65535'
act "no weight" 422 -b "$id" -d "csrf=$csrf&service=web&server=one&action=weight"
field weight '0 to 65535'
act "too large a number" 422 -b "$id" -d "csrf=$csrf&service=web&server=one&action=weight&weight=65536"
field weight 65535
same "nothing has changed" "up 5" "$(state)"

# What is right does something, as a change that is seen as one.
act "a weight" 303 -b "$id" -H "Origin: $page" -H "Sec-Fetch-Site: same-origin" -d "csrf=$csrf&service=web&server=one&action=weight&weight=7"
same "the weight" "up 7" "$(state)"
same "a note" 1 "$(at director curl -s -b "$id" "$page/?edit=1" | grep -c 'role="status">Another weight for one of web<')"
same "... told once" 0 "$(at director curl -s -b "$id" "$page/?edit=1" | grep -c 'role="status"')"
same "the page's log" 1 "$(at director curl -s $page/ | grep -c '<td>status page</td><td class="good">in force')"

# Logging out.
same "without the secret" 403 "$(code -b "$id" -d x=y $page/logout)"
same "with it" 303 "$(code -b "$id" -d "csrf=$csrf" $page/logout)"
act "afterwards" 403 -b "$id" -d "$form&csrf=$csrf"

# The UNIX socket: who asks counts, and a cookie is no use to anybody else.
unix() { at director curl -s -o $work/answer -w '%{http_code}' --unix-socket $work/control.sock "$@"; }
same "forms for root" 200 "$(unix -c $work/cookies2 "http://localhost/?edit=1")"
grep -q 'name="action" value="drain"' $work/answer || FAIL "no button: $(cat $work/answer)"
csrf2=$(sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' $work/answer | head -n 1)
id2=$(sed -n 's/.*\(lvsd-[0-9a-f]*\)\t\([0-9a-f]*\)$/\1=\2/p' $work/cookies2)
same "a page by another name" 403 "$(unix "http://example.com/?edit=1")"
same "a link of another site" 403 "$(unix -H 'Sec-Fetch-Site: cross-site' "http://localhost/?edit=1")"
same "without a session" 403 "$(unix -d "$form&csrf=$csrf2" http://localhost/action)"
same "without the secret" 403 "$(unix -b "$id2" -d "$form" http://localhost/action)"
act "the UNIX socket's cookie over TCP" 403 -b "$id2" -d "$form&csrf=$csrf2"
same "nothing to log in to" 303 "$(unix http://localhost/login)"
same "nothing has changed" "up 7" "$(state)"
same "an action" 303 "$(unix -b "$id2" -d "$form&csrf=$csrf2" http://localhost/action)"
same "drained" "drained 0" "$(state)"
same "ready" 303 "$(unix -b "$id2" -d "csrf=$csrf2&service=web&server=one&action=ready" http://localhost/action)"
same "ready" "up 7" "$(state)"

# In a browser: by the token, and through a tunnel to the UNIX socket.
spawn director $work/socat.log socat TCP-LISTEN:8405,bind=127.0.0.1,fork,reuseaddr UNIX-CONNECT:$work/control.sock
until_true 30 at director curl -sf -o /dev/null http://127.0.0.1:8405/healthz
at director python3 "$here/page_edit.py" $page http://localhost:8405 $token "${top_builddir:-../..}/tests/screenshots" || exit 1

# A thousand servers, each with its form.
servers="services: ($(for s in $(seq 100); do
	printf '%s{ address = "192.0.2.10:%s"; servers: (' "$([ "$s" = 1 ] || echo ,)" $((1000 + s))
	for n in $(seq 10); do printf '%s{ address = "10.1.%s.%s:80"; }' "$([ "$n" = 1 ] || echo ,)" "$s" "$n"; done
	printf '); }\n'
done));"
say "listen = \"127.0.0.1:8404\"; token_file = \"$work/token\";"
reload
same "forms of a thousand servers" 200 "$(unix -b "$id2" "http://localhost/?edit=1")"
same "forms of a thousand servers" 1000 "$(grep -c 'action="/action"' $work/answer)"
at director python3 "$here/page_edit.py" --many http://localhost:8405 "${top_builddir:-../..}/tests/screenshots" || exit 1

# Wrong tokens: most of many are not even looked at, and those that are are counted.
at director curl -s -o /dev/null -w '%{http_code}\n' -d token=wrong "$page/login?n=[1-50]" >$work/codes
grep -q '^429$' $work/codes || FAIL "wrong tokens are taken as fast as they come: $(cat $work/codes)"
wrong=$(($(grep -c '^403$' $work/codes) + 1))
same "wrong tokens and that of the browser, in the log" $wrong "$(how_often 'status page: a wrong token')"
same "the page with forms" 200 "$(unix -b "$id2" "http://localhost/?edit=1")"
grep -q "Wrong tokens since the start: $wrong<" $work/answer || FAIL "the page does not tell of $wrong wrong tokens"
grep -q "$token" $work/lvsd.log && FAIL "the log has the token"
stop
