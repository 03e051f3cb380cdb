/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/page.h"
#include "cli/render.h"
#include "guard/rule.h"

#include <errno.h>

static const struct {
	int code;
	const char *meaning;
} exit_codes[] = {
#define EXIT_CODE(id, code, meaning) {code, meaning},
#include "cli/exits.def"
#undef EXIT_CODE
};

static void take_page(struct page *page, struct reply *reply)
{
	text_add_bytes(&reply->out, page->text.bytes, page->text.size);
	text_free(&page->text);
}

static void show_option(struct page *page, const struct option *o)
{
	AUTO_FREE char *usage = option_usage(o);

	page_begin(page, 2, 8);
	page_atom(page, STYLE_PLAIN, usage);
	page_end(page);
	page_line(page, 8, 8, STYLE_PLAIN, "%s.", o->help);
}

void help_command(const struct command *command, struct reply *reply)
{
	struct page page = {.width = PAGE_WIDTH};
	AUTO_STRINGS struct strings words = {0};

	command_synopsis(command, &words);
	page_begin(&page, 0, 9);
	page_atom(&page, STYLE_PLAIN, "usage:");
	for (size_t i = 0; i < words.n; i++)
		page_atom(&page, STYLE_PLAIN, words.items[i]);
	page_end(&page);
	page_blank(&page);
	page_line(&page, 0, 0, STYLE_PLAIN, "%s. %s", command->summary, command->about);
	page_blank(&page);
	for (size_t i = 0; i < command->n_options; i++)
		show_option(&page, &command->options[i]);
	take_page(&page, reply);
}

static void row(struct page *page, size_t column, const char *name, const char *text)
{
	page_begin(page, 2, column);
	page_atom(page, STYLE_PLAIN, name);
	page_column(page, column);
	page_words(page, STYLE_PLAIN, text);
	page_end(page);
}

static void overview(struct reply *reply)
{
	struct page page = {.width = PAGE_WIDTH};

	page_line(&page, 0, 0, STYLE_PLAIN, "permfix %s: can this nginx worker reach this upstream, and if not, which is the smallest "
		"change that lets exactly this worker in?", PERMFIX_VERSION);
	page_blank(&page);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		row(&page, 10, commands[i].word, commands[i].summary);
	page_blank(&page);
	page_line(&page, 0, 0, STYLE_PLAIN, "'permfix help COMMAND' lists the options of a command, 'permfix help CAUSE' says what a cause in "
		"a plan means, 'permfix help RULE' what a refusal does. The manual is permfix(8).");
	page_blank(&page);
	page_line(&page, 0, 0, STYLE_PLAIN, "Exit codes");
	for (size_t i = 0; i < COUNT_OF(exit_codes); i++) {
		char code[16];

		snprintf(code, sizeof(code), "%d", exit_codes[i].code);
		row(&page, 10, code, exit_codes[i].meaning);
	}
	take_page(&page, reply);
}

static bool help_cause(const char *word, struct reply *reply)
{
	const char *meaning = cause_meaning(word);
	struct page page = {.width = PAGE_WIDTH};

	if (!meaning)
		return false;
	page_line(&page, 0, 4, STYLE_PLAIN, "%s (cause): %s", word, meaning);
	take_page(&page, reply);
	return true;
}

static bool help_rule(const char *word, struct reply *reply)
{
	const struct guard_rule *rule = guard_rule_find(word);
	struct page page = {.width = PAGE_WIDTH};

	if (!rule)
		return false;
	page_line(&page, 0, 4, STYLE_PLAIN, "%s (rule): refuses what is dangerous because %s.", rule->name, rule->danger);
	if (rule->allowed_by)
		page_line(&page, 0, 4, STYLE_PLAIN, "A line of the site policy, permfix-policy(5), may allow it: '%s'", rule->allowed_by);
	else
		page_line(&page, 0, 4, STYLE_PLAIN, "Nothing allows it.");
	take_page(&page, reply);
	return true;
}

static void no_topic(const char *word, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(word);

	if (command_is_later(word))
		command_missing(word, err);
	else
		error_set(err, EINVAL, "'%s' is no command, no cause and no rule", shown);
}

static void help_topic(const char *word, struct reply *reply)
{
	const struct command *command = command_find(word);
	struct error err = {0};

	if (command) {
		help_command(command, reply);
	} else if (!help_cause(word, reply) && !help_rule(word, reply)) {
		no_topic(word, &err);
		reply_fail(reply, EXIT_CODE_USAGE, &err);
		reply_note(reply, "'permfix help' lists the commands, permfix(8) the causes, permfix-policy(5) the rules");
	}
}

void cmd_help(const struct invocation *invocation, struct reply *reply)
{
	if (invocation->arguments.n)
		help_topic(invocation->arguments.items[0], reply);
	else
		overview(reply);
}
