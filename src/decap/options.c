// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options are read one by one into lists, which are checked as a whole when all are known, and then become the tables
 * that packets are looked up in.
 */
#include "decap/options.h"

#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prefix_map.h"
#include "engine/tunnel.h"
#include "sys/addrtext.h"

static int bad(char *message, const char *option, const char *text, const char *why)
{
	(void)snprintf(message, LVS_DECAP_MESSAGE_MAX, "--%s: \"%s\" %s", option, text, why);
	return -EINVAL;
}

static int add_prefix(char *message, const char *option, const char *text, struct lvs_prefix *list, size_t *n)
{
	struct lvs_prefix prefix;
	bool exact;
	int err = lvs_prefix_parse(text, &prefix, &exact);

	if (err)
		return bad(message, option, text, err == -ERANGE ? "has no length from 0 to 32, or 128 for IPv6"
								 : "is neither an address nor a network");
	if (!exact)
		return bad(message, option, text, "has bits behind its length");
	if (*n == LVS_DECAP_PREFIXES_MAX)
		return bad(message, option, text, "is one too many: 256 are the limit");
	list[(*n)++] = prefix;
	return 0;
}

/* An allow-list that allows nothing would be a riddle later. */
static int add_vip(char *message, const char *text, struct lvs_decap_options *options)
{
	const struct lvs_prefix *prefix = &options->vips[options->nvips];
	int err = add_prefix(message, "vip", text, options->vips, &options->nvips);

	if (err)
		return err;
	if (prefix->bits == LVS_PREFIX_HOST && (!lvs_addr_is_unicast(&prefix->addr) ||
						lvs_addr_is_loopback(&prefix->addr) || lvs_addr_is_linklocal6(&prefix->addr)))
		return bad(message, "vip", text, "is no address that clients can reach");
	return 0;
}

static int add_listen(char *message, const char *text, struct lvs_decap_options *options)
{
	struct lvs_addr addr;

	if (lvs_addr_parse(text, &addr))
		return bad(message, "listen", text, "is no address");
	if (!lvs_addr_is_unicast(&addr) || lvs_addr_is_linklocal6(&addr))
		return bad(message, "listen", text, "is no address of one host (leave the option out for all addresses)");
	if (options->nlisten == LVS_DECAP_LISTEN_MAX)
		return bad(message, "listen", text, "is one too many: 8 are the limit");
	options->listen[options->nlisten++] = addr;
	return 0;
}

/* Names separated by commas. */
static int add_types(char *message, const char *text, struct lvs_decap_options *options)
{
	for (const char *at = text;;) {
		size_t len = strcspn(at, ",");
		char name[8] = "";
		const struct lvs_tunnel_ops *tunnel;

		if (len < sizeof(name))
			memcpy(name, at, len);
		tunnel = lvs_tunnel_find(name);
		if (!tunnel)
			return bad(message, "type", text, "is not made of ipip, gre and gue, separated by commas");
		options->types |= 1U << tunnel->index;
		if (!at[len])
			return 0;
		at += len + 1;
	}
}

static int set_port(char *message, const char *text, struct lvs_decap_options *options)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || value == 0 || value > UINT16_MAX)
		return bad(message, "port", text, "is no number from 1 to 65535");
	options->port = (uint16_t)value;
	return 0;
}

static int set_device(char *message, const char *text, struct lvs_decap_options *options)
{
	size_t len = strlen(text);

	/* No pattern for the kernel to fill in, and no way out of /proc/sys/net. */
	if (len == 0 || len >= IFNAMSIZ || strpbrk(text, "/%: \t\n") || !strcmp(text, ".") || !strcmp(text, ".."))
		return bad(message, "device", text, "is no name for a network device");
	options->device = text;
	return 0;
}

/* Return: 0 or -ENOMEM */
static int make_map(const struct lvs_prefix *prefixes, size_t n, struct lvs_prefix_map **ret_map)
{
	struct lvs_prefix_entry *entries = calloc(n, sizeof(*entries));
	size_t kept = 0;
	int err;

	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		entries[i] = (struct lvs_prefix_entry){ .addr = prefixes[i].addr, .bits = prefixes[i].bits, .value = 1 };
	lvs_prefix_entries_sort(entries, n);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || lvs_prefix_entry_order(&entries[kept - 1], &entries[i]) != 0)
			entries[kept++] = entries[i];
	err = lvs_prefix_map_new(entries, kept, ret_map);
	free(entries);
	return err;
}

static int finish(char *message, struct lvs_decap_options *options)
{
	int err;

	if (!options->nvips) {
		(void)snprintf(message, LVS_DECAP_MESSAGE_MAX,
			       "no --vip: nothing would be let in; give each virtual address of this server");
		return -EINVAL;
	}
	if (!options->types)
		options->types = 1U << LVS_TUNNEL_INDEX_ipip;
	if (options->types & 1U << LVS_TUNNEL_INDEX_gue) {
		options->rules.port = LVS_BE16(options->port ? options->port : LVS_DECAP_PORT);
	} else if (options->port) {
		(void)snprintf(message, LVS_DECAP_MESSAGE_MAX, "--port is for gue, which is not among --type");
		return -EINVAL;
	}
	err = make_map(options->vips, options->nvips, &options->rules.vips);
	if (!err && options->nfrom)
		err = make_map(options->from, options->nfrom, &options->rules.from);
	if (err)
		(void)snprintf(message, LVS_DECAP_MESSAGE_MAX, "%s", strerror(-err));
	return err;
}

static int take(int option, char *message, struct lvs_decap_options *options)
{
	switch (option) {
	case 'v':
		return add_vip(message, optarg, options);
	case 'f':
		return add_prefix(message, "from", optarg, options->from, &options->nfrom);
	case 'l':
		return add_listen(message, optarg, options);
	case 't':
		return add_types(message, optarg, options);
	case 'p':
		return set_port(message, optarg, options);
	case 'd':
		return set_device(message, optarg, options);
	case 'V':
		options->action = LVS_DECAP_VERSION;
		return 0;
	case 'h':
		options->action = LVS_DECAP_HELP;
		return 0;
	default:	/* getopt_long() has said what is wrong */
		return -EINVAL;
	}
}

int lvs_decap_options_parse(int argc, char *argv[], char message[LVS_DECAP_MESSAGE_MAX],
			    struct lvs_decap_options *ret_options)
{
	static const struct option names[] = {
		{ "vip", required_argument, NULL, 'v' },    { "type", required_argument, NULL, 't' },
		{ "port", required_argument, NULL, 'p' },   { "listen", required_argument, NULL, 'l' },
		{ "from", required_argument, NULL, 'f' },   { "device", required_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },	    { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct lvs_decap_options *options = ret_options;
	int option, err;

	*options = (struct lvs_decap_options){ .device = LVS_DECAP_DEVICE };
	*message = '\0';
	while ((option = getopt_long(argc, argv, "v:t:p:l:f:d:Vh", names, NULL)) != -1) {
		err = take(option, message, options);
		if (err || options->action != LVS_DECAP_RUN)
			return err;
	}
	if (optind < argc) {
		(void)snprintf(message, LVS_DECAP_MESSAGE_MAX, "unexpected argument \"%s\"", argv[optind]);
		return -EINVAL;
	}
	return finish(message, options);
}

void lvs_decap_options_fini(struct lvs_decap_options *options)
{
	lvs_prefix_map_free(options->rules.vips);
	lvs_prefix_map_free(options->rules.from);
	options->rules = (struct lvs_decap_rules){ 0 };
}
