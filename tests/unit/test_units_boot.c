/* SPDX-License-Identifier: MIT */
/* What a boot starts, by what systemd says of each unit. */
#include "tests/unit/cases.h"

#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/gather_units.h"

struct says {
	const char *name, *file_state, *pulled_by, *triggered_by; /* one unit each; NULL none */
	const char *boots;                                        /* what is expected of it; NULL: not known */
};

#define UNITS_MAX 3

struct boot_case {
	const char *name;
	struct says units[UNITS_MAX];
};

static const struct boot_case cases[] = {
	{"enabled, and its service with it",
		{{"a.service", "disabled", NULL, "a.socket", "yes"}, {"a.socket", "enabled", "sockets.target", NULL, "yes"}}},
	{"both disabled, and each pulled in by the other",
		{{"a.service", "disabled", NULL, "a.socket", "no"}, {"a.socket", "disabled", "a.service", NULL, "no"}}},
	{"pulled in by one that is pulled in by the boot",
		{{"a.service", "static", "b.service", NULL, "yes"}, {"b.service", "static", "multi-user.target", NULL, "yes"}}},
	{"pulled in by one that is not started", {{"a.service", "static", "b.service", NULL, "no"}, {"b.service", "disabled", NULL, NULL, "no"}}},
	{"hangs on one that was not asked about", {{"a.service", "static", "site.target", NULL, NULL}}},
	{"hangs on one that hangs on such a one, before and after it in the order",
		{{"a.service", "static", "b.service", NULL, NULL}, {"b.service", "static", "site.target", NULL, NULL},
			{"c.service", "disabled", NULL, "b.service", NULL}}},
	{"of which systemd does not say whether it is enabled", {{"a.service", NULL, NULL, NULL, NULL}}},
	{"masked, whatever pulls it in", {{"a.service", "masked", "site.target", NULL, "no"}}},
};

static void add(struct facts *facts, struct unit_state *state, const struct says *says)
{
	ARRAY_ADD(facts->units, facts->n_units, ((struct unit){.name = xstrdup(says->name), .load = xstrdup("loaded")}));
	*state = (struct unit_state){.answered = true, .file_state = xstrdup(says->file_state),
		.load = xstrdup(streq(says->file_state, "masked") ? "masked" : "loaded")};
	if (says->pulled_by)
		strings_add(&state->pulled_by, says->pulled_by);
	if (says->triggered_by)
		strings_add(&state->triggered_by, says->triggered_by);
}

static void test_case(void **state)
{
	const struct boot_case *c = *state;
	AUTO_FACTS struct facts facts = {0};
	struct unit_state states[UNITS_MAX] = {0};
	struct gather gather = {.facts = &facts};
	struct units_run run = {.g = &gather, .states = states};

	for (; run.n_states < UNITS_MAX && c->units[run.n_states].name; run.n_states++)
		add(&facts, &states[run.n_states], &c->units[run.n_states]);
	units_at_boot(&run);
	for (size_t i = 0; i < run.n_states; i++) {
		if (!streq(facts.units[i].at_boot, c->units[i].boots))
			fail_msg("%s: %s", facts.units[i].name, facts.units[i].at_boot ? facts.units[i].at_boot : "not known");
		unit_state_free(&states[i]);
	}
}

int main(void)
{
	return RUN_CASES(cases, test_case);
}
