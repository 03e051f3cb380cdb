/* SPDX-License-Identifier: MIT */
/* Gunicorn: see server_read.h for its rules. */
#include "facts/python_literals.h"
#include "facts/server_build.h"
#include "facts/server_words.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

static const struct server_option options[] = {
	{"bind", 'b', OPTION_VALUE, "bind"}, {"umask", 'm', OPTION_VALUE, "umask"}, {"user", 'u', OPTION_VALUE, "user"},
	{"group", 'g', OPTION_VALUE, "group"}, {"chdir", '\0', OPTION_VALUE, "chdir"}, {"config", 'c', OPTION_VALUE, "config"},
	/* Not used, but with letters that take what is glued to them. */
	{"workers", 'w', OPTION_VALUE, ""}, {"worker-class", 'k', OPTION_VALUE, ""}, {"name", 'n', OPTION_VALUE, ""},
	{"env", 'e', OPTION_VALUE, ""}, {"pid", 'p', OPTION_VALUE, ""}, {"timeout", 't', OPTION_VALUE, ""},
};

enum { UMASK, USER, GROUP, CHDIR, KNOBS };
static const char *const keys[] = {"umask", "user", "group", "chdir", "bind", NULL};

/* An address and where it stands. */
struct bind {
	char *address;
	struct place at;
};

struct gunicorn {
	struct server_build *b;
	struct knob knobs[KNOBS];
	struct bind *binds;
	size_t n_binds;
	struct knob binds_unclear; /* its unclear only */
	char *config;              /* of the command line */
	bool fresh;                /* binds of this source have begun: those of the one before are gone */
};

static int knob_of(const char *key)
{
	for (int i = 0; i < KNOBS; i++)
		if (streq(keys[i], key))
			return i;
	return -1;
}

static void forget_binds(struct gunicorn *g)
{
	for (size_t i = 0; i < g->n_binds; i++) {
		free(g->binds[i].address);
		free(g->binds[i].at.file);
	}
	g->n_binds = 0;
	knob_free(&g->binds_unclear);
}

/* validate_string() takes blanks off. */
static void add_bind(struct gunicorn *g, const char *address, const char *file, uint32_t line)
{
	size_t blanks = strspn(address, " \t\n"), n = strlen(address + blanks);
	struct bind bind = {.at = {xstrdup(file), line}};

	while (n && strchr(" \t\n", address[blanks + n - 1]))
		n--;
	bind.address = xstrndup(address + blanks, n);
	ARRAY_ADD(g->binds, g->n_binds, bind);
}

/* --- command line -------------------------------------------------------------------------------------------------------- */

/* auto_int(): 0117 becomes 0o117, then int(x, 0). */
static void set_umask(struct gunicorn *g, const char *value)
{
	uint64_t number = 0;
	char *octal = literal_number(value, strlen(value), &number) ? octal_text(number) : NULL;

	if (octal)
		knob_set(&g->knobs[UMASK], octal, NULL, 0);
	else
		knob_unclear(&g->knobs[UMASK], "--umask", "it is no number", NULL, 0);
}

static void bind_option(struct gunicorn *g, const char *value, bool variable)
{
	if (!g->fresh)
		forget_binds(g);
	g->fresh = true;
	if (variable)
		knob_unclear(&g->binds_unclear, "--bind", "a variable on the command line", NULL, 0);
	else
		add_bind(g, value, NULL, 0);
}

static void on_option(void *context, const char *key, const char *value)
{
	struct gunicorn *g = context;
	int knob = key ? knob_of(key) : -1;
	bool variable = value && strpbrk(value, "$%");

	if (!key || !value)
		return;
	if (streq(key, "bind"))
		bind_option(g, value, variable);
	else if (knob >= 0 && variable)
		knob_unclear(&g->knobs[knob], key, "a variable on the command line", NULL, 0);
	else if (knob == UMASK)
		set_umask(g, value);
	else if (knob >= 0)
		knob_set(&g->knobs[knob], xstrdup(value), NULL, 0);
}

static void on_config(void *context, const char *key, const char *value)
{
	struct gunicorn *g = context;

	if (key && streq(key, "config") && value) {
		free(g->config);
		g->config = xstrdup(value);
	}
}

static void each_option(struct gunicorn *g, const struct strings *words, server_option_each *each)
{
	g->fresh = false;
	server_options(options, COUNT_OF(options), words, 0, each, g);
}

/* --- the file ------------------------------------------------------------------------------------------------------------ */

struct in_file {
	struct gunicorn *g;
	const char *path;
};

/* validate_pos_int(): a text goes through int(x, 0), where 0117 is an error. */
static char *umask_of(const struct literal *value)
{
	uint64_t number = value->number;
	const char *s = value->text;
	bool octal_digits = s && s[0] == '0' && s[1] >= '0' && s[1] <= '9';

	if (value->kind == LITERAL_TEXT && !octal_digits && literal_number(s, strlen(s), &number))
		return octal_text(number);
	return value->kind == LITERAL_NUMBER ? octal_text(number) : NULL;
}

