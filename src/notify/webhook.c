// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events by HTTP: a POST of JSON, {"events":[{...}]}, with all that wait, up to some dozens. One request at a time; one that
 * fails is sent again after a while, and meanwhile what comes waits and is condensed (queue.h).
 *
 * Names are never looked up, which a sealed process could not do: the URL has an address, or "webhook_address" says where
 * its host is. Redirections are not followed, no proxy is asked, and of the answer only the status is looked at.
 */
#include "notify/way.h"

#include <ctype.h>
#include <errno.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "control/json.h"
#include "notify/queue.h"
#include "sys/addrtext.h"
#include "sys/clock.h"
#include "sys/loop.h"
#include "sys/transfers.h"

#define BATCH_MAX 64
#define TRIES 3
#define ANSWER_BYTES_MAX 65536
/* Before the second try; twice as long before the third. */
#define RETRY_WAIT LVS_SECONDS(1)

/**
 * struct webhook - its requests
 * @transfer:	its handle is NULL when nothing is under way
 * @batch:	what is, @n events; owned
 * @tries:	of it so far
 * @answered:	bytes of the answer
 * @timer:	for the next try
 */
struct webhook {
	struct lvs_way *way;
	struct lvs_event_queue queue;
	struct lvs_transfers *transfers;
	struct lvs_transfer transfer;
	struct lvs_timer *timer;
	struct lvs_event *batch[BATCH_MAX];
	size_t n, answered;
	unsigned int tries;
	struct curl_slist *headers, *connect_to;
	struct evbuffer *body;
	char error[CURL_ERROR_SIZE];
};

static void end_request(struct webhook *webhook)
{
	lvs_transfers_cancel(webhook->transfers, &webhook->transfer);
	curl_easy_cleanup(webhook->transfer.easy);
	curl_slist_free_all(webhook->headers);
	curl_slist_free_all(webhook->connect_to);
	webhook->transfer.easy = NULL;
	webhook->headers = webhook->connect_to = NULL;
}

static void forget_batch(struct webhook *webhook)
{
	while (webhook->n)
		free(webhook->batch[--webhook->n]);
	webhook->tries = 0;
}

/* "SERVICE_ADDRESS" -> "service_address" */
static const char *key_of(const char *name, char key[32])
{
	size_t i;

	for (i = 0; i < 31 && name[i]; i++)
		key[i] = (char)tolower((unsigned char)name[i]);
	key[i] = '\0';
	return key;
}

static void write_event(struct lvs_json *json, const struct lvs_event *event, const char *director)
{
	struct lvs_event_fields fields;
	char key[32];

	lvs_event_fields(event, director, &fields);
	lvs_json_object(json, NULL);
	for (size_t i = 0; i < LVS_EVENT_FIELDS; i++) {
		const struct lvs_event_field *field = &fields.list[i];

		if (*field->value && field->number)
			lvs_json_number(json, key_of(field->name, key), strtoull(field->value, NULL, 10));
		else if (*field->value)
			lvs_json_text(json, key_of(field->name, key), field->value);
	}
	lvs_json_end_object(json);
}

static void write_body(struct webhook *webhook)
{
	struct lvs_json json;

	(void)evbuffer_drain(webhook->body, evbuffer_get_length(webhook->body));
	lvs_json_init(&json, webhook->body);
	lvs_json_object(&json, NULL);
	lvs_json_array(&json, "events");
	for (size_t i = 0; i < webhook->n; i++)
		write_event(&json, webhook->batch[i], webhook->way->director);
	lvs_json_end_array(&json);
	lvs_json_end_object(&json);
	lvs_json_flush(&json);
}

/* An answer without an end ends here. */
static size_t on_answer(char *bytes, size_t size, size_t n, void *arg)
{
	struct webhook *webhook = arg;

	(void)bytes;
	webhook->answered += size * n;
	return webhook->answered > ANSWER_BYTES_MAX ? 0 : size * n;
}

