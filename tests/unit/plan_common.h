/* SPDX-License-Identifier: MIT */
/* For the tests of the planner: build facts, ask for the plan with the real guard, compare it with a short text. Every plan that is made
 * here is also held against what must be so of any plan: see expect_sound_plan. */
#ifndef PERMFIX_TESTS_PLAN_COMMON_H
#define PERMFIX_TESTS_PLAN_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "guard/guard.h"
#include "plan/codec.h"
#include "plan/effect_kinds.h"
#include "plan/planner.h"
#include "tests/unit/build_facts.h"

#define PHP_LIVE BUILD_PHP_SOCKET
#define POOL_D	 "/etc/php/8.2/fpm/pool.d"

/* How a plan is made in a test. */
struct planning {
	bool tighten;
	const char *policy;        /* NULL: none */
	const char *broken_file;   /* an edit of this file fails */
	bool mute;                 /* questions stay without an answer */
	bool unguarded;            /* what the levers would do, whatever the guard says */
	size_t rounds;             /* set: how often it was asked */
};

/* Files are there as root's, when they are asked for. */
static inline void answer_walk(struct build *b, const struct question *q)
{
	if (starts_with(q->path, "/etc/") && !strstr(q->path, "permfix.conf") && !build_find(b, NULL, q->path)) {
		build_file_in(b, NULL, NODE_FILE, q->path, "root:root 0644");
		build_above(b, NULL, q->path);
	}
	build_walk(b, q->view, q->path);
}

static inline void answer_edit(struct build *b, const struct question *q, const char *broken)
{
	struct edit *edit = ARRAY_NEW(b->facts.edits, b->facts.n_edits);

	edit->key = edit_key(q);
	if (streq(q->path, broken)) {
		edit->failed = xstrdup("it does not parse");
		return;
	}
	edit->before = xasprintf("sha256:%s", q->base ? "later" : "first");
	edit->after = xstrdup("sha256:after");
	edit->diff = xasprintf("--- a%s\n+++ b%s\n@@ -1 +1 @@\n-x\n+%s\n", q->path, q->path, edit->key);
}

static inline void make_plan(struct build *b, struct planning *how, struct plan *plan)
{
	struct policy policy = {0};
	struct guard_judge guard = guard_judge(&policy);
	struct plan_options options = {.judge = {.tighten = how->tighten}, .guard = how->unguarded ? NULL : &guard.judge};

	if (how->policy)
		assert_int_equal(policy_parse(&policy, "t", how->policy, strlen(how->policy), NULL), 0);
	for (how->rounds = 1;; how->rounds++) {
		AUTO_QUESTIONS struct questions questions = {0};

		plan_make(&b->facts, &options, plan, &questions);
		if (questions.n == 0 || how->mute || how->rounds == 8)
			break;
		plan_free(plan);
		for (size_t i = 0; i < questions.n; i++) {
			if (questions.items[i].kind == QUESTION_WALK)
				answer_walk(b, &questions.items[i]);
			else
				answer_edit(b, &questions.items[i], how->broken_file);
		}
	}
	policy_free(&policy);
}

/* --- the plan as short text --- */

static inline void add_words(struct text *out, const char *before, const struct strings *words)
{
	for (size_t i = 0; i < words->n; i++)
		text_addf(out, "%s%s", i ? " " : before, words->items[i]);
}

static inline void add_steps(struct text *out, const struct step *steps, size_t n, const char *indent)
{
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &steps[i];

		text_addf(out, "%s%s%s%s %s", indent, s->id ? s->id : "", s->id ? " " : "", name_of(step_kind_names, s->kind), s->target);
		if (s->section)
			text_addf(out, " [%s]", s->section);
		for (size_t k = 0; k < s->n_changes; k++)
			text_addf(out, "%s %s %s>%s", k ? "," : ":", s->changes[k].key, s->changes[k].from ? s->changes[k].from : "",
				s->changes[k].to ? s->changes[k].to : "");
		text_add(out, "\n");
	}
}

