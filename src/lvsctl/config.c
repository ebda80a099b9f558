// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * config: what lvs.conf says and what is in force. "check" reads a file as lvsd does and asks no daemon; the others fetch the
 * running configuration, which comes as lvs.conf text, so that the same parser and the same comparison serve both sides.
 */
#include "lvsctl/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/diff.h"
#include "conf/errors.h"
#include "lvsctl/api.h"
#include "lvsctl/object.h"

#define DEFAULT_CONFIG LVS_SYSCONFDIR "/lvs.conf"

static int check(const char *path)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	size_t nservers = 0;
	int err = lvs_conf_load(path, &errors, &conf);

	lvs_conf_errors_print(&errors, stderr);
	if (err)
		return LVS_EXIT_CONFIG;
	for (size_t i = 0; i < conf->nservices; i++)
		nservers += conf->services[i].nservers;
	printf("%s: fine, %zu services, %zu servers\n", path, conf->nservices, nservers);
	lvs_conf_free(conf);
	return LVS_EXIT_OK;
}

/* @ret_text: owned */
static int fetch(struct lvs_ctl *ctl, const char *path, char **ret_text)
{
	struct lvs_answer answer;
	int status = lvs_api_call(ctl, "GET", path, NULL, &answer);

	if (status)
		return status;
	*ret_text = answer.text ? answer.text : strdup("");
	answer.text = NULL;
	lvs_answer_fini(&answer);
	return *ret_text ? LVS_EXIT_OK : lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
}

/* The file that lvsd reads. @ret_path: owned */
static int config_path(struct lvs_ctl *ctl, const char *given, char **ret_path)
{
	json_t *answer;
	int status = LVS_EXIT_OK;

	if (given) {
		*ret_path = strdup(given);
	} else {
		status = lvs_api_get(ctl, "/v1/status", &answer);
		if (status)
			return status;
		*ret_path = strdup(*lvs_api_text(answer, "config") ? lvs_api_text(answer, "config") : DEFAULT_CONFIG);
		json_decref(answer);
	}
	return *ret_path ? status : lvs_ctl_fail(LVS_EXIT_FAILED, "out of memory");
}

static int show(struct lvs_ctl *ctl)
{
	const char *origin = ctl->options[LVS_OPTION_origin];
	char *text;
	int status;

	if (origin && strcmp(origin, "file") != 0 && strcmp(origin, "running") != 0)
		return lvs_ctl_fail(LVS_EXIT_USAGE, "--origin: '%s' is neither file nor running", origin);
	status = fetch(ctl, origin && *origin == 'f' ? "/v1/config?origin=file" : "/v1/config", &text);
	if (status)
		return status;
	fputs(text, stdout);
	free(text);
	return LVS_EXIT_OK;
}

static bool is_named(json_t *list, const char *name, json_t **ret_object)
{
	json_t *object;
	size_t i;

	json_array_foreach(list, i, object)
		if (!strcmp(lvs_api_text(object, "name"), name)) {
			*ret_object = object;
			return true;
		}
	return false;
}

/* Is what the change would remove an object made at run time, which a reload leaves alone? */
static bool stays(const struct lvs_conf_change *change, json_t *services)
{
	json_t *service, *server;

	if (change->kind != LVS_CONF_SERVICE_REMOVED && change->kind != LVS_CONF_SERVER_REMOVED)
		return false;
	if (!is_named(services, change->old_service->name, &service))
		return false;
	if (change->kind == LVS_CONF_SERVICE_REMOVED)
		return !strcmp(lvs_api_text(service, "origin"), "runtime");
	return is_named(json_object_get(service, "servers"), change->old_server->name, &server) &&
	       !strcmp(lvs_api_text(server, "origin"), "runtime");
}

static int print_diff(const struct lvs_conf *running, const struct lvs_conf *file, json_t *services)
{
	struct lvs_conf_diff diff;
	char line[512];
	int err = lvs_conf_diff_init(running, file, &diff);

	if (err)
		return lvs_ctl_fail(LVS_EXIT_FAILED, "%s", strerror(-err));
	for (size_t i = 0; i < diff.n; i++)
		printf("%s%s\n", lvs_conf_change_describe(&diff.changes[i], line, sizeof(line)),
		       diff.changes[i].restart ? "  (needs a restart)"
		       : stays(&diff.changes[i], services) ? "  (not by a reload: it was made at run time)" : "");
	lvs_conf_diff_fini(&diff);
	return LVS_EXIT_OK;
}

