/* SPDX-License-Identifier: MIT */
/* The meaning of each directive where it stands. */
#include "facts/nginx_state.h"
#include "facts/nginx_words.h"
#include "base/alloc.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define FRAMES_MAX 128 /* beyond the depth that nginx_text.c lets through */

struct walk_state {
	struct nginx_reading *r;
	const struct nginx_open *open;
	struct nginx_frame frames[FRAMES_MAX];
	size_t depth;
};

/* A handler: of a block it changes *inner, the frame of what stands within. */
typedef int handler(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner);

static struct nginx_frame *here(struct walk_state *w)
{
	return &w->frames[w->depth];
}

static void complain(struct walk_state *w, const struct nginx_directive *d, const char *text)
{
	nginx_problem(w->r, w->open->path, d->line, "%s", text);
}

static struct place place_of(const struct walk_state *w, const struct nginx_directive *d)
{
	return nginx_place(w->open->path, d->line);
}

static int on_user(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	struct nginx *out = w->r->out;

	(void)inner;
	if (here(w)->where != IN_MAIN)
		return 0;
	if (out->user) {
		complain(w, d, "\"user\" directive is duplicate");
		return 0;
	}
	out->user = xstrdup(nginx_arg(d, 0));
	out->group = d->n_args > 1 ? xstrdup(nginx_arg(d, 1)) : NULL;
	out->user_at = place_of(w, d);
	out->user_offset = d->offset;
	out->user_length = d->length;
	return 0;
}

static int on_include(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	(void)inner;
	return nginx_include(w->r, nginx_arg(d, 0), w->open, d->line, *here(w));
}

static int on_http(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	(void)w;
	inner->where = IN_HTTP;
	inner->stream = d->kind == NGINX_STREAM;
	return 0;
}

static int add_scope(struct nginx_reading *r, int parent, enum nginx_scope_kind kind)
{
	ARRAY_ADD(r->scopes, r->n_scopes, (struct nginx_scope){parent, kind});
	return (int)r->n_scopes - 1;
}

static bool is_down(const struct nginx_directive *d)
{
	for (uint32_t i = 1; i < d->n_args; i++)
		if (streq(nginx_arg(d, i), "down"))
			return true;
	return false;
}

static int add_upstream_server(struct walk_state *w, const struct nginx_directive *d)
{
	struct nginx_upstream *u = &w->r->upstreams[here(w)->upstream];

	if (d->n_args == 0 || d->block) {
		complain(w, d, "invalid \"server\" directive");
		return 0;
	}
	if (!nginx_room(w->r, u->n_servers, w->open->path, d->line))
		return 0;
	ARRAY_ADD(u->servers, u->n_servers, (struct nginx_upstream_server){xstrdup(nginx_arg(d, 0)),
		xstrdup(nginx_written(d)), place_of(w, d), d->offset, d->length, is_down(d)});
	return 0;
}

static int on_server(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	struct nginx *out = w->r->out;

	if (here(w)->where == IN_UPSTREAM)
		return add_upstream_server(w, d);
	if (!d->block) {
		complain(w, d, "directive \"server\" has no opening \"{\"");
		return 0;
	}
	if (!nginx_room(w->r, out->n_servers, w->open->path, d->line))
		return 0;
	ARRAY_ADD(out->servers, out->n_servers, (struct nginx_server){.at = place_of(w, d)});
	inner->where = IN_HTTP;
	inner->server = (int)out->n_servers - 1;
	inner->scope = add_scope(w->r, -1, SCOPE_SERVER);
	return 0;
}

static int on_location(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	inner->scope = add_scope(w->r, here(w)->scope, d->kind == NGINX_IF ? SCOPE_IF : SCOPE_LOCATION);
	return 0;
}

static int on_upstream(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	struct nginx_reading *r = w->r;
	const char *name = nginx_arg(d, 0);

	if (nginx_name_get(r, inner->stream, "upstream", name) >= 0)
		nginx_problem(r, w->open->path, d->line, "duplicate upstream \"%s\"", name);
	else
		nginx_name_put(r, inner->stream, "upstream", name, r->n_upstreams);
	inner->where = IN_UPSTREAM;
	inner->upstream = (int)r->n_upstreams;
	ARRAY_ADD(r->upstreams, r->n_upstreams, (struct nginx_upstream){.name = xstrdup(name)});
	return 0;
}

static int on_server_name(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	const char *name = d->args;

	(void)inner;
	if (here(w)->server < 0)
		return 0;
	for (uint32_t i = 0; i < d->n_args; i++, name += strlen(name) + 1)
		strings_add(&w->r->out->servers[here(w)->server].names, name);
	return 0;
}

static int on_listen(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	(void)inner;
	if (here(w)->server >= 0)
		strings_add(&w->r->out->servers[here(w)->server].listens, nginx_arg(d, 0));
	return 0;
}

static const char *variable_name(const char *arg)
{
	return *arg == '$' ? arg + 1 : arg;
}

