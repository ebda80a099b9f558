#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may include whom, and how long things may get. Usage: check-layers.sh [tree]
#
# The rules are the table of layers: base knows nothing, engine knows base and neither the system nor a plug-in of its
# own, and so on upwards. A project include is one of a header under src/. Lengths are limited in shipped code; tests are
# tables, as long as what they list. Lines are to end at column 120 or so, and by column 132; messages stay in one piece.
set -eu

cd "${1:-${top_srcdir:-.}}"

# shellcheck disable=SC2016 # the dollars are awk's
find src tests -name '*.[ch]' -type f | LC_ALL=C sort | LC_ALL=C xargs awk '
function fail(line, text)
{
	printf "%s:%d: %s\n", file, line, text
	failed = 1
}

# May code of layer a include header h of layer b?
function allowed(a, b, h)
{
	if (!(a in layers)) {
		fail(FNR, "layer \"" a "\" is in no rule")
		return 1
	}
	return a == b || layers[a] == "*" || index(" " layers[a] " ", " " b " ") || index(" " layers[a] " ", " " h " ")
}

function begin_file(    parts, n)
{
	file = FILENAME
	n = split(file, parts, "/")
	shipped = parts[1] == "src"
	layer = shipped ? parts[2] : ""
	plugin = layer == "engine" && n == 4
	project = includes = body = 0
	own = ""
	if (shipped && file ~ /\.c$/) {
		own = substr(file, 5, length(file) - 5) "h"
		if (!("src/" own in known))
			own = ""
	}
	facade = file == "src/engine/engine.c" || file ~ /\/main\.c$/ || layer == "lvsd"
}

function end_file()
{
	if (file == "")
		return
	if (lines > 600 && shipped)
		fail(lines, "file of " lines " lines, 600 are the limit")
	if (project > 8 && shipped && !facade)
		fail(1, project " project includes, 8 are the limit")
}

function system_header(header)
{
	if ((layer == "base" || layer == "engine") && !(header in freestanding))
		fail(FNR, layer " may not include <" header ">")
}

function project_header(header,    parts)
{
	split(header, parts, "/")
	if (header !~ /\.def$/)
		project++
	if (header !~ /\//)
		fail(FNR, "\"" header "\" does not begin at src/")
	else if (parts[1] == "tests")
		fail(FNR, "shipped code may not include \"" header "\"")
	else if (plugin && header !~ /^(engine|base)\/[^\/]*$/)
		fail(FNR, "a plug-in may not include \"" header "\"")
	else if (!allowed(layer, parts[1], header))
		fail(FNR, layer " may not include \"" header "\"")
}

function include(    header)
{
	header = $0
	sub(/^[^<"]*[<"]/, "", header)
	sub(/[>"].*/, "", header)
	if (own != "" && includes == 0 && header != own)
		fail(FNR, "\"" own "\" is to be included first")
	includes++
	if (!shipped)
		return
	if ($0 ~ /</)
		system_header(header)
	else
		project_header(header)
}

# Does anything go over the last column, a string that began before it apart? Characters come as bytes, for not every awk knows
# UTF-8: the second and further ones of a character take no column.
function too_long(    columns, i, c, text)
{
	if (8 * length($0) <= 132)
		return 0
	for (i = 1; i <= length($0); i++) {
		c = substr($0, i, 1)
		columns += c == "\t" ? 8 - columns % 8 : c !~ /[\200-\277]/
		if (columns > 132)
			return !text
		if (c == "\\") {
			i++
			columns++
		} else if (c == "\"")
			text = !text
	}
	return 0
}

BEGIN {
	layers["base"] = ""
	layers["engine"] = "base"
	layers["sys"] = "base"
	layers["io"] = "base sys engine/packet.h"
	layers["net"] = "base sys"
	layers["conf"] = layers["check"] = "base sys"
	layers["notify"] = "base sys control/json.h"
	layers["control"] = "base sys engine conf"
	layers["metrics"] = "base sys engine conf/conf.h control"
	layers["sync"] = "base sys engine conf/conf.h"
	layers["priv"] = "base sys"
	layers["lvsd"] = "*"
	layers["client"] = "base sys"
	layers["lvsctl"] = "base sys conf net client"
	layers["lvsadm"] = "base sys client"
	layers["decap"] = "base sys io engine priv"
	split("assert errno stdbool stddef stdint stdlib string", names, " ")
	for (i in names)
		freestanding[names[i] ".h"] = 1
	for (i = 1; i < ARGC; i++)
		known[ARGV[i]] = 1
}

FNR == 1 {
	end_file()
	begin_file()
}

{ lines = FNR }

shipped && too_long() { fail(FNR, "line of more than 132 columns") }

/^[ \t]*#[ \t]*include[ \t]*[<"]/ { include() }

# Kernel style: only the body of a function begins and ends in the first column.
/^\{/ { body = FNR }
/^\}/ {
	if (body && shipped && FNR - body - 1 > 60)
		fail(body, "function of " FNR - body - 1 " lines, 60 are the limit")
	body = 0
}

END {
	end_file()
	exit failed
}
'
