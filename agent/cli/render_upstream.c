/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/render.h"

#include <inttypes.h>

enum { LABEL = 2, VALUE = 12, MOST_REFS = 3, MOST_PIDS = 4, MOST_GROUPS = 12, MOST_CHANGES = 5, CHANGES = 4 };

static void label(struct page *page, const char *word)
{
	page_begin(page, LABEL, VALUE);
	page_atom(page, STYLE_FAINT, word);
	page_column(page, VALUE);
}

static void reference(struct page *page, const struct plan_ref *ref, const char *word)
{
	label(page, word);
	page_atomf(page, STYLE_PLAIN, "%s:%" PRIu32, ref->file, ref->line);
	page_atom(page, STYLE_PLAIN, ref->directive);
	for (size_t i = 0; i < ref->server_names.n && i < MOST_REFS; i++)
		page_atomf(page, STYLE_PLAIN, "%s%s", i ? "" : "for ", ref->server_names.items[i]);
	if (ref->server_names.n > MOST_REFS)
		page_wordsf(page, STYLE_PLAIN, "and %zu more", ref->server_names.n - MOST_REFS);
	page_end(page);
}

static void references(struct page *page, const struct plan_upstream *u)
{
	for (size_t i = 0; i < u->n_refs && i < MOST_REFS; i++)
		reference(page, &u->refs[i], i ? "" : "used by");
	if (u->n_refs > MOST_REFS) {
		label(page, "");
		page_wordsf(page, STYLE_PLAIN, "and %zu more places", u->n_refs - MOST_REFS);
		page_end(page);
	}
}

static void confinement(struct page *page, const char *selinux, const char *apparmor)
{
	if (selinux)
		page_atomf(page, STYLE_PLAIN, "SELinux %s", selinux);
	if (apparmor)
		page_atomf(page, STYLE_PLAIN, "AppArmor %s", apparmor);
}

static void worker(struct page *page, const struct plan_worker *w)
{
	label(page, "worker");
	page_atomf(page, STYLE_TITLE, "%s", w->user);
	page_atomf(page, STYLE_PLAIN, "uid %" PRIu32, w->uid);
	page_atomf(page, STYLE_PLAIN, "gid %" PRIu32, w->gid);
	page_words(page, STYLE_PLAIN, w->n_groups ? "groups" : "no further groups");
	page_ids(page, w->groups, w->n_groups, MOST_GROUPS);
	page_words(page, STYLE_PLAIN, w->n_pids == 0 ? "(not running)" : w->n_pids == 1 ? "pid" : "pids");
	page_ids(page, w->pids, w->n_pids, MOST_PIDS);
	confinement(page, w->selinux, w->apparmor);
	page_end(page);
}

#define FCGI_PROGRAM "fcgi-program:" /* a section of supervisord */

/* What the part of the configuration is called by whom it belongs to: only PHP-FPM has pools. */
static void part(struct page *page, const struct plan_server *s)
{
	if (!s->pool)
		return;
	if (streq(s->kind, "php-fpm"))
		page_atomf(page, STYLE_PLAIN, "pool %s", s->pool);
	else if (ends_with(s->pool, ".socket"))
		page_atomf(page, STYLE_PLAIN, "socket unit %s", s->pool);
	else if (starts_with(s->pool, FCGI_PROGRAM))
		page_atomf(page, STYLE_PLAIN, "program %s", s->pool + strlen(FCGI_PROGRAM));
	else
		page_atomf(page, STYLE_PLAIN, "section [%s]", s->pool);
}

static void server(struct page *page, const struct plan_server *s)
{
	if ((!s->kind || streq(s->kind, "unknown")) && !s->pid && !s->unit)
		return;
	label(page, "server");
	page_atom(page, STYLE_TITLE, s->kind ? s->kind : "unknown");
	part(page, s);
	if (s->user)
		page_atomf(page, STYLE_PLAIN, "user %s", s->user);
	page_atomf(page, STYLE_PLAIN, s->pid ? "pid %" PRIu32 : "not running", s->pid);
	if (s->unit)
		page_atom(page, STYLE_PLAIN, s->unit);
	if (s->config)
		page_atom(page, STYLE_PLAIN, s->config);
	confinement(page, s->selinux, s->apparmor);
	page_end(page);
}

