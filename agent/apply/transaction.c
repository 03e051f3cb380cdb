/* SPDX-License-Identifier: MIT */
#include "apply/transaction.h"
#include "apply/config_check.h"
#include "apply/part.h"
#include "apply/part_write.h"
#include "apply/precondition.h"
#include "apply/undo.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <time.h>

/* Room that is reserved for the records of a transaction and of its rollback. */
#define RESERVE_BASE ((size_t)64 << 10)
#define RESERVE_PART ((size_t)16 << 10)

void outcome_free(struct outcome *outcome)
{
	free(outcome->id);
	free(outcome->failed_step);
	free(outcome->message);
	strings_free(&outcome->left);
	*outcome = (struct outcome){0};
}

struct transaction {
	struct writing w;
	const struct apply_request *request;
	const struct step **steps;
	size_t n_steps;
	struct parts parts;
	struct config_checks checks;
	bool checked; /* since the last edit */
	bool begun;
	struct outcome *out;
};

static void transaction_free(struct transaction *t)
{
	journal_close(&t->w.journal);
	writing_free(&t->w);
	parts_free(&t->parts);
	config_checks_free(&t->checks);
	free(t->steps);
}

/* --- before the first write
 * ----------------------------------------------------------------------------------------------- */

static bool targeted_before(const struct transaction *t, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (streq(t->steps[k]->target, t->steps[i]->target))
			return true;
	return false;
}

/* What this host cannot do is found before anything is written. */
static int possible(const struct transaction *t, const struct step *step, struct error *err)
{
	if (step->kind == STEP_SERVICE_DAEMON_RELOAD && !t->w.host->systemd)
		return error_set(err, EOPNOTSUPP,
		        "%s: systemd is not the service manager here, nothing would read unit files again", step->id);
	return 0;
}

static int check_all(struct transaction *t, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < t->n_steps && r == 0; i++) {
		r = possible(t, t->steps[i], err);
		if (r == 0)
			r = preconditions_hold(t->w.host, t->w.facts, t->steps[i], !targeted_before(t, i), err);
		if (r < 0)
			t->out->failed_step = xstrdup(t->steps[i]->id);
	}
	return r;
}

static int prepare(struct transaction *t, const struct plan *plan, struct error *err)
{
	int r = steps_select(plan, t->request->steps, &t->steps, &t->n_steps, err);

	if (r == 0 && t->n_steps == 0)
		r = error_set(err, EINVAL, "there is nothing that could be applied");
	if (r == 0)
		r = parts_of(t->steps, t->n_steps, &t->parts, err);
	if (r == 0 && !t->request->hooks.judge_again)
		r = error_set(err, EINVAL, "nobody judges the steps");
	if (r == 0)
		r = check_all(t, err);
	if (r < 0)
		return r;
	config_checks_for(t->w.facts, t->steps, t->n_steps, &t->checks);
	return config_checks_before(t->w.host, &t->checks, err);
}

static bool serves(const struct plan_upstream *u, const struct transaction *t)
{
	for (size_t i = 0; i < t->n_steps; i++)
		if (strings_has(&u->steps, t->steps[i]->id))
			return true;
	return false;
}

static int begin(struct transaction *t, const struct plan *plan, struct error *err)
{
	struct begin_record begin = {.digest = plan->digest, .boot = plan->host.boot, .who = t->request->who};
	int r;

	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (serves(&plan->upstreams[i], t))
			strings_add(&begin.upstreams, plan->upstreams[i].endpoint);
	for (size_t i = 0; i < t->n_steps; i++)
		ARRAY_ADD(begin.steps, begin.n_steps, *t->steps[i]); /* borrowed */
	r = journal_begin(t->w.host->state, &begin, time(NULL), &t->w.journal, err);
	if (r == 0)
		r = journal_reserve(&t->w.journal, RESERVE_BASE + RESERVE_PART * t->parts.n, err);
	t->begun = r == 0;
	if (r == 0)
		t->out->id = xstrdup(t->w.journal.id);
	else
		journal_discard(t->w.host->state, &t->w.journal);
	strings_free(&begin.upstreams);
	free(begin.steps);
	free(begin.id);
	return r;
}

/* --- the writes
 * ------------------------------------------------------------------------------------------------------------
 */

static int check_configuration(struct transaction *t, struct error *err)
{
	int r = t->checked ? 0 : config_checks_after(t->w.host, &t->checks, err);

	t->checked = r == 0;
	t->out->validation_failed = r < 0;
	return r;
}

