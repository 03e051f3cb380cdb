/* SPDX-License-Identifier: MIT */
#include "cli/apply_run.h"
#include "apply/undo.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/look_again.h"
#include "facts/edit.h"
#include "validate/program.h"

#include <errno.h>
#include <time.h>

/* What a server was told shows after a moment: facts are looked at again till then. */
enum { LOOKS = 20, LOOK_AGAIN_MS = 100 };

/* One transaction while it runs: the context of its hooks. */
struct under_way {
	struct apply_run *run;
	struct applied_set *set;
	const struct step **judged;
	size_t n_judged;
	struct promise promise;
	bool last;    /* the user's proofs are asked for here */
	bool refused;
};

/* --- hooks ------------------------------------------------------------------------------------------------------------------ */

static int judge_again(void *context, const struct step *const *steps, size_t n, struct error *err)
{
	struct under_way *u = context;
	int r = judge_anew(u->run->seen, steps, n, u->judged, u->n_judged, err);

	u->refused |= r == -EPERM;
	for (size_t i = 0; i < n; i++)
		ARRAY_ADD(u->judged, u->n_judged, steps[i]);
	return r;
}

/* The text is what the earlier edits have left: the place has moved as they moved it. */
static int edit(void *context, const struct question *q, const char *before, size_t n, char **after, size_t *after_n, struct error *err)
{
	struct question moved = *q;

	(void)context;
	moved.offset = (uint64_t)((int64_t)q->offset + edit_moved_by(q));
	return edit_text(&moved, before, n, after, after_n, err);
}

static bool stop(void *context)
{
	(void)context;
	return session_interrupted();
}

static int proved(struct applied_set *set, const char *check, int r, const struct error *err)
{
	ARRAY_ADD(set->validation, set->n_validation,
		(struct proof){xstrdup(check), r >= 0, r < 0 ? xstrdup(err->text) : NULL});
	return r;
}

static int check_facts_once(struct under_way *u, struct error *err)
{
	AUTO_OBSERVATION struct observation now = {.progress.pipe = -1};
	int r = look_again(u->run->seen, true, &now, err);

	return r < 0 ? r : promise_check(&u->promise, &now.facts, err);
}

static int check_facts(struct under_way *u, struct error *err)
{
	const struct timespec pause = {.tv_nsec = LOOK_AGAIN_MS * 1000000L};
	int r = check_facts_once(u, err);

	for (int i = 1; i < LOOKS && r < 0 && u->promise.service && !session_interrupted(); i++) {
		nanosleep(&pause, NULL);
		r = check_facts_once(u, err);
	}
	return r;
}

static int users_proofs(const struct apply_run *run, struct applied_set *set, struct error *err)
{
	int r = 0;

	if (run->url.host)
		r = proved(set, "url", url_validate(&run->url, URL_DEADLINE_MS, session_interrupted, err), err);
	if (r == 0 && run->program)
		r = proved(set, "program", program_validate(run->program, PROGRAM_DEADLINE_MS, session_interrupted, err), err);
	return r;
}

static int validate(void *context, struct error *err)
{
	struct under_way *u = context;
	int r;

	proved(u->set, "configuration", 0, err);
	r = proved(u->set, "facts", check_facts(u, err), err);
	if (r == 0 && u->last)
		r = users_proofs(u->run, u->set, err);
	if (r == 0 && session_interrupted())
		r = error_set(err, EINTR, "interrupted");
	return r;
}

/* --- one transaction -------------------------------------------------------------------------------------------------------- */

static int ending_of(const struct under_way *u, const struct outcome *outcome)
{
	if (outcome->applied)
		return ENDING_APPLIED;
	if (outcome->id && (!outcome->rolled_back || !outcome->rollback_verified || outcome->left.n))
		return ENDING_INCOMPLETE;
	if (session_interrupted())
		return ENDING_FAILED;
	if (u->refused)
		return ENDING_REFUSED;
	if (outcome->validation_failed)
		return ENDING_VALIDATION_FAILED;
	return outcome->stale ? ENDING_STALE : ENDING_FAILED;
}

