/* SPDX-License-Identifier: MIT */
/* Inside the room: how records are framed, so that a torn end is told from damage. */
#ifndef PERMFIX_APPLY_FRAME_H
#define PERMFIX_APPLY_FRAME_H

#include <stddef.h>

#include "base/text.h"

#define FRAME_HEADER     "permfix-journal 1\n"
#define FRAME_RECORD_MAX ((size_t)64 << 20)

/* Adds one record to out: "LENGTH sha256:HEX\n", the payload, "\n". The digest is that of the digest of the
 * record before (nothing for the first), a newline, and the payload; it is handed back (the caller frees). */
char *frame_add(struct text *out, const char *chain, const char *payload);

enum frame_result { FRAME_RECORD, FRAME_END, FRAME_TORN, FRAME_DAMAGED };

/* Takes the record at bytes[*at]: FRAME_RECORD with payload, length, and *chain replaced; *at is behind it.
 * FRAME_TORN: what is left is one unfinished record, its end missing or NUL, as crashes leave them. Anything
 * else that does not fit is FRAME_DAMAGED. */
enum frame_result frame_next(
        const char *bytes, size_t n, size_t *at, char **chain, const char **payload, size_t *length);

#endif
