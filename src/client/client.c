// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libcurl speaks HTTP to the UNIX socket; what is added here is what an answer means. An answer is kept until it is whole,
 * up to a limit, and parsed if it says that it is JSON; a caller who would rather have its bytes as they come gives a sink,
 * which sees the good answers only.
 *
 * libcurl does not always tell why it could not connect, so that is asked again of connect(2): the three reasons are three
 * different messages.
 */
#include "client/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_BYTES_MAX (512U << 20)
#define HOST "http://lvsd"	/* HTTP wants a name; the socket decides who answers */

struct lvs_client {
	CURL *curl;
	char *socket;
	unsigned int patience;
};

/**
 * struct keep - an answer while it comes in
 * @client:	whose
 * @request:	what was asked
 * @bytes:	owned
 * @overflow:	there was more than ANSWER_BYTES_MAX, or than memory
 * @stopped:	the sink broke off
 */
struct keep {
	struct lvs_client *client;
	const struct lvs_request *request;
	char *bytes;
	size_t n;
	size_t room;
	bool overflow;
	bool stopped;
};

const char *lvs_client_socket(const char *option)
{
	const char *variable = getenv(LVS_CLIENT_SOCKET_VARIABLE);

	if (option)
		return option;
	return variable && *variable ? variable : LVS_CLIENT_SOCKET;
}