static void probe(struct page *page, const struct plan_probe *p)
{
	if (!p)
		return;
	label(page, "probe");
	if (p->error == 0)
		page_words(page, STYLE_PLAIN, "connecting as the worker succeeded");
	else
		page_wordsf(page, STYLE_PLAIN, "connecting as the worker failed: %s (%s)", p->name ? p->name : "?", strerror(p->error));
	page_end(page);
}

static void cause(struct page *page, const char *word)
{
	const char *meaning = cause_meaning(word);

	label(page, "cause");
	page_atomf(page, STYLE_BAD, "%s%s", word, meaning ? ":" : "");
	if (meaning)
		page_words(page, STYLE_PLAIN, meaning);
	page_end(page);
}

static void change(struct page *page, const struct plan_changed *c, int64_t taken)
{
	int64_t when = 0;
	bool known = time_parse(c->when, &when);
	AUTO_FREE char *ago = known && taken >= when ? duration_text(taken - when) : NULL;

	page_begin(page, CHANGES, CHANGES + 34);
	if (known)
		page_atomf(page, STYLE_PLAIN, "%.10s %.5s UTC", c->when, c->when + 11);
	else
		page_atom(page, STYLE_PLAIN, c->when ? c->when : "?");
	page_column(page, CHANGES + 22);
	page_atomf(page, STYLE_FAINT, "%s%s", ago ? ago : "", ago ? " ago" : "");
	page_column(page, CHANGES + 34);
	page_words(page, STYLE_PLAIN, c->what);
	if (c->path)
		page_atom(page, STYLE_PLAIN, c->path);
	page_end(page);
}

/* Ages count from when the facts were taken, so that the same plan always reads the same. */
static void changes(struct page *page, const struct rendering *r, const struct plan_upstream *u)
{
	int64_t taken = 0;

	if (u->n_changed == 0)
		return;
	if (time_parse(r->plan->expires, &taken))
		taken -= PLAN_LIFETIME;
	page_blank(page);
	page_line(page, LABEL, LABEL, STYLE_TITLE, "what changed recently");
	for (size_t i = 0; i < u->n_changed && i < MOST_CHANGES; i++)
		change(page, &u->changed[i], taken);
}

static void steps(struct page *page, const struct plan_upstream *u)
{
	page_blank(page);
	if (u->open)
		page_line(page, LABEL, LABEL, STYLE_DOUBT, "%s", u->open);
	if (u->steps.n == 0)
		return;
	page_begin(page, LABEL, VALUE);
	page_wordsf(page, STYLE_PLAIN, "%s step%s", u->open ? "see" : "cured by", u->steps.n == 1 ? "" : "s");
	for (size_t i = 0; i < u->steps.n; i++)
		page_atomf(page, STYLE_TITLE, "%s%s", u->steps.items[i], i + 1 < u->steps.n ? "," : "");
	page_end(page);
}

void render_upstream(struct page *page, const struct rendering *r, const struct plan_upstream *u)
{
	AUTO_FREE char *name = upstream_name(u);

	page_blank(page);
	page_begin(page, 0, 4);
	page_atom(page, STYLE_TITLE, u->id);
	page_column(page, 4);
	page_atom(page, STYLE_TITLE, name);
	page_wordsf(page, STYLE_TITLE, "is %s", u->verdict);
	page_end(page);
	references(page, u);
	worker(page, &u->worker);
	server(page, &u->server);
	probe(page, u->probe);
	for (size_t i = 0; i < u->causes.n; i++)
		cause(page, u->causes.items[i]);
	render_checks(page, u);
	changes(page, r, u);
	steps(page, u);
	if (u->steps.n == 0)
		render_weighed(page, u);
}
