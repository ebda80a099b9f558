/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CRC32c, the checksum of SCTP (RFC 9260 appendix A), and what a change of a few bytes does to it. */
#ifndef LVS_BASE_CRC32C_H
#define LVS_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Of short data: eight steps per byte. */
uint32_t lvs_crc32c(const void *data, size_t len);

/**
 * lvs_crc32c_delta() - what changing some bytes of data does to its CRC
 * @diff:	old bytes xor new bytes, @len of them
 * @behind:	bytes behind them, whatever they are; less than 65536
 *
 * Return: old CRC xor new CRC. It is right for a wrong CRC too, which stays as wrong as it was
 */
uint32_t lvs_crc32c_delta(const void *diff, size_t len, size_t behind);

#endif
