/* SPDX-License-Identifier: MIT */
#include "facts/fpm_read.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/fpm_endpoint.h"
#include "facts/fpm_reader.h"
#include "facts/managed_by.h"

#include <errno.h>
#include <search.h>
#include <stdarg.h>
#include <strings.h>
#include <sys/stat.h>

/* PHP-FPM has no such limits; they bound what a configuration can cost. */
#define FILES_MAX 100000
#define BYTES_MAX ((uint64_t)512 << 20)
#define SECTIONS_MAX 100000
#define PROBLEMS_MAX 1000

/* A pool's name in the tree. */
struct named {
	const char *name; /* the section's */
	size_t index;
};

void fpm_problem_at(struct fpm_reader *r, const char *file, uint32_t line, const char *text)
{
	struct backend *out = r->out;
	bool last = out->n_problems == PROBLEMS_MAX - 1;

	if (out->n_problems < PROBLEMS_MAX)
		ARRAY_ADD(out->problems, out->n_problems,
			(struct config_problem){{xstrdup(file), line}, xstrdup(last ? "more problems follow; not listed" : text)});
}

void fpm_problem(struct fpm_reader *r, const char *format, ...)
{
	const struct fpm_file *file = &r->files[r->depth - 1];
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	fpm_problem_at(r, file->source->path, file->line, text);
}

