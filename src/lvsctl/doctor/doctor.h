/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the examinations of "lvsctl doctor" share. */
#ifndef LVS_LVSCTL_DOCTOR_DOCTOR_H
#define LVS_LVSCTL_DOCTOR_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "conf/conf.h"
#include "lvsctl/command.h"

/**
 * struct lvs_doctor - one visit
 * @conf:	what is examined: the running configuration, or a file's
 * @services:	as the API lists them; NULL: lvsd cannot be asked
 * @status:	of the API; NULL: it cannot be asked
 * @findings:	array of objects: check, ok (true, false, or null for what could not be examined), text, fix
 */
struct lvs_doctor {
	struct lvs_ctl *ctl;
	const struct lvs_conf *conf;
	json_t *services;
	json_t *status;
	json_t *findings;
};

/* One mistake. @fix: the command that mends it, or "" */
void lvs_doctor_find(struct lvs_doctor *doctor, const char *check, const char *fix, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What could not be examined, and why. */
void lvs_doctor_skip(struct lvs_doctor *doctor, const char *check, const char *why);

/* This host: the device and /dev/net/tun, the kernel's own IPVS, its tables. */
void lvs_doctor_host(struct lvs_doctor *doctor);

/* The ways of packets: forwarding, filters, routes, rules, proxies, as lvsd's manual mode looks at them. */
void lvs_doctor_paths(struct lvs_doctor *doctor);

/* Who else answers for a virtual address, asked on each network that it is on. */
void lvs_doctor_arp(struct lvs_doctor *doctor);

/* The services and their servers, as they run. */
void lvs_doctor_services(struct lvs_doctor *doctor);

/**
 * lvs_doctor_kernel_has() - is the service one of the kernel's IPVS?
 * @table:	text of /proc/net/ip_vs
 */
bool lvs_doctor_kernel_has(FILE *table, const struct lvs_conf_service *service);

#endif
