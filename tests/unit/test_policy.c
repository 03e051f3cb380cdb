/* SPDX-License-Identifier: MIT */
/* The site policy's grammar: what is taken, what is refused with which words, and the way back from a rule to a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "guard/policy.h"
#include "guard/rule.h"

#include <errno.h>

static const struct {
	const char *text;
	size_t n;
	const char *rule, *object; /* of the last line */
} good[] = {
	{"", 0, NULL, NULL},
	{"\n\n", 0, NULL, NULL},
	{"# nothing\n  \t # nothing either\n", 0, NULL, NULL},
	{"allow group-primary www-data\n", 1, "group-primary", "www-data"},
	{"allow group-primary www-data", 1, "group-primary", "www-data"},
	{"\tallow   group-primary\t\twww-data  \n", 1, "group-primary", "www-data"},
	{"allow group-primary www-data # a site's choice\n", 1, "group-primary", "www-data"},
	{"allow group-primary \"www-data\"\n", 1, "group-primary", "www-data"},
	{"allow \"group-primary\" _x.y-z$\n", 1, "group-primary", "_x.y-z$"},
	{"allow home-search /home/app\n", 1, "home-search", "/home/app"},
	{"allow home-search /home/a#b\n", 1, "home-search", "/home/a#b"},
	{"allow home-search \"/srv/A and B\"\n", 1, "home-search", "/srv/A and B"},
	{"allow home-search \"/srv/#x\" # y\n", 1, "home-search", "/srv/#x"},
	{"allow home-search \"/srv/q\\\"b\\\\s\"\n", 1, "home-search", "/srv/q\"b\\s"},
	{"allow home-search /home/\xc3\xa4\n", 1, "home-search", "/home/\xc3\xa4"},
	{"allow home-search /home/\xff\n", 1, "home-search", "/home/\xff"},
	{"allow group-primary a\n# x\nallow home-search /home/b\n", 2, "home-search", "/home/b"},
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct policy policy = {0};
		struct error err = {0};

		if (policy_parse(&policy, "site.policy", good[i].text, strlen(good[i].text), &err) < 0)
			fail_msg("%s: %s", good[i].text, err.text);
		assert_int_equal(policy.n_rules, good[i].n);
		if (good[i].n) {
			assert_string_equal(policy.rules[good[i].n - 1].rule, good[i].rule);
			assert_string_equal(policy.rules[good[i].n - 1].object, good[i].object);
			assert_true(policy_allows(&policy, good[i].rule, good[i].object));
		}
		policy_free(&policy);
	}
}

static const struct {
	const char *text, *error;
} wrong[] = {
	{"deny group-primary www-data\n", "p:1: deny: unknown word; a line begins with allow"},
	{"Allow group-primary www-data\n", "p:1: Allow: unknown word; a line begins with allow"},
	{"\"\" x y\n", "p:1: : unknown word; a line begins with allow"},
	{"allow\n", "p:1: allow: the name of a rule is missing"},
	{"# one\n\nallow # two\n", "p:3: allow: the name of a rule is missing"},
	{"allow nosuch x\n", "p:1: nosuch: no such rule"},
	{"allow group-primar www-data\n", "p:1: group-primar: no such rule"},
	{"allow * www-data\n", "p:1: *: no such rule"},
	{"allow other-access /run/x.sock\n", "p:1: other-access: this rule cannot be allowed"},
	{"allow root-equal-group docker\n", "p:1: root-equal-group: this rule cannot be allowed"},
	{"allow malformed-step\n", "p:1: malformed-step: this rule cannot be allowed"},
	{"allow group-primary\n", "p:1: group-primary: the object is missing; the form is: allow group-primary GROUP"},
	{"allow group-primary a b\n", "p:1: group-primary: too many words; the form is: allow group-primary GROUP"},
	{"allow home-search\n", "p:1: home-search: the object is missing; the form is: allow home-search DIRECTORY"},
	{"allow home-search /home/A and B\n", "p:1: home-search: too many words; the form is: allow home-search DIRECTORY"},
	{"allow group-primary www*\n", "p:1: www*: patterns are not taken, name the one object"},
	{"allow home-search /home/*\n", "p:1: /home/*: patterns are not taken, name the one object"},
	{"allow home-search /home/a?\n", "p:1: /home/a?: patterns are not taken, name the one object"},
	{"allow home-search \"/home/[ab]\"\n", "p:1: /home/[ab]: patterns are not taken, name the one object"},
	{"allow group-primary \"\"\n", "p:1: : not a group's name"},
	{"allow group-primary 33\n", "p:1: 33: not a group's name"},
	{"allow group-primary a:b\n", "p:1: a:b: not a group's name"},
	{"allow home-search home/app\n", "p:1: home/app: not an absolute path without . and .., double or final slashes"},
	{"allow home-search /home/app/\n", "p:1: /home/app/: not an absolute path without . and .., double or final slashes"},
	{"allow home-search /home//app\n", "p:1: /home//app: not an absolute path without . and .., double or final slashes"},
	{"allow home-search /home/../etc\n", "p:1: /home/../etc: not an absolute path without . and .., double or final slashes"},
	{"allow home-search /\n", "p:1: /: not an absolute path without . and .., double or final slashes"},
	{"allow home-search \"/home/app\n", "p:1: no closing quote"},
	{"allow home-search \"/home/app\"x\n", "p:1: no blank after the closing quote"},
	{"allow home-search \"/home/\\n\"\n", "p:1: in quotes a backslash stands only before \" or \\\\"},
	{"allow home-search \"/home/\\", "p:1: in quotes a backslash stands only before \" or \\\\"},
	{"allow home-search /home/a\"b\"\n", "p:1: \" in a word that is not quoted"},
	{"allow home-search /home/a\\ b\n", "p:1: \\\\ in a word that is not quoted"},
	{"allow group-primary a\r\n", "p:1: control byte 0x0d"},
	{"allow group-primary \033[2J\n", "p:1: control byte 0x1b"},
	{"# comment\nallow group-primary \x7f\n", "p:2: control byte 0x7f"},
	{"allow group-primary a\nallow group-primary b\nallow group-primary c d\n",
		"p:3: group-primary: too many words; the form is: allow group-primary GROUP"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct policy policy = {0};
		struct error err = {0};

		assert_int_equal(policy_parse(&policy, "p", wrong[i].text, strlen(wrong[i].text), &err), -EINVAL);
		assert_string_equal(err.text, wrong[i].error);
		assert_int_equal(policy.n_rules, 0);
		policy_free(&policy);
	}
}

