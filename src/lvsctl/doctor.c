// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor: looks for the mistakes that everybody makes once with LVS, and says how each is mended. It examines the running
 * configuration if lvsd answers, else the file; it changes nothing.
 */
#include "lvsctl/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/errors.h"
#include "lvsctl/api.h"
#include "lvsctl/doctor/doctor.h"
#include "lvsctl/object.h"
#include "lvsctl/table.h"

#define DEFAULT_CONFIG LVS_SYSCONFDIR "/lvs.conf"

/* In the order in which they are told. */
static const struct {
	const char *name, *fine;
} checks[] = {
	{ "configuration", "the configuration is valid" },
	{ "daemon", "lvsd answers" },
	{ "tun", "/dev/net/tun can be opened" },
	{ "device", "the device is there, and up" },
	{ "queue", "its queue takes a burst" },
	{ "mtu", "its MTU is the configuration's" },
	{ "forwarding", "the kernel forwards packets" },
	{ "rp-filter", "no reverse-path filter drops clients' packets" },
	{ "accept-local", "packets from local addresses are taken" },
	{ "vip-route", "requests are led to the device" },
	{ "local-vip", "the local table takes no virtual address away" },
	{ "proxy", "somebody answers for virtual addresses on attached networks" },
	{ "return-route", "replies of masqueraded servers are led to the device" },
	{ "server-route", "real servers can be reached" },
	{ "network", "the network is in order otherwise" },
	{ "arp", "nobody else answers for a virtual address" },
	{ "same-network", "no masqueraded server shares its clients' network" },
	{ "redirects", "nobody is redirected past the director" },
	{ "tunnel-mtu", "tunnels take clients' packets whole" },
	{ "kernel-ipvs", "the kernel's IPVS has none of the services" },
	{ "conntrack", "netfilter's table has room" },
	{ "servers", "each service has a server that takes connections" },
	{ "connections", "the table of connections has room" },
};

void lvs_doctor_find(struct lvs_doctor *doctor, const char *check, const char *fix, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	(void)json_array_append_new(doctor->findings, json_pack("{s:s, s:b, s:s, s:s}", "check", check, "ok", 0, "text",
								text ? text : "", "fix", fix));
	free(text);
}

void lvs_doctor_skip(struct lvs_doctor *doctor, const char *check, const char *why)
{
	(void)json_array_append_new(doctor->findings,
				    json_pack("{s:s, s:n, s:s, s:s}", "check", check, "ok", "text", why, "fix", ""));
}

/* What a failure of the file says, in one line, and the command that says all of it. */
static void find_errors(struct lvs_doctor *doctor, const struct lvs_conf_errors *errors, const char *path)
{
	char line[700], fix[300];

	(void)snprintf(fix, sizeof(fix), "lvsctl config check %s", path);
	for (size_t i = 0; i < errors->n; i++)
		if (errors->list[i].severity == LVS_CONF_ERROR)
			lvs_doctor_find(doctor, "configuration", fix, "%s", lvs_conf_errors_line(errors, i, line, sizeof(line)));
}

/* What lvsd runs with. Return: it, or NULL */
static struct lvs_conf *running_conf(struct lvs_ctl *ctl)
{
	const struct lvs_request request = { .method = "GET", .path = "/v1/config" };
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;
	struct lvs_answer answer;

	if (!lvs_client_call(ctl->client, &request, &answer) && answer.text &&
	    lvs_conf_parse(answer.text, strlen(answer.text), "running configuration", &errors, &conf))
		conf = NULL;
	lvs_answer_fini(&answer);
	return conf;
}

static void ask_daemon(struct lvs_doctor *doctor)
{
	const struct lvs_request services = { .method = "GET", .path = "/v1/services" }, state = { .method = "GET", .path = "/v1/status" };
	struct lvs_answer answer;

	if (lvs_client_call(doctor->ctl->client, &services, &answer))
		lvs_doctor_find(doctor, "daemon", answer.problem.failure == LVS_FAILURE_PERMISSION ? "" : "systemctl start lvsd", "%s",
				answer.problem.message);
	else
		doctor->services = json_incref(json_object_get(answer.json, "services"));
	lvs_answer_fini(&answer);
	if (doctor->services && !lvs_client_call(doctor->ctl->client, &state, &answer))
		doctor->status = json_incref(answer.json);
	if (doctor->services)
		lvs_answer_fini(&answer);
}

