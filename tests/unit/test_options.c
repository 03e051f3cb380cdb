/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "cli/options.h"
#include "cli/suggest.h"

enum { MOST = 12 };

static int parse(struct invocation *in, struct error *err, const char *const words[])
{
	char *argv[MOST + 2] = {(char *)"permfix"};
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	return options_parse(argc, argv, in, err);
}
#define PARSE(in, err, ...) parse(in, err, (const char *const[]){__VA_ARGS__, NULL})

static void every_form(void **state)
{
	AUTO_INVOCATION struct invocation in = {0};
	struct error err;

	(void)state;
	assert_int_equal(PARSE(&in, &err, "plan", "--out=f=1", "--root", "-d", "--log", "a", "unix:/p", "--log=b", "--no-probe", "--",
				 "--tighten", "-"), 0);
	assert_int_equal(in.command, COMMAND_PLAN);
	assert_string_equal(in.out, "f=1");
	assert_string_equal(in.root, "-d");
	assert_int_equal(in.logs.n, 2);
	assert_string_equal(in.logs.items[1], "b");
	assert_true(in.no_probe);
	assert_false(in.tighten);
	assert_int_equal(in.arguments.n, 3);
	assert_string_equal(in.arguments.items[1], "--tighten");
	assert_string_equal(in.arguments.items[2], "-");
}

static void format_words(void **state)
{
	static const struct {
		const char *word, *format;
	} cases[] = {{"--json", "json"}, {"--format=sh", "sh"}, {"--format=text", "text"}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_INVOCATION struct invocation in = {0};
		struct error err;

		assert_int_equal(PARSE(&in, &err, "plan", cases[i].word), 0);
		assert_string_equal(in.format, cases[i].format);
	}
}

