/* SPDX-License-Identifier: MIT */
/* A value in a configuration file that is a program (Python, Ruby), as far as it can be read without running it. */
#ifndef PERMFIX_FACTS_LITERAL_H
#define PERMFIX_FACTS_LITERAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum literal_kind { LITERAL_UNCLEAR, LITERAL_NONE, LITERAL_BOOL, LITERAL_TEXT, LITERAL_NUMBER, LITERAL_LIST };

struct literal {
	enum literal_kind kind;
	char *text;           /* TEXT */
	uint64_t number;      /* NUMBER, BOOL */
	struct strings items; /* LIST: of texts only */
	const char *why;      /* UNCLEAR: what stands there instead, "an f-string"; a constant */
};
void literal_free(struct literal *literal);
#define AUTO_LITERAL __attribute__((cleanup(literal_free)))

/* The one that could not be read. */
struct literal literal_unclear(const char *why);

/* A number as both languages write it: 117, 0x4f, 0b1, 0o117, with underscores; 0117 is octal (Ruby, Python 2). False: it is none. */
bool literal_number(const char *s, size_t n, uint64_t *out);

/* --- tokens: what the two languages have in common --- */

enum token_kind { TOKEN_NAME, TOKEN_TEXT, TOKEN_NUMBER, TOKEN_MARK, TOKEN_SYMBOL, TOKEN_LABEL, TOKEN_OTHER };

struct token {
	enum token_kind kind;
	const char *s;     /* into the file */
	size_t n;
	char *text;        /* TEXT, decoded; owned */
	const char *why;   /* OTHER */
	uint32_t line;
	unsigned depth;    /* of brackets around it; an opening one counts for what follows, a closing one for what precedes */
};

/* A statement: its tokens up to a newline outside brackets. */
#define STATEMENT_TOKENS_MAX 20000
struct statement {
	struct token *tokens;
	size_t n;
	size_t column;  /* of the first token */
	bool too_long;  /* tokens beyond the maximum are left out */
};
void statement_clear(struct statement *statement);
void statement_free(struct statement *statement);

/* Whether a token is this word, or this mark. */
bool token_is(const struct token *token, const char *word);

/* The text of adjacent string tokens from *at on; NULL where there is none. Moves *at behind them. The caller frees. */
char *tokens_text(const struct statement *s, size_t *at, size_t end);

#endif
