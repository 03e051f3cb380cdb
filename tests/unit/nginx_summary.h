/* SPDX-License-Identifier: MIT */
/* What the nginx reader found, as lines: short enough to stand beside each test case. */
#ifndef PERMFIX_TESTS_NGINX_SUMMARY_H
#define PERMFIX_TESTS_NGINX_SUMMARY_H

#include "base/text.h"
#include "facts/facts.h"

static inline void summary_ref(struct text *t, const struct nginx_ref *r)
{
	text_addf(t, "%s:%u %s ", r->at.file, r->at.line, r->directive);
	text_add(t, r->endpoint ? r->endpoint : "?");
	if (r->unresolved)
		text_addf(t, " {%s}", r->unresolved);
	if (r->upstream)
		text_addf(t, " via %s", r->upstream);
	if (r->server_at.file)
		text_addf(t, " at %s:%u", r->server_at.file, r->server_at.line);
	text_add(t, r->down ? " down" : "");
	if (r->server >= 0)
		text_addf(t, " s%d", r->server);
	text_add(t, "\n");
}

static inline char *nginx_summary(const struct nginx *n)
{
	struct text t = {0};

	if (n->user)
		text_addf(&t, "user %s %s\n", n->user, n->group ? n->group : "-");
	for (size_t i = 0; i < n->n_refs; i++)
		summary_ref(&t, &n->refs[i]);
	for (size_t i = 0; i < n->n_problems; i++)
		text_addf(&t, "! %s:%u %s\n", n->problems[i].at.file, n->problems[i].at.line, n->problems[i].text);
	return text_steal(&t);
}

#endif
