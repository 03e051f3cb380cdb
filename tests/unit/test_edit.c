/* SPDX-License-Identifier: MIT */
/* Whole edits, with the real helper: it is linked beside this program, where permfix would find it. */
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/digest.h"
#include "base/cleanup.h"
#include "base/helper.h"
#include "facts/edit.h"
#include "facts/edit_formats.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <cmocka.h>

static struct {
	char dir[PATH_MAX]; /* of this program */
	char tree[64];      /* the root of the edits */
	int root;
} world;

static void write_file(const char *path, const char *text)
{
	AUTO_CLOSE int fd = openat(world.root, path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static struct question fpm_question(struct key_value *changes, size_t n)
{
	return (struct question){.kind = QUESTION_EDIT, .path = (char *)"/www.conf", .format = (char *)"php-fpm",
		.section = (char *)"www", .changes = changes, .n_changes = n};
}

static struct question nginx_question(uint64_t offset, uint64_t length, struct key_value *change)
{
	return (struct question){.kind = QUESTION_EDIT, .path = (char *)"/site", .format = (char *)"nginx", .offset = offset,
		.length = length, .changes = change, .n_changes = 1};
}

static void edit_free(struct edit *e)
{
	free(e->key);
	free(e->before);
	free(e->after);
	free(e->diff);
	free(e->failed);
}
#define AUTO_EDIT __attribute__((cleanup(edit_free)))

static void assert_failed(const struct question *q, const char *says)
{
	AUTO_EDIT struct edit e;

	assert_true(edit_answer(world.root, q, &e) < 0);
	assert_non_null(e.key);
	assert_null(e.before);
	assert_null(e.after);
	assert_null(e.diff);
	if (!strstr(e.failed, says))
		fail_msg("%s", e.failed);
}

static void test_stock_pool(void **state)
{
	AUTO_CLOSE int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FREE char *stock = NULL, *digest = NULL, *key = NULL;
	struct key_value changes[] = {{(char *)"listen.group", (char *)"nginx"}, {(char *)"listen.mode", (char *)"0660"}};
	struct question q = fpm_question(changes, 2);
	AUTO_EDIT struct edit e;
	size_t n = 0;

	(void)state;
	assert_int_equal(beneath_read(here, "tests/fixtures/php-fpm/debian12-www.conf", 1 << 20, &stock, &n, NULL, NULL), 0);
	write_file("www.conf", stock);
	assert_int_equal(edit_answer(world.root, &q, &e), 0);
	key = edit_key(&q);
	digest = digest_of(stock, n);
	assert_string_equal(e.key, key);
	assert_string_equal(e.before, digest);
	assert_string_not_equal(e.after, digest);
	assert_null(e.failed);
	assert_true(starts_with(e.diff, "--- a/www.conf\n+++ b/www.conf\n@@ -51,8 +51,9 @@\n"));
	assert_non_null(strstr(e.diff, "\n-listen.group = www-data\n+listen.group = nginx\n ;listen.mode = 0660\n+listen.mode = 0660\n"));
}

static void test_pool_of_rhel(void **state)
{
	struct key_value change = {(char *)"listen.acl_users", (char *)"apache,nginx,www"};
	struct question q = fpm_question(&change, 1);
	char *after = NULL;
	size_t n = 0;
	struct error err;
	static const char before[] = "[www]\nuser = apache\nlisten = /x\nlisten.acl_users = apache,nginx\n";

	(void)state;
	assert_int_equal(edit_text(&q, before, strlen(before), &after, &n, &err), 0);
	assert_string_equal(after, "[www]\nuser = apache\nlisten = /x\nlisten.acl_users = apache,nginx,www\n");
	assert_int_equal(n, strlen(after));
	free(after);
}

static void test_any_byte_passes_the_wire(void **state)
{
	static const char before[] = "; \xff\xfe \\x41 \\ \033 \x7f \xe2\x80\xae \x01\r\n[www]\r\nlisten = /x\r\nlisten.group = \"g\" ; \xe9\r\n; \xc3";
	static const char after[] = "; \xff\xfe \\x41 \\ \033 \x7f \xe2\x80\xae \x01\r\n[www]\r\nlisten = /x\r\nlisten.group = \"n\" ; \xe9\r\n; \xc3";
	struct key_value change = {(char *)"listen.group", (char *)"n"};
	struct question q = fpm_question(&change, 1);
	AUTO_FREE char *got = NULL;
	struct error err;
	size_t n = 0;

	(void)state;
	if (edit_text(&q, before, strlen(before), &got, &n, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(got, after);
}

static void test_file_problems(void **state)
{
	struct key_value change = {(char *)"listen.group", (char *)"nginx"};
	struct question q = fpm_question(&change, 1);

	(void)state;
	unlinkat(world.root, "www.conf", 0);
	assert_failed(&q, "/www.conf");
	assert_int_equal(mkdirat(world.root, "www.conf", 0700), 0);
	assert_failed(&q, "/www.conf");
	assert_int_equal(unlinkat(world.root, "www.conf", AT_REMOVEDIR), 0);
	write_file("www.conf", "[www]\nlisten = /x\nno line\n");
	assert_failed(&q, "/www.conf: line 3: Augeas cannot read the text");
	write_file("www.conf", "[other]\nlisten = /x\n");
	assert_failed(&q, "/www.conf: the section does not stand in the text");
	q.format = (char *)"ini";
	assert_failed(&q, "cannot edit this format");
	q.section = NULL;
	q.format = (char *)"php-fpm";
	assert_failed(&q, "needs a section");
}

static void test_nul_in_text(void **state)
{
	struct key_value change = {(char *)"listen.group", (char *)"nginx"};
	struct question q = fpm_question(&change, 1);
	char *after = NULL;
	size_t n = 0;
	struct error err;

	(void)state;
	assert_int_equal(edit_text(&q, "[www]\n\n\0", 8, &after, &n, &err), -EINVAL);
	assert_string_equal(err.text, "line 3: a NUL byte");
	assert_null(after);
}

static void test_too_large(void **state)
{
	struct key_value change = {(char *)"listen.group", (char *)"nginx"};
	struct question q = fpm_question(&change, 1);

	(void)state;
	write_file("www.conf", "[www]\n");
	{
		AUTO_CLOSE int fd = openat(world.root, "www.conf", O_WRONLY | O_CLOEXEC);

		assert_int_equal(ftruncate(fd, (4 << 20) + 1), 0);
	}
	assert_failed(&q, "/www.conf");
}

/* Values that Augeas writes and PHP reads otherwise. */
static void test_value_that_php_would_misread(void **state)
{
	static const char *const values[] = {"a=b", "a b;c\"", "yes", "a|b", "${HOME}", "a!b", "'x", "$pool"};

	(void)state;
	write_file("www.conf", "[www]\nlisten = /x\nlisten.group = g\n");
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct key_value change = {(char *)"listen.group", (char *)(uintptr_t)values[i]};
		struct question q = fpm_question(&change, 1);
		AUTO_EDIT struct edit e;

		if (edit_answer(world.root, &q, &e) == 0)
			fail_msg("%s: %s", values[i], e.diff);
	}
}

static void test_hash_in_old_value(void **state)
{
	struct key_value change = {(char *)"listen.group", (char *)"nginx"};
	struct question q = fpm_question(&change, 1);

	(void)state;
	write_file("www.conf", "[www]\nlisten = /x\nlisten.group = g#h\n"); /* a comment for Augeas, a part of the value for PHP */
	assert_failed(&q, "would not read the changed file as it is meant");
}

static void test_nginx_splice(void **state)
{
	static const char before[] = "location / {\n\tfastcgi_pass unix:/run/a.sock; # c\n}\n";
	struct key_value change = {(char *)"fastcgi_pass", (char *)"unix:/run/b.sock"};
	struct question q = nginx_question(27, 16, &change);
	AUTO_EDIT struct edit e;

	(void)state;
	write_file("site", before);
	assert_int_equal(edit_answer(world.root, &q, &e), 0);
	assert_string_equal(e.diff, "--- a/site\n+++ b/site\n@@ -1,3 +1,3 @@\n location / {\n-\tfastcgi_pass unix:/run/a.sock; # c\n"
				    "+\tfastcgi_pass unix:/run/b.sock; # c\n }\n");
}

static void test_nginx_refuses_a_moved_range(void **state)
{
	static const uint64_t ranges[][2] = {{26, 16}, {27, 15}, {27, 17}, {0, 3}, {27, 0}, {27, 1000}, {1000, 1}, {UINT64_MAX, 2},
		{27, UINT64_MAX}, {14, 29}};
	struct key_value change = {(char *)"fastcgi_pass", (char *)"unix:/run/b.sock"};

	(void)state;
	write_file("site", "location / {\n\tfastcgi_pass unix:/run/a.sock; # c\n}\n");
	for (size_t i = 0; i < COUNT_OF(ranges); i++) {
		struct question q = nginx_question(ranges[i][0], ranges[i][1], &change);

		assert_failed(&q, "is not where it was");
	}
}

static void test_nginx_values(void **state)
{
	static const struct {
		const char *value, *written;
	} cases[] = {
		{"www-data", "www-data"}, {"unix:/a b", "\"unix:/a b\""}, {"a;b", "\"a;b\""}, {"a\"b\\c", "\"a\\\"b\\\\c\""}, {"{", "\"{\""},
		{"#a", "\"#a\""}, {"a'b", "\"a'b\""}, {"a\nb", "\"a\nb\""}, {"", NULL}, {"$x", NULL}, {"a${x}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *written = nginx_quote(cases[i].value);

		if (!streq(written, cases[i].written))
			fail_msg("%s: %s", cases[i].value, written);
	}
}

static void test_nginx_quoted_argument(void **state)
{
	static const char before[] = "user \"a b\" c;";
	struct key_value change = {(char *)"user", (char *)"www-data"}, none = {(char *)"user", NULL};
	struct question q = nginx_question(5, 5, &change), removal = nginx_question(5, 5, &none);
	char *after = NULL;
	size_t n = 0;
	struct error err;

	(void)state;
	assert_int_equal(edit_text(&q, before, strlen(before), &after, &n, &err), 0);
	assert_string_equal(after, "user www-data c;");
	free(after);
	assert_int_equal(edit_text(&removal, before, strlen(before), &after, &n, &err), -EINVAL);
}

/* --- the helper's place ------------------------------------------------------------------------------------------------ */

static void test_helper_missing(void **state)
{
	AUTO_FREE char *path = NULL;
	struct error err;

	(void)state;
	assert_int_equal(helper_path("nonesuch", &path, &err), -ENOENT);
	assert_string_equal(err.text, "the helper program permfix-nonesuch is not installed beside permfix");
}

static void test_helper_found(void **state)
{
	AUTO_FREE char *path = NULL, *expected = xasprintf("%s/permfix-augeas", world.dir);

	(void)state;
	assert_int_equal(helper_path("augeas", &path, NULL), 0);
	assert_string_equal(path, expected);
}

static void test_helper_that_others_can_write(void **state)
{
	AUTO_FREE char *fake = xasprintf("%s/permfix-fake", world.dir), *path = NULL;
	AUTO_CLOSE int fd = open(fake, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
	struct error err;
	int r;

	(void)state;
	fchmod(fd, 0777);
	r = helper_path("fake", &path, &err);
	unlink(fake);
	if (geteuid() != 0)
		skip();
	assert_int_equal(r, -EPERM);
	assert_non_null(strstr(err.text, "can be changed by others than root"));
}

static void test_helper_that_is_a_link(void **state)
{
	AUTO_FREE char *fake = xasprintf("%s/permfix-link", world.dir), *path = NULL;
	int r;

	(void)state;
	assert_int_equal(symlink("/bin/true", fake), 0);
	r = helper_path("link", &path, NULL);
	unlink(fake);
	assert_int_equal(r, -EPERM);
}

static void test_helper_that_fails(void **state)
{
	AUTO_FREE char *fake = xasprintf("%s/permfix-failing", world.dir);
	AUTO_SPAWN struct spawn_result result;
	struct error err;
	int fd = open(fake, O_CREAT | O_WRONLY | O_CLOEXEC, 0700), r;

	(void)state;
	assert_true(write(fd, "#!/bin/sh\necho broken >&2; exit 7\n", 34) == 34);
	close(fd);
	r = helper_run("failing", NULL, "", 0, 100, 10000, &result, &err);
	unlink(fake);
	assert_int_equal(r, -EIO);
	assert_string_equal(err.text, "permfix-failing ended with status 7: broken");
}

static int setup(void **state)
{
	ssize_t n = readlink("/proc/self/exe", world.dir, sizeof(world.dir) - 1);
	AUTO_FREE char *built = NULL, *beside = NULL;

	(void)state;
	if (n < 0)
		return -1;
	world.dir[n] = '\0';
	*strrchr(world.dir, '/') = '\0';
	built = xasprintf("%s/../permfix-augeas", world.dir);
	beside = xasprintf("%s/permfix-augeas", world.dir);
	unlink(beside);
	memcpy(world.tree, "/tmp/permfix-edit-XXXXXX", 25);
	if (link(built, beside) < 0 || !mkdtemp(world.tree))
		return -1;
	world.root = open(world.tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return world.root < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	AUTO_FREE char *beside = xasprintf("%s/permfix-augeas", world.dir);

	(void)state;
	unlink(beside);
	unlinkat(world.root, "www.conf", 0);
	unlinkat(world.root, "site", 0);
	close(world.root);
	return rmdir(world.tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stock_pool),
		cmocka_unit_test(test_pool_of_rhel),
		cmocka_unit_test(test_any_byte_passes_the_wire),
		cmocka_unit_test(test_file_problems),
		cmocka_unit_test(test_nul_in_text),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_value_that_php_would_misread),
		cmocka_unit_test(test_hash_in_old_value),
		cmocka_unit_test(test_nginx_splice),
		cmocka_unit_test(test_nginx_refuses_a_moved_range),
		cmocka_unit_test(test_nginx_values),
		cmocka_unit_test(test_nginx_quoted_argument),
		cmocka_unit_test(test_helper_missing),
		cmocka_unit_test(test_helper_found),
		cmocka_unit_test(test_helper_that_others_can_write),
		cmocka_unit_test(test_helper_that_is_a_link),
		cmocka_unit_test(test_helper_that_fails),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
