// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include "base/bytes.h"
#include "tests/lib/story.h"

static void connections_begin_and_belong_to_their_server(void **state)
{
	static const struct story stories[] = {
		{ "both directions are one connection", "+1:1 S1>1 s1< A1>1 a1< #1 c1:1 @1:1/0" },
		{ "UDP is never active", "u+1:1 uD1>1 uD1>1 ud1< #1 uc1:1 u@1:0/1" },
		{ "clients take turns, packets of one do not", "+2:1 +1:1 S1>1 S2>2 A1>1 A2>2 S3>1 a1< a2< #3 c1:2 c2:1" },
		{ "a second SYN is the same connection", "+1:1 +2:1 S1>* S1>* #1" },
		{ "what does not begin a connection", "+1:1 A1!no_conn F1!no_conn R1!no_conn N1!no_conn #0 c1:0" },
		{ "a server that nobody asked is none of ours", "+1:1 S1>1 F2!no_conn s2= #1" },
		{ "no server, or none with a weight", "S1!no_server +1:0 S1!no_server =1:1 S1>1" },
		{ "no service", "del S1!no_service new S1!no_server" },
		{ "protocols do not mix", "+1:1 u+2:1 S1>1 uD1>2 #2 a1< ud1<" },
	};

	(void)state;
	stories_come_true(stories, ARRAY_LEN(stories));
}

static void active_and_inactive_follow_the_state(void **state)
{
	static const struct story stories[] = {
		{ "client closes first", "+1:1 S1>1 @1:1/0 s1< A1>1 @1:1/0 F1>1 @1:0/1 f1< @1:0/1 A1>1 @1:0/1 120s @1:0/1 1s @1:0/0" },
		{ "server closes first", "+1:1 S1>1 s1< A1>1 f1< @1:0/1 F1>1 @1:0/1 a1< 121s @1:0/0 #0" },
		{ "client resets", "+1:1 S1>1 s1< A1>1 R1>1 @1:0/1 11s #0" },
		{ "server resets", "+1:1 S1>1 r1< @1:0/1 11s #0 @1:0/0" },
		{ "a blind reset does not end what is half open", "+1:1 S1>1 R1>1 @1:1/0 s1< A1>1 a1<" },
		{ "closed and opened again", "+1:1 S1>1 s1< A1>1 R1>1 @1:0/1 S1>1 @1:1/0 #1 c1:2" },
		{ "several clients", "+1:1 S1>1 S2>1 S3>1 @1:3/0 A1>1 F1>1 @1:2/1 s2< A2>1 R2>1 @1:1/2 11s @1:1/1 50s @1:0/0" },
	};

	(void)state;
	stories_come_true(stories, ARRAY_LEN(stories));
}

static void connections_end_in_their_time(void **state)
{
	static const struct story stories[] = {
		{ "half open: a minute", "+1:1 S1>1 60s #1 500ms #0 s1=" },
		{ "half open, asked for again", "+1:1 S1>1 59s S1>1 59s #1 2s #0" },
		{ "established: 15 minutes from the last packet of either side",
		  "+1:1 S1>1 s1< A1>1 899s A1>1 899s a1< 899s a1< 900s #1 500ms #0 A1!no_conn a1=" },
		{ "UDP: five minutes", "u+1:1 uD1>1 299s ud1< 300s #1 500ms #0 ud1= uD1>1" },
		{ "reset: ten seconds", "+1:1 S1>1 s1< A1>1 r1< 10s #1 500ms #0" },
		{ "the shorter timeout of a new state counts at once", "+1:1 S1>1 s1< A1>1 800s R1>1 11s #0" },
		{ "the longer one, too", "+1:1 S1>1 59s s1< A1>1 120s A1>1 #1 a1<" },
		{ "nothing passes for days", "+1:1 S1>1 s1< A1>1 u+1:1 uD2>1 1000000s #0 S1>1 61s #0" },
	};

	(void)state;
	stories_come_true(stories, ARRAY_LEN(stories));
}

