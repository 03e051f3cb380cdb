/* SPDX-License-Identifier: MIT */
/* Records described by tables: one description of a struct drives its JSON encoding, decoding, copying and freeing (and the
 * published schema). A record owns everything that it points to.
 *
 *   struct pool { char *name; struct setting *settings; size_t n_settings; };
 *   static const struct field pool_fields[] = {
 *           FIELD_STRING(struct pool, name),
 *           FIELD_ARRAY(struct pool, settings, setting_shape),
 *   };
 *   const struct shape pool_shape = SHAPE("pool", struct pool, pool_fields);
 */
#ifndef PERMFIX_BASE_SHAPE_H
#define PERMFIX_BASE_SHAPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/names.h"
#include "base/text.h"

enum field_type {
	FIELD_TYPE_STRING,  /* char *; NULL is null (or left out, see .leave_out) */
	FIELD_TYPE_INT,     /* int */
	FIELD_TYPE_U32,     /* uint32_t */
	FIELD_TYPE_U64,     /* uint64_t; beyond 2^53 a JSON string of digits */
	FIELD_TYPE_I64,     /* int64_t */
	FIELD_TYPE_BOOL,    /* bool */
	FIELD_TYPE_NAME,    /* an enum (int), as its word */
	FIELD_TYPE_MODE,    /* uint32_t, as a string of four or more octal digits "0660" */
	FIELD_TYPE_STRINGS, /* struct strings */
	FIELD_TYPE_IDS,     /* uint32_t *NAME; size_t n_NAME */
	FIELD_TYPE_ARRAY,   /* struct T *NAME; size_t n_NAME */
	FIELD_TYPE_RECORD,  /* struct T inside */
	FIELD_TYPE_OPTIONAL, /* struct T *; NULL is null */
};

struct shape;
struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	size_t count_offset;       /* IDS, ARRAY */
	const struct shape *shape; /* ARRAY, RECORD, OPTIONAL */
	const struct names *names; /* NAME */
	bool leave_out;            /* zero, false, NULL or empty is not written at all */
};

struct shape {
	const char *name;
	size_t size;
	const struct field *fields;
	size_t n;
};
#define SHAPE(word, type, list) {(word), sizeof(type), (list), sizeof(list) / sizeof((list)[0])}

#define FIELD_PLAIN(kind, record, member) {.name = #member, .type = FIELD_TYPE_##kind, .offset = offsetof(record, member), .leave_out = true}
/* As FIELD_PLAIN, but always written: a null, 0 or false there tells something. */
#define FIELD_ALWAYS(kind, record, member) {.name = #member, .type = FIELD_TYPE_##kind, .offset = offsetof(record, member)}
#define FIELD_NAME(record, member, table)                                                                    \
	{.name = #member, .type = FIELD_TYPE_NAME, .offset = offsetof(record, member), .names = &(table)}
#define FIELD_IDS(record, member)                                                                            \
	{.name = #member, .type = FIELD_TYPE_IDS, .offset = offsetof(record, member),                        \
		.count_offset = offsetof(record, n_##member)}
#define FIELD_ARRAY(record, member, of)                                                                      \
	{.name = #member, .type = FIELD_TYPE_ARRAY, .offset = offsetof(record, member),                      \
		.count_offset = offsetof(record, n_##member), .shape = &(of), .leave_out = true}
/* As FIELD_ARRAY, but an empty one is written as []. */
#define FIELD_LIST(record, member, of)                                                                       \
	{.name = #member, .type = FIELD_TYPE_ARRAY, .offset = offsetof(record, member),                      \
		.count_offset = offsetof(record, n_##member), .shape = &(of)}
#define FIELD_RECORD(record, member, of)                                                                     \
	{.name = #member, .type = FIELD_TYPE_RECORD, .offset = offsetof(record, member), .shape = &(of)}

#define FIELD_OPTIONAL(record, member, of)                                                                   \
	{.name = #member, .type = FIELD_TYPE_OPTIONAL, .offset = offsetof(record, member), .shape = &(of)}

/* A new JSON object. Strings are escaped as escape_text(…, true) does. Never fails. */
json_t *shape_encode(const struct shape *shape, const void *record);

/* Fills a zeroed record. Unknown keys are passed over (a later version may add some); a value of the wrong type is an error
 * (-EINVAL) that names its place, "facts.walks[3].nodes[1].uid". On error the record holds what was read so far: free it. */
int shape_decode(const struct shape *shape, const json_t *json, void *record, struct error *err);

/* Releases what the record owns and zeroes it. */
void shape_free(const struct shape *shape, void *record);

/* Makes *to (which is overwritten) a deep copy of *from. */
void shape_copy(const struct shape *shape, void *to, const void *from);

#endif
