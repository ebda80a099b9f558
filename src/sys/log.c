// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log. Where to is decided once, at start, as systemd.exec(5) describes it: $JOURNAL_STREAM holds device and inode of
 * the stream that the service manager connected to stderr; when they are stderr's own, what we write there ends up in the
 * journal, and then entries are better sent to the journal itself, with their level and name as fields.
 *
 * The journal's native protocol is one datagram of FIELD=value lines (systemd.io, "Native Journal Protocol"). It is spoken
 * here, without libsystemd, for two reasons that a packet director cannot trade: sd_journal_send() waits when journald does
 * not read, and falls back to calls (memfd_create, sendmsg with descriptors) that the sandbox would have to allow. Messages and
 * fields have no newline, so the binary form of fields is never needed.
 *
 * stderr is shared with whoever started us, so it is never made non-blocking. It is asked by poll() first: a pipe that is
 * ready takes PIPE_BUF bytes without waiting (pipe(7)), and a line is shorter than that.
 */
#include "sys/log.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define NAME_MAX_BYTES 32

enum log_form {
	FORM_PLAIN,	/* "lvsd: warning: text" on stderr */
	FORM_PREFIX,	/* "<4>text" on stderr: the journal reads it, but its socket is out of reach (sd-daemon(3)) */
	FORM_JOURNAL,	/* fields to the journal's socket */
};

struct lvs_log {
	enum log_form form;
	enum lvs_log_level level;
	int fd;
	struct sockaddr_un journal;
	uint64_t lost;
	uint64_t lost_told;
	char name[NAME_MAX_BYTES];
};

struct entry {
	enum lvs_log_level level;
	const char *text;
	const struct lvs_log_field *fields;
	size_t nfields;
};

static const char *const level_names[] = {
	[LVS_LOG_ERROR] = "error", [LVS_LOG_WARNING] = "warning", [LVS_LOG_NOTICE] = "notice",
	[LVS_LOG_INFO] = "info",   [LVS_LOG_DEBUG] = "debug",
};

static_assert(LVS_LOG_LINE_MAX + 256 < PIPE_BUF, "a whole line goes into a pipe at once");

static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;
	char end;

	if (!stream || sscanf(stream, "%llu:%llu%c", &dev, &ino, &end) != 2 || fstat(STDERR_FILENO, &st) < 0)
		return false;
	return st.st_dev == dev && st.st_ino == ino;
}

/* Not connected: journald may start again, and then listens on a new socket at the same place. */
static void open_journal(struct lvs_log *log)
{
	log->form = FORM_PREFIX;
	log->journal.sun_family = AF_UNIX;
	(void)snprintf(log->journal.sun_path, sizeof(log->journal.sun_path), "%s", JOURNAL_SOCKET);
	log->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (log->fd >= 0 && access(JOURNAL_SOCKET, W_OK) == 0)
		log->form = FORM_JOURNAL;
}

int lvs_log_new(const char *name, enum lvs_log_level level, struct lvs_log **ret_log)
{
	struct lvs_log *log = calloc(1, sizeof(*log));

	if (!log)
		return -ENOMEM;
	log->fd = -1;
	log->level = level;
	(void)snprintf(log->name, sizeof(log->name), "%s", name);
	if (stderr_is_journal())
		open_journal(log);
	*ret_log = log;
	return 0;
}

void lvs_log_free(struct lvs_log *log)
{
	if (!log)
		return;
	if (log->fd >= 0)
		(void)close(log->fd);
	free(log);
}

void lvs_log_set_level(struct lvs_log *log, enum lvs_log_level level)
{
	log->level = level;
}

enum lvs_log_level lvs_log_level(const struct lvs_log *log)
{
	return log->level;
}

const char *lvs_log_level_name(enum lvs_log_level level)
{
	return level_names[level];
}

bool lvs_log_level_find(const char *name, enum lvs_log_level *ret_level)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (!level_names[i] || strcmp(level_names[i], name) != 0)
			continue;
		*ret_level = (enum lvs_log_level)i;
		return true;
	}
	return false;
}

uint64_t lvs_log_lost(const struct lvs_log *log)
{
	return log->lost;
}

/* Entries are lines: nothing in a value may begin one of its own. Text beyond 0x7f is left as it is. */
static void clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

