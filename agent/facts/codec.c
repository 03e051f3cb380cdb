/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/shape_schema.h"
#include "facts/gather.h"
#include "facts/schema.h"

#include <errno.h>

static void release(json_t **json)
{
	json_decref(*json);
}
#define AUTO_JSON __attribute__((cleanup(release)))

static char *print(const json_t *json)
{
	AUTO_FREE char *text = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS);

	return xasprintf("%s\n", text);
}

char *facts_write(const struct facts *facts)
{
	AUTO_JSON json_t *json = shape_encode(&facts_shape, facts);

	json_object_set_new(json, "schema", json_string(FACTS_SCHEMA));
	return print(json);
}

/* Column and message come from jansson, and the message may quote the text. */
static int syntax_error(const json_error_t *at, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(at->text);

	return error_set(err, EINVAL, "facts: line %d, column %d: %s", at->line, at->column, shown);
}

static int check_schema(const json_t *json, struct error *err)
{
	const json_t *schema = json_object_get(json, "schema");
	AUTO_FREE char *shown = NULL;

	if (!json_is_object(json))
		return error_set(err, EINVAL, "facts: expected a JSON object of schema %s", FACTS_SCHEMA);
	if (!json_is_string(schema))
		return error_set(err, EINVAL, "facts: no \"schema\", expected %s", FACTS_SCHEMA);
	if (streq(json_string_value(schema), FACTS_SCHEMA))
		return 0;
	shown = escape_terminal(json_string_value(schema));
	return error_set(err, EINVAL, "facts: schema is '%.100s', expected %s", shown, FACTS_SCHEMA);
}

int facts_read(const char *text, size_t size, struct facts *facts, struct error *err)
{
	json_error_t at;
	AUTO_JSON json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &at);
	int r;

	*facts = (struct facts){0};
	if (!json)
		return syntax_error(&at, err);
	r = check_schema(json, err);
	if (r < 0)
		return r;
	r = shape_decode(&facts_shape, json, facts, err);
	if (r < 0)
		facts_free(facts);
	return r;
}

char *facts_schema_text(void)
{
	return shape_schema_text(&facts_shape, FACTS_SCHEMA);
}
