// SPDX-License-Identifier: GPL-2.0-or-later
/* import: the configuration of another program as lvs.conf, and what became of each of its lines. Asks no daemon. */
#include "lvsctl/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/load.h"
#include "lvsctl/import/emit.h"
#include "lvsctl/import/ipvsadm.h"
#include "lvsctl/import/keepalived.h"
#include "lvsctl/import/ldirectord.h"
#include "lvsctl/import/piranha.h"

#define FILE_BYTES_MAX (16u << 20)

/* Return: 0 or -Exxx */
static int read_input(struct lvs_import *import, const char *format, const char *path, const char *id,
		      struct lvs_keepalived_tree **ret_tree)
{
	char *text;
	size_t len;
	int err;

	if (!strcmp(format, "keepalived"))
		return lvs_import_keepalived(import, path, id, ret_tree);
	err = lvs_conf_read_file(path, FILE_BYTES_MAX, &text, &len);
	if (err)
		return err;
	if (!strcmp(format, "ipvsadm"))
		lvs_import_ipvsadm(import, path, text, len);
	else if (!strcmp(format, "ldirectord"))
		lvs_import_ldirectord(import, path, text, len);
	else
		lvs_import_piranha(import, path, text, len);
	free(text);
	return 0;
}

static int write_output(struct lvs_import *import, const char *path)
{
	char *text = NULL;
	size_t len;
	int err = import->failed ? -ENOMEM : import->invalid ? -EINVAL : lvs_import_emit(import, path, &text, &len);

	if (err == -ENOMEM)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "%s: too much of it, or no memory", path);
	if (!err)
		(void)fwrite(text, 1, len, stdout);
	free(text);
	(void)fflush(stdout);
	lvs_import_report(import, path, stderr);
	if (err)
		return lvs_ctl_fail(LVS_EXIT_CONFIG, "%s: not valid, see above", path);
	return LVS_EXIT_OK;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	struct lvs_keepalived_tree *tree = NULL;
	const char *path = args[1], *from = strcmp(path, "-") ? path : "/dev/stdin";
	struct lvs_import import;
	int err = lvs_import_init(&import), status;

	(void)n;
	if (!err)
		err = read_input(&import, args[0], from, ctl->options[LVS_OPTION_id], &tree);
	if (err)
		status = lvs_ctl_fail(LVS_EXIT_FAILED, "%s: %s", path, strerror(-err));
	else
		status = write_output(&import, path);
	lvs_import_fini(&import);
	lvs_keepalived_free(tree);
	return status;
}

static const char *const formats[] = { "ipvsadm", "keepalived", "ldirectord", "piranha", NULL };

const struct lvs_command lvs_command_import = {
	.name = "import",
	.args = "{ipvsadm|keepalived|ldirectord|piranha} FILE",
	.help = "lvs.conf from another program's configuration",
	.detail = "The new configuration goes to standard output; standard error gets a line for each thing that was translated,\n"
		  "approximated or left, with its place in FILE, which may be - for standard input.\n",
	.words = formats,
	.options = LVS_OPTION_BIT(id),
	.min = 2,
	.max = 2,
	.run = run,
};
