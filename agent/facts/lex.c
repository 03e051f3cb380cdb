/* SPDX-License-Identifier: MIT */
#include "facts/lex.h"
#include "base/alloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void lex_step(struct lex *l)
{
	if (*l->p++ == '\n') {
		l->line++;
		l->line_start = l->p;
	}
}

void lex_skip_line(struct lex *l)
{
	const char *end = memchr(l->p, '\n', (size_t)(l->end - l->p));

	l->p = end ? end : l->end;
}

bool lex_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

void lex_add(struct statement *s, struct token token)
{
	if (s->n >= STATEMENT_TOKENS_MAX) {
		s->too_long = true;
		free(token.text);
		return;
	}
	/* Not ARRAY_ADD: the room stays when the tokens are cleared. */
	if ((s->n & (s->n - 1)) == 0)
		s->tokens = xrealloc(s->tokens, s->n ? s->n * 2 : 1, sizeof(*s->tokens));
	s->tokens[s->n++] = token;
}

static void add_here(struct lex *l, struct statement *s, enum token_kind kind, size_t n)
{
	lex_add(s, (struct token){.kind = kind, .s = l->p, .n = n, .line = l->line, .depth = l->depth});
	l->p += n;
}

void lex_take_name(struct lex *l, struct statement *s)
{
	size_t n = 0;

	while (lex_word(lex_at(l, n)))
		n++;
	add_here(l, s, TOKEN_NAME, n);
}

void lex_take_number(struct lex *l, struct statement *s)
{
	size_t n = 0;

	while (lex_word(lex_at(l, n)) || (lex_at(l, n) == '.' && isdigit((unsigned char)lex_at(l, n + 1))))
		n++;
	add_here(l, s, TOKEN_NUMBER, n);
}

void lex_take_mark(struct lex *l, struct statement *s, const char *const *pairs)
{
	char c = *l->p;
	size_t n = 1;

	for (; *pairs; pairs++)
		if (c == (*pairs)[0] && lex_at(l, 1) == (*pairs)[1])
			n = 2;
	if (c && strchr(")]}", c) && l->depth)
		l->depth--;
	add_here(l, s, TOKEN_MARK, n);
	if (c && strchr("([{", c))
		l->depth++;
}

static bool hex_escape(struct lex *l, struct text *out)
{
	char digits[3] = {lex_at(l, 2), lex_at(l, 2) ? lex_at(l, 3) : '\0', '\0'};

	if (!isxdigit((unsigned char)digits[0]) || !isxdigit((unsigned char)digits[1]) || streq(digits, "00"))
		return false;
	text_add_char(out, (char)strtoul(digits, NULL, 16));
	l->p += 4;
	return true;
}

bool lex_escape(struct lex *l, struct text *out)
{
	static const char from[] = "ntr\\'\"0ae", to[] = "\n\t\r\\'\"\0\a\033";
	char c = lex_at(l, 1);
	const char *found = c ? strchr(from, c) : NULL;

	if (c == 'x')
		return hex_escape(l, out);
	if (c == '\n') { /* the line goes on */
		l->p++;
		lex_step(l);
		return true;
	}
	if (!found || !to[found - from])
		return false;
	text_add_char(out, to[found - from]);
	l->p += 2;
	return true;
}
