// SPDX-License-Identifier: GPL-2.0-or-later
/* Families from a snapshot: the same in one go and in parts, however small; and only those that are wanted. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "engine/stats.h"
#include "metrics/families.h"
#include "metrics/snapshot.h"

#define SERVICES 100
#define OF_EACH 10
#define ROW_BYTES 512	/* no head or row is longer */

static void make(struct lvs_snapshot *snapshot)
{
	*snapshot = (struct lvs_snapshot){ .nservices = SERVICES, .nservers = SERVICES * OF_EACH };
	snapshot->services = calloc(snapshot->nservices, sizeof(*snapshot->services));
	snapshot->servers = calloc(snapshot->nservers, sizeof(*snapshot->servers));
	assert_true(snapshot->services && snapshot->servers);
	for (uint32_t i = 0; i < SERVICES; i++) {
		struct lvs_snap_service *service = &snapshot->services[i];
		size_t plain;

		service->labels = snapshot->text.len;
		lvs_writer_format(&snapshot->text, "service=\"web%u\",", i);
		plain = snapshot->text.len - service->labels;
		lvs_writer_format(&snapshot->text, "local_address=\"192.0.2.%u\",local_port=\"80\"", i);
		service->plain = (uint32_t)plain;
		service->len = (uint32_t)(snapshot->text.len - service->labels);
		service->values[LVS_SNAP_CONNS] = i;
	}
	for (uint32_t i = 0; i < SERVICES * OF_EACH; i++) {
		struct lvs_snap_server *server = &snapshot->servers[i];
		size_t plain;

		server->service = i / OF_EACH;
		server->labels = snapshot->text.len;
		lvs_writer_format(&snapshot->text, "server=\"s%u\",", i);
		plain = snapshot->text.len - server->labels;
		lvs_writer_format(&snapshot->text, "remote_address=\"10.0.0.%u\"", i % 250);
		server->plain = (uint32_t)plain;
		server->len = (uint32_t)(snapshot->text.len - server->labels);
		server->values[LVS_SNAP_WEIGHT] = i;
		server->values[LVS_SNAP_LATENCY] = i % 2 ? LVS_METRIC_ABSENT : 1500000;
	}
}

/* Return: all of it, terminated; to be freed */
static char *write_all(struct lvs_families families, const struct lvs_snapshot *snapshot, size_t part)
{
	struct lvs_exposition exposition = { .open = true };
	struct lvs_writer all = { .bytes = NULL };
	bool more = true;

	while (more) {
		exposition.out.len = 0;
		more = lvs_families_write(&families, snapshot, &exposition, part);
		assert_true(exposition.out.len <= part + ROW_BYTES || part == SIZE_MAX);
		lvs_writer_bytes(&all, exposition.out.bytes, exposition.out.len);
	}
	lvs_writer_char(&all, '\0');
	lvs_writer_fini(&exposition.out);
	assert_false(all.failed);
	return all.bytes;
}

static void parts_make_the_whole(void **state)
{
	static const size_t parts[] = { 1, 1000, 16384, 1u << 20 };
	const struct lvs_counters total = { .conns = 7 };
	const struct lvs_families wanted = { .services = true, .servers = true, .node_ipvs = true, .total = &total };
	struct lvs_snapshot snapshot;
	char *whole;

	(void)state;
	make(&snapshot);
	whole = write_all(wanted, &snapshot, SIZE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char *text = write_all(wanted, &snapshot, parts[i]);

		assert_string_equal(text, whole);
		free(text);
	}
	assert_non_null(strstr(whole, "\nlvsd_server_weight{service=\"web7\",local_address=\"192.0.2.7\",local_port=\"80\","
				      "server=\"s77\",remote_address=\"10.0.0.77\"} 77\n"));
	assert_non_null(strstr(whole, "\nnode_ipvs_backend_weight{local_address=\"192.0.2.7\",local_port=\"80\","
				      "remote_address=\"10.0.0.77\"} 77\n"));
	assert_non_null(strstr(whole, "\nnode_ipvs_connections_total 7\n"));
	assert_non_null(strstr(whole, "remote_address=\"10.0.0.0\"} 0.001500000\n"));
	assert_null(strstr(whole, "lvsd_server_latency_seconds{service=\"web0\",local_address=\"192.0.2.0\",local_port=\"80\","
				  "server=\"s1\","));
	free(whole);
	lvs_snapshot_fini(&snapshot);
}

static void only_what_is_wanted_is_there(void **state)
{
	static const struct {
		struct lvs_families families;
		bool services, servers, node;
	} rows[] = {
		{ { .services = true }, true, false, false },
		{ { .servers = true }, false, true, false },
		{ { .servers = true, .node_ipvs = true }, false, true, true },
		{ { .services = false }, false, false, false },
	};
	const struct lvs_counters total = { .conns = 7 };
	struct lvs_snapshot snapshot;

	(void)state;
	make(&snapshot);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct lvs_families families = rows[i].families;
		char *text;

		families.total = &total;
		text = write_all(families, &snapshot, SIZE_MAX);
		assert_int_equal(strstr(text, "lvsd_service_") != NULL, rows[i].services);
		assert_int_equal(strstr(text, "lvsd_server_") != NULL, rows[i].servers);
		assert_int_equal(strstr(text, "node_ipvs_") != NULL, rows[i].node);
		free(text);
	}
	lvs_snapshot_fini(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_make_the_whole),
		cmocka_unit_test(only_what_is_wanted_is_there),
	};

	return cmocka_run_group_tests_name("families", tests, NULL, NULL);
}
