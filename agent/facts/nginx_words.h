/* SPDX-License-Identifier: MIT */
/* The directives of nginx that matter here, as one table. */
#ifndef PERMFIX_FACTS_NGINX_WORDS_H
#define PERMFIX_FACTS_NGINX_WORDS_H

#include "facts/nginx_lex.h"
#include "facts/nginx_text.h"

enum nginx_form { NGINX_FORM_LINE, NGINX_FORM_BLOCK, NGINX_FORM_BOTH };

struct nginx_keyword {
	const char *name;
	enum nginx_kind kind;
	enum nginx_form form;
	size_t least, most;       /* arguments */
	const struct nginx_pass *pass;
};

/* What the statement is; NULL: nothing that matters. */
const struct nginx_keyword *nginx_keyword_find(const struct nginx_word *words, size_t n);

/* proxy_pass of the stream module: an address without scheme and URI. */
extern const struct nginx_pass nginx_stream_pass;

#endif