static int add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (!longer)
		return -ENOMEM;
	*list = longer;
	return 0;
}

static int make_headers(struct webhook *webhook, const char *lines)
{
	int err = add_line(&webhook->headers, "Content-Type: application/json");

	if (!err)
		err = add_line(&webhook->headers, "Expect:");
	while (!err && *lines) {
		size_t len = strcspn(lines, "\n");
		char *line = strndup(lines, len);

		err = line ? add_line(&webhook->headers, line) : -ENOMEM;
		free(line);
		lines += len + (lines[len] == '\n');
	}
	return err;
}

static int make_connect_to(struct webhook *webhook, const struct lvs_addr *addr)
{
	char to[LVS_ADDR_TEXT_BYTES + 8], text[LVS_ADDR_TEXT_BYTES];

	if (lvs_addr_is_any(addr))
		return 0;
	(void)lvs_addr_format(addr, text);
	(void)snprintf(to, sizeof(to), lvs_addr_is4(addr) ? "::%s:" : "::[%s]:", text);
	return add_line(&webhook->connect_to, to);
}

static CURLcode set_texts(struct webhook *webhook, const struct lvs_notices_conf *conf)
{
	const struct { CURLoption option; const void *value; } texts[] = {
		{ CURLOPT_URL, conf->webhook },		  { CURLOPT_PROXY, "" },
		{ CURLOPT_USERAGENT, "lvsd/" PACKAGE_VERSION }, { CURLOPT_HTTPHEADER, webhook->headers },
		{ CURLOPT_POSTFIELDS, evbuffer_pullup(webhook->body, -1) }, { CURLOPT_ERRORBUFFER, webhook->error },
		{ CURLOPT_WRITEDATA, webhook },		  { CURLOPT_CONNECT_TO, webhook->connect_to },
		{ CURLOPT_CAINFO, *conf->webhook_ca ? conf->webhook_ca : NULL },
	};
	CURLcode code = CURLE_OK;

	for (size_t i = 0; i < ARRAY_LEN(texts) && code == CURLE_OK; i++)
		if (texts[i].value)
			code = curl_easy_setopt(webhook->transfer.easy, texts[i].option, texts[i].value);
	return code;
}

static CURLcode set_numbers(struct webhook *webhook, const struct lvs_notices_conf *conf)
{
	const struct { CURLoption option; long value; } numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 }, { CURLOPT_FRESH_CONNECT, 1 }, { CURLOPT_FORBID_REUSE, 1 }, { CURLOPT_BUFFERSIZE, 4096 },
		{ CURLOPT_FOLLOWLOCATION, 0 }, { CURLOPT_TIMEOUT_MS, (long)(conf->webhook_timeout / LVS_NS_PER_MS) },
		{ CURLOPT_POSTFIELDSIZE, (long)evbuffer_get_length(webhook->body) },
	};
	CURLcode code = CURLE_OK;

	for (size_t i = 0; i < ARRAY_LEN(numbers) && code == CURLE_OK; i++)
		code = curl_easy_setopt(webhook->transfer.easy, numbers[i].option, numbers[i].value);
	if (code == CURLE_OK)
		code = curl_easy_setopt(webhook->transfer.easy, CURLOPT_WRITEFUNCTION, on_answer);
	return code;
}

static void next(struct webhook *webhook);

/* Once more, or @n events are lost. */
static void fail(struct webhook *webhook, const char *reason)
{
	lvs_ns now = lvs_clock_now();

	end_request(webhook);
	if (++webhook->tries < TRIES) {
		lvs_timer_start(webhook->timer, now + RETRY_WAIT * webhook->tries, now);
		return;
	}
	lvs_way_failed(webhook->way, webhook->n, "%s", reason);
	forget_batch(webhook);
	next(webhook);
}

