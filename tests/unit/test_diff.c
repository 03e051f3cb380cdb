/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diff.h"
#include "base/spawn.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <cmocka.h>

static char *diff_of(const char *before, const char *after)
{
	return diff_unified("/etc/x.conf", before, strlen(before), after, strlen(after));
}

static void test_equal(void **state)
{
	AUTO_FREE char *diff = diff_of("a\nb\n", "a\nb\n");

	(void)state;
	assert_string_equal(diff, "");
}

static void test_one_line(void **state)
{
	AUTO_FREE char *diff = diff_of("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\n9\n");

	(void)state;
	assert_string_equal(diff, "--- a/etc/x.conf\n+++ b/etc/x.conf\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n");
}

static void test_insert_at_ends(void **state)
{
	AUTO_FREE char *first = diff_of("a\n", "X\na\n"), *last = diff_of("a\n", "a\nX\n"), *all = diff_of("", "a\nb\n");

	(void)state;
	assert_string_equal(first, "--- a/etc/x.conf\n+++ b/etc/x.conf\n@@ -1 +1,2 @@\n+X\n a\n");
	assert_string_equal(last, "--- a/etc/x.conf\n+++ b/etc/x.conf\n@@ -1 +1,2 @@\n a\n+X\n");
	assert_string_equal(all, "--- a/etc/x.conf\n+++ b/etc/x.conf\n@@ -0,0 +1,2 @@\n+a\n+b\n");
}

static void test_no_final_newline(void **state)
{
	AUTO_FREE char *diff = diff_of("a\nb", "a\nc");

	(void)state;
	assert_string_equal(diff, "--- a/etc/x.conf\n+++ b/etc/x.conf\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n"
				  "+c\n\\ No newline at end of file\n");
}

static void test_near_changes_share_a_hunk(void **state)
{
	AUTO_FREE char *near = diff_of("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n");
	AUTO_FREE char *far = diff_of("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n");

	(void)state;
	assert_null(strstr(strstr(near, "@@ -") + 1, "@@ -"));
	assert_non_null(strstr(strstr(far, "@@ -") + 1, "@@ -6,4 +6,4 @@\n 5\n"));
}

static void test_names_are_quoted(void **state)
{
	AUTO_FREE char *blank = diff_unified("/a b", "", 0, "x\n", 2), *newline = diff_unified("/a\n\"b", "", 0, "x\n", 2);

	(void)state;
	assert_true(starts_with(blank, "--- a/a b\t\n+++ b/a b\t\n@@"));
	assert_true(starts_with(newline, "--- \"a/a\\012\\\"b\"\n"));
}

static char *random_text(unsigned *seed, bool final_newline)
{
	struct text t = {0};

	for (unsigned n = (unsigned)rand_r(seed) % 40; n > 0; n--)
		text_addf(&t, "%c%s", 'a' + rand_r(seed) % 5, n > 1 || final_newline ? "\n" : "");
	return text_steal(&t);
}

static void write_file(const char *path, const char *s)
{
	AUTO_FCLOSE FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(s, f);
}

static void patch_and_compare(const char *dir, const char *before, const char *after)
{
	AUTO_FREE char *diff = diff_of(before, after), *file = xasprintf("%s/etc/x.conf", dir);
	const char *const argv[] = {"patch", "-s", "-p1", "-d", dir, NULL};
	const char *const read[] = {"cat", file, NULL};
	AUTO_SPAWN struct spawn_result patch, cat;

	write_file(file, before);
	assert_int_equal(spawn_run(&(struct spawn){"/usr/bin/patch", argv, diff, strlen(diff), 4096, 10000}, &patch, NULL), 0);
	if (patch.status != 0)
		print_message("%s%s\n[%s]\n[%s]\n%s", patch.out, patch.err, before, after, diff);
	assert_int_equal(patch.status, 0);
	if (*after == '\0') /* patch removes a file that became empty */
		return;
	assert_int_equal(spawn_run(&(struct spawn){"/bin/cat", read, NULL, 0, 1 << 20, 10000}, &cat, NULL), 0);
	assert_string_equal(cat.out, after);
}

static void test_patch_applies_it(void **state)
{
	char dir[] = "/tmp/permfix-diff-XXXXXX";
	AUTO_FREE char *etc = NULL, *file = NULL;
	unsigned seed = 1;

	(void)state;
	if (access("/usr/bin/patch", X_OK) < 0)
		skip();
	assert_non_null(mkdtemp(dir));
	etc = xasprintf("%s/etc", dir);
	file = xasprintf("%s/x.conf", etc);
	assert_int_equal(mkdir(etc, 0700), 0);
	for (int i = 0; i < 150; i++) {
		AUTO_FREE char *before = random_text(&seed, i % 3 != 0), *after = random_text(&seed, i % 5 != 0);

		patch_and_compare(dir, before, after);
	}
	unlink(file);
	rmdir(etc);
	rmdir(dir);
}

static void test_large_difference_is_bounded(void **state)
{
	struct text before = {0}, after = {0};
	AUTO_FREE char *diff = NULL;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		text_addf(&before, "b%d\n", i);
		text_addf(&after, "a%d\n", i);
	}
	diff = diff_unified("x", before.bytes, before.size, after.bytes, after.size);
	assert_non_null(strstr(diff, "@@ -1,20000 +1,20000 @@\n-b0\n"));
	text_free(&before);
	text_free(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_insert_at_ends),
		cmocka_unit_test(test_no_final_newline),
		cmocka_unit_test(test_near_changes_share_a_hunk),
		cmocka_unit_test(test_names_are_quoted),
		cmocka_unit_test(test_patch_applies_it),
		cmocka_unit_test(test_large_difference_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