static void set_knob(struct in_file *f, int knob, const struct literal *value, uint32_t line)
{
	struct knob *k = &f->g->knobs[knob];
	char *text = NULL;

	if (knob == UMASK)
		text = umask_of(value);
	else if (value->kind == LITERAL_TEXT)
		text = xstrdup(value->text);
	else if (value->kind == LITERAL_NUMBER && knob != CHDIR)
		text = xasprintf("%llu", (unsigned long long)value->number);
	if (text)
		knob_set(k, text, f->path, line);
	else if (value->kind == LITERAL_NONE && knob != UMASK)
		knob_free(k);
	else
		knob_unclear(k, keys[knob], value->why ? value->why : "Gunicorn does not take such a value", f->path, line);
}

static void set_binds(struct in_file *f, const struct literal *value, uint32_t line)
{
	struct gunicorn *g = f->g;

	forget_binds(g);
	if (value->kind == LITERAL_TEXT)
		add_bind(g, value->text, f->path, line);
	else if (value->kind == LITERAL_UNCLEAR)
		knob_unclear(&g->binds_unclear, "bind", value->why, f->path, line);
	for (size_t i = 0; value->kind == LITERAL_LIST && i < value->items.n; i++)
		add_bind(g, value->items.items[i], f->path, line);
}

static void on_assignment(void *context, const char *key, const struct literal *value, uint32_t line)
{
	struct in_file *f = context;
	int knob = knob_of(key);

	if (knob >= 0)
		set_knob(f, knob, value, line);
	else
		set_binds(f, value, line);
}

static void read_config(struct server_build *b, void *context, const struct source_file *file)
{
	struct in_file f = {context, file->path};

	free(b->out->config);
	b->out->config = xstrdup(file->path);
	python_read(file->bytes, file->size, keys, on_assignment, &f);
}

static void all_unclear(struct gunicorn *g, const char *what)
{
	for (int i = 0; i < KNOBS; i++)
		knob_unclear(&g->knobs[i], keys[i], what, NULL, 0);
	knob_unclear(&g->binds_unclear, "bind", what, NULL, 0);
}

/* With --chdir the directory that it was started in may be unknown: then so is what a relative name means. */
static const char *start_of(const struct gunicorn *g)
{
	const struct server_order *order = g->b->order;

	return order->start ? order->start : g->knobs[CHDIR].value ? NULL : order->cwd;
}

static void find_config(struct gunicorn *g)
{
	const char *name = g->config ? g->config : "gunicorn.conf.py";
	AUTO_FREE char *path = NULL;

	if (starts_with(name, "file:"))
		name += strlen("file:");
	if (starts_with(name, "python:")) {
		all_unclear(g, "the configuration is a module of Python");
		return;
	}
	path = strchr(name, '$') ? NULL : server_path(start_of(g), name);
	if (!path)
		all_unclear(g, "the directory of its configuration file is not known");
	else if (server_files(g->b, path, !g->config, read_config, g) == 0 && g->config)
		all_unclear(g, "the configuration file could not be read");
}

/* --- sections ------------------------------------------------------------------------------------------------------------ */

/* gunicorn/util.py parse_address(). */
static char *endpoint_of(const struct gunicorn *g, const char *address)
{
	const char *base = g->knobs[CHDIR].value && g->knobs[CHDIR].value[0] == '/' ? g->knobs[CHDIR].value : g->b->order->cwd;

	if (starts_with(address, "unix:"))
		return server_unix(base, address + (starts_with(address, "unix://") ? 7 : 5));
	if (starts_with(address, "tcp://"))
		address += strlen("tcp://");
	return server_tcp(address, "8000");
}

static void add_section(struct gunicorn *g, char *endpoint, const char *why, const struct place *at)
{
	struct backend_section *section = server_section(g->b, NULL, endpoint, at->file, at->line);

	section_unclear(section, why);
	for (int i = 0; i < CHDIR; i++)
		server_setting(section, keys[i], &g->knobs[i]);
}

static void add_sections(struct gunicorn *g)
{
	for (size_t i = 0; i < g->n_binds; i++) {
		char *endpoint = starts_with(g->binds[i].address, "fd://") ? NULL : endpoint_of(g, g->binds[i].address);

		if (endpoint || !starts_with(g->binds[i].address, "fd://"))
			add_section(g, endpoint, endpoint ? NULL : "the directory that its socket is relative to is not known",
				&g->binds[i].at);
	}
	if (g->binds_unclear.unclear)
		add_section(g, NULL, g->binds_unclear.unclear, &(struct place){0});
}

/* GUNICORN_CMD_ARGS is split as a shell would (shlex.split). */
static void read_environment(struct gunicorn *g, server_option_each *each)
{
	AUTO_STRINGS struct strings words = {0};

	if (!g->b->order->environment)
		return;
	words_split(g->b->order->environment, &words);
	each_option(g, &words, each);
}

void read_gunicorn(struct server_build *b)
{
	struct gunicorn g = {.b = b};

	read_environment(&g, on_config);
	each_option(&g, &b->order->words, on_config);
	each_option(&g, &b->order->words, on_option); /* for --chdir, which says where the file is */
	for (int i = 0; i < CHDIR; i++)
		knob_free(&g.knobs[i]);
	forget_binds(&g);
	if (b->order->title_only)
		all_unclear(&g, "its command line is hidden behind the title of the process");
	else
		find_config(&g);
	read_environment(&g, on_option);
	each_option(&g, &b->order->words, on_option);
	add_sections(&g);
	forget_binds(&g);
	free(g.binds);
	free(g.config);
	for (int i = 0; i < KNOBS; i++)
		knob_free(&g.knobs[i]);
}
