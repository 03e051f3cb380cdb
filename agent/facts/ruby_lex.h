/* SPDX-License-Identifier: MIT */
/* Ruby's tokens; for ruby_literals.c. */
#ifndef PERMFIX_FACTS_RUBY_LEX_H
#define PERMFIX_FACTS_RUBY_LEX_H

#include "facts/lex.h"

#define RUBY_HEREDOCS_MAX 4

struct ruby_lex {
	struct lex lex;
	struct {
		const char *s; /* the word that ends it */
		size_t n;
		bool indented;
	} heredocs[RUBY_HEREDOCS_MAX]; /* whose text begins with the next line */
	size_t n_heredocs;
};

/* Reads the tokens of the next statement into s, which is empty. False at the end of the text. */
bool ruby_statement(struct ruby_lex *r, struct statement *s);

#endif
