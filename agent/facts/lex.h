/* SPDX-License-Identifier: MIT */
/* Shared by the lexers of Python and Ruby; not for others. */
#ifndef PERMFIX_FACTS_LEX_H
#define PERMFIX_FACTS_LEX_H

#include "facts/literal.h"

struct lex {
	const char *p, *end;
	const char *line_start;
	uint32_t line;
	unsigned depth; /* of brackets */
};

static inline char lex_at(const struct lex *l, size_t n)
{
	return (size_t)(l->end - l->p) > n ? l->p[n] : '\0';
}

/* Goes on by one byte, counting lines. */
void lex_step(struct lex *l);
void lex_skip_line(struct lex *l);

/* Letters, digits, underscore, and every byte beyond ASCII. */
bool lex_word(char c);

/* Appends a token; beyond the maximum it is dropped, and the statement is too long. */
void lex_add(struct statement *s, struct token token);

/* Takes a name, a number, or a mark (one of two characters where it is in pairs, a NULL-terminated list). Brackets change the depth. */
void lex_take_name(struct lex *l, struct statement *s);
void lex_take_number(struct lex *l, struct statement *s);
void lex_take_mark(struct lex *l, struct statement *s, const char *const *pairs);

/* Appends what an escape that begins at l->p (the backslash) stands for, and goes behind it; false: one that is not known here. */
bool lex_escape(struct lex *l, struct text *out);

#endif
