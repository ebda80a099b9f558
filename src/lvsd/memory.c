// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line is "SERVICE SERVER VERDICT [COMMAND...]": ids of the API, then "up", "down" or "unknown", then what was commanded:
 * "maintenance", "drain=TIMEOUT", "weight=WEIGHT/WEIGHT OF THE FILE". Servers of which something was come first, so that where
 * the room ends it is verdicts that are forgotten, which checks find out anew.
 */
#include "lvsd/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conf/conf.h"
#include "conf/edit.h"
#include "conf/keys.h"
#include "control/id.h"
#include "control/walk.h"
#include "sys/writer.h"

#define KEY_BYTES (LVS_ID_BYTES + LVS_ENDPOINT_TEXT_BYTES)

/* @key: "SERVICE SERVER", borrowed from the text */
struct lvs_memory_line {
	const char *key;
	enum lvs_health_state verdict;
	struct lvs_conf_commands commands;
};

static int by_key(const void *a, const void *b)
{
	const struct lvs_memory_line *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* Digits that make a value of the @key of a server. Return: what is behind them, or NULL */
static const char *parse_number(const char *text, const struct lvs_conf_key *key, uint32_t *ret_number)
{
	const char *at = text;
	int64_t number = 0;

	for (; *at >= '0' && *at <= '9' && number <= key->max; at++)
		number = number * 10 + *at - '0';
	if (at == text || number < key->min || number > key->max)
		return NULL;
	*ret_number = (uint32_t)number;
	return at;
}

static const char *parse_drain(const char *text, struct lvs_conf_commands *commands)
{
	const struct lvs_conf_key *drain = lvs_conf_group_find(&lvs_conf_server_group, "drain");

	commands->drain = true;
	return parse_number(text, lvs_conf_group_find(drain->group, "timeout"), &commands->drain_timeout);
}

static const char *parse_weight(const char *text, struct lvs_conf_commands *commands)
{
	const struct lvs_conf_key *weight = lvs_conf_group_find(&lvs_conf_server_group, "weight");
	const char *at = parse_number(text, weight, &commands->weight_value);

	commands->weight = true;
	return at && *at == '/' ? parse_number(at + 1, weight, &commands->weight_of_file) : NULL;
}

static const char *parse_maintenance(const char *text, struct lvs_conf_commands *commands)
{
	commands->maintenance = true;
	return text;
}

/* Words, each behind a blank. */
static bool parse_commands(const char *text, struct lvs_conf_commands *commands)
{
	static const struct {
		const char *word;
		const char *(*parse)(const char *text, struct lvs_conf_commands *commands);
	} words[] = { { " maintenance", parse_maintenance }, { " drain=", parse_drain }, { " weight=", parse_weight } };

	for (size_t i = 0; i < ARRAY_LEN(words) && text; i++)
		if (!strncmp(text, words[i].word, strlen(words[i].word)))
			text = words[i].parse(text + strlen(words[i].word), commands);
	return text && !*text;
}

static bool parse_line(char *text, struct lvs_memory_line *ret_line)
{
	char *server = strchr(text, ' '), *verdict = server ? strchr(server + 1, ' ') : NULL;

	if (!verdict)
		return false;
	*verdict++ = '\0';
	*ret_line = (struct lvs_memory_line){ .key = text };
	for (enum lvs_health_state state = LVS_HEALTH_UNKNOWN; state <= LVS_HEALTH_UP; state++) {
		size_t len = strlen(lvs_health_names[state]);

		if (strncmp(verdict, lvs_health_names[state], len) != 0)
			continue;
		ret_line->verdict = state;
		return parse_commands(verdict + len, &ret_line->commands);
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

size_t lvs_memory_command(const struct lvs_memory *memory, struct lvs_conf *conf)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->nservices && memory->n; i++) {
		for (size_t k = 0; k < conf->services[i].nservers; k++) {
			struct lvs_conf_server *server = &conf->services[i].servers[k];
			const struct lvs_memory_line *line = find(memory, &conf->services[i], server);

			if (line && lvs_conf_obey(server, &line->commands))
				n++;
		}
	}
	return n;
}

static void write_commands(struct lvs_writer *writer, const struct lvs_conf_commands *commands)
{
	if (commands->maintenance)
		lvs_writer_text(writer, " maintenance");
	if (commands->drain)
		lvs_writer_format(writer, " drain=%u", commands->drain_timeout);
	if (commands->weight)
		lvs_writer_format(writer, " weight=%u/%u", commands->weight_value, commands->weight_of_file);
}

/* Those of which something was commanded, or all others. */
static void write_some(struct lvs_writer *writer, const struct lvs_conf *conf, const uint8_t *verdicts, bool commanded, size_t max)
{
	char buf[KEY_BYTES];
	size_t at = 0;

	for (size_t i = 0; i < conf->nservices; i++) {
		const struct lvs_conf_service *service = &conf->services[i];

		for (size_t k = 0; k < service->nservers; k++, at++) {
			const struct lvs_conf_server *server = &service->servers[k];
			uint8_t verdict = verdicts ? verdicts[at] : LVS_HEALTH_UNKNOWN;
			size_t had = writer->len;

			if (lvs_conf_is_commanded(&server->commands) != commanded || (!commanded && verdict == LVS_HEALTH_UNKNOWN))
				continue;
			lvs_writer_text(writer, key_of(service, server, buf));
			lvs_writer_char(writer, ' ');
			lvs_writer_text(writer, lvs_health_names[verdict]);
			write_commands(writer, &server->commands);
			lvs_writer_char(writer, '\n');
			if (writer->len > max)
				writer->len = had;
		}
	}
}

void lvs_memory_write(struct lvs_writer *writer, const struct lvs_conf *conf, const uint8_t *verdicts, size_t max)
{
	write_some(writer, conf, verdicts, true, max);
	write_some(writer, conf, verdicts, false, max);
}
