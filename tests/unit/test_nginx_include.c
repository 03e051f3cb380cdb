/* SPDX-License-Identifier: MIT */
/* Includes: patterns, order, loops, bounds, and that a snippet is read once. */
#include "tests/unit/cases.h"

#include "base/cleanup.h"
#include "facts/nginx_read.h"
#include "tests/unit/nginx_source.h"
#include "tests/unit/nginx_summary.h"

#define FILES_MAX 8

struct include_case {
	const char *name;
	struct memory_file files[FILES_MAX]; /* the first is the main one */
	const char *expected;                /* as nginx_summary, then the files that were read */
};

static char *read_files(const struct memory_file *files, const char *conf, size_t *served)
{
	struct memory_source m = {.source.files = memory_files, .files = files};
	struct nginx out = {0};
	struct error err = {0};
	struct text t = {0};
	AUTO_FREE char *summary = NULL;

	assert_int_equal(nginx_read(&m.source, conf, "/p", &out, &err), 0);
	summary = nginx_summary(&out);
	text_add(&t, summary);
	for (size_t i = 0; i < out.n_files; i++)
		text_addf(&t, "%s ", out.files[i].path);
	if (served)
		*served = m.served;
	shape_free(&nginx_shape, &out);
	return text_steal(&t);
}

static void test_include(void **state)
{
	const struct include_case *c = *state;
	AUTO_FREE char *found = read_files(c->files, c->files[0].path, NULL);

	assert_string_equal(found, c->expected);
}

static const struct include_case include_cases[] = {
	{"relative to the main file, not to the prefix", {{"/n/c", "include a;"}, {"/n/a", "scgi_pass unix:/a;"}, {"/p/a", "scgi_pass unix:/b;"}},
		"/n/a:1 scgi_pass unix:/a\n/n/c /n/a "},
	{"relative to the main file also from a file elsewhere",
		{{"/n/c", "include d/a;"}, {"/n/b", "scgi_pass unix:/b;"}, {"/n/d/a", "include b;"}, {"/n/d/b", "scgi_pass unix:/no;"}},
		"/n/b:1 scgi_pass unix:/b\n/n/c /n/d/a /n/b "},
	{"pattern, sorted", {{"/n/c", "include s/*.conf;"}, {"/n/s/a.conf", "scgi_pass unix:/a;"}, {"/n/s/b.conf", "scgi_pass unix:/b;"}, {"/n/s/c.off", "x"}},
		"/n/s/a.conf:1 scgi_pass unix:/a\n/n/s/b.conf:1 scgi_pass unix:/b\n/n/c /n/s/a.conf /n/s/b.conf "},
	{"pattern without match is no problem", {{"/n/c", "include s/*;user u;"}}, "user u -\n/n/c "},
	{"missing file", {{"/n/c", "\ninclude a;scgi_pass unix:/c;"}}, "/n/c:2 scgi_pass unix:/c\n! /n/c:2 /n/a: No such file or directory\n/n/c "},
	{"unreadable file", {{"/n/c", "include s/*;"}, {"/n/s/a", NULL, 0, EACCES}, {"/n/s/b", "scgi_pass unix:/b;"}},
		"/n/s/b:1 scgi_pass unix:/b\n! /n/c:1 /n/s/a: Permission denied\n/n/c /n/s/b "},
	{"missing main file", {{"/n/d", ""}, {0}}, "/n/d "},
	{"user in an include", {{"/n/c", "include a;"}, {"/n/a", "\nuser u g;"}}, "user u g\n/n/c /n/a "},
	{"user in an include of http is none", {{"/n/c", "http{include a;}"}, {"/n/a", "user u;"}}, "/n/c /n/a "},
	{"in the middle of a server and of an upstream",
		{{"/n/c", "http{upstream u{include u;}server{include s;}}"}, {"/n/s", "location /{scgi_pass u;}"}, {"/n/u", "\nserver unix:/a;"}},
		"/n/s:1 scgi_pass unix:/a via u at /n/u:2 s0\n/n/c /n/u /n/s "},
	{"in a map", {{"/n/c", "http{map $x $y{include m;default unix:/b;}server{location /{scgi_pass $y;}}}"}, {"/n/m", "a unix:/a;\nserver unix:/s;"}},
		"/n/c:1 scgi_pass unix:/a s0\n/n/c:1 scgi_pass unix:/s s0\n/n/c:1 scgi_pass unix:/b s0\n/n/c /n/m "},
	{"snippet with a pass, in two servers", {{"/n/c", "http{server{include p;}server{include p;}}"}, {"/n/p", "location /{scgi_pass unix:/a;}"}},
		"/n/p:1 scgi_pass unix:/a s0\n/n/p:1 scgi_pass unix:/a s1\n/n/c /n/p "},
	{"snippet with a variable of each server",
		{{"/n/c", "http{server{set $s /a;include p;}server{set $s /b;include p;}}"}, {"/n/p", "location /{scgi_pass unix:$s;}"}},
		"/n/p:1 scgi_pass unix:/a s0\n/n/p:1 scgi_pass unix:/b s1\n/n/c /n/p "},
	{"a file that breaks off: the others stand",
		{{"/n/c", "http{include s/*;}"}, {"/n/s/a", "server{location /{scgi_pass unix:/a;}\nroot \"x;}"}, {"/n/s/b", "server{location /{scgi_pass unix:/b;}}"}},
		"/n/s/a:1 scgi_pass unix:/a s0\n/n/s/b:1 scgi_pass unix:/b s1\n"
		"! /n/s/a:2 unexpected end of file, the quote \" that begins here is not closed\n/n/c /n/s/a /n/s/b "},
	{"a block does not reach over the end of an include", {{"/n/c", "http{include s;\nscgi_pass unix:/c;}"}, {"/n/s", "server{"}},
		"/n/c:2 scgi_pass unix:/c\n! /n/s:1 unexpected end of file, expecting \"}\"\n/n/c /n/s "},
	{"loop through itself", {{"/n/c", "scgi_pass unix:/a;\ninclude c;"}}, "/n/c:1 scgi_pass unix:/a\n! /n/c:2 /n/c: an include loop: these files are being read already\n/n/c "},
	{"loop through another", {{"/n/c", "include a;"}, {"/n/a", "\ninclude c;scgi_pass unix:/a;"}},
		"/n/a:2 scgi_pass unix:/a\n! /n/a:2 /n/c: an include loop: these files are being read already\n/n/c /n/a "},
	{"loop through a pattern", {{"/n/c", "include s/*;"}, {"/n/s/a", "include s/*;"}, {"/n/s/b", "scgi_pass unix:/b;"}},
		"/n/s/b:1 scgi_pass unix:/b\n! /n/s/a:1 /n/s/*: an include loop: these files are being read already\n/n/c /n/s/a /n/s/b "},
	{"loop through another spelling", {{"/n/c", "include s/*;"}, {"/n/s/a", "include s/a*;scgi_pass unix:/a;"}},
		"/n/s/a:1 scgi_pass unix:/a\n! /n/s/a:1 /n/s/a: an include loop: the file is being read already\n/n/c /n/s/a "},
	{"include without argument", {{"/n/c", "include;\nuser u;"}}, "user u -\n! /n/c:1 invalid number of arguments in \"include\" directive\n/n/c "},
	{"quoted name", {{"/n/c", "include \"a b\";"}, {"/n/a b", "user u;"}}, "user u -\n/n/c /n/a b "},
};

