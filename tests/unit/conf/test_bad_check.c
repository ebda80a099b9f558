// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks that never could be up, and notices that nobody could get, are refused where they are written. */
#include "tests/lib/test.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "conf/check.h"
#include "conf/conf.h"
#include "conf/errors.h"

curl_version_info_data *__real_curl_version_info(CURLversion version);
curl_version_info_data *__wrap_curl_version_info(CURLversion version);

/* Of libcurl: what the tests say that it was built without. */
static int lacking;

curl_version_info_data *__wrap_curl_version_info(CURLversion version)
{
	static curl_version_info_data info;

	info = *__real_curl_version_info(version);
	info.features &= ~lacking;
	return &info;
}

/**
 * struct row - a check
 * @line:	of the file; where it holds "$", the directory of files that are made for it is written
 * @at:		what the caret points at
 * @message:	what is said, with "$" as well
 */
struct row {
	const char *line, *at, *message;
};

#define CHECK_OF(type, keys) "check = { type = \"" type "\"; " keys " };"

static const struct row rows[] = {
	/* times and counts */
	{ CHECK_OF("tcp", "interval = 1; timeout = 1.5;"), "1.5", "\"timeout\" is longer than \"interval\"" },
	{ CHECK_OF("tcp", "interval = 0.5; timeout = 2;"), "2;", "\"timeout\" is longer than \"interval\"" },
	{ CHECK_OF("tcp", "interval = 1; fast_interval = 5;"), "5;", "\"fast_interval\" is longer than \"interval\"" },
	{ CHECK_OF("tcp", "interval = 0;"), "0;", "\"interval\" is 0, but has to be from 0.1 to 86400 seconds" },
	{ CHECK_OF("tcp", "timeout = 0;"), "0;", "\"timeout\" is 0, but has to be from 0.01 to 3600 seconds" },
	{ CHECK_OF("tcp", "rise = 0;"), "0;", "\"rise\" is 0, but has to be from 1 to 100" },
	{ CHECK_OF("tcp", "fall = 0;"), "0;", "\"fall\" is 0, but has to be from 1 to 100" },
	{ CHECK_OF("tcp", "fall = 4294967297;"), "4294967297;", "\"fall\" is 4294967297, but has to be from 1 to 100" },
	{ CHECK_OF("tcp", "jitter = 60;"), "60;", "\"jitter\" is 60, but has to be from 0 to 50" },
	{ CHECK_OF("tcp", "port = 0;"), "0;", "\"port\" is 0, but has to be from 1 to 65535" },
	{ CHECK_OF("tcp", "port = 65536;"), "65536;", "\"port\" is 65536, but has to be from 1 to 65535" },
	{ CHECK_OF("ping", "port = 1;"), "1;", "a \"ping\" check has no port" },
	{ CHECK_OF("tcp", "") " checks_needed = 2;", "2;", "\"checks_needed\" is 2, and there is 1" },
	{ "checks_needed = 1;", "1;", "\"checks_needed\" is 1, and there are 0" },
	{ CHECK_OF("tcp", "source = \"2001:db8::1\";"), "\"2001:db8::1\"", "\"source\" is IPv6 and server 10.0.0.1:80 is not" },
	/* HTTP */
	{ CHECK_OF("http", "path = \"health\";"), "\"health\"", "\"path\": \"health\" does not begin with \"/\"" },
	{ CHECK_OF("http", "path = \"/ HTTP/1.1\\r\\nX: y\";"), "\"/ HTTP", "\"path\": \"/ HTTP/1.1??X: y\" holds what a URL would have as" },
	{ CHECK_OF("http", "method = \"GET / \";"), "\"GET / \"", "\"method\": \"GET / \" is not a method" },
	{ CHECK_OF("http", "method = \"HEAD\"; body = \"ok\";"), "\"HEAD\"", "the answer to \"HEAD\" has no body" },
	{ CHECK_OF("http", "headers = ( \"A: b\", \"X: a\\nY: b\" );"), "\"X: a", "\"headers\": \"X: a?Y: b\" holds characters that cannot be printed" },
	{ CHECK_OF("http", "headers = ( \"no header\" );"), "\"no header\"", "\"headers\": \"no header\" is not a header" },
	{ CHECK_OF("http", "host = \"a b\";"), "\"a b\"", "\"host\": \"a b\" is not a name" },
	{ CHECK_OF("http", "status = \"299-200\";"), "\"299", "\"status\": \"299-200\" has a range that ends before it begins" },
	{ CHECK_OF("http", "status = \"200-600\";"), "\"200", "\"status\": \"200-600\" is not a list of status codes" },
	{ CHECK_OF("http", "status = \"\";"), "\"\"", "\"status\": \"\" is not a list of status codes" },
	{ CHECK_OF("http", "body = \"\";"), "\"\"", "\"body\": \"\" is empty" },
#ifdef HAVE_PCRE2
	{ CHECK_OF("http", "regex = \"a(b\";"), "\"a(b\"", "\"regex\": \"a(b\" is not a regular expression that compiles" },
	{ CHECK_OF("http", "regex = \"*\";"), "\"*\"", "\"regex\": \"*\" is not a regular expression that compiles" },
	{ CHECK_OF("http", "regex = \"\";"), "\"\"", "\"regex\": \"\" is empty" },
#else
	{ CHECK_OF("http", "regex = \"a\";"), "\"a\"", "\"regex\": \"a\" cannot be used: this lvsd was built without PCRE2" },
#endif
#ifdef HAVE_LIBCRYPTO
	{ CHECK_OF("http", "digest = \"00\";"), "\"00\"", "\"digest\": \"00\" has neither the 64 hexadecimal digits" },
#else
	{ CHECK_OF("http", "digest = \"00\";"), "\"00\"", "\"digest\": \"00\" cannot be used: this lvsd was built without libcrypto" },
#endif
	{ CHECK_OF("http", "http_version = \"3\";"), "\"3\"", "there is no http_version \"3\"" },
	{ CHECK_OF("http", "sni = \"a.example\";"), "\"a.example\"", "\"sni\" is no key of a \"http\" check" },
	/* trust */
	{ CHECK_OF("https", "pin = \"sha256//AA==\";"), "\"sha256", "\"pin\": \"sha256//AA==\" is not \"sha256//\" and the 44 characters" },
	{ CHECK_OF("https", "pin = \"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\";"), "\"47DE", "\"pin\": \"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NM" },
	{ CHECK_OF("https", "verify = true;"), "true", "\"verify\" has no name that the certificate could be valid for" },
	{ CHECK_OF("https", "sni = \"a\"; ca = \"$/pem\";"), "\"/", "\"ca\" says whom to trust, and nothing is verified" },
	{ CHECK_OF("https", "sni = \"a\"; verify = true; ca = \"pem\";"), "\"pem\"", "\"ca\": \"pem\" is not a path from the root" },
	{ CHECK_OF("https", "sni = \"a\"; verify = true; ca = \"$/none\";"), "\"/", "\"ca\": \"$/none\" is not there" },
	{ CHECK_OF("tls", "sni = \"a\"; verify = true; ca = \"$/none/pem\";"), "\"/", "\"ca\": \"$/none/pem\" is not there" },
	{ CHECK_OF("tls", "sni = \"a\"; verify = true; ca = \"$\";"), "\"/", "\"ca\": \"$\" is not a file" },
	{ CHECK_OF("tls", "sni = \"a\"; verify = true; ca = \"$/fifo\";"), "\"/", "\"ca\": \"$/fifo\" is not a file" },
	{ CHECK_OF("grpc", "tls = true; host = \"a\"; verify = true; ca = \"$/text\";"), "\"/", "\"ca\": \"$/text\" holds no certificate in PEM" },
	{ CHECK_OF("grpc", "sni = \"a\";"), "\"grpc\"", "\"sni\", \"verify\" and \"pin\" are about TLS" },
	/* bytes and texts */
	{ CHECK_OF("udp", "send = \"123\";"), "\"123\"", "\"send\": \"123\" has an odd number of digits" },
	{ CHECK_OF("udp", "send = \"\";"), "\"\"", "\"send\": \"\" is empty" },
	{ CHECK_OF("udp", "send = \"1?\";"), "\"1?\"", "\"send\": \"1?\" holds more than hexadecimal digits and blanks" },
	{ CHECK_OF("udp", "send = \"01\"; expect = \"\";"), "\"\"", "\"expect\": \"\" is empty" },
	{ CHECK_OF("udp", "expect = \"01\";"), "\"01\"", "\"expect\" without \"send\": servers answer what they are sent" },
	{ CHECK_OF("dns", "query_type = \"ANY\";"), "\"ANY\"", "there is no query_type \"ANY\"" },
	{ CHECK_OF("dns", "query_name = \"a..b\";"), "\"a..b\"", "\"query_name\": \"a..b\" has two dots in a row" },
	{ CHECK_OF("dns", "query_name = \"\";"), "\"\"", "\"query_name\": \"\" has two dots in a row, or none but them" },
	{ CHECK_OF("dns", "query_type = \"A\"; answer = \"a.example\";"), "\"a.example\"", "\"a.example\" cannot be in a record of type A" },
	{ CHECK_OF("dns", "query_type = \"AAAA\"; answer = \"192.0.2.1\";"), "\"192", "\"192.0.2.1\" cannot be in a record of type AAAA" },
	{ CHECK_OF("smtp", "helo_name = \"a\\r\\nb\";"), "\"a", "\"helo_name\": \"a??b\" holds what no name does" },
	{ CHECK_OF("grpc", "grpc_service = \"\";"), "\"\"", "\"grpc_service\": \"\" is empty" },
	/* programs and files */
	{ CHECK_OF("script", ""), "\"script\"", "a \"script\" check needs \"command\"" },
	{ CHECK_OF("script", "command = \"\";"), "\"\"", "\"command\": \"\" does not begin with an absolute path" },
	{ CHECK_OF("script", "command = \"check.sh\";"), "\"check.sh\"", "\"command\": \"check.sh\" does not begin with an absolute path" },
	{ CHECK_OF("script", "command = \"$/none -x\";"), "\"/", "\"command\": \"$/none -x\" names a program that is not there" },
	{ CHECK_OF("script", "command = \"$/text\";"), "\"/", "\"command\": \"$/text\" names what cannot be run" },
	{ CHECK_OF("script", "command = \"$\";"), "\"/", "\"command\": \"$\" names what cannot be run" },
	{ CHECK_OF("script", "command = \"$/open\";"), "\"/", "\"command\": \"$/open\" names a program that anybody may change" },
	{ CHECK_OF("script", "command = \"/bin/sh -c 'exit\";"), "\"/bin", "\"command\": \"/bin/sh -c 'exit\" has a quote without an end" },
	{ CHECK_OF("file", ""), "\"file\"", "a \"file\" check needs \"file\"" },
	{ CHECK_OF("file", "file = \"x\";"), "\"x\"", "\"file\": \"x\" does not begin with \"/\"" },
	{ CHECK_OF("file", "file = \"$\";"), "\"/", "\"file\": \"$\" names what is not a file" },
	{ CHECK_OF("file", "file = \"$/fifo\";"), "\"/", "\"file\": \"$/fifo\" names what is not a file" },
};

