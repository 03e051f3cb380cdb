/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "cli/render.h"

enum { VERDICT_COLUMN = 11, HEALTHY_SHOWN = 20 };

static const struct plan_check *first_check(const struct plan_upstream *u, const char *verdict, bool now)
{
	for (size_t i = 0; i < u->n_checks; i++)
		if (streq(u->checks[i].verdict, verdict) && (!now || !u->checks[i].moment || streq(u->checks[i].moment, "now")))
			return &u->checks[i];
	return NULL;
}

/* The check that decides the verdict: the first denied one, now before later; for an unknown upstream rather the first unknown one. */
static const struct plan_check *deciding_check(const struct plan_upstream *u)
{
	const struct plan_check *check = streq(u->verdict, "unknown") ? first_check(u, "unknown", true) : NULL;

	if (!check)
		check = first_check(u, "deny", true);
	return check ? check : first_check(u, "deny", false);
}

static void add_words(struct page *page, int style, const struct strings *words, const char *before)
{
	for (size_t i = 0; i < words->n; i++)
		page_atomf(page, style, "%s%s%s", i ? "" : before, words->items[i], i + 1 < words->n ? "," : "");
}

static void one_line(struct page *page, const struct plan_upstream *u)
{
	const struct plan_check *check = has_fault(u) ? deciding_check(u) : NULL;
	AUTO_FREE char *name = upstream_name(u);

	page_begin(page, 0, VERDICT_COLUMN);
	page_atom(page, verdict_style(u->verdict), u->verdict);
	page_column(page, VERDICT_COLUMN);
	page_atom(page, STYLE_PLAIN, name);
	page_column(page, page->column + 2);
	if (check) {
		page_atomf(page, STYLE_PLAIN, "at %s", check->object);
		page_atomf(page, STYLE_PLAIN, "(%s)%s", check->needs, u->causes.n ? ":" : "");
	}
	add_words(page, STYLE_BAD, &u->causes, "");
	add_words(page, STYLE_DOUBT, &u->advisories, "advice: ");
	page_end(page);
}

static size_t count(const struct plan *plan, bool faults)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_upstreams; i++)
		n += has_fault(&plan->upstreams[i]) == faults;
	return n;
}

static bool is_plain(const struct plan_upstream *u)
{
	return !has_fault(u) && u->advisories.n == 0;
}

void render_summary(struct page *page, const struct rendering *r)
{
	const struct plan *plan = r->plan;
	bool collapse = count(plan, false) > HEALTHY_SHOWN;
	size_t collapsed = 0;

	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (has_fault(&plan->upstreams[i]))
			one_line(page, &plan->upstreams[i]);
	for (size_t i = 0; i < plan->n_upstreams; i++) {
		const struct plan_upstream *u = &plan->upstreams[i];

		if (!has_fault(u) && collapse && is_plain(u))
			collapsed++;
		else if (!has_fault(u))
			one_line(page, u);
	}
	if (collapsed) {
		page_begin(page, 0, VERDICT_COLUMN);
		page_atom(page, STYLE_GOOD, "reachable");
		page_column(page, VERDICT_COLUMN);
		page_wordsf(page, STYLE_PLAIN, "%zu upstreams (--json lists them)", collapsed);
		page_end(page);
	}
	if (plan->n_upstreams == 0)
		page_line(page, 0, 0, STYLE_PLAIN, "No upstream was found.");
}
