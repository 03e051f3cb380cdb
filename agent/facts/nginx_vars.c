/* SPDX-License-Identifier: MIT */
/* Variables in an address: what they can be, as far as the configuration says it. */
#include "facts/nginx_state.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define NESTED_MAX 8

struct expansion {
	const struct nginx_reading *r;
	const struct nginx_pending *pass;
	char **why;
	int nested;
};

static bool expand(struct expansion *x, const char *text, struct strings *values);

/* "$name: because (file:line)". */
static bool cannot(struct expansion *x, const char *name, const char *because, const struct place *at)
{
	if (*x->why)
		return false;
	if (at)
		*x->why = xasprintf("$%s: %s (%s:%u)", name, because, at->file, at->line);
	else
		*x->why = xasprintf("$%s: %s", name, because);
	return false;
}

static void add_once(struct strings *list, const char *s)
{
	if (!strings_has(list, s))
		strings_add(list, s);
}

/* The sets of a variable that may have run when the pass is reached: indices. */
struct reaching {
	size_t *items;
	size_t n;
};

/* The first set of the server; they stand in the order of the servers. */
static size_t first_set(const struct nginx_reading *r, int server)
{
	size_t low = 0, high = r->n_sets;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->sets[middle].server < server)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The sets of the server that stand in scope itself (of those the last one decides) and in an if within it. True: one stands there
 * itself, so no other scope matters. */
static bool sets_in(const struct expansion *x, const char *name, int scope, struct reaching *found)
{
	const struct nginx_reading *r = x->r;
	int server = x->pass->ref.server;
	size_t own = SIZE_MAX;

	for (size_t i = first_set(r, server); i < r->n_sets && r->sets[i].server == server; i++) {
		int at = r->sets[i].scope;

		if (!streq(r->sets[i].name, name) || at < 0)
			continue;
		if (at == scope)
			own = i;
		else if (r->scopes[at].kind == SCOPE_IF && r->scopes[at].parent == scope)
			ARRAY_ADD(found->items, found->n, i);
	}
	if (own != SIZE_MAX)
		ARRAY_ADD(found->items, found->n, own);
	return own != SIZE_MAX;
}

/* A set in the pass's own location decides. Else any of the server may have: a request can come from another location by an
 * internal redirect, and nginx then keeps what was set there. */
static void reaching_sets(const struct expansion *x, const char *name, struct reaching *found)
{
	const struct nginx_reading *r = x->r;
	int server = x->pass->ref.server, scope = x->pass->scope;

	for (; scope >= 0; scope = r->scopes[scope].parent) {
		if (sets_in(x, name, scope, found) || r->scopes[scope].kind != SCOPE_IF)
			break;
	}
	if (scope >= 0 && r->scopes[scope].kind != SCOPE_SERVER && found->n)
		return;
	found->n = 0;
	for (size_t i = first_set(r, server); i < r->n_sets && r->sets[i].server == server; i++)
		if (streq(r->sets[i].name, name))
			ARRAY_ADD(found->items, found->n, i);
}

static bool expand_sets(struct expansion *x, const char *name, const struct reaching *found, struct strings *values)
{
	const struct place *at = NULL;

	for (size_t i = 0; i < found->n; i++) {
		const struct nginx_set *set = &x->r->sets[found->items[i]];

		at = &set->at;
		if (!set->value)
			return cannot(x, name, "known at run time only", at);
		if (!expand(x, set->value, values))
			return false;
	}
	for (size_t i = 0; i < values->n; i++)
		if (*values->items[i])
			return true;
	return cannot(x, name, "set to nothing, so its value comes from elsewhere", at);
}

static bool expand_map(struct expansion *x, const char *name, const struct nginx_variable *v, struct strings *values)
{
	if (v->at_run_time)
		return cannot(x, name, "known at run time only", &v->at);
	if (v->too_many)
		return cannot(x, name, "has more values than can be looked at", &v->at);
	for (size_t i = 0; i < v->values.n; i++) {
		if (v->literal)
			add_once(values, v->values.items[i]);
		else if (!expand(x, v->values.items[i], values))
			return false;
	}
	return values->n > 0 || cannot(x, name, "a map without values", &v->at);
}

static bool expand_scheme(struct strings *values)
{
	strings_add(values, "http");
	strings_add(values, "https");
	return true;
}

/* All values of one variable. */
static bool values_of(struct expansion *x, const char *name, struct strings *values)
{
	struct reaching found = {0};
	int variable = nginx_name_get(x->r, x->pass->stream, "variable", name);
	bool ok;

	if (x->nested >= NESTED_MAX)
		return cannot(x, name, "variables within variables, too deep", NULL);
	x->nested++;
	reaching_sets(x, name, &found);
	if (found.n)
		ok = expand_sets(x, name, &found, values);
	else if (variable >= 0)
		ok = expand_map(x, name, &x->r->variables[variable], values);
	else if (streq(name, "scheme"))
		ok = expand_scheme(values);
	else
		ok = cannot(x, name, "known at run time only", &x->pass->ref.at);
	free(found.items);
	x->nested--;
	return ok;
}

/* Every text so far with every value behind it. */
static bool multiply(struct expansion *x, const char *name, struct strings *texts, const struct strings *values)
{
	struct strings product = {0};

	if (texts->n * values->n > NGINX_VALUES_MAX)
		return cannot(x, name, "too many possible values", NULL);
	for (size_t i = 0; i < texts->n; i++)
		for (size_t k = 0; k < values->n; k++)
			strings_addf(&product, "%s%s", texts->items[i], values->items[k]);
	strings_free(texts);
	*texts = product;
	return true;
}

static void append(struct strings *texts, const char *s, size_t n)
{
	for (size_t i = 0; n && i < texts->n; i++) {
		char *longer = xasprintf("%s%.*s", texts->items[i], (int)n, s);

		free(texts->items[i]);
		texts->items[i] = longer;
	}
}

/* The name at "$name" or "${name}", in lower case; *length gets what it takes up. NULL: no variable stands there. */
static char *name_at(const char *s, size_t *length)
{
	size_t brace = s[1] == '{', n = 0;
	char *name;

	while (isalnum((unsigned char)s[1 + brace + n]) || s[1 + brace + n] == '_')
		n++;
	if (n == 0 || (brace && s[2 + n] != '}'))
		return NULL;
	name = xstrndup(s + 1 + brace, n);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	*length = 1 + n + 2 * brace;
	return name;
}

static bool expand_one(struct expansion *x, const char *s, size_t *length, struct strings *texts)
{
	AUTO_FREE char *name = name_at(s, length);
	AUTO_STRINGS struct strings values = {0};

	if (!name)
		return cannot(x, "", "no variable name behind the dollar sign", &x->pass->ref.at);
	return values_of(x, name, &values) && multiply(x, name, texts, &values);
}

static bool expand(struct expansion *x, const char *text, struct strings *values)
{
	AUTO_STRINGS struct strings texts = {0};

	strings_add(&texts, "");
	while (*text) {
		size_t n = strcspn(text, "$");

		append(&texts, text, n);
		text += n;
		if (!*text)
			break;
		if (!expand_one(x, text, &n, &texts))
			return false;
		text += n;
	}
	for (size_t i = 0; i < texts.n; i++)
		add_once(values, texts.items[i]);
	return true;
}

bool nginx_expand(const struct nginx_reading *r, const char *text, const struct nginx_pending *pass, struct strings *values, char **why)
{
	struct expansion x = {.r = r, .pass = pass, .why = why};

	return expand(&x, text, values);
}
