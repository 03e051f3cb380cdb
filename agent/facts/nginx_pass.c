/* SPDX-License-Identifier: MIT */
/* From the argument of a pass directive to the endpoints that it can mean. */
#include "facts/nginx_state.h"
#include "facts/nginx_url.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#define UPSTREAM_PORT 80 /* of a `server` line without port, whatever the protocol (ngx_http_upstream_server) */

/* One pass directive on its way. */
struct passing {
	struct nginx_reading *r;
	const struct nginx_pending *p;
	bool variable;   /* the address has variables: what is wrong with a value shows at run time only */
	size_t first;    /* its first reference in out->refs */
};

static struct nginx_ref *add_ref(struct passing *x)
{
	struct nginx *out = x->r->out;
	struct nginx_ref *ref;

	if (!nginx_room(x->r, out->n_refs, x->p->ref.at.file, x->p->ref.at.line))
		return NULL;
	ref = ARRAY_NEW(out->refs, out->n_refs);
	shape_copy(&nginx_ref_shape, ref, &x->p->ref);
	return ref;
}

/* The reference to what cannot be determined; the text is taken over. */
static void add_unresolved(struct passing *x, char *why)
{
	struct nginx_ref *ref = add_ref(x);

	if (ref)
		ref->unresolved = why;
	else
		free(why);
}

/* What nginx would refuse: a problem (but for values of variables), and the reference is unresolved. */
static void refused(struct passing *x, const struct place *at, const char *address, const char *because)
{
	if (!x->variable)
		nginx_problem(x->r, at->file, at->line, "\"%s\": %s", address, because);
	add_unresolved(x, xasprintf("\"%s\": %s", address, because));
}

/* Several values of a variable may come to the same. */
static bool has_endpoint(const struct passing *x, const char *endpoint)
{
	const struct nginx *out = x->r->out;

	for (size_t i = x->first; i < out->n_refs; i++)
		if (streq(out->refs[i].endpoint, endpoint) && !out->refs[i].upstream)
			return true;
	return false;
}

static void add_endpoint(struct passing *x, const struct nginx_url *url)
{
	AUTO_FREE char *endpoint = nginx_url_endpoint(url);
	struct nginx_ref *ref;

	if (has_endpoint(x, endpoint))
		return;
	ref = add_ref(x);
	if (ref)
		ref->endpoint = TAKE_PTR(endpoint);
}

/* A reference through one server of an upstream block. */
static struct nginx_ref *add_through(struct passing *x, const struct nginx_upstream *u, const struct nginx_upstream_server *s)
{
	struct nginx_ref *ref = add_ref(x);

	if (!ref)
		return NULL;
	ref->upstream = xstrdup(u->name);
	if (!s)
		return ref;
	free(ref->written);
	ref->written = xstrdup(s->written);
	ref->server_at = nginx_place(s->at.file, s->at.line);
	ref->server_offset = s->offset;
	ref->server_length = s->length;
	ref->down = s->down;
	return ref;
}

static void through_server(struct passing *x, const struct nginx_upstream *u, const struct nginx_upstream_server *s)
{
	AUTO_NGINX_URL struct nginx_url url = {0};
	bool ok = nginx_url_parse(s->address, false, x->p->stream ? 0 : UPSTREAM_PORT, &url);
	const char *because = url.problem;
	struct nginx_ref *ref = add_through(x, u, s);

	if (ok && !url.path && url.port == 0) {
		because = "no port in upstream";
		ok = false;
	}
	if (!ref)
		return;
	if (ok) {
		ref->endpoint = nginx_url_endpoint(&url);
	} else {
		nginx_problem(x->r, s->at.file, s->at.line, "\"%s\": %s", s->address, because);
		ref->unresolved = xasprintf("\"%s\": %s", s->address, because);
	}
}

static bool went_through(const struct passing *x, const char *upstream)
{
	const struct nginx *out = x->r->out;

	for (size_t i = x->first; i < out->n_refs; i++)
		if (streq(out->refs[i].upstream, upstream))
			return true;
	return false;
}

static void through_upstream(struct passing *x, const struct nginx_upstream *u)
{
	const char *why = u->at_run_time ? "balancer_by_lua chooses the server" : u->n_servers == 0 ? "no servers are inside upstream" : NULL;
	struct nginx_ref *ref;

	if (went_through(x, u->name))
		return;
	if (!why) {
		for (size_t i = 0; i < u->n_servers; i++)
			through_server(x, u, &u->servers[i]);
		return;
	}
	ref = add_through(x, u, NULL);
	if (ref)
		ref->unresolved = xstrdup(why);
	if (!u->at_run_time)
		nginx_problem(x->r, x->p->ref.at.file, x->p->ref.at.line, "%s", why);
}

static void to_host(struct passing *x, const char *address, const struct nginx_url *url)
{
	int upstream = nginx_name_get(x->r, x->p->stream, "upstream", url->host);

	if (upstream >= 0 && url->port_given)
		refused(x, &x->p->ref.at, address, "an upstream block of that name exists, so it may not have a port");
	else if (upstream >= 0)
		through_upstream(x, &x->r->upstreams[upstream]);
	else if (url->port == 0)
		refused(x, &x->p->ref.at, address, "no port in upstream");
	else
		add_endpoint(x, url);
}

/* The address without its scheme; NULL: the scheme is none that the directive takes. */
static const char *without_scheme(const struct nginx_pass *pass, const char *address, unsigned *port)
{
	for (size_t i = 0; i < COUNT_OF(pass->schemes) && pass->schemes[i].prefix; i++) {
		size_t n = strlen(pass->schemes[i].prefix);

		if (n && strncasecmp(address, pass->schemes[i].prefix, n) == 0) {
			*port = pass->schemes[i].port;
			return address + n;
		}
	}
	return pass->scheme_required ? NULL : address;
}

static void resolve_address(struct passing *x, const char *address)
{
	AUTO_NGINX_URL struct nginx_url url = {0};
	unsigned port = 0;
	const char *rest = without_scheme(x->p->pass, address, &port);

	if (!rest)
		refused(x, &x->p->ref.at, address, "invalid URL prefix");
	else if (!nginx_url_parse(rest, x->p->pass->uri, port, &url))
		refused(x, &x->p->ref.at, address, url.problem);
	else if (url.path)
		add_endpoint(x, &url);
	else
		to_host(x, address, &url);
}

/* Of an address with variables only the part that says where to connect to is expanded. */
static void resolve_variables(struct passing *x)
{
	size_t n = x->p->pass->uri ? nginx_url_head(x->p->address) : strlen(x->p->address);
	AUTO_FREE char *head = xstrndup(x->p->address, n);
	AUTO_STRINGS struct strings values = {0};
	char *why = NULL;

	x->variable = strchr(head, '$') != NULL;
	if (!nginx_expand(x->r, head, x->p, &values, &why)) {
		add_unresolved(x, why);
		return;
	}
	for (size_t i = 0; i < values.n; i++)
		if (*values.items[i])
			resolve_address(x, values.items[i]);
	if (x->r->out->n_refs == x->first)
		add_unresolved(x, xasprintf("%s: only empty values", x->p->address));
}

void nginx_resolve(struct nginx_reading *r)
{
	for (size_t i = 0; i < r->n_pending; i++) {
		struct passing x = {.r = r, .p = &r->pending[i], .first = r->out->n_refs};

		if (strchr(x.p->address, '$'))
			resolve_variables(&x);
		else
			resolve_address(&x, x.p->address);
	}
}
