// SPDX-License-Identifier: GPL-2.0-or-later
/* What runs, or would run: services that serve nobody, and tables that are about to be full. */
#include "lvsctl/doctor/doctor.h"

#include <string.h>

#include "lvsctl/api.h"

static void check_running(struct lvs_doctor *doctor)
{
	json_t *service;
	size_t i;

	json_array_foreach(doctor->services, i, service) {
		if (lvs_api_true(service, "live"))
			continue;
		lvs_doctor_find(doctor, "servers", "lvsctl servers", "service \"%s\" has no server that takes connections",
				lvs_api_text(service, "name"));
	}
}

static void check_configured(struct lvs_doctor *doctor)
{
	for (size_t i = 0; i < doctor->conf->nservices; i++) {
		const struct lvs_conf_service *service = &doctor->conf->services[i];
		bool any = false;

		for (size_t j = 0; j < service->nservers; j++)
			any = any || (service->servers[j].weight && !service->servers[j].drain.on);
		if (!any)
			lvs_doctor_find(doctor, "servers", "", "service \"%s\" has no server that takes connections",
					service->name);
	}
}

static void check_table(struct lvs_doctor *doctor)
{
	const json_t *connections = json_object_get(doctor->status, "connections");
	long long used = lvs_api_int(connections, "used"), capacity = lvs_api_int(connections, "capacity");

	if (capacity && used >= capacity / 10 * 9)
		lvs_doctor_find(doctor, "connections", "raise director.max_connections in lvs.conf, and restart lvsd",
				"%lld of %lld connections are taken", used, capacity);
}

void lvs_doctor_services(struct lvs_doctor *doctor)
{
	if (doctor->services)
		check_running(doctor);
	else
		check_configured(doctor);
	check_table(doctor);
}
