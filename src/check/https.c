// SPDX-License-Identifier: GPL-2.0-or-later
/* http, by way of TLS. */
#include "check/http.h"

static void https_start(struct lvs_check *check)
{
	lvs_http_start(check, "https");
}

const struct lvs_check_ops lvs_check_https = {
	.name = "https", .run_bytes = LVS_HTTP_RUN_BYTES, .set_up = lvs_fetch_set_up_tls, .tear_down = lvs_fetch_tear_down,
	.parse = lvs_http_parse, .free_config = lvs_http_free_config, .start = https_start, .cancel = lvs_http_cancel,
	.end = lvs_fetch_end,
};
