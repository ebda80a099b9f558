// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IPVS has an errno, and ipvsadm a table of sentences per operation; the API has kinds of problems, fields and details.
 * What both refuse is said in IPVS's words, the rest (an address that lvsd cannot take, a weight that is too large for it)
 * in lvsd's.
 */
#include "lvsadm/refuse.h"

#include <string.h>

#define INVALID "Invalid operation.  Possibly wrong module version, address not unicast, ..."

static bool failed(struct lvsadm_fault *fault, const char *text)
{
	return lvsadm_fault_status(fault, LVSADM_EXIT_FAILED, "%s", text);
}

bool lvsadm_unreachable(const struct lvs_problem *problem, struct lvsadm_fault *fault)
{
	const char *why;

	switch (problem->failure) {
	case LVS_FAILURE_NONE:
	case LVS_FAILURE_PROBLEM:
		return false;
	case LVS_FAILURE_PERMISSION:
		if (problem->document) {
			(void)lvsadm_fault_status(fault, LVSADM_EXIT_FAILED, "Permission denied (you must be root)\n%s",
						  problem->message);
			return true;
		}
		why = "Permission denied (you must be root)";
		break;
	case LVS_FAILURE_NO_SOCKET:
	case LVS_FAILURE_STALE:
		why = "Protocol not available";
		break;
	case LVS_FAILURE_MEMORY:
		why = "Memory allocation problem";
		break;
	default:
		why = "Connection error";
	}
	(void)lvsadm_fault(fault, "Can't initialize ipvs: %s\n%s", why, problem->message);
	return true;
}

static bool is_server(enum lvsadm_kind kind)
{
	return kind == LVSADM_ADD_SERVER || kind == LVSADM_EDIT_SERVER || kind == LVSADM_DELETE_SERVER;
}

static bool ends(const char *text, const char *tail)
{
	size_t len = strlen(text), n = strlen(tail);

	return len >= n && !strcmp(text + len - n, tail);
}

bool lvsadm_forbidden(const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	const struct lvsadm_server *server = &command->server;

	switch (command->kind) {
	case LVSADM_ADD:
	case LVSADM_EDIT:
		if (*command->service.pe && strcmp(command->service.pe, "sip") != 0)
			return !failed(fault, "Scheduler or persistence engine not found");
		return false;
	case LVSADM_ADD_SERVER:
	case LVSADM_EDIT_SERVER:
		if (server->lower > server->upper)
			return !failed(fault, "Numerical result out of range");
		if (command->kind == LVSADM_ADD_SERVER && !lvs_addr_is_unicast(&server->addr))
			return !failed(fault, INVALID);
		return false;
	default:
		return false;
	}
}

bool lvsadm_refused(const struct lvsadm_command *command, const char *kind, const char *field, const char *detail, bool service,
		    struct lvsadm_fault *fault)
{
	if (!strcmp(kind, "exists"))
		return failed(fault, command->kind == LVSADM_ADD ? "Service already exists" : "Destination already exists");
	if (!strcmp(kind, "not-found") && !is_server(command->kind))
		return failed(fault, "No such service");
	if (!strcmp(kind, "not-found"))
		return failed(fault, service ? "No such destination" : "Service not defined");
	if (!is_server(command->kind) && ends(field, "/scheduler"))
		return failed(fault, "Scheduler or persistence engine not found");
	return failed(fault, detail);
}