static int compare_names(const void *a, const void *b)
{
	return strcasecmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static void add_section(struct fpm_reader *r, const char *name)
{
	const struct fpm_file *file = &r->files[r->depth - 1];
	struct backend_section *section = ARRAY_NEW(r->out->sections, r->out->n_sections);
	struct named *named = xcalloc(1, sizeof(*named));

	section->name = xstrdup(name);
	section->at = (struct place){xstrdup(file->source->path), file->line};
	section->managed_by = xstrdup(file->managed_by);
	*named = (struct named){section->name, r->out->n_sections - 1};
	tsearch(named, &r->names, compare_names);
	r->section = named->index;
}

void fpm_section(struct fpm_reader *r, const char *name)
{
	struct named key = {.name = name}, **found = tfind(&key, &r->names, compare_names);

	if (strcasecmp(name, "global") == 0) {
		r->section = FPM_NO_SECTION;
		return;
	}
	if (found) {
		const struct backend_section *first = &r->out->sections[(*found)->index];
		AUTO_FREE char *shown = escape_terminal(name), *at = escape_terminal(first->at.file);

		r->section = (*found)->index;
		fpm_problem(r, "the pool [%s] begins in %s:%u already: PHP-FPM takes both for one pool", shown, at, first->at.line);
	} else if (r->out->n_sections == SECTIONS_MAX) {
		r->section = FPM_NO_SECTION;
		fpm_problem(r, "more than %d pools: passed over", SECTIONS_MAX);
	} else {
		add_section(r, name);
	}
}

static struct setting *setting_for(struct backend_section *section, const char *key, bool commented)
{
	struct setting *setting;

	for (size_t i = 0; i < section->n_settings; i++) {
		setting = &section->settings[i];
		if (setting->commented == commented && streq(setting->key, key)) {
			free(setting->value);
			free(setting->file);
			return setting;
		}
	}
	setting = ARRAY_NEW(section->settings, section->n_settings);
	setting->key = xstrdup(key);
	setting->commented = commented;
	return setting;
}

void fpm_setting(struct fpm_reader *r, const char *key, char *value, bool commented)
{
	const struct fpm_file *file = &r->files[r->depth - 1];
	struct setting *setting = setting_for(&r->out->sections[r->section], key, commented);

	setting->value = value;
	setting->file = xstrdup(file->source->path);
	setting->line = file->line;
}

/* --- files ---------------------------------------------------------------------------------------------------------- */

static void not_read(struct fpm_reader *r, const struct source_file *file)
{
	AUTO_FREE char *shown = escape_terminal(file->path);
	AUTO_FREE char *text = NULL;

	if (file->failed == EISDIR || S_ISDIR(file->mode)) /* GLOB_MARK: passed over by fpm_conf_ini_parser_include() */
		return;
	if (r->depth == 0)
		text = xasprintf("could not be read: %s", strerror(file->failed));
	else if (file->failed == ENOENT)
		text = xasprintf("nothing matches the include %s: PHP-FPM warns and goes on", shown);
	else
		text = xasprintf("the included file %s could not be read: %s", shown, strerror(file->failed));
	if (r->depth == 0)
		fpm_problem_at(r, file->path, 0, text);
	else
		fpm_problem(r, "%s", text);
}

static bool is_open(const struct fpm_reader *r, const char *path)
{
	for (unsigned i = 0; i < r->depth; i++)
		if (streq(r->files[i].source->path, path))
			return true;
	return false;
}

/* PHP-FPM refuses to start in each of these cases, so what else would be included does not matter. */
static bool may_enter(struct fpm_reader *r, const struct source_file *file)
{
	AUTO_FREE char *shown = escape_terminal(file->path);

	if (r->stopped)
		return false;
	r->stopped = true;
	if (is_open(r, file->path))
		fpm_problem(r, "include loop: %s includes itself; PHP-FPM refuses this", shown);
	else if (r->depth == FPM_DEPTH_MAX)
		fpm_problem(r, "more than %d files include each other; PHP-FPM refuses to read %s", FPM_DEPTH_MAX, shown);
	else if (++r->n_files > FILES_MAX || (r->n_bytes += file->size) > BYTES_MAX)
		fpm_problem(r, "more than %d files or %llu bytes are included: the rest was not read", FILES_MAX,
			(unsigned long long)BYTES_MAX);
	else
		r->stopped = false;
	return !r->stopped;
}

static int read_file(void *context, const struct source_file *file)
{
	struct fpm_reader *r = context;
	struct backend *out = r->out;

	if (file->failed) {
		not_read(r, file);
		return 0;
	}
	if (!may_enter(r, file))
		return 0;
	ARRAY_ADD(out->files, out->n_files,
		(struct config_file){xstrdup(file->path), file->mtime, file->uid, file->gid, file->mode});
	r->files[r->depth++] = (struct fpm_file){.source = file, .managed_by = managed_by(file->bytes, file->size)};
	fpm_read_lines(r);
	r->depth--;
	return r->failed;
}

void fpm_include(struct fpm_reader *r, const char *pattern)
{
	AUTO_FREE char *path = fpm_full_path(r->prefix, pattern);

	if (!r->stopped)
		r->failed = r->source->files(r->source, path, read_file, r, r->err);
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return xstrndup(path, slash ? (size_t)(slash - path) : 0);
}

/* PHP_PREFIX is compiled in: distributions use /usr, a build of one's own and the official images /usr/local, Remi's collections
 * /opt/remi/phpXX/root/usr, XAMPP /opt/lampp; php-fpm stands in its sbin or bin. */
static char *compiled_prefix(const struct backend *out, const char *conf)
{
	AUTO_FREE char *directory = out->exe ? parent_of(out->exe) : NULL;

	if (directory && (ends_with(directory, "/sbin") || ends_with(directory, "/bin"))) {
		char *prefix = parent_of(directory);

		if (*prefix)
			return prefix;
		free(prefix);
	}
	return xstrdup(starts_with(conf, "/usr/local/") ? "/usr/local" : starts_with(conf, "/opt/lampp/") ? "/opt/lampp" : "/usr");
}

static void finish_section(struct fpm_reader *r, struct backend_section *section)
{
	const struct setting *listen = setting_find(section, "listen"), *own = setting_find(section, "prefix");
	AUTO_FREE char *prefix = own && *own->value ? fpm_full_path(r->prefix, own->value) : xstrdup(own ? "" : r->prefix);
	const char *why = NULL;

	if (listen && *listen->value) {
		section->endpoint = fpm_endpoint(listen->value, prefix, &why);
		if (why)
			fpm_problem_at(r, listen->file, listen->line, why);
	} else {
		AUTO_FREE char *name = escape_terminal(section->name);
		AUTO_FREE char *text = xasprintf("the pool [%s] has no listen: PHP-FPM refuses to start", name);

		fpm_problem_at(r, section->at.file, section->at.line, text);
	}
}

static int by_endpoint(const void *a, const void *b)
{
	return strcmp(((const struct backend_section *)a)->endpoint, ((const struct backend_section *)b)->endpoint);
}

static void nothing(void *node)
{
	(void)node;
}

/* fpm_conf.c: "unable to set listen address as it's already used in another pool", and no pool starts. */
static void find_same_listen(struct fpm_reader *r)
{
	void *seen = NULL;

	for (size_t i = 0; i < r->out->n_sections; i++) {
		struct backend_section *section = &r->out->sections[i];
		const struct backend_section *first =
			section->endpoint ? *(struct backend_section **)tsearch(section, &seen, by_endpoint) : section;

		if (first != section) {
			AUTO_FREE char *name = escape_terminal(section->name), *other = escape_terminal(first->name);
			AUTO_FREE char *text = xasprintf("the pool [%s] listens where [%s] does: PHP-FPM refuses to start", name, other);

			fpm_problem_at(r, section->at.file, section->at.line, text);
		}
	}
	tdestroy(seen, nothing);
}

int fpm_read_prefix(struct source *source, const char *conf, const char *prefix, struct backend *out, struct error *err)
{
	struct fpm_reader r = {.source = source, .out = out, .err = err, .section = FPM_NO_SECTION,
		.prefix = prefix ? xstrdup(prefix) : compiled_prefix(out, conf)};
	int result = source->files(source, conf, read_file, &r, err);

	for (size_t i = 0; i < out->n_sections; i++)
		finish_section(&r, &out->sections[i]);
	find_same_listen(&r);
	tdestroy(r.names, free);
	free(r.prefix);
	return result < 0 ? result : 0;
}

int fpm_read(struct source *source, const char *conf, struct backend *out, struct error *err)
{
	return fpm_read_prefix(source, conf, NULL, out, err);
}
