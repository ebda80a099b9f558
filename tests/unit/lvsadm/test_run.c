// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole commands against a daemon that says what it is told to: what lvsadm asks, in which order, and what it prints and
 * exits with.
 */
#include "tests/lib/test.h"

#include <stdbool.h>
#include <stdlib.h>

#include "lvsadm/restore.h"
#include "tests/lib/api.h"
#include "tests/unit/lvsadm/words.h"

#define SERVICE "/v1/services/tcp:192.0.2.10:80"
#define SERVER SERVICE "/servers/10.0.0.1:80"
#define NOT_FOUND 404, "{\"type\":\"urn:lvsd:problem:not-found\",\"detail\":\"there is none\"}"
#define EXISTS 409, "{\"type\":\"urn:lvsd:problem:exists\",\"detail\":\"it is there\"}"
#define ONE_SERVICE                                                                                                    \
	"{\"protocol\":\"tcp\",\"family\":4,\"address\":\"192.0.2.10\",\"port\":80,\"scheduler\":\"rr\","    \
	"\"servers\":[{\"address\":\"10.0.0.1\",\"port\":80,\"forward\":\"masq\",\"label\":\"Masq\",\"weight\":1}]}"
#define LISTED                                                                                                         \
	"Prot LocalAddress:Port Scheduler Flags\n"                                                                     \
	"  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"                                      \
	"TCP  192.0.2.10:80 rr\n"                                                                                      \
	"  -> 10.0.0.1:80                  Masq    1      0          0         \n"

struct answer {
	const char *request;	/* method and path */
	int status;
	const char *body;	/* JSON, or NULL */
};