/* Return: what to examine; NULL when there is nothing, which is a finding */
static struct lvs_conf *find_conf(struct lvs_doctor *doctor)
{
	const char *path = doctor->ctl->options[LVS_OPTION_file];
	struct lvs_conf_errors errors;
	struct lvs_conf *conf = NULL;

	if (!path && doctor->services)
		conf = running_conf(doctor->ctl);
	if (conf)
		return conf;
	path = path ? path : DEFAULT_CONFIG;
	if (lvs_conf_load(path, &errors, &conf)) {
		find_errors(doctor, &errors, path);
		return NULL;
	}
	return conf;
}

static void print_finding(const struct lvs_ctl *ctl, const json_t *finding)
{
	bool skipped = json_is_null(json_object_get(finding, "ok"));

	lvs_put(ctl, skipped ? LVS_YELLOW : LVS_RED, "%-4s", skipped ? "?" : "BAD");
	printf("  %-13s  %s\n", lvs_api_text(finding, "check"), lvs_api_text(finding, "text"));
	if (*lvs_api_text(finding, "fix"))
		printf("      mend it:      %s\n", lvs_api_text(finding, "fix"));
}

static void print(struct lvs_doctor *doctor)
{
	json_t *finding;
	size_t i;

	for (size_t check = 0; check < ARRAY_LEN(checks); check++) {
		bool any = false;

		json_array_foreach(doctor->findings, i, finding) {
			if (strcmp(lvs_api_text(finding, "check"), checks[check].name) != 0)
				continue;
			any = true;
			print_finding(doctor->ctl, finding);
		}
		if (any || !doctor->conf)
			continue;
		lvs_put(doctor->ctl, LVS_GREEN, "%-4s", "ok");
		printf("  %-13s  %s\n", checks[check].name, checks[check].fine);
	}
}

/* All checks, those that are fine too. */
static void print_json(struct lvs_doctor *doctor, bool healthy)
{
	json_t *finding, *whole;
	size_t i;

	for (size_t check = 0; check < ARRAY_LEN(checks) && doctor->conf; check++) {
		bool any = false;

		json_array_foreach(doctor->findings, i, finding)
			any = any || !strcmp(lvs_api_text(finding, "check"), checks[check].name);
		if (!any)
			(void)json_array_append_new(doctor->findings,
						    json_pack("{s:s, s:b, s:s, s:s}", "check", checks[check].name, "ok",
							      1, "text", checks[check].fine, "fix", ""));
	}
	whole = json_pack("{s:b, s:O}", "ok", healthy, "checks", doctor->findings);
	(void)lvs_api_print(whole);
	json_decref(whole);
}

static bool is_healthy(const struct lvs_doctor *doctor)
{
	json_t *finding;
	size_t i;

	json_array_foreach(doctor->findings, i, finding)
		if (json_is_false(json_object_get(finding, "ok")))
			return false;
	return true;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	struct lvs_doctor doctor = { .ctl = ctl };
	struct lvs_conf *conf;
	bool healthy;
	int status = lvs_api_open(ctl);

	(void)args;
	(void)n;
	if (status)
		return status;
	doctor.findings = json_array();
	ask_daemon(&doctor);
	conf = find_conf(&doctor);
	doctor.conf = conf;
	if (conf) {
		lvs_doctor_host(&doctor);
		lvs_doctor_paths(&doctor);
		lvs_doctor_arp(&doctor);
		lvs_doctor_services(&doctor);
	}
	healthy = is_healthy(&doctor);
	if (lvs_ctl_given(ctl, LVS_OPTION_json))
		print_json(&doctor, healthy);
	else
		print(&doctor);
	lvs_conf_free(conf);
	json_decref(doctor.services);
	json_decref(doctor.status);
	json_decref(doctor.findings);
	return healthy ? LVS_EXIT_OK : LVS_EXIT_FAILED;
}

const struct lvs_command lvs_command_doctor = {
	.name = "doctor",
	.args = "",
	.help = "find mistakes in the set-up, each with the command that mends it",
	.detail = "It examines what lvsd runs with, or FILE, and this host, and changes nothing. Who else answers for a virtual address\n"
		  "can be asked as root only. Exit status 1: something is wrong.\n",
	.options = LVS_OPTION_BIT(json) | LVS_OPTION_BIT(file),
	.run = run,
};