static const struct row notices[] = {
	{ "webhook = \"http://hooks.example/\";", "\"http", "the host of \"webhook\" is a name, and lvsd does not look up names" },
	{ "webhook = \"ftp://192.0.2.1/\";", "\"ftp", "\"webhook\": \"ftp://192.0.2.1/\" is not a URL that begins with" },
	{ "webhook = \"http://192.0.2.1/\\r\\nX: y\";", "\"http", "\"webhook\": \"http://192.0.2.1/??X: y\" holds characters that no URL has" },
	{ "webhook = \"http://192.0.2.1/\"; webhook_ca = \"$/pem\";", "\"/", "\"webhook_ca\" says whom to trust, and \"webhook\" verifies nobody" },
	{ "webhook = \"https://192.0.2.1/\"; webhook_ca = \"$/none\";", "\"/", "\"webhook_ca\": \"$/none\" is not there" },
	{ "webhook = \"https://192.0.2.1/\"; webhook_ca = \"$/text\";", "\"/", "\"webhook_ca\": \"$/text\" holds no certificate in PEM" },
	{ "webhook_ca = \"$/pem\";", "\"/", "there is no \"webhook\" that this could be about" },
	{ "webhook_headers = ( \"X: a\\nb\" );", "\"X: a", "\"webhook_headers\": \"X: a?b\" holds characters that cannot be printed" },
	{ "script = \"$/open\";", "\"/", "\"script\": \"$/open\" names a program that anybody may change" },
	{ "script = \"$/none\";", "\"/", "\"script\": \"$/none\" names a program that is not there" },
	{ "events = ( \"servers\" );", "\"servers\"", "there is no " },
};