static void take_outcome(const struct under_way *u, struct outcome *outcome)
{
	struct applied_set *set = u->set;

	set->outcome = ending_of(u, outcome);
	if (outcome->validation_failed && set->n_validation == 0)
		proved(set, "configuration", -EIO, &(struct error){0});
	set->id = TAKE_PTR(outcome->id);
	set->message = TAKE_PTR(outcome->message);
	set->left = outcome->left;
	outcome->left = (struct strings){0};
}

static void run_set(struct apply_run *run, const struct approved_plan *approved, struct applied_set *set, bool last)
{
	struct under_way u = {.run = run, .set = set, .last = last};
	struct apply_request request = {.who = run->session->who, .steps = &set->steps,
		.hooks = {&u, judge_again, edit, validate, stop}};
	AUTO_OUTCOME struct outcome outcome = {0};
	struct error err = {0};

	if (promise_make(&run->seen->facts, run->plan, &set->steps, &run->judge, &u.promise, &err) < 0) {
		set->outcome = ENDING_FAILED;
		set->message = xstrdup(err.text);
	} else if (run->invocation->live_only && !promise_cures(&u.promise, &err)) {
		set->outcome = ENDING_LEFT_OUT;
		set->message = xasprintf("with live changes only %s", err.text);
	} else {
		transaction_run(&run->session->host, approved, &request, &outcome);
		take_outcome(&u, &outcome);
	}
	promise_free(&u.promise);
	free(u.judged);
}

/* --- all of them --------------------------------------------------------------------------------------------------------------- */

static bool is_live(int kind)
{
	return kind == STEP_PATH_OWNER || kind == STEP_PATH_MODE || kind == STEP_PATH_ACL || kind == STEP_SELINUX_RELABEL;
}

static bool is_service(int kind)
{
	return kind == STEP_SERVICE_RELOAD || kind == STEP_SERVICE_RESTART || kind == STEP_SERVICE_DAEMON_RELOAD;
}

static const struct step *step_by_id(const struct plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (streq(plan->steps[i].id, id))
			return &plan->steps[i];
	return NULL;
}

/* A server is told something because of a persistent change, where there is one: without it there is nothing to tell. */
static void keep_live(const struct plan *plan, struct strings *steps)
{
	struct strings kept = {0};
	bool persistent = false;

	for (size_t i = 0; i < steps->n; i++) {
		int kind = step_by_id(plan, steps->items[i])->kind;

		persistent |= !is_live(kind) && !is_service(kind);
	}
	for (size_t i = 0; i < steps->n; i++) {
		int kind = step_by_id(plan, steps->items[i])->kind;

		if (is_live(kind) || (is_service(kind) && !persistent))
			strings_add(&kept, steps->items[i]);
	}
	strings_free(steps);
	*steps = kept;
}

static void name_upstreams(const struct plan *plan, const struct strings *ids, struct strings *out)
{
	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (strings_has(ids, plan->upstreams[i].id) && plan->upstreams[i].endpoint &&
			!strings_has(out, plan->upstreams[i].endpoint))
			strings_add(out, plan->upstreams[i].endpoint);
}

static void make_sets(struct apply_run *run)
{
	AUTO_STEP_SETS struct step_sets sets = {0};

	plan_split(run->plan, &sets);
	for (size_t i = 0; i < sets.n; i++) {
		struct applied_set *set = ARRAY_NEW(run->sets, run->n_sets);

		name_upstreams(run->plan, &sets.items[i].upstreams, &set->upstreams);
		for (size_t k = 0; k < sets.items[i].steps.n; k++)
			strings_add(&set->steps, sets.items[i].steps.items[k]);
		if (run->invocation->live_only)
			keep_live(run->plan, &set->steps);
	}
}

