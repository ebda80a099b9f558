// SPDX-License-Identifier: GPL-2.0-or-later
/* Which keys a check of which type has, and what cannot be: a check that never could be up is an error of the file. */
#include "conf/check.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/errors.h"
#include "conf/keys.h"
#include "sys/addrtext.h"

/* The keys that every type has. */
static const char common[] = " type interval fast_interval timeout rise fall jitter start_spread source port via ";

/**
 * struct kind - a type
 * @keys:	that it has beside those of all, between blanks
 * @needs:	one of them that it cannot do without; NULL: none
 * @no_port:	what is asked is an address
 */
static const struct kind {
	const char *type, *keys, *needs;
	bool no_port;
} kinds[] = {
	{ "tcp", " ", NULL, false },
	{ "http", " method path host headers status body regex digest http_version ", NULL, false },
	{ "https", " method path host headers status body regex digest http_version sni verify ca pin ", NULL, false },
	{ "tls", " sni verify ca pin ", NULL, false },
	{ "ping", " ", NULL, true },
	{ "udp", " send expect ", NULL, false },
	{ "send_expect", " send_text expect_text expect_regex ", NULL, false },
	{ "dns", " query_type query_name answer ", NULL, false },
	{ "smtp", " helo_name ", NULL, false },
	{ "grpc", " grpc_service host tls sni verify ca pin ", NULL, false },
	{ "agent", " send_text ", NULL, false },
	{ "script", " command ", "command", false },
	{ "file", " file ", "file", true },
};

static const struct kind *find_kind(const char *type)
{
	for (size_t i = 0; type && i < ARRAY_LEN(kinds); i++)
		if (!strcmp(kinds[i].type, type))
			return &kinds[i];
	return NULL;
}

static bool has(const char *keys, const char *name)
{
	char word[40];

	(void)snprintf(word, sizeof(word), " %s ", name);
	return strstr(keys, word);
}

static const struct lvs_conf_where *place_of(const struct lvs_conf_key *key, const struct lvs_conf_check *check)
{
	return (const void *)((const char *)check + key->where);
}

static void check_keys(const struct kind *kind, const struct lvs_conf_check *check, struct lvs_conf_errors *errors)
{
	char hint[160];

	for (size_t i = 0; i < lvs_conf_check_group.nkeys; i++) {
		const struct lvs_conf_key *key = &lvs_conf_check_group.keys[i];
		bool given = !lvs_conf_key_unset(key, check);

		if (given && !has(common, key->name) && !has(kind->keys, key->name)) {
			if (kind->keys[1])
				(void)snprintf(hint, sizeof(hint), "beside those of all checks it has%.*s",
					       (int)strlen(kind->keys) - 1, kind->keys);
			else
				(void)snprintf(hint, sizeof(hint), "it has none beside those of all checks");
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, place_of(key, check), hint,
					    "\"%s\" is no key of a \"%s\" check", key->name, check->type);
		}
		/* One whose value was no good has had its error. */
		if (!given && !place_of(key, check)->line && kind->needs && !strcmp(kind->needs, key->name))
			lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->type_where, key->help,
					    "a \"%s\" check needs \"%s\"", check->type, key->name);
	}
}

static void check_times(const struct lvs_conf_check *check, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_where *where = check->timeout_where.line ? &check->timeout_where : &check->interval_where;
	char hint[80];

	if (check->timeout > check->interval) {
		(void)snprintf(hint, sizeof(hint), "answers may take as long as the \"interval\" at most, %g seconds",
			       check->interval / 1000.0);
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, hint, "\"timeout\" is longer than \"interval\"");
	}
	if (check->fast_interval > check->interval)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->fast_interval_where, "it is for asking sooner, not later",
				    "\"fast_interval\" is longer than \"interval\"");
}

static void check_trust(const struct kind *kind, const struct lvs_conf_check *check, struct lvs_conf_errors *errors)
{
	if (check->verify && has(kind->keys, "verify") && !*check->host && !*check->sni)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->verify_where,
				    has(kind->keys, "host") ? "give it a \"host\", or an \"sni\"" : "give it an \"sni\"",
				    "\"verify\" has no name that the certificate could be valid for");
	if (*check->ca && !check->verify)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->ca_where, "add \"verify = true\"",
				    "\"ca\" says whom to trust, and nothing is verified");
	if (!strcmp(check->type, "grpc") && !check->tls && (check->verify || *check->sni || *check->pin))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->type_where, "add \"tls = true\"",
				    "\"sni\", \"verify\" and \"pin\" are about TLS, and the check does without");
}

/* An answer of the type that is asked for has to be able to hold it. */
static void check_answer(const struct lvs_conf_check *check, struct lvs_conf_errors *errors)
{
	const char *type = check->query_type ? check->query_type : "";
	struct lvs_addr addr;

	if (!*check->answer || strcmp(check->type, "dns") != 0)
		return;
	if ((!strcmp(type, "A") && (lvs_addr_parse(check->answer, &addr) || !lvs_addr_is4(&addr))) ||
	    (!strcmp(type, "AAAA") && (lvs_addr_parse(check->answer, &addr) || lvs_addr_is4(&addr))))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->answer_where, "such a record holds an address of its family",
				    "\"%s\" cannot be in a record of type %s", check->answer, type);
}

