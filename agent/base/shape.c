/* SPDX-License-Identifier: MIT */
#include "base/shape.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define JSON_EXACT_MAX ((uint64_t)1 << 53)

static void *at(const void *record, size_t offset)
{
	return (char *)(uintptr_t)record + offset;
}

static json_t *encode_string(const char *s)
{
	char *escaped;
	json_t *json;

	if (!s)
		return json_null();
	escaped = escape_text(s, strlen(s), true);
	json = json_string(escaped);
	free(escaped);
	return json;
}

static json_t *encode_u64(uint64_t value)
{
	char digits[24];

	if (value <= JSON_EXACT_MAX)
		return json_integer((json_int_t)value);
	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	return json_string(digits);
}

static json_t *encode_mode(uint32_t mode)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%04o", mode);
	return json_string(digits);
}

static json_t *encode_strings(const struct strings *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(array, encode_string(list->items[i]));
	return array;
}

static json_t *encode_ids(const struct field *f, const void *record)
{
	const uint32_t *ids = *(uint32_t **)at(record, f->offset);
	size_t n = *(size_t *)at(record, f->count_offset);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, json_integer(ids[i]));
	return array;
}

static json_t *encode_array(const struct field *f, const void *record)
{
	const char *items = *(char **)at(record, f->offset);
	size_t n = *(size_t *)at(record, f->count_offset);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, shape_encode(f->shape, items + i * f->shape->size));
	return array;
}

static json_t *encode_field(const struct field *f, const void *record)
{
	void *p = at(record, f->offset);

	switch (f->type) {
	case FIELD_TYPE_STRING:
		return encode_string(*(char **)p);
	case FIELD_TYPE_INT:
		return json_integer(*(int *)p);
	case FIELD_TYPE_U32:
		return json_integer(*(uint32_t *)p);
	case FIELD_TYPE_U64:
		return encode_u64(*(uint64_t *)p);
	case FIELD_TYPE_I64:
		return json_integer(*(int64_t *)p);
	case FIELD_TYPE_BOOL:
		return json_boolean(*(bool *)p);
	case FIELD_TYPE_NAME:
		return json_string(name_of(*f->names, *(int *)p));
	case FIELD_TYPE_MODE:
		return encode_mode(*(uint32_t *)p);
	case FIELD_TYPE_STRINGS:
		return encode_strings(p);
	case FIELD_TYPE_IDS:
		return encode_ids(f, record);
	case FIELD_TYPE_ARRAY:
		return encode_array(f, record);
	case FIELD_TYPE_RECORD:
		return shape_encode(f->shape, p);
	case FIELD_TYPE_OPTIONAL:
		return *(void **)p ? shape_encode(f->shape, *(void **)p) : json_null();
	}
	return NULL;
}

static bool says_nothing(const struct field *f, const void *record)
{
	static const size_t sizes[] = {
		[FIELD_TYPE_STRING] = sizeof(char *), [FIELD_TYPE_INT] = sizeof(int), [FIELD_TYPE_U32] = sizeof(uint32_t),
		[FIELD_TYPE_U64] = sizeof(uint64_t), [FIELD_TYPE_I64] = sizeof(int64_t), [FIELD_TYPE_BOOL] = sizeof(bool),
	};
	const char *p = at(record, f->offset);

	if (f->type == FIELD_TYPE_STRINGS)
		return ((const struct strings *)(const void *)p)->n == 0;
	if (f->type == FIELD_TYPE_IDS || f->type == FIELD_TYPE_ARRAY)
		return *(size_t *)at(record, f->count_offset) == 0;
	if ((size_t)f->type >= COUNT_OF(sizes) || sizes[f->type] == 0)
		return false;
	for (size_t i = 0; i < sizes[f->type]; i++)
		if (p[i])
			return false;
	return true;
}

json_t *shape_encode(const struct shape *shape, const void *record)
{
	json_t *object = json_object();

	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->fields[i];

		if (f->leave_out && says_nothing(f, record))
			continue;
		json_object_set_new(object, f->name, encode_field(f, record));
	}
	return object;
}
