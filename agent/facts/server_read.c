/* SPDX-License-Identifier: MIT */
#include "facts/server_read.h"
#include "facts/managed_by.h"
#include "facts/server_build.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define FILES_MAX    10000
#define BYTES_MAX    ((size_t)64 << 20)
#define DEPTH_MAX    8
#define PROBLEMS_MAX 500

static const struct field order_fields[] = {
	FIELD_NAME(struct server_order, kind, backend_kind_names),
	FIELD_PLAIN(STRINGS, struct server_order, words),
	FIELD_PLAIN(STRING, struct server_order, cwd),
	FIELD_PLAIN(STRING, struct server_order, start),
	FIELD_PLAIN(STRING, struct server_order, environment),
	FIELD_PLAIN(BOOL, struct server_order, title_only),
};
const struct shape server_order_shape = SHAPE("server_order", struct server_order, order_fields);

/* --- knobs ------------------------------------------------------------------------------------------------------------- */

void knob_free(struct knob *knob)
{
	free(knob->value);
	free(knob->at.file);
	free(knob->unclear);
	*knob = (struct knob){0};
}

void knob_set(struct knob *knob, char *value, const char *file, uint32_t line)
{
	knob_free(knob);
	knob->value = value;
	knob->at = (struct place){xstrdup(file), line};
}

void knob_unclear(struct knob *knob, const char *key, const char *what, const char *file, uint32_t line)
{
	AUTO_FREE char *shown = file ? escape_terminal(file) : NULL;

	knob_free(knob);
	knob->unclear = shown ? xasprintf("%s:%u: %s is not known: %s", shown, line, key, what) :
		xasprintf("%s is not known: %s", key, what);
}

/* --- what is found ------------------------------------------------------------------------------------------------------ */

void server_problem(struct server_build *b, const char *file, uint32_t line, const char *format, ...)
{
	struct config_problem problem = {.at = {NULL, line}};
	va_list args;

	if (b->out->n_problems >= PROBLEMS_MAX)
		return;
	va_start(args, format);
	problem.text = xvasprintf(format, args);
	va_end(args);
	problem.at.file = xstrdup(file);
	ARRAY_ADD(b->out->problems, b->out->n_problems, problem);
}

struct backend_section *server_section(struct server_build *b, const char *name, char *endpoint, const char *file, uint32_t line)
{
	AUTO_FREE char *taken = endpoint;
	struct backend_section *section;

	if (b->out->n_sections >= SERVER_SECTIONS_MAX)
		return NULL;
	section = ARRAY_NEW(b->out->sections, b->out->n_sections);
	section->name = xstrdup(name);
	section->endpoint = TAKE_PTR(taken);
	section->at = (struct place){xstrdup(file), line};
	return section;
}

void section_unclear(struct backend_section *section, const char *why)
{
	if (section && why && !section->unclear)
		section->unclear = xstrdup(why);
}

void server_setting(struct backend_section *section, const char *key, const struct knob *knob)
{
	struct setting *setting;

	if (!section)
		return;
	section_unclear(section, knob->unclear);
	if (!knob->value)
		return;
	setting = ARRAY_NEW(section->settings, section->n_settings);
	setting->key = xstrdup(key);
	setting->value = xstrdup(knob->value);
	setting->file = xstrdup(knob->at.file);
	setting->line = knob->at.line;
}

/* --- files -------------------------------------------------------------------------------------------------------------- */

struct wanted {
	struct server_build *b;
	server_file_each *each;
	void *context;
	bool optional;
	unsigned n;
};

static int one_file(void *context, const struct source_file *file)
{
	struct wanted *w = context;
	struct server_build *b = w->b;

	if (file->failed) {
		if (!w->optional || file->failed != ENOENT)
			server_problem(b, file->path, 0, "could not be read: %s", strerror(file->failed));
		return 0;
	}
	b->n_bytes += file->size;
	if (++b->n_files > FILES_MAX || b->n_bytes > BYTES_MAX)
		return b->failed = error_set(b->err, EFBIG, "its configuration files are too many, or too large together");
	w->n++;
	ARRAY_ADD(b->out->files, b->out->n_files,
		(struct config_file){xstrdup(file->path), file->mtime, file->uid, file->gid, file->mode});
	w->each(b, w->context, file);
	return b->failed;
}

