// SPDX-License-Identifier: GPL-2.0-or-later
/* -A and -a are PUTs of what is not there yet, -E and -e PATCHes that name every key ipvsadm knows. */
#include "lvsadm/edit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/path.h"
#include "lvsadm/flags.h"
#include "sys/addrtext.h"

#define ID_BYTES (LVS_ENDPOINT_TEXT_BYTES + 8)

bool lvsadm_is_edit(enum lvsadm_kind kind)
{
	switch (kind) {
	case LVSADM_ADD:
	case LVSADM_EDIT:
	case LVSADM_DELETE:
	case LVSADM_FLUSH:
	case LVSADM_ADD_SERVER:
	case LVSADM_EDIT_SERVER:
	case LVSADM_DELETE_SERVER:
		return true;
	default:
		return false;
	}
}

/* In ids port 0 is said. */
static const char *end_id(const struct lvs_addr *addr, uint16_t port, char *id)
{
	lvs_endpoint_format(addr, port, id);
	if (!port)
		strcat(id, ":0");
	return id;
}

static const char *service_id(const struct lvsadm_key *key, char *id)
{
	const char *protocol = key->protocol == IPPROTO_TCP ? "tcp" : key->protocol == IPPROTO_UDP ? "udp" : "sctp";
	char endpoint[LVS_ENDPOINT_TEXT_BYTES];

	if (key->mark)
		(void)snprintf(id, ID_BYTES, "fwm%s:%u", key->family == AF_INET6 ? "6" : "", key->mark);
	else
		(void)snprintf(id, ID_BYTES, "%s:%s", protocol, end_id(&key->addr, key->port, endpoint));
	return id;
}

char *lvsadm_service_path(const struct lvsadm_key *key, const char *tail)
{
	char id[ID_BYTES];

	return lvs_client_path((const char *const[]){ "v1", "services", service_id(key, id), tail, NULL });
}

/* Packets for a server without a port keep theirs, so of a service with a port it has that. */
static char *server_path(const struct lvsadm_key *key, const struct lvsadm_server *server)
{
	char id[ID_BYTES], endpoint[LVS_ENDPOINT_TEXT_BYTES];
	uint16_t port = server->port ? server->port : key->port;

	return lvs_client_path((const char *const[]){ "v1", "services", service_id(key, id), "servers",
						      end_id(&server->addr, port, endpoint), NULL });
}

static json_t *flags_body(const struct lvsadm_service *service)
{
	json_t *array = json_array();

	for (unsigned int flag = LVSADM_FLAG_1; array && flag <= LVSADM_FLAG_3; flag <<= 1)
		if (service->flags & flag &&
		    json_array_append_new(array, json_string(lvsadm_flag_name(flag, service->scheduler)))) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

static json_t *persistent_body(const struct lvsadm_service *service)
{
	char netmask[INET_ADDRSTRLEN];

	if (service->key.family == AF_INET6)
		return json_pack("{s:i, s:i}", "timeout", (int)service->timeout, "prefix6", (int)service->prefix);
	return json_pack("{s:i, s:s}", "timeout", (int)service->timeout, "netmask",
			 inet_ntop(AF_INET, &service->netmask, netmask, sizeof(netmask)));
}

/* Of a service that may be there already, persistence that was not asked for is taken away. */
static json_t *service_body(const struct lvsadm_service *service, bool there)
{
	json_t *body = json_pack("{s:s, s:o, s:b}", "scheduler", service->scheduler, "scheduler_flags", flags_body(service),
				 "one_packet", service->one_packet);
	int err = 0;

	if (!body)
		return NULL;
	if (service->persistent)
		err |= json_object_set_new(body, "persistent", persistent_body(service));
	else if (there)
		err |= json_object_set_new(body, "persistent", json_null());
	if (*service->pe)
		err |= json_object_set_new(body, "helper", json_string(service->pe));
	if (err) {
		json_decref(body);
		return NULL;
	}
	return body;
}

static json_t *server_body(const struct lvsadm_server *server, bool there)
{
	static const char *const forwards[] = { [LVSADM_MASQ] = "masq", [LVSADM_TUNNEL] = "tunnel", [LVSADM_DROUTE] = "droute" };
	static const char *const types[] = { [LVSADM_IPIP] = "ipip", [LVSADM_GUE] = "gue", [LVSADM_GRE] = "gre" };
	static const char *const csums[] = { [LVSADM_NOCSUM] = "nocsum", [LVSADM_CSUM] = "csum", [LVSADM_REMCSUM] = "remcsum" };
	json_t *body = json_pack("{s:i, s:s, s:i, s:i}", "weight", server->weight, "forward", forwards[server->forward],
				 "upper_threshold", (int)server->upper, "lower_threshold", (int)server->lower);
	json_t *tunnel = NULL;

	if (server->forward == LVSADM_TUNNEL)
		tunnel = json_pack("{s:s, s:i, s:s}", "type", types[server->tunnel], "port", (int)server->tunnel_port, "csum",
				   csums[server->csum]);
	else if (there)
		tunnel = json_null();
	if (body && (tunnel || server->forward == LVSADM_TUNNEL) && json_object_set_new(body, "tunnel", tunnel)) {
		json_decref(body);
		return NULL;
	}
	return body;
}

int lvsadm_edit_new(const struct lvsadm_command *command, struct lvsadm_edit *ret_edit)
{
	const struct lvsadm_service *service = &command->service;
	bool there = command->kind == LVSADM_EDIT || command->kind == LVSADM_EDIT_SERVER;
	bool adds = command->kind == LVSADM_ADD || command->kind == LVSADM_ADD_SERVER;
	struct lvsadm_edit edit = { .method = adds ? "PUT" : there ? "PATCH" : "DELETE", .create = adds };

	switch (command->kind) {
	case LVSADM_ADD:
	case LVSADM_EDIT:
		edit.body = service_body(service, there);
		edit.path = lvsadm_service_path(&service->key, NULL);
		break;
	case LVSADM_ADD_SERVER:
	case LVSADM_EDIT_SERVER:
		edit.body = server_body(&command->server, there);
		edit.path = server_path(&service->key, &command->server);
		break;
	case LVSADM_DELETE_SERVER:
		edit.path = server_path(&service->key, &command->server);
		break;
	case LVSADM_DELETE:
		edit.path = lvsadm_service_path(&service->key, NULL);
		break;
	default:
		edit.path = strdup("/v1/services");
		break;
	}
	if (!edit.path || (!edit.body && (adds || there))) {
		lvsadm_edit_fini(&edit);
		return -ENOMEM;
	}
	*ret_edit = edit;
	return 0;
}

void lvsadm_edit_fini(struct lvsadm_edit *edit)
{
	free(edit->path);
	json_decref(edit->body);
	*edit = (struct lvsadm_edit){ .method = NULL };
}

json_t *lvsadm_edit_operation(const struct lvsadm_edit *edit)
{
	json_t *operation = json_pack("{s:s, s:s}", "method", edit->method, "path", edit->path);
	int err = 0;

	if (!operation)
		return NULL;
	if (edit->body)
		err |= json_object_set(operation, "body", edit->body);
	if (edit->create)
		err |= json_object_set_new(operation, "if_none_match", json_true());
	if (err) {
		json_decref(operation);
		return NULL;
	}
	return operation;
}
