/* SPDX-License-Identifier: MIT */
/* Which server is left over for a path where nothing is: the last resort of meant.c, whose head states the rule. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/exam.h"

/* --- what a path says about the application --- */

/* A component that says which server it is, not which application. */
static const struct {
	const char *word;
	int kind;
} products[] = {
	{"gunicorn", BACKEND_GUNICORN}, {"uwsgi", BACKEND_UWSGI}, {"node", BACKEND_NODE}, {"nodejs", BACKEND_NODE}, {"puma", BACKEND_PUMA},
	{"unicorn", BACKEND_UNICORN}, {"php", BACKEND_PHP_FPM}, {"fpm", BACKEND_PHP_FPM},
};

/* Says nothing at all. */
static const char *const fillers[] = {"run", "var", "tmp", "srv", "opt", "home", "lib", "app", "apps", "web", "www", "site", "sites", "server",
	"sock", "socks", "socket", "sockets", "main", "http", "wsgi", "asgi", "python", "ruby", "shared"};

struct word {
	const char *at;
	size_t n;
};

static bool is_word(struct word word, const char *text)
{
	return strlen(text) == word.n && strncasecmp(word.at, text, word.n) == 0;
}

/* The next run of letters; n is 0 at the end. */
static struct word next_word(const char **at)
{
	struct word word;

	while (**at && !isalpha((unsigned char)**at))
		(*at)++;
	word.at = *at;
	while (isalpha((unsigned char)**at))
		(*at)++;
	word.n = (size_t)(*at - word.at);
	return word;
}

static int product_of(struct word word)
{
	for (size_t i = 0; i < COUNT_OF(products); i++)
		if (is_word(word, products[i].word))
			return products[i].kind;
	return BACKEND_UNKNOWN;
}

/* The next word that names an application. */
static struct word next_name(const char **at)
{
	for (;;) {
		struct word word = next_word(at);
		bool filler = product_of(word) != BACKEND_UNKNOWN;

		for (size_t i = 0; i < COUNT_OF(fillers) && !filler; i++)
			filler = is_word(word, fillers[i]);
		if (!filler)
			return word;
	}
}

static bool names_nothing(const char *path)
{
	return next_name(&path).n == 0;
}

static bool has_name(const char *path, struct word name)
{
	for (struct word word = next_name(&path); word.n; word = next_name(&path))
		if (word.n == name.n && strncasecmp(word.at, name.at, name.n) == 0)
			return true;
	return false;
}

static bool has_names_of(const char *path, const char *other)
{
	for (struct word word = next_name(&other); word.n; word = next_name(&other))
		if (!has_name(path, word))
			return false;
	return true;
}

/* "/run/gunicorn/app.sock" is no Node. */
static bool names_other_product(const char *path, int kind)
{
	for (struct word word = next_word(&path); word.n; word = next_word(&path))
		if (product_of(word) != BACKEND_UNKNOWN && product_of(word) != kind)
			return true;
	return false;
}

static size_t directory_length(const char *path)
{
	return (size_t)(strrchr(path, '/') - path);
}

static bool same_directory(const char *a, const char *b)
{
	size_t n = directory_length(a);

	return n == directory_length(b) && strncmp(a, b, n) == 0;
}

/* Everybody's sockets stand in these. */
static bool is_shared(const char *path)
{
	static const char *const shared[] = {"", "/run", "/tmp", "/var/tmp", "/dev/shm", "/var/lib", "/srv", "/opt"};

	for (size_t i = 0; i < COUNT_OF(shared); i++)
		if (strlen(shared[i]) == directory_length(path) && starts_with(path, shared[i]))
			return true;
	return false;
}

/* Nothing in the two paths speaks for two applications. */
static bool fits(const char *wanted, const char *path, int kind)
{
	if (names_other_product(wanted, kind))
		return false;
	if (has_names_of(wanted, path) && has_names_of(path, wanted))
		return true;
	if (!names_nothing(wanted) && !names_nothing(path))
		return false;
	return (same_directory(wanted, path) && !is_shared(wanted)) || streq(strrchr(wanted, '/'), strrchr(path, '/'));
}

/* --- who is left over --- */

struct search {
	struct index *index;
	const struct upstream *up;
	const char *wanted;
	int protocol;
};

enum protocol { PROTOCOL_FASTCGI, PROTOCOL_UWSGI, PROTOCOL_OTHER };

static int protocol_of(const char *directive)
{
	return streq(directive, "fastcgi_pass") ? PROTOCOL_FASTCGI : streq(directive, "uwsgi_pass") ? PROTOCOL_UWSGI : PROTOCOL_OTHER;
}

