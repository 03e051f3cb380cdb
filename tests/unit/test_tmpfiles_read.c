/* SPDX-License-Identifier: MIT */
/* tmpfiles.d from a source in memory. */
#include "tests/unit/cases.h"
#include "tests/unit/fpm_source.h"

#include "base/cleanup.h"
#include "facts/tmpfiles_read.h"

#define A "/etc/tmpfiles.d/a.conf"

static const struct specifier_host host = {.boot = (char *)"BOOT"};

static char *read_files(const struct memory_file *files, size_t n, bool *incomplete)
{
	struct memory_source source = MEMORY_SOURCE(files, n);
	struct strings wanted = {0};
	struct tmpfiles out = {0};
	struct text found = {0};

	strings_add(&wanted, "/run");
	strings_add(&wanted, "/run/app");
	strings_add(&wanted, "/run/app/a.sock");
	assert_int_equal(tmpfiles_read(&source.source, &wanted, &host, &out, NULL), 0);
	for (size_t i = 0; i < out.n_lines; i++) {
		const struct tmpfiles_line *l = &out.lines[i];

		text_addf(&found, "%s %s %s %s %s %s @%s:%u\n", l->type, l->path, l->mode ? l->mode : "-", l->user ? l->user : "-",
			l->group ? l->group : "-", l->argument ? l->argument : "-", l->at.file, l->at.line);
	}
	for (size_t i = 0; i < out.n_problems; i++)
		text_addf(&found, "! %s:%u %s\n", out.problems[i].at.file, out.problems[i].at.line, out.problems[i].text);
	*incomplete = out.incomplete;
	shape_free(&tmpfiles_shape, &out);
	strings_free(&wanted);
	return text_steal(&found);
}

struct one {
	const char *name, *text, *says;
};
static const struct one ones[] = {
	{"all columns", "#c\n\n  d /run/app 750 app ~www - -\nD! /run/app ~0755 0 0 10d a b \n",
		"d /run/app 0750 app ~www - @" A ":3\nD! /run/app ~0755 0 0 a b @" A ":4\n"},
	{"columns left out", "d /run/app\nd /run/app - - -\n", "d /run/app - - - - @" A ":1\nd /run/app - - - - @" A ":2\n"},
	{"what is not asked for", "d /run/other 0755\nd /run/app/a.sock/b\nf /ru?\n", ""},
	{"patterns", "z /run/*/*.sock 0660 - www\nd /run/* 0700\nZ /run/a* - app\nz /*.sock 0666\n",
		"z /run/*/*.sock 0660 - www - @" A ":1\nZ /run/a* - app - - @" A ":3\n"},
	{"quotes, escapes, the legacy directory", "\"d\" '/var/run//app/' 0755\nd /run/\\x61pp\n",
		"d /run/app 0755 - - - @" A ":1\nd /run/app - - - - @" A ":2\n"},
	{"specifiers", "d %t/app - %u\nd /run/%b\nL /run/app - - - - %n\nd /run/%m\nd /var/%m\n",
		"d /run/app - root - - @" A ":1\nL /run/app - - - %n @" A ":3\n! " A ":4 what %m stands for is not known\n"},
	{"refused", "k /run/app\nd run/app\nd /run/app 9\nd \"/run/app\nd+ /run/app\n",
		"d+ /run/app - - - - @" A ":5\n"
		"! " A ":1 the type k is not known: systemd-tmpfiles passes over this line\n"
		"! " A ":2 no absolute path: systemd-tmpfiles passes over this line\n"
		"! " A ":3 the mode 9 is none: systemd-tmpfiles passes over this line\n"
		"! " A ":4 a quote that is not closed, or a broken escape: systemd-tmpfiles passes over this line\n"},
	{"only a type", "d\n", "! " A ":1 no absolute path: systemd-tmpfiles passes over this line\n"},
};

static void test_one(void **state)
{
	const struct one *c = *state;
	bool incomplete;
	AUTO_FREE char *found = read_files(&(struct memory_file){A, c->text}, 1, &incomplete);

	assert_string_equal(found, c->says);
	assert_false(incomplete);
}

/* By name, whatever the directory; the same name counts once, and a link to /dev/null is nothing. */
static void test_order(void **state)
{
	static const struct memory_file files[] = {
		{"/etc/tmpfiles.d/m.conf", "", .failed = EINVAL},
		{"/etc/tmpfiles.d/z.conf", "d /run/app 0001\n"},
		{"/run/tmpfiles.d/b.conf", "d /run/app 0002\nd /run 0003\n"},
		{"/usr/lib/tmpfiles.d/a.conf", "d /run/app 0004\n"},
		{"/usr/lib/tmpfiles.d/b.conf", "d /run/app 0005\n"},
		{"/usr/lib/tmpfiles.d/m.conf", "d /run/app 0006\n"},
		{"/usr/lib/tmpfiles.d/x.txt", "d /run/app 0007\n"},
	};
	bool incomplete;
	AUTO_FREE char *found = read_files(files, COUNT_OF(files), &incomplete);

	(void)state;
	assert_string_equal(found, "d /run/app 0004 - - - @/usr/lib/tmpfiles.d/a.conf:1\nd /run/app 0002 - - - @/run/tmpfiles.d/b.conf:1\n"
				   "d /run 0003 - - - @/run/tmpfiles.d/b.conf:2\nd /run/app 0001 - - - @/etc/tmpfiles.d/z.conf:1\n");
	assert_false(incomplete);
}

static void test_unreadable(void **state)
{
	static const struct memory_file files[] = {{"/etc/tmpfiles.d/a.conf", "", .failed = EACCES}};
	bool incomplete;
	AUTO_FREE char *found = read_files(files, 1, &incomplete);

	(void)state;
	assert_string_equal(found, "! " A ":0 could not be read: Permission denied\n");
	assert_true(incomplete);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_unreadable)};

	return RUN_CASES(ones, test_one) + cmocka_run_group_tests(tests, NULL, NULL);
}
