/* SPDX-License-Identifier: MIT */
/* permfix-policy(5) and the shipped policy name exactly the rules of rules.def. Run from the top of the repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "guard/policy.h"
#include "guard/rule.h"

#include <ctype.h>
#include <fcntl.h>

static char *read_here(const char *path)
{
	AUTO_CLOSE int root = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct error err = {0};
	char *bytes = NULL;

	if (beneath_read(root, path, 1 << 20, &bytes, NULL, NULL, &err) < 0)
		fail_msg("%s", err.text);
	return bytes;
}

/* The first word after a .B or .BI at the beginning of a line that follows .TP, with roff's \- as -. */
static void page_rules(const char *page, const char *section, struct strings *names)
{
	const char *s = strstr(page, section), *end;

	assert_non_null(s);
	end = strstr(s + 1, "\n.SH ");
	while ((s = strstr(s, "\n.TP\n.B")) && (!end || s < end)) {
		AUTO_TEXT struct text name = {0};

		s += strlen("\n.TP\n.B");
		s += *s == 'I';
		s += strspn(s, " \"");
		for (; *s && !strchr(" \"\n", *s); s++)
			if (*s != '\\')
				text_add_char(&name, *s);
		strings_own(names, text_steal(&name));
	}
}

static void check_section(const char *page, const char *section, int tier)
{
	AUTO_STRINGS struct strings names = {0};
	size_t n, expected = 0;
	const struct guard_rule *rules = guard_rules(&n);

	page_rules(page, section, &names);
	for (size_t i = 0; i < n; i++) {
		expected += rules[i].tier == tier;
		if (rules[i].tier == tier && !strings_has(&names, rules[i].name))
			fail_msg("%s is not in the page's section%s", rules[i].name, section);
	}
	for (size_t i = 0; i < names.n; i++)
		if (!guard_rule_find(names.items[i]))
			fail_msg("the page's %s is no rule", names.items[i]);
	assert_int_equal(names.n, expected);
}

static void test_man_page(void **state)
{
	AUTO_FREE char *page = read_here("agent/cli/man/permfix-policy.5");

	(void)state;
	check_section(page, "\n.SH RULES THAT A POLICY MAY LIFT", GUARD_DEFAULT);
	check_section(page, "\n.SH RULES THAT NOTHING LIFTS", GUARD_NEVER);
}

/* The page's words and the table's are the same: the danger stands in the page, its line breaks and case aside. */
static void flatten(const char *from, struct text *to)
{
	for (; *from; from++)
		if (*from != '\\')
			text_add_char(to, *from == '\n' ? ' ' : (char)tolower((unsigned char)*from));
}

static void test_man_page_dangers(void **state)
{
	AUTO_FREE char *page = read_here("agent/cli/man/permfix-policy.5");
	AUTO_TEXT struct text flat = {0};
	size_t n;
	const struct guard_rule *rules = guard_rules(&n);

	(void)state;
	flatten(page, &flat);
	for (size_t i = 0; i < n; i++) {
		AUTO_TEXT struct text danger = {0};

		flatten(rules[i].danger, &danger);
		if (!strstr(flat.bytes, danger.bytes))
			fail_msg("%s: the page tells another danger", rules[i].name);
	}
}

static void test_default_policy(void **state)
{
	AUTO_FREE char *text = read_here("policies/default.policy");
	struct policy policy = {0};
	struct error err = {0};
	size_t n;
	const struct guard_rule *rules = guard_rules(&n);

	(void)state;
	if (policy_parse(&policy, "default.policy", text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(policy.n_rules, 0);
	for (size_t i = 0; i < n; i++)
		if (rules[i].tier == GUARD_DEFAULT && !strstr(text, rules[i].allowed_by + strlen("allow ")))
			fail_msg("%s is not explained in the shipped policy", rules[i].name);
}

/* Every example ("#allow …") is a line that the grammar takes. */
static void test_default_policy_examples(void **state)
{
	AUTO_FREE char *text = read_here("policies/default.policy");
	struct policy policy = {0};
	struct error err = {0};
	size_t examples = 0;

	(void)state;
	for (char *s = text; (s = strstr(s, "\n#allow")); examples++)
		*++s = ' ';
	if (policy_parse(&policy, "default.policy", text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	assert_true(examples >= 2);
	assert_int_equal(policy.n_rules, examples);
	policy_free(&policy);
}

static void test_table(void **state)
{
	size_t n;
	const struct guard_rule *rules = guard_rules(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(guard_rule_find(rules[i].name), &rules[i]); /* no name twice */
		assert_int_equal(rules[i].tier == GUARD_DEFAULT, rules[i].allowed_by != NULL);
		assert_int_equal(strspn(rules[i].name, "abcdefghijklmnopqrstuvwxyz-"), strlen(rules[i].name));
		assert_true(strlen(rules[i].danger) > 20 && rules[i].danger[strlen(rules[i].danger) - 1] != '.');
	}
	assert_null(guard_rule_find("nosuch"));
	assert_null(guard_rule_find(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_man_page), cmocka_unit_test(test_man_page_dangers), cmocka_unit_test(test_default_policy),
		cmocka_unit_test(test_default_policy_examples), cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
