/* SPDX-License-Identifier: MIT */
/* One predicate per rule of rules.def: true where the rule refuses. Inside this room only. */
#ifndef PERMFIX_GUARD_RULES_H
#define PERMFIX_GUARD_RULES_H

#include "guard/case.h"

#define GUARD_RULE(function, name, tier, families, object, danger) bool rule_##function(struct guard_case *c);
#include "guard/rules.def"
#undef GUARD_RULE

/* worker-ids, for a new member of a group and for nginx's user. */
bool member_is_foreign(struct guard_case *c);
bool nginx_user_is_foreign(struct guard_case *c);

/* root-equal-socket, for new workers of nginx: they have the groups of the account data, and with them what those open. */
bool new_workers_are_root_equal(struct guard_case *c);

#endif