static const struct row {
	const char *what;
	const char *line;
	const char *in;			/* standard input, of -R */
	struct answer answers[8];	/* to requests of that method and path */
	const char *requests;		/* one per line, with their bodies */
	const char *out, *err;
	int status;
} rows[] = {
	{ "added", "ipvsadm -A -t 192.0.2.10:80 -s rr", NULL, { { "PUT " SERVICE, 201, "{}" } },
	  "PUT " SERVICE " {\"scheduler\":\"rr\",\"scheduler_flags\":[],\"one_packet\":false}\n", "", "", 0 },
	{ "there already", "ipvsadm -A -t 192.0.2.10:80 -s rr", NULL, { { "PUT " SERVICE, EXISTS } },
	  "PUT " SERVICE " {\"scheduler\":\"rr\",\"scheduler_flags\":[],\"one_packet\":false}\n", "",
	  "Service already exists\n", 255 },
	{ "unknown scheduler", "ipvsadm -A -t 192.0.2.10:80 -s x", NULL,
	  { { "PUT " SERVICE, 422, "{\"type\":\"urn:lvsd:problem:invalid\",\"detail\":\"no such\",\"field\":\"/scheduler\"}" } },
	  "PUT " SERVICE " {\"scheduler\":\"x\",\"scheduler_flags\":[],\"one_packet\":false}\n", "",
	  "Scheduler or persistence engine not found\n", 255 },
	{ "what lvsd alone refuses", "ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1 -m -w 65536", NULL,
	  { { "PUT " SERVER, 422,
	      "{\"type\":\"urn:lvsd:problem:invalid\",\"detail\":\"65536 is too large\",\"field\":\"/weight\","
	      "\"allowed\":\"0 to 65535\"}" } },
	  "PUT " SERVER " {\"weight\":65536,\"forward\":\"masq\",\"upper_threshold\":0,\"lower_threshold\":0}\n", "",
	  "65536 is too large\n", 255 },
	{ "another persistence engine", "ipvsadm -A -t 192.0.2.10:80 -p --pe x", NULL, { { "GET " SERVICE, NOT_FOUND } },
	  "GET " SERVICE "\n", "", "Scheduler or persistence engine not found\n", 255 },
	{ "another persistence engine of a service that is there", "ipvsadm -A -t 192.0.2.10:80 -p --pe x", NULL,
	  { { "GET " SERVICE, 200, ONE_SERVICE } }, "GET " SERVICE "\n", "", "Service already exists\n", 255 },
	{ "no service to edit", "ipvsadm -E -t 192.0.2.10:80 -s rr", NULL,
	  { { "PATCH " SERVICE, NOT_FOUND }, { "GET " SERVICE, NOT_FOUND } },
	  "GET " SERVICE "\nPATCH " SERVICE
	  " {\"scheduler\":\"rr\",\"scheduler_flags\":[],\"one_packet\":false,\"persistent\":null}\nGET " SERVICE "\n",
	  "", "No such service\n", 255 },
	{ "SIP's engine is taken away", "ipvsadm -E -t 192.0.2.10:80 -s rr", NULL,
	  { { "PATCH " SERVICE, 200, "{}" }, { "GET " SERVICE, 200, "{\"helper\":\"sip\"}" } },
	  "GET " SERVICE "\nPATCH " SERVICE " {\"scheduler\":\"rr\",\"scheduler_flags\":[],\"one_packet\":false,"
	  "\"persistent\":null,\"helper\":\"none\"}\n", "", "", 0 },
	{ "another helper stays", "ipvsadm -E -t 192.0.2.10:80 -s rr", NULL,
	  { { "PATCH " SERVICE, 200, "{}" }, { "GET " SERVICE, 200, "{\"helper\":\"ftp\"}" } },
	  "GET " SERVICE "\nPATCH " SERVICE
	  " {\"scheduler\":\"rr\",\"scheduler_flags\":[],\"one_packet\":false,\"persistent\":null}\n", "", "", 0 },
	{ "no service for the server", "ipvsadm -d -t 192.0.2.10:80 -r 10.0.0.1:80", NULL,
	  { { "DELETE " SERVER, NOT_FOUND }, { "GET " SERVICE, NOT_FOUND } },
	  "DELETE " SERVER "\nGET " SERVICE "\n", "", "Service not defined\n", 255 },
	{ "no such server", "ipvsadm -d -t 192.0.2.10:80 -r 10.0.0.1:80", NULL,
	  { { "DELETE " SERVER, NOT_FOUND }, { "GET " SERVICE, 200, ONE_SERVICE } },
	  "DELETE " SERVER "\nGET " SERVICE "\n", "", "No such destination\n", 255 },
	{ "server there already", "ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1:80", NULL, { { "PUT " SERVER, EXISTS } },
	  "PUT " SERVER " {\"weight\":1,\"forward\":\"droute\",\"upper_threshold\":0,\"lower_threshold\":0}\n", "",
	  "Destination already exists\n", 255 },
	{ "thresholds crosswise", "ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1:80 -x 5 -y 6", NULL,
	  { { "GET " SERVICE, 200, ONE_SERVICE } }, "GET " SERVICE "\n", "", "Numerical result out of range\n", 255 },
	{ "thresholds crosswise, no service", "ipvsadm -a -t 192.0.2.10:80 -r 10.0.0.1:80 -x 5 -y 6", NULL,
	  { { "GET " SERVICE, NOT_FOUND } }, "GET " SERVICE "\n", "", "Service not defined\n", 255 },
	{ "not unicast", "ipvsadm -a -t 192.0.2.10:80 -r 224.0.0.1:80", NULL, { { "GET " SERVICE, 200, ONE_SERVICE } },
	  "GET " SERVICE "\n", "", "Invalid operation.  Possibly wrong module version, address not unicast, ...\n", 255 },
	{ "readers may not", "ipvsadm -C", NULL,
	  { { "DELETE /v1/services", 403, "{\"type\":\"urn:lvsd:problem:forbidden\",\"detail\":\"group lvsd may\"}" } },
	  "DELETE /v1/services\n", "", "Permission denied (you must be root)\ngroup lvsd may\n", 255 },
	{ "zero one", "ipvsadm -Z -t 192.0.2.10:80", NULL, { { "POST " SERVICE "/zero", 204, NULL } },
	  "POST " SERVICE "/zero\n", "", "", 0 },
	{ "zero none", "ipvsadm -Z -t 192.0.2.10:80", NULL,
	  { { "POST " SERVICE "/zero", NOT_FOUND }, { "GET " SERVICE, NOT_FOUND } },
	  "POST " SERVICE "/zero\nGET " SERVICE "\n", "", "No such service\n", 255 },
	{ "zero all", "ipvsadm -Z", NULL, { { "POST /v1/zero", 204, NULL } }, "POST /v1/zero\n", "", "", 0 },
	{ "timeouts", "ipvsadm --set 0 7 0", NULL, { { "PATCH /v1/timeouts", 200, "{}" } },
	  "PATCH /v1/timeouts {\"tcpfin\":7}\n", "", "", 0 },
	{ "timeouts as they are", "ipvsadm --set 0 0 0", NULL, { { "PATCH /v1/timeouts", 200, "{}" } },
	  "PATCH /v1/timeouts {}\n", "", "", 0 },
	{ "list of timeouts", "ipvsadm -L --timeout", NULL,
	  { { "GET /v1/timeouts", 200, "{\"tcp\":900,\"tcpfin\":120,\"udp\":300}" } }, "GET /v1/timeouts\n",
	  "Timeout (tcp tcpfin udp): 900 120 300\n", "", 0 },
	{ "no daemons", "ipvsadm -L --daemon", NULL, {{ NULL, 0, NULL }}, "", "", "", 0 },
	{ "no daemon to start", "ipvsadm --start-daemon master", NULL, {{ NULL, 0, NULL }}, "", "", "Protocol not available\n", 255 },
	{ "no daemon to stop", "ipvsadm --stop-daemon backup", NULL, {{ NULL, 0, NULL }}, "", "", "No daemon is running\n", 255 },
	{ "all services", "ipvsadm -L -n", NULL,
	  { { "GET /v1/services?brief=1&counters=0", 200, "{\"services\":[" ONE_SERVICE "]}" },
	    { "GET /v1/status", 200, "{\"connections\":{\"capacity\":65536}}" } },
	  "GET /v1/services?brief=1&counters=0\nGET /v1/status\n", "IP Virtual Server version 1.2.1 (size=65536)\n" LISTED, "", 0 },
	{ "all services, without a status", "ipvsadm -L -n", NULL,
	  { { "GET /v1/services?brief=1&counters=0", 200, "{\"services\":[]}" } }, "GET /v1/services?brief=1&counters=0\nGET /v1/status\n",
	  "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n"
	  "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n", "", 0 },
	{ "all services' statistics", "ipvsadm -L -n --stats", NULL,
	  { { "GET /v1/services?brief=1&counters=stats", 200, "{\"services\":[]}" } },
	  "GET /v1/services?brief=1&counters=stats\nGET /v1/status\n",
	  "IP Virtual Server version 1.2.1 (size=4096)\n"
	  "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n  -> RemoteAddress:Port\n", "", 0 },
	{ "all services' rates", "ipvsadm -L -n --rate", NULL,
	  { { "GET /v1/services?brief=1&counters=rates", 200, "{\"services\":[]}" } },
	  "GET /v1/services?brief=1&counters=rates\nGET /v1/status\n",
	  "IP Virtual Server version 1.2.1 (size=4096)\n"
	  "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n  -> RemoteAddress:Port\n", "", 0 },
	{ "one service", "ipvsadm -L -n -t 192.0.2.10:80", NULL, { { "GET " SERVICE, 200, ONE_SERVICE } }, "GET " SERVICE "\n",
	  LISTED, "", 0 },
	{ "one service that is not there", "ipvsadm -L -n -t 192.0.2.10:80", NULL, { { "GET " SERVICE, NOT_FOUND } },
	  "GET " SERVICE "\nGET " SERVICE "\n", "", "No such service\n", 1 },
	{ "connections", "ipvsadm -L -n -c", NULL,
	  { { "GET /v1/connections?templates=1", 200,
	      "{\"connections\":[{\"protocol\":\"tcp\",\"client\":\"10.1.0.2:9\",\"virtual\":\"192.0.2.10:80\","
	      "\"server\":\"10.0.0.1:80\",\"state\":\"SYN_RECV\",\"expires\":59.9}]}" } },
	  "GET /v1/connections?templates=1\n",
	  "IPVS connection entries\npro expire state       source             virtual            destination\n"
	  "TCP 00:59  SYN_RECV    10.1.0.2:9         192.0.2.10:80      10.0.0.1:80\n", "", 0 },
	{ "saved", "ipvsadm -S -n", NULL, { { "GET /v1/services?counters=0", 200, "{\"services\":[" ONE_SERVICE "]}" } },
	  "GET /v1/services?counters=0\n",
	  "-A -t 192.0.2.10:80 -s rr\n-a -t 192.0.2.10:80 -r 10.0.0.1:80 -m -w 1\n", "", 0 },

	{ "saved while a check says no, and somebody says sorry", "ipvsadm -S -n", NULL,
	  { { "GET /v1/services?counters=0", 200,
	      "{\"services\":[{\"protocol\":\"tcp\",\"family\":4,\"address\":\"192.0.2.10\",\"port\":80,\"scheduler\":\"rr\","
	      "\"servers\":[{\"address\":\"10.0.0.1\",\"port\":80,\"forward\":\"masq\",\"weight\":0,\"config\":{\"weight\":7}},"
	      "{\"address\":\"10.0.0.9\",\"port\":80,\"forward\":\"masq\",\"weight\":1,\"sorry\":true}]}]}" } },
	  "GET /v1/services?counters=0\n", "-A -t 192.0.2.10:80 -s rr\n-a -t 192.0.2.10:80 -r 10.0.0.1:80 -m -w 7\n", "", 0 },

	{ "restore: nothing", "ipvsadm -R", "\n \t\n", {{ NULL, 0, NULL }}, "", "", "", 0 },
	{ "restore: all together", "ipvsadm -R", "-C\nipvsadm -A -t 192.0.2.10:80 -s rr\n\n  -a -t 192.0.2.10:80 -r 10.0.0.1:80 -m",
	  { { "POST /v1/batch", 200, "{}" } },
	  "POST /v1/batch {\"operations\":[{\"method\":\"DELETE\",\"path\":\"/v1/services\"},"
	  "{\"method\":\"PUT\",\"path\":\"" SERVICE "\",\"body\":{\"scheduler\":\"rr\",\"scheduler_flags\":[],\"one_packet\":false},"
	  "\"if_none_match\":true},"
	  "{\"method\":\"PUT\",\"path\":\"" SERVER "\",\"body\":{\"weight\":1,\"forward\":\"masq\",\"upper_threshold\":0,"
	  "\"lower_threshold\":0},\"if_none_match\":true}]}\n", "", "", 0 },
	{ "restore: twice", "ipvsadm -R", "-A -t 192.0.2.10:80 -s rr\n-a -t 192.0.2.10:80 -r 10.0.0.1:80 -m\n",
	  { { "POST /v1/batch", EXISTS }, { "GET /v1/services?brief=1&counters=0", 200, "{\"services\":[" ONE_SERVICE "]}" } }, NULL,
	  "", "Service already exists\nDestination already exists\n", 255 },
	{ "restore: one of them is wrong", "ipvsadm -R",
	  "-A -t 192.0.2.11:80 -s x\n-A -t 192.0.2.12:80 -s rr\n-D -t 192.0.2.13:80\n",
	  { { "POST /v1/batch", 422,
	      "{\"type\":\"urn:lvsd:problem:invalid\",\"detail\":\"no such\",\"field\":\"/operations/0/body/scheduler\","
	      "\"errors\":[{\"field\":\"/operations/0/body/scheduler\",\"detail\":\"no such\"}]}" },
	    { "GET /v1/services?brief=1&counters=0", 200, "{\"services\":[]}" } }, NULL,
	  "", "Scheduler or persistence engine not found\nNo such service\nNothing was restored: all lines have to be right\n",
	  255 },
	{ "restore: names follow the lines", "ipvsadm -R",
	  "-D -t 192.0.2.10:80\n-a -t 192.0.2.10:80 -r 10.0.0.1:80\n-A -t 192.0.2.10:80\n-a -t 192.0.2.10:80 -r 10.0.0.1:80\n"
	  "-a -t 192.0.2.10:80 -r 10.0.0.1:80\n-e -t 192.0.2.10:80 -r 10.0.0.2:80\n-d -t 192.0.2.10:80 -r 10.0.0.1:80\n"
	  "-d -t 192.0.2.10:80 -r 10.0.0.1:80\n-C\n-E -t 192.0.2.10:80\n",
	  { { "POST /v1/batch", NOT_FOUND }, { "GET /v1/services?brief=1&counters=0", 200, "{\"services\":[" ONE_SERVICE "]}" } }, NULL,
	  "", "Service not defined\nDestination already exists\nNo such destination\nNo such destination\nNo such service\n"
	      "Nothing was restored: all lines have to be right\n", 255 },
	{ "restore: what IPVS forbids", "ipvsadm -R", "-A -t 192.0.2.11:80\n-a -t 192.0.2.11:80 -r 10.0.0.1 -x 1 -y 2\n",
	  { { "GET /v1/services?brief=1&counters=0", 200, "{\"services\":[]}" } }, "GET /v1/services?brief=1&counters=0\n",
	  "", "Numerical result out of range\nNothing was restored: all lines have to be right\n", 255 },
	{ "restore: a line that ends it", "ipvsadm -R", "-A -t 192.0.2.10:80 -s rr\n# comment\n-C\n", {{ NULL, 0, NULL }}, "", "",
	  "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\nNothing was restored: all lines have to be right\n", 255 },
	{ "restore: a line that is illegal", "ipvsadm -R", "-A -s rr\n-C\n", {{ NULL, 0, NULL }}, "", "",
	  "You need to supply the 'service-address' option for the 'add-service' command\n", 2 },
	{ "restore: a line that does not end it", "ipvsadm -R", "-C\n-A -b\n-L --daemon\n-C\n", {{ NULL, 0, NULL }}, "", "",
	  "-b: missing argument\nNothing was restored: all lines have to be right\n", 255 },
	{ "restore within restore", "ipvsadm -R", "-R\n-C\n", {{ NULL, 0, NULL }}, "", "",
	  "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n", 255 },
	{ "restore: other commands in their places", "ipvsadm -R", "-C\n--set 1 2 3\n-L --timeout\n-C\n",
	  { { "POST /v1/batch", 200, "{}" }, { "PATCH /v1/timeouts", 200, "{}" },
	    { "GET /v1/timeouts", 200, "{\"tcp\":1,\"tcpfin\":2,\"udp\":3}" } },
	  "POST /v1/batch {\"operations\":[{\"method\":\"DELETE\",\"path\":\"/v1/services\"}]}\n"
	  "PATCH /v1/timeouts {\"tcp\":1,\"tcpfin\":2,\"udp\":3}\nGET /v1/timeouts\n"
	  "POST /v1/batch {\"operations\":[{\"method\":\"DELETE\",\"path\":\"/v1/services\"}]}\n",
	  "Timeout (tcp tcpfin udp): 1 2 3\n", "", 0 },
	{ "restore: the last status counts", "ipvsadm -R", "--stop-daemon master\n-L --daemon\n", {{ NULL, 0, NULL }}, "", "",
	  "No daemon is running\n", 0 },
	{ "restore: --help ends it", "ipvsadm -R", "-v\n-C\n", {{ NULL, 0, NULL }}, "",
	  "ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n", "", 0 },
};

