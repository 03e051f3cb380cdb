/* SPDX-License-Identifier: MIT */
#include "base/shape_schema.h"
#include "base/alloc.h"
#include "base/cleanup.h"

static json_t *type_schema(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

static json_t *string_schema(const struct field *f)
{
	return f->leave_out ? type_schema("string") : json_pack("{s:[s,s]}", "type", "string", "null");
}

static json_t *integer_schema(json_int_t least, json_int_t most)
{
	return json_pack("{s:s,s:I,s:I}", "type", "integer", "minimum", least, "maximum", most);
}

/* Beyond 2^53 an integer is a string of digits. */
static json_t *u64_schema(void)
{
	return json_pack("{s:[{s:s,s:i},{s:s,s:s}]}", "anyOf", "type", "integer", "minimum", 0, "type", "string", "pattern",
		"^[0-9]+$");
}

static json_t *name_schema(const struct field *f)
{
	json_t *words = json_array();

	for (size_t i = 0; i < f->names->n; i++)
		if (f->names->words[i])
			json_array_append_new(words, json_string(f->names->words[i]));
	return json_pack("{s:o}", "enum", words);
}

static json_t *reference(const struct shape *shape)
{
	AUTO_FREE char *where = xasprintf("#/$defs/%s", shape->name);

	return json_pack("{s:s}", "$ref", where);
}

static json_t *array_schema(json_t *items)
{
	return json_pack("{s:s,s:o}", "type", "array", "items", items);
}

static json_t *field_schema(const struct field *f)
{
	switch (f->type) {
	case FIELD_TYPE_STRING:
		return string_schema(f);
	case FIELD_TYPE_INT:
		return integer_schema(INT32_MIN, INT32_MAX);
	case FIELD_TYPE_U32:
		return integer_schema(0, UINT32_MAX);
	case FIELD_TYPE_U64:
		return u64_schema();
	case FIELD_TYPE_I64:
		return type_schema("integer");
	case FIELD_TYPE_BOOL:
		return type_schema("boolean");
	case FIELD_TYPE_NAME:
		return name_schema(f);
	case FIELD_TYPE_MODE:
		return json_pack("{s:s,s:s}", "type", "string", "pattern", "^[0-7]{4,}$");
	case FIELD_TYPE_STRINGS:
		return array_schema(type_schema("string"));
	case FIELD_TYPE_IDS:
		return array_schema(integer_schema(0, UINT32_MAX));
	case FIELD_TYPE_ARRAY:
		return array_schema(reference(f->shape));
	case FIELD_TYPE_RECORD:
		return reference(f->shape);
	case FIELD_TYPE_OPTIONAL:
		return json_pack("{s:[o,o]}", "anyOf", type_schema("null"), reference(f->shape));
	}
	return NULL;
}

static json_t *record_schema(const struct shape *shape)
{
	json_t *properties = json_object(), *required = json_array();

	for (size_t i = 0; i < shape->n; i++) {
		const struct field *f = &shape->fields[i];

		json_object_set_new(properties, f->name, field_schema(f));
		if (!f->leave_out)
			json_array_append_new(required, json_string(f->name));
	}
	return json_pack("{s:s,s:o,s:o}", "type", "object", "properties", properties, "required", required);
}

static void define(json_t *defs, const struct shape *shape)
{
	if (json_object_get(defs, shape->name))
		return;
	json_object_set_new(defs, shape->name, record_schema(shape));
	for (size_t i = 0; i < shape->n; i++)
		if (shape->fields[i].shape)
			define(defs, shape->fields[i].shape);
}

json_t *shape_schema(const struct shape *shape)
{
	json_t *schema = record_schema(shape), *defs = json_object();

	for (size_t i = 0; i < shape->n; i++)
		if (shape->fields[i].shape)
			define(defs, shape->fields[i].shape);
	json_object_set_new(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	json_object_set_new(schema, "$defs", defs);
	return schema;
}

char *shape_schema_text(const struct shape *shape, const char *title)
{
	json_t *schema = shape_schema(shape);
	AUTO_FREE char *text = NULL;

	json_object_set_new(schema, "title", json_string(title));
	json_object_set_new(json_object_get(json_object_get(schema, "properties"), "schema"), "const", json_string(title));
	text = json_dumps(schema, JSON_INDENT(2) | JSON_SORT_KEYS);
	json_decref(schema);
	return xasprintf("%s\n", text ? text : "");
}

struct known {
	const struct shape **shapes;
	size_t n;
};

static const char *clash_in(struct known *known, const struct shape *shape)
{
	const char *clash = NULL;

	for (size_t i = 0; i < known->n; i++)
		if (streq(known->shapes[i]->name, shape->name))
			return known->shapes[i] == shape ? NULL : shape->name;
	ARRAY_ADD(known->shapes, known->n, shape);
	for (size_t i = 0; i < shape->n && !clash; i++)
		if (shape->fields[i].shape)
			clash = clash_in(known, shape->fields[i].shape);
	return clash;
}

const char *shape_schema_clash(const struct shape *shape)
{
	struct known known = {0};
	const char *clash = clash_in(&known, shape);

	free(known.shapes);
	return clash;
}