/* Sections that stand in a file which a program writes. */
static void mark_managed(struct server_build *b, size_t from, const struct source_file *file)
{
	const char *by = managed_by(file->bytes, file->size);

	for (size_t i = from; by && i < b->out->n_sections; i++)
		if (!b->out->sections[i].managed_by && streq(b->out->sections[i].at.file, file->path))
			b->out->sections[i].managed_by = xstrdup(by);
}

static int mark_file(void *context, const struct source_file *file)
{
	if (!file->failed)
		mark_managed(context, 0, file);
	return 0;
}

unsigned server_files(struct server_build *b, const char *path, bool optional, server_file_each *each, void *context)
{
	struct wanted w = {.b = b, .each = each, .context = context, .optional = optional};
	int r;

	if (b->depth >= DEPTH_MAX) {
		server_problem(b, path, 0, "more than %d files include each other: not read", DEPTH_MAX);
		return 0;
	}
	b->depth++;
	r = b->failed < 0 ? b->failed : b->source->files(b->source, path, one_file, &w, b->err);
	b->depth--;
	if (r < 0)
		b->failed = r;
	return w.n;
}

/* --- addresses ---------------------------------------------------------------------------------------------------------- */

char *server_path(const char *base, const char *path)
{
	AUTO_FREE char *whole = *path == '/' ? xstrdup(path) : base ? xasprintf("%s/%s", base, path) : NULL;
	struct text out = {0};

	for (const char *p = whole; p && *p;) {
		size_t n;

		p += strspn(p, "/");
		n = strcspn(p, "/");
		if (n && !(n == 1 && *p == '.')) {
			text_add_char(&out, '/');
			text_add_bytes(&out, p, n);
		}
		p += n;
	}
	if (!whole)
		return NULL;
	if (!out.size)
		text_add_char(&out, '/');
	return text_steal(&out);
}

char *server_unix(const char *base, const char *path)
{
	AUTO_FREE char *whole = *path == '@' ? xstrdup(path) : server_path(base, path);

	return whole ? xasprintf("unix:%s", whole) : NULL;
}

static bool digits(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s) && strlen(s) < 6;
}

char *server_tcp(const char *address, const char *default_port)
{
	const char *at = strrchr(address, '@'), *place = at ? at + 1 : address;
	const char *colon = strrchr(place, ':'), *bracket = strrchr(place, ']');
	bool port = colon && (!bracket || colon > bracket) && digits(colon + 1);
	AUTO_FREE char *host = xstrndup(place, port ? (size_t)(colon - place) : strlen(place));

	if (!port && (!default_port || strchr(host, '/')))
		return NULL;
	return xasprintf("tcp:%s:%s", *host && !streq(host, "*") ? host : "0.0.0.0", port ? colon + 1 : default_port);
}

char *octal_text(uint64_t value)
{
	return value <= 07777 ? xasprintf("%04o", (unsigned)value) : NULL;
}

char *octal_of(const char *s)
{
	size_t n = strlen(s);

	return n && n < 8 && strspn(s, "01234567") == n ? octal_text(strtoul(s, NULL, 8)) : NULL;
}

/* --- the whole ---------------------------------------------------------------------------------------------------------- */

static void (*const readers[])(struct server_build *b) = {
	[BACKEND_UNKNOWN] = read_supervisord, [BACKEND_GUNICORN] = read_gunicorn, [BACKEND_UWSGI] = read_uwsgi,
	[BACKEND_PUMA] = read_puma, [BACKEND_UNICORN] = read_unicorn,
};

/* The files in which a section stands are asked for once more: which of them matter is known only now. */
static void look_who_manages(struct server_build *b)
{
	for (size_t i = 0; i < b->out->n_sections && b->failed == 0; i++) {
		const char *file = b->out->sections[i].at.file;
		bool first = file != NULL;

		for (size_t k = 0; first && k < i; k++)
			first = !streq(b->out->sections[k].at.file, file);
		if (first)
			b->failed = b->source->files(b->source, file, mark_file, b, b->err);
	}
}

int server_read(struct source *source, const struct server_order *order, struct backend *out, struct error *err)
{
	struct server_build b = {.order = order, .source = source, .out = out, .err = err};

	if (order->kind < 0 || (size_t)order->kind >= COUNT_OF(readers) || !readers[order->kind])
		return error_set(err, EINVAL, "a server of a kind that is not read");
	readers[order->kind](&b);
	look_who_manages(&b);
	return b.failed < 0 ? b.failed : 0;
}
