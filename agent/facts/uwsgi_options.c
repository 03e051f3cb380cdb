/* SPDX-License-Identifier: MIT */
/* core/ini.c uwsgi_ini_config(), core/config.c: lines of the one section, keys with regard to case, no comments behind values. */
#include "facts/uwsgi_options.h"
#include "facts/proc.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

#define OPTIONS_MAX 4000
#define NAMES_MAX   64 /* %(name) in one value */
#define EXPAND_MAX  10

/* The options that matter, and those that read more. "" in the key: only its value must not be taken for a word. */
static const struct server_option table[] = {
	{"socket", 's', OPTION_VALUE, "socket"}, {"uwsgi-socket", '\0', OPTION_VALUE, "socket"},
	{"http-socket", '\0', OPTION_VALUE, "socket"}, {"fastcgi-socket", '\0', OPTION_VALUE, "socket"},
	{"scgi-socket", '\0', OPTION_VALUE, "socket"}, {"puwsgi-socket", '\0', OPTION_VALUE, "socket"},
	{"http", '\0', OPTION_VALUE, "socket"}, {"chmod-socket", 'C', OPTION_GLUED, "chmod-socket"},
	{"chmod", '\0', OPTION_GLUED, "chmod-socket"}, {"chown-socket", '\0', OPTION_VALUE, "chown-socket"},
	{"umask", '\0', OPTION_VALUE, "umask"}, {"uid", '\0', OPTION_VALUE, "uid"}, {"gid", '\0', OPTION_VALUE, "gid"},
	{"chdir", '\0', OPTION_VALUE, "chdir"}, {"ini", '\0', OPTION_VALUE, "ini"}, {"include", '\0', OPTION_VALUE, "ini"},
	{"inherit", '\0', OPTION_VALUE, "ini"}, {"config", '\0', OPTION_VALUE, "ini"}, {"xml", 'x', OPTION_VALUE, "other"},
	{"yaml", 'y', OPTION_VALUE, "other"}, {"yml", '\0', OPTION_VALUE, "other"}, {"json", 'j', OPTION_VALUE, "other"},
	{"emperor", '\0', OPTION_VALUE, "emperor"}, {"emperor-tyrant", '\0', OPTION_FLAG, "emperor-tyrant"},
	{"master-as-root", '\0', OPTION_FLAG, "master-as-root"}, {"drop-after-init", '\0', OPTION_FLAG, "drop-after-init"},
	{"drop-after-apps", '\0', OPTION_FLAG, "drop-after-apps"}, {"set", 'S', OPTION_VALUE, "set"},
	{"set-placeholder", '\0', OPTION_VALUE, "set"}, {"set-ph", '\0', OPTION_VALUE, "set"},
};

void uwsgi_options_free(struct uwsgi_options *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->items[i].key);
		free(o->items[i].value);
		free(o->items[i].at.file);
	}
	free(o->items);
	strings_free(&o->open);
	free(o->start);
	free(o->section);
	free(o->unclear);
	*o = (struct uwsgi_options){0};
}

const struct uwsgi_option *uwsgi_last(const struct uwsgi_options *o, const char *key)
{
	for (size_t i = o->n; i-- > 0;)
		if (streq(o->items[i].key, key))
			return &o->items[i];
	return NULL;
}

static void unclear(struct uwsgi_options *o, const char *file, uint32_t line, const char *what)
{
	AUTO_FREE char *shown = file ? escape_terminal(file) : NULL;

	if (!o->unclear)
		o->unclear = !shown ? xstrdup(what) : line ? xasprintf("%s:%u: %s", shown, line, what) : xasprintf("%s: %s", shown, what);
}

static void add(struct uwsgi_options *o, const char *key, const char *value, const char *file, uint32_t line)
{
	if (o->n < OPTIONS_MAX)
		ARRAY_ADD(o->items, o->n, (struct uwsgi_option){xstrdup(key), xstrdup(value), {xstrdup(file), line}});
	else
		unclear(o, file, line, "its options are too many: those from here on are not read");
}

/* --- expansion ----------------------------------------------------------------------------------------------------------- */

