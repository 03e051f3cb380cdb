/* SPDX-License-Identifier: MIT */
/* The transactions of one apply: what apply/ cannot see (guard on facts read anew, edits, validation) is
 * handed to it here. */
#ifndef PERMFIX_CLI_APPLY_RUN_H
#define PERMFIX_CLI_APPLY_RUN_H

#include "apply/split.h"
#include "apply/transaction.h"
#include "cli/observe.h"
#include "cli/page.h"
#include "cli/session.h"
#include "validate/promise.h"
#include "validate/url_check.h"

/* What became of one transaction. The words are those of `apply --json`. */
enum ending {
	ENDING_APPLIED,
	ENDING_LEFT_OUT,          /* --live-only: nothing live would help */
	ENDING_REFUSED,           /* by the guard, judging again */
	ENDING_STALE,             /* something was not as the plan saw it */
	ENDING_FAILED,            /* a write failed, or the user stopped it: as before */
	ENDING_VALIDATION_FAILED, /* as before */
	ENDING_INCOMPLETE,        /* could not be taken back whole */
};
extern const struct names ending_names;

/* One proof of a transaction: "configuration" (of the servers), "facts" (diagnosis and probe), "url",
 * "program". */
struct proof {
	char *check;
	bool passed;
	char *says; /* why not; NULL passed */
};

struct applied_set {
	char *id;                 /* of the transaction; NULL: none was begun */
	struct strings upstreams; /* endpoints */
	struct strings steps;     /* ids in the plan */
	int outcome;              /* enum ending */
	char *message;            /* why it was not applied; NULL applied */
	struct proof *validation;
	size_t n_validation;
	struct strings left; /* what could not be taken back */
};

struct apply_run {
	const struct invocation *invocation;
	struct session *session;
	const struct observation *seen; /* facts and policy that the plan rests on */
	const struct plan *plan;
	struct judge judge;
	struct check_url url; /* host NULL: not asked for */
	char *program;        /* likewise NULL */
	struct applied_set *sets;
	size_t n_sets;
};

/* Runs them all, in the order of the plan, and fills sets. The user's own proofs (url, program) are about the
 * whole change: they are asked for at the end, and where one fails everything that this run applied is taken
 * back. -EPERM with *refusal where the guard does not approve the plan: nothing was changed. */
int apply_run(struct apply_run *run, struct refusal *refusal);
void apply_run_free(struct apply_run *run);
#define AUTO_APPLY_RUN __attribute__((cleanup(apply_run_free)))

/* --- parts, one per file --- */

/* Runs one set as a transaction; last: the user's proofs are asked for in it, before it counts. */
void apply_set_run(
        struct apply_run *run, const struct approved_plan *approved, struct applied_set *set, bool last);

/* Asks for the user's proofs (url, program) and notes them in the set. Negative: one failed. */
int apply_set_prove(const struct apply_run *run, struct applied_set *set, struct error *err);

/* The exit code of the contract for the plan and what became of it. stale: what a changed fact means (1, with
 * a plan file 6). */
int apply_run_code(const struct apply_run *run, int stale);

/* The document of `apply --json`; the caller frees. */
char *apply_run_json(const struct apply_run *run, int code);

/* What was done, for people. */
void apply_run_text(const struct apply_run *run, struct page *page);

#endif
