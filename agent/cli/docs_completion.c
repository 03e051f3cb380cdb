/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/docs.h"
#include "cli/options.h"

/* How each shell offers what an option's argument may be. */
static const char *const bash_actions[] = {
	[COMPLETE_FILE] = "compgen -f", [COMPLETE_DIRECTORY] = "compgen -d", [COMPLETE_USER] = "compgen -u"};
static const char *const zsh_actions[] = {[COMPLETE_NOTHING] = " ", [COMPLETE_FILE] = "_files",
	[COMPLETE_DIRECTORY] = "_files -/", [COMPLETE_USER] = "_users"};
static const char *const fish_actions[] = {[COMPLETE_NOTHING] = "", [COMPLETE_FILE] = " -F",
	[COMPLETE_DIRECTORY] = " -a '(__fish_complete_directories)'", [COMPLETE_USER] = " -a '(__fish_complete_users)'"};

static void add_words(struct text *out, const struct option *o)
{
	for (size_t i = 0; o->words[i]; i++)
		text_addf(out, "%s%s", i ? " " : "", o->words[i]);
}

static void add_option_names(struct text *out, const struct option *options, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_addf(out, "%s--%s", i ? " " : "", options[i].name);
}

static void add_command_words(struct text *out)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		text_addf(out, "%s%s", i ? " " : "", commands[i].word);
}

/* --- bash --- */

static void bash_arguments(struct text *out, const struct command *c)
{
	for (size_t i = 0; i < c->n_options; i++) {
		const struct option *o = &c->options[i];

		if (!o->argument || (!o->words && o->completion == COMPLETE_NOTHING))
			continue;
		text_addf(out, "\t\"%s --%s\")\n\t\tmapfile -t COMPREPLY < <(", c->word, o->name);
		if (o->words) {
			text_add(out, "compgen -W '");
			add_words(out, o);
			text_add(out, "'");
		} else {
			text_add(out, bash_actions[o->completion]);
		}
		text_add(out, " -- \"$word\")\n\t\treturn ;;\n");
	}
}

void docs_bash(struct text *out)
{
	text_add(out, "# bash completion for permfix, made from its table of commands\n"
		      "_permfix() {\n"
		      "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
		      "\t[[ $word == = ]] && word=\n"
		      "\t[[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD - 2]}\n"
		      "\tCOMPREPLY=()\n"
		      "\tif ((COMP_CWORD == 1)); then\n"
		      "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	add_command_words(out);
	text_add(out, " ");
	add_option_names(out, lone_options, n_lone_options);
	text_add(out, "' -- \"$word\")\n\t\treturn\n\tfi\n\tcase \"${COMP_WORDS[1]} $before\" in\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		bash_arguments(out, &commands[i]);
	text_add(out, "\tesac\n\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		text_addf(out, "\t%s)\n\t\tmapfile -t COMPREPLY < <(compgen -W '", commands[i].word);
		add_option_names(out, commands[i].options, commands[i].n_options);
		if (i == COMMAND_HELP) {
			text_add(out, " ");
			add_command_words(out);
		}
		text_addf(out, "'%s -- \"$word\") ;;\n", i == COMMAND_PLAN ? " -f" : "");
	}
	text_add(out, "\tesac\n}\ncomplete -F _permfix permfix\n");
}

/* --- zsh --- */

/* Text within '…[text]' of _arguments. */
static void add_zsh(struct text *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '\'')
			text_add(out, "'\\''");
		else if (strchr("[]:\\", *s))
			text_addf(out, "\\%c", *s);
		else
			text_add_char(out, *s);
	}
}

static void zsh_option(struct text *out, const struct option *o)
{
	text_addf(out, " \\\n\t\t\t'%s--%s%s[", o->kind == OPTION_LIST ? "*" : "", o->name, !o->argument ? "" : o->fixed ? "=-" : "=");
	add_zsh(out, o->help);
	text_add(out, "]");
	if (o->argument)
		text_addf(out, "%s%s:", o->fixed ? "::" : ":", o->argument);
	if (o->words) {
		text_add(out, "(");
		add_words(out, o);
		text_add(out, ")");
	} else if (o->argument) {
		text_add(out, zsh_actions[o->completion]);
	}
	text_add(out, "'");
}

static void zsh_command(struct text *out, const struct command *c)
{
	text_addf(out, "\t%s)\n\t\t_arguments", c->word);
	for (size_t i = 0; i < c->n_options; i++)
		zsh_option(out, &c->options[i]);
	if (c == &commands[COMMAND_HELP]) {
		text_add(out, " \\\n\t\t\t'1:command:(");
		add_command_words(out);
		text_add(out, ")'");
	} else if (c->max_arguments) {
		text_add(out, " \\\n\t\t\t'*:target:_files'");
	}
	text_add(out, "\n\t\t;;\n");
}

void docs_zsh(struct text *out)
{
	text_add(out, "#compdef permfix\n# zsh completion for permfix, made from its table of commands\n_permfix() {\n"
		      "\tif ((CURRENT == 2)); then\n\t\tlocal -a words_of\n\t\twords_of=(");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		text_addf(out, "\n\t\t\t'%s:", commands[i].word);
		add_zsh(out, commands[i].summary);
		text_add(out, "'");
	}
	for (size_t i = 0; i < n_lone_options; i++)
		text_addf(out, "\n\t\t\t'--%s:%s'", lone_options[i].name, lone_options[i].help);
	text_add(out, "\n\t\t)\n\t\t_describe command words_of\n\t\treturn\n\tfi\n"
		      "\tlocal command=${words[2]}\n\tshift words\n\t((CURRENT--))\n\tcase $command in\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		zsh_command(out, &commands[i]);
	text_add(out, "\tesac\n}\n_permfix \"$@\"\n");
}

/* --- fish --- */

static void add_fish(struct text *out, const char *s)
{
	text_add_char(out, '\'');
	for (; *s; s++)
		text_addf(out, "%s%c", *s == '\'' || *s == '\\' ? "\\" : "", *s);
	text_add_char(out, '\'');
}

static void fish_option(struct text *out, const char *condition, const struct option *o)
{
	text_addf(out, "complete -c permfix -n '%s' -l %s", condition, o->name);
	if (o->words) {
		text_add(out, o->fixed ? " -f -a '" : " -x -a '");
		add_words(out, o);
		text_add(out, "'");
	} else if (o->argument) {
		text_addf(out, " -r%s", fish_actions[o->completion]);
	}
	text_add(out, " -d ");
	add_fish(out, o->help);
	text_add(out, "\n");
}

void docs_fish(struct text *out)
{
	text_add(out, "# fish completion for permfix, made from its table of commands\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		text_addf(out, "complete -c permfix -f -n __fish_use_subcommand -a %s -d ", commands[i].word);
		add_fish(out, commands[i].summary);
		text_add(out, "\n");
	}
	for (size_t i = 0; i < n_lone_options; i++)
		fish_option(out, "__fish_use_subcommand", &lone_options[i]);
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		AUTO_FREE char *condition = xasprintf("__fish_seen_subcommand_from %s", commands[i].word);

		for (size_t k = 0; k < commands[i].n_options; k++)
			fish_option(out, condition, &commands[i].options[k]);
	}
}
