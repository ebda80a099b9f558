// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of "notify". */
#include "conf/keys.h"

#include "base/bytes.h"
#include "conf/bad.h"
#include "conf/bad_check.h"
#include "conf/bad_dialog.h"
#include "conf/bad_notify.h"
#include "conf/conf.h"

#define LIVE .reload = true

static const struct lvs_conf_word events[] = {
	{ "server", LVS_CONF_EVENT_SERVER },
	{ "quorum", LVS_CONF_EVENT_QUORUM },
	{ "sorry", LVS_CONF_EVENT_SORRY },
	{ "protection", LVS_CONF_EVENT_PROTECTION },
	{ "reload", LVS_CONF_EVENT_RELOAD },
	{ "ejection", LVS_CONF_EVENT_EJECTION },
	{ NULL, 0 },
};

#define KEY(m) .name = #m, LVS_CONF_MEMBER(lvs_conf_notify, m)
#define WHERE(m) .where = offsetof(struct lvs_conf_notify, m##_where)
static const struct lvs_conf_key keys[] = {
	{ KEY(events), LIVE, .type = LVS_CONF_FLAGS, .words = events, .def = LVS_CONF_EVENTS_ALL,
	  .help = "what script, fifo and webhook are told of, such as ( \"server\", \"quorum\" )" },
	{ KEY(journal), LIVE, .type = LVS_CONF_BOOL, .def = true, .help = "whether events have fields in the journal" },
	{ KEY(script), LIVE, WHERE(script), .type = LVS_CONF_TEXT, .def_text = "", .optional = true, .bad = lvs_conf_bad_command,
	  .help = "a program that is run for each event, and its arguments" },
	{ KEY(script_timeout), LIVE, .type = LVS_CONF_SECONDS, .min = 100, .max = 3600000, .def = 10000,
	  .help = "seconds after which the script is killed" },
	{ KEY(fifo), .type = LVS_CONF_TEXT, .def_text = "", .optional = true, .bad = lvs_conf_bad_path,
	  .help = "the path of a FIFO that gets lines as keepalived writes them" },
	{ KEY(webhook), LIVE, WHERE(webhook), .type = LVS_CONF_TEXT, .def_text = "", .optional = true,
	  .bad = lvs_conf_bad_webhook, .help = "a URL that events are posted to, such as \"http://192.0.2.7:8080/lvsd\"" },
	{ KEY(webhook_address), LIVE, WHERE(webhook_address), .type = LVS_CONF_ADDRESS, .optional = true,
	  .bad = lvs_conf_bad_webhook_address,
	  .help = "the address of the URL's host, if that is a name" },
	{ KEY(webhook_headers), LIVE, WHERE(webhook_headers), .type = LVS_CONF_LINES, .optional = true, .bad = lvs_conf_bad_header,
	  .help = "headers of the request, such as [\"Authorization: Bearer 1234\"]" },
	{ KEY(webhook_ca), LIVE, WHERE(webhook_ca), .type = LVS_CONF_TEXT, .def_text = "", .optional = true,
	  .bad = lvs_conf_bad_ca, .help = "a file with the certificates of those who may vouch for the host" },
	{ KEY(webhook_timeout), LIVE, .type = LVS_CONF_SECONDS, .min = 100, .max = 60000, .def = 5000,
	  .help = "seconds after which a request has failed" },
};
const struct lvs_conf_group lvs_conf_notify_group = {
	"notify", sizeof(struct lvs_conf_notify), ARRAY_LEN(keys), keys, NULL,
};
