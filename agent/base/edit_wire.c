/* SPDX-License-Identifier: MIT */
#include "base/edit_wire.h"
#include "base/alloc.h"

#include <errno.h>

static const struct field change_fields[] = {
	FIELD_PLAIN(STRING, struct edit_change, key),
	FIELD_ALWAYS(STRING, struct edit_change, value),
	FIELD_PLAIN(BOOL, struct edit_change, list),
};
static const struct shape change_shape = SHAPE("change", struct edit_change, change_fields);

static const struct field request_fields[] = {
	FIELD_PLAIN(STRING, struct edit_request, format),
	FIELD_PLAIN(STRING, struct edit_request, section),
	FIELD_ARRAY(struct edit_request, changes, change_shape),
	FIELD_PLAIN(STRING, struct edit_request, text),
};
const struct shape edit_request_shape = SHAPE("edit-request", struct edit_request, request_fields);

static const struct field reply_fields[] = {
	FIELD_PLAIN(STRING, struct edit_reply, text),
	FIELD_PLAIN(STRING, struct edit_reply, error),
	FIELD_PLAIN(U32, struct edit_reply, line),
};
const struct shape edit_reply_shape = SHAPE("edit-reply", struct edit_reply, reply_fields);

void edit_request_free(struct edit_request *request)
{
	shape_free(&edit_request_shape, request);
}

void edit_reply_free(struct edit_reply *reply)
{
	shape_free(&edit_reply_shape, reply);
}

char *edit_wire_write(const struct shape *shape, const void *record)
{
	json_t *json = shape_encode(shape, record);
	char *text = json_dumps(json, JSON_COMPACT);

	json_decref(json);
	return text ? text : xstrdup("{}");
}

int edit_wire_read(const struct shape *shape, const char *json, size_t n, void *record, struct error *err)
{
	json_error_t why;
	json_t *parsed = json_loadb(json, n, JSON_REJECT_DUPLICATES, &why);
	int r;

	if (!parsed)
		return error_set(err, EINVAL, "no JSON object: %s", why.text);
	r = shape_decode(shape, parsed, record, err);
	json_decref(parsed);
	return r;
}