/* A placeholder is any option or name that is set, by `set` too. */
static const char *value_of(const struct uwsgi_options *o, const char *name, size_t n)
{
	for (size_t i = o->n; i-- > 0;) {
		const struct uwsgi_option *option = &o->items[i];

		if (option->value && strlen(option->key) == n && memcmp(option->key, name, n) == 0)
			return option->value;
		if (option->value && streq(option->key, "set") && strncmp(option->value, name, n) == 0 && option->value[n] == '=')
			return option->value + n + 1;
	}
	return NULL;
}

/* One round of %(name); false: something is not known. */
static bool expand_once(const struct uwsgi_options *o, const char *p, struct text *out, bool *any)
{
	unsigned names = 0;

	for (; *p; p++) {
		const char *close = p[0] && p[1] == '(' ? strchr(p, ')') : NULL;
		const char *value;

		if (!close || !strchr("%$@", *p)) {
			text_add_char(out, *p);
			continue;
		}
		value = *p == '%' ? value_of(o, p + 2, (size_t)(close - p - 2)) : NULL;
		if (!value || out->size > 4096 || ++names > NAMES_MAX)
			return false;
		text_add(out, value);
		*any = true;
		p = close;
	}
	return true;
}

char *uwsgi_expand(const struct uwsgi_options *o, const char *value)
{
	AUTO_FREE char *now = xstrdup(value);

	for (unsigned i = 0; i < EXPAND_MAX; i++) {
		struct text out = {0};
		bool any = false, known = expand_once(o, now, &out, &any);

		free(now);
		now = text_steal(&out);
		if (!known)
			return NULL;
		if (!any)
			return TAKE_PTR(now);
	}
	return NULL;
}

/* %p, %n, …: of the path of the file (core/config.c, config_magic_table_fill()). */
static bool magic(const char *path, char letter, struct text *out)
{
	const char *name = base_name(path), *dot = strrchr(name, '.');
	AUTO_FREE char *directory = xstrndup(path, (size_t)(name - path));

	switch (letter) {
	case 'p':
		text_add(out, path);
		return true;
	case 's':
		text_add(out, name);
		return true;
	case 'n':
		text_add_bytes(out, name, dot ? (size_t)(dot - name) : strlen(name));
		return true;
	case 'e':
		text_add(out, dot ? dot + 1 : "");
		return true;
	case 'd':
		text_add(out, directory);
		return true;
	case 'c':
		directory[strlen(directory) - 1] = '\0';
		text_add(out, base_name(directory));
		return true;
	default:
		return false;
	}
}

static char *with_magic(const char *path, const char *value)
{
	struct text out = {0};

	for (const char *p = value; *p; p++) {
		if (*p == '%' && p[1] && p[1] != '(' && magic(path, p[1], &out))
			p++;
		else
			text_add_char(&out, *p);
	}
	return text_steal(&out);
}

/* --- ini files ----------------------------------------------------------------------------------------------------------- */

struct ini {
	struct uwsgi_options *o;
	const char *path;
	const char *section;
	uint32_t line;
	bool inside;         /* the section */
	unsigned conditions; /* if-…, for: what stands within depends on something */
};

static const struct server_option *known(const char *key)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (streq(table[i].name, key))
			return &table[i];
	return NULL;
}

static void more_ini(struct ini *f, const char *value)
{
	AUTO_FREE char *name = uwsgi_expand(f->o, value);
	AUTO_FREE char *same = name && name[0] == ':' ? xasprintf("%s%s", f->path, name) : NULL;

	if (name)
		uwsgi_take_ini(f->o, same ? same : name);
	else
		unclear(f->o, f->path, f->line, "an included file whose name is not known");
}

static void take_pair(struct ini *f, const char *key, const char *given)
{
	const struct server_option *option = known(key);
	AUTO_FREE char *value = with_magic(f->path, given);
	const char *what = option ? option->key : key;

	if (starts_with(key, "if-") || streq(key, "for") || starts_with(key, "for-"))
		f->conditions++;
	else if (starts_with(key, "end"))
		f->conditions -= f->conditions > 0;
	else if (f->conditions && option)
		unclear(f->o, f->path, f->line, "an option that depends on a condition");
	else if (streq(what, "ini"))
		more_ini(f, value);
	else if (streq(what, "other"))
		unclear(f->o, f->path, f->line, "it includes a file in another format than ini");
	else
		add(f->o, what, value, f->path, f->line);
}

