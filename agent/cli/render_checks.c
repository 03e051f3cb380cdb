/* SPDX-License-Identifier: MIT */
#include "cli/render.h"

enum { MARK = 2, NEEDS = 10, OBJECT = 19, REASON = 12 };

static const struct {
	const char *moment, *title;
} moments[] = {
	{"now", "checks, in the kernel's order"},
	{"restart", "the same after the server's next restart"},
	{"boot", "the same after the next boot"},
};

static const char *moment_of(const struct plan_check *c)
{
	return c->moment ? c->moment : moments[0].moment;
}

static const char *title_of(const struct plan_check *c)
{
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
		if (streq(moments[i].moment, moment_of(c)))
			return moments[i].title;
	return moment_of(c);
}

static void begin_row(struct page *page, int style, const char *mark, const char *needs)
{
	page_begin(page, MARK, OBJECT);
	page_atom(page, style, mark);
	page_column(page, NEEDS);
	page_atom(page, STYLE_PLAIN, needs);
	page_column(page, OBJECT);
}

/* Allowed checks that need the same at the same moment share a row. Returns how many were shown. */
static size_t allowed_row(struct page *page, const struct plan_check *c, size_t n)
{
	size_t i = 0;

	begin_row(page, STYLE_GOOD, "ok", c->needs);
	do {
		page_atom(page, STYLE_PLAIN, c[i].object);
		i++;
	} while (i < n && streq(c[i].verdict, "allow") && streq(c[i].needs, c->needs) &&
		 streq(moment_of(&c[i]), moment_of(c)));
	page_end(page);
	return i;
}

static void marked_row(struct page *page, const struct plan_check *c)
{
	bool denied = streq(c->verdict, "deny");

	begin_row(page, denied ? STYLE_BAD : STYLE_DOUBT, denied ? "DENIED" : "unknown", c->needs);
	page_atom(page, STYLE_PLAIN, c->object);
	page_atomf(page, STYLE_FAINT, "[%s]", c->layer);
	if (c->cause)
		page_atom(page, STYLE_BAD, c->cause);
	page_end(page);
	if (c->because)
		page_line(page, REASON, REASON, STYLE_PLAIN, "%s", c->because);
}

void render_checks(struct page *page, const struct plan_upstream *u)
{
	const char *moment = "";

	for (size_t i = 0; i < u->n_checks;) {
		const struct plan_check *c = &u->checks[i];

		if (!streq(moment, moment_of(c))) {
			page_blank(page);
			page_line(page, 2, 2, STYLE_TITLE, "%s", title_of(c));
		}
		moment = moment_of(c);
		if (streq(c->verdict, "allow")) {
			i += allowed_row(page, c, u->n_checks - i);
			continue;
		}
		marked_row(page, c);
		i++;
	}
}