/* What a reload would change. */
static int diff(struct lvs_ctl *ctl, const char *given)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *running = NULL, *file = NULL;
	char *text = NULL, *path = NULL;
	json_t *services = NULL;
	int status = config_path(ctl, given, &path);

	if (!status)
		status = fetch(ctl, "/v1/config", &text);
	if (!status)
		status = lvs_object_services(ctl, true, &services);
	if (!status && lvs_conf_parse(text, strlen(text), "running configuration", &errors, &running)) {
		lvs_conf_errors_print(&errors, stderr);
		status = lvs_ctl_fail(LVS_EXIT_FAILED, "the running configuration cannot be read; is lvsd another version?");
	}
	if (!status && lvs_conf_load(path, &errors, &file)) {
		lvs_conf_errors_print(&errors, stderr);
		status = LVS_EXIT_CONFIG;
	}
	if (!status)
		status = print_diff(running, file, services);
	json_decref(services);
	lvs_conf_free(running);
	lvs_conf_free(file);
	free(text);
	free(path);
	return status;
}

/* Writes beside the file and puts the new one in its place, so that there is always a whole one. */
static int replace(const char *path, const char *text)
{
	char temporary[4096];
	struct stat old;
	size_t len = strlen(text), done = 0;
	int fd, err = 0;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkstemp(temporary);
	if (fd < 0)
		return -errno;
	while (done < len && !err) {
		ssize_t n = write(fd, text + done, len - done);

		if (n < 0)
			err = -errno;
		else
			done += (size_t)n;
	}
	if (!err && fchmod(fd, stat(path, &old) ? 0644 : old.st_mode & 07777))
		err = -errno;
	if (!err && fsync(fd))
		err = -errno;
	close(fd);
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		(void)unlink(temporary);
	return err;
}

static int save(struct lvs_ctl *ctl, const char *given)
{
	char *text = NULL, *path = NULL, question[4200];
	int status = config_path(ctl, given, &path), err;

	if (!status)
		status = fetch(ctl, "/v1/config", &text);
	if (!status && !access(path, F_OK)) {
		(void)snprintf(question, sizeof(question), "write over %s, with its comments", path);
		status = lvs_ctl_confirm(ctl, question);
	}
	if (!status) {
		err = replace(path, text);
		if (err)
			status = lvs_ctl_fail(err == -EACCES || err == -EPERM ? LVS_EXIT_PERMISSION : LVS_EXIT_FAILED,
					      "%s: %s", path, strerror(-err));
		else
			printf("%s: written\n", path);
	}
	free(text);
	free(path);
	return status;
}

static int run(struct lvs_ctl *ctl, char *args[], size_t n)
{
	const char *path = n > 1 ? args[1] : NULL;

	if (!strcmp(args[0], "check"))
		return check(path ? path : DEFAULT_CONFIG);
	if (!strcmp(args[0], "diff"))
		return diff(ctl, path);
	if (!strcmp(args[0], "save"))
		return save(ctl, path);
	return path ? lvs_ctl_fail(LVS_EXIT_USAGE, "usage: lvsctl config show") : show(ctl);
}

static const char *const words[] = { "check", "show", "diff", "save", NULL };

const struct lvs_command lvs_command_config = {
	.name = "config",
	.args = "{check|show|diff|save} [FILE]",
	.help = "look at the configuration, or keep the running one",
	.detail = "lvsctl config check [FILE]     say what is wrong with FILE; needs no daemon\n"
		  "lvsctl config show             print the running configuration as lvs.conf\n"
		  "lvsctl config diff [FILE]      say what a reload of FILE would change\n"
		  "lvsctl config save [FILE]      write the running configuration to FILE\n"
		  "\n"
		  "FILE is the one that lvsd reads, for check " DEFAULT_CONFIG ", if none is given.\n",
	.words = words,
	.options = LVS_OPTION_BIT(origin) | LVS_OPTION_BIT(yes),
	.min = 1,
	.max = 2,
	.run = run,
};
