/* SPDX-License-Identifier: MIT */
#include "facts/gather.h"
#include "base/alloc.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

char *facts_write(const struct facts *facts)
{
	json_t *json = shape_encode(&facts_shape, facts);
	char *text = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS);
	char *line = xasprintf("%s\n", text ? text : "null");

	free(text);
	json_decref(json);
	return line;
}

int facts_read(const char *json, size_t size, struct facts *facts, struct error *err)
{
	json_error_t bad;
	json_t *root = json_loadb(json, size, JSON_REJECT_DUPLICATES, &bad);
	const char *schema = json_string_value(json_object_get(root, "schema"));
	int r;

	*facts = (struct facts){0};
	if (!root)
		return error_set(err, EINVAL, "line %d, column %d: %s", bad.line, bad.column, bad.text);
	if (!streq(schema, FACTS_SCHEMA))
		r = error_set(err, EINVAL, "no facts of the form %s", FACTS_SCHEMA);
	else
		r = shape_decode(&facts_shape, root, facts, err);
	json_decref(root);
	return r;
}