static inline char *plan_text(const struct plan *plan)
{
	struct text out = {0};

	for (size_t i = 0; i < plan->n_upstreams; i++) {
		const struct plan_upstream *u = &plan->upstreams[i];

		text_addf(&out, "%s %s", u->id, u->verdict);
		add_words(&out, ": ", &u->causes);
		add_words(&out, " | ", &u->steps);
		text_addf(&out, "%s%s\n", u->open ? " | " : "", u->open ? u->open : "");
	}
	add_steps(&out, plan->steps, plan->n_steps, "");
	text_addf(&out, "exit %d\n", plan_exit_code(plan));
	return text_steal(&out);
}

/* What lost, and why; for looking at. */
static inline char *losers_text(const struct plan_upstream *u)
{
	struct text out = {0};

	for (size_t i = 0; i < u->n_alternatives; i++) {
		text_addf(&out, "lost: %s\n", u->alternatives[i].lost);
		add_steps(&out, u->alternatives[i].steps, u->alternatives[i].n_steps, "  ");
	}
	for (size_t i = 0; i < u->n_refused; i++)
		text_addf(&out, "refused: %s (%s)\n", u->refused[i].rule, u->refused[i].allowed_by ? u->refused[i].allowed_by : "never");
	return text_steal(&out);
}

/* --- what must be so of every plan --- */

static inline bool user_gets_in(const struct world *world, const struct user *user, const struct walk *walk)
{
	struct ids ids = {0};
	bool in;

	world_user_ids(world, user, &ids);
	in = diagnose_access(world, &ids, walk, NULL);
	ids_free(&ids);
	return in;
}

/* At no moment between two steps does anybody get in who does not before or after. */
static inline void expect_never_wider(const struct facts *facts, const struct world *first, const struct world *now, const struct world *last)
{
	for (size_t w = 0; w < facts->n_walks; w++) {
		const struct walk *walk = &facts->walks[w];

		for (size_t u = 0; walk_object(walk) && u < facts->accounts.n_users; u++) {
			const struct user *user = &facts->accounts.users[u];

			if (user_gets_in(now, user, walk) && !user_gets_in(first, user, walk) && !user_gets_in(last, user, walk))
				fail_msg("between two steps %s gets to %s", user->name, walk->path);
		}
	}
}

/* No `other` bit, no special bit, is added by any step. */
static inline void expect_no_new_other(const struct facts *facts, const struct world *before, const struct world *after)
{
	for (size_t w = 0; w < facts->n_walks; w++) {
		for (size_t i = 0; i < facts->walks[w].n_nodes; i++) {
			struct node was, will;

			world_node(before, &facts->walks[w].nodes[i], &was);
			world_node(after, &facts->walks[w].nodes[i], &will);
			if (will.mode & ~was.mode & 07007)
				fail_msg("%s goes from %04o to %04o", was.path, was.mode, will.mode);
		}
	}
}

/* A step on a node expects it as the steps before leave it. */
static inline void expect_preconditions(const struct world *world, const struct step *step)
{
	for (size_t i = 0; i < step->n_preconditions; i++) {
		const struct precondition *p = &step->preconditions[i];
		const struct node *node = streq(p->what, "node") ? node_at(world->facts, p->path) : NULL;
		struct node now;
		char *value;

		if (!streq(p->what, "node"))
			continue;
		assert_non_null(node);
		world_node(world, node, &now);
		value = xasprintf("%llu:%llu %u:%u %04o %s", (unsigned long long)now.dev, (unsigned long long)now.ino, now.uid, now.gid, now.mode,
			name_of(node_type_names, now.type));
		assert_string_equal(p->value, value);
		free(value);
	}
}

static inline bool target_is_known(const struct facts *facts, const struct step *step)
{
	return step->kind == STEP_MANUAL || step->target[0] != '/' || walk_find(facts, "host", step->target) || node_at(facts, step->target);
}

/* An owner or a group that is set twice was wrong the first time; anything else may not go back to what it was. */
static inline void expect_no_undoing_of(const struct step *a, const struct step_change *first, const struct step *b,
	const struct step_change *second)
{
	if (!streq(first->key, second->key) || a->kind == STEP_GROUP_ADD_MEMBER)
		return;
	if (streq(first->from, second->to) || ends_with(first->key, "owner") || streq(first->key, "group") || streq(first->key, "listen.group"))
		fail_msg("%s and %s undo each other: %s", a->id, b->id, first->key);
}

