// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "engine/helper.h"
#include "engine/persist.h"
#include "engine/wire.h"
#include "tests/lib/dialog.h"

const char *const dialog_vips[2] = { "192.0.2.10", "2001:db8::10" };
const char *const dialog_clients[2][2] = { { "10.1.0.1", "10.1.7.2" }, { "2001:db8:1::1", "2001:db8:1:7::2" } };
const char *const dialog_servers[2][3] = {
	{ "10.2.0.1", "10.2.0.2", "10.2.0.3" },
	{ "2001:db8:2::1", "2001:db8:2::2", "2001:db8:2::3" },
};
const enum build_csum dialog_csums[4] = { BUILD_COMPLETE, BUILD_NO_CSUM, BUILD_PARTIAL, BUILD_WRONG };

struct lvs_service *dialog_service(struct director *director, const char *vip)
{
	struct lvs_service_key key = { .addr = test_addr(vip), .port = LVS_BE16(DIALOG_VPORT), .proto = LVS_PROTO_UDP };

	return lvs_service_find(lvs_engine_rules(director->engine), &key);
}

bool dialog_is_one_packet(struct director *director)
{
	return dialog_service(director, dialog_vips[0])->spec.one_packet;
}

void dialog_drain(struct director *director, uint32_t seconds)
{
	struct lvs_server *server = dialog_service(director, dialog_vips[0])->servers[0];
	struct lvs_server_spec spec = server->spec;

	spec.drain = true;
	spec.drain_seconds = seconds;
	assert_int_equal(lvs_server_edit(lvs_engine_rules(director->engine), server, &spec), 0);
	director_wait(director, 0);
}

struct lvs_conn *dialog_template(struct director *director, const char *call_id)
{
	struct lvs_conn_table *table = &director->engine->conns;
	struct lvs_tuple key = { .dst = test_addr(dialog_vips[0]), .dport = LVS_BE16(DIALOG_VPORT),
				 .proto = LVS_PROTO_UDP | LVS_PERSIST_PROTO | LVS_PERSIST_KEYED };
	enum lvs_dir dir;

	for (size_t i = 0; i < 2; i++)
		key.src.halves[i] = lvs_hash_bytes(&director->engine->helper_keys[i], call_id, strlen(call_id));
	return lvs_conn_find(table, &key, lvs_conn_hash(table, &key), &dir);
}

static void serve(struct director *director, unsigned int family, bool one_packet)
{
	struct lvs_service_spec spec;
	struct lvs_server *server = NULL;

	for (size_t i = 0; i < 3; i++)
		server = director_serve(director, LVS_PROTO_UDP, dialog_vips[family], DIALOG_VPORT, dialog_servers[family][i],
					DIALOG_PORT);
	spec = server->service->spec;
	spec.one_packet = one_packet;
	spec.persist.timeout = DIALOG_SECONDS;
	spec.persist.mask = lvs_persist_mask6(128);
	spec.helper = lvs_helper_find("sip");
	assert_int_equal(lvs_service_edit(lvs_engine_rules(director->engine), server->service, &spec), 0);
}

static int set_up(void **state, bool one_packet)
{
	int err = director_setup(state);

	serve(*state, 0, one_packet);
	serve(*state, 1, one_packet);
	return err;
}

int dialog_setup_connections(void **state)
{
	return set_up(state, false);
}

int dialog_setup_one_packet(void **state)
{
	return set_up(state, true);
}

struct dialog_message *dialog_message(const char *method, const char *call_id)
{
	static struct dialog_message message;
	int len = snprintf(message.text, sizeof(message.text),
			   "%s sip:bob@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 10.1.0.1\r\nCall-ID: %s\r\n\r\n", method, call_id);

	message.build = (struct build){ .proto = LVS_PROTO_UDP, .quote = (const uint8_t *)message.text,
					.quote_bytes = (size_t)len };
	return &message;
}

int dialog_say(struct director *director, unsigned int family, const char *client, uint16_t port,
	       struct dialog_message *message)
{
	struct build *what = &message->build;

	what->src = client;
	what->sport = port;
	what->dst = dialog_vips[family];
	what->dport = DIALOG_VPORT;
	if (director_take(director, what)) {
		assert_int_equal(director->nout, 0);
		return -1;
	}
	assert_int_equal(director->nout, 1);
	for (int i = 0; i < 3; i++) {
		struct lvs_addr server = test_addr(dialog_servers[family][i]);
		const uint8_t *dst = director->out[0].data + (family ? 24 : 16), *bytes = server.bytes + (family ? 0 : 12);

		if (memcmp(dst, bytes, family ? 16 : 4))
			continue;
		what->dst = dialog_servers[family][i];
		what->dport = DIALOG_PORT;
		director_expect(director, build(what));
		return i;
	}
	fail_msg("it went to no server");
	return -1;
}

void dialog_tell(struct director *director, unsigned int family, int i, const char *client, uint16_t port,
		 struct dialog_message *message)
{
	struct build *what = &message->build;

	what->src = dialog_servers[family][i];
	what->sport = DIALOG_PORT;
	what->dst = client;
	what->dport = port;
	assert_int_equal(director_take(director, what), LVS_DROP_NONE);
	what->src = dialog_vips[family];
	what->sport = DIALOG_VPORT;
	director_expect(director, build(what));
}
