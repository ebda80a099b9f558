// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands in the braces of a virtual server and of its real servers: a table each, from keyword to what to do. Which
 * scheduler it is must be known before its flags are, and all of the virtual server before its real servers are, so the
 * statements are walked three times.
 */
#include "lvsctl/import/keepalived.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "lvsctl/import/programs.h"
#include "lvsctl/import/words.h"
#include "sys/addrtext.h"

static const char *word(const struct lvs_keepalived_node *node, size_t i)
{
	return lvs_keepalived_word(node, i);
}

static void set_scheduler(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	at->service->conf.scheduler = lvs_import_scheduler(word(node, 1));
	if (at->service->conf.scheduler) {
		lvs_keepalived_done(at->import, node, "scheduler");
	} else {
		at->service->conf.scheduler = "wlc";
		lvs_keepalived_near(at->import, node, "wlc, since lvsd has no such scheduler");
	}
}

static void set_flag(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	const char *why = lvs_import_flag(&at->service->conf, word(node, 0));

	if (why)
		lvs_keepalived_left(at->import, node, why);
	else
		lvs_keepalived_done(at->import, node, "scheduler_flags");
}

/* "NAT", "DR", or "TUN type gue port 6080 csum". Return: whether it is one */
static bool read_method(const struct lvs_keepalived_node *node, size_t i, const char **ret_forward,
			struct lvs_conf_tunnel *ret_tunnel)
{
	static const char *const types[] = { "ipip", "gre", "gue" };
	struct lvs_conf_tunnel tunnel = { .type = "ipip" };
	uint64_t port;

	if (!strcasecmp(word(node, i), "NAT"))
		*ret_forward = "masq";
	else if (!strcasecmp(word(node, i), "DR"))
		*ret_forward = "droute";
	else if (strcasecmp(word(node, i), "TUN") != 0)
		return false;
	if (strcasecmp(word(node, i), "TUN") != 0)
		return i + 1 >= node->nwords;
	for (i++; i < node->nwords; i++) {
		const char *text = node->words[i];
		bool known = !strcmp(text, "type");

		for (size_t j = 0; j < ARRAY_LEN(types); j++)
			if (!strcmp(types[j], text)) {
				tunnel.type = types[j];
				known = true;
			}
		if (!strcmp(text, "port")) {
			if (!lvs_import_number(word(node, ++i), 1, UINT16_MAX, &port))
				return false;
			tunnel.port = (uint32_t)port;
		} else if (!strcmp(text, "nocsum") || !strcmp(text, "csum") || !strcmp(text, "remcsum")) {
			tunnel.csum = *text == 'n' ? LVS_CONF_NOCSUM : *text == 'c' ? LVS_CONF_CSUM : LVS_CONF_REMCSUM;
		} else if (!known) {
			return false;
		}
	}
	tunnel.on = strcmp(tunnel.type, "ipip") != 0;
	*ret_forward = "tunnel";
	*ret_tunnel = tunnel;
	return true;
}

static void set_method(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	if (read_method(node, 1, &at->service->conf.forward, &at->service->conf.tunnel))
		lvs_keepalived_done(at->import, node, "forward");
	else
		lvs_keepalived_bad(at->import, node, "no forwarding method");
}

static void set_ops(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	at->service->conf.one_packet = at->service->conf.protocol == IPPROTO_UDP;
	if (at->service->conf.one_packet)
		lvs_keepalived_done(at->import, node, "one_packet");
	else
		lvs_keepalived_left(at->import, node, "lvsd schedules single packets of UDP services");
}

static void be_persistent(struct lvs_keepalived_place *at, uint64_t seconds)
{
	at->service->conf.persistent.on = true;
	at->service->conf.persistent.timeout = (uint32_t)seconds;
}

static void set_persistence(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	uint64_t seconds = 360;

	if (node->nwords > 1 && !lvs_import_number(word(node, 1), 0, 2678400, &seconds)) {
		lvs_keepalived_bad(at->import, node, "no number of seconds");
		return;
	}
	/* keepalived takes 0 for "not persistent". */
	if (seconds)
		be_persistent(at, seconds);
	lvs_keepalived_done(at->import, node, seconds ? "persistent" : "not persistent");
}

static void set_granularity(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	if (!lvs_import_netmask(&at->service->conf, word(node, 1))) {
		lvs_keepalived_bad(at->import, node, "no mask of addresses");
		return;
	}
	if (!at->service->conf.persistent.on)
		be_persistent(at, 360);
	lvs_keepalived_done(at->import, node, "persistent");
}