static int do_part(struct transaction *t, uint32_t number, struct error *err)
{
	const struct part *part = &t->parts.items[number];
	const struct apply_hooks *hooks = &t->request->hooks;
	int r = 0;

	if (hooks->stop && hooks->stop(hooks->context))
		return error_set(err, EINTR, "interrupted");
	/* what a server will read must be right before it is told to read it */
	if (part->writer == WRITER_SERVICE)
		r = check_configuration(t, err);
	else if (part->writer == WRITER_FILE)
		t->checked = false;
	if (r == 0)
		r = part_write(&t->w, part, number, err);
	if (r < 0) {
		t->out->failed_step = xstrdup(part->steps[0]->id);
		return r;
	}
	return r > 0 ? 0 : journal_add(&t->w.journal, (struct record){.type = RECORD_DONE, .done = {number}}, err);
}

static int validate(struct transaction *t, struct error *err)
{
	const struct apply_hooks *hooks = &t->request->hooks;
	int r = check_configuration(t, err);

	if (r == 0 && hooks->validate)
		r = hooks->validate(hooks->context, err);
	t->out->validation_failed = r < 0;
	return r;
}

static int conclude(struct transaction *t, struct error *err)
{
	struct record record = {.type = RECORD_COMMIT};
	int r;

	if (t->request->confirm_within > 0)
		record = (struct record){
		        .type = RECORD_AWAITING, .awaiting = {time(NULL) + t->request->confirm_within}};
	r = journal_add(&t->w.journal, record, err);
	if (r == 0)
		journal_trim(&t->w.journal);
	return r;
}

static int run(struct transaction *t, const struct plan *plan, struct error *err)
{
	int r = prepare(t, plan, err);

	if (r == 0)
		r = begin(t, plan, err);
	for (uint32_t i = 0; i < t->parts.n && r == 0; i++)
		r = do_part(t, i, err);
	if (r == 0)
		r = validate(t, err);
	return r < 0 ? r : conclude(t, err);
}

/* --- taking back
 * ------------------------------------------------------------------------------------------------------------
 */

static void take_back(struct transaction *t, const char *why)
{
	struct undo_outcome undone = {0};
	struct error err;
	struct tx tx;
	int r = tx_load(t->w.host->state, t->w.journal.id, &tx, &err);

	if (r == 0)
		r = undo_transaction(t->w.host, &tx, why, &t->request->who, &undone, &err);
	for (size_t i = 0; i < undone.left.n; i++)
		strings_add(&t->out->left, undone.left.items[i]);
	if (r < 0)
		strings_addf(&t->out->left, "the rollback of %s did not come to an end: %s", t->w.journal.id,
		        err.text);
	t->out->rolled_back = r == 0 && undone.complete;
	t->out->rollback_verified = r == 0 && undone.verified;
	undo_outcome_free(&undone);
	tx_free(&tx);
}

int transaction_run(const struct apply_host *host, const struct approved_plan *approved,
        const struct apply_request *request, struct outcome *outcome)
{
	__attribute__((cleanup(transaction_free))) struct transaction t = {
	        .w = {.host = host,
	                .facts = approved_facts_of(approved),
	                .hooks = &request->hooks,
	                .journal = JOURNAL_NONE},
	        .request = request,
	        .out = outcome};
	struct error err = {0};
	int r;

	*outcome = (struct outcome){0};
	r = run(&t, approved_steps_of(approved), &err);
	outcome->applied = r == 0;
	if (r == 0)
		return 0;
	outcome->stale = r == -ESTALE;
	outcome->message = xstrdup(err.text);
	if (t.begun)
		take_back(&t, err.text);
	return r;
}

int transaction_confirm(const struct apply_host *host, const struct tx *tx, struct error *err)
{
	AUTO_JOURNAL struct journal journal = JOURNAL_NONE;
	const struct record *awaiting = tx_last(tx, RECORD_AWAITING);
	int r;

	if (tx->state != TX_AWAITING || !awaiting)
		return error_set(err, EINVAL, "%s does not wait for confirm", tx->id);
	if (time(NULL) > awaiting->awaiting.until)
		return error_set(err, ETIMEDOUT, "%s: the time to confirm is over", tx->id);
	r = journal_reopen(host->state, tx, &journal, err);
	return r < 0 ? r : journal_add(&journal, (struct record){.type = RECORD_COMMIT}, err);
}
