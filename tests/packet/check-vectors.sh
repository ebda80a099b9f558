#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The committed vectors are what Scapy makes today; without Scapy nothing can be said (77).
set -eu

here=${top_srcdir:-$(dirname "$0")/../..}/tests/packet
for python in python3 /usr/bin/python3; do
	if "$python" -c 'import scapy' 2>/dev/null; then
		"$python" "$here/vectors.py" | diff -u "$here/vectors.txt" - | head -n 40 | cut -c 1-200 | grep . || exit 0
		echo "vectors.txt is not what vectors.py prints"
		exit 1
	fi
done
echo "SKIP: no Scapy"
exit 77
