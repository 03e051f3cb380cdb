/* SPDX-License-Identifier: MIT */
/* What a step would do to the facts, computed from its kind, target and changes alone, so that a plan read from a file is judged by what it
 * does and not by what it claims. */
#ifndef PERMFIX_PLAN_EFFECT_H
#define PERMFIX_PLAN_EFFECT_H

#include "diagnose/world.h"
#include "plan/plan.h"

/* A growing list of effects; owns the ACLs and texts in it, borrows everything else from steps and facts. */
struct effects {
	struct effect *items;
	size_t n;
	struct acl_entry **acls;
	size_t n_acls;
	struct strings texts;
};

/* Adds the effects of one step in a world (facts plus the effects that are there already). Returns 0, or -EINVAL with a message where the
 * step cannot be understood: an unknown key, account, path or entry, or no change at all; the list is then as before. */
int effects_add(struct effects *list, const struct facts *facts, const struct step *step, struct error *err);
void effects_free(struct effects *list);

/* The same effects, to be added to: borrows the ACLs of the original, which must outlive it. */
struct effects effects_copy(const struct effects *list);
#define AUTO_EFFECTS __attribute__((cleanup(effects_free)))

/* Whether `target` of a service.* step names this master: its unit, or "pid N". */
bool service_is(const struct process *process, const char *target);

/* Whether `target` of a service.* step starts this server anew: its process as above, or the unit that starts it. */
bool service_starts(const struct backend *backend, const char *target);

/* The world with these effects. */
struct world effects_world(const struct effects *list, const struct facts *facts);

#endif
