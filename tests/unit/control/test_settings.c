// SPDX-License-Identifier: GPL-2.0-or-later
/* Groups of lvs.conf as JSON: what a reader of JSON sees is what the file says. */
#include "tests/lib/test.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/errors.h"
#include "conf/keys.h"
#include "control/json.h"
#include "control/settings.h"

static const char text[] =
	"device: { name = \"lvs\"; };"
	"network: { server_interfaces = [ \"eth0\", \"eth1\" ]; };"
	"services: ("
	"{ name = \"web\"; address = \"192.0.2.1\"; ports = \"80,8000-8999\"; scheduler = \"mh\";"
	"  scheduler_flags = [ \"mh-port\", \"mh-fallback\" ]; persistent = { timeout = 60; };"
	"  check = { type = \"tcp\"; port = 80; interval = 2.5; };"
	"  servers: ( { address = \"10.0.0.1\"; weight = 3; drain = { timeout = 7; }; }, { address = \"10.0.0.2\"; } ); }"
	");";

static struct lvs_conf *parse(void)
{
	struct lvs_conf_errors errors;
	struct lvs_conf *conf;
	char line[256];
	int err = lvs_conf_parse(text, strlen(text), "test", &errors, &conf);

	if (err)
		fail_msg("%s", lvs_conf_errors_line(&errors, 0, line, sizeof(line)));
	return conf;
}

/* Return: the caller's */
static json_t *json_of(const struct lvs_conf_group *group, const void *base, const struct lvs_conf_group *outer,
		       const void *outer_base)
{
	struct evbuffer *out = evbuffer_new();
	json_error_t error;
	struct lvs_json json;
	json_t *value;

	assert_non_null(out);
	lvs_json_init(&json, out);
	lvs_json_object(&json, NULL);
	lvs_settings_json(&json, group, base, outer, outer_base);
	lvs_json_end_object(&json);
	lvs_json_flush(&json);
	value = json_loadb((const char *)evbuffer_pullup(out, -1), evbuffer_get_length(out), JSON_REJECT_DUPLICATES, &error);
	if (!value)
		fail_msg("%s: %.*s", error.text, (int)evbuffer_get_length(out), (const char *)evbuffer_pullup(out, -1));
	evbuffer_free(out);
	return value;
}

static const char *string_at(const json_t *object, const char *key)
{
	const char *string = json_string_value(json_object_get(object, key));

	if (!string)
		fail_msg("no text \"%s\"", key);
	return string;
}

static void a_service_is_as_the_file_says(void **state)
{
	struct lvs_conf *conf = parse();
	const struct lvs_conf_service *service = &conf->services[0];
	json_t *json = json_of(&lvs_conf_service_group, service, NULL, NULL), *check;

	(void)state;
	assert_string_equal(string_at(json, "name"), "web");
	assert_string_equal(string_at(json, "address"), "192.0.2.1");
	assert_string_equal(string_at(json, "ports"), "80,8000-8999");
	assert_string_equal(string_at(json, "scheduler"), "mh");
	assert_int_equal(json_array_size(json_object_get(json, "scheduler_flags")), 2);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "persistent"), "timeout")), 60);
	assert_true(json_is_false(json_object_get(json, "one_packet")));
	check = json_object_get(json, "check");
	if (json_is_array(check))
		check = json_array_get(check, 0);
	assert_string_equal(string_at(check, "type"), "tcp");
	assert_true(json_number_value(json_object_get(check, "interval")) == 2.5);
	assert_null(json_object_get(json, "servers"));
	json_decref(json);
	json = json_of(&lvs_conf_server_group, &service->servers[0], &lvs_conf_service_group, service);
	assert_int_equal(json_integer_value(json_object_get(json, "weight")), 3);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "drain"), "timeout")), 7);
	assert_null(json_object_get(json, "forward"));	/* the service says it */
	json_decref(json);
	json = json_of(&lvs_conf_server_group, &service->servers[1], &lvs_conf_service_group, service);
	assert_null(json_object_get(json, "drain"));
	json_decref(json);
	lvs_conf_free(conf);
}

/* Whatever types its keys have. */
static void every_group_is_json(void **state)
{
	struct lvs_conf *conf = parse();

	(void)state;
	for (size_t i = 0; i < lvs_conf_root.nkeys; i++) {
		const struct lvs_conf_key *key = &lvs_conf_root.keys[i];
		json_t *json;

		if (key->type != LVS_CONF_GROUP)
			continue;
		json = json_of(key->group, (const char *)conf + key->offset, NULL, NULL);
		for (size_t k = 0; k < key->group->nkeys; k++) {
			const struct lvs_conf_key *inner = &key->group->keys[k];
			bool left_out = inner->type == LVS_CONF_LIST || inner->type == LVS_CONF_ABSENT ||
					lvs_conf_key_unset(inner, (const char *)conf + key->offset);

			if (!left_out && !json_object_get(json, inner->name) && inner->type != LVS_CONF_CHOICE)
				fail_msg("%s.%s is missing", key->name, inner->name);
		}
		json_decref(json);
	}
	lvs_conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_is_as_the_file_says),
		cmocka_unit_test(every_group_is_json),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
