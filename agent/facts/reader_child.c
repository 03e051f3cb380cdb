/* SPDX-License-Identifier: MIT */
/* The confined side: parses, asks for files, sends records. Everything that it reads may be hostile. */
#include "facts/reader_wire.h"
#include "facts/facts.h"
#include "facts/fpm_read.h"
#include "facts/nginx_read.h"
#include "facts/reader_order.h"
#include "facts/server_read.h"
#include "facts/tmpfiles_read.h"
#include "facts/unit_read.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

#define LEVELS_MAX 80 /* files within files; the readers stop before */

static int run_nginx(struct source *source, const char *conf, const char *prefix, void *out, struct error *err)
{
	return nginx_read(source, conf, prefix, out, err);
}

/* The prefix of this job is the program: PHP-FPM's own prefix follows from it. */
static int run_fpm(struct source *source, const char *conf, const char *prefix, void *out, struct error *err)
{
	struct backend *backend = out;

	backend->exe = *prefix ? xstrdup(prefix) : NULL;
	return fpm_read(source, conf, out, err);
}

/* Here conf is the name, and what is to be done stands in an order. */
static int run_unit(struct source *source, const char *conf, const char *prefix, void *out, struct error *err)
{
	struct order order = {.files.name = xstrdup(conf)};
	int r;

	order_read(prefix, &order);
	r = unit_read(source, &order.files, &order.host, out, err);
	order_free(&order);
	return r;
}

static int run_tmpfiles(struct source *source, const char *conf, const char *prefix, void *out, struct error *err)
{
	struct order order = {0};
	int r;

	(void)conf;
	order_read(prefix, &order);
	r = tmpfiles_read(source, &order.wanted, &order.host, out, err);
	order_free(&order);
	return r;
}

static int run_server(struct source *source, const char *conf, const char *prefix, void *out, struct error *err)
{
	struct server_order order = {0};
	json_t *json = json_loads(prefix, JSON_REJECT_DUPLICATES, NULL);
	int r = json ? shape_decode(&server_order_shape, json, &order, err) : error_set(err, EPROTO, "an order that is no JSON");

	(void)conf;
	json_decref(json);
	r = r < 0 ? r : server_read(source, &order, out, err);
	shape_free(&server_order_shape, &order);
	return r;
}

const struct reader_job reader_jobs[JOB_N] = {
	[JOB_NGINX] = {"nginx", &nginx_shape, run_nginx},
	[JOB_FPM] = {"php-fpm", &backend_shape, run_fpm},
	[JOB_UNIT] = {"a unit", &unit_shape, run_unit},
	[JOB_TMPFILES] = {"tmpfiles.d", &tmpfiles_shape, run_tmpfiles},
	[JOB_SERVER] = {"an upstream server", &backend_shape, run_server},
};

/* The source of a reader in the child. Each level of inclusion has a buffer of its own, since the files of the outer one
 * are still needed while the inner one is read. */
struct wire_source {
	struct source source;
	int fd;
	size_t level;
	struct text buffers[LEVELS_MAX];
};

static int gone(struct error *err, int r)
{
	return error_errno(err, -r, "the other side of the reader");
}

/* Takes one file from the batch; false: it is broken. */
static bool take_file(const struct text *batch, size_t *at, struct source_file *file)
{
	struct wire_file head;

	if (batch->size - *at < sizeof(head))
		return false;
	memcpy(&head, batch->bytes + *at, sizeof(head));
	*at += sizeof(head);
	if ((uint64_t)head.path_size + head.size + 2 > batch->size - *at)
		return false;
	*file = (struct source_file){.path = batch->bytes + *at, .bytes = batch->bytes + *at + head.path_size + 1,
		.size = head.size, .mtime = head.mtime, .uid = head.uid, .gid = head.gid, .mode = head.mode,
		.failed = head.failed};
	*at += (size_t)head.path_size + head.size + 2;
	return true;
}

static int each_of_batch(const struct text *batch, source_each *each, void *context, struct error *err)
{
	size_t at = 1;
	int r = 0;

	while (r == 0 && at < batch->size) {
		struct source_file file;

		if (!take_file(batch, &at, &file))
			return error_set(err, EPROTO, "a broken batch of files");
		r = each(context, &file);
	}
	return r;
}

static int next_batch(struct wire_source *w, enum wire_type ask, const char *pattern, struct text *batch, struct error *err)
{
	uint32_t type = 0;
	int r = wire_send(w->fd, ask, pattern, pattern ? strlen(pattern) : 0, NULL);

	r = r < 0 ? r : wire_receive(w->fd, &type, batch, WIRE_FILES_MAX, NULL);
	if (r < 0)
		return gone(err, r);
	if (type != WIRE_FILES || batch->size == 0)
		return error_set(err, EPROTO, "an answer that is no batch of files");
	return 0;
}

static int ask_for_files(struct wire_source *w, const char *pattern, source_each *each, void *context, struct error *err)
{
	struct text *batch = &w->buffers[w->level - 1];
	int r = next_batch(w, WIRE_OPEN, pattern, batch, err);

	while (r == 0) {
		bool more = batch->bytes[0];

		r = each_of_batch(batch, each, context, err);
		if (!more)
			break;
		if (r < 0)
			wire_send(w->fd, WIRE_CLOSE, NULL, 0, NULL);
		else
			r = next_batch(w, WIRE_NEXT, NULL, batch, err);
	}
	return r;
}

