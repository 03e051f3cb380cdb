/* SPDX-License-Identifier: MIT */
/* The tokenizer of nginx configuration text. It follows ngx_conf_read_token() of src/core/ngx_conf_file.c (nginx 1.22 to 1.27):
 * what nginx reads as a word is a word here, and what it refuses is refused at the same byte. Differences, on purpose: a NUL byte
 * outside comments is refused, and an unclosed quote is reported at the line where it begins. */
#ifndef PERMFIX_FACTS_NGINX_LEX_H
#define PERMFIX_FACTS_NGINX_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* nginx refuses a parameter (and, since its buffer is the same, a comment line) that is longer. */
#define NGINX_WORD_MAX 4096

struct nginx_word {
	const char *bytes; /* raw, without the quotes, escapes not undone; not NUL-terminated */
	size_t size;
	size_t offset;     /* byte range in the file, quotes included */
	size_t length;
	uint32_t line;     /* in which it begins */
	bool escaped;      /* holds a backslash */
};

enum nginx_statement {
	NGINX_SIMPLE, /* words; */
	NGINX_BLOCK,  /* words { */
	NGINX_CLOSE,  /* } */
	NGINX_EOF,
	NGINX_BAD,    /* problem and problem_line say why; nothing more can be read */
};

struct nginx_lex {
	const char *bytes;
	size_t size;
	size_t at;
	uint32_t line;
	struct nginx_word *words; /* of the statement that was read last */
	size_t n_words;
	char problem[200];
	uint32_t problem_line;
	size_t start;             /* internal: where the current word, blank or comment begins */
	uint32_t start_line;
};

void nginx_lex_start(struct nginx_lex *lex, const char *bytes, size_t size);
void nginx_lex_free(struct nginx_lex *lex);

/* Reads the next statement. Its words are valid until the next call; a statement has at least one. */
enum nginx_statement nginx_lex_next(struct nginx_lex *lex);

/* Right after NGINX_BLOCK: passes over a block of Lua code up to and including its closing brace. False: there is none (problem). */
bool nginx_lex_skip_lua(struct nginx_lex *lex);

/* The word as nginx sees it: \" \' \\ \t \r \n undone, any other backslash kept. The caller frees. */
char *nginx_word_text(const struct nginx_word *word);

bool nginx_word_is(const struct nginx_word *word, const char *s);

#endif