static void servers_come_and_go(void **state)
{
	static const struct story stories[] = {
		{ "a drained server keeps its connections", "+1:1 S1>1 s1< A1>1 +2:1 =1:0 S2>2 S3>2 A1>1 a1< S1>1 #3" },
		{ "a drained server may be chosen again", "+1:1 =1:0 S1!no_server =1:1 S1>1" },
		{ "connections of a removed server wait for it",
		  "+1:1 S1>1 s1< A1>1 -1 A1!gone a1!gone #1 @1:1/0 +1:1 @1:1/0 A1>1 a1< c1:1 S2>1 c1:2" },
		{ "others go on while one is gone", "+2:1 +1:1 S1>1 S2>2 -1 A1!gone A2>2 S3>2 S4>2 a2< +1:1 A1>1" },
		{ "they do not wait for another server of that address", "+1:1 S1>1 -1 y+1:1 yS2>1 A1!gone y@1:1/0 @1:1/0" },
		{ "they end in their time", "+1:1 S1>1 -1 61s #0 @1:0/0 +1:1 A1!no_conn S1>1 c1:2" },
		{ "a packet that is dropped does not keep its connection alive",
		  "+1:1 S1>1 s1< A1>1 -1 600s A1!gone a1!gone 301s #0 A1!no_conn" },
		{ "nor does a datagram", "u+1:1 uD1>1 u-1 u+2:1 200s uD1!gone ud1!gone 101s #0 uD1>2" },
		{ "nor does it move the state", "+1:1 S1>1 s1< A1>1 -1 R1!gone F1!gone f1!gone @1:1/0 100s +1:1 A1>1 a1< @1:1/0" },
		{ "one that is forgotten comes back as new", "+1:1 S1>1 c1:1 -1 200s 61s 61s 61s +1:1 c1:0 S1>1 c1:1" },
		{ "one with connections is not forgotten", "u+1:1 uD1>1 u-1 200s uD1!gone 99s u+1:1 uc1:1 uD1>1" },
		{ "a service is made again", "+1:1 S1>1 s1< A1>1 del A1!gone S2!no_service new A1!gone S2!no_server +1:1 A1>1 S2>1 @1:2/0" },
		{ "a service is gone for good", "+1:1 S1>1 R1>1 S2>1 r2< del S2!no_service 61s 11s #0 A1!no_service" },
		{ "numbers of forgotten servers are given again", "+1:1 +2:1 S1>* -1 -2 200s 61s 61s +3:1 S1>3 a1< -3 +1:1 S2>1 A1!gone" },
	};

	(void)state;
	stories_come_true(stories, ARRAY_LEN(stories));
}

static void a_port_that_is_used_again_begins_a_connection(void **state)
{
	static const struct story stories[] = {
		{ "after a reset", "+1:1 S1>1 s1< A1>1 R1>1 +2:1 S1>2 #1 s1< @1:0/0 @2:1/0" },
		{ "in TIME_WAIT", "+1:1 S1>1 s1< A1>1 f1< F1>1 +2:1 S1>2 #1 @1:0/0 @2:1/0" },
		{ "not while it is established", "+1:1 S1>1 s1< A1>1 +2:1 S1>1 A1>1 #1 c1:1" },
		{ "not while one side is still open", "+1:1 S1>1 s1< A1>1 F1>1 +2:1 S1>1 #1 c1:1" },
		{ "not by the server's SYN", "+1:1 S1>1 s1< A1>1 r1< s1< #1 c1:1" },
		{ "not by any other packet", "+1:1 S1>1 s1< A1>1 r1< +2:1 A1>1 F1>1 R1>1 N1>1 a1< #1" },
		{ "there may be no server for it", "+1:1 S1>1 R1>1 s1< r1< =1:0 S1!no_server #0 A1!no_conn" },
		{ "its server may be gone", "+1:1 S1>1 s1< A1>1 R1>1 -1 +2:1 S1>2 #1 @1:0/0" },
		{ "its service may be gone", "+1:1 S1>1 s1< A1>1 R1>1 del S1!no_service #0" },
	};

	(void)state;
	stories_come_true(stories, ARRAY_LEN(stories));
}