/* Whether such a server may speak it; uWSGI also has sockets for HTTP. */
static bool may_speak(int kind, int protocol)
{
	static const int app[] = {BACKEND_GUNICORN, BACKEND_NODE, BACKEND_PUMA, BACKEND_UNICORN, BACKEND_UWSGI};

	if (protocol == PROTOCOL_FASTCGI || protocol == PROTOCOL_UWSGI)
		return kind == (protocol == PROTOCOL_UWSGI ? BACKEND_UWSGI : BACKEND_PHP_FPM);
	for (size_t i = 0; i < COUNT_OF(app); i++)
		if (kind == app[i])
			return true;
	return false;
}

static bool named_by_any(const struct search *s, const char *path)
{
	for (size_t i = 0; i < s->index->facts->n_nginx; i++)
		if (index_named(s->index, i, path))
			return true;
	return false;
}

/* Another reference that lacks its server, or of which nobody knows where it leads, may mean the same one. */
static bool is_rival(const struct search *s, const struct nginx_ref *ref)
{
	const char *path = run_path(endpoint_path(ref->endpoint));

	if (protocol_of(ref->directive) != s->protocol || ref->down)
		return false;
	if (!ref->endpoint)
		return true;
	return path && !streq(path, s->wanted) && !index_listener_named(s->index, LISTENER_UNIX, path, 0) &&
	       !index_listener_named(s->index, LISTENER_UNIX, endpoint_path(ref->endpoint), 0);
}

static bool has_rival(const struct search *s)
{
	const struct facts *facts = s->index->facts;

	for (size_t i = 0; i < facts->n_nginx; i++)
		for (size_t j = 0; j < facts->nginx[i].n_refs; j++)
			if (is_rival(s, &facts->nginx[i].refs[j]))
				return true;
	return false;
}

/* Of the server that holds it; systemd, which holds it too where it came from a socket unit, serves only where nobody else does. */
static int kind_of_server(const struct facts *facts, const struct listener *listener)
{
	int kind = BACKEND_UNKNOWN;

	for (size_t i = 0; i < facts->n_backends; i++)
		for (size_t j = 0; j < listener->n_holders; j++)
			if (facts->backends[i].pid && facts->backends[i].pid == listener->holders[j].pid &&
				(kind == BACKEND_UNKNOWN || kind == BACKEND_SYSTEMD))
				kind = facts->backends[i].kind;
	return kind;
}

static bool worker_sees(const struct search *s, const struct listener *listener)
{
	const char *view = listener->holders[0].view;

	return !view || same_view(s->index->facts, worker_view(&s->index->facts->workers[s->up->worker]), view);
}

static bool is_free(const struct search *s, const struct listener *listener)
{
	return listener->family == LISTENER_UNIX && listener->listening && listener->name && listener->name[0] == '/' &&
	       listener->n_holders && !named_by_any(s, run_path(listener->name));
}

/* Somebody not known, in the directory of what is wanted: as likely as any other. */
static bool is_stranger_beside(const struct search *s, const struct listener *listener, int kind)
{
	return kind == BACKEND_UNKNOWN && !is_shared(s->wanted) && same_directory(s->wanted, run_path(listener->name));
}

/* uWSGI behind another directive is a doubt only: which of its sockets speak HTTP is not known. */
static bool is_meant(const struct search *s, const struct listener *listener, int kind)
{
	return worker_sees(s, listener) && (kind != BACKEND_UWSGI || s->protocol == PROTOCOL_UWSGI) &&
	       fits(s->wanted, run_path(listener->name), kind);
}

const char *leftover(struct index *index, const struct upstream *up, const char *wanted, const char *directive)
{
	const struct search s = {index, up, wanted, protocol_of(directive)};
	const struct facts *facts = index->facts;
	const char *found = NULL;

	if (facts->listeners_unknown || !wanted || has_rival(&s))
		return NULL;
	for (size_t i = 0; i < facts->n_listeners; i++) {
		const struct listener *listener = &facts->listeners[i];
		int kind = is_free(&s, listener) ? kind_of_server(facts, listener) : BACKEND_SYSTEMD;

		if (!may_speak(kind, s.protocol) && !is_stranger_beside(&s, listener, kind))
			continue;
		if (found || kind == BACKEND_UNKNOWN || !is_meant(&s, listener, kind))
			return NULL;
		found = run_path(listener->name);
	}
	return found;
}
