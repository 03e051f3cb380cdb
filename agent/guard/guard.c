/* SPDX-License-Identifier: MIT */
#include "guard/guard.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/rules.h"

static bool (*const refuses[])(struct guard_case *c) = {
#define GUARD_RULE(function, name, tier, families, object, danger) rule_##function,
#include "guard/rules.def"
#undef GUARD_RULE
};

/* "path.mode /run/app.sock: mode 0660 → 0666", in words that came with the step, so escaped. */
static char *describe(const struct step *step)
{
	struct text all = {0}, shown = {0};
	char *escaped;

	text_addf(&all, "%s %s", name_of(step_kind_names, step->kind), step->target ? step->target : "");
	if (step->section)
		text_addf(&all, " [%s]", step->section);
	for (size_t i = 0; i < step->n_changes; i++) {
		const struct step_change *change = &step->changes[i];

		text_addf(&all, "%s %s %s → %s", i ? "," : ":", change->key ? change->key : "", change->from ? change->from : "none",
			change->to ? change->to : "none");
	}
	escaped = escape_text(all.bytes, all.size, false);
	text_add(&shown, escaped);
	free(escaped);
	text_free(&all);
	return text_steal(&shown);
}

static void fill_refusal(struct refusal *refusal, const struct guard_rule *rule, const struct guard_case *c)
{
	*refusal = (struct refusal){
		.rule = xstrdup(rule->name),
		.what = describe(c->step),
		.because = c->detail ? xasprintf("%s: %s", c->detail, rule->danger) : xstrdup(rule->danger),
		.allowed_by = rule->tier == GUARD_DEFAULT && c->object ? policy_format(rule->name, c->object) : NULL,
	};
}

static bool lifted(const struct guard_rule *rule, const struct guard_case *c)
{
	return rule->tier == GUARD_DEFAULT && c->object && policy_allows(c->policy, rule->name, c->object);
}

/* The first rule that refuses the selected object; NULL where all let it pass. */
static const struct guard_rule *first_refusal(struct guard_case *c)
{
	size_t n;
	const struct guard_rule *rules = guard_rules(&n);

	for (size_t i = 0; i < n; i++) {
		if (!(rules[i].families & c->family) || !refuses[i](c))
			continue;
		if (!lifted(&rules[i], c))
			return &rules[i];
		free(c->object);
		c->object = NULL;
	}
	return NULL;
}

bool guard_allows(const struct policy *policy, const struct world *world, const struct step *step, struct refusal *refusal)
{
	AUTO_CASE struct guard_case c = {0};

	if (step->kind == STEP_MANUAL)
		return true;
	case_open(&c, policy, world, step);
	for (size_t i = 0; i < case_objects(&c); i++) {
		const struct guard_rule *rule;

		case_select(&c, i);
		rule = first_refusal(&c);
		if (!rule)
			continue;
		if (refusal)
			fill_refusal(refusal, rule, &c);
		return false;
	}
	return true;
}

static bool judge_allows(const struct step_judge *judge, const struct world *world, const struct step *step, struct refusal *refusal)
{
	const struct guard_judge *self = (const struct guard_judge *)(const void *)judge;

	return guard_allows(self->policy, world, step, refusal);
}

struct guard_judge guard_judge(const struct policy *policy)
{
	return (struct guard_judge){.judge = {.allows = judge_allows}, .policy = policy};
}