/* Return: how long @entry, of @len bytes, is with @field */
static size_t add_field(char *entry, size_t len, size_t size, const struct lvs_log_field *field)
{
	int added = snprintf(entry + len, size - len, "%s=%s", field->name, field->value);

	if (added < 0 || (size_t)added + 1 >= size - len)
		return len;
	clean(entry + len);
	entry[len + (size_t)added] = '\n';
	return len + (size_t)added + 1;
}

static bool send_journal(struct lvs_log *log, const struct entry *said)
{
	char entry[LVS_LOG_LINE_MAX + 256 + LVS_LOG_FIELDS_BYTES];
	int head = snprintf(entry, sizeof(entry), "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=%s\n", said->text, said->level,
			    log->name);
	size_t len = (size_t)head;

	for (size_t i = 0; i < said->nfields; i++)
		len = add_field(entry, len, sizeof(entry), &said->fields[i]);
	return sendto(log->fd, entry, len, MSG_NOSIGNAL, (const struct sockaddr *)&log->journal, sizeof(log->journal)) ==
	       (ssize_t)len;
}

static bool write_stderr(struct lvs_log *log, const struct entry *said)
{
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };
	char line[LVS_LOG_LINE_MAX + 256];
	int len;

	if (log->form == FORM_PREFIX)
		len = snprintf(line, sizeof(line), "<%d>%s\n", said->level, said->text);
	else
		len = snprintf(line, sizeof(line), "%s: %s: %s\n", log->name, level_names[said->level], said->text);
	/* POLLERR: the reader is gone, and write() would raise SIGPIPE. */
	if (poll(&ready, 1, 0) != 1 || ready.revents != POLLOUT)
		return false;
	return write(STDERR_FILENO, line, (size_t)len) == len;
}

static bool put(struct lvs_log *log, const struct entry *said)
{
	bool ok = log->form == FORM_JOURNAL ? send_journal(log, said) : write_stderr(log, said);

	if (!ok)
		log->lost++;
	return ok;
}

static void put_lost(struct lvs_log *log)
{
	char note[64];

	(void)snprintf(note, sizeof(note), "%llu log lines were lost", (unsigned long long)(log->lost - log->lost_told));
	if (put(log, &(struct entry){ .level = LVS_LOG_WARNING, .text = note }))
		log->lost_told = log->lost;
}

__attribute__((format(printf, 5, 0)))
static void say(struct lvs_log *log, enum lvs_log_level level, const struct lvs_log_field *fields, size_t n, const char *fmt,
		va_list args)
{
	char text[LVS_LOG_LINE_MAX];
	int saved = errno;
	int len;

	if (!log || level > log->level)
		return;
	len = vsnprintf(text, sizeof(text), fmt, args);
	if (len >= 0) {
		/* Texts come from configuration files and from other hosts. */
		if (len >= LVS_LOG_LINE_MAX)
			memcpy(text + LVS_LOG_LINE_MAX - 4, "...", 4);
		clean(text);
		if (log->lost != log->lost_told)
			put_lost(log);
		(void)put(log, &(struct entry){ .level = level, .text = text, .fields = fields, .nfields = n });
	}
	errno = saved;	/* so that whoever logs %m-like texts may still look at it */
}

void lvs_log_va(struct lvs_log *log, enum lvs_log_level level, const char *fmt, va_list args)
{
	say(log, level, NULL, 0, fmt, args);
}

void lvs_log_fields(struct lvs_log *log, enum lvs_log_level level, const struct lvs_log_field *fields, size_t n,
		    const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(log, level, fields, n, fmt, args);
	va_end(args);
}

void lvs_log(struct lvs_log *log, enum lvs_log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	lvs_log_va(log, level, fmt, args);
	va_end(args);
}

void lvs_log_limited(struct lvs_log *log, struct lvs_log_limit *limit, lvs_ns now, enum lvs_log_level level,
		     const char *fmt, ...)
{
	char text[LVS_LOG_LINE_MAX];
	va_list args;

	if (!log || level > log->level)
		return;
	if (limit->said == 0 || now - limit->since >= LVS_LOG_LIMIT_INTERVAL) {
		limit->since = now;
		limit->said = 0;
	}
	if (limit->said >= LVS_LOG_LIMIT_BURST) {
		limit->suppressed++;
		return;
	}
	limit->said++;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (limit->suppressed)
		lvs_log(log, level, "%s (suppressed %u)", text, limit->suppressed);
	else
		lvs_log(log, level, "%s", text);
	limit->suppressed = 0;
}