static void set_engine(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	const char *why = lvs_import_engine(&at->service->conf, word(node, 1));

	if (why)
		lvs_keepalived_left(at->import, node, why);
	else
		lvs_keepalived_done(at->import, node, "helper");
}

static void set_weight(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	uint64_t weight;

	if (!lvs_import_number(word(node, 1), 0, INT32_MAX, &weight)) {
		lvs_keepalived_bad(at->import, node, "no weight");
		return;
	}
	lvs_import_weight(at->import, node->at, weight, &at->weight);
	lvs_keepalived_done(at->import, node, "weight of servers that have none");
}

static void known_before(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	lvs_keepalived_done(at->import, node, word(node, 0));
}

static void set_later(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node, const char *key)
{
	uint64_t number;

	if (!lvs_import_number(word(node, 1), 0, UINT32_MAX, &number)) {
		lvs_keepalived_bad(at->import, node, "no number");
		return;
	}
	lvs_import_pair(at->import, &at->service->more, node->at, key, "%llu", (unsigned long long)number);
}

static void set_quorum(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	set_later(at, node, "quorum");
}

static void set_hysteresis(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	set_later(at, node, "quorum_hysteresis");
}

static void set_alpha(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	lvs_import_pair_text(at->import, &at->service->more, node->at, "initial", "down");
}

static void set_inhibit(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	lvs_import_pair_text(at->import, &at->service->more, node->at, "on_failure", "quiesce");
}

/* What is run, of "quorum_up COMMAND USER GROUP"; the note says who runs it here. */
static void set_hook(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	lvs_import_hook(at->import, &at->service->hooks, node->at,
			strcmp(word(node, 0), "quorum_up") ? "quorum_lost" : "quorum_gained", word(node, 1));
}

/* A sorry server is a real server as far as its address goes. Its forwarding method is said, since servers may have others. */
static void read_sorry(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	static const char *const csums[] = {
		[LVS_CONF_NOCSUM] = "nocsum", [LVS_CONF_CSUM] = "csum", [LVS_CONF_REMCSUM] = "remcsum",
	};
	const struct lvs_keepalived_node *sorry = lvs_keepalived_child(node, "sorry_server");
	const struct lvs_keepalived_node *method = lvs_keepalived_child(node, "sorry_server_lvs_method");
	const char *forward = at->service->conf.forward;
	struct lvs_conf_tunnel tunnel = at->service->conf.tunnel;
	char text[LVS_ENDPOINT_TEXT_BYTES], tunnel_text[100] = "";
	struct lvs_addr addr;
	uint16_t port = at->service->conf.port;

	if (method && !read_method(method, 1, &forward, &tunnel))
		lvs_keepalived_bad(at->import, method, "no forwarding method");
	if (!sorry)
		return;
	if (!lvs_import_address(at->import, sorry->at, word(sorry, 1), AF_UNSPEC, &addr) ||
	    (sorry->nwords > 2 && !lvs_import_port(word(sorry, 2), at->service->conf.protocol, &port))) {
		lvs_keepalived_bad(at->import, sorry, "no address and port");
		return;
	}
	if (lvs_addr_is_loopback(&addr)) {
		lvs_keepalived_near(at->import, sorry, LVS_IMPORT_LOOPBACK);
		forward = "local";
	}
	if (strcmp(forward, "masq") != 0)
		port = at->service->conf.port;
	if (!strcmp(forward, "tunnel") && tunnel.on)
		(void)snprintf(tunnel_text, sizeof(tunnel_text), " tunnel = { type = \"%s\"; port = %u; csum = \"%s\"; };",
			       tunnel.type, tunnel.port, csums[tunnel.csum]);
	lvs_import_pair(at->import, &at->service->more, sorry->at, "sorry_server", "{ address = \"%s\"; forward = \"%s\";%s }",
			lvs_endpoint_format(&addr, port, text), forward, tunnel_text);
	if (method)
		lvs_keepalived_done(at->import, method, "forward");
}

