// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/slots.h"

static char path[64];

static int make_place(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/slots-%ld", (long)getpid());
	(void)unlink(path);
	return 0;
}

static int remove_place(void **state)
{
	(void)state;
	return unlink(path) < 0 && errno != ENOENT;
}

static void expect(int err, const char *text)
{
	struct lvs_slots slots;
	size_t len;
	char *got;

	assert_int_equal(lvs_slots_open(path, &slots, &got, &len), err);
	assert_string_equal(got, text);
	assert_int_equal(len, strlen(text));
	free(got);
	lvs_slots_close(&slots);
}

static void write_next(const char *text)
{
	struct lvs_slots slots;
	size_t len;
	char *got;

	assert_true(lvs_slots_open(path, &slots, &got, &len) >= 0);
	free(got);
	assert_int_equal(lvs_slots_write(&slots, text, strlen(text)), 0);
	lvs_slots_close(&slots);
}

static void flip(off_t at)
{
	int fd = open(path, O_RDWR);
	unsigned char byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 0x04;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void the_latest_is_read(void **state)
{
	char text[16];

	(void)state;
	expect(0, "");
	expect(0, "");
	for (int i = 0; i < 5; i++) {
		(void)snprintf(text, sizeof(text), "text %d\n", i);
		write_next(text);
		expect(0, text);
	}
	write_next("");
	expect(0, "");
}

static void one_writer_alone(void **state)
{
	struct lvs_slots slots, other;
	size_t len;
	char *got;

	(void)state;
	assert_int_equal(lvs_slots_open(path, &slots, &got, &len), 0);
	free(got);
	assert_int_equal(lvs_slots_open(path, &other, &got, &len), -EBUSY);
	for (int i = 0; i < 4; i++)
		assert_int_equal(lvs_slots_write(&slots, "abc", 3), 0);
	assert_int_equal(slots.sequence, 4);
	lvs_slots_close(&slots);
	expect(0, "abc");
}

/* The second text is in slot 0, the first one in slot 1. */
static void each_damaged_byte_is_seen(void **state)
{
	const char *text = "tcp:192.0.2.10:80 10.0.0.11:8080 up\n";

	(void)state;
	write_next("before\n");
	write_next(text);
	for (size_t i = 0; i < LVS_SLOTS_HEAD_BYTES + strlen(text); i++) {
		flip((off_t)i);
		expect(0, "before\n");
		flip((off_t)i);
		expect(0, text);
	}
}

static void cut_anywhere(void **state)
{
	const char *text = "second\n";

	(void)state;
	write_next("first\n");
	write_next(text);
	assert_int_equal(truncate(path, (off_t)LVS_SLOT_BYTES + LVS_SLOTS_HEAD_BYTES + 5), 0);
	expect(0, text);
	for (size_t i = LVS_SLOTS_HEAD_BYTES + strlen(text) - 1; i >= 11; i--) {
		assert_int_equal(truncate(path, (off_t)i), 0);
		expect(1, "");
	}
	assert_int_equal(truncate(path, 0), 0);
	expect(0, "");
}

static void both_damaged_begins_anew(void **state)
{
	(void)state;
	write_next("first\n");
	write_next("second\n");
	flip(LVS_SLOTS_HEAD_BYTES);
	flip((off_t)LVS_SLOT_BYTES + LVS_SLOTS_HEAD_BYTES);
	expect(1, "");
	write_next("third\n");
	expect(0, "third\n");
}

static void another_version(void **state)
{
	FILE *file = fopen(path, "w");

	(void)state;
	assert_non_null(file);
	assert_true(fputs("lvsd-state 2 00000000000000000002 00000000 00000000\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	expect(1, "");
}

static void what_is_not_ours_is_left_alone(void **state)
{
	struct lvs_slots slots;
	struct stat st;
	FILE *file = fopen(path, "w");
	size_t len;
	char *got;

	(void)state;
	assert_non_null(file);
	assert_true(fputs("root:x:0:0:root:/root:/bin/sh\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(lvs_slots_open(path, &slots, &got, &len), -EINVAL);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 30);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(lvs_slots_open(path, &slots, &got, &len), -ELOOP);
	assert_int_equal(lvs_slots_open("/dev/null", &slots, &got, &len), -EINVAL);
	assert_int_equal(lvs_slots_open("/nowhere/at/all", &slots, &got, &len), -ENOENT);
}

static void too_much_is_refused(void **state)
{
	struct lvs_slots slots;
	char *got, *text = malloc(LVS_SLOTS_TEXT_MAX + 1);
	size_t len;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LVS_SLOTS_TEXT_MAX + 1);
	assert_int_equal(lvs_slots_open(path, &slots, &got, &len), 0);
	free(got);
	assert_int_equal(lvs_slots_write(&slots, text, LVS_SLOTS_TEXT_MAX + 1), -EFBIG);
	assert_int_equal(lvs_slots_write(&slots, text, LVS_SLOTS_TEXT_MAX), 0);
	assert_int_equal(lvs_slots_write(&slots, text, LVS_SLOTS_TEXT_MAX), 0);
	lvs_slots_close(&slots);
	text[LVS_SLOTS_TEXT_MAX] = '\0';
	expect(0, text);
	free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_latest_is_read),
		TEST(one_writer_alone),
		TEST(each_damaged_byte_is_seen),
		TEST(cut_anywhere),
		TEST(both_damaged_begins_anew),
		TEST(another_version),
		TEST(what_is_not_ours_is_left_alone),
		TEST(too_much_is_refused),
	};

	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
