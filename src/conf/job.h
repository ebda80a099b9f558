/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change of the running director as a piece of work: made beside the loop, brought into force by it. */
#ifndef LVS_CONF_JOB_H
#define LVS_CONF_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "conf/errors.h"

struct lvs_conf;
struct lvs_conf_diff;

#define LVS_CONF_JOB_TEXTS_MAX 1000

/**
 * struct lvs_conf_outcome - what came of a job
 * @err:	0: what it made is in force; -EINVAL: it is not valid; -ENOTSUP: only a restart can do that, @diff says what;
 *		-ECANCELED: the director ends; other -Exxx: it could not be brought into force. Unless it is 0 nothing has
 *		changed
 * @errors:	findings; warnings too, also on success
 * @diff:	NULL, or what has changed, or would have; borrowed
 * @texts:	@ntexts of the changes as lvs_conf_change_describe() has them, LVS_CONF_JOB_TEXTS_MAX at most; borrowed
 */
struct lvs_conf_outcome {
	int err;
	const struct lvs_conf_errors *errors;
	const struct lvs_conf_diff *diff;
	char *const *texts;
	size_t ntexts;
};

/**
 * struct lvs_conf_job - one piece of work; whoever asks for it embeds this and keeps it until @done
 * @node:	the queue's
 * @what:	for logs, such as "reload"; static storage
 * @make:	in another thread: the next configuration, from the one in force and the file's. Both stay as they are.
 *		Return: 0 and one whose checks are over, or 0 and NULL: nothing is to change; or -Exxx, and @errors may say
 *		more. NULL: the file is read again
 * @done:	from the loop, once
 */
struct lvs_conf_job {
	struct lvs_list node;
	const char *what;
	int (*make)(struct lvs_conf_job *job, const struct lvs_conf *running, const struct lvs_conf *file,
		    struct lvs_conf_errors *errors, struct lvs_conf **ret_conf);
	void (*done)(struct lvs_conf_job *job, const struct lvs_conf_outcome *outcome);
};

#endif