static void undo_set(struct apply_run *run, struct applied_set *set, const char *why, int ending)
{
	struct undo_outcome undone = {0};
	struct error err = {0};
	struct tx *list = NULL;
	size_t n = 0;
	int r = tx_list(run->session->state, &list, &n, &err);

	for (size_t i = 0; i < n && r == 0; i++)
		if (streq(list[i].id, set->id))
			r = undo_transaction(&run->session->host, &list[i], why, &run->session->who, &undone, &err);
	for (size_t i = 0; i < undone.left.n; i++)
		strings_add(&set->left, undone.left.items[i]);
	if (r < 0)
		strings_add(&set->left, err.text);
	set->outcome = r == 0 && undone.complete && undone.verified && !set->left.n ? ending : ENDING_INCOMPLETE;
	set->message = xstrdup(why);
	undo_outcome_free(&undone);
	tx_list_free(list, n);
}

static void undo_all(struct apply_run *run, const char *why, int ending)
{
	for (size_t i = run->n_sets; i-- > 0;)
		if (run->sets[i].id && run->sets[i].outcome == ENDING_APPLIED)
			undo_set(run, &run->sets[i], why, ending);
}

static struct applied_set *last_applied(struct apply_run *run)
{
	for (size_t i = run->n_sets; i-- > 0;)
		if (run->sets[i].outcome == ENDING_APPLIED)
			return &run->sets[i];
	return NULL;
}

static bool users_proof_failed(const struct applied_set *set)
{
	const struct proof *p = set->n_validation ? &set->validation[set->n_validation - 1] : NULL;

	return p && !p->passed && (streq(p->check, "url") || streq(p->check, "program"));
}

static bool has_users_proof(const struct applied_set *set)
{
	for (size_t i = 0; i < set->n_validation; i++)
		if (streq(set->validation[i].check, "url") || streq(set->validation[i].check, "program"))
			return true;
	return false;
}

/* The proofs are about the whole: they stand or fall with all transactions of this run. */
static void conclude(struct apply_run *run)
{
	struct applied_set *final = run->n_sets ? &run->sets[run->n_sets - 1] : NULL, *applied = last_applied(run);
	struct error err = {0};

	if (session_interrupted())
		undo_all(run, "interrupted", ENDING_FAILED);
	else if (final && users_proof_failed(final))
		undo_all(run, final->validation[final->n_validation - 1].says, ENDING_VALIDATION_FAILED);
	else if (applied && !has_users_proof(final) && users_proofs(run, applied, &err) < 0)
		undo_all(run, err.text, ENDING_VALIDATION_FAILED);
}

int apply_run(struct apply_run *run, struct refusal *refusal)
{
	struct approved_plan *approved = NULL;
	int r = approve(run->plan, &run->seen->facts, &run->seen->policy, &approved, refusal);

	if (r < 0)
		return r;
	make_sets(run);
	for (size_t i = 0; i < run->n_sets; i++) {
		struct applied_set *set = &run->sets[i];

		if (session_interrupted()) {
			set->outcome = ENDING_FAILED;
			set->message = xstrdup("interrupted");
		} else if (set->steps.n == 0) {
			set->outcome = ENDING_LEFT_OUT;
			set->message = xstrdup("all that would help is persistent");
		} else {
			run_set(run, approved, set, i + 1 == run->n_sets);
		}
	}
	conclude(run);
	approved_free(approved);
	return 0;
}

static void set_free(struct applied_set *set)
{
	free(set->id);
	free(set->message);
	strings_free(&set->upstreams);
	strings_free(&set->steps);
	strings_free(&set->left);
	for (size_t i = 0; i < set->n_validation; i++) {
		free(set->validation[i].check);
		free(set->validation[i].says);
	}
	free(set->validation);
}

void apply_run_free(struct apply_run *run)
{
	for (size_t i = 0; i < run->n_sets; i++)
		set_free(&run->sets[i]);
	free(run->sets);
	free(run->program);
	url_free(&run->url);
}
