/* SPDX-License-Identifier: MIT */
/* Inside the room: one write of a transaction, from looking again to verifying. */
#ifndef PERMFIX_APPLY_PART_WRITE_H
#define PERMFIX_APPLY_PART_WRITE_H

#include "apply/part.h"
#include "apply/transaction.h"

/* What this transaction left behind under a name. */
struct touched {
	int writer;
	const char *object;
	struct image after;
};

struct writing {
	const struct apply_host *host;
	const struct facts *facts;
	const struct apply_hooks *hooks;
	struct journal journal;
	struct touched *touched;
	size_t n_touched;
	const struct step **edits; /* steps whose edit is done, in order */
	size_t n_edits;
};

/* Looks again, has every step judged again, journals intent and pre-image, writes, verifies. part must
 * outlive w. 1: there was nothing to do, and nothing was journalled (a directory that is there already). */
int part_write(struct writing *w, const struct part *part, uint32_t number, struct error *err);
void writing_free(struct writing *w);

#endif
