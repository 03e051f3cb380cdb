/* SPDX-License-Identifier: MIT */
/* Picks one of the candidates that were tried: the order of what counts, and why the others lost. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/candidate.h"
#include "plan/edit_ask.h"

static size_t gains(const struct candidate *c)
{
	return c->reach.users.n + c->reach.domains.n + c->reach.objects.n - c->expected;
}

static size_t edits(const struct candidate *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->steps.n; i++)
		n += edits_file(&c->steps.items[i]);
	return n;
}

/* Negative: a is better. What cannot be known to help comes after everything else, a person's work included. The last word has the order of
 * the levers. */
static long compare(const struct candidate *a, const struct candidate *b)
{
	const long differences[] = {
		(long)(a->unknown != NULL) - (long)(b->unknown != NULL),
		(long)a->manual - (long)b->manual,
		(long)(gains(a) > 0) - (long)(gains(b) > 0),
		(long)gains(a) - (long)gains(b),
		(long)b->fits - (long)a->fits,
		(long)b->cured - (long)a->cured,
		(long)b->durable - (long)a->durable,
		(long)a->reach.loses.n - (long)b->reach.loses.n,
		(long)a->impact - (long)b->impact,
		(long)edits(a) - (long)edits(b),
		(long)a->steps.n - (long)b->steps.n,
	};

	for (size_t i = 0; i < COUNT_OF(differences); i++)
		if (differences[i])
			return differences[i];
	return 0;
}

static const char *why_lost(const struct candidate *c, const struct candidate *best)
{
	if (c->unknown && !best->unknown)
		return "whether it lets the worker in cannot be known";
	if (c->manual)
		return "a step does the same without a person";
	if (gains(c) > gains(best))
		return "more would gain by it";
	if (c->fits < best->fits)
		return "it would leave what is wrong as it is, and change what is right";
	if (c->cured < best->cured)
		return "the other lets more of the workers in that nginx has for it";
	if (!c->durable && best->durable)
		return "it would not last";
	if (c->reach.loses.n > best->reach.loses.n)
		return "others would lose access by it";
	if (c->impact > best->impact)
		return "it needs more of a running service";
	if (edits(c) > edits(best))
		return "it changes configuration that is right already";
	if (c->steps.n > best->steps.n)
		return "it changes more";
	return "equal, and the other comes first";
}

struct candidate *candidates_choose(struct candidates *list)
{
	struct candidate *best = NULL;

	for (size_t i = 0; i < list->n; i++)
		if (!list->items[i].lost && (!best || compare(&list->items[i], best) < 0))
			best = &list->items[i];
	for (size_t i = 0; best && i < list->n; i++)
		if (&list->items[i] != best && !list->items[i].lost)
			list->items[i].lost = xstrdup(why_lost(&list->items[i], best));
	return best;
}
