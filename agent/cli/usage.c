/* SPDX-License-Identifier: MIT */
/* What the table of commands says, in words. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/options.h"
#include "cli/suggest.h"

#include <errno.h>

/* Commands that are fixed already and that a later version brings. */
static const char *const later[] = {"confirm", "explain", "lint", "heal"};

static const char *const later_options[] = {"confirm-within"};

bool option_is_later(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(later_options); i++)
		if (streq(name, later_options[i]))
			return true;
	return false;
}

bool command_is_later(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(later); i++)
		if (streq(word, later[i]))
			return true;
	return false;
}

int command_missing(const char *word, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(word);
	AUTO_FREE char *near = NULL;

	if (command_is_later(word))
		return error_set(err, EINVAL, "permfix " PERMFIX_VERSION " has no command '%s' yet", word);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		suggest(&near, word, commands[i].word);
	if (near)
		return error_set(err, EINVAL, "unknown command '%s'; did you mean '%s'?", shown, near);
	return error_set(err, EINVAL, "unknown command '%s'", shown);
}

/* "text|json|sh", or the name of the argument. */
static void add_argument(struct text *t, const struct option *o)
{
	for (size_t i = 0; o->words && o->words[i]; i++)
		text_addf(t, "%s%s", i ? "|" : "", o->words[i]);
	if (!o->words)
		text_add(t, o->argument);
}

static void add_usage(struct text *t, const struct option *o)
{
	text_addf(t, "--%s", o->name);
	if (!o->argument)
		return;
	text_add(t, o->fixed ? "[=" : " ");
	add_argument(t, o);
	text_add(t, o->fixed ? "]" : "");
}

char *option_usage(const struct option *option)
{
	struct text t = {0};

	add_usage(&t, option);
	return text_steal(&t);
}

void command_synopsis(const struct command *command, struct strings *words)
{
	strings_addf(words, "permfix %s", command->word);
	for (size_t i = 0; i < command->n_options; i++) {
		const struct option *o = &command->options[i];
		AUTO_TEXT struct text t = {0};

		text_add(&t, "[");
		add_usage(&t, o);
		if (o->excludes && i + 1 < command->n_options && streq(o->excludes, o[1].name)) {
			text_add(&t, " | ");
			add_usage(&t, ++o);
			i++;
		}
		text_addf(&t, "]%s", o->kind == OPTION_LIST ? "..." : "");
		strings_add(words, t.bytes);
	}
	if (*command->arguments)
		strings_add(words, command->arguments);
}
