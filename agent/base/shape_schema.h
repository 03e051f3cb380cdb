/* SPDX-License-Identifier: MIT */
/* The JSON Schema of what shape_encode writes and shape_decode reads, from the same tables. */
#ifndef PERMFIX_BASE_SHAPE_SCHEMA_H
#define PERMFIX_BASE_SHAPE_SCHEMA_H

#include "base/shape.h"

/* A schema (draft 2020-12) for a record, every shape that it holds under "$defs" by its name: two different shapes must not share one.
 * Fields that are always written are required; other keys are allowed, since a later version may add some. The caller owns the result. */
json_t *shape_schema(const struct shape *shape);

/* The schema of a document whose field "schema" says `title`: sorted keys, two-space indent, final newline. The caller frees. */
char *shape_schema_text(const struct shape *shape, const char *title);

/* Two different shapes of one name within the record, NULL where there are none: for a test. */
const char *shape_schema_clash(const struct shape *shape);

#endif