static void on_finished(struct lvs_transfer *transfer, CURLcode code)
{
	struct webhook *webhook = container_of(transfer, struct webhook, transfer);
	char reason[CURL_ERROR_SIZE + 64];
	long status = 0;

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	/* Who says that it was taken has taken it, however much more he says. */
	if (status >= 200 && status < 300) {
		lvs_way_sent(webhook->way, webhook->n);
		end_request(webhook);
		forget_batch(webhook);
		next(webhook);
		return;
	}
	if (code == CURLE_OK)
		(void)snprintf(reason, sizeof(reason), "answered %ld", status);
	else
		(void)snprintf(reason, sizeof(reason), "%s", webhook->error[0] ? webhook->error : curl_easy_strerror(code));
	fail(webhook, reason);
}

/* A request with the batch. */
static void try(struct webhook *webhook)
{
	const struct lvs_notices_conf *conf = webhook->way->conf;
	int err = make_headers(webhook, conf->webhook_headers);

	webhook->transfer.easy = curl_easy_init();
	webhook->transfer.finished = on_finished;
	webhook->answered = 0;
	webhook->error[0] = '\0';
	write_body(webhook);
	if (!err)
		err = make_connect_to(webhook, &conf->webhook_address);
	if (!err && (!webhook->transfer.easy || set_texts(webhook, conf) != CURLE_OK || set_numbers(webhook, conf) != CURLE_OK))
		err = -ENOMEM;
	if (!err)
		err = lvs_transfers_start(webhook->transfers, &webhook->transfer);
	if (err)
		fail(webhook, strerror(-err));
}

static void count(struct webhook *webhook)
{
	webhook->way->counts.waiting = webhook->queue.n + webhook->n;
	webhook->way->counts.superseded = webhook->queue.superseded;
}

static void next(struct webhook *webhook)
{
	if (!webhook->n && webhook->queue.n) {
		webhook->n = lvs_event_queue_take(&webhook->queue, webhook->batch, BATCH_MAX);
		try(webhook);
	}
	count(webhook);
}

static void on_timer(void *arg)
{
	try(arg);
}

static void webhook_close(struct lvs_way *way)
{
	struct webhook *webhook = way->state;

	if (!webhook)
		return;
	if (webhook->transfers)
		end_request(webhook);
	forget_batch(webhook);
	(void)lvs_event_queue_clear(&webhook->queue);
	lvs_timer_free(webhook->timer);
	lvs_transfers_free(webhook->transfers);
	if (webhook->body)
		evbuffer_free(webhook->body);
	free(webhook);
}

static int webhook_open(struct lvs_way *way)
{
	struct webhook *webhook = calloc(1, sizeof(*webhook));
	int err;

	way->state = webhook;
	if (!webhook)
		return -ENOMEM;
	webhook->way = way;
	webhook->body = evbuffer_new();
	err = webhook->body ? lvs_timer_new(way->options->loop, on_timer, webhook, &webhook->timer) : -ENOMEM;
	if (!err)
		err = lvs_transfers_new(lvs_loop_base(way->options->loop), &webhook->transfers);
	return err;
}

/* What is under way goes on as it was begun; who is told nothing any more has nothing waiting. */
static void webhook_configured(struct lvs_way *way)
{
	struct webhook *webhook = way->state;

	if (*way->conf->webhook)
		return;
	lvs_timer_cancel(webhook->timer);
	end_request(webhook);
	forget_batch(webhook);
	(void)lvs_event_queue_clear(&webhook->queue);
	count(webhook);
}

static void webhook_put(struct lvs_way *way, const struct lvs_event *event)
{
	struct webhook *webhook = way->state;
	int err;

	if (!*way->conf->webhook)
		return;
	err = lvs_event_queue_put(&webhook->queue, event);
	if (err)
		lvs_way_dropped(way, 1, "%s", err == -ENOSPC ? "too many events wait" : strerror(-err));
	next(webhook);
}

const struct lvs_notify_ops lvs_notify_webhook = {
	.name = "webhook", .open = webhook_open, .configured = webhook_configured, .put = webhook_put, .close = webhook_close,
};
