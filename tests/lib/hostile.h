/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Servers that wish a check no good, and what has to be true of each run against one: it ends, with a reason that can be
 * printed; little memory was taken, and little read of all that was sent; and the server was left alone in the end.
 */
#ifndef LVS_TESTS_LIB_HOSTILE_H
#define LVS_TESTS_LIB_HOSTILE_H

#include "check/check.h"

/* What a server would send, if it could: a gigabyte. */
#define HOSTILE_OFFER (1ul << 30)
/* What it may get rid of: the buffers of two sockets, and what is read until it is noticed. */
#define HOSTILE_TAKEN_MAX (64ul << 20)
/* What a test program may grow by. A sanitizer keeps what was freed for a while. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOSTILE_GROWTH_MAX (640ul << 20)
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HOSTILE_GROWTH_MAX (640ul << 20)
#endif
#ifndef HOSTILE_GROWTH_MAX
#define HOSTILE_GROWTH_MAX (64ul << 20)
#endif

/* How it ends: after what it says first. */
enum hostile_end {
	HOSTILE_HANGS_UP,
	HOSTILE_RESETS,
	HOSTILE_IS_SILENT,	/* until the check hangs up */
	HOSTILE_FLOODS,		/* with @again, whatever the check says meanwhile */
	HOSTILE_TRICKLES,	/* the same, a byte now and then */
};

/**
 * struct hostile_row - one behaviour
 * @kind:	of check
 * @hears:	HTTP's empty line first; else what is there first
 * @first, @again: bytes, with their lengths; HOSTILE_BYTES()
 * @timeout_ms:	the check's; 0: so long that the run has to end before
 * @state:	what the check has to come to
 * @reason:	what its reason holds; NULL: any
 */
struct hostile_row {
	const char *what;
	const char *kind;
	bool hears;
	const char *first;
	size_t first_len;
	enum hostile_end end;
	const char *again;
	size_t again_len;
	struct lvs_check_param params[4];
	unsigned int timeout_ms;
	enum lvs_health_state state;
	const char *reason;
};

/* A literal, NULs and all. */
#define HOSTILE_BYTES(text) (text), sizeof(text) - 1
#define HOSTILE_NOTHING NULL, 0

/* All of @rows, over TCP; the first that fails ends the test. */
void hostile_judge(const struct hostile_row *rows, size_t n);

/* Bytes of memory that this program had at most so far. */
size_t hostile_peak(void);

/* A verdict's reason is words that can be printed, and ends. */
void hostile_expect_words(const char *what, const char *reason);

#endif
