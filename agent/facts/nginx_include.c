/* SPDX-License-Identifier: MIT */
/* Files: finding, remembering and interpreting what an include names. */
#include "facts/nginx_state.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

#define CACHE_MAX ((size_t)8 << 20) /* bytes of memory for files that may be included again */
#define CACHE_ONE_MAX ((size_t)256 << 10) /* for one include: more is no snippet */

/* One include on its way. */
struct inclusion {
	struct nginx_reading *r;
	const char *pattern;
	const struct nginx_open *from; /* NULL: the main file */
	uint32_t line;
	struct nginx_frame frame;
	struct nginx_cached kept;      /* its files, as long as they may be remembered */
	size_t weight;
	bool forget;
};

/* Where a problem with the inclusion itself is reported. */
static void include_problem(const struct inclusion *in, const char *what, const char *because)
{
	nginx_problem(in->r, in->from ? in->from->path : what, in->line, "%s: %s", what, because);
}

static bool on_the_way(const struct nginx_open *open, const char *path)
{
	for (; open; open = open->outer)
		if (streq(open->path, path))
			return true;
	return false;
}

static bool pattern_on_the_way(const struct nginx_open *open, const char *pattern)
{
	for (; open; open = open->outer)
		if (streq(open->pattern, pattern))
			return true;
	return false;
}

static int interpret(struct inclusion *in, const char *path, const struct nginx_text *text)
{
	struct nginx_open open = {.path = path, .pattern = in->pattern, .outer = in->from};
	struct nginx_reading *r = in->r;
	int result;

	if (on_the_way(in->from, path)) {
		include_problem(in, path, "an include loop: the file is being read already");
		return 0;
	}
	if (++r->includes > NGINX_INCLUDES_MAX) {
		include_problem(in, path, "too many includes: left out");
		return 0;
	}
	r->depth++;
	result = nginx_walk(r, text, &open, in->frame);
	r->depth--;
	return result;
}

static void note_file(struct nginx_reading *r, const struct source_file *file)
{
	if (string_index_get(&r->known_files, file->path) >= 0 || !nginx_room(r, r->out->n_files, file->path, 0))
		return;
	string_index_put(&r->known_files, file->path, 0);
	ARRAY_ADD(r->out->files, r->out->n_files,
		(struct config_file){xstrdup(file->path), file->mtime, file->uid, file->gid, file->mode});
}

static void forget(struct inclusion *in)
{
	for (size_t i = 0; i < in->kept.n_files; i++) {
		free(in->kept.files[i].path);
		nginx_text_free(&in->kept.files[i].text);
	}
	free(in->kept.files);
	in->kept = (struct nginx_cached){0};
	in->forget = true;
}

/* Takes the text over: keeps it for the cache, or frees it. */
static void remember(struct inclusion *in, const char *path, struct nginx_text *text)
{
	in->weight += text->weight + strlen(path) + sizeof(struct nginx_cached_file);
	if (in->weight > CACHE_ONE_MAX || in->r->cache_weight + in->weight > CACHE_MAX)
		forget(in);
	if (in->forget)
		nginx_text_free(text);
	else
		ARRAY_ADD(in->kept.files, in->kept.n_files, (struct nginx_cached_file){xstrdup(path), *text});
}

static int each_file(void *context, const struct source_file *file)
{
	struct inclusion *in = context;
	struct nginx_text text;
	int result;

	if (file->failed) {
		include_problem(in, file->path, strerror(file->failed));
		in->forget = true;
		return 0;
	}
	note_file(in->r, file);
	nginx_text_read(&text, file->bytes, file->size, in->frame.where == IN_MAP);
	result = interpret(in, file->path, &text);
	remember(in, file->path, &text);
	return result;
}

static char *cache_key(const struct inclusion *in)
{
	return xasprintf("%s%s", in->frame.where == IN_MAP ? "map:" : "", in->pattern);
}

/* The cache does not move while one of its entries is interpreted: only its index is held. */
static int replay(struct inclusion *in, size_t entry)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < in->r->cache[entry].n_files; i++) {
		struct nginx_cached_file file = in->r->cache[entry].files[i];

		result = interpret(in, file.path, &file.text);
	}
	return result;
}

static int read_anew(struct inclusion *in, const char *key)
{
	struct nginx_reading *r = in->r;
	int result = r->source->files(r->source, in->pattern, each_file, in, r->err);

	if (result < 0 || in->forget || string_index_get(&r->cache_names, key) >= 0) {
		forget(in);
		return result;
	}
	string_index_put(&r->cache_names, key, (int64_t)r->n_cache);
	r->cache_weight += in->weight;
	ARRAY_ADD(r->cache, r->n_cache, in->kept);
	return 0;
}

int nginx_include(struct nginx_reading *r, const char *pattern, const struct nginx_open *from, uint32_t line,
	struct nginx_frame frame)
{
	AUTO_FREE char *full = xasprintf("%s%s", pattern[0] == '/' ? "" : r->conf_prefix, pattern);
	struct inclusion in = {.r = r, .pattern = full, .from = from, .line = line, .frame = frame};
	AUTO_FREE char *key = cache_key(&in);
	int64_t entry = string_index_get(&r->cache_names, key);

	if (pattern_on_the_way(from, full))
		include_problem(&in, full, "an include loop: these files are being read already");
	else if (r->depth >= NGINX_INCLUDE_DEPTH)
		include_problem(&in, full, "includes nested too deep: left out");
	else
		return entry >= 0 ? replay(&in, (size_t)entry) : read_anew(&in, key);
	return 0;
}
