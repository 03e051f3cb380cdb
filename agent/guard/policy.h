/* SPDX-License-Identifier: MIT */
/* The site policy: /etc/permfix/policy.d/ *.policy, read in the order of their names. Grammar and words: permfix-policy(5). */
#ifndef PERMFIX_GUARD_POLICY_H
#define PERMFIX_GUARD_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define POLICY_LINE_MAX 4096 /* bytes of a line, its newline not counted */

struct policy_rule {
	char *rule;   /* name of a `default` rule: group-primary, home-search … */
	char *object; /* what it is allowed for: a group name, an absolute path */
	char *file;
	uint32_t line;
};
struct policy {
	struct policy_rule *rules;
	size_t n_rules;
};

/* Adds the lines of one policy text. On a bad line: -EINVAL, and err says FILE:LINE: what is wrong; nothing of that text is added. */
int policy_parse(struct policy *policy, const char *file, const char *text, size_t size, struct error *err);

/* Whether the policy allows `rule` for `object`: equal names, no patterns. A NULL policy allows nothing. */
bool policy_allows(const struct policy *policy, const char *rule, const char *object);

/* The line that allows it, quoted where the grammar wants that; NULL where no line can (a `never` rule, an object that the grammar does
 * not take). The caller frees. */
char *policy_format(const char *rule, const char *object);
void policy_free(struct policy *policy);

#endif
