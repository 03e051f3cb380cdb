/* SPDX-License-Identifier: MIT */
/* Inside the room: the text of an edit is known only to the helper that owns the format, so it is asked for. */
#ifndef PERMFIX_PLAN_EDIT_ASK_H
#define PERMFIX_PLAN_EDIT_ASK_H

#include "plan/candidate.h"

/* For every step that edits a file: takes the diff and the digest from the facts, or asks for them (the step then has no diff yet). Returns why
 * an edit is not possible (owned by the caller), NULL where all is well. */
char *edits_ask(const struct situation *s, struct steps *steps);

#endif
