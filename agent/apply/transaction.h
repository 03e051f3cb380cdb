/* SPDX-License-Identifier: MIT */
/* Applying what the guard approved, as one transaction. */
#ifndef PERMFIX_APPLY_TRANSACTION_H
#define PERMFIX_APPLY_TRANSACTION_H

#include "apply/journal.h"
#include "apply/writer.h"
#include "facts/question.h"
#include "guard/approve.h"

/* What apply cannot do itself, since it sees neither diagnose nor validate. Every function gets `context`;
 * NULL functions are left out, but for judge_again. */
struct apply_hooks {
	void *context;
	/* The guard judges again, on facts read anew; called right before each write with the steps that it
	 * stands for, each to be judged in the world that those before it make. Negative: refused. */
	int (*judge_again)(void *context, const struct step *const *steps, size_t n, struct error *err);
	/* Text in, text out: edit_text() of facts/edit.h. */
	int (*edit)(void *context, const struct question *q, const char *before, size_t n, char **after,
	        size_t *after_n, struct error *err);
	/* After the last write: whether the host is as promised. Negative: taken back. */
	int (*validate)(void *context, struct error *err);
	/* Asked between writes: true leaves the host as it was (Ctrl-C). */
	bool (*stop)(void *context);
};

struct apply_request {
	struct who who;
	const struct strings
	        *steps; /* ids, in any order: applied in the order of the plan. NULL: all of the plan */
	int64_t confirm_within; /* seconds; 0: no confirmation is waited for */
	struct apply_hooks hooks;
};

struct outcome {
	char *id;     /* of the transaction; NULL: none was begun, nothing was written */
	bool applied; /* everything was done, validated and committed (or awaits confirm) */
	bool stale;   /* a precondition does not hold (any more): message says which */
	bool validation_failed;
	char *failed_step;      /* id of the step at which it ended; NULL none */
	char *message;          /* why it was not applied; NULL applied */
	bool rolled_back;       /* there were writes, and the rollback came to an end */
	bool rollback_verified; /* … and everything was found to be as its pre-image says */
	struct strings left;    /* sentences: what could not be undone */
};
void outcome_free(struct outcome *outcome);
#define AUTO_OUTCOME __attribute__((cleanup(outcome_free)))

/* Checks every precondition on the live objects; begins the transaction; then for each write: precondition
 * and guard again, intent and pre-image journalled and synced, the write, its verification; at the end
 * configuration checks of the servers, validation, commit. The first failure takes everything back. The
 * caller holds the lock, has run recover_unfinished(), and host->state is open. Steps of kind manual are
 * passed over. Always fills *outcome (owned by the caller). Returns 0 where it was applied, else the -errno
 * of what went wrong. */
int transaction_run(const struct apply_host *host, const struct approved_plan *approved,
        const struct apply_request *request, struct outcome *outcome);

/* Ends the wait of a transaction that awaits confirm: it is committed. -ETIMEDOUT where its time is over,
 * -EINVAL where it does not wait. */
int transaction_confirm(const struct apply_host *host, const struct tx *tx, struct error *err);

#endif
