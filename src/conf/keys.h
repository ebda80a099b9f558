/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every key of lvs.conf, once. Parser, dump, comparison, suggestions and the check that the manual is complete all walk
 * these tables, so a new key is a member of a struct in conf.h and one row in keys_director.c or keys_service.c.
 */
#ifndef LVS_CONF_KEYS_H
#define LVS_CONF_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a key holds, and the member it fills. */
enum lvs_conf_type {
	LVS_CONF_BOOL,		/* bool */
	LVS_CONF_NUMBER,	/* uint32_t */
	LVS_CONF_SECONDS,	/* uint32_t, milliseconds; written in seconds, with a fraction or without */
	LVS_CONF_CHOICE,	/* one of words: its value in 1 or 4 bytes */
	LVS_CONF_WORD,		/* one of words: const char * to its text */
	LVS_CONF_FLAGS,		/* any of words: uint32_t, the bits of their values */
	LVS_CONF_TEXT,		/* char array */
	LVS_CONF_LINES,		/* char array: strings of a list, a '\n' between each two */
	LVS_CONF_ENDPOINT,	/* struct lvs_addr followed by uint16_t port */
	LVS_CONF_PORTS,		/* struct lvs_ports */
	LVS_CONF_PREFIX,	/* struct lvs_prefix */
	LVS_CONF_ADDRESS,	/* struct lvs_addr */
	LVS_CONF_ADDRESSES,	/* struct lvs_conf_addresses */
	LVS_CONF_INTERFACES,	/* struct lvs_conf_interfaces */
	LVS_CONF_GROUP,		/* struct */
	LVS_CONF_LIST,		/* size_t count, pointer to an array of structs */
	LVS_CONF_ABSENT,	/* LVS has it, this version does not */
};

/* One word of a choice. A table ends with .text == NULL. */
struct lvs_conf_word {
	const char *text;
	uint32_t value;
};

struct lvs_conf_group;

/**
 * struct lvs_conf_key - one row
 * @reload:	a running director can change it
 * @required:	there is no default
 * @unless:	a key of the same group in whose place a required one stands; NULL: it is always required
 * @optional:	may be absent, and a dump then leaves it out: a GROUP's struct begins with a bool that says whether it is
 *		there; an ENDPOINT is lvs_addr_any() if it is not, any other member is all zeros
 * @inherited:	of a LIST's group: what is not given is that of the key of this name around the list
 * @offset:	of the member within its group's struct
 * @size:	of the member
 * @count:	LIST: offset of the number of elements
 * @where:	BOOL to INTERFACES: offset of the struct lvs_conf_where that gets the value's place; 0: none
 * @places:	LINES: @where has room for so many, one for each string, and there may be no more of them; 0: it is of the list
 * @alone:	LIST: of one element at most, which is written as a group
 * @whole:	LIST: its elements are nothing on their own: who has other ones is another one
 * @min, @max:	NUMBER, SECONDS (milliseconds): its range; LIST: @max elements
 * @def:	BOOL, NUMBER, SECONDS, CHOICE, FLAGS: the default
 * @def_text:	WORD, TEXT: the default; ABSENT: what to do instead, NULL: just leave it out
 * @words:	CHOICE, WORD, FLAGS; NUMBER: words that stand for numbers in its range, or NULL
 * @group:	GROUP, LIST: what is inside
 * @bad:	NUMBER (uint32_t *), PREFIX (struct lvs_prefix *), ADDRESS and each of ADDRESSES (struct lvs_addr *), TEXT and
 *		each of LINES and INTERFACES (char *): why the value is refused, or NULL
 * @help:	what it is, with its unit; for hints
 */
struct lvs_conf_key {
	const char *name;
	enum lvs_conf_type type;
	bool reload;
	bool required;
	const char *unless;
	bool optional;
	bool inherited;
	bool alone;
	bool whole;
	size_t offset;
	size_t size;
	size_t count;
	size_t where;
	size_t places;
	int64_t min, max;
	uint32_t def;
	const char *def_text;
	const struct lvs_conf_word *words;
	const struct lvs_conf_group *group;
	const char *(*bad)(const void *value);
	const char *help;
};

/**
 * struct lvs_conf_group - the keys between a pair of braces
 * @title:	how messages call it
 * @size:	of its struct
 * @finish:	derives the defaults that depend on other keys, once all of a group is read; NULL: there are none
 */
