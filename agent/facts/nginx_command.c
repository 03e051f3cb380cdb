/* SPDX-License-Identifier: MIT */
#include "facts/nginx_command.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

static const char takes_value[] = "cpgse";
static const char ends_by_itself[] = "tTvVh?s";

void nginx_command_free(struct nginx_command *command)
{
	free(command->conf);
	free(command->prefix);
	free(command->user);
	free(command->group);
	*command = (struct nginx_command){0};
}

static void replace(char **slot, const char *value)
{
	free(*slot);
	*slot = xstrdup(value);
}

static void take_directive(char *directive, struct nginx_command *out)
{
	char *save, *name = strtok_r(directive, " \t\n", &save);
	char *first = name ? strtok_r(NULL, " \t\n", &save) : NULL;
	char *second = first ? strtok_r(NULL, " \t\n", &save) : NULL;

	if (!first)
		return;
	if (streq(name, "user")) {
		replace(&out->user, first);
		replace(&out->group, second);
	} else if (streq(name, "master_process")) {
		out->single = streq(first, "off");
	}
}

static void take_directives(const char *globals, struct nginx_command *out)
{
	AUTO_FREE char *copy = xstrdup(globals);
	char *save, *directive = strtok_r(copy, ";", &save);

	for (; directive; directive = strtok_r(NULL, ";", &save))
		take_directive(directive, out);
}

static void take_option(char letter, const char *value, struct nginx_command *out)
{
	if (letter == 'c')
		replace(&out->conf, value);
	else if (letter == 'p')
		replace(&out->prefix, value);
	else if (letter == 'g')
		take_directives(value, out);
}

/* One word of letters, "-tc"; the value stands behind its letter or is the next word. Returns how many words were taken. */
static size_t take_word(const char *word, const char *next, struct nginx_command *out)
{
	for (const char *p = word + 1; *p; p++) {
		if (strchr(ends_by_itself, *p))
			out->no_server = true;
		if (!strchr(takes_value, *p))
			continue;
		if (p[1]) {
			take_option(*p, p + 1, out);
			return 1;
		}
		if (next)
			take_option(*p, next, out);
		return 2;
	}
	return 1;
}

void nginx_command_parse(const struct strings *arguments, struct nginx_command *out)
{
	*out = (struct nginx_command){0};
	for (size_t i = 1; i < arguments->n;) {
		const char *word = arguments->items[i];
		const char *next = i + 1 < arguments->n ? arguments->items[i + 1] : NULL;

		i += word[0] == '-' ? take_word(word, next, out) : 1;
	}
}

/* --- titles --------------------------------------------------------------------------------------------------------- */

static const char *const title_names[] = {"nginx: ", "angie: "};

/* What follows "nginx: " in a title, NULL where it does not begin so. */
static const char *after_name(const char *title)
{
	for (size_t i = 0; i < COUNT_OF(title_names); i++)
		if (starts_with(title, title_names[i]))
			return title + strlen(title_names[i]);
	return NULL;
}

enum nginx_role nginx_title_role(const char *title)
{
	static const char worker[] = "worker process";
	const char *rest = after_name(title);

	if (!rest)
		return NGINX_PLAIN;
	if (starts_with(rest, "master process"))
		return NGINX_MASTER;
	if (starts_with(rest, worker)) {
		rest += strlen(worker);
		return !*rest || starts_with(rest, " #") ? NGINX_WORKER : NGINX_OTHER;
	}
	return NGINX_OTHER;
}

/* "-c", "-qc", "-c/etc/nginx.conf". */
static bool looks_like_option(const char *word, size_t n)
{
	static const char letters[] = "cpgsetTvVh?q";

	if (n < 2 || word[0] != '-' || !strchr(letters, word[1]))
		return false;
	return 1 + strspn(word + 1, letters) >= n || (strchr("cpe", word[1]) && word[2] == '/');
}

static bool value_follows(const char *word, size_t n)
{
	return looks_like_option(word, n) && strchr(takes_value, word[n - 1]) && !memchr(word, '/', n);
}

/* How far the word, or the value with blanks in it, reaches. */
static size_t word_length(const char *s, bool value)
{
	size_t n = strcspn(s, " ");

	while (value && s[n] && !looks_like_option(s + n + 1, strcspn(s + n + 1, " ")))
		n += 1 + strcspn(s + n + 1, " ");
	return n;
}

static void split_title(const char *line, struct strings *arguments)
{
	bool value = true; /* the program's own name may have blanks too */

	while (*line) {
		size_t n = word_length(line, value);

		strings_own(arguments, xstrndup(line, n));
		value = value_follows(line, n);
		line += n;
		line += *line == ' ';
	}
}

void nginx_title_words(const char *title, struct strings *arguments)
{
	const char *rest = nginx_title_role(title) == NGINX_MASTER ? after_name(title) + strlen("master process") : "";
	const char *bracket = starts_with(rest, " v") ? strchr(rest, '[') : NULL;
	size_t n;

	rest = bracket ? bracket + 1 : rest + strspn(rest, " ");
	n = strlen(rest);
	if (bracket && n && rest[n - 1] == ']')
		n--;
	AUTO_FREE char *line = xstrndup(rest, n);
	split_title(line, arguments);
}
