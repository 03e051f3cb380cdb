/* SPDX-License-Identifier: MIT */
/* The journal: one directory per transaction under the state directory, an append-only file of records in it
 * (plans/JOURNAL.md). What a record announces is done only after the record is on the disk. */
#ifndef PERMFIX_APPLY_JOURNAL_H
#define PERMFIX_APPLY_JOURNAL_H

#include "apply/record.h"

/* --- writing
 * -------------------------------------------------------------------------------------------------------- */

struct journal {
	int dir; /* of the transaction */
	int fd;  /* its records */
	char *id;
	char *chain;  /* digest of the last record */
	int64_t size; /* of the records that are whole */
};

/* Begins a transaction: makes its directory and the first record, whose id and version it sets. state is the
 * directory of the state. */
int journal_begin(int state, struct begin_record *begin, int64_t now, struct journal *out, struct error *err);

/* Appends a record (its time is set here) and syncs it. On failure what was written of it is taken off again.
 */
int journal_add(struct journal *journal, struct record record, struct error *err);

/* Reserves room for records to come, so that a rollback can be journalled on a disk that has filled up
 * meanwhile; -ENOSPC where there is none. journal_trim() gives back what was not needed. */
int journal_reserve(struct journal *journal, size_t bytes, struct error *err);
void journal_trim(struct journal *journal);

/* Keeps bytes in a file of its own beside the records, synced; *name (the caller frees) is what a record
 * calls it. */
int journal_keep(
        struct journal *journal, uint32_t part, const void *bytes, size_t n, char **name, struct error *err);

/* Reads such a file again; its digest must be the one given (-EBADMSG). */
int journal_kept(const struct journal *journal, const char *name, const char *digest, char **bytes, size_t *n,
        struct error *err);

/* Takes a transaction that has done nothing yet out of the journal again. What cannot be removed is found unfinished later, with
 * nothing to take back. */
void journal_discard(int state, struct journal *journal);

void journal_close(struct journal *journal);
#define AUTO_JOURNAL __attribute__((cleanup(journal_close)))
#define JOURNAL_NONE                \
	{                           \
		.dir = -1, .fd = -1 \
	}

/* --- reading
 * -------------------------------------------------------------------------------------------------------- */

enum tx_state {
	TX_OPEN,     /* begun, neither committed nor taken back: unfinished */
	TX_AWAITING, /* applied, waits for `confirm` */
	TX_COMMITTED,
	TX_ROLLING_BACK, /* a rollback was begun: unfinished */
	TX_ROLLED_BACK,  /* all of it, or all but what `left` names */
};
extern const struct names tx_state_names;

struct tx {
	char *id;
	uint64_t counter; /* order of the transactions */
	int state;        /* enum tx_state, as far as the records can be read */
	char *damage; /* what is wrong with the journal: then its state cannot be relied on. NULL nothing */
	struct record *records;
	size_t n_records;
	char *chain;
	int64_t size; /* of the whole records; what lies beyond was torn by a crash */
};

/* Every transaction, oldest first; one that has no whole record never began and is left out. Damage of one is
 * no failure of the call. */
int tx_list(int state, struct tx **list, size_t *n, struct error *err);
/* One transaction, owned by the caller (tx_free); -EBADMSG where it is damaged. */
int tx_load(int state, const char *id, struct tx *tx, struct error *err);
void tx_free(struct tx *tx);
void tx_list_free(struct tx *list, size_t n);

const struct begin_record *tx_begin(const struct tx *tx);    /* NULL where damage begins there */
const struct record *tx_last(const struct tx *tx, int type); /* the newest record of a type; NULL */

/* Opens a transaction to append to it; what a crash tore is cut off. -EBADMSG where it is damaged. */
int journal_reopen(int state, const struct tx *tx, struct journal *out, struct error *err);

/* Removes finished transactions but for the newest `keep` ones of the list that was just read, and
 * directories of those that never began. */
int journal_prune(int state, const struct tx *list, size_t n, size_t keep, struct error *err);

#endif
