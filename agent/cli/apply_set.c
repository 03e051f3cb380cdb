/* SPDX-License-Identifier: MIT */
/* One transaction: the hooks by which apply/ gets guard, editor and validation. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/apply_run.h"
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
	bool last; /* the user's proofs are asked for here */
	bool refused;
};

/* --- hooks
 * ------------------------------------------------------------------------------------------------------------------
 */

static int judge_again(void *context, const struct step *const *steps, size_t n, struct error *err)
{
	struct under_way *u = context;
	int r;

	/* a step of several writes is judged before each of them in the world before its first */
	while (u->n_judged && n && u->judged[u->n_judged - 1] == steps[0])
		u->n_judged--;
	r = judge_anew(u->run->seen, steps, n, u->judged, u->n_judged, err);

	u->refused |= r == -EPERM;
	for (size_t i = 0; i < n; i++)
		ARRAY_ADD(u->judged, u->n_judged, steps[i]);
	return r;
}

/* The text is what the earlier edits have left: the place has moved as they moved it. */
static int edit(void *context, const struct question *q, const char *before, size_t n, char **after,
        size_t *after_n, struct error *err)
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

int apply_set_prove(const struct apply_run *run, struct applied_set *set, struct error *err)
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
		r = apply_set_prove(u->run, u->set, err);
	if (r == 0 && session_interrupted())
		r = error_set(err, EINTR, "interrupted");
	return r;
}

/* --- one transaction
 * -------------------------------------------------------------------------------------------------------- */

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

void apply_set_run(
        struct apply_run *run, const struct approved_plan *approved, struct applied_set *set, bool last)
{
	struct under_way u = {.run = run, .set = set, .last = last};
	struct apply_request request = {.who = run->session->who,
	        .steps = &set->steps,
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