/* lvs.conf says of a whole service what becomes of servers that are down. */
static void read_inhibit(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	size_t servers = 0, inhibited = 0;

	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next)
		if (!strcmp(word(child, 0), "real_server")) {
			servers++;
			inhibited += lvs_keepalived_child(child, "inhibit_on_failure") != NULL;
		}
	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next) {
		const struct lvs_keepalived_node *inhibit = strcmp(word(child, 0), "real_server") ? NULL :
							    lvs_keepalived_child(child, "inhibit_on_failure");

		if (inhibit && inhibited == servers)
			lvs_import_pair_text(at->import, &at->service->more, inhibit->at, "on_failure", "quiesce");
		else if (inhibit && !lvs_keepalived_child(node, "inhibit_on_failure"))
			lvs_keepalived_left(at->import, inhibit, "of all servers of a service only: \"on_failure\"");
	}
}

/* What every server of a service is before a check has spoken. */
static void note_alpha(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	size_t checks = 0;

	for (size_t i = 0; i < at->service->nservers; i++)
		checks += at->service->servers[i].nchecks;
	if (checks && !lvs_keepalived_child(node, "alpha"))
		lvs_keepalived_near(at->import, node, "without \"alpha\" servers would be up until a check fails; here they are down until "
				    "one is good, see \"initial\"");
}

/* @turn: 3: what is read as a whole */
static const struct {
	const char *name;
	int turn;
	void (*set)(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node);
	const char *left;
} service_rows[] = {
	{ "lvs_sched", 1, set_scheduler, NULL },
	{ "lb_algo", 1, set_scheduler, NULL },
	{ "protocol", 1, known_before, NULL },
	{ "ip_family", 1, known_before, NULL },
	{ "persistence_timeout", 1, set_persistence, NULL },
	{ "lvs_method", 2, set_method, NULL },
	{ "lb_kind", 2, set_method, NULL },
	{ "ops", 2, set_ops, NULL },
	{ "sh-port", 2, set_flag, NULL },
	{ "sh-fallback", 2, set_flag, NULL },
	{ "mh-port", 2, set_flag, NULL },
	{ "mh-fallback", 2, set_flag, NULL },
	{ "flag-1", 2, set_flag, NULL },
	{ "flag-2", 2, set_flag, NULL },
	{ "flag-3", 2, set_flag, NULL },
	{ "persistence_granularity", 2, set_granularity, NULL },
	{ "persistence_engine", 2, set_engine, NULL },
	{ "weight", 2, set_weight, NULL },
	{ "quorum", 2, set_quorum, NULL },
	{ "hysteresis", 2, set_hysteresis, NULL },
	{ "alpha", 2, set_alpha, NULL },
	{ "inhibit_on_failure", 2, set_inhibit, NULL },
	{ "sorry_server", 3, NULL, NULL },
	{ "sorry_server_inhibit", 2, NULL, "the sorry server comes and goes as a whole" },
	{ "sorry_server_lvs_method", 3, NULL, NULL },
	{ "quorum_up", 2, set_hook, NULL },
	{ "quorum_down", 2, set_hook, NULL },
	{ "omega", 2, NULL, "no scripts are run when lvsd ends" },
	{ "ha_suspend", 2, NULL, "checks do not wait for the address" },
	{ "smtp_alert", 2, NULL, "lvsd sends no mail" },
	{ "snmp_name", 2, NULL, "there is no SNMP" },
};

static void set_service(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node, int turn)
{
	const char *name = word(node, 0);

	for (size_t i = 0; i < ARRAY_LEN(service_rows); i++) {
		if (strcmp(service_rows[i].name, name) != 0)
			continue;
		if (service_rows[i].turn != turn)
			return;
		if (service_rows[i].set)
			service_rows[i].set(at, node);
		else
			lvs_keepalived_left(at->import, node, service_rows[i].left);
		return;
	}
	if (turn != 2 || !strcmp(name, "real_server") || lvs_keepalived_check_setting(at->import, &at->checks, node))
		return;
	lvs_keepalived_left(at->import, node, "no statement of virtual servers that is known");
}

static bool set_number(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node, const char *name, uint32_t *member)
{
	uint64_t number;

	if (strcmp(word(node, 0), name) != 0)
		return false;
	if (!lvs_import_number(word(node, 1), 0, INT32_MAX, &number)) {
		lvs_keepalived_bad(at->import, node, "no number");
		return true;
	}
	if (!strcmp(name, "weight"))
		lvs_import_weight(at->import, node->at, number, member);
	else
		*member = (uint32_t)number;
	lvs_keepalived_done(at->import, node, name);
	return true;
}

static const struct {
	const char *name, *left;
} server_rows[] = {
	{ "smtp_alert", "lvsd sends no mail" },
	{ "snmp_name", "there is no SNMP" },
};

