#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What `make install` puts where, that it leaves an lvs.conf that somebody has changed alone, and that `make uninstall` takes
# all else away again.
set -eu

image=$(mktemp -d)
trap 'rm -rf "$image"' EXIT
unset MAKEFLAGS MFLAGS MAKELEVEL

# do_make <target>
do_make() { make -s -C "${top_builddir:-.}" "$1" DESTDIR="$image" >"$image.log" 2>&1 || { cat "$image.log"; exit 1; }; rm "$image.log"; }

# files - modes and names, without the prefix of this build
files() { (cd "$image" && find . -type f -printf '%m %p\n' | sed "s|\.$sysconfdir/|ETC/|; s|\.$prefix/|PREFIX/|" | sort -k 2); }

# same <what> <expected> <seen>
same() {
	[ "$2" = "$3" ] && return
	printf '%s\n--- expected\n%s\n--- seen\n%s\n' "$1" "$2" "$3"
	exit 1
}

# where <variable> - what configure was told
where() { sed -n "s/^$1 = //p" "${top_builddir:-.}/Makefile" | sed "s|\${prefix}|${prefix:-}|"; }
prefix=$(where prefix)
sysconfdir=$(where sysconfdir)
[ -n "$(where systemdsystemunitdir)" ] || { echo "SKIP: no unit directory"; exit 77; }

installed='644 ETC/lvs.conf
644 PREFIX/lib/systemd/catalog/lvsd.catalog
644 PREFIX/lib/systemd/system/lvs-decap.service
644 PREFIX/lib/systemd/system/lvsd.service
644 PREFIX/lib/sysusers.d/lvsd.conf
644 PREFIX/lib/tmpfiles.d/lvsd.conf
755 PREFIX/sbin/lvs-decap
755 PREFIX/sbin/lvsadm
755 PREFIX/sbin/lvsadm-restore
755 PREFIX/sbin/lvsadm-save
755 PREFIX/sbin/lvsctl
755 PREFIX/sbin/lvsd
644 PREFIX/share/bash-completion/completions/lvsadm
644 PREFIX/share/bash-completion/completions/lvsctl
644 PREFIX/share/fish/vendor_completions.d/lvsadm.fish
644 PREFIX/share/fish/vendor_completions.d/lvsctl.fish
644 PREFIX/share/lvsd/grafana/lvsd.json
755 PREFIX/share/lvsd/prometheus/lvsd-textfile
644 PREFIX/share/lvsd/prometheus/lvsd.rules.test.yml
644 PREFIX/share/lvsd/prometheus/lvsd.rules.yml
644 PREFIX/share/man/man5/lvs.conf.5
644 PREFIX/share/man/man7/lvsd-api.7
644 PREFIX/share/man/man7/lvsd-metrics.7
644 PREFIX/share/man/man8/lvs-decap.8
644 PREFIX/share/man/man8/lvsadm.8
644 PREFIX/share/man/man8/lvsctl.8
644 PREFIX/share/man/man8/lvsd.8
644 PREFIX/share/zsh/site-functions/_lvsadm
644 PREFIX/share/zsh/site-functions/_lvsctl'

do_make install
same "installed" "$installed" "$(files)"
grep -q "^ExecStart=$prefix/sbin/lvsd --config $sysconfdir/lvs.conf\$" "$image$prefix/lib/systemd/system/lvsd.service" ||
	{ echo "the unit starts something else"; exit 1; }
grep -q "^ExecStart=$prefix/sbin/lvs-decap \$OPTIONS\$" "$image$prefix/lib/systemd/system/lvs-decap.service" ||
	{ echo "the unit of lvs-decap starts something else"; exit 1; }
do_make install
same "installed twice" "$installed" "$(files)"
do_make uninstall
same "uninstalled" "" "$(files)"

do_make install
echo 'services: ();' >"$image$sysconfdir/lvs.conf"
do_make install
same "over a changed lvs.conf" "services: ();" "$(cat "$image$sysconfdir/lvs.conf")"
same "the sample" "" "$(diff "${top_srcdir:-.}/etc/lvs.conf" "$image$sysconfdir/lvs.conf.sample")"
do_make uninstall
same "uninstalled, with a changed lvs.conf" "644 ETC/lvs.conf" "$(files)"