static inline void expect_no_undoing(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		for (size_t k = i + 1; k < plan->n_steps; k++) {
			const struct step *a = &plan->steps[i], *b = &plan->steps[k];

			if (a->kind != b->kind || !streq(a->target, b->target) || !streq(a->section, b->section))
				continue;
			for (size_t x = 0; x < a->n_changes; x++)
				for (size_t y = 0; y < b->n_changes; y++)
					expect_no_undoing_of(a, &a->changes[x], b, &b->changes[y]);
		}
}

static inline void expect_changes_something(const struct step *step)
{
	for (size_t i = 0; i < step->n_changes; i++)
		if (streq(step->changes[i].from, step->changes[i].to))
			fail_msg("%s changes nothing: %s", step->id, step->changes[i].key);
}

/* Upstreams that the plan says it cures are cured in the world that it makes. */
static inline void expect_cured(const struct facts *facts, const struct world *after, const struct planning *how, const struct plan *plan)
{
	const struct world now = {.facts = facts};
	const struct judge judge = {.tighten = how->tighten};
	struct diagnosis all;

	diagnose(&now, &judge, &all);
	for (size_t i = 0; i < all.n_upstreams; i++) {
		struct upstream then = {0};

		diagnose_again(after, &judge, &all.upstreams[i], &then);
		if (plan->upstreams[i].steps.n && !plan->upstreams[i].open)
			assert_int_equal(then.n_causes, 0);
		upstream_free(&then);
	}
	diagnosis_free(&all);
}

static inline void expect_sound_plan(const struct facts *facts, const struct planning *how, const struct plan *plan)
{
	AUTO_EFFECTS struct effects all = {0}, effects = {0};
	const struct world first = {.facts = facts};
	struct world last;
	struct error err = {0};

	for (size_t i = 0; i < plan->n_steps; i++)
		if (effects_add(&all, facts, &plan->steps[i], &err) < 0)
			fail_msg("%s: %s", plan->steps[i].id, err.text);
	last = effects_world(&all, facts);
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct world before = effects_world(&effects, facts);
		struct effects next = effects_copy(&effects);
		struct world after;

		assert_true(target_is_known(facts, &plan->steps[i]));
		expect_changes_something(&plan->steps[i]);
		expect_preconditions(&before, &plan->steps[i]);
		effects_add(&next, facts, &plan->steps[i], NULL);
		after = effects_world(&next, facts);
		expect_no_new_other(facts, &before, &after);
		expect_never_wider(facts, &first, &after, &last);
		effects_free(&next);
		effects_add(&effects, facts, &plan->steps[i], NULL);
	}
	expect_no_undoing(plan);
	expect_cured(facts, &last, how, plan);
}

static inline void expect_same_bytes(struct build *b, const struct planning *how, const struct plan *plan)
{
	struct planning again = *how;
	AUTO_PLAN struct plan second = {0};
	AUTO_FREE char *one = plan_write(plan), *two = NULL;

	make_plan(b, &again, &second);
	two = plan_write(&second);
	assert_string_equal(one, two);
}

/* Makes the plan of what was built; the caller frees both. */
static inline void plan_built(struct build *b, struct planning *how, struct plan *plan)
{
	build_done(b);
	make_plan(b, how, plan);
	if (getenv("SHOW")) {
		AUTO_FREE char *text = plan_text(plan);

		print_message("%s", text);
		for (size_t i = 0; i < plan->n_upstreams; i++) {
			AUTO_FREE char *losers = losers_text(&plan->upstreams[i]);

			print_message("%s", losers);
		}
	}
	expect_sound_plan(&b->facts, how, plan);
	expect_same_bytes(b, how, plan);
}

static inline void expect_plan_with(struct build *b, struct planning how, const char *expected)
{
	struct plan plan = {0};
	char *text;

	plan_built(b, &how, &plan);
	text = plan_text(&plan);
	if (!streq(text, expected)) {
		print_error("the plan is\n%s", text);
		for (size_t i = 0; i < plan.n_upstreams; i++) {
			AUTO_FREE char *losers = losers_text(&plan.upstreams[i]);

			print_error("%s", losers);
		}
	}
	assert_string_equal(text, expected);
	free(text);
	plan_free(&plan);
	build_free(b);
}

static inline void expect_plan(struct build *b, const char *expected)
{
	expect_plan_with(b, (struct planning){0}, expected);
}

#endif
