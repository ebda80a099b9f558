// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whom to tell of events. A sealed process cannot ask for the address of a name, so a URL with a name needs the address
 * beside it: better an error now than silence on the day when it would matter.
 */
#include "conf/check.h"

#include <curl/curl.h>
#include <string.h>

#include "conf/bad_check.h"
#include "conf/bad_notify.h"
#include "sys/addrtext.h"

/* Return: is @url one? @ret_https, @ret_literal: what it says */
static bool take_apart(const char *url, bool *ret_https, bool *ret_literal)
{
	char *scheme = NULL, *host = NULL;
	CURLU *parts = curl_url();
	struct lvs_addr addr;
	size_t len;
	bool good = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
		    curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;

	if (good) {
		*ret_https = !strcmp(scheme, "https");
		good = *ret_https || !strcmp(scheme, "http");
		len = strlen(host);
		if (*host == '[' && len > 1)
			host[len - 1] = '\0';
		*ret_literal = !lvs_addr_parse(*host == '[' ? host + 1 : host, &addr);
	}
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(parts);
	return good;
}

const char *lvs_conf_bad_webhook(const void *value)
{
	bool https, literal;

	if (lvs_conf_bad_printable(value) || strchr(value, ' '))
		return "holds characters that no URL has";
	return take_apart(value, &https, &literal) ? NULL : "is not a URL that begins with \"http://\" or \"https://\"";
}

const char *lvs_conf_bad_webhook_address(const void *value)
{
	return lvs_addr_is_unicast(value) ? NULL : "is not the address of one machine";
}

static void check_url(const struct lvs_conf_notify *notify, struct lvs_conf_errors *errors)
{
	bool https, literal;

	if (!take_apart(notify->webhook, &https, &literal))
		return;
	if (!literal && lvs_addr_is_any(&notify->webhook_address))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &notify->webhook_where,
				    "say where it is with \"webhook_address\"",
				    "the host of \"webhook\" is a name, and lvsd does not look up names");
	if (https && !(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_SSL))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &notify->webhook_where, "install one that has, or use \"http://\"",
				    "this system's libcurl has no TLS for \"webhook\"");
	if (!https && *notify->webhook_ca)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &notify->webhook_ca_where, "use \"https://\"",
				    "\"webhook_ca\" says whom to trust, and \"webhook\" verifies nobody");
}

void lvs_conf_check_notify(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_notify *notify = &conf->notify;
	const struct lvs_conf_where *alone = !lvs_addr_is_any(&notify->webhook_address) ? &notify->webhook_address_where :
					     *notify->webhook_headers ? &notify->webhook_headers_where :
					     *notify->webhook_ca ? &notify->webhook_ca_where : NULL;

	if (*notify->webhook)
		check_url(notify, errors);
	else if (alone && !notify->webhook_where.line)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, alone, "add \"webhook\"", "there is no \"webhook\" that this could be about");
}
