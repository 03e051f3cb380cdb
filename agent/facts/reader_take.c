/* SPDX-License-Identifier: MIT */
#include "facts/reader_take.h"
#include "facts/facts.h"
#include "facts/tmpfiles_read.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

#define RECORDS_MAX 200100 /* of one kind: a little above what the readers keep */

static int broken(struct error *err, const char *what)
{
	return error_set(err, EPROTO, "the confined reader sent %s", what);
}

/* Decodes one record into its place. */
static int take_item(const struct field *f, const json_t *json, void *record, struct error *err)
{
	char **items = (void *)((char *)record + f->offset);
	size_t *n = (void *)((char *)record + f->count_offset), i = *n;

	if (i >= RECORDS_MAX)
		return broken(err, "too many records");
	*items = array_room(*items, i, f->shape->size);
	memset(*items + i * f->shape->size, 0, f->shape->size);
	*n = i + 1;
	return shape_decode(f->shape, json, *items + i * f->shape->size, err);
}

/* Of a unit: whether systemd would refuse its fragment. */
static int take_unit(const json_t *json, struct unit *out, struct error *err)
{
	struct unit head = {0};
	int r = shape_decode(&unit_shape, json, &head, err);

	if (r == 0 && !out->load)
		out->load = TAKE_PTR(head.load);
	shape_free(&unit_shape, &head);
	return r;
}

static int take_tmpfiles(const json_t *json, struct tmpfiles *out, struct error *err)
{
	struct tmpfiles head = {0};
	int r = shape_decode(&tmpfiles_shape, json, &head, err);

	out->incomplete = head.incomplete;
	shape_free(&tmpfiles_shape, &head);
	return r;
}

/* Of an upstream server: which file is the main one. */
static int take_server(const json_t *json, struct backend *out, struct error *err)
{
	struct backend head = {0};
	int r = shape_decode(&backend_shape, json, &head, err);

	if (r == 0 && !out->config)
		out->config = TAKE_PTR(head.config);
	shape_free(&backend_shape, &head);
	return r;
}

/* What a parser finds beside its arrays; of nginx that is the user. */
static int take_head(const struct reader_job *kind, const json_t *json, void *record, struct error *err)
{
	struct nginx head = {0}, *out = record;
	int r;

	if (kind == &reader_jobs[JOB_UNIT])
		return take_unit(json, record, err);
	if (kind == &reader_jobs[JOB_TMPFILES])
		return take_tmpfiles(json, record, err);
	if (kind == &reader_jobs[JOB_SERVER])
		return take_server(json, record, err);
	if (kind != &reader_jobs[JOB_NGINX])
		return 0;
	r = shape_decode(&nginx_shape, json, &head, err);
	if (r == 0 && !out->user) {
		out->user = TAKE_PTR(head.user);
		out->group = TAKE_PTR(head.group);
		out->user_at.file = TAKE_PTR(head.user_at.file);
		out->user_at.line = head.user_at.line;
		out->user_offset = head.user_offset;
		out->user_length = head.user_length;
	}
	shape_free(&nginx_shape, &head);
	return r;
}

static int take_json(const struct reader_job *kind, uint32_t field, const json_t *json, void *record, struct error *err)
{
	const struct shape *shape = kind->shape;

	if (!json)
		return broken(err, "what is no JSON");
	if (field == WIRE_HEAD)
		return take_head(kind, json, record, err);
	if (field >= shape->n || !wire_streams(&shape->fields[field]))
		return broken(err, "a record of an unknown kind");
	return take_item(&shape->fields[field], json, record, err);
}

int take_records(const struct reader_job *kind, const struct text *frame, void *record, struct error *err)
{
	size_t at = 0;
	int r = 0;

	while (r == 0 && at < frame->size) {
		struct wire_record head;
		json_t *json;

		if (frame->size - at < sizeof(head))
			return broken(err, "half a record");
		memcpy(&head, frame->bytes + at, sizeof(head));
		at += sizeof(head);
		if (head.size > frame->size - at)
			return broken(err, "half a record");
		json = json_loadb(frame->bytes + at, head.size, JSON_REJECT_DUPLICATES, NULL);
		at += head.size;
		r = take_json(kind, head.field, json, record, err);
		json_decref(json);
	}
	return r;
}
