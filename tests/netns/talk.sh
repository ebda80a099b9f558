# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Conversations over TCP that last, and how they end; source it after director.sh. What is said and heard is in $work/<name>.log

# listen <server> <port> - it says back what it is told, a line at a time
listen() {
	spawn "$1" "$work/$1.log" python3 "${top_srcdir:-../..}/tests/netns/talk.py" server "$2"
	until_true 30 grep -q listening "$work/$1.log"
}

# talk <name> <address> <port> - a client that says what it is told, a line at a time, and tells what it hears
talk() {
	mkfifo "$work/$1.say"
	spawn client "$work/$1.log" python3 "${top_srcdir:-../..}/tests/netns/talk.py" client "$2" "$3" <>"$work/$1.say"
	until_true 30 grep -q connected "$work/$1.log"
}
# Never waits for somebody to listen, who may be gone.
say() { echo "$2" 1<>"$work/$1.say"; }
# heard <name> <text> - it has
heard() { until_true 30 grep -q "$2" "$work/$1.log"; }
# converse <name> <word> - what is said comes back
converse() { say "$1" "$2"; heard "$1" "heard $2"; }
