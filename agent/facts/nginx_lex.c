/* SPDX-License-Identifier: MIT */
#include "facts/nginx_lex.h"
#include "facts/nginx_lua.h"
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this no statement is real, and keeping its words would only cost memory. */
#define WORDS_MAX 65536

enum { TAKEN_END = -1, TAKEN_LONG = -2, MORE = -3 };

void nginx_lex_start(struct nginx_lex *lex, const char *bytes, size_t size)
{
	*lex = (struct nginx_lex){.bytes = bytes, .size = size, .line = 1, .start_line = 1};
}

void nginx_lex_free(struct nginx_lex *lex)
{
	free(lex->words);
	lex->words = NULL;
	lex->n_words = 0;
}

static int bad(struct nginx_lex *lex, uint32_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int bad(struct nginx_lex *lex, uint32_t line, const char *format, ...)
{
	va_list args;

	lex->problem_line = line;
	va_start(args, format);
	vsnprintf(lex->problem, sizeof(lex->problem), format, args);
	va_end(args);
	return NGINX_BAD;
}

static int unexpected(struct nginx_lex *lex, int c)
{
	return bad(lex, lex->line, "unexpected \"%c\"", c);
}

/* The next byte, or TAKEN_*. nginx gives up where a word fills its whole buffer and another byte is wanted. */
static int take(struct nginx_lex *lex)
{
	unsigned char c;

	if (lex->at >= lex->size)
		return TAKEN_END;
	if (lex->at - lex->start >= NGINX_WORD_MAX)
		return TAKEN_LONG;
	c = (unsigned char)lex->bytes[lex->at++];
	if (c == '\n')
		lex->line++;
	return c;
}

/* What it means that no byte could be taken inside a word; quote is the one that is open, or 0. */
static int broken_off(struct nginx_lex *lex, int taken, char quote)
{
	if (quote && taken == TAKEN_LONG)
		return bad(lex, lex->start_line, "too long parameter, probably missing terminating %c character", quote);
	if (taken == TAKEN_LONG)
		return bad(lex, lex->start_line, "too long parameter: more than %d bytes", NGINX_WORD_MAX);
	if (quote)
		return bad(lex, lex->start_line, "unexpected end of file, the quote %c that begins here is not closed", quote);
	return bad(lex, lex->line, "unexpected end of file, expecting \";\" or \"}\"");
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool add_word(struct nginx_lex *lex, size_t end, bool quoted, bool escaped)
{
	struct nginx_word *word;

	if (lex->n_words >= WORDS_MAX)
		return false;
	word = ARRAY_NEW(lex->words, lex->n_words);
	*word = (struct nginx_word){.bytes = lex->bytes + lex->start, .size = end - lex->start,
		.offset = lex->start - quoted, .length = end - lex->start + 2 * (size_t)quoted,
		.line = lex->start_line, .escaped = escaped};
	return true;
}

/* What follows a word: a blank, or the end of the statement. */
static int after_word(struct nginx_lex *lex, int c)
{
	if (is_blank(c))
		return MORE;
	return c == ';' ? NGINX_SIMPLE : c == '{' ? NGINX_BLOCK : unexpected(lex, c);
}

static int no_nul(struct nginx_lex *lex)
{
	return bad(lex, lex->line, "a NUL byte");
}

static int plain_word(struct nginx_lex *lex, int c)
{
	bool variable = false, escaped = false;

	for (;;) {
		if (c < 0)
			return broken_off(lex, c, 0);
		if (c == 0)
			return no_nul(lex);
		if (c == '\\') {
			escaped = true;
			c = take(lex);
			if (c <= 0)
				continue;
			c = 'x'; /* whatever it is, it is a part of the word */
		}
		if (!variable && c == '{')
			break;
		if (is_blank(c) || c == ';')
			break;
		variable = c == '$' || (variable && c == '{');
		c = take(lex);
	}
	if (!add_word(lex, lex->at - 1, false, escaped))
		return bad(lex, lex->line, "a statement of more than %d words", WORDS_MAX);
	return after_word(lex, c);
}

static int outside(struct nginx_lex *lex, int c);

static int quoted_word(struct nginx_lex *lex, char quote)
{
	bool escaped = false;
	int c;

	lex->start++;
	while ((c = take(lex)) != quote) {
		if (c == '\\') {
			escaped = true;
			c = take(lex);
		}
		if (c < 0)
			return broken_off(lex, c, quote);
		if (c == 0)
			return no_nul(lex);
	}
	if (!add_word(lex, lex->at - 1, true, escaped))
		return bad(lex, lex->line, "a statement of more than %d words", WORDS_MAX);
	c = take(lex);
	if (c < 0)
		return broken_off(lex, c, 0);
	return c == ')' ? outside(lex, c) : after_word(lex, c); /* if ("$a" = "b") { */
}

static int comment(struct nginx_lex *lex)
{
	int c;

	do
		c = take(lex);
	while (c >= 0 && c != '\n');
	lex->start = c == '\n' ? lex->at - 1 : lex->start;
	if (c == TAKEN_LONG)
		return bad(lex, lex->start_line, "a comment line of more than %d bytes, which nginx refuses", NGINX_WORD_MAX);
	return MORE;
}

static int end_of_file(struct nginx_lex *lex)
{
	return lex->n_words ? broken_off(lex, TAKEN_END, 0) : NGINX_EOF;
}

/* A byte between words. */
static int outside(struct nginx_lex *lex, int c)
{
	if (c < 0)
		return c == TAKEN_END ? end_of_file(lex) : broken_off(lex, c, 0);
	lex->start = lex->at - 1;
	lex->start_line = lex->line;
	if (is_blank(c))
		return MORE;
	switch (c) {
	case ';':
	case '{':
		return lex->n_words ? after_word(lex, c) : unexpected(lex, c);
	case '}':
		return lex->n_words ? unexpected(lex, c) : NGINX_CLOSE;
	case '#':
		return comment(lex);
	case '"':
	case '\'':
		return quoted_word(lex, (char)c);
	default:
		return plain_word(lex, c);
	}
}

enum nginx_statement nginx_lex_next(struct nginx_lex *lex)
{
	int r;

	if (lex->problem[0])
		return NGINX_BAD;
	lex->n_words = 0;
	lex->start = lex->at;
	do
		r = outside(lex, take(lex));
	while (r == MORE);
	return (enum nginx_statement)r;
}

bool nginx_lex_skip_lua(struct nginx_lex *lex)
{
	uint32_t line = lex->line;
	size_t end = nginx_lua_end(lex->bytes, lex->size, lex->at);

	if (end == 0) {
		bad(lex, line, "unexpected end of file, the Lua code that begins here has no closing \"}\"");
		return false;
	}
	for (; lex->at < end; lex->at++)
		lex->line += lex->bytes[lex->at] == '\n';
	return true;
}

char *nginx_word_text(const struct nginx_word *word)
{
	static const char from[] = "\"'\\trn", to[] = "\"'\\\t\r\n";
	char *text = xcalloc(word->size + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < word->size; i++) {
		const char *escape = NULL;

		if (word->bytes[i] == '\\' && i + 1 < word->size)
			escape = memchr(from, word->bytes[i + 1], sizeof(from) - 1);
		if (escape)
			i++;
		text[n++] = escape ? to[escape - from] : word->bytes[i];
	}
	return text;
}

bool nginx_word_is(const struct nginx_word *word, const char *s)
{
	return strncmp(word->bytes, s, word->size) == 0 && strlen(s) == word->size;
}
