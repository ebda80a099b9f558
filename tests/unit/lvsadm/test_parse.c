// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each line of tests/golden/ipvsadm-grammar.jsonl is a command line and what ipvsadm 1.31 made of it: exit status and
 * message or, for those that it found legal and IPv4, the bytes that it then gave to the kernel.
 */
#include "tests/lib/test.h"

#include <jansson.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvsadm/parse.h"

#define GOLDEN "tests/golden/ipvsadm-grammar.jsonl"
#define WORDS_MAX 32
#define SERVICE_BYTES 44
#define SERVER_BYTES 68

static void put16(uint8_t *at, uint16_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* struct ip_vs_service_user and ip_vs_dest_user, as the kernel's socket options have them. */
static size_t kernel_bytes(const struct lvsadm_command *command, uint8_t *bytes)
{
	static const unsigned int methods[] = {
		[LVSADM_MASQ] = 0, [LVSADM_LOCAL] = 1, [LVSADM_TUNNEL] = 2, [LVSADM_DROUTE] = 3,
	};
	const struct lvsadm_service *service = &command->service;
	const struct lvsadm_server *server = &command->server;

	memset(bytes, 0, SERVER_BYTES);
	if (command->kind == LVSADM_FLUSH)
		return 0;
	if (command->kind == LVSADM_SET) {
		for (unsigned int i = 0; i < 3; i++)
			put32(bytes + 4 * i, command->timeouts[i]);
		return 12;
	}
	put16(bytes, service->key.protocol);
	if (service->key.family)
		put32(bytes + 4, service->key.addr.words[3]);
	put16(bytes + 8, htons(service->key.port));
	put32(bytes + 12, service->key.mark);
	memcpy(bytes + 16, service->scheduler, LVSADM_NAME_BYTES);
	put32(bytes + 32, (service->persistent ? 1 : 0) | (service->one_packet ? 4 : 0) | service->flags << 3);
	put32(bytes + 36, service->timeout);
	put32(bytes + 40, service->netmask);
	if (command->kind != LVSADM_ADD_SERVER && command->kind != LVSADM_EDIT_SERVER && command->kind != LVSADM_DELETE_SERVER)
		return SERVICE_BYTES;
	put32(bytes + 44, server->addr.words[3]);
	put16(bytes + 48, htons(server->port));
	put32(bytes + 52, methods[server->forward]);
	put32(bytes + 56, (uint32_t)server->weight);
	put32(bytes + 60, server->upper);
	put32(bytes + 64, server->lower);
	return SERVER_BYTES;
}

static void check_bytes(const char *line, const struct lvsadm_command *command, const char *expect)
{
	uint8_t bytes[SERVER_BYTES];
	char hex[2 * SERVER_BYTES + 1] = "";
	size_t n = kernel_bytes(command, bytes);

	for (size_t i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	if (strcmp(hex, expect) != 0)
		fail_msg("%s: %s", line, hex);
}

static bool has_names(json_t *words)
{
	static const char *const names[] = { "http", "tftp", "domain", "localhost" };
	size_t i;
	json_t *word;

	json_array_foreach(words, i, word)
		for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++)
			if (strstr(json_string_value(word), names[j]))
				return true;
	return false;
}

static void check_line(const char *line)
{
	json_t *row = json_loads(line, 0, NULL), *words = json_array_get(row, 0), *word;
	const char *message = json_string_value(json_array_get(row, 2));
	const char *bytes = json_string_value(json_array_get(row, 4));
	char *argv[WORDS_MAX] = { (char *)"ipvsadm" };
	struct lvsadm_command command;
	struct lvsadm_fault fault = { .status = 0 };
	size_t i;
	bool ok;

	assert_true(json_array_size(words) < WORDS_MAX - 1);
	if (has_names(words) && (!getservbyname("tftp", "udp") || !gethostbyname("localhost"))) {
		json_decref(row);
		return;
	}
	json_array_foreach(words, i, word)
		argv[i + 1] = (char *)json_string_value(word);
	ok = lvsadm_parse(argv, &command, &fault);
	if (ok != !message)
		fail_msg("%s: %s", line, ok ? "legal" : fault.text);
	if (message && (strcmp(message, fault.text) != 0 || fault.status != json_integer_value(json_array_get(row, 1))))
		fail_msg("%s: %d: %s", line, fault.status, fault.text);
	/* --start-daemon and --stop-daemon have nothing of theirs in the command yet but master or backup. */
	if (bytes && command.kind != LVSADM_START_DAEMON && command.kind != LVSADM_STOP_DAEMON)
		check_bytes(line, &command, bytes);
	json_decref(row);
}

static void reads_what_ipvsadm_reads(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096], *line = NULL;
	size_t size = 0, lines = 0;
	FILE *in;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/%s", top ? top : ".", GOLDEN);
	in = fopen(path, "r");
	assert_non_null(in);
	for (; getline(&line, &size, in) > 0; lines++) {
		line[strcspn(line, "\n")] = '\0';
		check_line(line);
	}
	fclose(in);
	free(line);
	assert_true(lines > 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_ipvsadm_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
