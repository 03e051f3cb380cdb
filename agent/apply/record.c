/* SPDX-License-Identifier: MIT */
#include "apply/record.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>

static const char *const writer_words[] = {"node", "file", "group", "member", "service"};
const struct names writer_kind_names = NAMES(writer_words);
static const char *const undo_words[] = {"restored", "same", "gone", "foreign", "failed"};
const struct names undo_result_names = NAMES(undo_words);

static const struct field who_fields[] = {
        FIELD_ALWAYS(U32, struct who, uid),
        FIELD_ALWAYS(STRING, struct who, user),
        FIELD_PLAIN(STRING, struct who, asked),
};
static const struct shape who_shape = SHAPE("who", struct who, who_fields);

static const struct field begin_fields[] = {
        FIELD_ALWAYS(U32, struct begin_record, version),
        FIELD_ALWAYS(STRING, struct begin_record, id),
        FIELD_ALWAYS(STRING, struct begin_record, digest),
        FIELD_PLAIN(STRING, struct begin_record, boot),
        FIELD_RECORD(struct begin_record, who, who_shape),
        FIELD_ALWAYS(STRINGS, struct begin_record, upstreams),
        FIELD_LIST(struct begin_record, steps, step_shape),
};
static const struct field intent_fields[] = {
        FIELD_ALWAYS(U32, struct intent_record, part),
        FIELD_ALWAYS(STRINGS, struct intent_record, steps),
        FIELD_NAME(struct intent_record, writer, writer_kind_names),
        FIELD_ALWAYS(STRING, struct intent_record, object),
        FIELD_PLAIN(STRING, struct intent_record, temporary),
        FIELD_RECORD(struct intent_record, before, image_shape),
        FIELD_RECORD(struct intent_record, after, image_shape),
        FIELD_ARRAY(struct intent_record, via, node_state_shape),
};
static const struct field done_fields[] = {FIELD_ALWAYS(U32, struct done_record, part)};
static const struct field awaiting_fields[] = {FIELD_ALWAYS(I64, struct awaiting_record, until)};
static const struct field rollback_fields[] = {
        FIELD_ALWAYS(STRING, struct rollback_record, why),
        FIELD_RECORD(struct rollback_record, who, who_shape),
};
static const struct field undo_intent_fields[] = {
        FIELD_ALWAYS(U32, struct undo_intent_record, part),
        FIELD_PLAIN(STRING, struct undo_intent_record, temporary),
        FIELD_ARRAY(struct undo_intent_record, via, node_state_shape),
};
static const struct field undone_fields[] = {
        FIELD_ALWAYS(U32, struct undone_record, part),
        FIELD_NAME(struct undone_record, result, undo_result_names),
        FIELD_PLAIN(STRING, struct undone_record, says),
};
static const struct field rolled_back_fields[] = {FIELD_ALWAYS(STRINGS, struct rolled_back_record, left)};

static const struct shape begin_shape = SHAPE("begin", struct begin_record, begin_fields);
static const struct shape intent_shape = SHAPE("intent", struct intent_record, intent_fields);
static const struct shape done_shape = SHAPE("done", struct done_record, done_fields);
static const struct shape awaiting_shape = SHAPE("awaiting-confirm", struct awaiting_record, awaiting_fields);
static const struct shape rollback_shape = SHAPE("rollback", struct rollback_record, rollback_fields);
static const struct shape undo_intent_shape =
        SHAPE("undo-intent", struct undo_intent_record, undo_intent_fields);
static const struct shape undone_shape = SHAPE("undone", struct undone_record, undone_fields);
static const struct shape rolled_back_shape =
        SHAPE("rolled-back", struct rolled_back_record, rolled_back_fields);
static const struct shape commit_shape = {"commit", 1, NULL, 0};

/* What belongs to a type: the shape, whose name is the word for it, and where its part of the record is. */
static const struct {
	const struct shape *shape;
	size_t offset;
} bodies[RECORD_COUNT] = {
        [RECORD_BEGIN] = {&begin_shape, offsetof(struct record, begin)},
        [RECORD_INTENT] = {&intent_shape, offsetof(struct record, intent)},
        [RECORD_DONE] = {&done_shape, offsetof(struct record, done)},
        [RECORD_AWAITING] = {&awaiting_shape, offsetof(struct record, awaiting)},
        [RECORD_COMMIT] = {&commit_shape, 0},
        [RECORD_ROLLBACK] = {&rollback_shape, offsetof(struct record, rollback)},
        [RECORD_UNDO_INTENT] = {&undo_intent_shape, offsetof(struct record, undo_intent)},
        [RECORD_UNDONE] = {&undone_shape, offsetof(struct record, undone)},
        [RECORD_ROLLED_BACK] = {&rolled_back_shape, offsetof(struct record, rolled_back)},
};

static void *body_of(const struct record *record)
{
	return (char *)(uintptr_t)record + bodies[record->type].offset;
}

char *record_write(const struct record *record)
{
	const struct shape *shape = bodies[record->type].shape;
	json_t *json = shape_encode(shape, body_of(record));
	char *line;

	json_object_set_new(json, "type", json_string(shape->name));
	json_object_set_new(json, "at", json_integer(record->at));
	line = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(json);
	return line ? line : xstrdup("");
}

static int type_of(const json_t *json)
{
	const char *word = json_string_value(json_object_get(json, "type"));

	for (int i = 0; i < RECORD_COUNT; i++)
		if (streq(word, bodies[i].shape->name))
			return i;
	return -1;
}

int record_read(const char *text, size_t n, struct record *record, struct error *err)
{
	json_error_t where;
	json_t *json = json_loadb(text, n, JSON_REJECT_DUPLICATES, &where);
	int r;

	*record = (struct record){.type = json ? type_of(json) : -1};
	if (record->type < 0) {
		json_decref(json);
		record->type = RECORD_COMMIT; /* owns nothing */
		return error_set(err, EINVAL, "no record of this version");
	}
	record->at = json_integer_value(json_object_get(json, "at"));
	r = shape_decode(bodies[record->type].shape, json, body_of(record), err);
	json_decref(json);
	return r;
}

void record_free(struct record *record)
{
	if (record->type != RECORD_COMMIT)
		shape_free(bodies[record->type].shape, body_of(record));
	*record = (struct record){.type = RECORD_COMMIT};
}
