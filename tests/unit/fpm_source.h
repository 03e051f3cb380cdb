/* SPDX-License-Identifier: MIT */
/* A source of configuration files in memory. */
#ifndef PERMFIX_TESTS_FPM_SOURCE_H
#define PERMFIX_TESTS_FPM_SOURCE_H

#include "facts/source.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

struct memory_file {
	const char *path;
	const char *text;
	size_t size;  /* 0: strlen(text) */
	int failed;
	unsigned mode; /* 0: a plain file */
};

struct memory_source {
	struct source source;
	const struct memory_file *files; /* sorted by path */
	size_t n;
	int gone; /* what every call returns then */
};

static int memory_files(struct source *source, const char *pattern, source_each *each, void *context, struct error *err)
{
	struct memory_source *m = (struct memory_source *)source;
	size_t found = 0;

	if (m->gone)
		return error_set(err, -m->gone, "the source is gone");
	for (size_t i = 0; i < m->n; i++) {
		const struct memory_file *f = &m->files[i];
		struct source_file file = {f->path, f->failed ? "" : f->text, 0, 1700000000, 0, 0, f->mode ? f->mode : 0100644,
			f->failed};
		int r;

		if (strcmp(pattern, f->path) != 0 && fnmatch(pattern, f->path, FNM_PATHNAME | FNM_PERIOD) != 0)
			continue;
		found++;
		file.size = f->failed ? 0 : f->size ? f->size : strlen(f->text);
		r = each(context, &file);
		if (r < 0)
			return r;
	}
	if (found == 0 && !strpbrk(pattern, "*?["))
		return each(context, &(struct source_file){.path = pattern, .bytes = "", .failed = ENOENT});
	return 0;
}

#define MEMORY_SOURCE(list, count) {.source = {memory_files}, .files = (list), .n = (count)}

#endif
