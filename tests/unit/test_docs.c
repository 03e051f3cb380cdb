/* SPDX-License-Identifier: MIT */
/* Help, man pages and completions say what the table says, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/docs.h"
#include "cli/in_file.h"
#include "cli/render.h"

#include <ctype.h>

static const char *const pages[] = {"permfix.8", "permfix-plan.5"};

static char *made_page(const char *name)
{
	AUTO_FREE char *path = xasprintf("agent/cli/man/%s", name);
	AUTO_TEXT struct text prose = {0};
	struct text out = {0};
	struct error err = {0};

	assert_int_equal(in_file_read(path, &prose, &err), 0);
	if (docs_man(prose.bytes, &out, &err) < 0)
		fail_msg("%s: %s", path, err.text);
	return text_steal(&out);
}

/* As a reader sees it: \- is a hyphen. */
static char *plain(char *roff)
{
	char *to = roff;

	for (const char *from = roff; *from; from++)
		if (*from != '\\' || from[1] != '-')
			*to++ = *from;
	*to = '\0';
	return roff;
}

static bool is_option(const char *name, size_t n)
{
	for (size_t i = 0; i < n_lone_options; i++)
		if (strlen(lone_options[i].name) == n && strncmp(lone_options[i].name, name, n) == 0)
			return true;
	for (size_t c = 0; c < COMMAND_COUNT; c++)
		for (size_t i = 0; i < commands[c].n_options; i++)
			if (strlen(commands[c].options[i].name) == n && strncmp(commands[c].options[i].name, name, n) == 0)
				return true;
	return false;
}

/* Every --word in a text is an option of the table. */
static void assert_no_other_options(const char *where, const char *text)
{
	for (const char *p = text; (p = strstr(p, "--"));) {
		size_t n = 0;

		p += 2;
		while (islower((unsigned char)p[n]) || (p[n] == '-' && islower((unsigned char)p[n + 1])))
			n++;
		if (n && !is_option(p, n))
			fail_msg("%s names an option '--%.*s' that is not there", where, (int)n, p);
		p += n;
	}
}

static void assert_has(const char *where, const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("%s does not have '%s'", where, what);
}

static void help_and_table_agree(void **state)
{
	(void)state;
	for (size_t c = 0; c < COMMAND_COUNT; c++) {
		AUTO_REPLY struct reply reply = {0};

		help_command(&commands[c], &reply);
		assert_no_other_options(commands[c].word, reply.out.bytes);
		for (size_t i = 0; i < commands[c].n_options; i++) {
			AUTO_FREE char *usage = option_usage(&commands[c].options[i]);
			AUTO_FREE char *line = xasprintf("\n  %s\n", usage);

			assert_has(commands[c].word, reply.out.bytes, line);
		}
	}
}

static void help_keeps_the_width(void **state)
{
	(void)state;
	for (size_t c = 0; c <= COMMAND_COUNT; c++) {
		AUTO_REPLY struct reply reply = {0};
		struct invocation none = {0};

		if (c < COMMAND_COUNT)
			help_command(&commands[c], &reply);
		else
			cmd_help(&none, &reply);
		for (char *line = reply.out.bytes, *end; *line; line = end + 1) {
			end = strchr(line, '\n');
			*end = '\0';
			if (text_width(line) > PAGE_WIDTH)
				fail_msg("%zu columns: %s", text_width(line), line);
		}
	}
}

