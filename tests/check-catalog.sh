#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The journal's catalog explains each kind of event, once, by the message id that the event has, with fields that events have;
# and the journal can read it.
set -eu

src=${top_srcdir:-.}
catalog=$src/contrib/systemd/lvsd.catalog
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
say() { echo "$*"; bad=1; }

# The last string of each EVENT(...) is its id.
sed -n 's/^EVENT(.*"\([^"]*\)")$/\1/p' "$src/src/notify/event.def" | sort >"$work/events"
sed -n 's/^-- \([^ ]*\)$/\1/p' "$catalog" | sort >"$work/entries"
[ "$(grep -c '^EVENT(' "$src/src/notify/event.def")" = "$(wc -l <"$work/events")" ] ||
	say "src/notify/event.def cannot be read as this script does"
diff "$work/events" "$work/entries" >"$work/diff" || say "events (<) and entries of the catalog (>) differ:
$(cat "$work/diff")"

# What lvsd gives the journal: the names of src/notify/event.c.
sed -n 's/^\t\t{ "\([A-Z_]*\)", .*},$/LVSD_\1/p' "$src/src/notify/event.c" | sort >"$work/fields"
for field in $(grep -o '@[^@ ]*@' "$catalog" | tr -d @ | sort -u); do
	grep -qx "$field" "$work/fields" || say "the catalog has @$field@, and no event has such a field"
done

awk -v entries="$(wc -l <"$work/entries")" '
	/^-- / { n++; if (last != "") { print FILENAME ":" FNR ": no empty line before the entry"; bad = 1 } head = 1; seen = "" }
	head && /^[A-Z][A-Za-z-]*: ./ { seen = seen $1 }
	head && /^$/ {
		if (seen != "Subject:Defined-By:Documentation:") { print FILENAME ":" FNR ": headers are " seen; bad = 1 }
		head = 0
	}
	length($0) > 132 { print FILENAME ":" FNR ": too long"; bad = 1 }
	{ last = $0 }
	END { if (n != entries) { print FILENAME ": " n " entries, not " entries; bad = 1 } exit bad }' "$catalog" || bad=1

if command -v journalctl >/dev/null; then
	mkdir -p "$work/root/usr/lib/systemd/catalog" "$work/root/var/lib/systemd/catalog"
	cp "$catalog" "$work/root/usr/lib/systemd/catalog"
	journalctl --root="$work/root" --update-catalog >"$work/log" 2>&1 ||
		say "journalctl does not read the catalog: $(cat "$work/log")"
	journalctl --root="$work/root" --list-catalog 2>"$work/log" | sed 's/ .*//' | sort >"$work/read"
	diff "$work/events" "$work/read" >"$work/diff" || say "journalctl reads other entries (>) than there are events (<):
$(cat "$work/diff")"
fi
exit $bad
