/* SPDX-License-Identifier: MIT */
#include "guard/rule.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "guard/case.h"

static const char *const tier_words[] = {"never", "default"};
const struct names guard_tier_names = NAMES(tier_words);

#define LINE_OBJECT_NONE(name)  NULL
#define LINE_OBJECT_GROUP(name) "allow " name " GROUP"
#define LINE_OBJECT_HOME(name)  "allow " name " DIRECTORY"

static const struct guard_rule rules[] = {
#define GUARD_RULE(function, name, tier, families, object, danger)                                           \
	{name, GUARD_##tier, families, object, danger, LINE_##object(name)},
#include "guard/rules.def"
#undef GUARD_RULE
};

const struct guard_rule *guard_rules(size_t *n)
{
	*n = COUNT_OF(rules);
	return rules;
}

const struct guard_rule *guard_rule_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		if (streq(rules[i].name, name))
			return &rules[i];
	return NULL;
}
