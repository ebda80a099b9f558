// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands in paths, queries and headers of requests: ids of services and ends, filters, Accept. Input: any text. An id
 * that is read is written back as one that means the same, and is always written so; a label's value has no line's end and no
 * quote that is not escaped.
 */
#include <stdlib.h>
#include <string.h>

#include "control/connections.h"
#include "control/id.h"
#include "metrics/exposition.h"
#include "tests/fuzz/fuzz.h"

static void check_label(const char *text)
{
	struct lvs_writer out = { .bytes = NULL };
	size_t i = strlen("a=\"");

	lvs_metric_label(&out, "a", text);
	CHECK(!out.failed && out.bytes[out.len - 1] == '"');
	for (; i + 1 < out.len; i++) {
		CHECK(out.bytes[i] != '"' && out.bytes[i] != '\n');
		if (out.bytes[i] == '\\')
			CHECK(strchr("\\\"n", out.bytes[++i]) && i + 1 < out.len);
	}
	lvs_writer_fini(&out);
}

static void check_filter(const char *text)
{
	struct lvs_end_filter filter;
	struct lvs_addr mask, masked;

	if (!lvs_end_filter_parse(text, &filter))
		return;
	CHECK(filter.on && filter.prefix.bits <= LVS_PREFIX_HOST);
	mask = lvs_prefix_mask(filter.prefix.bits);
	masked = lvs_addr_masked(&filter.prefix.addr, &mask);
	CHECK(lvs_addr_equal(&masked, &filter.prefix.addr));
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct lvs_conn_filter states = { .proto = 0 };
	char *text = malloc(size + 1), spelled[LVS_ID_BYTES];
	struct lvs_service_key key;
	struct lvs_ports ports;
	struct lvs_addr addr;
	lvs_be16 port;

	CHECK(text);
	memcpy(text, input, size);
	text[size] = '\0';
	if (lvs_id_parse_service(text, &key, &ports)) {
		char again[LVS_ID_BYTES];

		lvs_id_service(&key, &ports, spelled);
		CHECK(lvs_id_parse_service(spelled, &key, &ports));
		CHECK(strcmp(lvs_id_service(&key, &ports, again), spelled) == 0);
	}
	if (lvs_id_parse_end(text, &addr, &port)) {
		struct lvs_addr again;
		lvs_be16 again_port;

		CHECK(lvs_id_parse_end(lvs_id_end(&addr, port, spelled), &again, &again_port));
		CHECK(lvs_addr_equal(&addr, &again) && port == again_port);
	}
	check_filter(text);
	(void)lvs_conn_filter_state(&states, text);
	(void)lvs_exposition_wants_open(text);
	check_label(text);
	free(text);
	return 0;
}
