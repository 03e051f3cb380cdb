/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/render.h"

static void list(struct page *page, const char *title, const struct strings *sentences)
{
	if (sentences->n == 0)
		return;
	page_blank(page);
	page_line(page, 0, 0, STYLE_TITLE, "%s", title);
	for (size_t i = 0; i < sentences->n; i++) {
		page_begin(page, 2, 4);
		page_atom(page, STYLE_PLAIN, "-");
		page_words(page, STYLE_PLAIN, sentences->items[i]);
		page_end(page);
	}
}

/* Places that nginx or PHP-FPM would refuse: what stands behind them was not judged. */
static void problems(struct page *page, const struct plan *plan)
{
	if (plan->n_problems == 0)
		return;
	page_blank(page);
	page_line(page, 0, 0, STYLE_DOUBT, "Not judged, for the configuration could not be read whole");
	for (size_t i = 0; i < plan->n_problems; i++) {
		const struct plan_problem *p = &plan->problems[i];
		AUTO_FREE char *line = p->line ? xasprintf(":%u", p->line) : xstrdup("");

		page_begin(page, 2, 4);
		page_atomf(page, STYLE_PLAIN, "%s%s:", p->file ? p->file : p->server, line);
		page_words(page, STYLE_PLAIN, p->text);
		page_end(page);
	}
}

static bool advised(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (plan->upstreams[i].advisories.n)
			return true;
	return false;
}

static bool faulty(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (has_fault(&plan->upstreams[i]))
			return true;
	return false;
}

/* A fault could not be judged, or rests on something unread. */
static bool in_doubt(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (streq(plan->upstreams[i].verdict, "unknown"))
			return true;
	return false;
}

static void a_command(struct page *page, const char *word, const char *program, const char *options, const char *again, const char *why)
{
	page_begin(page, 0, 6);
	page_atom(page, STYLE_TITLE, word);
	page_column(page, 6);
	page_atomf(page, STYLE_TITLE, "%s%s%s%s", program, options, *again ? " " : "", again);
	page_end(page);
	page_line(page, 6, 6, STYLE_PLAIN, "%s", why);
}

static void next_command(struct page *page, const char *program, const char *options, const char *again, const char *why)
{
	a_command(page, "Next:", program, options, again, why);
}

static bool can_apply(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].kind != STEP_MANUAL)
			return true;
	return false;
}

static void next_steps(struct page *page, const struct rendering *r)
{
	bool apply = r->applies && can_apply(r->plan);

	if (apply)
		next_command(page, "sudo permfix apply", "", r->again, "does this, proves it, and takes it back if the proof fails.");
	a_command(page, apply ? "Or:" : "Next:", "permfix plan", " --format sh", r->again,
		"shows these steps as commands. Nothing was changed.");
}

void render_closing(struct page *page, const struct rendering *r)
{
	const struct plan *plan = r->plan;

	list(page, "Assumed, not seen", &plan->assumed);
	if (r->asked)
		return;
	page_blank(page);
	if (!r->privileged && !r->offline && in_doubt(plan))
		next_command(page, "sudo permfix plan", "", r->again, "sees what is hidden from an ordinary user.");
	else if (plan->n_steps)
		next_steps(page, r);
	else if (faulty(plan))
		page_line(page, 0, 0, STYLE_PLAIN,
			"There is no safe step for what is left. 'permfix help CAUSE' and 'permfix help RULE' explain the words above.");
	else if (advised(plan) && !r->tighten)
		next_command(page, "permfix plan", " --tighten", r->again, "plans the end of access that is wider than needed.");
	else if (plan->n_upstreams && plan->n_problems)
		page_line(page, 0, 0, STYLE_PLAIN, "Nothing is wrong with what could be judged.");
	else if (plan->n_upstreams)
		page_line(page, 0, 0, STYLE_PLAIN, "Nothing is wrong.");
}

void render_text(struct page *page, const struct rendering *r)
{
	render_summary(page, r);
	problems(page, r->plan);
	for (size_t i = 0; i < r->plan->n_upstreams; i++)
		if (has_fault(&r->plan->upstreams[i]))
			render_upstream(page, r, &r->plan->upstreams[i]);
	render_steps(page, r);
	render_closing(page, r);
}
