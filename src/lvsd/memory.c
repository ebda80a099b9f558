// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line is "SERVICE SERVER VERDICT [maintenance]": ids of the API, then "up", "down" or "unknown". Servers in maintenance
 * by command come first, so that where the room ends it is verdicts that are forgotten, which checks find out anew.
 */
#include "lvsd/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "control/id.h"
#include "control/walk.h"
#include "sys/writer.h"

#define KEY_BYTES (LVS_ID_BYTES + LVS_ENDPOINT_TEXT_BYTES)

/* @key: "SERVICE SERVER", borrowed from the text */
struct lvs_memory_line {
	const char *key;
	enum lvs_health_state verdict;
	bool maintenance;
};

static int by_key(const void *a, const void *b)
{
	const struct lvs_memory_line *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static bool parse_line(char *text, struct lvs_memory_line *ret_line)
{
	char *server = strchr(text, ' '), *verdict = server ? strchr(server + 1, ' ') : NULL, *more;

	if (!verdict)
		return false;
	*verdict++ = '\0';
	more = strchr(verdict, ' ');
	if (more)
		*more++ = '\0';
	if (more && strcmp(more, "maintenance") != 0)
		return false;
	*ret_line = (struct lvs_memory_line){ .key = text, .maintenance = more };
	for (enum lvs_health_state state = LVS_HEALTH_UNKNOWN; state <= LVS_HEALTH_UP; state++) {
		ret_line->verdict = state;
		if (!strcmp(verdict, lvs_health_names[state]))
			return true;
	}
	return false;
}

static int parse(struct lvs_memory *memory)
{
	char *at = memory->text, *end;

	for (; (end = strchr(at, '\n')); at = end + 1) {
		*end = '\0';
		if (!parse_line(at, &memory->lines[memory->n]))
			return -EINVAL;
		memory->n++;
	}
	return *at ? -EINVAL : 0;
}

int lvs_memory_init(struct lvs_memory *memory, char *text, size_t len)
{
	size_t lines = 0;
	int err;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	*memory = (struct lvs_memory){ .text = text, .lines = calloc(lines + 1, sizeof(*memory->lines)) };
	err = !memory->lines ? -ENOMEM : strlen(text) != len ? -EINVAL : parse(memory);
	if (err)
		lvs_memory_fini(memory);
	else
		qsort(memory->lines, memory->n, sizeof(*memory->lines), by_key);
	return err;
}

void lvs_memory_fini(struct lvs_memory *memory)
{
	free(memory->lines);
	free(memory->text);
	*memory = (struct lvs_memory){ .n = 0 };
}

static const char *key_of(const struct lvs_conf_service *service, const struct lvs_conf_server *server, char buf[KEY_BYTES])
{
	const struct lvs_service_key key = lvs_walk_key(service);
	size_t n = strlen(lvs_id_service(&key, &service->ports, buf));

	buf[n++] = ' ';
	(void)lvs_id_end(&server->addr, LVS_BE16(server->port), buf + n);
	return buf;
}

static const struct lvs_memory_line *find(const struct lvs_memory *memory, const struct lvs_conf_service *service,
					  const struct lvs_conf_server *server)
{
	char buf[KEY_BYTES];
	struct lvs_memory_line line = { .key = NULL };

	if (!memory->n)
		return NULL;
	line.key = key_of(service, server, buf);
	return bsearch(&line, memory->lines, memory->n, sizeof(line), by_key);
}

enum lvs_health_state lvs_memory_verdict(const struct lvs_memory *memory, const struct lvs_conf_service *service,
					 const struct lvs_conf_server *server)
{
	const struct lvs_memory_line *line = find(memory, service, server);

	return line ? line->verdict : LVS_HEALTH_UNKNOWN;
}

size_t lvs_memory_maintain(const struct lvs_memory *memory, struct lvs_conf *conf)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->nservices && memory->n; i++) {
		for (size_t k = 0; k < conf->services[i].nservers; k++) {
			struct lvs_conf_server *server = &conf->services[i].servers[k];
			const struct lvs_memory_line *line = find(memory, &conf->services[i], server);

			if (!line || !line->maintenance)
				continue;
			server->maintenance = server->commanded = true;
			n++;
		}
	}
	return n;
}

/* Those that are in maintenance by command, or all others. */
static void write_some(struct lvs_writer *writer, const struct lvs_conf *conf, const uint8_t *verdicts, bool commanded, size_t max)
{
	char buf[KEY_BYTES];
	size_t at = 0;

	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];

		for (size_t k = 0; k < service->nservers; k++, at++) {
			const struct lvs_conf_server *server = &service->servers[k];
			uint8_t verdict = verdicts ? verdicts[at] : LVS_HEALTH_UNKNOWN;
			const char *more = commanded ? " maintenance\n" : "\n", *name = lvs_health_names[verdict];

			if (server->commanded != commanded || (!commanded && verdict == LVS_HEALTH_UNKNOWN))
				continue;
			(void)key_of(service, server, buf);
			if (writer->len + strlen(buf) + 1 + strlen(name) + strlen(more) > max)
				continue;
			lvs_writer_text(writer, buf);
			lvs_writer_char(writer, ' ');
			lvs_writer_text(writer, name);
			lvs_writer_text(writer, more);
		}
	}
}

void lvs_memory_write(struct lvs_writer *writer, const struct lvs_conf *conf, const uint8_t *verdicts, size_t max)
{
	write_some(writer, conf, verdicts, true, max);
	write_some(writer, conf, verdicts, false, max);
}
