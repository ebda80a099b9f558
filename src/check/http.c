// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request, and what comes back is judged: first its status, then its body. Of a body no more is read than somebody
 * wants to know: none of it but for "body" and "regex", which look at the beginning, and "digest", for which it has to be
 * short enough to be read to its end.
 */
#include "check/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_LIBCRYPTO
#include <openssl/evp.h>
#endif

#include "base/bytes.h"
#include "check/regex.h"

#define STATUS_FIRST 100
#define STATUS_LAST 599
/* Bytes of a header as a whole, of a body that is searched, and of one that is summed. */
#define HEADER_MAX 65536
#define BODY_MAX 65536
#define DIGEST_MAX (1u << 20)
/* Read beyond what is wanted to know, so that most servers may end in peace. */
#define SKIP_MAX 65536

/**
 * struct lvs_http_config - what is asked and wanted
 * @good:	bits, one for each status from STATUS_FIRST on
 * @headers:	lines, '\n' between them; NULL: none
 * @version:	CURL_HTTP_VERSION_*
 * @body, @regex, @digest: NULL: none
 */
struct lvs_http_config {
	struct lvs_fetch_tls tls;
	char *method, *path, *host, *headers, *body, *digest;
	char status[128];
	uint8_t good[(STATUS_LAST - STATUS_FIRST) / 8 + 1];
	long version;
	struct lvs_regex *regex;
};

/* @body: the beginning, @body_len of @received bytes; NULL as long as there is none, or nobody wants it */
struct http_run {
	struct lvs_fetch fetch;
	size_t header_bytes;
	size_t received;
	size_t body_len;
	char *body;
#ifdef HAVE_LIBCRYPTO
	EVP_MD_CTX *digest;
#endif
	bool enough, too_long, no_memory;
};
static_assert(sizeof(struct http_run) <= LVS_HTTP_RUN_BYTES, "it has room");

static void set_good(struct lvs_http_config *config, long status)
{
	if (status >= STATUS_FIRST && status <= STATUS_LAST)
		config->good[(status - STATUS_FIRST) / 8] |= (uint8_t)(1u << (status - STATUS_FIRST) % 8);
}

static bool is_good(const struct lvs_http_config *config, long status)
{
	return status >= STATUS_FIRST && status <= STATUS_LAST &&
	       config->good[(status - STATUS_FIRST) / 8] >> (status - STATUS_FIRST) % 8 & 1;
}

/* "200-299,301" */
static void parse_status(struct lvs_http_config *config, const char *text)
{
	(void)snprintf(config->status, sizeof(config->status), "%s", text);
	while (*text) {
		char *end;
		long first = strtol(text, &end, 10), last = first;

		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		for (long status = first; status <= last && status <= STATUS_LAST; status++)
			set_good(config, status);
		if (end == text)
			return;
		text = end + strspn(end, ", ");
	}
}

static long version_of(const char *text)
{
	if (!text || !strcmp(text, "1.1"))
		return CURL_HTTP_VERSION_1_1;
	return !strcmp(text, "2") ? CURL_HTTP_VERSION_2 : CURL_HTTP_VERSION_1_0;
}

void lvs_http_free_config(void *arg)
{
	struct lvs_http_config *config = arg;

	lvs_fetch_tls_fini(&config->tls);
	free(config->method);
	free(config->path);
	free(config->host);
	free(config->headers);
	free(config->body);
	free(config->digest);
	lvs_regex_free(config->regex);
	free(config);
}

int lvs_http_parse(const struct lvs_check_param *params, size_t nparams, void **ret_config,
		   char message[LVS_CHECK_MESSAGE_BYTES])
{
	struct lvs_http_config *config = calloc(1, sizeof(*config));
	const char *status = lvs_check_param_find(params, nparams, "status");
	const char *regex = lvs_check_param_find(params, nparams, "regex");
	int err = config ? lvs_fetch_tls_parse(params, nparams, &config->tls) : -ENOMEM;
	const struct { const char *name; char **copy; } texts[] = {
		{ "method", config ? &config->method : NULL }, { "path", config ? &config->path : NULL },
		{ "host", config ? &config->host : NULL }, { "headers", config ? &config->headers : NULL },
		{ "body", config ? &config->body : NULL }, { "digest", config ? &config->digest : NULL },
	};

	(void)snprintf(message, LVS_CHECK_MESSAGE_BYTES, "out of memory");
	for (size_t i = 0; i < ARRAY_LEN(texts) && !err; i++) {
		const char *value = lvs_check_param_find(params, nparams, texts[i].name);

		*texts[i].copy = value ? strdup(value) : NULL;
		err = value && !*texts[i].copy ? -ENOMEM : 0;
	}
	if (!err && regex)
		err = lvs_regex_new(regex, &config->regex, message);
	if (err) {
		if (config)
			lvs_http_free_config(config);
		return err;
	}
	parse_status(config, status ? status : "200-299");
	config->version = version_of(lvs_check_param_find(params, nparams, "http_version"));
	*ret_config = config;
	return 0;
}