static void man_page_and_table_agree(void **state)
{
	AUTO_FREE char *page = plain(made_page("permfix.8"));

	(void)state;
	assert_no_other_options("permfix.8", page);
	assert_null(strchr(page, '@'));
	for (size_t c = 0; c < COMMAND_COUNT; c++) {
		for (size_t i = 0; i < commands[c].n_options; i++) {
			AUTO_FREE char *usage = option_usage(&commands[c].options[i]);
			AUTO_FREE char *line = xasprintf("\n.B %s\n%s.\n", usage, commands[c].options[i].help);

			if (c != COMMAND_HELP)
				assert_has("permfix.8", page, line);
		}
	}
#define CAUSE(id, word, meaning) assert_has("permfix.8", page, "\n.B " word "\n" meaning ".\n");
#include "diagnose/causes.def"
#undef CAUSE
#define EXIT_CODE(id, code, meaning) assert_has("permfix.8", page, "\n.B " #code "\n" meaning ".\n");
#include "cli/exits.def"
#undef EXIT_CODE
}

static void plan_page_names_every_member(void **state)
{
	static const struct shape *const shapes[] = {&plan_shape, &step_shape};
	AUTO_FREE char *page = plain(made_page("permfix-plan.5"));

	(void)state;
	assert_no_other_options("permfix-plan.5", page);
	for (size_t s = 0; s < COUNT_OF(shapes); s++)
		for (size_t i = 0; i < shapes[s]->n; i++)
			assert_has("permfix-plan.5", page, shapes[s]->fields[i].name);
#define STEP(id, word) assert_has("permfix-plan.5", page, ".B " word "\n");
#include "plan/steps.def"
#undef STEP
}

static void an_unknown_list_is_an_error(void **state)
{
	AUTO_TEXT struct text out = {0};
	struct error err = {0};

	(void)state;
	assert_true(docs_man("@NONSENSE@\n", &out, &err) < 0);
	assert_string_equal(err.text, "no list 'NONSENSE'");
	assert_true(docs_man("@OPTIONS heal@\n", &out, &err) < 0);
}

static void completions_and_table_agree(void **state)
{
	static const struct {
		const char *name;
		void (*make)(struct text *out);
	} shells[] = {{"bash", docs_bash}, {"zsh", docs_zsh}, {"fish", docs_fish}};

	(void)state;
	for (size_t s = 0; s < COUNT_OF(shells); s++) {
		AUTO_TEXT struct text out = {0};

		shells[s].make(&out);
		assert_no_other_options(shells[s].name, out.bytes);
		for (size_t c = 0; c < COMMAND_COUNT; c++) {
			assert_has(shells[s].name, out.bytes, commands[c].word);
			for (size_t i = 0; i < commands[c].n_options; i++) {
				AUTO_FREE char *fish = xasprintf("-l %s ", commands[c].options[i].name);
				AUTO_FREE char *other = xasprintf("--%s", commands[c].options[i].name);

				assert_has(shells[s].name, out.bytes, shells[s].make == docs_fish ? fish : other);
			}
		}
	}
}

/* The built files are those of this table: a page that was not made anew would tell yesterday's options. */
static void built_files_are_current(void **state)
{
	static const struct {
		const char *path;
		void (*make)(struct text *out);
	} files[] = {
		{"build/completions/permfix.bash", docs_bash},
		{"build/completions/permfix.zsh", docs_zsh},
		{"build/completions/permfix.fish", docs_fish},
	};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		AUTO_TEXT struct text built = {0}, made = {0};

		assert_int_equal(in_file_read(files[i].path, &built, &err), 0);
		files[i].make(&made);
		assert_string_equal(built.bytes, made.bytes);
	}
	for (size_t i = 0; i < COUNT_OF(pages); i++) {
		AUTO_FREE char *path = xasprintf("build/man/%s", pages[i]), *made = made_page(pages[i]);
		AUTO_TEXT struct text built = {0};

		assert_int_equal(in_file_read(path, &built, &err), 0);
		assert_string_equal(built.bytes, made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_and_table_agree), cmocka_unit_test(help_keeps_the_width),
		cmocka_unit_test(man_page_and_table_agree), cmocka_unit_test(plan_page_names_every_member),
		cmocka_unit_test(an_unknown_list_is_an_error), cmocka_unit_test(completions_and_table_agree),
		cmocka_unit_test(built_files_are_current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
