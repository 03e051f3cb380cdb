/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/docs.h"
#include "cli/options.h"
#include "cli/reply.h"

#include <errno.h>

struct entry {
	const char *name, *text;
};

static const struct entry causes[] = {
#define CAUSE(id, word, meaning) {word, meaning},
#include "diagnose/causes.def"
#undef CAUSE
};
static const struct entry steps[] = {
#define STEP(id, word) {word, NULL},
#include "plan/steps.def"
#undef STEP
};
static const struct entry exits[] = {
#define EXIT_CODE(id, code, meaning) {#code, meaning},
#include "cli/exits.def"
#undef EXIT_CODE
};

/* Plain text for troff: no escapes, and a hyphen that can be copied. */
static void add_roff(struct text *out, const char *s)
{
	if (*s == '.' || *s == '\'')
		text_add(out, "\\&");
	for (; *s; s++) {
		if (*s == '\\')
			text_add(out, "\\e");
		else if (*s == '-')
			text_add(out, "\\-");
		else
			text_add_char(out, *s);
	}
}

static void add_entry(struct text *out, const char *name, const char *text)
{
	text_add(out, ".TP\n.B ");
	add_roff(out, name);
	text_add(out, "\n");
	if (text) {
		add_roff(out, text);
		text_add(out, ".\n");
	}
}

static void add_entries(struct text *out, const struct entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_entry(out, entries[i].name, entries[i].text);
}

static void add_words(struct text *out, const struct entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		text_add(out, ".B ");
		add_roff(out, entries[i].name);
		text_add(out, "\n");
	}
}

static void add_synopsis(struct text *out, const struct command *command)
{
	AUTO_STRINGS struct strings words = {0};

	command_synopsis(command, &words);
	text_add(out, ".HP\n");
	for (size_t i = 0; i < words.n; i++) {
		text_add(out, i ? "" : ".B ");
		add_roff(out, words.items[i]);
		text_add(out, "\n");
	}
}

static int add_options(struct text *out, const char *word, struct error *err)
{
	const struct command *command = command_find(word);

	if (!command)
		return error_set(err, EINVAL, "no command '%s'", word);
	for (size_t i = 0; i < command->n_options; i++) {
		AUTO_FREE char *usage = option_usage(&command->options[i]);

		add_entry(out, usage, command->options[i].help);
	}
	return 0;
}

static void add_commands(struct text *out)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		AUTO_FREE char *text = xasprintf("%s. %.*s", commands[i].summary, (int)strlen(commands[i].about) - 1, commands[i].about);

		add_entry(out, commands[i].word, text);
	}
	for (size_t i = 0; i < n_lone_options; i++) {
		AUTO_FREE char *usage = option_usage(&lone_options[i]);

		add_entry(out, usage, lone_options[i].help);
	}
}

static void add_all_synopses(struct text *out)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		add_synopsis(out, &commands[i]);
}

static int add_list(struct text *out, const char *name, struct error *err)
{
	if (starts_with(name, "OPTIONS "))
		return add_options(out, name + strlen("OPTIONS "), err);
	if (streq(name, "COMMANDS"))
		add_commands(out);
	else if (streq(name, "SYNOPSIS"))
		add_all_synopses(out);
	else if (streq(name, "EXITS"))
		add_entries(out, exits, COUNT_OF(exits));
	else if (streq(name, "CAUSES"))
		add_entries(out, causes, COUNT_OF(causes));
	else if (streq(name, "STEPS"))
		add_words(out, steps, COUNT_OF(steps));
	else
		return error_set(err, EINVAL, "no list '%s'", name);
	return 0;
}

static void add_line(struct text *out, const char *line)
{
	static const char mark[] = "@VERSION@";

	for (const char *found; (found = strstr(line, mark)); line = found + strlen(mark)) {
		text_add_bytes(out, line, (size_t)(found - line));
		text_add(out, PERMFIX_VERSION);
	}
	text_add(out, line);
	text_add(out, "\n");
}

int docs_man(const char *prose, struct text *out, struct error *err)
{
	int r = 0;

	for (size_t n; r == 0 && *prose; prose += n + (prose[n] == '\n')) {
		n = strcspn(prose, "\n");
		AUTO_FREE char *line = xstrndup(prose, n);

		if (*line == '@' && ends_with(line, "@") && !streq(line, "@VERSION@")) {
			line[n - 1] = '\0';
			r = add_list(out, line + 1, err);
		} else {
			add_line(out, line);
		}
	}
	return r;
}
