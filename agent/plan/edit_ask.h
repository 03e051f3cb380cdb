/* SPDX-License-Identifier: MIT */
/* Inside the room: the text of an edit is known only to the helper that owns the format, so it is asked for. An edit of a file that an
 * earlier step edits as well builds on that one. */
#ifndef PERMFIX_PLAN_EDIT_ASK_H
#define PERMFIX_PLAN_EDIT_ASK_H

#include "plan/candidate.h"

/* Whether the step edits a configuration file. */
bool edits_file(const struct step *step);

/* Why a file that one of the steps edits cannot be edited so (owned by the caller); NULL: nothing known against it. */
char *edits_failed(const struct situation *s, const struct steps *steps);

/* Completes every step of the plan that edits a file with diff, command line and expected digest, or asks for them. */
void edits_fill(const struct facts *facts, struct plan *plan, struct questions *questions);

#endif