static const struct row without[] = {
	{ CHECK_OF("https", ""), "\"https\"", "this system's libcurl has no TLS for a \"https\" check" },
	{ CHECK_OF("tls", ""), "\"tls\"", "this system's libcurl has no TLS for a \"tls\" check" },
	{ CHECK_OF("grpc", ""), "\"grpc\"", "this system's libcurl has no HTTP/2 for a \"grpc\" check" },
	{ CHECK_OF("http", "http_version = \"2\";"), "\"2\"", "this system's libcurl has no HTTP/2" },
};

static const struct row fine[] = {
	{ CHECK_OF("https", "sni = \"a\"; verify = true; ca = \"$/pem\";"), NULL, NULL },
	{ CHECK_OF("dns", "query_type = \"AAAA\"; answer = \"2001:db8::1\";"), NULL, NULL },
	{ CHECK_OF("file", "file = \"$/none\";"), NULL, NULL },
	{ CHECK_OF("script", "command = \"/bin/sh -c 'exit 0'\";"), NULL, NULL },
};

static void make(const char *dir, const char *name, mode_t mode, const char *text)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, mode) == 0);
	(void)close(fd);
}

static int make_files(void **state)
{
	static char dir[] = "/tmp/lvsd-bad-XXXXXX";
	char path[64];

	assert_non_null(mkdtemp(dir));
	*state = dir;
	make(dir, "pem", 0644, "a note\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	make(dir, "text", 0644, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
	make(dir, "open", 0777, "#!/bin/sh\n");
	(void)snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	return 0;
}

static int remove_files(void **state)
{
	static const char *const names[] = { "pem", "text", "open", "fifo" };
	char path[64];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", (const char *)*state, names[i]);
		(void)unlink(path);
	}
	return rmdir(*state);
}