static char *trimmed(const char *p, size_t n)
{
	while (n && strchr(" \t\r", *p))
		p++, n--;
	while (n && strchr(" \t\r", p[n - 1]))
		n--;
	return xstrndup(p, n);
}

static void take_line(struct ini *f, const char *p, size_t n)
{
	AUTO_FREE char *line = trimmed(p, n);
	char *equals = strchr(line, '='), *close = strchr(line, ']');

	if (!*line || *line == ';' || *line == '#')
		return;
	if (*line == '[') {
		AUTO_FREE char *name = xstrndup(line + 1, close ? (size_t)(close - line - 1) : strlen(line + 1));

		f->inside = streq(name, f->section);
	} else if (f->inside && strlen(line) < 4096) {
		AUTO_FREE char *key = trimmed(line, equals ? (size_t)(equals - line) : strlen(line));
		AUTO_FREE char *value = equals ? trimmed(equals + 1, strlen(equals + 1)) : xstrdup("");

		take_pair(f, key, value);
	}
}

/* A backslash at the end of a line joins it with the next. */
static void read_ini(struct server_build *b, void *context, const struct source_file *file)
{
	struct ini f = *(struct ini *)context;
	const char *p = file->bytes, *end = file->bytes + file->size;

	if (!b->out->config)
		b->out->config = xstrdup(file->path);
	f.path = file->path;
	for (f.line = 1; p < end; f.line++) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((stop ? stop : end) - p);
		AUTO_TEXT struct text joined = {0};
		uint32_t more = 0;

		while (n && p[n - 1] == '\\' && stop) {
			text_add_bytes(&joined, p, n - 1);
			p = stop + 1;
			more++;
			stop = memchr(p, '\n', (size_t)(end - p));
			n = (size_t)((stop ? stop : end) - p);
		}
		text_add_bytes(&joined, p, n);
		take_line(&f, joined.bytes, joined.size);
		f.line += more;
		p = stop ? stop + 1 : end;
	}
}

static void read_whole_ini(struct uwsgi_options *o, const char *path, const char *which, struct ini *f)
{
	strings_add(&o->open, which);
	if (server_files(o->b, path, false, read_ini, f) == 0)
		unclear(o, path, 0, "this configuration file could not be read");
	free(o->open.items[--o->open.n]);
}

void uwsgi_take_ini(struct uwsgi_options *o, const char *name)
{
	const char *colon = strrchr(name, ':');
	AUTO_FREE char *file = xstrndup(name, colon ? (size_t)(colon - name) : strlen(name));
	AUTO_FREE char *path = server_path(o->start, file);
	struct ini f = {.o = o, .section = colon ? colon + 1 : "uwsgi"};
	AUTO_FREE char *which = path ? xasprintf("%s:%s", path, f.section) : NULL;

	if (!o->section)
		o->section = xstrdup(f.section);
	if (strpbrk(name, "*?[$") || !path)
		unclear(o, NULL, 0, "the place of its configuration file is not known");
	else if (strings_has(&o->open, which))
		unclear(o, path, 0, "this configuration file includes itself");
	else
		read_whole_ini(o, path, which, &f);
}

/* --- command line -------------------------------------------------------------------------------------------------------- */

static const char *const other_formats[] = {".xml", ".yml", ".yaml", ".json", ".js"};

static void take_bare(struct uwsgi_options *o, const char *word)
{
	if (ends_with(word, ".ini"))
		uwsgi_take_ini(o, word);
	for (size_t i = 0; i < COUNT_OF(other_formats); i++)
		if (ends_with(word, other_formats[i]))
			unclear(o, NULL, 0, "its configuration file has another format than ini");
}

static void on_option(void *context, const char *key, const char *value)
{
	struct uwsgi_options *o = context;

	if (!key)
		take_bare(o, value);
	else if (streq(key, "ini"))
		uwsgi_take_ini(o, value);
	else if (streq(key, "other"))
		unclear(o, NULL, 0, "its configuration file has another format than ini");
	else
		add(o, key, value, NULL, 0);
}

void uwsgi_take_words(struct uwsgi_options *o, const struct strings *words)
{
	server_options(table, COUNT_OF(table), words, 0, on_option, o);
}
