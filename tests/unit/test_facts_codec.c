/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "base/beneath.h"
#include "base/shape_schema.h"
#include "facts/gather.h"
#include "facts/schema.h"

static void sample(struct facts *f)
{
	struct walk *walk;
	struct node *node;
	struct worker *worker;

	*f = (struct facts){.host = {.id = xstrdup("abc"), .distro = xstrdup("debian 12"), .selinux = LSM_ABSENT, .mntns = 4026531841,
					    .taken = 1700000000},
		.accounts = {.uid_min = 1000}};
	walk = ARRAY_NEW(f->walks, f->n_walks);
	walk->view = xstrdup("host");
	walk->path = xstrdup("/run/\xff\n\"'%$ -v.sock");
	node = ARRAY_NEW(walk->nodes, walk->n_nodes);
	*node = (struct node){.path = xstrdup("/"), .type = NODE_DIR, .mode = 01777, .dev = UINT64_MAX, .ino = 2, .fstype = xstrdup("ext4")};
	ARRAY_ADD(node->acl, node->n_acl, (struct acl_entry){ACL_TAG_USER, 33, 6});
	ARRAY_ADD(node->default_acl, node->n_default_acl, (struct acl_entry){ACL_TAG_MASK, 0, 7});
	walk->failed = ENOENT;
	worker = ARRAY_NEW(f->workers, f->n_workers);
	worker->id = xstrdup("w1");
	worker->as.pid = 812;
	ARRAY_ADD(worker->as.groups, worker->as.n_groups, 33);
	strings_add(&f->notes, "note \\ with a backslash");
}

static void test_round_trip(void **state)
{
	AUTO_FACTS struct facts facts, back;
	struct error err;

	(void)state;
	sample(&facts);
	AUTO_FREE char *text = facts_write(&facts);
	assert_int_equal(facts_read(text, strlen(text), &back, &err), 0);
	AUTO_FREE char *again = facts_write(&back);
	assert_string_equal(text, again);
	assert_string_equal(back.schema, FACTS_SCHEMA);
	assert_string_equal(back.walks[0].path, facts.walks[0].path);
	assert_true(back.walks[0].nodes[0].dev == UINT64_MAX);
	assert_int_equal(back.walks[0].nodes[0].acl[0].tag, ACL_TAG_USER);
	assert_int_equal(back.walks[0].nodes[0].mode, 01777);
	assert_int_equal(back.workers[0].as.groups[0], 33);
	assert_string_equal(back.notes.items[0], facts.notes.items[0]);
}

static void test_form(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	AUTO_FREE char *text = facts_write(&facts);

	(void)state;
	assert_true(starts_with(text, "{\n  \"accounts\": {\n    \"gid_max_system\": 0,"));
	assert_true(ends_with(text, "\n  \"schema\": \"permfix.facts/v1\"\n}\n"));
}

static const struct {
	const char *text, *error;
} bad[] = {
	{"", "facts: line 1, column 0: '[' or '{' expected near end of file"},
	{"{\n  \"schema\": x", "facts: line 2, column 13: invalid token near 'x'"},
	{"{\"schema\":\"permfix.facts/v1\",\"host\":{},\"host\":{}}", "facts: line 1, column 45: duplicate object key near '\"host\"'"},
	{"[]", "facts: expected a JSON object of schema permfix.facts/v1"},
	{"{}", "facts: no \"schema\", expected permfix.facts/v1"},
	{"{\"schema\":1}", "facts: no \"schema\", expected permfix.facts/v1"},
	{"{\"schema\":\"permfix.plan/v1\"}", "facts: schema is 'permfix.plan/v1', expected permfix.facts/v1"},
	{"{\"schema\":\"\\u001b[2J\"}", "facts: schema is '\\x1b[2J', expected permfix.facts/v1"},
	{"{\"schema\":\"permfix.facts/v1\",\"walks\":[{\"nodes\":[{},{\"uid\":-1}]}]}",
		"facts.walks[0].nodes[1].uid: expected an integer from 0 to 4294967295"},
	{"{\"schema\":\"permfix.facts/v1\"} x", "facts: line 1, column 31: end of file expected near 'x'"},
	{"{\"schema\":\"permfix.facts/v1\",\"notes\":[\"\xff\"]}", NULL}, /* bytes that are no UTF-8 must come escaped */
	{"{\"schema\":\"permfix.facts/v1\",\"notes\":[\"a\\u0000b\"]}", NULL},
};

static void test_errors_say_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct facts facts;
		struct error err = {0};

		assert_int_equal(facts_read(bad[i].text, strlen(bad[i].text), &facts, &err), -EINVAL);
		if (bad[i].error)
			assert_string_equal(err.text, bad[i].error);
		assert_true(starts_with(err.text, "facts"));
		assert_null(facts.walks);
		facts_free(&facts);
	}
}

/* Deep nesting and cut-off texts: an error, no crash. */
static void test_hostile_texts(void **state)
{
	AUTO_FACTS struct facts facts;
	struct facts none;
	AUTO_TEXT struct text deep = {0};
	struct error err;

	(void)state;
	for (int i = 0; i < 100000; i++)
		text_add_char(&deep, '[');
	assert_int_equal(facts_read(deep.bytes, deep.size, &none, &err), -EINVAL);
	sample(&facts);
	AUTO_FREE char *text = facts_write(&facts);
	for (size_t n = 0; n + 2 < strlen(text); n++)
		assert_int_equal(facts_read(text, n, &none, &err), -EINVAL);
}

static void test_published_schema_is_up_to_date(void **state)
{
	AUTO_CLOSE int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FREE char *published = NULL, *made = facts_schema_text();
	struct error err = {0};

	(void)state;
	if (beneath_read(here, "plans/facts.schema.json", 1 << 20, &published, NULL, NULL, &err) < 0)
		fail_msg("%s (tests run in the top directory)", err.text);
	if (!streq(published, made))
		fail_msg("plans/facts.schema.json is not what the tables say: run `make schema`");
}

static void test_schema_names_are_unique(void **state)
{
	(void)state;
	assert_null(shape_schema_clash(&facts_shape));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_errors_say_where),
		cmocka_unit_test(test_hostile_texts),
		cmocka_unit_test(test_published_schema_is_up_to_date),
		cmocka_unit_test(test_schema_names_are_unique),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
