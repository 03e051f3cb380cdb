/* SPDX-License-Identifier: MIT */
/* Inside the room: what a step expects of the live host (plans/FORMAT.md, "Preconditions"). */
#ifndef PERMFIX_APPLY_PRECONDITION_H
#define PERMFIX_APPLY_PRECONDITION_H

#include "apply/writer.h"

/* Checks all preconditions of a step. Those about its own target are left out where own is false: an earlier
 * write of the same transaction has changed it, and the caller compares with that. A step that lacks the
 * precondition its kind must have is refused
 * (-EINVAL). -ESTALE with what is different. */
int preconditions_hold(const struct apply_host *host, const struct facts *facts, const struct step *step,
        bool own, struct error *err);

#endif
