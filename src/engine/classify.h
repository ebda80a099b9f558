/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The classifier: rules that give packets a mark, as netfilter's do in front of a kernel director. Only packets that
 * belong to no connection are looked at. A classifier never changes; other rules are another classifier.
 */
#ifndef LVS_ENGINE_CLASSIFY_H
#define LVS_ENGINE_CLASSIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/ports.h"
#include "base/prefix.h"

struct lvs_tuple;

#define LVS_MARK_RULES_MAX 65536

/**
 * struct lvs_mark_rule - what a packet has to have
 * @mark:	what it gets, never 0
 * @proto:	0: any that has ports
 * @address:	where it goes
 * @client:	where it comes from; 0 bits: anywhere
 * @ports:	where it goes; n is 0: any
 * @transparent: the address is that of others, who have what no service takes; else it is virtual
 */
struct lvs_mark_rule {
	uint32_t mark;
	uint8_t proto;
	struct lvs_prefix address, client;
	struct lvs_ports ports;
	bool transparent;
};

struct lvs_classifier;

/**
 * lvs_classifier_new() - from rules in order: the first one that fits counts
 * @rules:	copied
 * @key:	random, secret
 *
 * Return: 0, -EINVAL (a mark of 0, a prefix with ones behind its length, ports out of order, more than
 * LVS_MARK_RULES_MAX) or -ENOMEM
 */
int lvs_classifier_new(const struct lvs_mark_rule *rules, uint32_t n, const struct lvs_hash_key *key,
		       struct lvs_classifier **ret_classifier);

/* @classifier: NULL, or consumed */
void lvs_classifier_free(struct lvs_classifier *classifier);

/**
 * lvs_classify() - the mark of a packet
 * @classifier:	NULL has no rules
 * @tuple:	of a protocol with ports
 *
 * Takes a hash and two bisections for each pair of prefix lengths (address and client) that occurs among the rules, however
 * many rules there are.
 *
 * Return: 0 if no rule fits
 */
uint32_t lvs_classify(const struct lvs_classifier *classifier, const struct lvs_tuple *tuple);

/* Is @addr in the address of any rule that is not transparent? @classifier: as above */
bool lvs_classifier_covers(const struct lvs_classifier *classifier, const struct lvs_addr *addr);

/* Is @fn true of any mark that packets to @addr may get? @classifier: as above */
bool lvs_classifier_any(const struct lvs_classifier *classifier, const struct lvs_addr *addr,
			bool (*fn)(const void *arg, uint32_t mark), const void *arg);

/**
 * lvs_classifier_prefix() - the addresses of all rules, each once
 * @classifier:	as above
 * @ret_transparent: whether all its rules are transparent
 *
 * Return: borrowed, the @i-th of them; NULL behind the last
 */
const struct lvs_prefix *lvs_classifier_prefix(const struct lvs_classifier *classifier, uint32_t i, bool *ret_transparent);

#endif
