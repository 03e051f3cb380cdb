/* SPDX-License-Identifier: MIT */
#include "facts/tmpfiles_read.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/string_index.h"
#include "facts/tmpfiles_line.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#define LINES_MAX    20000
#define PROBLEMS_MAX 200

/* CONF_PATHS_NULSTR("tmpfiles.d"): a name in an earlier one masks the same name in the later ones. */
static const char *const patterns[] = {
	"/etc/tmpfiles.d/*.conf", "/run/tmpfiles.d/*.conf", "/usr/local/lib/tmpfiles.d/*.conf", "/usr/lib/tmpfiles.d/*.conf",
};

struct reading {
	const struct strings *wanted;
	const struct specifier_host *host;
	struct string_index seen; /* names of files */
	struct string_index exact; /* wanted */
	struct tmpfiles *out;
};

static const struct field tmpfiles_fields[] = {
	FIELD_ARRAY(struct tmpfiles, lines, tmpfiles_line_shape),
	FIELD_ARRAY(struct tmpfiles, problems, config_problem_shape),
	FIELD_PLAIN(BOOL, struct tmpfiles, incomplete),
};
const struct shape tmpfiles_shape = SHAPE("tmpfiles", struct tmpfiles, tmpfiles_fields);

static void problem(struct tmpfiles *out, const char *file, uint32_t line, const char *text)
{
	if (out->n_problems < PROBLEMS_MAX)
		ARRAY_ADD(out->problems, out->n_problems, (struct config_problem){{xstrdup(file), line}, xstrdup(text)});
}

static bool is_wanted(const struct reading *r, const struct tmpfiles_line *line)
{
	if (string_index_get(&r->exact, line->path) >= 0)
		return true;
	if (!tmpfiles_globs(line->type) || !strpbrk(line->path, "*?["))
		return false;
	for (size_t i = 0; i < r->wanted->n; i++)
		if (fnmatch(line->path, r->wanted->items[i], FNM_PATHNAME | FNM_PERIOD) == 0)
			return true;
	return false;
}

/* A path that is not known whole matters where one that is wanted may be meant. */
static bool may_be_wanted(const struct reading *r, const struct tmpfiles_line *line)
{
	size_t n = strcspn(line->path, "%");

	for (size_t i = 0; i < r->wanted->n; i++)
		if (strncmp(r->wanted->items[i], line->path, n) == 0)
			return true;
	return false;
}

static void take_line(struct reading *r, const char *path, uint32_t number, const char *text)
{
	struct tmpfiles_line line = {0};
	AUTO_FREE char *why = NULL;
	int taken = tmpfiles_line(text, r->host, &line, &why);

	if (taken < 0) {
		AUTO_FREE char *says = xasprintf("%s: systemd-tmpfiles passes over this line", why);

		problem(r->out, path, number, says);
	} else if (taken && why && may_be_wanted(r, &line)) {
		problem(r->out, path, number, why);
	}
	if (taken > 0 && is_wanted(r, &line) && r->out->n_lines < LINES_MAX) {
		line.at = (struct place){xstrdup(path), number};
		ARRAY_ADD(r->out->lines, r->out->n_lines, line);
	} else {
		shape_free(&tmpfiles_line_shape, &line);
	}
}

static const char *name_of_file(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A link to /dev/null masks; it is read as what is no regular file. */
static void not_read(struct reading *r, const struct source_file *file)
{
	AUTO_FREE char *text = NULL;

	if (file->failed == EINVAL || S_ISDIR(file->mode))
		return;
	text = xasprintf("could not be read: %s", strerror(file->failed));
	problem(r->out, file->path, 0, text);
	r->out->incomplete = true;
}

static int read_file(void *context, const struct source_file *file)
{
	struct reading *r = context;
	const char *name = name_of_file(file->path), *end = file->bytes + file->size;
	uint32_t number = 0;

	if (string_index_get(&r->seen, name) >= 0)
		return 0;
	string_index_put(&r->seen, name, 0);
	if (file->failed)
		not_read(r, file);
	for (const char *line = file->bytes; line < end;) {
		size_t n = strcspn(line, "\n");
		AUTO_FREE char *text = xstrndup(line, n);

		take_line(r, file->path, ++number, text);
		line += n + 1;
	}
	return 0;
}

static int by_file_name(const void *a, const void *b)
{
	const struct tmpfiles_line *x = a, *y = b;
	int order = strcmp(name_of_file(x->at.file), name_of_file(y->at.file));

	return order ? order : (x->at.line > y->at.line) - (x->at.line < y->at.line);
}

int tmpfiles_read(struct source *source, const struct strings *wanted, const struct specifier_host *host, struct tmpfiles *out,
	struct error *err)
{
	struct reading r = {.wanted = wanted, .host = host, .out = out};
	int result = 0;

	for (size_t i = 0; i < wanted->n; i++)
		string_index_put(&r.exact, wanted->items[i], 0);
	for (size_t i = 0; result >= 0 && i < COUNT_OF(patterns); i++)
		result = source->files(source, patterns[i], read_file, &r, err);
	if (out->n_lines)
		qsort(out->lines, out->n_lines, sizeof(*out->lines), by_file_name);
	string_index_free(&r.seen);
	string_index_free(&r.exact);
	return result < 0 ? result : 0;
}
