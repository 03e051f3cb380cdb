/* SPDX-License-Identifier: MIT */
/* The plan in words and as commands. Pure: a rendering depends on its arguments alone. */
#ifndef PERMFIX_CLI_RENDER_H
#define PERMFIX_CLI_RENDER_H

#include "cli/page.h"
#include "plan/plan.h"

struct rendering {
	const struct plan *plan;
	bool privileged;   /* nothing was hidden from the reader */
	bool offline;      /* of a tree: --root */
	bool tighten;      /* world-access counts as a fault */
	bool applies;      /* `apply` takes the same options and targets */
	bool asked;        /* a question follows instead of the command to run next */
	const char *again; /* the options and targets of this run as shell words, "" none: for the command to run next */
};

/* Text for people on 80 columns: upstreams, what is wrong with each, the steps, the command to run next. Adds to the page. */
void render_text(struct page *page, const struct rendering *r);

/* The steps as commands of sh(1), for a person to read and type. Only comments where there is nothing to do. */
void render_sh(struct text *out, const struct plan *plan);

/* --- parts of render_text, one per file ---- */

/* One line per upstream; healthy ones are only counted where they are many. */
void render_summary(struct page *page, const struct rendering *r);

/* All about one upstream that something is wrong with: who, where, the checks, what changed. */
void render_upstream(struct page *page, const struct rendering *r, const struct plan_upstream *u);
void render_checks(struct page *page, const struct plan_upstream *u);

/* The steps of the plan; what else was weighed for an upstream: refused by the guard, or not chosen. */
void render_steps(struct page *page, const struct rendering *r);
void render_weighed(struct page *page, const struct plan_upstream *u);

/* What is only assumed, advice, and the command to run next. */
void render_closing(struct page *page, const struct rendering *r);

/* --- words that several parts need ---- */

/* An upstream has a fault: it is not reachable, or a cause stands in it. */
bool has_fault(const struct plan_upstream *u);
int verdict_style(const char *verdict);

/* "unix:/p", or where the endpoint is not known "fastcgi_pass at FILE:LINE"; the caller frees. */
char *upstream_name(const struct plan_upstream *u);

/* One line that says what a step does: "reload nginx.service"; the caller frees. Not escaped. */
char *step_title(const struct step *step);

/* The same as words, values unbroken; and on a page. */
void step_title_words(const struct step *step, struct strings *words);
void page_step_title(struct page *page, int style, const struct step *step);

/* "root -> www-data", "(not set) -> www-data", "0660 -> (taken out)"; the caller frees. */
char *change_text(const struct step_change *change);

/* Who gains and loses by a step, in sentences, "" for a step that lets nobody in; the caller frees. */
char *reach_text(const struct reach *reach);

/* "reload of nginx.service"; the caller frees. */
char *impact_text(const struct step *step);

/* The meaning of a cause by its word; NULL where there is no such cause. */
const char *cause_meaning(const char *word);

/* RFC 3339 UTC text as epoch seconds; false where it is none. */
bool time_parse(const char *text, int64_t *seconds);

/* "3 min", "2 h", "5 days"; the caller frees. */
char *duration_text(int64_t seconds);

#endif