static char *lower_name(const char *arg)
{
	char *name = xstrdup(variable_name(arg));

	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

/* The variable that a map (geo, …) defines; a later definition takes the place of an earlier one, as in nginx. */
static size_t define_variable(struct walk_state *w, const struct nginx_directive *d, const char *name)
{
	struct nginx_reading *r = w->r;

	nginx_name_put(r, here(w)->stream, "variable", variable_name(name), r->n_variables);
	ARRAY_ADD(r->variables, r->n_variables, (struct nginx_variable){.at = place_of(w, d)});
	return r->n_variables - 1;
}

static int on_map(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	size_t variable = define_variable(w, d, nginx_arg(d, d->n_args - 1));

	w->r->variables[variable].literal = d->kind == NGINX_GEO;
	inner->where = IN_MAP;
	inner->variable = (int)variable;
	return 0;
}

static int on_entry(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	struct nginx_variable *v;
	const char *value = nginx_arg(d, 0);

	(void)inner;
	if (here(w)->where != IN_MAP)
		return 0;
	v = &w->r->variables[here(w)->variable];
	v->too_many |= d->n_args == 0 || v->values.n >= NGINX_VALUES_MAX;
	if (v->too_many || string_index_get(&v->seen, value) >= 0)
		return 0;
	string_index_put(&v->seen, value, 0);
	strings_add(&v->values, value);
	return 0;
}

static void add_set(struct walk_state *w, const struct nginx_directive *d, const char *value)
{
	struct nginx_reading *r = w->r;

	bool in_order = r->n_sets == 0 || r->sets[r->n_sets - 1].server <= here(w)->server;

	/* Out of order is only what nginx refuses: a server within a server, a set outside of any. */
	if (!in_order || !nginx_room(r, r->n_sets / 8, w->open->path, d->line))
		return;
	ARRAY_ADD(r->sets, r->n_sets, (struct nginx_set){lower_name(nginx_arg(d, 0)), xstrdup(value), place_of(w, d),
		here(w)->server, here(w)->scope});
}

static int on_set(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	(void)inner;
	add_set(w, d, nginx_arg(d, 1));
	return 0;
}

static int on_setter(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	size_t variable;

	(void)inner;
	if (here(w)->server >= 0) {
		add_set(w, d, NULL);
		return 0;
	}
	variable = define_variable(w, d, nginx_arg(d, 0));
	w->r->variables[variable].at_run_time = true;
	return 0;
}

static int on_balancer(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	(void)d;
	(void)inner;
	if (here(w)->where == IN_UPSTREAM)
		w->r->upstreams[here(w)->upstream].at_run_time = true;
	return 0;
}

static int on_pass(struct walk_state *w, const struct nginx_directive *d, struct nginx_frame *inner)
{
	struct nginx_reading *r = w->r;
	struct nginx_pending *p;

	(void)inner;
	if (here(w)->where == IN_UPSTREAM || !nginx_room(r, r->n_pending, w->open->path, d->line))
		return 0;
	p = ARRAY_NEW(r->pending, r->n_pending);
	*p = (struct nginx_pending){.address = xstrdup(nginx_arg(d, 0)), .stream = here(w)->stream, .scope = here(w)->scope,
		.pass = here(w)->stream ? &nginx_stream_pass : d->pass};
	p->ref = (struct nginx_ref){.written = xstrdup(nginx_written(d)), .directive = xstrdup(d->pass->name),
		.at = place_of(w, d), .offset = d->offset, .length = d->length, .server = here(w)->server};
	return 0;
}

static handler *const handlers[] = {
	[NGINX_USER] = on_user, [NGINX_INCLUDE] = on_include, [NGINX_HTTP] = on_http, [NGINX_STREAM] = on_http,
	[NGINX_SERVER] = on_server, [NGINX_LOCATION] = on_location, [NGINX_IF] = on_location,
	[NGINX_UPSTREAM] = on_upstream, [NGINX_SERVER_NAME] = on_server_name, [NGINX_LISTEN] = on_listen,
	[NGINX_SET] = on_set, [NGINX_SETTER] = on_setter, [NGINX_MAP] = on_map, [NGINX_GEO] = on_map,
	[NGINX_BALANCER] = on_balancer, [NGINX_PASS] = on_pass, [NGINX_ENTRY] = on_entry,
};

/* Goes through one directive; of a block it enters it, of an end it leaves one. */
static int step(struct walk_state *w, const struct nginx_directive *d)
{
	struct nginx_frame inner = *here(w);
	int result;

	if (d->kind == NGINX_END) {
		w->depth -= w->depth > 0;
		return 0;
	}
	result = handlers[d->kind](w, d, &inner);
	if (d->block && w->depth + 1 < FRAMES_MAX)
		w->frames[++w->depth] = inner;
	return result;
}

/* Reports what was wrong with the text up to that line. */
static void report_complaints(struct walk_state *w, const struct nginx_text *text, size_t *reported, uint32_t line)
{
	for (; *reported < text->n_complaints && text->complaints[*reported].line <= line; (*reported)++)
		nginx_problem(w->r, w->open->path, text->complaints[*reported].line, "%s", text->complaints[*reported].text);
}

int nginx_walk(struct nginx_reading *r, const struct nginx_text *text, const struct nginx_open *open, struct nginx_frame frame)
{
	struct walk_state w; /* its frames are set as they are entered: clearing them for each snippet would be most of the work */
	size_t reported = 0;
	int result = 0;

	w.r = r;
	w.open = open;
	w.depth = 0;
	w.frames[0] = frame;
	for (size_t i = 0; result == 0 && i < text->n_directives; i++) {
		if (++r->directives > NGINX_DIRECTIVES_MAX) {
			nginx_problem(r, open->path, text->directives[i].line, "too many directives: the rest is left out");
			break;
		}
		report_complaints(&w, text, &reported, text->directives[i].line);
		result = step(&w, &text->directives[i]);
	}
	report_complaints(&w, text, &reported, UINT32_MAX);
	return result;
}
