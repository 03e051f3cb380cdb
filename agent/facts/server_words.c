/* SPDX-License-Identifier: MIT */
#include "facts/server_words.h"
#include "facts/proc.h"
#include "base/cleanup.h"

#include <fnmatch.h>
#include <string.h>

#define WORDS_MAX 1000

/* One word; returns what follows it. */
static const char *take_word(const char *p, struct text *word)
{
	char quote = '\0';

	for (; *p && (quote || !strchr(" \t\r\n", *p)); p++) {
		if (*p == '\\' && p[1] && quote != '\'')
			text_add_char(word, *++p);
		else if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? '\0' : *p;
		else
			text_add_char(word, *p);
	}
	return p;
}

void words_split(const char *text, struct strings *out)
{
	const char *p = text;

	while (out->n < WORDS_MAX && *(p += strspn(p, " \t\r\n"))) {
		struct text word = {0};

		p = take_word(p, &word);
		strings_own(out, text_steal(&word));
	}
}

void words_of_exec(const char *exec, struct strings *out)
{
	size_t prefixes = strspn(exec, "@-:+!|");
	bool other_name = memchr(exec, '@', prefixes) != NULL;

	words_split(exec + prefixes, out);
	if (other_name && out->n > 1) {
		free(out->items[1]);
		memmove(&out->items[1], &out->items[2], (out->n - 2) * sizeof(*out->items));
		out->n--;
	}
}

/* --- which server ------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *pattern;
	enum backend_kind kind;
} programs[] = {
	{"gunicorn", BACKEND_GUNICORN}, {"gunicorn3*", BACKEND_GUNICORN}, {"gunicorn-3*", BACKEND_GUNICORN}, {"uwsgi", BACKEND_UWSGI},
	{"uwsgi[-_]*", BACKEND_UWSGI},  {"puma", BACKEND_PUMA},           {"unicorn", BACKEND_UNICORN},      {"unicorn_rails", BACKEND_UNICORN},
	{"node", BACKEND_NODE},         {"nodejs", BACKEND_NODE},
};

/* What may stand before a server's program. */
static const char *const wrappers[] = {"python*", "pypy*", "ruby*", "bundle*", "env", "exec", "-*", "setpriv", "nice", "ionice"};

static bool matches(const char *word, const char *const *patterns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(patterns[i], word, 0) == 0)
			return true;
	return false;
}

static enum backend_kind kind_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(programs); i++)
		if (fnmatch(programs[i].pattern, name, 0) == 0)
			return programs[i].kind;
	return BACKEND_UNKNOWN;
}

enum backend_kind words_server(const struct strings *words, size_t *first)
{
	for (size_t i = 0; i < words->n && i < 8; i++) {
		const char *name = base_name(words->items[i]);
		enum backend_kind kind = kind_of(name);

		*first = i + 1;
		if (kind != BACKEND_UNKNOWN)
			return kind;
		if (!matches(name, wrappers, COUNT_OF(wrappers)) && !strchr(words->items[i], '='))
			break;
	}
	return BACKEND_UNKNOWN;
}

bool words_supervisord(const struct strings *words, size_t *first)
{
	static const char *const interpreters[] = {"python*", "pypy*"};

	for (size_t i = 0; i < words->n && i < 2; i++) {
		*first = i + 1;
		if (streq(base_name(words->items[i]), "supervisord"))
			return true;
		if (!matches(base_name(words->items[i]), interpreters, COUNT_OF(interpreters)))
			return false;
	}
	return false;
}
