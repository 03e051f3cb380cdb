/* SPDX-License-Identifier: MIT */
#include "facts/server_options.h"

#include <string.h>

struct scan {
	const struct strings *words;
	size_t at; /* the word that is looked at */
	server_option_each *each;
	void *context;
};

static const char *following(struct scan *s)
{
	return s->at + 1 < s->words->n ? s->words->items[++s->at] : NULL;
}

/* rest: what stands behind the name or letter in the same word, "" nothing. */
static void found(struct scan *s, const struct server_option *o, const char *rest)
{
	const char *value = NULL;

	if (o->value != OPTION_FLAG && *rest)
		value = rest;
	else if (o->value == OPTION_VALUE)
		value = following(s);
	if (o->value != OPTION_VALUE || value)
		s->each(s->context, o->key, value);
}

static bool take_long(struct scan *s, const struct server_option *o, const char *name)
{
	size_t n = strcspn(name, "=");

	if (strlen(o->name) != n || memcmp(o->name, name, n) != 0)
		return false;
	if (name[n] == '=' && !name[n + 1] && o->value != OPTION_FLAG)
		s->each(s->context, o->key, "");
	else
		found(s, o, name[n] ? name + n + 1 : "");
	return true;
}

static bool take(struct scan *s, const struct server_option *o, const char *word)
{
	if (word[1] == '-')
		return take_long(s, o, word + 2);
	if (!o->letter || word[1] != o->letter)
		return false;
	found(s, o, word + 2);
	return true;
}

static void take_word(struct scan *s, const struct server_option *table, size_t n)
{
	const char *word = s->words->items[s->at];

	if (word[0] != '-' || !word[1]) {
		s->each(s->context, NULL, word);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (take(s, &table[i], word))
			return;
}

void server_options(const struct server_option *table, size_t n, const struct strings *words, size_t first, server_option_each *each,
	void *context)
{
	struct scan s = {.words = words, .each = each, .context = context};

	for (s.at = first; s.at < words->n && !streq(words->items[s.at], "--"); s.at++)
		take_word(&s, table, n);
}
