/* SPDX-License-Identifier: MIT */
/* ACL entries as the keys and values of path.acl steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/acl_text.h"
#include "plan/step_make.h"
#include "tests/unit/build_facts.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)

/* "u:rwx u33:rw- g:r-- m:rw- o:---" */
static char *acl_string(const struct acl_entry *items, size_t n)
{
	static const char letters[] = "uuggmo";
	struct text out = {0};

	for (size_t i = 0; i < n; i++) {
		bool named = items[i].tag == ACL_TAG_USER || items[i].tag == ACL_TAG_GROUP;
		char perms[4];

		perms_text(items[i].perms, perms);
		text_addf(&out, "%s%c", i ? " " : "", letters[items[i].tag]);
		if (named)
			text_addf(&out, "%u", items[i].id);
		text_addf(&out, ":%s", perms);
	}
	return text_steal(&out);
}

static void expect_acl(const struct acl_list *acl, const char *expected)
{
	AUTO_FREE char *text = acl_string(acl->items, acl->n);

	assert_string_equal(text, expected);
}

TEST(perms)
{
	static const char *const expected[] = {"---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"};

	for (uint32_t i = 0; i < 8; i++) {
		char text[4];

		perms_text(i, text);
		assert_string_equal(text, expected[i]);
	}
}

TEST(of_a_mode)
{
	const struct node node = {.mode = 02751};
	struct acl_list acl;

	acl_of_node(&node, &acl);
	expect_acl(&acl, "u:rwx g:r-x o:--x");
	free(acl.items);
}

/* chmod(2) changed the mode only: owner, mask and others follow, the owning group's own entry stays. */
TEST(follows_the_mode)
{
	struct build b = build_host("debian 12");
	struct acl_list acl;
	struct node *node;

	build_socket(&b, "/run/a", "app:app 0660");
	build_acl(&b, "/run/a", "user:www-data:rw-,group::r--,mask::rw-");
	node = &build_find(&b, NULL, "/run/a")->node;
	node->mode = 0740;
	acl_of_node(node, &acl);
	expect_acl(&acl, "u:rwx u33:rw- g:r-- m:r-- o:---");
	free(acl.items);
	build_free(&b);
}

/* One change of "u:rw- g:r-- o:---" (0640), finished; NULL perms takes out. Yields 0 or the message. */
static int apply(const char *acl_before, const char *key, const char *perms, struct error *err, const char *expected)
{
	struct build b = build_host("debian 12");
	const struct world world = {.facts = &b.facts};
	struct acl_list acl;
	int r;

	build_socket(&b, "/run/a", "app:app 0640");
	if (acl_before)
		build_acl(&b, "/run/a", acl_before);
	acl_of_node(&build_find(&b, NULL, "/run/a")->node, &acl);
	r = acl_apply(&world, &acl, key, perms, err);
	if (r == 0)
		r = acl_finish(&acl, err);
	if (r == 0)
		expect_acl(&acl, expected);
	free(acl.items);
	build_free(&b);
	return r;
}

static const struct {
	const char *before, *key, *perms, *after;
} good[] = {
	{"user:root:r--,mask::r--", "user:www-data", "rw-", "u:rw- u0:r-- u33:rw- g:r-- m:r-- o:---"},
	{"user:root:r--,mask::r--", "user:root", "rw-", "u:rw- u0:rw- g:r-- m:r-- o:---"},
	{"user:root:r--,mask::r--", "user:root", NULL, "u:rw- g:r-- m:r-- o:---"},
	{"user:root:r--,mask::r--", "user:app", NULL, "u:rw- u0:r-- g:r-- m:r-- o:---"},
	{"user:root:r--,mask::r--", "user:4711", "-w-", "u:rw- u0:r-- u4711:-w- g:r-- m:r-- o:---"},
	{"user:root:r--,mask::r--", "group:www-data", "rw-", "u:rw- u0:r-- g:r-- g33:rw- m:r-- o:---"},
	{"user:root:r--,mask::r--", "group:", "rwx", "u:rw- u0:r-- g:rwx m:r-- o:---"},
	{"user:root:r--,mask::r--", "mask", "rw-", "u:rw- u0:r-- g:r-- m:rw- o:---"},
	{NULL, "mask", "rw-", "u:rw- g:r-- m:rw- o:---"},
	{NULL, "group:", "rw-", "u:rw- g:rw- o:---"},
};