/* One client port, two services, one port of one server: the server could not tell the connections apart. */
static void connections_that_would_look_the_same(void **state)
{
	static const struct story stories[] = {
		{ "the first one stays", "+1:1 y+1:1 S1>1 yS1!clash A1>1 a1< #1 y@1:0/0 yc1:0" },
		{ "another server is another matter", "+1:1 y+2:1 S1>1 yS1>2 a1< ya1< #2" },
		{ "another client, too", "+1:1 y+1:1 S1>1 yS2>1 a1< ya2< #2" },
		{ "the newcomer gets its way when the first one is over", "+1:1 y+1:1 S1>1 r1< yS1>1 #1 ys1< @1:0/0 y@1:1/0 A1!no_conn" },
		{ "in TIME_WAIT as well", "+1:1 y+1:1 S1>1 f1< F1>1 yS1>1 #1 ys1< @1:0/0" },
		{ "ports of one virtual address alike", "z+1:1 y+1:1 zS1>1 yS1!clash zr1< yS1>1 #1 z@1:0/0" },
		{ "the first one waits for its server", "+1:1 y+1:1 S1>1 s1< A1>1 -1 yS1!clash 901s yS1>1" },
		{ "a request again is no clash", "+1:1 y+1:1 S1>1 r1< yS1>1 yS1>1 yr1< S1>1 yS1!clash #1" },
	};

	(void)state;
	stories_come_true(stories, ARRAY_LEN(stories));
}

static void a_burst_is_as_good_as_one_packet_after_the_other(void **state)
{
	static const struct story stories[] = {
		{ "one SYN twice", "+1:1 +2:1 [ S1>2 S1>2 ] #1" },
		{ "a whole life", "+1:1 [ S1>1 s1< A1>1 a1< F1>1 f1< A1>1 ] #1 @1:0/1" },
		{ "two lives of one port", "+1:1 [ S1>1 s1< A1>1 R1>1 S1>1 s1< A1>1 R1>1 S1>1 ] #1 c1:3 @1:1/0" },
		{ "what ends in it is over for the rest", "+1:1 y+1:1 [ S1>1 yS1!clash r1< yS1>1 ys1< A1!no_conn yA1>1 ] #1" },
		{ "all kinds", "u+2:1 +1:1 [ S1>1 uD1>2 A2!no_conn ud1< s1< s3= A1>1 uD1>2 ] #2" },
		{ "longer than a batch",
		  "+1:1 [ S1>1 S2>1 S3>1 S4>1 S5>1 S6>1 S7>1 S8>1 S9>1 S10>1 S11>1 S12>1 S13>1 S14>1 S15>1 S16>1 "
		  "S17>1 S18>1 S19>1 S20>1 S21>1 S22>1 S23>1 S24>1 S25>1 S26>1 S27>1 S28>1 S29>1 S30>1 S31>1 S32>1 "
		  "s1< s2< s3< s4< s5< s6< s7< s8< s9< s10< s11< s12< s13< s14< s15< s16< "
		  "A1>1 A2>1 A3>1 A4>1 A5>1 A6>1 A7>1 A8>1 A40!no_conn A17>1 A18>1 A19>1 A20>1 A21>1 A22>1 A23>1 ] #32 @1:32/0" },
	};

	(void)state;
	stories_come_true(stories, ARRAY_LEN(stories));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_begin_and_belong_to_their_server),
		cmocka_unit_test(active_and_inactive_follow_the_state),
		cmocka_unit_test(connections_end_in_their_time),
		cmocka_unit_test(servers_come_and_go),
		cmocka_unit_test(a_port_that_is_used_again_begins_a_connection),
		cmocka_unit_test(connections_that_would_look_the_same),
		cmocka_unit_test(a_burst_is_as_good_as_one_packet_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
