/* SPDX-License-Identifier: MIT */
/* The journal as `permfix history` shows it. */
#ifndef PERMFIX_APPLY_HISTORY_H
#define PERMFIX_APPLY_HISTORY_H

#include "apply/journal.h"

struct history_step {
	char *id, *kind, *target;
};
struct history_entry {
	char *id;
	char *when;               /* RFC 3339, UTC */
	char *who;                /* account; with sudo the one who asked */
	struct strings upstreams; /* endpoints */
	struct history_step *steps;
	size_t n_steps;
	char *outcome; /* "applied", "awaiting-confirm", "rolled-back", "unfinished", "unfinished-rollback",
	                  "damaged" */
	char *because; /* why it was taken back, or what is wrong with its journal; NULL */
	char *undone;  /* when it was taken back; NULL it was not */
	struct strings left; /* what a rollback left alone */
	char *digest;        /* of the plan */
};
struct history {
	struct history_entry *entries; /* oldest first */
	size_t n_entries;
};

extern const struct shape history_entry_shape;

/* state is the directory of the state; one without a journal has no history. */
int history_read(int state, struct history *out, struct error *err);
void history_free(struct history *history);
#define AUTO_HISTORY __attribute__((cleanup(history_free)))

/* A JSON array of objects, with a final newline; the caller frees. */
char *history_write(const struct history *history);

#endif
