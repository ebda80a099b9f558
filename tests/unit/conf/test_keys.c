// SPDX-License-Identifier: GPL-2.0-or-later
/* The tables are sound, and manual and sample know every row. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/keys.h"

#define TEXT_BYTES (1u << 18)

static char *read_text(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096], *text = calloc(1, TEXT_BYTES);
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", top ? top : "..", name);
	file = fopen(path, "r");
	assert_non_null(text);
	assert_non_null(file);
	assert_true(fread(text, 1, TEXT_BYTES - 1, file) > 0);
	fclose(file);
	return text;
}

static void check_row(const struct lvs_conf_group *group, const struct lvs_conf_key *key)
{
	assert_non_null(key->help);
	assert_ptr_equal(lvs_conf_group_find(group, key->name), key);
	if (key->type == LVS_CONF_ABSENT)
		return;
	assert_true(key->size > 0 && key->offset + key->size <= group->size);
	if (key->type == LVS_CONF_NUMBER) {
		assert_int_equal(key->size, sizeof(uint32_t));
		assert_true(key->min >= 0 && key->max <= UINT32_MAX);
		/* What is not there is 0, and what has to be there needs no default. */
		if (key->optional || key->required)
			assert_int_equal(key->def, 0);
		else
			assert_true(key->def >= key->min && key->def <= key->max);
		assert_true(!key->bad || !key->bad(&key->def));
	}
	if (key->type == LVS_CONF_SECONDS) {
		assert_int_equal(key->size, sizeof(uint32_t));
		assert_true(key->min >= 0 && key->max <= UINT32_MAX);
		assert_true(key->optional ? !key->def : key->def >= key->min && key->def <= key->max);
	}
	if (key->type == LVS_CONF_LINES)
		assert_true(key->size <= LVS_CONF_LINES_BYTES && key->optional && key->bad);
	if (key->type == LVS_CONF_FLAGS) {
		uint32_t seen = 0;

		assert_int_equal(key->size, sizeof(uint32_t));
		for (const struct lvs_conf_word *word = key->words; word->text; word++) {
			assert_true(word->value && !(seen & word->value));
			seen |= word->value;
		}
		assert_int_equal(key->def & ~seen, 0);
	}
	if (key->type == LVS_CONF_CHOICE)
		assert_true(lvs_conf_word_text(key->words, key->def) || (key->optional && !key->def));
	if (key->unless)
		assert_non_null(lvs_conf_group_find(group, key->unless));
	if (key->type == LVS_CONF_TEXT) {
		assert_true(strlen(key->def_text) < key->size);
		/* An empty default that may not be written is one that is made from other keys. */
		assert_true(!*key->def_text || !key->bad(key->def_text));
	}
	if (key->type == LVS_CONF_GROUP)
		assert_int_equal(key->size, key->group->size);
	if (key->type == LVS_CONF_LIST)
		assert_int_equal(key->size, sizeof(void *));
}

static void check_group(const struct lvs_conf_group *group, const char *manual, const char *sample)
{
	char entry[80];

	/* One bit each while a group is read. */
	assert_true(group->nkeys <= 64);
	for (size_t i = 0; i < group->nkeys; i++) {
		const struct lvs_conf_key *key = &group->keys[i];

		check_row(group, key);
		snprintf(entry, sizeof(entry), "Cm %s", key->name);
		if (!strstr(manual, entry))
			fail_msg("lvs.conf.5 says nothing about \"%s\" in %s", key->name, group->title);
		if (key->type != LVS_CONF_ABSENT && !strstr(sample, key->name))
			fail_msg("lvs.conf does not show \"%s\" in %s", key->name, group->title);
		for (const struct lvs_conf_word *word = key->words; word && word->text; word++) {
			snprintf(entry, sizeof(entry), "Qq %s", word->text);
			if (!strstr(manual, entry))
				fail_msg("lvs.conf.5 says nothing about \"%s\" for \"%s\"", word->text, key->name);
		}
		if (key->group)
			check_group(key->group, manual, sample);
	}
}

static void rows_are_sound_and_documented(void **state)
{
	char *manual = read_text("man/lvs.conf.5"), *sample = read_text("etc/lvs.conf");

	(void)state;
	check_group(&lvs_conf_root, manual, sample);
	free(manual);
	free(sample);
}

/* "Default" and range of each number as the manual gives them. */
static void numbers_in_the_manual_are_those_of_the_tables(void **state)
{
	char *manual = read_text("man/lvs.conf.5"), expect[80];

	(void)state;
	for (size_t i = 0; i < lvs_conf_root.nkeys; i++) {
		const struct lvs_conf_group *group = lvs_conf_root.keys[i].group;

		for (size_t k = 0; lvs_conf_root.keys[i].type == LVS_CONF_GROUP && k < group->nkeys; k++) {
			const struct lvs_conf_key *key = &group->keys[k];
			const char *at, *end;

			if (key->type != LVS_CONF_NUMBER)
				continue;
			snprintf(expect, sizeof(expect), ".It Cm %s No = Em number\n", key->name);
			at = strstr(manual, expect);
			if (!at) {
				snprintf(expect, sizeof(expect), ".It Cm %s Ta %u Ta", key->name, key->def);
				if (!strstr(manual, expect))
					fail_msg("lvs.conf.5 has another default for \"%s\"", key->name);
				continue;
			}
			end = strstr(at, ".Pq Default: ");
			assert_non_null(end);
			assert_int_equal(strtoul(end + strlen(".Pq Default: "), NULL, 10), key->def);
			snprintf(expect, sizeof(expect), "%lld to %lld", (long long)key->min, (long long)key->max);
			at = strstr(at, expect);
			if (!at || at > end)
				fail_msg("lvs.conf.5 has another range for \"%s\"", key->name);
		}
	}
	free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sound_and_documented),
		cmocka_unit_test(numbers_in_the_manual_are_those_of_the_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
