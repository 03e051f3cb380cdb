/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/shape.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static void *at(void *record, size_t offset)
{
	return (char *)record + offset;
}

/* The text of an error begins with the place, which grows to the front on the way up: ": expected…", ".uid: expected…",
 * "[1].uid: expected…", ".nodes[1].uid: expected…". */
static int wrong(struct error *err, const char *expected)
{
	return error_set(err, EINVAL, ": expected %s", expected);
}

__attribute__((format(printf, 2, 3))) static int inside(struct error *err, const char *format, ...)
{
	AUTO_FREE char *text = NULL, *place = NULL;
	va_list args;

	if (!err)
		return -EINVAL;
	va_start(args, format);
	place = xvasprintf(format, args);
	va_end(args);
	text = xasprintf("%s%s", place, err->text);
	return error_set(err, err->errnum, "%s", text);
}

static int decode_string(const json_t *json, char **out, struct error *err)
{
	if (json_is_null(json))
		return 0;
	if (!json_is_string(json))
		return wrong(err, "a string or null");
	*out = unescape_text(json_string_value(json), NULL);
	return *out ? 0 : wrong(err, "a string in which a backslash starts \\xHH or \\\\");
}

static int decode_integer(const json_t *json, int64_t least, int64_t most, int64_t *out, struct error *err)
{
	if (!json_is_integer(json) || json_integer_value(json) < least || json_integer_value(json) > most)
		return error_set(err, EINVAL, ": expected an integer from %lld to %lld", (long long)least, (long long)most);
	*out = json_integer_value(json);
	return 0;
}

static int decode_digits(const json_t *json, int base, uint64_t *out, struct error *err)
{
	const char *s = json_string_value(json);
	char *end;

	if (!s || *s < '0' || *s > '9')
		return wrong(err, "a string of digits");
	errno = 0;
	*out = strtoull(s, &end, base);
	return *end || errno ? wrong(err, "a string of digits") : 0;
}

static int decode_u64(const json_t *json, uint64_t *out, struct error *err)
{
	int64_t value = 0;
	int r;

	if (json_is_string(json))
		return decode_digits(json, 10, out, err);
	r = decode_integer(json, 0, INT64_MAX, &value, err);
	*out = (uint64_t)value;
	return r;
}

static int decode_mode(const json_t *json, uint32_t *out, struct error *err)
{
	uint64_t value = 0;
	int r = decode_digits(json, 8, &value, err);

	if (r == 0 && value > UINT32_MAX)
		return wrong(err, "an octal mode");
	*out = (uint32_t)value;
	return r;
}

static int decode_strings(const json_t *json, struct strings *out, struct error *err)
{
	size_t i;
	json_t *item;

	if (!json_is_array(json))
		return wrong(err, "an array of strings");
	json_array_foreach(json, i, item) {
		char *s = NULL;
		int r = decode_string(item, &s, err);

		if (r < 0)
			return r;
		strings_own(out, s ? s : xstrdup(""));
	}
	return 0;
}

static int decode_ids(const struct field *f, const json_t *json, void *record, struct error *err)
{
	uint32_t **ids = at(record, f->offset);
	size_t *n = at(record, f->count_offset), i;
	json_t *item;

	if (!json_is_array(json))
		return wrong(err, "an array of integers");
	json_array_foreach(json, i, item) {
		int64_t value = 0;
		int r = decode_integer(item, 0, UINT32_MAX, &value, err);

		if (r < 0)
			return r;
		ARRAY_ADD(*ids, *n, (uint32_t)value);
	}
	return 0;
}

static int decode_record(const struct shape *shape, const json_t *json, void *record, struct error *err);

static int decode_array(const struct field *f, const json_t *json, void *record, struct error *err)
{
	char **items = at(record, f->offset);
	size_t *n = at(record, f->count_offset), count = json_array_size(json);

	if (!json_is_array(json))
		return wrong(err, "an array");
	*items = NULL;
	for (*n = 0; *n < count;) {
		size_t i = *n;
		int r;

		*items = array_room(*items, i, f->shape->size);
		*n = i + 1;
		r = decode_record(f->shape, json_array_get(json, i), *items + i * f->shape->size, err);
		if (r < 0)
			return inside(err, "[%zu]", i);
	}
	return 0;
}

static int decode_optional(const struct field *f, const json_t *json, void **out, struct error *err)
{
	if (json_is_null(json))
		return 0;
	*out = xcalloc(1, f->shape->size);
	return decode_record(f->shape, json, *out, err);
}

static int decode_name(const struct field *f, const json_t *json, int *out, struct error *err)
{
	*out = json_is_string(json) ? name_find(*f->names, json_string_value(json)) : -1;
	if (*out < 0) {
		*out = 0;
		return wrong(err, "one of the words of this version");
	}
	return 0;
}

static int decode_field(const struct field *f, const json_t *json, void *record, struct error *err)
{
	void *p = at(record, f->offset);
	int64_t value = 0;
	int r;

	switch (f->type) {
	case FIELD_TYPE_STRING:
		return decode_string(json, p, err);
	case FIELD_TYPE_INT:
		r = decode_integer(json, INT32_MIN, INT32_MAX, &value, err);
		*(int *)p = (int)value;
		return r;
	case FIELD_TYPE_U32:
		r = decode_integer(json, 0, UINT32_MAX, &value, err);
		*(uint32_t *)p = (uint32_t)value;
		return r;
	case FIELD_TYPE_I64:
		return decode_integer(json, INT64_MIN, INT64_MAX, p, err);
	case FIELD_TYPE_U64:
		return decode_u64(json, p, err);
	case FIELD_TYPE_BOOL:
		*(bool *)p = json_is_true(json);
		return json_is_boolean(json) ? 0 : wrong(err, "true or false");
	case FIELD_TYPE_NAME:
		return decode_name(f, json, p, err);
	case FIELD_TYPE_MODE:
		return decode_mode(json, p, err);
	case FIELD_TYPE_STRINGS:
		return decode_strings(json, p, err);
	case FIELD_TYPE_IDS:
		return decode_ids(f, json, record, err);
	case FIELD_TYPE_ARRAY:
		return decode_array(f, json, record, err);
	case FIELD_TYPE_RECORD:
		return decode_record(f->shape, json, p, err);
	case FIELD_TYPE_OPTIONAL:
		return decode_optional(f, json, p, err);
	}
	return 0;
}

static int decode_record(const struct shape *shape, const json_t *json, void *record, struct error *err)
{
	if (!json_is_object(json))
		return wrong(err, "an object");
	for (size_t i = 0; i < shape->n; i++) {
		const json_t *value = json_object_get(json, shape->fields[i].name);

		if (value && decode_field(&shape->fields[i], value, record, err) < 0)
			return inside(err, ".%s", shape->fields[i].name);
	}
	return 0;
}

int shape_decode(const struct shape *shape, const json_t *json, void *record, struct error *err)
{
	return decode_record(shape, json, record, err) < 0 ? inside(err, "%s", shape->name) : 0;
}
