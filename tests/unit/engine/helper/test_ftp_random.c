// SPDX-License-Identifier: GPL-2.0-or-later
/* What an FTP client hears does not depend on how it was cut into segments: random replies, random cuts. */
#include "tests/lib/test.h"

#include <string.h>

#include "engine/helper.h"
#include "engine/sched.h"
#include "engine/wire.h"
#include "tests/lib/director.h"
#include "tests/lib/ftp_talk.h"

#define RUNS 1500
#define SESSIONS 300

static const char *const words[] = {
	"227 Entering Passive Mode (10,0,0,1,195,80).\r\n", "227 (10,0,0,1,195,81)\r\n", "227 10,0,0,1,5,5\n",
	"229 Entering Extended Passive Mode (|||50000|)\r\n", "227 (10,0,0,1,1,1)\r\n", "227 (10,0,0,1,256,1)\r\n", "227 ",
	"227", "22", "2", "229 (|||", "(10,0,0,1,195,80)", "\r\n", "\n", "\r", "200 ok\r\n", "234 go\r\n", "234 ", "211-many\r\n",
	"................................................................................................................", "x",
	"227 (10,0,0,1,195,80) ........................................................................\r\n",
	"227 (10,0,0,1,195,80) .........................................................................\r\n",
	"227 (10,0,0,1,195,80) ..........................................................................\r\r\n",
};

/* After the last one nothing is read any more. */
static const char *const commands[] = { "PASV\r\n", "EPSV\r\n", "PORT 203,0,113,77,195,80\r\n", "AUTH TLS\r\n" };

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((*seed >> 33) % below);
}

static void test_random(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned int n = 0; n < RUNS; n++) {
		uint8_t cuts[200], text[FTP_TALK_MAX];
		size_t len = 0, ncuts = draw(&seed, sizeof(cuts)), nwords = 1 + draw(&seed, 30);
		uint8_t lengths = (uint8_t)(draw(&seed, 2) ? 0x3f : 0x07);
		const char *wrong;

		for (size_t i = 0; i < ncuts; i++)
			cuts[i] = (uint8_t)(draw(&seed, 256) & (0xc0U | lengths));
		for (size_t i = 0; i < nwords; i++) {
			const char *word = words[draw(&seed, sizeof(words) / sizeof(*words))];

			if (len + strlen(word) > sizeof(text))
				break;
			memcpy(text + len, word, strlen(word));
			len += strlen(word);
		}
		wrong = ftp_talk(draw(&seed, 64), cuts, ncuts, text, len);
		if (wrong)
			fail_msg("run %u: %s:\n%.*s", n, wrong, (int)len, text);
	}
}

/* Any segment of a session, in any order: nothing breaks, and the books are right. */
static struct lvs_packet any_segment(uint64_t *seed, uint8_t *options, uint8_t *text)
{
	bool client = draw(seed, 2);
	const char *word = words[draw(seed, sizeof(words) / sizeof(*words))];
	struct build what = {
		.src = client ? "203.0.113.77" : "10.0.0.1", .sport = client ? 40000 : 21,
		.dst = client ? "198.51.100.200" : "203.0.113.77", .dport = client ? 21 : 40000,
		.tcp_flags = (uint8_t)(draw(seed, 8) ? LVS_TCP_ACK : draw(seed, 64)),
		.seq = draw(seed, 200) - 20, .ack = draw(seed, 200) - 20, .window = (uint16_t)draw(seed, 65536),
		.tcp_options = (uint8_t)(draw(seed, 3) ? 0 : 4 * draw(seed, 11)), .options = options,
		.csum = draw(seed, 2) ? BUILD_COMPLETE : BUILD_PARTIAL,
		.quote = text,
	};

	for (size_t i = 0; i < what.tcp_options; i++)
		options[i] = (uint8_t)(draw(seed, 3) ? (uint32_t[]){ 1, 5, 8, 10, 18 }[draw(seed, 5)] : draw(seed, 256));
	if (client)
		word = commands[draw(seed, 50) ? draw(seed, 3) : 3];
	what.quote_bytes = draw(seed, (uint32_t)strlen(word) + 1);
	if (draw(seed, 4))
		what.quote_bytes = strlen(word);
	memcpy(text, word, what.quote_bytes);
	if (what.csum == BUILD_PARTIAL && what.quote_bytes > 10 && draw(seed, 2))
		what.gso_size = (uint16_t)(1 + draw(seed, 9));
	if (what.csum == BUILD_COMPLETE && !draw(seed, 20))
		what.frag_bytes = 64;
	if (what.frag_bytes && what.frag_bytes >= 20U + what.tcp_options + what.quote_bytes)
		what.frag_bytes = 0;
	return build_with_room(build(&what), draw(seed, 100));
}

static void test_any_segment(void **state)
{
	uint8_t options[40], text[256];
	uint64_t seed = 7;

	for (unsigned int n = 0; n < SESSIONS; n++) {
		struct director *director;
		struct lvs_service_spec of = {
			.key = { .addr = test_addr("198.51.100.200"), .port = LVS_BE16(21), .proto = LVS_PROTO_TCP },
			.sched = lvs_sched_find("rr"), .helper = lvs_helper_find("ftp"),
		};
		struct build syn = { .src = "203.0.113.77", .sport = 40000, .dst = "198.51.100.200", .dport = 21,
				     .tcp_flags = LVS_TCP_SYN };
		struct lvs_service *service;

		director_setup(state);
		director = *state;
		assert_int_equal(lvs_service_add(lvs_engine_rules(director->engine), &of, &service), 0);
		director_serve(director, LVS_PROTO_TCP, "198.51.100.200", 21, "10.0.0.1", 21);
		assert_int_equal(director_take(director, &syn), LVS_DROP_NONE);
		for (unsigned int i = 0; i < 200; i++)
			(void)director_handle(director, any_segment(&seed, options, text));
		director_teardown(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_any_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
