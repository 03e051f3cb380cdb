/* SPDX-License-Identifier: MIT */
/* Records by tables: encoding, decoding, copying, releasing, and the schema made from the same tables. */
#include "scratch.h"

#include "base/shape_schema.h"

static const char *const colour_words[] = {"red", "green", NULL, "blue"};
static const struct names colours = NAMES(colour_words);

struct leaf {
	char *name;
	uint32_t mode;
};
static const struct field leaf_fields[] = {
	FIELD_ALWAYS(STRING, struct leaf, name),
	FIELD_ALWAYS(MODE, struct leaf, mode),
};
static const struct shape leaf_shape = SHAPE("leaf", struct leaf, leaf_fields);

struct tree {
	char *text, *optional;
	int number;
	uint32_t small;
	uint64_t big;
	int64_t when;
	bool flag;
	int colour;
	struct strings words;
	uint32_t *ids;
	size_t n_ids;
	struct leaf *leaves;
	size_t n_leaves;
	struct leaf inner;
};
static const struct field tree_fields[] = {
	FIELD_ALWAYS(STRING, struct tree, text), FIELD_PLAIN(STRING, struct tree, optional),
	FIELD_ALWAYS(INT, struct tree, number),  FIELD_PLAIN(U32, struct tree, small),
	FIELD_PLAIN(U64, struct tree, big),      FIELD_PLAIN(I64, struct tree, when),
	FIELD_PLAIN(BOOL, struct tree, flag),    FIELD_NAME(struct tree, colour, colours),
	FIELD_PLAIN(STRINGS, struct tree, words), FIELD_IDS(struct tree, ids),
	FIELD_ARRAY(struct tree, leaves, leaf_shape), FIELD_RECORD(struct tree, inner, leaf_shape),
};
static const struct shape tree_shape = SHAPE("tree", struct tree, tree_fields);

static char *dumped(const struct tree *tree)
{
	json_t *json = shape_encode(&tree_shape, tree);
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(json);
	return text;
}

static void full(struct tree *t)
{
	*t = (struct tree){.text = xstrdup("a\\b\xff\n\"%$"), .optional = xstrdup(""), .number = -7, .small = UINT32_MAX,
		.big = UINT64_MAX, .when = -1, .flag = true, .colour = 3, .inner = {xstrdup("-in"), 0}};
	strings_add(&t->words, "");
	strings_add(&t->words, "gr\xc3\xbcn");
	for (uint32_t i = 0; i < 9; i++) {
		ARRAY_ADD(t->ids, t->n_ids, i);
		ARRAY_ADD(t->leaves, t->n_leaves, (struct leaf){xasprintf("leaf%u", i), 0100 + i});
	}
}

static void test_zero_record(void **state)
{
	struct tree tree = {0};
	AUTO_FREE char *text = dumped(&tree);

	(void)state;
	assert_string_equal(text,
		"{\"colour\":\"red\",\"ids\":[],\"inner\":{\"mode\":\"0000\",\"name\":null},\"number\":0,\"text\":null}");
}

static void test_round_trip(void **state)
{
	struct tree tree, back = {0};
	struct error err;
	json_t *json;

	(void)state;
	full(&tree);
	json = shape_encode(&tree_shape, &tree);
	assert_string_equal(json_string_value(json_object_get(json, "big")), "18446744073709551615");
	assert_string_equal(json_string_value(json_object_get(json, "text")), "a\\\\b\\xff\n\"%$");
	assert_string_equal(json_string_value(json_object_get(json, "colour")), "blue");
	assert_int_equal(shape_decode(&tree_shape, json, &back, &err), 0);
	json_decref(json);
	AUTO_FREE char *a = dumped(&tree), *b = dumped(&back);
	assert_string_equal(a, b);
	assert_string_equal(back.text, tree.text);
	assert_true(back.big == UINT64_MAX);
	assert_int_equal(back.leaves[8].mode, 0110);
	shape_free(&tree_shape, &tree);
	shape_free(&tree_shape, &back);
	assert_null(back.text);
	assert_int_equal(back.n_leaves, 0);
}

static void test_numbers_beyond_2_53_are_strings(void **state)
{
	struct tree tree = {.big = (uint64_t)1 << 53};
	AUTO_FREE char *exact = dumped(&tree);
	AUTO_FREE char *beyond = (tree.big++, dumped(&tree));

	(void)state;
	assert_non_null(strstr(exact, "\"big\":9007199254740992"));
	assert_non_null(strstr(beyond, "\"big\":\"9007199254740993\""));
}

static void test_copies_are_deep_and_can_grow(void **state)
{
	struct tree tree, copy;

	(void)state;
	full(&tree);
	shape_copy(&tree_shape, &copy, &tree);
	AUTO_FREE char *a = dumped(&tree);
	shape_free(&tree_shape, &tree);
	AUTO_FREE char *b = dumped(&copy);
	assert_string_equal(a, b);
	for (uint32_t i = 0; i < 20; i++) {
		ARRAY_ADD(copy.ids, copy.n_ids, i);
		ARRAY_ADD(copy.leaves, copy.n_leaves, (struct leaf){0});
		strings_add(&copy.words, "more");
	}
	assert_int_equal(copy.n_leaves, 29);
	assert_string_equal(copy.leaves[8].name, "leaf8");
	shape_free(&tree_shape, &copy);
}

