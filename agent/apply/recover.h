/* SPDX-License-Identifier: MIT */
/* What earlier runs left behind. */
#ifndef PERMFIX_APPLY_RECOVER_H
#define PERMFIX_APPLY_RECOVER_H

#include "apply/journal.h"
#include "apply/writer.h"

/* How many transactions the journal keeps: older finished ones are forgotten, so that it does not grow for
 * ever. */
#define JOURNAL_KEEP 100

struct recovery {
	struct strings ids;  /* the transactions that were taken back */
	struct strings done; /* sentences: the same, for a person */
	struct strings left; /* sentences: what could not be, or was left alone */
};
void recovery_free(struct recovery *recovery);
#define AUTO_RECOVERY __attribute__((cleanup(recovery_free)))

/* For every command that may write, once it has the lock: takes unfinished transactions back, the newest
 * first, also those whose time to confirm is over; then prunes the journal. Returns 0; -EBUSY where one waits
 * for confirm (exit 75); -EBADMSG where the journal of one that may be unfinished is damaged; -EIO where a
 * rollback did not come to an end (exit 5). */
int recover_unfinished(
        const struct apply_host *host, const struct who *who, struct recovery *out, struct error *err);

/* The same, only told: sentences about unfinished, waiting and damaged transactions. Writes nothing; for
 * `plan`. */
int recover_report(int state, struct strings *says, struct error *err);

/* The transaction that `rollback` takes: the named one, else the newest that was applied and not taken back.
 * -ENOENT where there is none, -EBADMSG where it is damaged, -EINVAL where the named one was taken back
 * already. */
int rollback_choose(const struct tx *list, size_t n, const char *id, const struct tx **tx, struct error *err);

/* The one that `confirm` takes: the named one, else the newest that waits. */
int confirm_choose(const struct tx *list, size_t n, const char *id, const struct tx **tx, struct error *err);

#endif
