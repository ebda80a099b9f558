// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two buffers of fixed size and two events. A server that says more than fits without being understood is the checker's
 * to judge; one that sends a byte at a time is heard a byte at a time, until the check's time is over.
 */
#include "check/dialog.h"

#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "check/check.h"
#include "check/socket.h"

void lvs_dialog_stop(struct lvs_dialog *dialog)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };

	(void)event_del(&dialog->reads);
	(void)event_del(&dialog->writes);
	(void)setsockopt(dialog->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	(void)close(dialog->fd);
}

void lvs_dialog_finish(struct lvs_dialog *dialog)
{
	(void)event_del(&dialog->reads);
	(void)event_del(&dialog->writes);
	(void)send(dialog->fd, dialog->out, dialog->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)close(dialog->fd);
}

static void fail(struct lvs_dialog *dialog, int err)
{
	struct lvs_check *check = dialog->check;

	lvs_dialog_stop(dialog);
	if (dialog->connected)
		lvs_check_failed(check, "%s", strerror(-err));
	else
		lvs_check_refused(check, err, false);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_dialog *dialog = arg;
	int err = dialog->connected ? 0 : lvs_check_connected(fd);
	ssize_t n;

	(void)what;
	if (err) {
		fail(dialog, err);
		return;
	}
	if (!dialog->connected && event_add(&dialog->reads, NULL) < 0) {
		lvs_dialog_stop(dialog);
		lvs_check_broken(dialog->check, "cannot wait for an answer");
		return;
	}
	dialog->connected = true;
	n = send(fd, dialog->out, dialog->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		fail(dialog, -errno);
		return;
	}
	if (n > 0) {
		dialog->out_len -= (size_t)n;
		memmove(dialog->out, dialog->out + n, dialog->out_len);
	}
	if (dialog->out_len)
		(void)event_add(&dialog->writes, NULL);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct lvs_dialog *dialog = arg;
	ssize_t n = recv(fd, dialog->in + dialog->in_len, LVS_DIALOG_IN_BYTES - dialog->in_len, MSG_DONTWAIT);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		fail(dialog, -errno);
		return;
	}
	for (ssize_t i = 0; i < n; i++)
		if (!dialog->in[dialog->in_len + (size_t)i])
			dialog->in[dialog->in_len + (size_t)i] = ' ';
	dialog->in_len += (size_t)n;
	dialog->in[dialog->in_len] = '\0';
	dialog->heard(dialog->check, dialog, !n);
}

void lvs_dialog_start(struct lvs_check *check, struct lvs_dialog *dialog, const char *first, lvs_dialog_fn *heard)
{
	bool broken = false;
	int err;

	dialog->check = check;
	dialog->heard = heard;
	dialog->connected = false;
	dialog->in_len = 0;
	dialog->out_len = LVS_MIN(strlen(first), sizeof(dialog->out));
	memcpy(dialog->out, first, dialog->out_len);
	err = lvs_check_connect(check, SOCK_STREAM, &dialog->fd, &broken);
	if (err) {
		lvs_check_refused(check, err, broken);
		return;
	}
	if (event_assign(&dialog->reads, check->base, dialog->fd, EV_READ | EV_PERSIST, on_readable, dialog) < 0 ||
	    event_assign(&dialog->writes, check->base, dialog->fd, EV_WRITE, on_writable, dialog) < 0 ||
	    event_add(&dialog->writes, NULL) < 0) {
		(void)close(dialog->fd);
		lvs_check_broken(check, "cannot wait for an answer");
	}
}

void lvs_dialog_say(struct lvs_dialog *dialog, const char *text)
{
	size_t n = LVS_MIN(strlen(text), sizeof(dialog->out) - dialog->out_len);

	memcpy(dialog->out + dialog->out_len, text, n);
	dialog->out_len += n;
	if (dialog->connected && n)
		(void)event_add(&dialog->writes, NULL);
}

void lvs_dialog_drop(struct lvs_dialog *dialog, size_t n)
{
	dialog->in_len -= n;
	memmove(dialog->in, dialog->in + n, dialog->in_len + 1);
}