static void forget(struct http_run *run)
{
	free(run->body);
	run->body = NULL;
	run->header_bytes = run->received = run->body_len = 0;
	run->enough = run->too_long = run->no_memory = false;
#ifdef HAVE_LIBCRYPTO
	EVP_MD_CTX_free(run->digest);
	run->digest = NULL;
#endif
}

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct http_run *run = arg;

	(void)data;
	run->header_bytes += size * n;
	if (run->header_bytes <= HEADER_MAX)
		return size * n;
	run->too_long = true;
	return 0;
}

static void keep(struct http_run *run, const char *data, size_t len)
{
	if (!run->body)
		run->body = malloc(BODY_MAX);
	run->no_memory |= !run->body;
	len = LVS_MIN(len, BODY_MAX - run->body_len);
	if (!run->body || !len)
		return;
	memcpy(run->body + run->body_len, data, len);
	run->body_len += len;
}

static void sum(struct http_run *run, const struct lvs_http_config *config, const char *data, size_t len)
{
#ifdef HAVE_LIBCRYPTO
	if (!run->digest) {
		run->digest = EVP_MD_CTX_new();
		if (!run->digest ||
		    EVP_DigestInit_ex(run->digest, strlen(config->digest) == 64 ? EVP_sha256() : EVP_md5(), NULL) != 1) {
			EVP_MD_CTX_free(run->digest);
			run->digest = NULL;
			run->no_memory = true;
			return;
		}
	}
	(void)EVP_DigestUpdate(run->digest, data, len);
#else
	(void)run;
	(void)config;
	(void)data;
	(void)len;
#endif
}

/* Return: less than @n ends the transfer, which is no failure if it was enough */
static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct http_run *run = arg;
	const struct lvs_http_config *config = run->fetch.check->config;
	size_t most = config->digest ? DIGEST_MAX : config->body || config->regex ? BODY_MAX : SKIP_MAX;

	run->received += size * n;
	if (config->digest)
		sum(run, config, data, size * n);
	if (config->body || config->regex)
		keep(run, data, size * n);
	if (run->received <= most)
		return size * n;
	run->enough = true;
	return 0;
}

static bool has_digest(const struct lvs_http_config *config, struct http_run *run)
{
#ifdef HAVE_LIBCRYPTO
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[2 * EVP_MAX_MD_SIZE + 1] = "";
	unsigned int len = 0;

	sum(run, config, "", 0);	/* of an empty body, too */
	if (!run->digest || EVP_DigestFinal_ex(run->digest, hash, &len) != 1)
		return false;
	for (unsigned int i = 0; i < len; i++)
		(void)snprintf(text + 2 * (size_t)i, 3, "%02x", hash[i]);
	return !strcasecmp(text, config->digest);
#else
	(void)config;
	(void)run;
	return false;
#endif
}

/* Return: what is wrong with the body, or NULL */
static const char *judge_body(const struct lvs_http_config *config, struct http_run *run)
{
	const char *body = run->body ? run->body : "";
	enum lvs_regex_found found = LVS_REGEX_FOUND;

	if (config->body && !memmem(body, run->body_len, config->body, strlen(config->body)))
		return "the body does not hold the text";
	if (config->regex)
		found = lvs_regex_search(config->regex, body, run->body_len);
	if (found == LVS_REGEX_NO_MEMORY)
		run->no_memory = true;
	if (found != LVS_REGEX_FOUND)
		return found == LVS_REGEX_TOO_LONG ? "matching the body takes too long" : "the body does not match";
	if (config->digest && run->enough)
		return "the body is too long for a digest";
	if (config->digest && !has_digest(config, run))
		return "the body has another digest";
	return NULL;
}

