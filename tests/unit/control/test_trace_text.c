// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "control/json.h"
#include "control/trace_text.h"
#include "engine/forward.h"
#include "engine/trace.h"
#include "engine/wire.h"

/* A connection of TCP, states 3 (SYN_RECV) and 1 (ESTABLISHED). */
static struct lvs_trace_record known(void)
{
	return (struct lvs_trace_record){
		.number = 7, .time = LVS_SECONDS(3) + 5, .len = 60, .known = true, .id = 9, .server = 1, .before = 3, .after = 1,
		.forward = LVS_FORWARD_INDEX_masq, .proto = LVS_PROTO_TCP, .cport = LVS_BE16(40000), .vport = LVS_BE16(80),
		.dport = LVS_BE16(8080), .caddr = test_addr("198.51.100.7"), .vaddr = test_addr("192.0.2.1"),
		.daddr = test_addr("2001:db8:1::11"), .tcp_flags = LVS_TCP_SYN | LVS_TCP_ACK,
		.tuple = { .src = test_addr("198.51.100.7"), .dst = test_addr("192.0.2.1"), .sport = LVS_BE16(40000),
			   .dport = LVS_BE16(80), .proto = LVS_PROTO_TCP },
	};
}

static void expect_text(struct lvs_trace_record record, const char *expected)
{
	char text[LVS_TRACE_TEXT_BYTES];

	assert_string_equal(lvs_trace_text(&record, text), expected);
}

static void says_what_became_of_a_packet(void **state)
{
	struct lvs_trace_record record = known();

	(void)state;
	expect_text(record, "forwarded to [2001:db8:1::11]:8080 (masq), SYN_RECV -> ESTABLISHED");
	record.dir = LVS_DIR_REPLY;
	record.before = record.after;
	expect_text(record, "forwarded to client 198.51.100.7:40000 (masq), ESTABLISHED");
	record.begun = true;
	expect_text(record, "forwarded to client 198.51.100.7:40000 (masq), new connection, ESTABLISHED");
	record.begun = false;
	record.ended = true;
	expect_text(record, "forwarded to client 198.51.100.7:40000 (masq), connection over, was ESTABLISHED");
	record.ended = false;
	record.verdict = LVS_TRACE_SAID;
	expect_text(record, "said by the director, ESTABLISHED");
	record = (struct lvs_trace_record){ .verdict = LVS_TRACE_DROPPED, .drop = LVS_DROP_NO_CONN };
	expect_text(record, "dropped (no_conn): segment or chunk of no known connection");
	record.verdict = LVS_TRACE_SAID;
	record.out = true;
	expect_text(record, "said by the director: no_conn");
	expect_text((struct lvs_trace_record){ .verdict = LVS_TRACE_PASSED }, "passed: for no virtual service");
	expect_text((struct lvs_trace_record){ .verdict = LVS_TRACE_ANSWERED }, "answered by the director");
	expect_text((struct lvs_trace_record){ .verdict = LVS_TRACE_HELD }, "held until its first fragment comes");
	expect_text((struct lvs_trace_record){ .verdict = LVS_TRACE_FORWARDED }, "forwarded");
	record = known();
	record.begun = true;
	record.after = 200;
	expect_text(record, "forwarded to [2001:db8:1::11]:8080 (masq), new connection, ?");
}

static void expect_json(struct lvs_trace_record record, const char *expected)
{
	struct evbuffer *out = evbuffer_new();
	struct lvs_json json;
	size_t len;
	char *text;

	assert_non_null(out);
	lvs_json_init(&json, out);
	lvs_trace_json(&json, &record, LVS_SECONDS(1700000000));
	lvs_json_flush(&json);
	len = evbuffer_get_length(out);
	text = malloc(len + 1);
	assert_non_null(text);
	assert_int_equal(evbuffer_remove(out, text, len), len);
	text[len] = '\0';
	assert_string_equal(text, expected);
	free(text);
	evbuffer_free(out);
}

static void has_everything_in_its_object(void **state)
{
	struct lvs_trace_record record = known();

	(void)state;
	record.out = true;
	record.via = test_addr("10.0.0.12");
	expect_json(record, "{\"number\":7,\"seconds\":1700000003,\"nanoseconds\":5,\"side\":\"out\",\"verdict\":\"forwarded\","
		    "\"source\":\"198.51.100.7:40000\",\"destination\":\"192.0.2.1:80\",\"protocol\":\"tcp\",\"flags\":\"SA\","
		    "\"length\":60,\"next_hop\":\"10.0.0.12\",\"connection\":{\"id\":9,\"protocol\":\"tcp\","
		    "\"client\":\"198.51.100.7:40000\",\"virtual\":\"192.0.2.1:80\",\"server\":\"[2001:db8:1::11]:8080\","
		    "\"forward\":\"masq\",\"direction\":\"request\",\"begun\":false,\"ended\":false,\"before\":\"SYN_RECV\","
		    "\"after\":\"ESTABLISHED\"},\"text\":\"forwarded to [2001:db8:1::11]:8080 (masq), SYN_RECV -> ESTABLISHED\"}");
	record = (struct lvs_trace_record){
		.number = 8, .verdict = LVS_TRACE_DROPPED, .drop = LVS_DROP_ICMP_CSUM, .len = 28,
		.tuple = { .src = test_addr("::1"), .dst = test_addr("192.0.2.1"), .proto = LVS_PROTO_ICMP },
	};
	expect_json(record, "{\"number\":8,\"seconds\":1700000000,\"nanoseconds\":0,\"side\":\"in\",\"verdict\":\"dropped\","
		    "\"reason\":\"icmp_csum\",\"source\":\"[::1]\",\"destination\":\"192.0.2.1\",\"protocol\":\"icmp\","
		    "\"length\":28,\"text\":\"dropped (icmp_csum): bad ICMP checksum\"}");
	record.tuple.proto = 47;
	record.verdict = LVS_TRACE_PASSED;
	record.drop = LVS_DROP_NONE;
	expect_json(record, "{\"number\":8,\"seconds\":1700000000,\"nanoseconds\":0,\"side\":\"in\",\"verdict\":\"passed\","
		    "\"source\":\"[::1]\",\"destination\":\"192.0.2.1\",\"protocol\":\"47\",\"length\":28,"
		    "\"text\":\"passed: for no virtual service\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_became_of_a_packet),
		cmocka_unit_test(has_everything_in_its_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