static void test_nul(void **state)
{
	static const char text[] = "allow group-primary www-data\0evil\n";
	struct policy policy = {0};
	struct error err;

	(void)state;
	assert_int_equal(policy_parse(&policy, "p", text, sizeof(text) - 1, &err), -EINVAL);
	assert_string_equal(err.text, "p:1: control byte 0x00");
}

static int parse_long(size_t size, struct error *err)
{
	AUTO_TEXT struct text line = {0};
	struct policy policy = {0};
	int r;

	text_add(&line, "allow group-primary a #");
	while (line.size < size)
		text_add_char(&line, 'x');
	text_add_char(&line, '\n');
	r = policy_parse(&policy, "p", line.bytes, line.size, err);
	policy_free(&policy);
	return r;
}

static void test_long_line(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(parse_long(POLICY_LINE_MAX, &err), 0);
	assert_int_equal(parse_long(POLICY_LINE_MAX + 1, &err), -EINVAL);
	assert_string_equal(err.text, "p:1: longer than 4096 bytes");
}

/* A bad text adds nothing and takes nothing of what is there. */
static void test_all_or_nothing(void **state)
{
	static const char first[] = "allow group-primary a\n", second[] = "allow group-primary b\nbad\n";
	struct policy policy = {0};
	struct error err;

	(void)state;
	assert_int_equal(policy_parse(&policy, "1.policy", first, strlen(first), &err), 0);
	assert_int_equal(policy_parse(&policy, "2.policy", second, strlen(second), &err), -EINVAL);
	assert_string_equal(err.text, "2.policy:2: bad: unknown word; a line begins with allow");
	assert_int_equal(policy.n_rules, 1);
	assert_true(policy_allows(&policy, "group-primary", "a"));
	assert_false(policy_allows(&policy, "group-primary", "b"));
	assert_string_equal(policy.rules[0].file, "1.policy");
	assert_int_equal(policy.rules[0].line, 1);
	policy_free(&policy);
}

/* Objects are compared whole, for the one rule. */
static void test_exact(void **state)
{
	static const char text[] = "allow home-search /home/app\nallow group-primary app\n";
	struct policy policy = {0};

	(void)state;
	assert_int_equal(policy_parse(&policy, "p", text, strlen(text), NULL), 0);
	assert_true(policy_allows(&policy, "home-search", "/home/app"));
	assert_false(policy_allows(&policy, "home-search", "/home/app/run"));
	assert_false(policy_allows(&policy, "home-search", "/home"));
	assert_false(policy_allows(&policy, "home-search", "app"));
	assert_false(policy_allows(&policy, "group-primary", "apps"));
	assert_false(policy_allows(NULL, "group-primary", "app"));
	policy_free(&policy);
}

static void check_format(const char *rule, const char *object, const char *line)
{
	AUTO_FREE char *formatted = policy_format(rule, object);
	struct policy policy = {0};

	if (!line) {
		assert_null(formatted);
		return;
	}
	assert_string_equal(formatted, line);
	assert_int_equal(policy_parse(&policy, "p", formatted, strlen(formatted), NULL), 0);
	assert_true(policy_allows(&policy, rule, object));
	policy_free(&policy);
}

/* The line that a refusal prints is one that the grammar takes, for the same object. */
static void test_format(void **state)
{
	(void)state;
	check_format("group-primary", "www-data", "allow group-primary www-data");
	check_format("home-search", "/home/app", "allow home-search /home/app");
	check_format("home-search", "/srv/A and B", "allow home-search \"/srv/A and B\"");
	check_format("home-search", "/srv/q\"b\\s", "allow home-search \"/srv/q\\\"b\\\\s\"");
	check_format("home-search", "/srv/#1", "allow home-search \"/srv/#1\"");
	check_format("home-search", "/srv/a*", NULL);
	check_format("home-search", "/srv/a\nb", NULL);
	check_format("home-search", "srv", NULL);
	check_format("home-search", NULL, NULL);
	check_format("other-access", "/run/x.sock", NULL);
	check_format("nosuch", "x", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_wrong), cmocka_unit_test(test_nul), cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_all_or_nothing), cmocka_unit_test(test_exact), cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
