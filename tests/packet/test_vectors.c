// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads tests/packet/vectors.txt, packets made by somebody else's code, and walks them through one director. */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/wire.h"
#include "tests/lib/build.h"
#include "tests/lib/director.h"

#define OUT_MAX 4

/**
 * struct vector - one block of the file
 * @what:	its sentence
 * @drop:	metric label of the expected reason, or empty
 */
struct vector {
	char what[200];
	char drop[40];
	struct lvs_vnet vnet;
	struct lvs_packet in;
	struct lvs_packet out[OUT_MAX];
	size_t nout;
};

static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static struct lvs_packet from_hex(const char *text)
{
	size_t len = strspn(text, "0123456789abcdef") / 2;
	uint8_t *bytes = malloc(len);
	struct lvs_packet packet;

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
	packet = build_raw(bytes, len);
	free(bytes);
	return packet;
}

static uint16_t little16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static struct lvs_vnet vnet_from_hex(const char *text)
{
	struct lvs_packet bytes = from_hex(text);
	const uint8_t *at = bytes.data;
	struct lvs_vnet vnet = {
		.flags = at[0], .gso_type = at[1], .hdr_len = little16(at + 2), .gso_size = little16(at + 4),
		.csum_start = little16(at + 6), .csum_offset = little16(at + 8),
	};

	assert_int_equal(bytes.len, 10);
	build_free(&bytes);
	return vnet;
}

static bool starts(const char *line, const char *word, const char **ret_rest)
{
	size_t len = strlen(word);

	if (strncmp(line, word, len) != 0 || line[len] != ' ')
		return false;
	*ret_rest = line + len + 1;
	return true;
}

/* Return: false at the end of the file */
static bool read_vector(FILE *file, struct vector *vector)
{
	size_t room = 0;
	char *line = NULL;

	memset(vector, 0, sizeof(*vector));
	while (getline(&line, &room, file) > 0) {
		const char *rest;

		line[strcspn(line, "\n")] = '\0';
		if (starts(line, "what", &rest)) {
			snprintf(vector->what, sizeof(vector->what), "%s", rest);
		} else if (starts(line, "offload", &rest)) {
			vector->vnet = vnet_from_hex(rest);
		} else if (starts(line, "in", &rest)) {
			vector->in = from_hex(rest);
		} else if (starts(line, "out", &rest)) {
			assert_true(vector->nout < OUT_MAX);
			vector->out[vector->nout++] = from_hex(rest);
		} else if (starts(line, "drop", &rest)) {
			snprintf(vector->drop, sizeof(vector->drop), "%s", rest);
		} else if (line[0] == '\0' && vector->in.data) {
			break;
		} else if (line[0] != '#' && line[0] != '\0') {
			fail_msg("not understood: %.60s", line);
		}
	}
	free(line);
	return vector->in.data != NULL;
}

static void walk(struct director *director, struct vector *vector)
{
	enum lvs_drop drop;

	vector->in.vnet = vector->vnet;
	drop = director_handle(director, vector->in);
	if (strcmp(drop ? lvs_drop_name(drop) : "", vector->drop) != 0)
		fail_msg("%s: %s", vector->what, lvs_drop_name(drop));
	if (director->nout != vector->nout)
		fail_msg("%s: %zu packets came out", vector->what, director->nout);
	for (size_t i = 0; i < vector->nout; i++) {
		vector->out[i].vnet = vector->vnet;
		build_expect(vector->what, &director->out[i], vector->out[i]);
	}
}

static void vectors_come_out_as_scapy_says(void **state)
{
	struct director *director = *state;
	struct vector vector;
	size_t n = 0;
	char path[4096];
	FILE *file;

	director_serve(director, LVS_PROTO_TCP, "192.0.2.1", 80, "10.0.0.11", 8080);
	director_serve(director, LVS_PROTO_UDP, "192.0.2.1", 53, "10.0.0.11", 5353);
	director_serve(director, LVS_PROTO_TCP, "2001:db8::1", 80, "2001:db8:1::11", 8080);
	director_serve(director, LVS_PROTO_UDP, "2001:db8::1", 53, "2001:db8:1::11", 5353);
	snprintf(path, sizeof(path), "%s/tests/packet/vectors.txt", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	while (read_vector(file, &vector)) {
		walk(director, &vector);
		n++;
	}
	fclose(file);
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(vectors_come_out_as_scapy_says, director_setup, director_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