struct lvs_conf_group {
	const char *title;
	size_t size;
	size_t nkeys;
	const struct lvs_conf_key *keys;
	void (*finish)(void *base);
};

/* For rows: the member @m of struct @s. */
#define LVS_CONF_MEMBER(s, m) .offset = offsetof(struct s, m), .size = sizeof(((struct s *)NULL)->m)

/* The file as a whole; its struct is struct lvs_conf. */
extern const struct lvs_conf_group lvs_conf_root;
extern const struct lvs_conf_group lvs_conf_notify_group;
extern const struct lvs_conf_group lvs_conf_mark_group;
extern const struct lvs_conf_group lvs_conf_service_group;
extern const struct lvs_conf_group lvs_conf_server_group;
extern const struct lvs_conf_group lvs_conf_check_group;
extern const struct lvs_conf_group lvs_conf_sorry_group;
extern const struct lvs_conf_group lvs_conf_slow_start_group;
extern const struct lvs_conf_group lvs_conf_flap_group;

/* For rows about health, which services and servers have alike. */
#define LVS_CONF_CHECK_KEY(s)                                                                                            \
	.type = LVS_CONF_LIST, .optional = true, .alone = true, .whole = true, .group = &lvs_conf_check_group,           \
	.count = offsetof(struct s, ncheck), .max = 1, .help = "how a server is asked whether it is up"
#define LVS_CONF_CHECKS_KEY(s)                                                                                           \
	.type = LVS_CONF_LIST, .optional = true, .whole = true, .group = &lvs_conf_check_group,                          \
	.count = offsetof(struct s, nchecks), .max = LVS_CONF_CHECKS_MAX,                                                \
	.help = "several ways in which a server is asked whether it is up"
#define LVS_CONF_NEEDED_KEY(s)                                                                                           \
	.type = LVS_CONF_NUMBER, .words = lvs_conf_needed, .min = 1, .max = LVS_CONF_CHECKS_ALL,                         \
	.where = offsetof(struct s, checks_needed_where), .help = "how many checks have to be up: \"all\", \"any\" or a number"

extern const struct lvs_conf_word lvs_conf_needed[];
extern const struct lvs_conf_word lvs_conf_on_downs[];
extern const struct lvs_conf_word lvs_conf_initials[];

/* Gives each member of the group, and of the groups inside it, its default. Lists become empty. */
void lvs_conf_group_defaults(const struct lvs_conf_group *group, void *base);

/* Return: the row called @name, or NULL */
const struct lvs_conf_key *lvs_conf_group_find(const struct lvs_conf_group *group, const char *name);

/* Whether the member has the same value in both structs. A LIST that is not whole is always equal. */
bool lvs_conf_key_equal(const struct lvs_conf_key *key, const void *a, const void *b);

/**
 * lvs_conf_key_format() - a member's value as lvs.conf spells it
 * @base:	the struct it is a member of
 *
 * All but LIST; a group on one line, "none" for an optional one that is not there. Return: @buf
 */
#define LVS_CONF_VALUE_BYTES 2048
char *lvs_conf_key_format(const struct lvs_conf_key *key, const void *base, char buf[LVS_CONF_VALUE_BYTES]);

/* Whether the member says nothing, so that a dump leaves it out. */
bool lvs_conf_key_unset(const struct lvs_conf_key *key, const void *base);

/* Whether it says what it would say unset: @outer, around the list that @base is in, has the same at @outer_base. */
bool lvs_conf_key_as_around(const struct lvs_conf_key *key, const void *base, const struct lvs_conf_group *outer,
			    const void *outer_base);

/* LIST: how many there are, and the first of them. */
size_t lvs_conf_list_count(const struct lvs_conf_key *key, const void *base);
const char *lvs_conf_list_elements(const struct lvs_conf_key *key, const void *base);

/* CHOICE: Return: the word of a value, or NULL */
const char *lvs_conf_word_text(const struct lvs_conf_word *words, uint32_t value);

/* CHOICE: the member's value, whatever its size. */
uint32_t lvs_conf_choice_get(const struct lvs_conf_key *key, const void *base);
void lvs_conf_choice_set(const struct lvs_conf_key *key, void *base, uint32_t value);

#endif
