/* SPDX-License-Identifier: MIT */
/* Results of a confined reader, taken apart. Internal to facts/reader*.c. */
#ifndef PERMFIX_FACTS_READER_TAKE_H
#define PERMFIX_FACTS_READER_TAKE_H

#include "facts/reader_wire.h"

/* Decodes the records of one frame into the job's record: each is appended to its array, and of the record itself only what the parser
 * knows is taken. Negative: a frame that cannot be from a reader that works. */
int take_records(const struct reader_job *kind, const struct text *frame, void *record, struct error *err);

#endif
