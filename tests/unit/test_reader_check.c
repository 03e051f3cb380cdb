/* SPDX-License-Identifier: MIT */
/* What a child that was taken over might send of units and tmpfiles.d. */
#include "tests/unit/cases.h"

#include "facts/reader_check.h"

#include <errno.h>

#define OK  {.key = (char *)"Socket.SocketMode", .value = (char *)"0660", .file = (char *)"/served", .line = 1}

struct one {
	const char *name;
	struct unit unit;
	struct setting setting;
	int says;
};

static const struct one ones[] = {
	{"as it should be", {0}, OK, 0},
	{"a fragment that is refused", {.load = (char *)"error"}, OK, 0},
	{"another state", {.load = (char *)"loaded"}, OK, -EPROTO},
	{"a name", {.name = (char *)"a.service"}, OK, -EPROTO},
	{"a process", {.pid = 1}, OK, -EPROTO},
	{"at boot", {.at_boot = (char *)"yes"}, OK, -EPROTO},
	{"a key that is not kept", {0}, {.key = (char *)"Service.Environment", .value = (char *)"a", .file = (char *)"/served"}, -EPROTO},
	{"no value", {0}, {.key = (char *)"Service.User", .file = (char *)"/served"}, -EPROTO},
	{"no file", {0}, {.key = (char *)"Service.User", .value = (char *)"a"}, -EPROTO},
	{"a file that was not served", {0}, {.key = (char *)"Service.User", .value = (char *)"a", .file = (char *)"/etc/shadow"}, -EPROTO},
};

static void test_unit(void **state)
{
	const struct one *c = *state;
	struct setting setting = c->setting;
	struct unit unit = c->unit;
	struct string_index served = {0};

	unit.settings = &setting;
	unit.n_settings = 1;
	string_index_put(&served, "/served", 1);
	assert_int_equal(check_unit(&unit, &served, NULL), c->says);
	string_index_free(&served);
}

static void test_tmpfiles(void **state)
{
	static const struct {
		struct tmpfiles_line line;
		int says;
	} cases[] = {
		{{.type = (char *)"d", .path = (char *)"/run", .at = {(char *)"/served", 1}}, 0},
		{{.type = (char *)"", .path = (char *)"/run", .at = {(char *)"/served", 1}}, -EPROTO},
		{{.type = (char *)"d", .path = (char *)"run", .at = {(char *)"/served", 1}}, -EPROTO},
		{{.type = (char *)"d", .path = (char *)"/run", .at = {(char *)"/other", 1}}, -EPROTO},
		{{.type = (char *)"d", .path = (char *)"/run"}, -EPROTO},
	};
	struct string_index served = {0};

	(void)state;
	string_index_put(&served, "/served", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tmpfiles_line line = cases[i].line;
		struct tmpfiles t = {.lines = &line, .n_lines = 1};

		assert_int_equal(check_tmpfiles(&t, &served, NULL), cases[i].says);
	}
	string_index_free(&served);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_tmpfiles)};

	return RUN_CASES(ones, test_unit) + cmocka_run_group_tests(tests, NULL, NULL);
}