static void test_missing_main(void **state)
{
	static const struct memory_file none[] = {{0}};
	AUTO_FREE char *found = read_files(none, "/n/c", NULL);

	(void)state;
	assert_string_equal(found, "! /n/c:0 /n/c: No such file or directory\n");
}

static void test_conf_relative_to_prefix(void **state)
{
	static const struct memory_file files[] = {{"/p/d/c", "include a;"}, {"/p/d/a", "user u;"}, {0}};
	AUTO_FREE char *found = read_files(files, "d/c", NULL);

	(void)state;
	assert_string_equal(found, "user u -\n/p/d/c /p/d/a ");
}

static void test_source_gone(void **state)
{
	static const struct memory_file none[] = {{0}};
	struct memory_source m = {.source.files = memory_files, .files = none, .gone = EPIPE};
	struct nginx out = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(nginx_read(&m.source, "/n/c", "/n", &out, &err), -EPIPE);
	assert_string_equal(err.text, "the source: Broken pipe");
	shape_free(&nginx_shape, &out);
}

/* The main file and the snippet, whatever the number of servers. */
static void test_snippet_is_read_once(void **state)
{
	AUTO_TEXT struct text t = {0};
	struct memory_file files[] = {{"/n/c"}, {"/n/p", "location /{scgi_pass unix:/a;}"}, {0}};
	AUTO_FREE char *found = NULL;
	size_t served = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		text_add(&t, "server{include p;}\n");
	files[0].bytes = t.bytes;
	found = read_files(files, "/n/c", &served);
	assert_int_equal(served, 2);
	assert_non_null(strstr(found, "/n/p:1 scgi_pass unix:/a s999\n"));
}

static void test_depth(void **state)
{
	struct memory_file files[101] = {0};
	AUTO_STRINGS struct strings made = {0};
	AUTO_FREE char *found = NULL;

	(void)state;
	for (int i = 0; i < 100; i++) {
		strings_addf(&made, "/n/%d", i);
		strings_addf(&made, "include %d;", i + 1);
	}
	for (int i = 0; i < 100; i++)
		files[i] = (struct memory_file){made.items[2 * i], made.items[2 * i + 1]};
	found = read_files(files, "/n/0", NULL);
	assert_non_null(strstr(found, "! /n/63:1 /n/64: includes nested too deep: left out\n"));
}

/* Each level includes the next one twice: 2^60 files, were there no bound. */
static void test_explosion(void **state)
{
	struct memory_file files[61] = {0};
	AUTO_STRINGS struct strings made = {0};
	AUTO_FREE char *found = NULL;

	(void)state;
	for (int i = 0; i < 60; i++) {
		strings_addf(&made, "/n/%d", i);
		strings_addf(&made, "include %d;include %d;", i + 1, i + 1);
	}
	for (int i = 0; i < 60; i++)
		files[i] = (struct memory_file){made.items[2 * i], made.items[2 * i + 1]};
	found = read_files(files, "/n/0", NULL);
	assert_non_null(strstr(found, "too many includes: left out"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing_main),
		cmocka_unit_test(test_conf_relative_to_prefix),
		cmocka_unit_test(test_source_gone),
		cmocka_unit_test(test_snippet_is_read_once),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_explosion),
	};

	return RUN_CASES(include_cases, test_include) + cmocka_run_group_tests_name("include", tests, NULL, NULL);
}
