/* SPDX-License-Identifier: MIT */
/* Taking a transaction back. */
#ifndef PERMFIX_APPLY_UNDO_H
#define PERMFIX_APPLY_UNDO_H

#include "apply/journal.h"
#include "apply/writer.h"

struct undo_outcome {
	bool complete; /* the transaction is over: every object is restored, gone, or left alone and named */
	bool verified; /* and every object that is there was found to be as its pre-image says */
	struct strings left; /* sentences: objects that were left alone (drift) or could not be written, and
	                        what is left to do */
};
void undo_outcome_free(struct undo_outcome *outcome);

/* Brings every object of the transaction back, the newest first, services last. The object is its path: one
 * that was made anew in a state in which this transaction had put it is put back; gone counts as undone; any
 * other state is left alone. Each step is journalled before; killed at any point and called again, it goes
 * on. services: whether servers that read a restored file are reloaded.
 *
 * Returns 0 when it came to an end (outcome says how); -errno where the journal itself failed, and the
 * transaction stays unfinished; -EBADMSG where content that the journal keeps is damaged: then nothing was
 * written. */
int undo_transaction(const struct apply_host *host, const struct tx *tx, const char *why,
        const struct who *who, struct undo_outcome *outcome, struct error *err);

#endif
