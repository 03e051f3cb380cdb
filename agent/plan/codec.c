/* SPDX-License-Identifier: MIT */
#include "plan/codec.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/shape_schema.h"
#include "plan/when.h"

#include <ctype.h>
#include <errno.h>
#include <sha256.h>
#include <string.h>

/* jansson writes \u001F where jq writes \u001f, and leaves DEL as it is where jq escapes it. */
static char *as_jq_prints(const char *json)
{
	struct text out = {0};

	for (; *json; json++) {
		if (*json == '\x7f') {
			text_add(&out, "\\u007f");
		} else if (*json == '\\' && json[1] == 'u') {
			text_addf(&out, "\\u%c%c%c%c", tolower(json[2]), tolower(json[3]), tolower(json[4]), tolower(json[5]));
			json += 5;
		} else if (*json == '\\') {
			text_add_bytes(&out, json++, 2);
		} else {
			text_add_char(&out, *json);
		}
	}
	text_add_char(&out, '\n');
	return text_steal(&out);
}

static char *digest_of_json(json_t *object)
{
	AUTO_FREE char *compact = NULL, *canonical = NULL;
	char hex[SHA256_DIGEST_STRING_LENGTH];

	json_object_del(object, "digest");
	json_object_del(object, "created");
	compact = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	canonical = as_jq_prints(compact ? compact : "");
	return xasprintf("sha256:%s", SHA256Data((const uint8_t *)canonical, strlen(canonical), hex));
}

char *plan_digest(const struct plan *plan)
{
	json_t *object = shape_encode(&plan_shape, plan);
	char *digest = digest_of_json(object);

	json_decref(object);
	return digest;
}

void plan_seal(struct plan *plan, int64_t created)
{
	char *digest = plan_digest(plan);

	free(plan->created);
	free(plan->digest);
	plan->created = rfc3339(created);
	plan->digest = digest;
}

char *plan_write(const struct plan *plan)
{
	json_t *object = shape_encode(&plan_shape, plan);
	AUTO_FREE char *pretty = json_dumps(object, JSON_INDENT(2));

	json_decref(object);
	return xasprintf("%s\n", pretty ? pretty : "{}");
}

static int check_schema(const json_t *object, struct error *err)
{
	const char *schema = json_string_value(json_object_get(object, "schema"));
	AUTO_FREE char *shown = escape_terminal(schema ? schema : "none");

	if (!streq(schema, PLAN_SCHEMA))
		return error_set(err, EINVAL, "not a plan of this version: schema is %s, expected " PLAN_SCHEMA, shown);
	return 0;
}

static int check_digest(json_t *object, struct error *err)
{
	AUTO_FREE char *given = xstrdup(json_string_value(json_object_get(object, "digest")));
	AUTO_FREE char *computed = digest_of_json(object);

	if (!streq(given, computed))
		return error_set(err, EINVAL, "the plan was altered: its digest does not match its content");
	return 0;
}

int plan_read(const char *json, size_t size, struct plan *plan, struct error *err)
{
	json_error_t where;
	json_t *object = json_loadb(json, size, JSON_REJECT_DUPLICATES, &where);
	int r;

	*plan = (struct plan){0};
	if (!object)
		return error_set(err, EINVAL, "line %d, column %d: %s", where.line, where.column, where.text);
	r = check_schema(object, err);
	if (r == 0)
		r = shape_decode(&plan_shape, object, plan, err);
	if (r == 0)
		r = check_digest(object, err);
	json_decref(object);
	if (r < 0)
		plan_free(plan);
	return r;
}

char *plan_schema_text(void)
{
	return shape_schema_text(&plan_shape, PLAN_SCHEMA);
}