/* What the other side would refuse is answered here: the file does not exist. */
static int no_such_file(const char *pattern, source_each *each, void *context)
{
	struct source_file file = {.path = pattern, .bytes = "", .failed = ENAMETOOLONG};

	return each(context, &file);
}

static int wire_files(struct source *source, const char *pattern, source_each *each, void *context, struct error *err)
{
	struct wire_source *w = (struct wire_source *)source;
	int r;

	if (strlen(pattern) >= WIRE_PATTERN_MAX)
		return no_such_file(pattern, each, context);
	if (w->level >= LEVELS_MAX)
		return error_set(err, ELOOP, "files within files, too deep");
	w->level++;
	r = ask_for_files(w, pattern, each, context, err);
	w->level--;
	return r;
}

struct emitter {
	int fd;
	struct text batch;
	struct error *err;
};

static int flush(struct emitter *e)
{
	int r = e->batch.size ? wire_send(e->fd, WIRE_RECORDS, e->batch.bytes, e->batch.size, NULL) : 0;

	e->batch.size = 0;
	return r < 0 ? gone(e->err, r) : 0;
}

/* Appends the JSON text to the batch; returns its size, 0 where it is too large. */
static size_t dump(struct emitter *e, const json_t *json)
{
	size_t room = 4096, n;

	for (;;) {
		if (!text_room(&e->batch, room))
			return 0;
		n = json_dumpb(json, e->batch.bytes + e->batch.size, room, JSON_COMPACT);
		if (n <= room || n > WIRE_RECORD_MAX)
			break;
		room = n;
	}
	if (n > WIRE_RECORD_MAX)
		return 0;
	e->batch.size += n;
	return n;
}

static int emit(struct emitter *e, uint32_t field, const struct shape *shape, const void *record)
{
	struct wire_record head = {.field = field};
	size_t at = e->batch.size;
	json_t *json = shape_encode(shape, record);

	text_add_bytes(&e->batch, &head, sizeof(head));
	head.size = (uint32_t)dump(e, json);
	json_decref(json);
	if (head.size == 0)
		return error_set(e->err, EMSGSIZE, "a record of the %s is too large", shape->name);
	memcpy(e->batch.bytes + at, &head, sizeof(head));
	return e->batch.size >= WIRE_BATCH ? flush(e) : 0;
}

/* The items go one by one, and the array is empty after that, so that the record itself is small. */
static int emit_array(struct emitter *e, uint32_t field, const struct field *f, char *record)
{
	char *items = *(char **)(void *)(record + f->offset);
	size_t n = *(size_t *)(void *)(record + f->count_offset);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = emit(e, field, f->shape, items + i * f->shape->size);
	for (size_t i = 0; i < n; i++)
		shape_free(f->shape, items + i * f->shape->size);
	*(size_t *)(void *)(record + f->count_offset) = 0;
	return r;
}

static int emit_all(struct emitter *e, const struct shape *shape, void *record)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < shape->n; i++)
		if (wire_streams(&shape->fields[i]))
			r = emit_array(e, (uint32_t)i, &shape->fields[i], record);
	for (size_t i = 0; i < shape->n; i++)
		if (shape->fields[i].type == FIELD_TYPE_ARRAY)
			*(size_t *)(void *)((char *)record + shape->fields[i].count_offset) = 0;
	r = r < 0 ? r : emit(e, WIRE_HEAD, shape, record);
	return r < 0 ? r : flush(e);
}

static int run_job(int fd, const struct reader_job *job, const char *conf, const char *prefix, struct error *err)
{
	struct wire_source *w = xcalloc(1, sizeof(*w));
	struct emitter e = {.fd = fd, .err = err};
	void *record = xcalloc(1, job->shape->size);
	int r;

	w->source.files = wire_files;
	w->fd = fd;
	r = job->run(&w->source, conf, prefix, record, err);
	for (size_t i = 0; i < LEVELS_MAX; i++)
		text_free(&w->buffers[i]);
	r = r < 0 ? r : emit_all(&e, job->shape, record);
	text_free(&e.batch);
	free(record); /* what a record still holds goes with the process, which serves few jobs */
	free(w);
	return r;
}

/* A job: its number, then two strings with their NUL. */
static int serve_job(int fd, const struct text *frame, struct error *err)
{
	const char *conf = frame->bytes + 1, *prefix;
	unsigned number = frame->size ? (unsigned char)frame->bytes[0] : JOB_N;

	if (frame->size < 3 || number >= JOB_N || frame->bytes[frame->size - 1] != '\0')
		return error_set(err, EPROTO, "a broken job");
	prefix = conf + strlen(conf) + 1;
	if (prefix >= frame->bytes + frame->size)
		return error_set(err, EPROTO, "a broken job");
	return run_job(fd, &reader_jobs[number], conf, prefix, err);
}

_Noreturn void reader_child(int fd)
{
	struct text frame = {0};
	uint32_t type = 0;

	while (wire_receive(fd, &type, &frame, WIRE_JOB_MAX, NULL) == 0 && type == WIRE_JOB) {
		struct error err = {0};
		int r = serve_job(fd, &frame, &err);

		err.errnum = r < 0 ? -r : 0;
		if (wire_send(fd, WIRE_DONE, &err, sizeof(err), NULL) < 0)
			break;
	}
	_exit(0);
}