static const struct {
	const char *before, *key, *perms, *says;
} bad[] = {
	{NULL, "user:www-data", "rw-", "needs a mask"},
	{"user:root:r--,mask::r--", "mask", NULL, "needs a mask"},
	{NULL, "user:nosuch", "rw-", "no ACL entry can be called user:nosuch"},
	{NULL, "group:nosuch", "rw-", "no ACL entry can be called group:nosuch"},
	{NULL, "user:", "rw-", "no ACL entry can be called user:"},
	{NULL, "user", "rw-", "no ACL entry"},
	{NULL, "other", "rw-", "no ACL entry"},
	{NULL, "default:user:app", "rw-", "no ACL entry"},
	{NULL, "", "rw-", "no ACL entry"},
	{NULL, "user:4294967295", "rw-", "no ACL entry"},
	{NULL, "user:-1", "rw-", "no ACL entry"},
	{NULL, "mask", "rw", "three characters"},
	{NULL, "mask", "rwxr", "three characters"},
	{NULL, "mask", "wr-", "three characters"},
	{NULL, "mask", "6", "three characters"},
	{NULL, "mask", "", "three characters"},
	{NULL, "group:", NULL, "cannot be taken out"},
};

TEST(good_changes)
{
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct error err = {0};

		if (apply(good[i].before, good[i].key, good[i].perms, &err, good[i].after) < 0)
			fail_msg("%s: %s", good[i].key, err.text);
	}
}

TEST(bad_changes)
{
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct error err = {0};

		assert_int_equal(apply(bad[i].before, bad[i].key, bad[i].perms, &err, ""), -EINVAL);
		if (!strstr(err.text, bad[i].says))
			fail_msg("%s %s: \"%s\" does not say \"%s\"", bad[i].key, bad[i].perms ? bad[i].perms : "out", err.text, bad[i].says);
	}
}

TEST(keys)
{
	static const struct {
		struct acl_entry entry;
		const char *key;
	} rows[] = {
		{{ACL_TAG_USER, 33, 0}, "user:www-data"}, {{ACL_TAG_USER, 4711, 0}, "user:4711"},
		{{ACL_TAG_GROUP, 33, 0}, "group:www-data"}, {{ACL_TAG_GROUP, 900, 0}, "group:web"}, {{ACL_TAG_GROUP, 4711, 0}, "group:4711"},
		{{ACL_TAG_USER, 900, 0}, "user:900"}, {{ACL_TAG_MASK, 0, 0}, "mask"}, {{ACL_TAG_GROUP_OBJ, 0, 0}, "group:"},
	};
	struct build b = build_host("debian 12");

	build_group(&b, "web", 900, NULL);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		AUTO_FREE char *key = acl_key(&b.facts, &rows[i].entry);

		assert_string_equal(key, rows[i].key);
	}
	build_free(&b);
}

/* A group that is named like a user: each name is looked up as what its key says. */
TEST(group_named_like_a_user)
{
	struct build b = build_host("debian 12");
	const struct world world = {.facts = &b.facts};
	struct acl_list acl = {0};

	build_user(&b, "web", 500, "/");
	b.facts.accounts.groups[b.facts.accounts.n_groups - 1].gid = 600;
	assert_int_equal(acl_apply(&world, &acl, "user:web", "r--", NULL), 0);
	assert_int_equal(acl_apply(&world, &acl, "group:web", "r--", NULL), 0);
	expect_acl(&acl, "u500:r-- g600:r--");
	free(acl.items);
	build_free(&b);
}

/* What a person would type: one call, the mask as it is said. */
TEST(command_line)
{
	struct build b = build_host("debian 12");
	struct steps steps = {0};
	struct step *step;
	struct node *node;

	build_socket(&b, "/run/it's.sock", "app:app 0660");
	build_acl(&b, "/run/it's.sock", "user:app:rw-,group::rw-,mask::rw-");
	node = &build_find(&b, NULL, "/run/it's.sock")->node;
	step = step_path_acl(&steps, node, xstrdup("why"));
	step_acl_entry(step, &b.facts, node, &(struct acl_entry){ACL_TAG_USER, 33, 0}, "rw-");
	step_acl_entry(step, &b.facts, node, &(struct acl_entry){ACL_TAG_GROUP_OBJ, 0, 0}, "r--");
	step_acl_entry(step, &b.facts, node, &(struct acl_entry){ACL_TAG_USER, 1000, 0}, NULL);
	step_acl_entry(step, &b.facts, node, &(struct acl_entry){ACL_TAG_MASK, 0, 0}, NULL);
	step_acl_done(step);
	assert_string_equal(step->sh.items[0],
		"setfacl -n -m user:www-data:rw- -m group::r-- -x user:app -x mask: -- '/run/it'\\''s.sock'");
	assert_null(step->changes[0].from);
	assert_string_equal(step->changes[1].from, "rw-");
	assert_null(step->changes[2].to);
	steps_free(&steps);
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(perms), cmocka_unit_test(of_a_mode), cmocka_unit_test(follows_the_mode), cmocka_unit_test(good_changes),
		cmocka_unit_test(bad_changes), cmocka_unit_test(keys), cmocka_unit_test(group_named_like_a_user), cmocka_unit_test(command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