struct script {
	const struct row *row;
	FILE *requests;
};

static void say(void *arg, const struct test_api_request *request, FILE *out)
{
	struct script *script = arg;
	char key[2100];

	(void)snprintf(key, sizeof(key), "%s %s", request->method, request->path);
	fprintf(script->requests, "%s%s%s\n", key, *request->body ? " " : "", request->body);
	for (const struct answer *answer = script->row->answers; answer < script->row->answers + 8 && answer->request; answer++) {
		if (strcmp(answer->request, key) != 0)
			continue;
		fprintf(out, "HTTP/1.1 %d x\r\n", answer->status);
		if (answer->body)
			fprintf(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(answer->body),
				answer->body);
		else
			fputs("\r\n", out);
		return;
	}
	fputs("HTTP/1.1 500 unexpected\r\nContent-Length: 0\r\n\r\n", out);
}

static int run(struct lvsadm *lvsadm, const struct row *row)
{
	struct lvsadm_command command = parse_line(row->line);
	struct lvsadm_fault fault = { .status = 0 };
	FILE *in;
	int status;

	if (command.kind == LVSADM_RESTORE) {
		in = fmemopen((void *)row->in, strlen(row->in), "r");
		status = lvsadm_restore(lvsadm, in);
		fclose(in);
		return status;
	}
	if (!lvsadm_run(lvsadm, &command, &fault))
		fprintf(lvsadm->err, "%s\n", fault.text);
	return fault.status;
}

