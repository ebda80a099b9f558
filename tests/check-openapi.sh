#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The API's description has each of its resources, and no other.
set -eu
command -v python3 >/dev/null || { echo "SKIP: no python3"; exit 77; }
exec python3 "${top_srcdir:-.}/tests/openapi.py" routes
