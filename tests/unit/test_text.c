/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "base/error.h"

static void test_text_grows(void **state)
{
	struct text t = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_addf(&t, "%03d,", i);
	text_add_bytes(&t, "\0z", 2);
	text_add_bytes(&t, NULL, 0);
	text_add_char(&t, '!');
	assert_int_equal(t.size, 4003);
	assert_memory_equal(t.bytes + 3996, "999,\0z!", 8);
	text_free(&t);
	assert_null(t.bytes);
	AUTO_FREE char *empty = text_steal(&t);
	assert_string_equal(empty, "");
}

static void test_text_has_a_maximum(void **state)
{
	struct text t = {0};

	(void)state;
	text_add(&t, "kept");
	text_add_bytes(&t, "x", TEXT_MAX - 4); /* one too many: not even read */
	assert_true(t.overflow);
	assert_string_equal(t.bytes, "kept");
	text_add(&t, "never");
	assert_int_equal(t.size, 4);
	text_free(&t);
	assert_false(t.overflow);
}

static void test_array_room(void **state)
{
	int *items = NULL;
	size_t n = 0, copy_n = 0;
	struct {
		int a, b;
	} *fresh = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++)
		ARRAY_ADD(items, n, i);
	assert_int_equal(n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	free(items);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(ARRAY_NEW(fresh, copy_n)->b, 0); /* new space is zeroed */
		fresh[copy_n - 1].b = -1;
	}
	copy_n = 50;                                       /* fifty were taken out */
	assert_int_equal(ARRAY_NEW(fresh, copy_n)->b, 0);
	free(fresh);
}

static void test_strings(void **state)
{
	AUTO_STRINGS struct strings list = {0};

	(void)state;
	assert_false(strings_has(&list, ""));
	strings_add(&list, "");
	strings_addf(&list, "%s-%d", "a", 1);
	strings_own(&list, xstrdup("b"));
	assert_int_equal(list.n, 3);
	assert_true(strings_has(&list, "") && strings_has(&list, "a-1") && strings_has(&list, "b"));
	assert_false(strings_has(&list, "a"));
}

static void test_comparing(void **state)
{
	(void)state;
	assert_true(streq(NULL, NULL) && streq("a", "a"));
	assert_false(streq(NULL, "") || streq("", NULL) || streq("a", "b"));
	assert_true(starts_with("abc", "ab") && starts_with("a", "") && !starts_with("a", "ab"));
	assert_true(ends_with("abc", "bc") && ends_with("a", "") && !ends_with("c", "bc"));
}

/* What a terminal sees, and what JSON gets (control bytes are left to JSON's own escapes). */
static const struct {
	const char *bytes, *terminal, *json;
} escapes[] = {
	{"", "", ""},
	{"plain /run/php.sock %s$HOME -v 'q\"", "plain /run/php.sock %s$HOME -v 'q\"", "plain /run/php.sock %s$HOME -v 'q\""},
	{"a\\b", "a\\\\b", "a\\\\b"},
	{"a\nb\tc", "a\\x0ab\\x09c", "a\nb\tc"},
	{"\x1b[31m", "\\x1b[31m", "\x1b[31m"},
	{"\x7f", "\\x7f", "\x7f"},
	{"gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80", "gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80", "gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80"},
	{"\xff\xfe", "\\xff\\xfe", "\\xff\\xfe"},
	{"\xc3", "\\xc3", "\\xc3"},                         /* cut off */
	{"\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf"},           /* overlong slash */
	{"\xe0\x80\xaf", "\\xe0\\x80\\xaf", "\\xe0\\x80\\xaf"},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"}, /* surrogate */
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond U+10FFFF */
	{"\xc2\x9b" "31m", "\\xc2\\x9b31m", "\xc2\x9b" "31m"},  /* C1: another escape sequence introducer */
	{"\xe2\x80\xae" "txt", "\\xe2\\x80\\xaetxt", "\xe2\x80\xae" "txt"}, /* right-to-left override */
};

static void test_escapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(escapes); i++) {
		size_t n = strlen(escapes[i].bytes), back_n;
		AUTO_FREE char *terminal = escape_terminal(escapes[i].bytes);
		AUTO_FREE char *json = escape_text(escapes[i].bytes, n, true);
		AUTO_FREE char *back = unescape_text(terminal, &back_n), *back_json = unescape_text(json, NULL);

		assert_string_equal(terminal, escapes[i].terminal);
		assert_string_equal(json, escapes[i].json);
		assert_int_equal(back_n, n);
		assert_memory_equal(back, escapes[i].bytes, n);
		assert_string_equal(back_json, escapes[i].bytes);
	}
}

static void test_every_byte_survives(void **state)
{
	char bytes[256 * 2];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 + (i >> 8)); /* every byte value, NUL among them, in two orders */
	AUTO_FREE char *json = escape_text(bytes, sizeof(bytes), true), *back = unescape_text(json, &n);
	assert_int_equal(n, sizeof(bytes));
	assert_memory_equal(back, bytes, n);
}

static void test_bad_escapes(void **state)
{
	static const char *const bad[] = {"\\", "a\\q", "\\x", "\\x1", "\\xg0", "\\X41"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_null(unescape_text(bad[i], NULL));
}

static void quotes(const char *s, const char *expected)
{
	AUTO_FREE char *quoted = shell_quote(s);

	assert_string_equal(quoted, expected);
}

static void test_shell_quote(void **state)
{
	(void)state;
	quotes("/etc/php/8.2/fpm/pool.d/www.conf", "/etc/php/8.2/fpm/pool.d/www.conf");
	quotes("", "''");
	quotes("a b", "'a b'");
	quotes("$HOME`id`\n", "'$HOME`id`\n'");
	quotes("it's", "'it'\\''s'");
	quotes("~root", "'~root'");
	quotes("\xff", "'\xff'");
}

static void test_errors(void **state)
{
	struct error err;
	char longer[3000];

	(void)state;
	assert_int_equal(error_errno(&err, ENOENT, "%s", "/x"), -ENOENT);
	assert_string_equal(err.text, "/x: No such file or directory");
	assert_int_equal(error_wrap(&err, "pool %d", 3), -ENOENT);
	assert_string_equal(err.text, "pool 3: /x: No such file or directory");
	assert_int_equal(error_set(NULL, EPERM, "x"), -EPERM);
	assert_int_equal(error_errno(NULL, EPERM, "x"), -EPERM);
	assert_int_equal(error_wrap(NULL, "x"), -EINVAL);
	memset(longer, 'l', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	error_errno(&err, EIO, "%s", longer);
	error_wrap(&err, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_grows),  cmocka_unit_test(test_text_has_a_maximum),
		cmocka_unit_test(test_array_room),  cmocka_unit_test(test_strings),
		cmocka_unit_test(test_comparing),   cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_every_byte_survives), cmocka_unit_test(test_bad_escapes),
		cmocka_unit_test(test_shell_quote), cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
