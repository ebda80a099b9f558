// SPDX-License-Identifier: GPL-2.0-or-later
/* What a health check would notice too late: values are refused here that no run of it could do anything with. */
#include "conf/bad_check.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_PCRE2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif

#include "base/bytes.h"

#define SHA256_DIGITS 64
#define MD5_DIGITS 32

static bool all(const char *text, const char *also, int (*is)(int))
{
	for (; *text; text++)
		if (!isascii(*text) || (!is(*text) && !strchr(also, *text)))
			return false;
	return true;
}

const char *lvs_conf_bad_method(const void *value)
{
	const char *method = value;

	return *method && all(method, "", isupper) ? NULL : "is not a method, which has capital letters only";
}

/* What would end the request line, or begin another header, is none. */
const char *lvs_conf_bad_url_path(const void *value)
{
	const char *path = value;

	if (*path != '/')
		return "does not begin with \"/\"";
	return all(path, "", isgraph) && !strchr(path, '#') ? NULL : "holds what a URL would have as %20 or the like";
}

const char *lvs_conf_bad_host(const void *value)
{
	const char *host = value;

	return *host && *host != '-' && *host != '.' && all(host, ".-_", isalnum) ? NULL :
		"is not a name: letters, digits and . - _";
}

const char *lvs_conf_bad_header(const void *value)
{
	const char *header = value, *colon = strchr(header, ':');

	if (!colon || colon == header)
		return "is not a header, \"Name: value\"";
	for (const char *p = header; p < colon; p++)
		if (!isascii(*p) || (!isalnum(*p) && !strchr("-_", *p)))
			return "is not a header, \"Name: value\"";
	return lvs_conf_bad_printable(colon);
}

/* Return: behind a status code, or NULL if there is none */
static const char *parse_code(const char *text, long *ret_code)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	*ret_code = strtol(text, &end, 10);
	return *ret_code >= 100 && *ret_code <= 599 ? end : NULL;
}

const char *lvs_conf_bad_status(const void *value)
{
	const char *text = value;
	long first, last;

	do {
		text = parse_code(text + strspn(text, " "), &first);
		last = first;
		if (text && *text == '-')
			text = parse_code(text + 1, &last);
		if (!text)
			return "is not a list of status codes from 100 to 599";
		text += strspn(text, " ");
		if (*text && *text != ',')
			return "is not a list of status codes from 100 to 599";
		if (last < first)
			return "has a range that ends before it begins";
	} while (*text++ == ',');
	return NULL;
}

const char *lvs_conf_bad_printable(const void *value)
{
	const char *text = value;

	if (!*text)
		return "is empty";
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 127)
			return "holds characters that cannot be printed";
	return NULL;
}

const char *lvs_conf_bad_regex(const void *value)
{
#ifdef HAVE_PCRE2
	PCRE2_SIZE offset;
	pcre2_code *code;
	int error;

	if (lvs_conf_bad_printable(value))
		return lvs_conf_bad_printable(value);
	code = pcre2_compile(value, PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
	if (!code)
		return "is not a regular expression that compiles";
	pcre2_code_free(code);
	return NULL;
#else
	(void)value;
	return "cannot be used: this lvsd was built without PCRE2";
#endif
}

const char *lvs_conf_bad_digest(const void *value)
{
#ifndef HAVE_LIBCRYPTO
	(void)value;
	return "cannot be used: this lvsd was built without libcrypto";
#else
	const char *digest = value;
	size_t len = strlen(digest);

	return (len == SHA256_DIGITS || len == MD5_DIGITS) && all(digest, "", isxdigit) ? NULL :
		"has neither the 64 hexadecimal digits of a SHA-256 nor the 32 of an MD5";
#endif
}

/* Of a file with many certificates the first one begins early. */
#define CA_LOOK_BYTES 65536

static const char *look_for_certificate(int fd)
{
	static const char *const marks[] = { "-----BEGIN CERTIFICATE-----", "-----BEGIN TRUSTED CERTIFICATE-----",
					     "-----BEGIN X509 CERTIFICATE-----" };
	char *bytes = malloc(CA_LOOK_BYTES);
	ssize_t n = bytes ? read(fd, bytes, CA_LOOK_BYTES) : 0;
	bool found = !bytes || n < 0;

	for (size_t i = 0; i < ARRAY_LEN(marks) && !found; i++)
		found = memmem(bytes, (size_t)n, marks[i], strlen(marks[i]));
	free(bytes);
	return found ? NULL : "holds no certificate in PEM";
}

const char *lvs_conf_bad_ca(const void *value)
{
	const char *path = value, *bad = lvs_conf_bad_printable(path);
	struct stat stat_of;
	int fd;

	if (*path != '/')
		return "is not a path from the root";
	if (bad)
		return bad;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	/* Whoever looks at a configuration need not be who runs it. */
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? "is not there" : NULL;
	if (fstat(fd, &stat_of) < 0 || !S_ISREG(stat_of.st_mode))
		bad = "is not a file";
	else
		bad = look_for_certificate(fd);
	(void)close(fd);
	return bad;
}

const char *lvs_conf_bad_pin(const void *value)
{
	const char *pin = value;

	return !strncmp(pin, "sha256//", 8) && strlen(pin) == 52 && pin[51] == '=' && all(pin, "+/=", isalnum) ? NULL :
		"is not \"sha256//\" and the 44 characters of a SHA-256 in Base64";
}

static const char *bad_digits(const char *text, const char *also)
{
	size_t digits = 0;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (!isascii(*text) || (!isxdigit(*text) && !strchr(also, *text)))
			return *also ? "holds more than hexadecimal digits, \"?\" and blanks" :
				       "holds more than hexadecimal digits and blanks";
		digits++;
	}
	if (!digits)
		return "is empty";
	return digits % 2 ? "has an odd number of digits" : NULL;
}

const char *lvs_conf_bad_hex(const void *value)
{
	return bad_digits(value, "");
}

const char *lvs_conf_bad_hex_pattern(const void *value)
{
	return bad_digits(value, "?");
}