static const struct {
	const char *json, *error;
} wrong[] = {
	{"[]", "tree: expected an object"},
	{"{\"text\":3}", "tree.text: expected a string or null"},
	{"{\"text\":\"a\\\\q\"}", "tree.text: expected a string in which a backslash starts \\xHH or \\\\"},
	{"{\"number\":2147483648}", "tree.number: expected an integer from -2147483648 to 2147483647"},
	{"{\"small\":-1}", "tree.small: expected an integer from 0 to 4294967295"},
	{"{\"small\":1.0}", "tree.small: expected an integer from 0 to 4294967295"},
	{"{\"big\":\"18446744073709551616\"}", "tree.big: expected a string of digits"},
	{"{\"big\":\"-1\"}", "tree.big: expected a string of digits"},
	{"{\"flag\":1}", "tree.flag: expected true or false"},
	{"{\"colour\":\"pink\"}", "tree.colour: expected one of the words of this version"},
	{"{\"words\":[\"a\",3]}", "tree.words: expected a string or null"},
	{"{\"ids\":{}}", "tree.ids: expected an array of integers"},
	{"{\"leaves\":[{},{\"mode\":\"0888\"}]}", "tree.leaves[1].mode: expected a string of digits"},
	{"{\"leaves\":[{},{\"mode\":\"77777777777\"}]}", "tree.leaves[1].mode: expected an octal mode"},
	{"{\"leaves\":[3]}", "tree.leaves[0]: expected an object"},
	{"{\"inner\":{\"name\":[]}}", "tree.inner.name: expected a string or null"},
};

static void test_errors_name_the_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		json_t *json = json_loads(wrong[i].json, 0, NULL);
		struct tree tree = {0};
		struct error err;

		assert_non_null(json);
		assert_int_equal(shape_decode(&tree_shape, json, &tree, &err), -EINVAL);
		assert_string_equal(err.text, wrong[i].error);
		shape_free(&tree_shape, &tree);
		assert_int_equal(shape_decode(&tree_shape, json, &tree, NULL), -EINVAL);
		shape_free(&tree_shape, &tree);
		json_decref(json);
	}
}

static void test_unknown_keys_are_passed_over(void **state)
{
	json_t *json = json_loads("{\"later\":{},\"number\":3}", 0, NULL);
	struct tree tree = {0};

	(void)state;
	assert_int_equal(shape_decode(&tree_shape, json, &tree, NULL), 0);
	assert_int_equal(tree.number, 3);
	json_decref(json);
	shape_free(&tree_shape, &tree);
}

static void test_schema(void **state)
{
	json_t *schema = shape_schema(&tree_shape), *properties = json_object_get(schema, "properties"), *item;
	AUTO_FREE char *required = json_dumps(json_object_get(schema, "required"), JSON_COMPACT);
	AUTO_FREE char *colour = json_dumps(json_object_get(properties, "colour"), JSON_COMPACT);

	(void)state;
	assert_string_equal(required, "[\"text\",\"number\",\"colour\",\"ids\",\"inner\"]");
	assert_string_equal(colour, "{\"enum\":[\"red\",\"green\",\"blue\"]}");
	assert_int_equal(json_object_size(properties), tree_shape.n);
	item = json_object_get(json_object_get(properties, "leaves"), "items");
	assert_string_equal(json_string_value(json_object_get(item, "$ref")), "#/$defs/leaf");
	assert_non_null(json_object_get(json_object_get(schema, "$defs"), "leaf"));
	json_decref(schema);
	assert_null(shape_schema_clash(&tree_shape));
}

static void test_schema_names_clash(void **state)
{
	static const struct shape other = SHAPE("leaf", struct leaf, leaf_fields);
	struct pair {
		struct leaf a, b;
	};
	const struct field fields[] = {FIELD_RECORD(struct pair, a, leaf_shape), FIELD_RECORD(struct pair, b, other)};
	const struct shape pair = SHAPE("pair", struct pair, fields);

	(void)state;
	assert_string_equal(shape_schema_clash(&pair), "leaf");
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(name_of(colours, 1), "green");
	assert_string_equal(name_of(colours, 2), "?");
	assert_string_equal(name_of(colours, 4), "?");
	assert_string_equal(name_of(colours, -1), "?");
	assert_int_equal(name_find(colours, "blue"), 3);
	assert_int_equal(name_find(colours, "Blue"), -1);
	assert_int_equal(name_find(colours, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zero_record),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_numbers_beyond_2_53_are_strings),
		cmocka_unit_test(test_copies_are_deep_and_can_grow),
		cmocka_unit_test(test_errors_name_the_place),
		cmocka_unit_test(test_unknown_keys_are_passed_over),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_schema_names_clash),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
