// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What lvsadm reads. The first byte says what the rest is: a command line of words between blanks, or what a daemon shows,
 * a service or a connection, which goes through every format. A command that changes something has a request.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvsadm/conns.h"
#include "lvsadm/edit.h"
#include "lvsadm/parse.h"
#include "lvsadm/print.h"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 64

/* In place of the C library's: nobody is to be asked for names. */
struct hostent *gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}

static void read_line(char *line)
{
	char *words[WORDS_MAX + 1] = { (char *)"ipvsadm" }, *save = NULL;
	struct lvsadm_command command;
	struct lvsadm_fault fault = { .status = 0 };
	struct lvsadm_edit edit;
	size_t n = 1;

	for (char *word = strtok_r(line, " ", &save); word && n < WORDS_MAX; word = strtok_r(NULL, " ", &save))
		words[n++] = word;
	if (!lvsadm_parse(words, &command, &fault)) {
		CHECK(fault.status == LVSADM_EXIT_USAGE || fault.status == LVSADM_EXIT_FAILED);
		CHECK(*fault.text);
		return;
	}
	CHECK(!fault.status);
	if (!lvsadm_is_edit(command.kind))
		return;
	CHECK(!lvsadm_edit_new(&command, &edit));
	CHECK(!strncmp(edit.path, "/v1/services", strlen("/v1/services")));
	lvsadm_edit_fini(&edit);
}

static void show(json_t *json, FILE *out)
{
	struct lvsadm_table table = { .nservices = 0 };
	struct lvsadm_command command = { .kind = LVSADM_LIST };

	/* Each of the formats, and each with the few options beside it. */
	for (uint64_t i = 0; i < 1U << 6; i++) {
		command.options = 1ULL << LVSADM_NUMERIC | (i & 1) << LVSADM_STATS | (i >> 1 & 1) << LVSADM_RATE |
				  (i >> 2 & 1) << LVSADM_THRESHOLDS | (i >> 3 & 1) << LVSADM_PERSISTENT_CONN |
				  (i >> 4 & 1) << LVSADM_TUN_INFO | (i >> 5 & 1) << LVSADM_EXACT;
		lvsadm_conns_print(out, &command, json);
		if (i == 0 && lvsadm_table_add(&table, json) == 0)
			lvsadm_table_sort(&table);
		for (size_t n = 0; n < table.nservices; n++)
			lvsadm_print_service(out, &command, &table.services[n]);
	}
	for (size_t n = 0; n < table.nservices; n++)
		lvsadm_print_saved(out, out, &command, &table.services[n]);
	lvsadm_table_fini(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text, *shown = NULL;
	size_t length;
	json_t *json;
	FILE *out;

	if (size < 1 || size > 4096)
		return 0;
	text = calloc(1, size);
	CHECK(text);
	memcpy(text, bytes + 1, size - 1);
	if (*bytes & 1) {
		read_line(text);
	} else {
		json = json_loads(text, 0, NULL);
		out = open_memstream(&shown, &length);
		CHECK(out);
		if (json)
			show(json, out);
		fclose(out);
		free(shown);
		json_decref(json);
	}
	free(text);
	return 0;
}
