/* SPDX-License-Identifier: MIT */
/* uWSGI: see server_read.h for its rules. */
#include "facts/uwsgi_options.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

/* core/config.c uwsgi_opt_chmod_socket(): without a value (the command line only) or 1, or three octal digits; with anything else uWSGI does not
 * start, which is for the prediction to say. */
static char *chmod_value(const struct uwsgi_option *option, const char *value)
{
	if (option->value && !*option->value)
		return NULL;
	return xstrdup(!value || streq(value, "1") ? "" : value);
}

/* uwsgi_opt_set_umask(): three or four digits; what is none of that is said in the log and counts as 0. */
static char *umask_value(const struct uwsgi_option *option, const char *value)
{
	size_t n = value ? strlen(value) : 0;

	(void)option;
	return n == 3 || n == 4 ? octal_of(value) : xstrdup("0000");
}

static char *flag_value(const struct uwsgi_option *option, const char *value)
{
	(void)option;
	return xstrdup(value && (streq(value, "false") || streq(value, "0")) ? "false" : "true");
}

static char *name_value(const struct uwsgi_option *option, const char *value)
{
	(void)option;
	return value && *value ? xstrdup(value) : NULL;
}

static const struct {
	const char *key;
	char *(*value)(const struct uwsgi_option *option, const char *value); /* NULL: uWSGI refuses it */
} knobs[] = {
	{"chmod-socket", chmod_value}, {"chown-socket", name_value}, {"umask", umask_value}, {"uid", name_value}, {"gid", name_value},
	{"master-as-root", flag_value}, {"drop-after-init", flag_value}, {"drop-after-apps", flag_value},
};

static void read_knob(const struct uwsgi_options *o, size_t i, struct knob *out)
{
	const struct uwsgi_option *option = uwsgi_last(o, knobs[i].key);
	AUTO_FREE char *expanded = option && option->value ? uwsgi_expand(o, option->value) : NULL;
	char *value;

	if (!option)
		return;
	if (option->value && !expanded) {
		knob_unclear(out, knobs[i].key, "a variable that is set elsewhere", option->at.file, option->at.line);
		return;
	}
	value = knobs[i].value(option, expanded);
	if (value)
		knob_set(out, value, option->at.file, option->at.line);
	else
		knob_unclear(out, knobs[i].key, "uWSGI refuses this value and does not start", option->at.file, option->at.line);
}

/* core/socket.c uwsgi_new_socket(), bind_to_unix(), bind_to_tcp(): with a colon an address, "@" abstract, else a path. */
static char *endpoint_of(const struct uwsgi_options *o, const char *value, const char **why)
{
	const struct uwsgi_option *chdir = uwsgi_last(o, "chdir");
	AUTO_FREE char *into = chdir && chdir->value ? uwsgi_expand(o, chdir->value) : NULL;
	AUTO_FREE char *base = into && *into == '/' ? xstrdup(into) : chdir && !into ? NULL : xstrdup(o->b->order->cwd);
	char *endpoint = NULL;

	*why = NULL;
	if (strchr(value, ':') && value[0] != '@')
		endpoint = server_tcp(*value == '=' ? value + 1 : value, NULL);
	else
		endpoint = server_unix(base, value);
	if (!endpoint)
		*why = "the address of its socket is not known";
	return endpoint;
}

static void warn_twice(const struct uwsgi_options *o)
{
	const struct uwsgi_option *last = uwsgi_last(o, "chmod-socket");

	for (size_t i = 0; last && i < o->n; i++)
		if (&o->items[i] != last && streq(o->items[i].key, "chmod-socket") && o->items[i].value && last->value)
			server_problem(o->b, last->at.file, last->at.line,
				"chmod-socket is set twice: uWSGI puts the values together, which may set the setuid, setgid or sticky bit");
}

static void add_socket(const struct uwsgi_options *o, const struct uwsgi_option *option, const struct knob *found)
{
	AUTO_FREE char *value = option->value ? uwsgi_expand(o, option->value) : NULL;
	const char *why = "the address of its socket is a variable that is set elsewhere";
	char *endpoint = value ? endpoint_of(o, value, &why) : NULL;
	struct backend_section *section = server_section(o->b, o->section ? o->section : "uwsgi", endpoint, option->at.file,
		option->at.line);

	section_unclear(section, why);
	section_unclear(section, o->unclear);
	for (size_t i = 0; i < COUNT_OF(knobs); i++)
		if (!found[i].value || !streq(found[i].value, "false"))
			server_setting(section, knobs[i].key, &found[i]);
}

static void add_sockets(const struct uwsgi_options *o)
{
	struct knob found[COUNT_OF(knobs)] = {0};
	size_t before = o->b->out->n_sections;

	for (size_t i = 0; i < COUNT_OF(knobs); i++)
		read_knob(o, i, &found[i]);
	for (size_t i = 0; i < o->n; i++)
		if (streq(o->items[i].key, "socket"))
			add_socket(o, &o->items[i], found);
	if (o->unclear && o->b->out->n_sections == before)
		section_unclear(server_section(o->b, o->section, NULL, NULL, 0), o->unclear);
	warn_twice(o);
	for (size_t i = 0; i < COUNT_OF(knobs); i++)
		knob_free(&found[i]);
}

/* --- emperor: its vassals are servers of their own, in the directory that it watches --------------------------------------- */

/* Only its name is needed: it is read as the vassal's own command line would. */
static void note_vassal(struct server_build *b, void *context, const struct source_file *file)
{
	(void)b;
	strings_add(context, file->path);
}

static void read_vassal(struct server_build *b, const char *path, const char *directory, bool tyrant)
{
	struct uwsgi_options o = {.b = b, .start = xstrdup(directory)};
	struct server_order order = *b->order;
	const struct server_order *outer = b->order;

	order.cwd = o.start;
	b->order = &order;
	uwsgi_take_ini(&o, path);
	if (tyrant && !o.unclear)
		o.unclear = xstrdup("the emperor is a tyrant: it runs each vassal as the owner of its file");
	add_sockets(&o);
	b->order = outer;
	uwsgi_options_free(&o);
}

static void read_vassals(const struct uwsgi_options *o)
{
	const struct uwsgi_option *emperor = uwsgi_last(o, "emperor");
	AUTO_FREE char *value = emperor && emperor->value ? uwsgi_expand(o, emperor->value) : NULL;
	AUTO_FREE char *directory = value ? server_path(o->start, value) : NULL;
	AUTO_FREE char *pattern = directory && !strpbrk(directory, "*?[") ? xasprintf("%s/*.ini", directory) : xstrdup(directory);
	AUTO_STRINGS struct strings vassals = {0};

	if (pattern)
		server_files(o->b, pattern, true, note_vassal, &vassals);
	for (size_t i = 0; i < vassals.n; i++)
		read_vassal(o->b, vassals.items[i], directory, uwsgi_last(o, "emperor-tyrant") != NULL);
}

void read_uwsgi(struct server_build *b)
{
	const struct server_order *order = b->order;
	struct uwsgi_options o = {.b = b, .start = xstrdup(order->start ? order->start : order->cwd)};

	if (order->title_only)
		o.unclear = xstrdup("its command line is hidden behind the title of the process");
	uwsgi_take_words(&o, &order->words);
	add_sockets(&o);
	read_vassals(&o);
	uwsgi_options_free(&o);
}
