# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for lvsctl(8); made by make.sh.

complete -c lvsctl -f
complete -c lvsctl -n __fish_use_subcommand -s h -l help -d 'print help'
complete -c lvsctl -n __fish_use_subcommand -s V -l version -d 'print the version'
complete -c lvsctl -n __fish_use_subcommand -a config -d 'look at the configuration'
complete -c lvsctl -n '__fish_seen_subcommand_from config' -l socket -s s -r -d 'where lvsd listens; else $LVSD_SOCKET, else /run/lvsd/control.sock'
complete -c lvsctl -n '__fish_seen_subcommand_from config' -l help -s h -d 'print this, then exit'
complete -c lvsctl -n '__fish_seen_subcommand_from config' -F
complete -c lvsctl -n __fish_use_subcommand -a import -d 'lvs.conf from another program\'s configuration'
complete -c lvsctl -n '__fish_seen_subcommand_from import' -l socket -s s -r -d 'where lvsd listens; else $LVSD_SOCKET, else /run/lvsd/control.sock'
complete -c lvsctl -n '__fish_seen_subcommand_from import' -l help -s h -d 'print this, then exit'
complete -c lvsctl -n '__fish_seen_subcommand_from import' -l id -r -d 'keepalived\'s config id, for lines that begin with "@ID"; the host\'s name if it is not given'
complete -c lvsctl -n '__fish_seen_subcommand_from import' -l dip -r -d 'the director\'s own address, for tunnels; with a comma and another one for IPv6'
complete -c lvsctl -n '__fish_seen_subcommand_from import' -F
complete -c lvsctl -n '__fish_seen_subcommand_from import' -a 'ipvsadm keepalived piranha'