/* @text with @dir in place of "$" */
static void fill(const char *text, const char *dir, char ret[512])
{
	size_t n = 0;

	for (; *text; text++)
		n += (size_t)(*text == '$' ? snprintf(ret + n, 512 - n, "%s", dir) : snprintf(ret + n, 512 - n, "%c", *text));
	assert_true(n < 512);
}

/* What is said about the second of three lines. */
static void say(const char *before, const char *line, const char *after, char ret[4096])
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	FILE *file = fmemopen(ret, 4096, "w");
	char text[1024];
	int err;

	assert_non_null(file);
	(void)snprintf(text, sizeof(text), "%s\n%s\n%s\n", before, line, after);
	err = lvs_conf_parse(text, strlen(text), "lvs.conf", &errors, &conf);
	if (!err) {
		err = lvs_conf_check(conf, &errors);
		lvs_conf_free(conf);
	}
	lvs_conf_errors_seal(&errors);
	lvs_conf_errors_print(&errors, file);
	(void)fputc('\0', file);
	(void)fclose(file);
	assert_true((err == -EINVAL) == (*ret != '\0'));
}

#define SERVICE "services: ( { name = \"a\"; address = \"192.0.2.10:80\"; servers: ( { address = \"10.0.0.1:80\"; } );"

static void judge(const struct row *row, const char *dir, const char *before, const char *after)
{
	char line[512], message[512], start[600], out[4096];
	const char *shown, *caret;
	unsigned int column;

	fill(row->line, dir, line);
	fill(row->message ? row->message : "", dir, message);
	say(before, line, after, out);
	if (!row->message) {
		assert_string_equal(out, "");
		return;
	}
	if (sscanf(out, "lvs.conf:2:%u:", &column) != 1)
		fail_msg("%s: \"%s\"", line, out);
	(void)snprintf(start, sizeof(start), "lvs.conf:2:%u: %s", column, message);
	if (strncmp(out, start, strlen(start)) != 0 || strncmp(line + column - 1, row->at, strlen(row->at)) != 0)
		fail_msg("%s: %s", line, out);
	/* The line, the caret under what is wrong, and what to do about it. */
	shown = strstr(out, "\n  ");
	caret = shown ? strstr(shown + 1, "\n  ") : NULL;
	if (!caret || caret[strspn(caret, "\n ")] != '^' || !strstr(caret, "\nhint: "))
		fail_msg("%s: %s", line, out);
	assert_int_equal(shown[1 + strcspn(caret + 1, "^")], row->at[0]);
}

static void checks(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		judge(&rows[i], *state, SERVICE, "} );");
}

static void whom_to_tell(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(notices); i++)
		judge(&notices[i], *state, "notify: {", "}; " SERVICE " } );");
}

static void what_is_not_built(void **state)
{
	lacking = CURL_VERSION_SSL | CURL_VERSION_HTTP2;
	for (size_t i = 0; i < ARRAY_LEN(without); i++)
		judge(&without[i], *state, SERVICE, "} );");
	lacking = 0;
}

static void what_may_be(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(fine); i++)
		judge(&fine[i], *state, SERVICE, "} );");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks),
		cmocka_unit_test(whom_to_tell),
		cmocka_unit_test(what_is_not_built),
		cmocka_unit_test(what_may_be),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