/* What would be waited for in vain. */
static void check_sense(const struct lvs_conf_check *check, struct lvs_conf_errors *errors)
{
	if (!strcmp(check->type, "udp") && *check->expect && !*check->send)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->expect_where, "add \"send\"",
				    "\"expect\" without \"send\": servers answer what they are sent");
	if (!strcmp(check->method, "HEAD") && (*check->body || *check->regex || *check->digest))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->method_where, "use \"GET\"",
				    "the answer to \"HEAD\" has no body");
	check_answer(check, errors);
}

/* libcurl may have been built without some things; a check that needs them would never be up. */
static void check_library(const struct lvs_conf_check *check, struct lvs_conf_errors *errors)
{
	int features = curl_version_info(CURLVERSION_NOW)->features;

	if ((!strcmp(check->type, "https") || !strcmp(check->type, "tls") || check->tls) && !(features & CURL_VERSION_SSL))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->type_where, "install one that has",
				    "this system's libcurl has no TLS for a \"%s\" check", check->type);
	if (!strcmp(check->type, "grpc") && !(features & CURL_VERSION_HTTP2))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->type_where, "install one that has",
				    "this system's libcurl has no HTTP/2 for a \"grpc\" check");
	if (check->http_version && !strcmp(check->http_version, "2") && !(features & CURL_VERSION_HTTP2))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->http_version_where, "use \"1.1\"",
				    "this system's libcurl has no HTTP/2");
}

/* What does not depend on the server. */
static void check_one(const struct lvs_conf_check *check, struct lvs_conf_errors *errors)
{
	const struct kind *kind = find_kind(check->type);

	/* One whose type could not be read has had its error. */
	if (!check->type_where.line || !kind)
		return;
	check_keys(kind, check, errors);
	check_times(check, errors);
	check_trust(kind, check, errors);
	check_sense(check, errors);
	check_library(check, errors);
	if (kind->no_port && check->port)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->port_where, "remove it",
				    "a \"%s\" check has no port", check->type);
}

/* @said: a complaint about the service's own check is made once, not for each of its servers. */
static void check_at(const struct lvs_conf_check *check, const struct lvs_conf_server *server, bool *said,
		     struct lvs_conf_errors *errors)
{
	const struct kind *kind = find_kind(check->type);
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (*said || !check->type_where.line || !kind || lvs_addr_is_any(&server->addr) || check->via == LVS_CONF_VIA_VIP)
		return;
	if (!kind->no_port && !check->port && !server->port) {
		*said = true;
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->type_where, "give the check a \"port\"",
				    "server %s has no port of its own that a \"%s\" check could ask",
				    lvs_endpoint_format(&server->addr, 0, text), check->type);
	}
	if (!lvs_addr_is_any(&check->source) && lvs_addr_is4(&check->source) != lvs_addr_is4(&server->addr)) {
		*said = true;
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &check->source_where, "give the server a check of its own",
				    "\"source\" is %s and server %s is not", lvs_addr_is4(&check->source) ? "IPv4" : "IPv6",
				    lvs_endpoint_format(&server->addr, server->port, text));
	}
}

static void check_needed(uint32_t needed, size_t n, const struct lvs_conf_where *where, struct lvs_conf_errors *errors)
{
	if (where->line && needed != LVS_CONF_CHECKS_ALL && needed > n)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, where, "write \"all\", \"any\" or a smaller number",
				    "\"checks_needed\" is %u, and there %s %zu", needed, n == 1 ? "is" : "are", n);
}

static void check_server(const struct lvs_conf_service *service, const struct lvs_conf_server *server, bool *said,
			 struct lvs_conf_errors *errors)
{
	size_t n = server->ncheck + server->nchecks;
	bool own = false;

	for (size_t i = 0; i < server->ncheck; i++) {
		check_one(&server->check[i], errors);
		check_at(&server->check[i], server, &own, errors);
	}
	for (size_t i = 0; i < server->nchecks; i++) {
		check_one(&server->checks[i], errors);
		check_at(&server->checks[i], server, &own, errors);
	}
	for (size_t i = 0; !n && i < service->ncheck; i++)
		check_at(&service->check[i], server, said, errors);
	for (size_t i = 0; !n && i < service->nchecks; i++)
		check_at(&service->checks[i], server, said, errors);
	check_needed(server->checks_needed, n ? n : service->ncheck + service->nchecks, &server->checks_needed_where, errors);
}

void lvs_conf_check_health(const struct lvs_conf_service *service, struct lvs_conf_errors *errors)
{
	size_t n = service->ncheck + service->nchecks;
	bool said = false;

	for (size_t i = 0; i < service->ncheck; i++)
		check_one(&service->check[i], errors);
	for (size_t i = 0; i < service->nchecks; i++)
		check_one(&service->checks[i], errors);
	check_needed(service->checks_needed, n, &service->checks_needed_where, errors);
	for (size_t i = 0; i < service->nservers; i++)
		check_server(service, &service->servers[i], &said, errors);
	if (service->quorum_hysteresis && service->quorum_hysteresis >= service->quorum)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &service->quorum_hysteresis_where,
				    "as keepalived does; a quorum that can be lost is larger",
				    "\"quorum_hysteresis\" is as large as \"quorum\", and counts as %u", service->quorum - 1);
	if (service->min_servers > service->nservers && service->nservers)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &service->min_servers_where, "then no check takes any of them out",
				    "\"min_servers\" is %u, and service \"%s\" has %zu", service->min_servers, service->name,
				    service->nservers);
}
