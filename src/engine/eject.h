/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a server's traffic says of its health: a server that fails several clients in a row gets no new ones for a while,
 * then has to prove itself with the next. For engine/ sources only, but for struct lvs_seen and what tells of changes.
 */
#ifndef LVS_ENGINE_EJECT_H
#define LVS_ENGINE_EJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/time.h"

struct lvs_rules;
struct lvs_server;
struct lvs_service;

/**
 * struct lvs_eject_spec - what an operator says
 * @failures:	in a row that eject a server; 0: none ever do
 * @time:	how long it is out; twice as long if it fails again at once, and so on
 * @time_max:	but no longer
 * @share:	percent of the service's servers that may be out at a time
 */
struct lvs_eject_spec {
	uint32_t failures;
	lvs_ns time, time_max;
	uint8_t share;
};

/* How a connection came to nothing. */
enum lvs_failure {
	LVS_FAILURE_REFUSED,		/* reset */
	LVS_FAILURE_SILENT,		/* the client repeated himself, or gave up */
	LVS_FAILURE_UNREACHABLE,	/* an ICMP error said so */
	LVS_FAILURE_COUNT
};

/* Why a server is let in again. */
enum lvs_readmission {
	LVS_READMIT_TIME,		/* it was out for long enough */
	LVS_READMIT_NEEDED,		/* there was nobody else */
	LVS_READMIT_RULES,		/* the rules have changed, or somebody took it in */
};

/**
 * struct lvs_seen - what was seen of one server
 * @answered:	connections that it answered
 * @failures:	that came to nothing, by kind
 * @offered:	of those, whose clients were offered to another server
 * @row:	failures since the last answer
 * @latency:	from a SYN to its answer, an average in which the last of them counts an eighth; 0: not known
 * @ejections:	how often it was ejected
 * @ejected:	it is out, until @until
 * @times:	how often it was without an answer in between
 * @time:	for how long it is out, or was the last time
 * @failed, @failure: how many failures in a row ejected it, the last of them of what kind
 * @readmission: why it was let in the last time
 * @told, @ntold: @ejected and @ejections when lvs_eject_next() saw them last
 * @of_news:	of those that have changed since then
 */
struct lvs_seen {
	uint64_t answered;
	uint64_t failures[LVS_FAILURE_COUNT];
	uint64_t offered;
	uint64_t ejections;
	lvs_ns latency;
	lvs_ns until;
	uint32_t row;
	uint32_t times;
	bool ejected;
	struct lvs_list of_ejected;
	lvs_ns time;
	uint32_t failed;
	enum lvs_failure failure;
	enum lvs_readmission readmission;
	bool told;
	uint64_t ntold;
	struct lvs_list of_news;
};

/* A client's connection to @server came to nothing. */
void lvs_eject_failed(struct lvs_server *server, enum lvs_failure failure, lvs_ns now);

/* It was answered. @latency: of the answer to a SYN; 0: not known */
void lvs_eject_answered(struct lvs_server *server, lvs_ns latency);

/* Servers of @service whose time is over may be chosen again. To be called before one is. */
void lvs_eject_recover(struct lvs_service *service, lvs_ns now);

/**
 * lvs_eject_forgive() - nobody of @service is out any more, and nobody on probation
 *
 * For when there is nobody else, and when the rules have changed. Return: was anybody?
 */
bool lvs_eject_forgive(struct lvs_service *service, enum lvs_readmission why);

/* @server is taken in by somebody's word: nothing is held against it. */
void lvs_eject_pardon(struct lvs_server *server);

/* @server leaves its service. */
void lvs_eject_forget(struct lvs_server *server);

/**
 * struct lvs_ejection - what became of a server
 * @again:	it was out, came in, and is out again; only with @out
 */
struct lvs_ejection {
	const struct lvs_server *server;
	bool out, again;
};

/**
 * lvs_eject_next() - one server that is out and was not, or is in again
 *
 * However often it went out and came in since it was here last, it is here once. Not from within lvs_engine_handle().
 *
 * Return: false: there is none
 */
bool lvs_eject_next(struct lvs_rules *rules, struct lvs_ejection *ret_ejection);

/* Is there anything that lvs_eject_next() might tell? */
bool lvs_eject_any(const struct lvs_rules *rules);

/**
 * lvs_eject_readmit() - lets in whose time is over, though no client has come to ask for them
 *
 * Return: when the next one's time is over; LVS_NS_NEVER if nobody is out
 */
lvs_ns lvs_eject_readmit(struct lvs_rules *rules, lvs_ns now);

#endif