static void set_server(struct lvs_keepalived_place *at, struct lvs_import_server *server, struct lvs_import_pairs *checks,
		       const struct lvs_keepalived_node *node)
{
	struct lvs_conf_server *conf = &server->conf;
	const char *name = word(node, 0);

	if (set_number(at, node, "weight", &conf->weight) || set_number(at, node, "uthreshold", &conf->upper_threshold) ||
	    set_number(at, node, "lthreshold", &conf->lower_threshold))
		return;
	if (!strcmp(name, "lvs_method") || !strcmp(name, "lb_kind")) {
		if (read_method(node, 1, &conf->forward, &conf->tunnel))
			lvs_keepalived_done(at->import, node, "forward");
		else
			lvs_keepalived_bad(at->import, node, "no forwarding method");
		return;
	}
	if (!strcmp(name, "notify_up") || !strcmp(name, "notify_down")) {
		lvs_import_hook(at->import, &server->hooks, node->at, strcmp(name, "notify_up") ? "server_down" : "server_up",
				word(node, 1));
		return;
	}
	if (!strcmp(name, "inhibit_on_failure"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(server_rows); i++)
		if (!strcmp(server_rows[i].name, name)) {
			lvs_keepalived_left(at->import, node, server_rows[i].left);
			return;
		}
	if (node->block || lvs_keepalived_check_setting(at->import, checks, node))
		return;
	lvs_keepalived_left(at->import, node, "no statement of real servers that is known");
}

/* Ports that the forwarding method does not touch are the service's, and so is that of the director itself. */
static void fit_port(struct lvs_keepalived_place *at, struct lvs_conf_server *conf, const struct lvs_keepalived_node *node)
{
	uint16_t port = at->service->conf.port;

	if (lvs_addr_is_loopback(&conf->addr)) {
		conf->forward = "local";
		conf->port = port;
		lvs_keepalived_near(at->import, node, LVS_IMPORT_LOOPBACK);
		return;
	}
	if (!strcmp(conf->forward, "masq") || at->service->conf.mark || conf->port == port)
		return;
	conf->port = port;
	lvs_keepalived_near(at->import, node, "the service's port, which this forwarding method does not change");
}

static void add_server(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	struct lvs_import_pairs checks = { .n = 0 };
	struct lvs_import_server *server;
	struct lvs_addr addr;
	uint16_t port = at->service->conf.port;

	if (!lvs_import_address(at->import, node->at, word(node, 1), AF_UNSPEC, &addr) ||
	    (node->nwords > 2 && !lvs_import_port(word(node, 2), at->service->conf.protocol, &port))) {
		lvs_keepalived_bad(at->import, node, "no address and port");
		return;
	}
	if (!port)
		port = at->service->conf.port;
	if (lvs_import_find_server(at->service, &addr, port)) {
		lvs_keepalived_left(at->import, node, "there is this real server already");
		return;
	}
	server = lvs_import_add_server(at->import, at->service, node->at);
	if (!server)
		return;
	server->conf.addr = addr;
	server->conf.port = port;
	server->conf.weight = at->weight;
	server->conf.forward = at->service->conf.forward;
	server->conf.tunnel = at->service->conf.tunnel;
	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next)
		set_server(at, server, &checks, child);
	lvs_import_pairs_inherit(at->import, &checks, &at->checks);
	fit_port(at, &server->conf, node);
	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next)
		if (child->block && !lvs_keepalived_check(at, server, &checks, child))
			lvs_keepalived_left(at->import, child, "no block of real servers that is known");
	lvs_keepalived_done(at->import, node, "server");
	lvs_import_pairs_fini(&checks);
}

void lvs_keepalived_service(struct lvs_keepalived_place *at, const struct lvs_keepalived_node *node)
{
	for (int turn = 1; turn <= 2; turn++)
		for (const struct lvs_keepalived_node *child = node->children; child; child = child->next)
			set_service(at, child, turn);
	read_sorry(at, node);
	read_inhibit(at, node);
	if (!at->service->conf.port && !at->service->conf.mark && !at->service->conf.persistent.on) {
		be_persistent(at, 360);
		lvs_keepalived_near(at->import, node, "all ports, and so persistent");
	}
	for (const struct lvs_keepalived_node *child = node->children; child; child = child->next)
		if (!strcmp(word(child, 0), "real_server"))
			add_server(at, child);
	note_alpha(at, node);
}
