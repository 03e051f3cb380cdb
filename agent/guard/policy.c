/* SPDX-License-Identifier: MIT */
#include "guard/policy.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "guard/grammar.h"
#include "guard/rule.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* Where an error is. */
struct place_in {
	const char *file;
	uint32_t line;
	struct error *err;
};

static int bad_line(const struct place_in *at, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int bad_line(const struct place_in *at, const char *format, ...)
{
	AUTO_FREE char *file = escape_terminal(at->file);
	AUTO_FREE char *what = NULL;
	AUTO_FREE char *shown = NULL;
	va_list args;

	va_start(args, format);
	what = xvasprintf(format, args);
	va_end(args);
	shown = escape_terminal(what);
	return error_set(at->err, EINVAL, "%s:%u: %s", file, at->line, shown);
}

static void rules_free(struct policy_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rules[i].rule);
		free(rules[i].object);
		free(rules[i].file);
	}
	free(rules);
}

void policy_free(struct policy *policy)
{
	rules_free(policy->rules, policy->n_rules);
	*policy = (struct policy){0};
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A word in double quotes, s behind the opening one: \" and \\ stand for " and \. Returns what follows the closing quote, NULL on error. */
static const char *quoted_word(const char *s, struct text *word, const struct place_in *at)
{
	for (; *s && *s != '"'; s++) {
		if (*s == '\\' && s[1] != '"' && s[1] != '\\') {
			bad_line(at, "in quotes a backslash stands only before \" or \\");
			return NULL;
		}
		s += *s == '\\';
		text_add_char(word, *s);
	}
	if (!*s || (s[1] && !blank(s[1]))) {
		bad_line(at, *s ? "no blank after the closing quote" : "no closing quote");
		return NULL;
	}
	return s + 1;
}

static const char *plain_word(const char *s, struct text *word, const struct place_in *at)
{
	for (; *s && !blank(*s); s++) {
		if (*s == '"' || *s == '\\') {
			bad_line(at, "%c in a word that is not quoted", *s);
			return NULL;
		}
		text_add_char(word, *s);
	}
	return s;
}

static int split_words(const char *s, struct strings *words, const struct place_in *at)
{
	for (;;) {
		AUTO_TEXT struct text word = {0};

		s += strspn(s, " \t");
		if (!*s || *s == '#')
			return 0;
		s = *s == '"' ? quoted_word(s + 1, &word, at) : plain_word(s, &word, at);
		if (!s)
			return -EINVAL;
		strings_own(words, text_steal(&word));
	}
}

static bool is_home_path(const char *s)
{
	return is_plain_path(s) && s[1];
}

/* What each kind of object looks like, and what is said where it does not. */
static const struct object_form {
	bool (*form)(const char *s);
	const char *complaint;
} object_forms[OBJECT_COUNT] = {
	[OBJECT_GROUP] = {is_account_name, "not a group's name"},
	[OBJECT_HOME] = {is_home_path, "not an absolute path without . and .., double or final slashes"},
};

static int check_object(const struct guard_rule *rule, const char *object, const struct place_in *at)
{
	const struct object_form *form = &object_forms[rule->object];

	if (strpbrk(object, "*?["))
		return bad_line(at, "%s: patterns are not taken, name the one object", object);
	if (!form->form || !form->form(object))
		return bad_line(at, "%s: %s", object, form->complaint ? form->complaint : "no object is taken");
	return 0;
}

static int parse_words(const struct strings *words, struct policy_rule *out, const struct place_in *at)
{
	const struct guard_rule *rule;
	int r;

	if (!streq(words->items[0], "allow"))
		return bad_line(at, "%s: unknown word; a line begins with allow", words->items[0]);
	if (words->n < 2)
		return bad_line(at, "allow: the name of a rule is missing");
	rule = guard_rule_find(words->items[1]);
	if (!rule)
		return bad_line(at, "%s: no such rule", words->items[1]);
	if (rule->tier != GUARD_DEFAULT)
		return bad_line(at, "%s: this rule cannot be allowed", rule->name);
	if (words->n != 3)
		return bad_line(at, "%s: %s; the form is: %s", rule->name, words->n < 3 ? "the object is missing" : "too many words", rule->allowed_by);
	r = check_object(rule, words->items[2], at);
	if (r < 0)
		return r;
	*out = (struct policy_rule){xstrdup(rule->name), xstrdup(words->items[2]), xstrdup(at->file), at->line};
	return 0;
}

/* One line without its newline. */
static int parse_line(struct policy *out, const char *bytes, size_t size, const struct place_in *at)
{
	AUTO_FREE char *line = NULL;
	AUTO_STRINGS struct strings words = {0};
	struct policy_rule rule;
	int r;

	if (size > POLICY_LINE_MAX)
		return bad_line(at, "longer than %d bytes", POLICY_LINE_MAX);
	for (size_t i = 0; i < size; i++)
		if (((unsigned char)bytes[i] < ' ' && bytes[i] != '\t') || bytes[i] == 0x7f)
			return bad_line(at, "control byte 0x%02x", (unsigned int)(unsigned char)bytes[i]);
	line = xstrndup(bytes, size);
	r = split_words(line, &words, at);
	if (r < 0 || words.n == 0)
		return r;
	r = parse_words(&words, &rule, at);
	if (r == 0)
		ARRAY_ADD(out->rules, out->n_rules, rule);
	return r;
}

int policy_parse(struct policy *policy, const char *file, const char *text, size_t size, struct error *err)
{
	struct policy added = {0};
	struct place_in at = {file, 0, err};
	const char *s = text, *end = text + size;

	while (s < end) {
		const char *newline = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((newline ? newline : end) - s);

		at.line++;
		if (parse_line(&added, s, n, &at) < 0) {
			policy_free(&added);
			return -EINVAL;
		}
		s = newline ? newline + 1 : end;
	}
	for (size_t i = 0; i < added.n_rules; i++)
		ARRAY_ADD(policy->rules, policy->n_rules, added.rules[i]);
	free(added.rules);
	return 0;
}

bool policy_allows(const struct policy *policy, const char *rule, const char *object)
{
	for (size_t i = 0; policy && i < policy->n_rules; i++)
		if (streq(policy->rules[i].rule, rule) && streq(policy->rules[i].object, object))
			return true;
	return false;
}

static void add_quoted(struct text *line, const char *word)
{
	text_add_char(line, '"');
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			text_add_char(line, '\\');
		text_add_char(line, *word);
	}
	text_add_char(line, '"');
}

char *policy_format(const char *rule, const char *object)
{
	const struct guard_rule *known = guard_rule_find(rule);
	AUTO_TEXT struct text line = {0};
	const struct place_in nowhere = {"", 0, NULL};

	if (!known || known->tier != GUARD_DEFAULT || !object || check_object(known, object, &nowhere) < 0)
		return NULL;
	text_addf(&line, "allow %s ", rule);
	if (strpbrk(object, " \"\\#"))
		add_quoted(&line, object);
	else
		text_add(&line, object);
	return text_steal(&line);
}