static void check_row(const struct row *row)
{
	struct script script = { .row = row };
	struct test_api api;
	struct lvsadm lvsadm = { .name = "ipvsadm" };
	char *requests = NULL, *out = NULL, *err = NULL;
	size_t size[3];
	int status;

	script.requests = open_memstream(&requests, &size[0]);
	lvsadm.out = open_memstream(&out, &size[1]);
	lvsadm.err = open_memstream(&err, &size[2]);
	test_api_start(&api, say, &script);
	assert_int_equal(lvs_client_new(api.socket, &lvsadm.client), 0);
	status = run(&lvsadm, row);
	lvs_client_free(lvsadm.client);
	test_api_stop(&api);
	test_api_remove(&api);
	fclose(script.requests);
	fclose(lvsadm.out);
	fclose(lvsadm.err);
	if (strcmp(out, row->out) || strcmp(err, row->err) || status != row->status ||
	    (row->requests && strcmp(requests, row->requests)))
		fail_msg("%s: status %d\nrequests:\n%sout:\n%serr:\n%s", row->what, status, requests, out, err);
	free(requests);
	free(out);
	free(err);
}

static void does_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_row(&rows[i]);
}

static const struct {
	const char *what;
	bool listens;
	const char *err;
} nobodies[] = {
	{ "a stale socket", true,
	  "Can't initialize ipvs: Protocol not available\nlvsd is not running any more: nobody listens on its socket" },
	{ "no socket", false, "Can't initialize ipvs: Protocol not available\nlvsd is not running: there is no socket" },
};

