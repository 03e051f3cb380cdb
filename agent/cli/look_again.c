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
		questions_add(&questions,
			(struct question){.kind = QUESTION_WALK, .view = xstrdup(walk->view), .path = xstrdup(walk->path)});
	}
	if (questions.n)
		facts_answer(now, options, &questions);
}

int look_again(const struct observation *before, bool probe, struct observation *now, struct error *err)
{
	struct gather_options options;
	int r;

	*now = (struct observation){.progress.pipe = -1, .invocation = before->invocation, .no_probe = !probe};
	r = observe_again(now, err);
	if (r < 0)
		return r;
	options = observe_options(now);
	walk_the_same(&before->facts, &options, &now->facts);
	return 0;
}

/* The step as it stands in the file that the earlier ones have edited by now. */
static struct step moved_step(const struct step *step, const struct step *const *earlier, size_t n)
{
	struct step moved = *step;

	if (edit_format_of(step->kind) && step->length) {
		struct question q = edit_question(step, earlier, n);

		moved.offset = (uint64_t)((int64_t)step->offset + edit_moved_by(&q));
		question_free(&q);
	}
	return moved;
}

/* Earlier steps on the same object may be about to be written together with this one; those that are done already change nothing. */
static int add_same_object(struct effects *effects, const struct facts *facts, const struct step *step, const struct step *const *earlier,
	size_t n, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		if (!edit_format_of(step->kind) && streq(earlier[i]->target, step->target) && earlier[i]->kind != STEP_GROUP_CREATE)
			r = effects_add(effects, facts, earlier[i], err);
	return r;
}

int judge_anew(const struct observation *before, const struct step *step, const struct step *const *earlier, size_t n, struct error *err)
{
	AUTO_OBSERVATION struct observation now = {.progress.pipe = -1};
	AUTO_EFFECTS struct effects effects = {0};
	struct refusal refusal = {0};
	struct step moved = moved_step(step, earlier, n);
	struct world world;
	int r = look_again(before, false, &now, err);

	if (r == 0)
		r = add_same_object(&effects, &now.facts, step, earlier, n, err);
	if (r < 0)
		return r;
	world = effects_world(&effects, &now.facts);
	if (guard_allows(&now.policy, &world, &moved, &refusal))
		return 0;
	error_set(err, EPERM, "the guard, judging again, refuses %s: %s: %s", step->id, refusal.rule, refusal.because);
	refusal_free(&refusal);
	return -EPERM;
}
