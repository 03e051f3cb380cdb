/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "cli/render.h"

enum { LABEL = 4, VALUE = 13 };

static void labelled(struct page *page, size_t at, const char *word, const char *text)
{
	page_begin(page, at, at + VALUE - LABEL);
	page_atom(page, STYLE_FAINT, word);
	page_column(page, at + VALUE - LABEL);
	page_words(page, STYLE_PLAIN, text);
	page_end(page);
}

static void changes(struct page *page, size_t at, const struct step *step)
{
	for (size_t i = 0; i < step->n_changes; i++) {
		AUTO_FREE char *text = change_text(&step->changes[i]);

		page_begin(page, at, at + VALUE - LABEL);
		page_atom(page, STYLE_FAINT, i ? "" : "change");
		page_column(page, at + VALUE - LABEL);
		page_atomf(page, STYLE_PLAIN, "%s:", step->changes[i].key);
		page_atom(page, STYLE_PLAIN, text);
		page_end(page);
	}
}

static int diff_style(const char *line)
{
	return *line == '+' ? STYLE_ADDED : *line == '-' ? STYLE_TAKEN : *line == '@' ? STYLE_FAINT : STYLE_PLAIN;
}

static void diff(struct page *page, const char *text)
{
	for (size_t n; text && *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		page_verbatim(page, LABEL, diff_style(text), text, n);
	}
}

/* The upstreams that a step is for. */
static void served(struct page *page, const struct plan *plan, const struct step *step)
{
	enum { MOST = 8 };
	size_t n = 0;

	page_begin(page, LABEL, VALUE);
	page_atom(page, STYLE_FAINT, "for");
	page_column(page, VALUE);
	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (strings_has(&plan->upstreams[i].steps, step->id) && n++ < MOST)
			page_atom(page, STYLE_PLAIN, plan->upstreams[i].id);
	if (n > MOST)
		page_wordsf(page, STYLE_PLAIN, "and %zu more", n - MOST);
	page_end(page);
}

static void one_step(struct page *page, const struct plan *plan, const struct step *step)
{
	AUTO_FREE char *reach = reach_text(&step->reach);
	AUTO_FREE char *impact = impact_text(step);

	page_blank(page);
	page_begin(page, 0, LABEL);
	page_atom(page, STYLE_TITLE, step->id);
	page_column(page, LABEL);
	page_step_title(page, STYLE_TITLE, step);
	page_end(page);
	served(page, plan, step);
	if (step->because)
		labelled(page, LABEL, step->kind == STEP_MANUAL ? "do" : "why", step->because);
	if (step->kind != STEP_MANUAL) {
		changes(page, LABEL, step);
		labelled(page, LABEL, "reach", reach);
		labelled(page, LABEL, "impact", impact);
	}
	for (size_t i = 0; i < step->warnings.n; i++)
		labelled(page, LABEL, "warning", step->warnings.items[i]);
	diff(page, step->diff);
}

/* All steps of an alternative carry the reach of the whole. */
static void wider_reach(struct page *page, const struct alternative *a)
{
	const struct reach *reach = a->n_steps ? &a->steps[0].reach : NULL;

	if (reach && reach->users.n + reach->domains.n + reach->objects.n + reach->loses.n) {
		AUTO_FREE char *text = reach_text(reach);

		labelled(page, 6, "reach", text);
	}
}

static void one_alternative(struct page *page, const struct alternative *a)
{
	for (size_t k = 0; k < a->n_steps; k++) {
		const struct step *step = &a->steps[k];

		page_begin(page, 4, 6);
		page_atom(page, STYLE_PLAIN, k ? "+" : "-");
		page_step_title(page, STYLE_PLAIN, step);
		for (size_t i = 0; i < step->n_changes && step->kind != STEP_GROUP_ADD_MEMBER; i++) {
			AUTO_FREE char *text = change_text(&step->changes[i]);

			page_atomf(page, STYLE_FAINT, "[%s: %s]", step->changes[i].key, text);
		}
		page_end(page);
	}
	wider_reach(page, a);
	if (a->lost)
		labelled(page, 6, "lost", a->lost);
}

static void policy_line(struct page *page, const char *line)
{
	page_begin(page, 6, 6 + VALUE - LABEL);
	page_atom(page, STYLE_FAINT, "policy");
	page_column(page, 6 + VALUE - LABEL);
	page_words(page, STYLE_PLAIN, line ? "this line would allow it:" : "nothing allows this");
	if (line)
		page_atom(page, STYLE_TITLE, line);
	page_end(page);
}

static void one_refusal(struct page *page, const struct refusal *f)
{
	page_begin(page, 4, 6);
	page_atom(page, STYLE_PLAIN, "-");
	page_atomf(page, STYLE_BAD, "%s:", f->rule);
	page_words(page, STYLE_PLAIN, f->what ? f->what : "");
	page_end(page);
	if (f->because)
		labelled(page, 6, "danger", f->because);
	policy_line(page, f->allowed_by);
}

void render_weighed(struct page *page, const struct plan_upstream *u)
{
	if (u->n_refused) {
		page_blank(page);
		page_line(page, 2, 2, STYLE_TITLE, "refused for %s", u->id);
	}
	for (size_t i = 0; i < u->n_refused; i++)
		one_refusal(page, &u->refused[i]);
	if (u->n_alternatives) {
		page_blank(page);
		page_line(page, 2, 2, STYLE_TITLE, "not chosen for %s", u->id);
	}
	for (size_t i = 0; i < u->n_alternatives; i++)
		one_alternative(page, &u->alternatives[i]);
}

void render_steps(struct page *page, const struct rendering *r)
{
	const struct plan *plan = r->plan;

	if (plan->n_steps == 0)
		return;
	page_blank(page);
	page_line(page, 0, 0, STYLE_TITLE, "The plan: %zu step%s", plan->n_steps, plan->n_steps == 1 ? "" : "s");
	for (size_t i = 0; i < plan->n_steps; i++)
		one_step(page, plan, &plan->steps[i]);
	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (plan->upstreams[i].steps.n)
			render_weighed(page, &plan->upstreams[i]);
}
