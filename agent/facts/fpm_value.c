/* SPDX-License-Identifier: MIT */
#include "facts/fpm_value.h"
#include "base/cleanup.h"

#include <strings.h>

struct scan {
	const char *p, *end;
	struct fpm_value *value;
	bool any;        /* something stands before this */
	bool variable;   /* ${…} was met */
	bool expression; /* an operator was met */
	bool done;
};

static const struct {
	const char *word, *value;
} words[] = {{"true", "1"}, {"on", "1"}, {"yes", "1"}, {"false", ""}, {"off", ""}, {"no", ""}, {"none", ""}, {"null", ""}};

static void refuse(struct scan *s, const char *why)
{
	s->value->kind = FPM_VALUE_REFUSED;
	s->value->why = why;
	s->done = true;
}

static void skip_blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t'))
		s->p++;
}

static bool at_end(const struct scan *s)
{
	return s->p == s->end || *s->p == ';';
}

/* Zend's VALUE_CHARS, the dollar aside. */
static bool is_bare(char c)
{
	return !memchr("$= \t;&|^~()!\"'", c, 14);
}

static bool is_reference(const struct scan *s)
{
	return s->end - s->p > 1 && s->p[0] == '$' && s->p[1] == '{';
}

/* A dollar takes the byte after it along, whatever it is (and after a backslash one more): so `$;` begins no comment. */
static const char *bare_end(const struct scan *s)
{
	const char *p = s->p;

	while (p < s->end) {
		if (*p == '$' && p + 1 < s->end && p[1] != '{')
			p += p[1] == '\\' && p + 2 < s->end ? 3 : 2;
		else if (is_bare(*p) || (*p == '$' && p + 1 == s->end))
			p++;
		else
			break;
	}
	return p;
}

static const char *word_value(const char *s, size_t n)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strlen(words[i].word) == n && strncasecmp(words[i].word, s, n) == 0)
			return words[i].value;
	return NULL;
}

/* The scanner stops at a single quote without partner. */
static bool at_lone_quote(const struct scan *s)
{
	return s->p < s->end && *s->p == '\'' && !memchr(s->p + 1, '\'', (size_t)(s->end - s->p - 1));
}

/* A word like "yes" is a token of its own: nothing may stand beside it. */
static void scan_bare(struct scan *s)
{
	const char *end = bare_end(s), *word = word_value(s->p, (size_t)(end - s->p));

	if (word) {
		bool alone = !s->any;

		s->p = end;
		skip_blanks(s);
		if (!alone || !(at_end(s) || at_lone_quote(s))) {
			refuse(s, "a word like yes, no, none or null stands beside something else without quotes");
			return;
		}
		text_add(&s->value->text, word);
		s->done = true;
		return;
	}
	text_add_bytes(&s->value->text, s->p, (size_t)(end - s->p));
	s->p = end;
}

static void scan_reference(struct scan *s)
{
	const char *close = memchr(s->p, '}', (size_t)(s->end - s->p));

	if (!close) {
		refuse(s, "a ${ has no }");
		return;
	}
	s->variable = true;
	text_add_bytes(&s->value->text, s->p, (size_t)(close + 1 - s->p));
	s->p = close + 1;
}

/* A single-quoted part has no escapes. Without a partner the scanner ends the line there, silently when something stands before. */
static void scan_single(struct scan *s)
{
	const char *close = memchr(s->p + 1, '\'', (size_t)(s->end - s->p - 1));

	if (!close && s->any)
		s->done = true;
	else if (!close)
		refuse(s, "a single quote has no partner");
	else if (close == s->p + 1)
		refuse(s, "an empty pair of single quotes");
	else
		text_add_bytes(&s->value->text, s->p + 1, (size_t)(close - s->p - 1));
	if (close)
		s->p = close + 1;
}

/* \" and \\ are escapes, but a quote at the end of the line closes in any case: "C:\dir\" is meant so. */
static bool is_escape(const struct scan *s)
{
	return s->end - s->p > 1 && *s->p == '\\' && (s->p[1] == '\\' || (s->p[1] == '"' && s->end - s->p > 2));
}

static void scan_double(struct scan *s)
{
	for (s->p++; s->p < s->end && *s->p != '"' && !s->done;) {
		if (is_reference(s)) {
			scan_reference(s);
			continue;
		}
		s->p += is_escape(s);
		text_add_char(&s->value->text, *s->p++);
	}
	if (s->done)
		return;
	if (s->p == s->end) {
		refuse(s, "a double quote has no partner");
		return;
	}
	s->p++;
	skip_blanks(s);
}

/* Outside quotes these compute a number. Two of them, and an opening parenthesis, cannot follow a text. */
static void scan_operator(struct scan *s)
{
	if (s->any && !s->expression && memchr("~!()", *s->p, 4))
		refuse(s, "one of ~ ! ( ) stands in a text without quotes");
	s->expression = true;
	text_add_char(&s->value->text, *s->p++);
}

static void scan_part(struct scan *s)
{
	if (is_reference(s))
		scan_reference(s);
	else if (*s->p == '"')
		scan_double(s);
	else if (*s->p == '\'')
		scan_single(s);
	else if (*s->p == '=')
		refuse(s, "an = stands in a value without quotes");
	else if (memchr("|&^~()!", *s->p, 7))
		scan_operator(s);
	else
		scan_bare(s);
	s->any = true;
}

/* Blanks between two parts count, but those before a double quote do not (and scan_double() eats those behind it). */
static void scan_gap(struct scan *s)
{
	const char *from = s->p;

	skip_blanks(s);
	if (s->any && !at_end(s) && *s->p != '"')
		text_add_bytes(&s->value->text, from, (size_t)(s->p - from));
}

void fpm_value_read(const char *p, size_t n, struct fpm_value *value)
{
	struct scan s = {.p = p, .end = p + n, .value = value};

	*value = (struct fpm_value){.kind = FPM_VALUE_TEXT};
	for (scan_gap(&s); !s.done && !at_end(&s); scan_gap(&s))
		scan_part(&s);
	if (value->kind == FPM_VALUE_REFUSED)
		return;
	if (s.variable || s.expression) {
		value->kind = FPM_VALUE_UNKNOWN;
		value->why = s.variable ? "a ${variable} that only the running master knows decides it" :
			"it is an expression of | & ^ ~ ! ( ), which PHP computes: quote it if it is meant as text";
	}
}
