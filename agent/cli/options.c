/* SPDX-License-Identifier: MIT */
#include "cli/options.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/suggest.h"

#include <errno.h>

/* The state of one run of the parser. */
struct parser {
	int argc, next;
	char *const *argv;
	const struct option *options;
	size_t n_options;
	bool *given; /* by index into options */
	struct invocation *into;
	struct error *err;
};

void invocation_free(struct invocation *invocation)
{
	strings_free(&invocation->logs);
	strings_free(&invocation->arguments);
}

const struct command *command_find(const char *word)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (streq(commands[i].word, word))
			return &commands[i];
	return NULL;
}

static const struct option *find_option(const struct parser *p, const char *name, size_t n)
{
	for (size_t i = 0; i < p->n_options; i++)
		if (strlen(p->options[i].name) == n && strncmp(p->options[i].name, name, n) == 0)
			return &p->options[i];
	return NULL;
}

static int unknown_option(const struct parser *p, const char *word)
{
	AUTO_FREE char *shown = escape_terminal(word);
	AUTO_FREE char *name = xstrndup(word, strcspn(word, "="));
	AUTO_FREE char *near = NULL;

	if (starts_with(name, "--") && option_is_later(name + 2))
		return error_set(p->err, EINVAL, "permfix " PERMFIX_VERSION " has no option '%s' yet", name);
	for (size_t i = 0; i < p->n_options && starts_with(name, "--"); i++)
		suggest(&near, name + 2, p->options[i].name);
	if (near)
		return error_set(p->err, EINVAL, "unknown option '%s'; did you mean '--%s'?", shown, near);
	return error_set(p->err, EINVAL, "unknown option '%s'", shown);
}

static bool is_word_of(const struct option *o, const char *value)
{
	for (size_t i = 0; o->words && o->words[i]; i++)
		if (streq(o->words[i], value))
			return true;
	return false;
}

static int check_word(const struct parser *p, const struct option *o, const char *value)
{
	AUTO_TEXT struct text words = {0};
	AUTO_FREE char *shown = NULL;

	if (o->words ? is_word_of(o, value) : *value)
		return 0;
	for (size_t i = 0; o->words && o->words[i]; i++)
		text_addf(&words, "%s%s", i == 0 ? "" : o->words[i + 1] ? ", " : " or ", o->words[i]);
	shown = escape_terminal(value);
	if (!o->words)
		return error_set(p->err, EINVAL, "option '--%s' needs a %s that is not empty", o->name, o->argument);
	return error_set(p->err, EINVAL, "'%s' is no %s for '--%s': it is one of %s", shown, o->argument, o->name, words.bytes);
}

/* The argument of an option: behind "=", or the next word, or what stands for a missing one. Where it may be missing, the next
 * word is taken only if it can be nothing else (`--color never`). */
static int find_value(struct parser *p, const struct option *o, const char *behind, const char **value)
{
	*value = o->fixed;
	if (!o->argument)
		return behind ? error_set(p->err, EINVAL, "option '--%s' takes no argument", o->name) : 0;
	if (behind)
		*value = behind;
	else if (p->next < p->argc && (!o->fixed || is_word_of(o, p->argv[p->next])))
		*value = p->argv[p->next++];
	else if (!o->fixed)
		return error_set(p->err, EINVAL, "option '--%s' needs a %s", o->name, o->argument);
	return check_word(p, o, *value);
}

static void store(struct invocation *into, const struct option *o, const char *value)
{
	void *at = (char *)into + o->offset;

	switch (o->kind) {
	case OPTION_FLAG:
		*(bool *)at = true;
		break;
	case OPTION_LIST:
		strings_add(at, value);
		break;
	case OPTION_STRING:
	case OPTION_SET:
		*(const char **)at = value;
		break;
	}
}

static int parse_option(struct parser *p, const char *word)
{
	const char *name = word + 2, *value = NULL;
	size_t n = strcspn(name, "=");
	const struct option *o = starts_with(word, "--") ? find_option(p, name, n) : NULL;
	int r;

	if (!o)
		return unknown_option(p, word);
	r = find_value(p, o, name[n] ? name + n + 1 : NULL, &value);
	if (r < 0)
		return r;
	p->given[o - p->options] = true;
	store(p->into, o, value);
	return 0;
}

static int check_conflicts(const struct parser *p)
{
	for (size_t i = 0; i < p->n_options; i++) {
		const char *other = p->options[i].excludes;
		const struct option *o = other ? find_option(p, other, strlen(other)) : NULL;

		if (o && p->given[i] && p->given[o - p->options])
			return error_set(p->err, EINVAL, "'--%s' and '--%s' cannot go together", p->options[i].name, other);
	}
	return 0;
}

static int parse_words(struct parser *p)
{
	bool only_arguments = false;
	int r = 0;

	while (r == 0 && p->next < p->argc) {
		const char *word = p->argv[p->next++];

		if (only_arguments || word[0] != '-' || !word[1])
			strings_add(&p->into->arguments, word);
		else if (streq(word, "--"))
			only_arguments = true;
		else
			r = parse_option(p, word);
	}
	return r < 0 ? r : check_conflicts(p);
}

static int parse_with(struct parser *p, const struct option *options, size_t n_options)
{
	AUTO_FREE bool *given = xcalloc(n_options, sizeof(*given));

	p->options = options;
	p->n_options = n_options;
	p->given = given;
	return parse_words(p);
}

static int parse_command(struct parser *p, const struct command *command)
{
	int r = parse_with(p, command->options, command->n_options);

	if (r == 0 && !p->into->help && p->into->arguments.n > command->max_arguments) {
		AUTO_FREE char *shown = escape_terminal(p->into->arguments.items[command->max_arguments]);

		r = error_set(p->err, EINVAL, "'%s' is one argument too many for '%s'", shown, command->word);
	}
	return r;
}

/* `permfix --version`, `permfix --help [TOPIC]`. */
static int parse_lone(struct parser *p)
{
	int r;

	p->next = 1;
	r = parse_with(p, lone_options, n_lone_options);
	if (r == 0 && !p->into->help && !p->into->version)
		return error_set(p->err, EINVAL, "no command was given");
	if (r == 0)
		p->into->command = COMMAND_HELP;
	return r;
}

int options_parse(int argc, char *const argv[], struct invocation *invocation, struct error *err)
{
	struct parser p = {.argc = argc, .next = 2, .argv = argv, .into = invocation, .err = err};
	const struct command *command;

	invocation->command = COMMAND_COUNT;
	if (argc < 2)
		return error_set(err, EINVAL, "no command was given");
	if (argv[1][0] == '-')
		return parse_lone(&p);
	command = command_find(argv[1]);
	if (!command)
		return command_missing(argv[1], err);
	invocation->command = (int)(command - commands);
	return parse_command(&p, command);
}