static void color_takes_its_word_in_both_forms(void **state)
{
	static const struct {
		const char *words[4], *color;
		size_t targets;
	} cases[] = {
		{{"plan", "--color"}, "always", 0},
		{{"plan", "--color=never"}, "never", 0},
		{{"plan", "--color", "never"}, "never", 0},
		{{"plan", "--color", "example.com"}, "always", 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_INVOCATION struct invocation in = {0};
		struct error err;

		assert_int_equal(parse(&in, &err, cases[i].words), 0);
		assert_string_equal(in.color, cases[i].color);
		assert_int_equal(in.arguments.n, cases[i].targets);
	}
}

static void wrong_usage_is_named(void **state)
{
	static const struct {
		const char *words[6], *text;
	} cases[] = {
		{{NULL}, "no command was given"},
		{{"plna"}, "unknown command 'plna'; did you mean 'plan'?"},
		{{"wibble"}, "unknown command 'wibble'"},
		{{""}, "unknown command ''"},
		{{"confirm"}, "permfix 0.1.0 has no command 'confirm' yet"},
		{{"apply", "--confirm-within", "60"}, "permfix 0.1.0 has no option '--confirm-within' yet"},
		{{"apply", "--validate-wit", "p"}, "unknown option '--validate-wit'; did you mean '--validate-with'?"},
		{{"rollback", "one", "two"}, "'two' is one argument too many for 'rollback'"},
		{{"history", "one"}, "'one' is one argument too many for 'history'"},
		{{"heal", "--quiet"}, "permfix 0.1.0 has no command 'heal' yet"},
		{{"plan", "--fromat", "json"}, "unknown option '--fromat'; did you mean '--format'?"},
		{{"plan", "--tightn=x"}, "unknown option '--tightn=x'; did you mean '--tighten'?"},
		{{"plan", "--form", "json"}, "unknown option '--form'; did you mean '--format'?"},
		{{"plan", "-x"}, "unknown option '-x'"},
		{{"plan", "--yes"}, "unknown option '--yes'"},
		{{"plan", "--\033[2J"}, "unknown option '--\\x1b[2J'"},
		{{"plan", "--out"}, "option '--out' needs a FILE"},
		{{"plan", "--out="}, "option '--out' needs a FILE that is not empty"},
		{{"plan", "--tighten=yes"}, "option '--tighten' takes no argument"},
		{{"plan", "--format=xml"}, "'xml' is no FORMAT for '--format': it is one of text, json or sh"},
		{{"plan", "--color=red"}, "'red' is no WHEN for '--color': it is one of always, auto or never"},
		{{"plan", "--json", "--format", "text"}, "'--json' and '--format' cannot go together"},
		{{"plan", "--format", "text", "--json"}, "'--json' and '--format' cannot go together"},
		{{"plan", "--facts", "f", "--root=d"}, "'--root' and '--facts' cannot go together"},
		{{"plan", "--facts", "f", "--worker=u"}, "'--facts' and '--worker' cannot go together"},
		{{"facts", "unix:/p"}, "'unix:/p' is one argument too many for 'facts'"},
		{{"facts", "--json"}, "unknown option '--json'"},
		{{"help", "a", "b"}, "'b' is one argument too many for 'help'"},
		{{"--verison"}, "unknown option '--verison'; did you mean '--version'?"},
		{{"--"}, "no command was given"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_INVOCATION struct invocation in = {0};
		struct error err = {0};

		assert_true(parse(&in, &err, cases[i].words) < 0);
		assert_string_equal(err.text, cases[i].text);
	}
}

static void no_arguments_at_all(void **state)
{
	AUTO_INVOCATION struct invocation in = {0};
	char *argv[] = {NULL};
	struct error err;

	(void)state;
	assert_true(options_parse(0, argv, &in, &err) < 0);
	assert_string_equal(err.text, "no command was given");
}

static void alone(void **state)
{
	AUTO_INVOCATION struct invocation version = {0}, help = {0}, topic = {0};
	struct error err;

	(void)state;
	assert_int_equal(PARSE(&version, &err, "--version"), 0);
	assert_true(version.version);
	assert_int_equal(PARSE(&help, &err, "--help"), 0);
	assert_int_equal(help.command, COMMAND_HELP);
	assert_int_equal(PARSE(&topic, &err, "facts", "--help"), 0);
	assert_true(topic.help && topic.command == COMMAND_FACTS);
}

/* What the table says must make sense: stored where the kind says, words with an argument, conflicts with options that are there. */
static void the_table_is_sound(void **state)
{
	(void)state;
	for (size_t c = 0; c < COMMAND_COUNT; c++) {
		assert_ptr_equal(command_find(commands[c].word), &commands[c]);
		assert_false(command_is_later(commands[c].word));
		for (size_t i = 0; i < commands[c].n_options; i++) {
			const struct option *o = &commands[c].options[i];
			bool found = !o->excludes;

			assert_true((o->kind == OPTION_STRING || o->kind == OPTION_LIST) == (o->argument != NULL));
			assert_true(o->kind != OPTION_SET || o->fixed);
			assert_false(ends_with(o->help, "."));
			for (size_t k = 0; k < commands[c].n_options; k++)
				found = found || streq(o->excludes, commands[c].options[k].name);
			assert_true(found);
		}
	}
}

static void synopsis(void **state)
{
	AUTO_STRINGS struct strings words = {0};
	AUTO_TEXT struct text line = {0};

	(void)state;
	command_synopsis(&commands[COMMAND_PLAN], &words);
	for (size_t i = 0; i < words.n; i++)
		text_addf(&line, "%s%s", i ? " " : "", words.items[i]);
	assert_string_equal(line.bytes, "permfix plan [--json | --format text|json|sh] [--out FILE] [--tighten] [--no-probe] "
					"[--root DIR | --facts FILE] [--worker USER] [--log FILE]... "
					"[--color[=always|auto|never]] [--help] [TARGET]...");
}

static void distances(void **state)
{
	char longest[40];

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(edit_distance("plan", "plan"), 0);
	assert_int_equal(edit_distance("plna", "plan"), 1);
	assert_int_equal(edit_distance("", "abc"), 3);
	assert_int_equal(edit_distance("facts", "fact"), 1);
	assert_true(edit_distance(longest, "plan") > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form), cmocka_unit_test(format_words), cmocka_unit_test(color_takes_its_word_in_both_forms),
		cmocka_unit_test(wrong_usage_is_named), cmocka_unit_test(no_arguments_at_all), cmocka_unit_test(alone),
		cmocka_unit_test(the_table_is_sound), cmocka_unit_test(synopsis), cmocka_unit_test(distances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
