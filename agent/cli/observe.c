/* SPDX-License-Identifier: MIT */
#include "cli/observe.h"
#include "base/cleanup.h"
#include "cli/in_file.h"
#include "cli/session.h"
#include "facts/gather.h"
#include "facts/gather_state.h"
#include "facts/read_policy.h"
#include "guard/guard.h"
#include "plan/planner.h"
#include "validate/probe_facts.h"

#include <errno.h>
#include <fcntl.h>

struct gather_options observe_options(const struct observation *o)
{
	const struct invocation *in = o->invocation;

	return (struct gather_options){
		.root = in->root, .worker = in->worker, .targets = &in->arguments, .probe = !in->no_probe && !o->no_probe};
}

/* The targets of this command line instead of those that the facts were taken for. */
static void take_targets(struct facts *facts, const struct strings *given)
{
	struct facts old = {0};

	if (given->n == 0)
		return;
	old.targets = TAKE_PTR(facts->targets);
	old.n_targets = facts->n_targets;
	facts->n_targets = 0;
	facts_free(&old);
	gather_targets(given, facts);
}

static int from_file(struct observation *o, struct error *err)
{
	AUTO_TEXT struct text json = {0};
	AUTO_FREE char *shown = escape_terminal(o->invocation->facts);
	int r = in_file_read(o->invocation->facts, &json, err);

	if (r < 0)
		return r;
	r = facts_read(json.bytes ? json.bytes : "", json.size, &o->facts, err);
	if (r < 0)
		return error_wrap(err, "%s", shown);
	take_targets(&o->facts, &o->invocation->arguments);
	return 0;
}

static int from_host(struct observation *o, struct error *err)
{
	const struct invocation *in = o->invocation;
	struct gather_options options = observe_options(o);
	AUTO_CLOSE int root = -1;
	int r = facts_gather(&options, &o->facts, err);

	if (r < 0)
		return r;
	root = open(in->root ? in->root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root >= 0)
		r = read_policy(root, !in->root, &o->facts, err);
	if (r == 0 && o->facts.host.probing) {
		progress_stage(&o->progress, STAGE_PROBE);
		probe_facts(&o->facts);
	}
	return r;
}

static int parse_policy(struct observation *o, struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < o->facts.n_policies; i++) {
		const struct policy_text *p = &o->facts.policies[i];

		r = policy_parse(&o->policy, p->file, p->text, strlen(p->text), err);
	}
	return r;
}

/* Transactions that are unfinished concern everybody who plans; who may not look at the journal is not told. */
static void note_unfinished(struct observation *o)
{
	struct error err = {0};
	AUTO_CLOSE int state = session_state(&err);

	if (state >= 0 && recover_report(state, &o->facts.notes, &err) < 0)
		strings_addf(&o->facts.notes, "the journal could not be read: %s", err.text);
	else if (state < 0 && state != -ENOENT && geteuid() == 0)
		strings_addf(&o->facts.notes, "nothing can be applied or rolled back: %s", err.text);
}

int observe(struct observation *o, const struct invocation *invocation, struct error *err)
{
	int r;

	o->invocation = invocation;
	o->progress = progress_start();
	r = invocation->facts ? from_file(o, err) : from_host(o, err);
	if (r == 0 && !invocation->facts && !invocation->root)
		note_unfinished(o);
	return r < 0 ? r : parse_policy(o, err);
}

int observe_again(struct observation *o, struct error *err)
{
	int r = from_host(o, err);

	return r < 0 ? r : parse_policy(o, err);
}

void observe_plan(struct observation *o, bool tighten, struct plan *plan)
{
	struct gather_options options = observe_options(o);
	struct guard_judge guard = guard_judge(&o->policy);
	struct plan_options how = {.judge = {.tighten = tighten}, .guard = &guard.judge};

	progress_stage(&o->progress, STAGE_PLAN);
	for (unsigned round = 1;; round++) {
		AUTO_QUESTIONS struct questions questions = {0};

		plan_make(&o->facts, &how, plan, &questions);
		/* The plan must be the one that these very facts give: nothing is answered after the last round. */
		if (questions.n == 0 || o->invocation->facts || round == ROUNDS_OF_QUESTIONS)
			return;
		plan_free(plan);
		facts_answer(&o->facts, &options, &questions);
	}
}

void observation_free(struct observation *o)
{
	progress_stop(&o->progress);
	policy_free(&o->policy);
	facts_free(&o->facts);
}
