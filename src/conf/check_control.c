// SPDX-License-Identifier: GPL-2.0-or-later
/* Who may see what the director does: over TCP there is nobody to be known, so this machine is the limit. */
#include "conf/check.h"

#include "sys/addrtext.h"

void lvs_conf_check_control(const struct lvs_conf *conf, struct lvs_conf_errors *errors)
{
	const struct lvs_conf_control *control = &conf->control;
	char text[LVS_ENDPOINT_TEXT_BYTES];

	if (lvs_addr_is_any(&control->listen) && *control->token_file)
		lvs_conf_errors_add(errors, LVS_CONF_WARNING, &control->token_file_where,
				    "add \"listen\", such as \"127.0.0.1:8404\"", "the token is for TCP, where nobody listens");
	if (lvs_addr_is_any(&control->listen))
		return;
	(void)lvs_endpoint_format(&control->listen, control->listen_port, text);
	if (!control->listen_port)
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &control->listen_where, "add one, such as \":8404\"",
				    "\"%s\" has no port", text);
	if (!control->listen_any && !lvs_addr_is_loopback(&control->listen))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &control->listen_where,
				    "\"listen_any = true;\" if others may read the status",
				    "\"%s\" is not a loopback address", text);
	if (*control->token_file && !lvs_addr_is_loopback(&control->listen))
		lvs_conf_errors_add(errors, LVS_CONF_ERROR, &control->token_file_where,
				    "let \"listen\" be \"127.0.0.1\" or \"[::1]\", and come by ssh",
				    "over \"%s\" a token would be there for all to see", text);
}
