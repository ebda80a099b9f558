// SPDX-License-Identifier: GPL-2.0-or-later
/* A server that shakes hands is up; what it would say after that nobody asks. */
#include "check/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tls_free_config(void *config)
{
	lvs_fetch_tls_fini(config);
	free(config);
}

static int tls_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		     char message[LVS_CHECK_MESSAGE_BYTES])
{
	struct lvs_fetch_tls *tls = calloc(1, sizeof(*tls));
	int err = tls ? lvs_fetch_tls_parse(params, nparams, tls) : -ENOMEM;

	if (err) {
		(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
		if (tls)
			tls_free_config(tls);
		return err;
	}
	*ret_config = tls;
	return 0;
}

static void on_finished(struct lvs_fetch *fetch, CURLcode code)
{
	if (code == CURLE_OK)
		lvs_check_passed(fetch->check, "handshake done");
	else
		lvs_fetch_failed(fetch, code);
	lvs_fetch_end(fetch->check);
}

/* libcurl leaves a connection open that it was asked to make and no more: it goes with its handle, after each run. */
static void tls_start(struct lvs_check *check)
{
	struct lvs_fetch *fetch = check->run;
	CURL *easy = lvs_fetch_open(fetch, check, "https", check->config, "/");

	fetch->finished = on_finished;
	if (easy && curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK && lvs_fetch_start(fetch) == 0)
		return;
	lvs_fetch_end(check);
	lvs_check_broken(check, "cannot ask: %s", strerror(ENOMEM));
}

static void tls_cancel(struct lvs_check *check)
{
	lvs_fetch_cancel(check);
	lvs_fetch_end(check);
}

const struct lvs_check_ops lvs_check_tls = {
	.name = "tls", .run_bytes = sizeof(struct lvs_fetch), .set_up = lvs_fetch_set_up_tls, .tear_down = lvs_fetch_tear_down,
	.parse = tls_parse, .free_config = tls_free_config, .start = tls_start, .cancel = tls_cancel, .end = lvs_fetch_end,
};
