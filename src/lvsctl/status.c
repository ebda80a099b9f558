// SPDX-License-Identifier: GPL-2.0-or-later
/* status: how the daemon is. */
#include "lvsctl/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "lvsctl/api.h"
#include "lvsctl/table.h"

/* One line: what it is about, and what is to be said. */
static void put(const struct lvs_ctl *ctl, const char *what, enum lvs_colour colour, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
static void put(const struct lvs_ctl *ctl, const char *what, enum lvs_colour colour, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	lvs_put(ctl, LVS_BOLD, "%-12s", what);
	lvs_put(ctl, colour, "%s\n", text);
}

static const char *number(const struct lvs_ctl *ctl, const json_t *object, const char *key, char buf[LVS_NUMBER_BYTES])
{
	return lvs_number(ctl, (double)lvs_api_int(object, key), buf);
}

static void put_traffic(const struct lvs_ctl *ctl, const json_t *status)
{
	const json_t *packets = json_object_get(status, "packets"), *device = json_object_get(status, "device");
	const json_t *connections = json_object_get(status, "connections");
	long long used = lvs_api_int(connections, "used"), capacity = lvs_api_int(connections, "capacity");
	char n[6][LVS_NUMBER_BYTES];

	put(ctl, "Connections", capacity && used >= capacity / 10 * 9 ? LVS_RED : LVS_PLAIN, "%s of %s, %s templates%s",
	    number(ctl, connections, "used", n[0]), number(ctl, connections, "capacity", n[1]),
	    number(ctl, connections, "templates", n[2]), lvs_api_true(connections, "attack") ? ", under attack" : "");
	put(ctl, "Packets", LVS_PLAIN, "%s received, %s forwarded, %s passed, %s answered, %s dropped",
	    number(ctl, packets, "received", n[0]),
	    number(ctl, packets, "forwarded", n[1]), number(ctl, packets, "passed", n[2]), number(ctl, packets, "answered", n[3]),
	    number(ctl, packets, "dropped", n[4]));
	put(ctl, "Device", lvs_api_int(device, "queue_dropped") ? LVS_YELLOW : LVS_PLAIN, "%s, %s, MTU %lld; its queue dropped %s",
	    lvs_api_text(device, "name"), lvs_api_text(device, "type"), lvs_api_int(device, "mtu"),
	    number(ctl, device, "queue_dropped", n[0]));
}

static void put_objects(const struct lvs_ctl *ctl, const json_t *status)
{
	static const char *const states[] = { "up", "draining", "drained", "down", "maintenance", "unknown" };
	const json_t *services = json_object_get(status, "services"), *servers = json_object_get(status, "servers");
	long long live = lvs_api_int(services, "live"), total = lvs_api_int(services, "total");
	char text[200] = "";
	size_t at = 0;

	put(ctl, "Services", live < total ? LVS_RED : LVS_GREEN, "%lld, %lld live", total, live);
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (i == 0 || lvs_api_int(servers, states[i]))
			at += (size_t)snprintf(text + at, sizeof(text) - at, ", %lld %s", lvs_api_int(servers, states[i]),
					       states[i]);
	put(ctl, "Servers", lvs_api_int(servers, "up") < lvs_api_int(servers, "total") ? LVS_YELLOW : LVS_GREEN,
	    "%lld%s", lvs_api_int(servers, "total"), text);
}

/* What was changed last; the latest stands first. */
static void put_change(const struct lvs_ctl *ctl, const json_t *changes)
{
	const json_t *last = json_array_get(changes, 0);
	char ago[LVS_NUMBER_BYTES];

	if (!last)
		return;
	put(ctl, "Last change", lvs_api_true(last, "ok") ? LVS_PLAIN : LVS_RED, "%s, %s%s ago, %s%s%s",
	    lvs_api_text(last, "what"), lvs_seconds(ctl, (double)(time(NULL) - lvs_api_int(last, "time")), ago),
	    ctl->terminal ? "" : " seconds", lvs_api_true(last, "ok") ? "done" : "refused",
	    *lvs_api_text(last, "message") ? ": " : "", lvs_api_text(last, "message"));
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	char uptime[LVS_NUMBER_BYTES];
	json_t *status, *loop;
	int err = lvs_api_get(ctl, "/v1/status", &status);

	(void)args;
	(void)n;
	if (err)
		return err;
	if (lvs_ctl_given(ctl, LVS_OPTION_json)) {
		(void)lvs_api_print(status);
		json_decref(status);
		return LVS_EXIT_OK;
	}
	put(ctl, "lvsd", LVS_PLAIN, "%s, process %lld, up %s%s", lvs_api_text(status, "version"), lvs_api_int(status, "pid"),
	    lvs_seconds(ctl, lvs_api_number(status, "uptime"), uptime), ctl->terminal ? "" : " seconds");
	put(ctl, "Config", LVS_PLAIN, "%s, log level %s", lvs_api_text(status, "config"), lvs_api_text(status, "log_level"));
	put_change(ctl, json_object_get(status, "reloads"));
	put_objects(ctl, status);
	put_traffic(ctl, status);
	loop = json_object_get(status, "loop");
	put(ctl, "Loop", LVS_PLAIN, "p50 %lld us, p99 %lld us, longest %lld us of the last minute", lvs_api_int(loop, "p50_us"),
	    lvs_api_int(loop, "p99_us"), lvs_api_int(loop, "max_us"));
	json_decref(status);
	return LVS_EXIT_OK;
}

const struct lvs_command lvs_command_status = {
	.name = "status",
	.args = "",
	.help = "tell how lvsd is",
	.options = LVS_OPTION_BIT(json) | LVS_OPTION_BIT(raw) | LVS_OPTION_BIT(watch) | LVS_OPTION_BIT(count),
	.run = run,
};
