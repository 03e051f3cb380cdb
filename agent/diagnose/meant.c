/* SPDX-License-Identifier: MIT */
/* Which socket was meant by a path where nothing is. Sending a site to another site's pool would be worse than an outage, so a candidate
 * is taken only where there is no doubt:
 *  - it speaks the directive's protocol: pools of PHP-FPM for fastcgi_pass; uWSGI's sockets, or those of servers that are not known, for
 *    uwsgi_pass; for the others sockets that listen and are not PHP-FPM's; of these none that another reference of this nginx names;
 *  - it listens now;
 *  - the path is its own with a ":/uri" behind it, as proxy_pass may have it but `server` of an upstream block may not; or
 *  - it is the only pool (PHP-FPM), or its path differs in nothing but digits and dots (php8.1-fpm, php8.2-fpm), or its last
 *    component is the same (and, outside PHP-FPM, not one that everybody uses), or it stands in the same directory and is at most two letters away from a name of six letters or more;
 *  - no other candidate is as near; of equals the one that no reference names yet wins.
 * Where nothing is near, one may be left over (leftover.c):
 *  - no reference of any nginx names it, it is an application server (PHP-FPM for fastcgi_pass, uWSGI for uwsgi_pass, Gunicorn, Node, Puma or
 *    Unicorn else), and the only one of those that speak the protocol of which all this holds: a second one, near or far, is a doubt;
 *  - of the references of that protocol it is only this one that has no server, and all others are resolved;
 *  - the paths do not speak for two applications: the words in them that name one (no directory as /run, nothing as "app", "web" or "gunicorn")
 *    are the same, or only one of the two has such words and they share their own directory or their last component; and what is wanted
 *    does not name another kind of server (/run/gunicorn/app.sock is no Node). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/exam.h"

enum { FAR = 1000, NEAR_SUFFIX = 0, NEAR_VERSION = 1, NEAR_LETTERS = 2, NEAR_NAME = 10, NEAR_ONLY = 100 };
#define LETTERS_MAX 2
#define NAME_MIN 6

struct candidate {
	const char *path;
	const char *endpoint;
	bool used; /* a reference of this nginx names it */
	int far;
};

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Equal when the digits and dots are taken out. */
static bool same_but_version(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (isdigit((unsigned char)*a) || *a == '.')
			a++;
		while (isdigit((unsigned char)*b) || *b == '.')
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

/* Letters to add, drop or change, counted up to LETTERS_MAX + 1: common ends are cut off first. */
static int letters(const char *a, size_t n, const char *b, size_t m, int budget)
{
	int drop, add, change;

	while (n && m && a[0] == b[0])
		a++, b++, n--, m--;
	while (n && m && a[n - 1] == b[m - 1])
		n--, m--;
	if (!n || !m)
		return (int)(n + m) <= budget ? (int)(n + m) : budget + 1;
	if (budget == 0)
		return 1;
	drop = 1 + letters(a + 1, n - 1, b, m, budget - 1);
	add = 1 + letters(a, n, b + 1, m - 1, budget - 1);
	change = 1 + letters(a + 1, n - 1, b + 1, m - 1, budget - 1);
	drop = add < drop ? add : drop;
	return change < drop ? change : drop;
}

static bool same_directory(const char *a, const char *b)
{
	size_t n = (size_t)(last_of(a) - a), m = (size_t)(last_of(b) - b);

	return n == m && strncmp(a, b, n) == 0;
}

/* "app.sock" is what everybody calls it. */
static bool is_common(const char *name)
{
	static const char *const stems[] = {"app.", "web.", "site.", "server.", "socket", "sock", "main.", "http.", "api.", "backend."};

	for (size_t i = 0; i < COUNT_OF(stems); i++)
		if (starts_with(name, stems[i]))
			return true;
	return false;
}

/* "/run/app.sock:/prefix": in a `server` line the suffix is part of the file name. */
static bool has_uri_suffix(const char *wanted, const char *path)
{
	size_t n = strlen(path);

	return strncmp(wanted, path, n) == 0 && wanted[n] == ':' && (wanted[n + 1] == '/' || wanted[n + 1] == '\0');
}

static int distance(const char *wanted, const char *path, bool fastcgi)
{
	const char *a = last_of(wanted), *b = last_of(path);
	int off;

	if (has_uri_suffix(wanted, path))
		return NEAR_SUFFIX;
	if (same_but_version(wanted, path))
		return NEAR_VERSION;
	if (same_directory(wanted, path) && strlen(a) >= NAME_MIN) {
		off = letters(a, strlen(a), b, strlen(b), LETTERS_MAX);
		if (off <= LETTERS_MAX)
			return NEAR_LETTERS + off;
	}
	if (!fastcgi && is_common(a))
		return FAR;
	return streq(a, b) || (fastcgi && same_but_version(a, b)) ? NEAR_NAME : FAR;
}

struct candidates {
	struct candidate *items;
	size_t n;
};

static bool listens(const struct index *index, const struct backend *backend, const char *path)
{
	if (!backend->pid)
		return false;
	return index->facts->listeners_unknown || index_listener_named(index, LISTENER_UNIX, path, 0) ||
	       index_listener_named(index, LISTENER_UNIX, run_path(path), 0);
}

static void add_pools(const struct index *index, struct candidates *list)
{
	for (size_t i = 0; i < index->n_sections; i++) {
		const struct section_at *at = &index->sections[i];
		const char *path = endpoint_path(at->section->endpoint);

		if (path && at->backend->kind == BACKEND_PHP_FPM && listens(index, at->backend, path))
			ARRAY_ADD(list->items, list->n, (struct candidate){.path = run_path(path), .endpoint = at->section->endpoint});
	}
}

/* The server that holds a listener; systemd only where nobody else does. */
static const struct backend *server_of(const struct facts *facts, const struct listener *listener)
{
	const struct backend *found = NULL;

	for (size_t i = 0; i < facts->n_backends; i++)
		for (size_t j = 0; j < listener->n_holders; j++)
			if (facts->backends[i].pid && facts->backends[i].pid == listener->holders[j].pid &&
				(!found || found->kind == BACKEND_SYSTEMD))
				found = &facts->backends[i];
	return found;
}

/* Whether a server of this kind may be meant by the directive, PHP-FPM being looked for elsewhere. */
static bool speaks(const struct backend *backend, bool uwsgi)
{
	int kind = backend ? backend->kind : BACKEND_UNKNOWN;

	if (kind == BACKEND_PHP_FPM)
		return false;
	return !uwsgi || kind == BACKEND_UWSGI || kind == BACKEND_UNKNOWN || kind == BACKEND_SYSTEMD;
}

static void add_listeners(const struct index *index, bool uwsgi, struct candidates *list)
{
	const struct facts *facts = index->facts;

	for (size_t i = 0; i < facts->n_listeners; i++) {
		const struct listener *listener = &facts->listeners[i];

		if (listener->family == LISTENER_UNIX && listener->listening && listener->name && listener->name[0] == '/' &&
			speaks(server_of(facts, listener), uwsgi))
			ARRAY_ADD(list->items, list->n, (struct candidate){.path = run_path(listener->name)});
	}
}

/* Where the socket tables could not be read, what running servers and socket units say they listen on has to do. */
static void add_sections(const struct index *index, bool uwsgi, struct candidates *list)
{
	for (size_t i = 0; index->facts->listeners_unknown && i < index->n_sections; i++) {
		const struct section_at *at = &index->sections[i];
		const char *path = endpoint_path(at->section->endpoint);

		if (path && at->backend->pid && speaks(at->backend, uwsgi))
			ARRAY_ADD(list->items, list->n, (struct candidate){.path = run_path(path), .endpoint = at->section->endpoint});
	}
}

static bool nearer(const struct candidate *a, const struct candidate *b)
{
	return a->far != b->far ? a->far < b->far : !a->used && b->used;
}

/* One that was named already is no candidate but for PHP-FPM. */
static bool is_near(const struct candidate *it, bool used_too)
{
	return it->far != FAR && (!it->used || used_too || it->far == NEAR_SUFFIX);
}

static bool any_near(const struct candidates *list, bool used_too)
{
	for (size_t i = 0; i < list->n; i++)
		if (is_near(&list->items[i], used_too))
			return true;
	return false;
}

/* The one nearest candidate; NULL where there is none, or several. */
static const struct candidate *nearest(const struct candidates *list, bool used_too)
{
	const struct candidate *best = NULL;
	bool tie = false;

	for (size_t i = 0; i < list->n; i++) {
		const struct candidate *it = &list->items[i];

		if (!is_near(it, used_too))
			continue;
		if (best && streq(best->path, it->path))
			continue;
		tie = best && !nearer(it, best) && !nearer(best, it) ? true : best && nearer(best, it) ? tie : false;
		best = !best || nearer(it, best) ? it : best;
	}
	return tie ? NULL : best;
}

static const char *directive_of(const struct facts *facts, const struct upstream *up)
{
	const struct nginx *nginx = &facts->nginx[facts->workers[up->worker].nginx];

	return up->n_refs ? nginx->refs[up->refs[0]].directive : "fastcgi_pass";
}

static void measure(struct index *index, const struct upstream *up, bool fastcgi, struct candidates *list)
{
	const char *wanted = run_path(endpoint_path(up->endpoint));
	uint32_t nginx = index->facts->workers[up->worker].nginx;

	for (size_t i = 0; i < list->n; i++) {
		struct candidate *it = &list->items[i];

		it->used = index_named(index, nginx, it->path);
		it->far = streq(it->path, wanted) ? FAR : distance(wanted, it->path, fastcgi);
		if (fastcgi && list->n == 1 && it->far == FAR && !streq(it->path, wanted))
			it->far = NEAR_ONLY;
	}
}

static char *left_over(struct index *index, const struct upstream *up, const char *directive)
{
	const char *path = leftover(index, up, run_path(endpoint_path(up->endpoint)), directive);

	return path ? xasprintf("unix:%s", path) : NULL;
}

char *resolve_meant(struct index *index, const struct upstream *up)
{
	struct candidates list = {0};
	const char *directive = directive_of(index->facts, up);
	bool fastcgi = streq(directive, "fastcgi_pass"), uwsgi = streq(directive, "uwsgi_pass");
	const struct candidate *best;
	char *meant = NULL;

	if (fastcgi) {
		add_pools(index, &list);
	} else {
		add_listeners(index, uwsgi, &list);
		add_sections(index, uwsgi, &list);
	}
	measure(index, up, fastcgi, &list);
	best = nearest(&list, fastcgi);
	if (best)
		meant = best->endpoint ? xstrdup(best->endpoint) : xasprintf("unix:%s", best->path);
	else if (!any_near(&list, fastcgi))
		meant = left_over(index, up, directive);
	free(list.items);
	return meant;
}
