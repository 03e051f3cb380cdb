/* SPDX-License-Identifier: MIT */
/* Reads files for the confined child. What comes from there is hostile: a pattern is only ever used beneath the root. */
#include "facts/reader_serve.h"
#include "facts/reader.h"
#include "facts/reader_wire.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

#define OPEN_MAX_DEPTH 96
#define ASKED_MAX      ((size_t)4 << 20)

static void add_file(struct text *batch, const char *path, const struct wire_file *head, const char *bytes)
{
	text_add_bytes(batch, head, sizeof(*head));
	text_add_bytes(batch, path, head->path_size + 1);
	text_add_bytes(batch, bytes, head->size);
	text_add_char(batch, '\0');
}

static void note_file(struct serving *s, const char *path, const struct wire_file *head)
{
	if (string_index_get(&s->served, path) > 0)
		return;
	string_index_put(&s->served, path, head->failed == 0);
	if (head->failed == 0)
		ARRAY_ADD(s->files, s->n_files,
			(struct config_file){xstrdup(path), head->mtime, head->uid, head->gid, head->mode});
}

static void read_file(struct serving *s, struct text *batch, const char *path)
{
	AUTO_FREE char *bytes = NULL;
	struct wire_file head = {.path_size = (uint32_t)strlen(path)};
	size_t size = 0;
	struct stat st;
	int r = beneath_read(s->root, path, READER_FILE_MAX, &bytes, &size, &st, NULL);

	if (r < 0) {
		head.failed = -r;
	} else {
		head.size = (uint32_t)size;
		head.mtime = st.st_mtime;
		head.uid = st.st_uid;
		head.gid = st.st_gid;
		head.mode = st.st_mode & 07777;
	}
	note_file(s, path, &head);
	add_file(batch, path, &head, bytes ? bytes : "");
}

static void report_failed(struct serving *s, const char *pattern, int failed)
{
	struct wire_file head = {.path_size = (uint32_t)strlen(pattern), .failed = failed};

	note_file(s, pattern, &head);
	add_file(&s->batch, pattern, &head, "");
}

static void pop(struct serving *s)
{
	strings_free(&s->open[--s->n_open].paths);
	text_free(&s->open[s->n_open].ahead);
}

/* Appends files until the batch is large enough; its first byte says whether there are more. */
static void fill(struct serving *s, struct open_pattern *o, struct text *batch)
{
	while (o->next < o->paths.n && batch->size < WIRE_BATCH) {
		read_file(s, batch, o->paths.items[o->next]);
		free(o->paths.items[o->next]);
		o->paths.items[o->next++] = NULL;
	}
	batch->bytes[0] = o->next < o->paths.n;
}

static void answer_from_top(struct serving *s)
{
	struct open_pattern *o = &s->open[s->n_open - 1];

	if (o->ahead.size) {
		struct text used = s->batch;

		s->batch = o->ahead;
		o->ahead = used;
		o->ahead.size = 0;
	} else {
		fill(s, o, &s->batch);
	}
	if (!s->batch.bytes[0])
		pop(s);
}

void serve_ahead(struct serving *s)
{
	struct open_pattern *o = s->n_open ? &s->open[s->n_open - 1] : NULL;

	if (!o || o->ahead.size || o->next >= o->paths.n)
		return;
	text_add_char(&o->ahead, 0);
	fill(s, o, &o->ahead);
}

static int start_batch(struct serving *s, struct error *err)
{
	if (++s->asked > ASKED_MAX)
		return error_set(err, EPROTO, "the confined reader asks for too much");
	s->batch.size = 0;
	text_add_char(&s->batch, 0);
	return 0;
}

int serve_open(struct serving *s, const char *pattern, size_t size, struct error *err)
{
	struct open_pattern o = {0};
	int r = start_batch(s, err);

	if (r < 0)
		return r;
	if (size >= WIRE_PATTERN_MAX || strlen(pattern) != size || pattern[0] != '/' || s->n_open >= OPEN_MAX_DEPTH)
		return error_set(err, EPROTO, "the confined reader asks for what it may not");
	r = beneath_glob(s->root, pattern, &o.paths);
	if (r < 0)
		report_failed(s, pattern, -r);
	ARRAY_ADD(s->open, s->n_open, o);
	answer_from_top(s);
	return 0;
}

int serve_next(struct serving *s, struct error *err)
{
	int r = start_batch(s, err);

	if (r == 0 && s->n_open == 0)
		return error_set(err, EPROTO, "the confined reader asks for what it may not");
	if (r == 0)
		answer_from_top(s);
	return r;
}

int serve_close(struct serving *s, struct error *err)
{
	if (s->n_open == 0)
		return error_set(err, EPROTO, "the confined reader asks for what it may not");
	pop(s);
	return 0;
}

void serve_end(struct serving *s)
{
	while (s->n_open)
		pop(s);
	free(s->open);
	text_free(&s->batch);
	string_index_free(&s->served);
	for (size_t i = 0; i < s->n_files; i++)
		free(s->files[i].path);
	free(s->files);
	*s = (struct serving){.root = -1};
}
