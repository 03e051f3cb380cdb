/* SPDX-License-Identifier: MIT */
#include "cli/look_again.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/edit.h"
#include "facts/gather.h"
#include "guard/guard.h"
#include "plan/edit_question.h"
#include "plan/effect.h"

#include <errno.h>

/* What planning asked for beyond what is always walked: the directories of configuration files, for one. */
static void walk_the_same(const struct facts *before, const struct gather_options *options, struct facts *now)
{
	AUTO_QUESTIONS struct questions questions = {0};

	for (size_t i = 0; i < before->n_walks; i++) {
		const struct walk *walk = &before->walks[i];

		if (walk_find(now, walk->view, walk->path) || !view_by_id(now, walk->view))
			continue;
		questions_add(&questions, (struct question){.kind = QUESTION_WALK,
		                                  .view = xstrdup(walk->view),
		                                  .path = xstrdup(walk->path)});
	}
	if (questions.n)
		facts_answer(now, options, &questions);
}

int look_again(const struct observation *before, bool probe, struct observation *now, struct error *err)
{
	struct gather_options options;
	int r;

	*now = (struct observation){
	        .progress.pipe = -1, .invocation = before->invocation, .no_probe = !probe};
	r = observe_again(now, err);
	if (r < 0)
		return r;
	options = observe_options(now);
	walk_the_same(&before->facts, &options, &now->facts);
	return 0;
}

/* The step as it stands in the file that the earlier ones have edited by now. */
static struct step moved_step(const struct step *step, const struct step *const *edits, size_t n)
{
	struct step moved = *step;

	if (edit_format_of(step->kind) && step->length) {
		struct question q = edit_question(step, edits, n);

		moved.offset = (uint64_t)((int64_t)step->offset + edit_moved_by(&q));
		question_free(&q);
	}
	return moved;
}

static int judge_one(
        const struct observation *now, struct effects *effects, const struct step *step, struct error *err)
{
	struct world world = effects_world(effects, &now->facts);
	struct refusal refusal = {0};

	if (guard_allows(&now->policy, &world, step, &refusal))
		return effects_add(effects, &now->facts, step, err);
	error_set(err, EPERM, "the guard, judging again, refuses %s: %s: %s", step->id, refusal.rule,
	        refusal.because);
	refusal_free(&refusal);
	return -EPERM;
}

int judge_anew(const struct observation *before, const struct step *const *steps, size_t n,
        const struct step *const *edits, size_t n_edits, struct error *err)
{
	AUTO_OBSERVATION struct observation now = {.progress.pipe = -1};
	AUTO_EFFECTS struct effects effects = {0};
	int r = look_again(before, false, &now, err);

	for (size_t i = 0; i < n && r == 0; i++) {
		struct step moved = moved_step(steps[i], edits, n_edits);

		r = judge_one(&now, &effects, &moved, err);
	}
	return r;
}
