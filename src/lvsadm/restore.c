// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines are words between blanks, without quotes or comments; a line may begin with the program's name. All are read before
 * the first is done, as far as they go together.
 */
#include "lvsadm/restore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lvsadm/batch.h"
#include "lvsadm/edit.h"
#include "lvsadm/parse.h"

#define BLANKS " \t\r\n\v\f"

/**
 * struct restore - a file while it is read
 * @status:	what the program would exit with
 * @bad:	a line could not be read, and those with it shall not be done
 */
struct restore {
	const struct lvsadm *lvsadm;
	struct lvsadm_batch batch;
	int status;
	bool bad;
};

static void complain(struct restore *restore, const struct lvsadm_fault *fault)
{
	fprintf(restore->lvsadm->err, "%s\n", fault->text);
	restore->status = fault->status;
}

/* Return: whether what waited is done */
static bool flush(struct restore *restore)
{
	size_t n = restore->batch.n;

	if (restore->bad) {
		lvsadm_batch_fini(&restore->batch);
		if (n)
			fprintf(restore->lvsadm->err, "Nothing was restored: all lines have to be right\n");
		return false;
	}
	if (lvsadm_batch_apply(restore->lvsadm, &restore->batch))
		return true;
	restore->bad = true;
	restore->status = LVSADM_EXIT_FAILED;
	return false;
}

/* Return: whether to go on */
static bool do_command(struct restore *restore, const struct lvsadm_command *command, struct lvsadm_fault *fault)
{
	bool last = command->kind >= LVSADM_KINDS;

	if (lvsadm_is_edit(command->kind)) {
		if (!restore->bad)
			restore->status = 0;
		if (lvsadm_batch_add(&restore->batch, command) == 0)
			return true;
		(void)lvsadm_memory(fault);
		complain(restore, fault);
		return false;
	}
	if (!flush(restore))
		return false;
	restore->status = 0;
	if (!lvsadm_run(restore->lvsadm, command, fault))
		complain(restore, fault);
	return !last;
}

/* Return: whether to go on */
static bool do_line(struct restore *restore, char **words)
{
	struct lvsadm_command command;
	struct lvsadm_fault fault = { .status = 0 };

	if (lvsadm_parse(words, &command, &fault) && command.kind == LVSADM_RESTORE)
		(void)lvsadm_fault_try(&fault, restore->lvsadm->name);
	if (!fault.status)
		return do_command(restore, &command, &fault);
	complain(restore, &fault);
	restore->bad = true;
	return !fault.ends;
}

/* Return: owned array of words of @line, with the program's name in front; NULL when out of memory */
static char **split(const char *name, char *line, size_t *ret_n)
{
	char **words = calloc(strlen(line) / 2 + 3, sizeof(*words)), *save = NULL;
	size_t n = 0;

	if (!words)
		return NULL;
	words[n++] = (char *)name;
	for (char *word = strtok_r(line, BLANKS, &save); word; word = strtok_r(NULL, BLANKS, &save)) {
		if (n == 1 && (!strcmp(word, name) || !strcmp(word, "ipvsadm") || !strcmp(word, "lvsadm")))
			continue;
		words[n++] = word;
	}
	*ret_n = n;
	return words;
}

int lvsadm_restore(const struct lvsadm *lvsadm, FILE *in)
{
	struct restore restore = { .lvsadm = lvsadm };
	char *line = NULL, **words;
	size_t size = 0, n = 0;
	bool more = true;

	while (more && getline(&line, &size, in) > 0) {
		words = split(lvsadm->name, line, &n);
		if (words && n > 1)
			more = do_line(&restore, words);
		more = more && words;
		if (!words)
			restore.status = LVSADM_EXIT_FAILED;
		free(words);
	}
	free(line);
	if (ferror(in)) {
		fprintf(lvsadm->err, "cannot read what is to be restored: %s\n", strerror(errno));
		restore.bad = true;
		restore.status = LVSADM_EXIT_FAILED;
	}
	if (restore.batch.n && (!flush(&restore) && !restore.status))
		restore.status = LVSADM_EXIT_FAILED;
	lvsadm_batch_fini(&restore.batch);
	return restore.status;
}
