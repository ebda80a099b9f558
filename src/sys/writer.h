/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that grows as it is written, for answers of any length. */
#ifndef LVS_SYS_WRITER_H
#define LVS_SYS_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/**
 * struct lvs_writer - zeroes are an empty one
 * @bytes:	@len of them, no NUL at the end; NULL if nothing was written yet
 * @failed:	memory ran out: what was to be written since then is missing
 */
struct lvs_writer {
	char *bytes;
	size_t len, room;
	bool failed;
};

/* The bytes go; the writer is empty again. */
void lvs_writer_fini(struct lvs_writer *writer);

void lvs_writer_bytes(struct lvs_writer *writer, const void *bytes, size_t n);
void lvs_writer_char(struct lvs_writer *writer, char c);
void lvs_writer_text(struct lvs_writer *writer, const char *text);
void lvs_writer_u64(struct lvs_writer *writer, uint64_t number);

/* @number / 10^@digits, with as many digits behind the point, at most 9: "1.250" */
void lvs_writer_fixed(struct lvs_writer *writer, uint64_t number, unsigned int digits);

/* For what is written seldom. */
void lvs_writer_format(struct lvs_writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As lvs_addr_format() does. */
void lvs_writer_addr(struct lvs_writer *writer, const struct lvs_addr *addr);

/* "192.0.2.1:80", "[2001:db8::1]:80"; @port: host order, written even if it is 0 */
void lvs_writer_endpoint(struct lvs_writer *writer, const struct lvs_addr *addr, uint16_t port);

#endif
