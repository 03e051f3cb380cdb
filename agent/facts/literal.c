/* SPDX-License-Identifier: MIT */
#include "facts/literal.h"
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void literal_free(struct literal *literal)
{
	free(literal->text);
	strings_free(&literal->items);
	*literal = (struct literal){0};
}

struct literal literal_unclear(const char *why)
{
	return (struct literal){.kind = LITERAL_UNCLEAR, .why = why};
}

static unsigned base_of(const char **s, size_t *n)
{
	static const struct {
		char letter;
		unsigned base;
	} prefixes[] = {{'x', 16}, {'o', 8}, {'b', 2}, {'d', 10}};

	if (*n < 2 || **s != '0')
		return 10;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (((*s)[1] | 0x20) == prefixes[i].letter) {
			*s += 2;
			*n -= 2;
			return prefixes[i].base;
		}
	}
	return 8;
}

static unsigned digit_of(char c)
{
	return c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) :
		c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 99;
}

bool literal_number(const char *s, size_t n, uint64_t *out)
{
	unsigned base = base_of(&s, &n);
	bool any = false;

	*out = 0;
	for (; n; s++, n--) {
		if (*s == '_' && any)
			continue;
		if (digit_of(*s) >= base || *out > UINT64_MAX / 32)
			return false;
		*out = *out * base + digit_of(*s);
		any = true;
	}
	return any;
}

void statement_clear(struct statement *statement)
{
	for (size_t i = 0; i < statement->n; i++)
		free(statement->tokens[i].text);
	statement->n = 0;
	statement->too_long = false;
}

void statement_free(struct statement *statement)
{
	statement_clear(statement);
	free(statement->tokens);
	*statement = (struct statement){0};
}

bool token_is(const struct token *token, const char *word)
{
	return (token->kind == TOKEN_NAME || token->kind == TOKEN_MARK) && token->n == strlen(word) &&
		memcmp(token->s, word, token->n) == 0;
}

char *tokens_text(const struct statement *s, size_t *at, size_t end)
{
	struct text out = {0};

	if (*at >= end || s->tokens[*at].kind != TOKEN_TEXT)
		return NULL;
	for (; *at < end && s->tokens[*at].kind == TOKEN_TEXT; ++*at)
		text_add(&out, s->tokens[*at].text);
	return text_steal(&out);
}
