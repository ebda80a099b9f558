/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of grpc.health.v1.Health/Check: a length-prefixed message of Protocol Buffers with one field. */
#ifndef LVS_CHECK_GRPC_MESSAGE_H
#define LVS_CHECK_GRPC_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#define LVS_GRPC_SERVICE_MAX 255
/* Prefix, tag and length in front of the name. */
#define LVS_GRPC_REQUEST_BYTES (5 + 1 + 2 + LVS_GRPC_SERVICE_MAX)

/* HealthCheckResponse.ServingStatus; others may come. */
enum lvs_grpc_serving { LVS_GRPC_UNKNOWN, LVS_GRPC_SERVING, LVS_GRPC_NOT_SERVING, LVS_GRPC_SERVICE_UNKNOWN };

/**
 * lvs_grpc_request() - HealthCheckRequest
 * @service:	at most LVS_GRPC_SERVICE_MAX bytes; "": the server as a whole
 *
 * Return: bytes written to @ret
 */
size_t lvs_grpc_request(const char *service, uint8_t ret[LVS_GRPC_REQUEST_BYTES]);

/**
 * lvs_grpc_answer() - HealthCheckResponse
 * @bytes:	all that came
 * @ret_status:	enum lvs_grpc_serving, or whatever number the server sent
 *
 * Return: 0; -ENODATA: nothing came; -ENOTSUP: it is compressed; -EBADMSG: it is not one whole message
 */
int lvs_grpc_answer(const uint8_t *bytes, size_t len, uint32_t *ret_status);

#endif
