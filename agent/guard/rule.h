/* SPDX-License-Identifier: MIT */
/* The table of rules as data: for `permfix help RULE`, for the policy and for the man page's test. */
#ifndef PERMFIX_GUARD_RULE_H
#define PERMFIX_GUARD_RULE_H

#include <stddef.h>

#include "base/names.h"

enum guard_tier { GUARD_NEVER, GUARD_DEFAULT };
extern const struct names guard_tier_names; /* "never", "default" */

/* What a policy line names for a rule. */
enum policy_object { OBJECT_NONE, OBJECT_GROUP, OBJECT_HOME, OBJECT_COUNT };

struct guard_rule {
	const char *name;       /* stable, kebab-case */
	int tier;               /* enum guard_tier */
	unsigned int families;  /* enum step_family bits of guard/case.h: the steps that it looks at */
	int object;             /* enum policy_object */
	const char *danger;     /* one sentence without a full stop */
	const char *allowed_by; /* form of the policy line, "allow group-primary GROUP"; NULL: nothing allows it */
};

/* All rules in the order in which they are tried; n may not be NULL. */
const struct guard_rule *guard_rules(size_t *n);
const struct guard_rule *guard_rule_find(const char *name); /* NULL where there is none */

#endif
