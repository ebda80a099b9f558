/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of conf.h that says how servers are checked, and what follows from it, for conf.h only. */
#ifndef LVS_CONF_CONF_HEALTH_H
#define LVS_CONF_CONF_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "conf/conf_network.h"

#define LVS_CONF_PATH_BYTES 256
#define LVS_CONF_LINES_BYTES 512
#define LVS_CONF_CHECKS_MAX 16
#define LVS_CONF_CHECKS_ALL 65535	/* checks_needed: however many there are */

enum lvs_conf_via { LVS_CONF_VIA_SERVER, LVS_CONF_VIA_VIP };

/**
 * struct lvs_conf_check - how a server is asked whether it is up. What is not given is all zeros; each key from @method on
 * is one of some types only
 * @type:	"tcp", ...; static storage
 * @interval, @fast_interval, @timeout, @start_spread: milliseconds
 * @rise, @fall: results in a row
 * @jitter:	percent
 * @source:	where to ask from; all zeros: anywhere
 * @port:	0: the server's own, or the service's if it goes through the VIP
 * @via:	is the server itself asked, or the service that sends on to it?
 */
struct lvs_conf_check {
	const char *type;
	uint32_t interval, fast_interval, timeout;
	uint32_t rise, fall;
	uint32_t jitter;
	uint32_t start_spread;
	struct lvs_addr source;
	uint32_t port;
	enum lvs_conf_via via;
	char method[16];
	char path[512];
	char host[128];
	char headers[LVS_CONF_LINES_BYTES];
	char status[128];
	char body[256];
	char regex[256];
	char digest[80];
	const char *http_version;
	char sni[128];
	bool verify;
	char ca[LVS_CONF_PATH_BYTES];
	char pin[256];
	char send[LVS_CONF_LINES_BYTES];
	char expect[LVS_CONF_LINES_BYTES];
	char send_text[256];
	char expect_text[256];
	char expect_regex[256];
	const char *query_type;
	char query_name[256];
	char answer[256];
	char helo_name[128];
	char grpc_service[256];
	bool tls;
	char command[LVS_CONF_LINES_BYTES];
	char file[LVS_CONF_PATH_BYTES];
	struct lvs_conf_where type_where, interval_where, fast_interval_where, timeout_where, source_where, port_where, via_where;
	struct lvs_conf_where method_where, path_where, host_where, headers_where, status_where, body_where, regex_where;
	struct lvs_conf_where digest_where, http_version_where, sni_where, verify_where, ca_where, pin_where;
	struct lvs_conf_where send_where, expect_where;
	struct lvs_conf_where send_text_where, expect_text_where, expect_regex_where, query_type_where, query_name_where;
	struct lvs_conf_where answer_where;
	struct lvs_conf_where helo_name_where, grpc_service_where, tls_where, command_where, file_where;
};

enum lvs_conf_curve { LVS_CONF_LINEAR, LVS_CONF_DOUBLING };

/**
 * struct lvs_conf_slow_start - a server that comes up gets its share little by little
 * @time:	milliseconds
 */
struct lvs_conf_slow_start {
	bool on;
	uint32_t time;
	enum lvs_conf_curve curve;
};

/**
 * struct lvs_conf_flap - who falls @changes times in @window stays down for @hold, milliseconds both
 */
struct lvs_conf_flap {
	bool on;
	uint32_t changes, window, hold;
};

#define LVS_CONF_DEPENDS_MAX 8
#define LVS_CONF_DEPENDS_BYTES 512	/* of names as long as they may be */

/**
 * struct lvs_conf_depends - services without which another one is of no use
 * @names:	of them, a '\n' between each two; empty: there are none
 * @places:	of each name in the file
 */
struct lvs_conf_depends {
	char names[LVS_CONF_DEPENDS_BYTES];
	struct lvs_conf_where places[LVS_CONF_DEPENDS_MAX];
};

enum lvs_conf_on_down { LVS_CONF_REMOVE, LVS_CONF_QUIESCE, LVS_CONF_RESET };

enum lvs_conf_initial { LVS_CONF_INITIAL_DOWN, LVS_CONF_INITIAL_UP, LVS_CONF_INITIAL_LAST };

#endif
