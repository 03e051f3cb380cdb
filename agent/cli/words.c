/* SPDX-License-Identifier: MIT */
/* Words that several parts of the output need. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/render.h"

#include <inttypes.h>
#include <time.h>

bool has_fault(const struct plan_upstream *u)
{
	return !streq(u->verdict, "reachable") || u->causes.n;
}

int verdict_style(const char *verdict)
{
	return streq(verdict, "reachable") ? STYLE_GOOD : streq(verdict, "unknown") ? STYLE_DOUBT : STYLE_BAD;
}

char *upstream_name(const struct plan_upstream *u)
{
	if (u->endpoint)
		return xstrdup(u->endpoint);
	if (u->n_refs == 0)
		return xstrdup("(endpoint not known)");
	return xasprintf("%s at %s:%" PRIu32, u->refs[0].directive, u->refs[0].file, u->refs[0].line);
}

static const struct {
	const char *word, *meaning;
} causes[] = {
#define CAUSE(id, word, meaning) {word, meaning},
#include "diagnose/causes.def"
#undef CAUSE
};

const char *cause_meaning(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(causes); i++)
		if (streq(causes[i].word, word))
			return causes[i].meaning;
	return NULL;
}

char *change_text(const struct step_change *change)
{
	return xasprintf("%s -> %s", change->from ? change->from : "(not set)", change->to ? change->to : "(taken out)");
}

static void add_names(struct text *t, const char *who, const struct strings *names)
{
	enum { MOST = 12 };

	if (names->n == 0)
		return;
	text_addf(t, "%s%s: ", t->size ? "; " : "", who);
	for (size_t i = 0; i < names->n && i < MOST; i++)
		text_addf(t, "%s%s", i ? ", " : "", names->items[i]);
	if (names->n > MOST)
		text_addf(t, " and %zu more", names->n - MOST);
}

char *reach_text(const struct reach *reach)
{
	struct text t = {0};

	add_names(&t, "also lets in", &reach->users);
	add_names(&t, "also lets in the SELinux domains", &reach->domains);
	add_names(&t, "the worker also gets into", &reach->objects);
	if (!t.size)
		text_add(&t, "nobody but the worker gains anything");
	add_names(&t, "shuts out", &reach->loses);
	if (!reach->complete)
		text_add(&t, "; this is not complete: not everything could be looked at");
	return text_steal(&t);
}

char *impact_text(const struct step *step)
{
	if (step->impact == IMPACT_NONE)
		return xstrdup("none: nothing is reloaded or restarted");
	return xasprintf("%s of %s", step->impact == IMPACT_RELOAD ? "reload" : "restart", step->unit ? step->unit : "the service");
}

bool time_parse(const char *text, int64_t *seconds)
{
	struct tm tm = {0};
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;

	if (!end || *end)
		return false;
	*seconds = timegm(&tm);
	return true;
}

char *duration_text(int64_t seconds)
{
	static const struct {
		int64_t from, unit;
		const char *word;
	} units[] = {
		{2 * 86400, 86400, "days"},
		{2 * 3600, 3600, "h"},
		{2 * 60, 60, "min"},
		{0, 1, "s"},
	};

	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (seconds >= units[i].from)
			return xasprintf("%" PRId64 " %s", seconds / units[i].unit, units[i].word);
	return xstrdup("0 s");
}