static void on_finished(struct lvs_fetch *fetch, CURLcode code)
{
	struct http_run *run = container_of(fetch, struct http_run, fetch);
	struct lvs_check *check = fetch->check;
	const struct lvs_http_config *config = check->config;
	long status = 0, version = 0;
	const char *wrong;
	bool too_long = run->too_long, no_memory;

	(void)curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(fetch->easy, CURLINFO_HTTP_VERSION, &version);
	wrong = judge_body(config, run);
	no_memory = run->no_memory;
	if (code == CURLE_WRITE_ERROR && run->enough)
		code = CURLE_OK;
	forget(run);
	if (too_long)
		lvs_check_failed(check, "a header longer than %d bytes", HEADER_MAX);
	else if (code != CURLE_OK)
		lvs_fetch_failed(fetch, code);
	else if (!is_good(config, status))
		lvs_check_failed(check, "status %ld, not %s", status, config->status);
	else if (config->version == CURL_HTTP_VERSION_2 && version != CURL_HTTP_VERSION_2)
		lvs_check_failed(check, "status %ld, but not by HTTP/2", status);
	else if (no_memory)
		lvs_check_broken(check, "status %ld, but there is no memory to look at the body", status);
	else if (wrong)
		lvs_check_failed(check, "status %ld, but %s", status, wrong);
	else
		lvs_check_passed(check, "status %ld", status);
}

/* Return: 0 or -ENOMEM */
static int add_headers(struct lvs_fetch *fetch, const struct lvs_http_config *config)
{
	const char *line = config->headers;
	char header[600];
	struct curl_slist *list;

	if (config->host) {
		(void)snprintf(header, sizeof(header), "Host: %s", config->host);
		fetch->headers = curl_slist_append(NULL, header);
		if (!fetch->headers)
			return -ENOMEM;
	}
	while (line && *line) {
		size_t len = strcspn(line, "\n");

		(void)snprintf(header, sizeof(header), "%.*s", (int)len, line);
		list = curl_slist_append(fetch->headers, header);
		if (!list)
			return -ENOMEM;
		fetch->headers = list;
		line += len + (line[len] == '\n');
	}
	return fetch->headers && curl_easy_setopt(fetch->easy, CURLOPT_HTTPHEADER, fetch->headers) != CURLE_OK ? -ENOMEM : 0;
}

static CURLcode set_method(CURL *easy, const char *method)
{
	if (!method || !strcmp(method, "GET"))
		return CURLE_OK;
	if (!strcmp(method, "HEAD"))
		return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static int open_transfer(struct lvs_check *check, struct http_run *run, const char *scheme)
{
	const struct lvs_http_config *config = check->config;
	bool tls = !strcmp(scheme, "https");
	long version = config->version == CURL_HTTP_VERSION_2 && !tls ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : config->version;
	CURL *easy = lvs_fetch_open(&run->fetch, check, scheme, tls ? &config->tls : NULL, config->path ? config->path : "/");

	if (!easy)
		return -ENOMEM;
	run->fetch.finished = on_finished;
	if (config->digest)
		run->fetch.transfer.bytes_max = 2 * DIGEST_MAX;
	if (curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, version) != CURLE_OK || set_method(easy, config->method) != CURLE_OK ||
	    lvs_fetch_hear(&run->fetch, on_header, on_body, run) != CURLE_OK || add_headers(&run->fetch, config)) {
		lvs_fetch_end(check);
		return -ENOMEM;
	}
	return 0;
}

void lvs_http_start(struct lvs_check *check, const char *scheme)
{
	struct http_run *run = check->run;
	int err = run->fetch.easy ? 0 : open_transfer(check, run, scheme);

	if (!err)
		err = lvs_fetch_start(&run->fetch);
	if (err)
		lvs_check_broken(check, "cannot ask: %s", strerror(-err));
}

void lvs_http_cancel(struct lvs_check *check)
{
	lvs_fetch_cancel(check);
	forget(check->run);
}

static void http_start(struct lvs_check *check)
{
	lvs_http_start(check, "http");
}

const struct lvs_check_ops lvs_check_http = {
	.name = "http", .run_bytes = LVS_HTTP_RUN_BYTES, .set_up = lvs_fetch_set_up, .tear_down = lvs_fetch_tear_down,
	.parse = lvs_http_parse, .free_config = lvs_http_free_config, .start = http_start, .cancel = lvs_http_cancel,
	.end = lvs_fetch_end,
};