static void says_that_nobody_is_there(void **state)
{
	static const char *const lines[] = {
		"ipvsadm -L", "ipvsadm -L -c", "ipvsadm -L --timeout", "ipvsadm -S", "ipvsadm -C", "ipvsadm -Z", "ipvsadm --set 1 2 3",
		"ipvsadm -L -t 192.0.2.1:80", "ipvsadm -A -t 192.0.2.1:80", "ipvsadm -E -t 192.0.2.1:80",
		"ipvsadm -d -t 192.0.2.1:80 -r 10.0.0.1:80", "ipvsadm -a -t 192.0.2.1:80 -r 10.0.0.1:80 -x 1 -y 2",
		"ipvsadm -A -t 192.0.2.1:80 -p --pe x",
	};
	struct script script = { .row = rows };
	struct test_api api;

	(void)state;
	test_api_start(&api, say, &script);
	test_api_stop(&api);
	for (size_t i = 0; i < sizeof(nobodies) / sizeof(*nobodies); i++) {
		char expect[512];

		if (!nobodies[i].listens)
			test_api_remove(&api);
		(void)snprintf(expect, sizeof(expect), "%s \"%s\"", nobodies[i].err, api.socket);
		for (size_t j = 0; j < sizeof(lines) / sizeof(*lines); j++) {
			struct lvsadm_command command = parse_line(lines[j]);
			struct lvsadm lvsadm = { .name = "ipvsadm", .out = fopen("/dev/null", "w"), .err = stderr };
			struct lvsadm_fault fault = { .status = 0 };

			assert_int_equal(lvs_client_new(api.socket, &lvsadm.client), 0);
			assert_false(lvsadm_run(&lvsadm, &command, &fault));
			assert_string_equal(fault.text, expect);
			assert_int_equal(fault.status, 2);
			lvs_client_free(lvsadm.client);
			fclose(lvsadm.out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_commands),
		cmocka_unit_test(says_that_nobody_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