int lvs_client_new(const char *socket, struct lvs_client **ret_client)
{
	struct lvs_client *client;

	if (strlen(socket) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return -ENAMETOOLONG;
	client = calloc(1, sizeof(*client));
	if (!client)
		return -ENOMEM;
	client->socket = strdup(socket);
	client->curl = curl_easy_init();
	client->patience = 60;
	if (!client->socket || !client->curl) {
		lvs_client_free(client);
		return -ENOMEM;
	}
	*ret_client = client;
	return 0;
}

void lvs_client_free(struct lvs_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	free(client->socket);
	free(client);
}

void lvs_client_patience(struct lvs_client *client, unsigned int seconds)
{
	client->patience = seconds;
}

/* Room for @n more bytes and a NUL; Return: whether there is */
static bool make_room(struct keep *keep, size_t n)
{
	size_t room = keep->room ? keep->room : 4096;
	char *bytes;

	if (n > ANSWER_BYTES_MAX - keep->n)
		return false;
	while (room < keep->n + n + 1)
		room *= 2;
	if (room == keep->room)
		return true;
	bytes = realloc(keep->bytes, room);
	if (!bytes)
		return false;
	keep->bytes = bytes;
	keep->room = room;
	return true;
}

static size_t on_bytes(char *bytes, size_t size, size_t n, void *arg)
{
	struct keep *keep = arg;
	long status = 0;

	n *= size;
	(void)curl_easy_getinfo(keep->client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (keep->request->sink && status / 100 == 2) {
		keep->stopped = keep->request->sink(keep->request->arg, bytes, n) != 0;
		return keep->stopped ? 0 : n;
	}
	if (!make_room(keep, n)) {
		keep->overflow = true;
		return 0;
	}
	memcpy(keep->bytes + keep->n, bytes, n);
	keep->n += n;
	keep->bytes[keep->n] = '\0';
	return n;
}

/* Return: errno of a connect(2) to the socket, 0 if there is none now */
static int why_not(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return errno;
	memcpy(addr.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err = errno;
	close(fd);
	return err;
}

static void unreachable(struct keep *keep, CURLcode code, struct lvs_problem *problem)
{
	const struct lvs_client *client = keep->client;

	if (keep->stopped) {
		lvs_problem_set(problem, LVS_FAILURE_STOPPED, "broken off");
	} else if (keep->overflow) {
		lvs_problem_set(problem, LVS_FAILURE_MEMORY, "the answer of lvsd is too long to be kept");
	} else if (code == CURLE_OUT_OF_MEMORY) {
		lvs_problem_set(problem, LVS_FAILURE_MEMORY, "out of memory");
	} else if (code == CURLE_COULDNT_CONNECT) {
		int err = why_not(client->socket);

		lvs_problem_connect(problem, client->socket, err ? err : EAGAIN);
	} else if (code == CURLE_OPERATION_TIMEDOUT) {
		lvs_problem_set(problem, LVS_FAILURE_UNREACHABLE, "lvsd on \"%s\" has been silent for %u seconds",
				client->socket, client->patience);
	} else {
		lvs_problem_set(problem, LVS_FAILURE_UNREACHABLE, "the talk with lvsd on \"%s\" broke off: %s", client->socket,
				curl_easy_strerror(code));
	}
}

static bool is_json(CURL *curl)
{
	char *type = NULL;

	(void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
	return type && (!strncasecmp(type, "application/json", strlen("application/json")) ||
			!strncasecmp(type, "application/problem+json", strlen("application/problem+json")));
}

/* Consumes keep->bytes. */
static enum lvs_failure judge(struct keep *keep, struct lvs_answer *answer)
{
	json_error_t error;
	json_t *json = NULL;
	bool json_expected = is_json(keep->client->curl);

	if (json_expected && keep->n)
		json = json_loadb(keep->bytes, keep->n, 0, &error);
	if (answer->status / 100 != 2) {
		free(keep->bytes);
		lvs_problem_document(&answer->problem, answer->status, json);
		return answer->problem.failure;
	}
	if (json_expected && keep->n && !json) {
		free(keep->bytes);
		lvs_problem_set(&answer->problem, LVS_FAILURE_ANSWER, "lvsd's answer is no JSON: %s", error.text);
		return LVS_FAILURE_ANSWER;
	}
	answer->json = json;
	if (json)
		free(keep->bytes);
	else
		answer->text = keep->bytes;
	return LVS_FAILURE_NONE;
}

static bool set_headers(CURL *curl, const struct lvs_request *request, struct curl_slist **ret_list)
{
	/* curl asks before it sends a long body, and would wait a second for the reply. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *longer;

	for (size_t i = 0; list && request->headers && request->headers[i]; i++) {
		longer = curl_slist_append(list, request->headers[i]);
		if (!longer)
			curl_slist_free_all(list);
		list = longer;
	}
	if (list && request->body) {
		longer = curl_slist_append(list, "Content-Type: application/json");
		if (!longer)
			curl_slist_free_all(list);
		list = longer;
	}
	*ret_list = list;
	return list && curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list) == CURLE_OK;
}

/* Return: whether there was memory for all */
static bool set_up(struct keep *keep, char *url, char *body)
{
	CURL *curl = keep->client->curl;
	const struct lvs_request *request = keep->request;
	bool get = !strcmp(request->method, "GET");
	CURLcode code = CURLE_OK;

	curl_easy_reset(curl);
	code |= curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, keep->client->socket);
	code |= curl_easy_setopt(curl, CURLOPT_URL, url);
	code |= curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	code |= curl_easy_setopt(curl, CURLOPT_PROXY, "");
	code |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	code |= curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	code |= curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	code |= curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)keep->client->patience);
	code |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	code |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, keep);
	if (body) {
		code |= curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
		code |= curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	} else if (!get && strcmp(request->method, "DELETE") != 0) {
		code |= curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
		code |= curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
	}
	if (!get || body)
		code |= curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	return code == CURLE_OK;
}

static char *url_of(const char *path)
{
	char *url = malloc(sizeof(HOST) + strlen(path));

	if (url) {
		memcpy(url, HOST, sizeof(HOST) - 1);
		memcpy(url + sizeof(HOST) - 1, path, strlen(path) + 1);
	}
	return url;
}

enum lvs_failure lvs_client_call(struct lvs_client *client, const struct lvs_request *request, struct lvs_answer *ret_answer)
{
	struct keep keep = { .client = client, .request = request };
	char *url = url_of(request->path), *body = request->body ? json_dumps(request->body, JSON_COMPACT) : NULL;
	struct curl_slist *headers = NULL;
	long status = 0;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	*ret_answer = (struct lvs_answer){ 0 };
	if (url && (body || !request->body) && set_up(&keep, url, body) && set_headers(client->curl, request, &headers))
		code = curl_easy_perform(client->curl);
	curl_slist_free_all(headers);
	free(body);
	free(url);
	if (code != CURLE_OK) {
		free(keep.bytes);
		unreachable(&keep, code, &ret_answer->problem);
		return ret_answer->problem.failure;
	}
	(void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	ret_answer->status = (unsigned int)status;
	return judge(&keep, ret_answer);
}

void lvs_answer_fini(struct lvs_answer *answer)
{
	json_decref(answer->json);
	free(answer->text);
	lvs_problem_fini(&answer->problem);
	*answer = (struct lvs_answer){ 0 };
}
