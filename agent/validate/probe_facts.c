/* SPDX-License-Identifier: MIT */
#include "validate/probe_facts.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/diagnose.h"
#include "validate/probe.h"

/* The endpoints of one worker that may be connected to; borrowed. */
struct batch {
	const char **endpoints;
	size_t n;
};

static bool is_systemd(const struct process *p)
{
	return p->pid == 1 || streq(p->comm, "systemd");
}

/* Why nobody may knock here; NULL where one may. */
static const char *leave_alone(const struct listener *listener)
{
	if (!listener)
		return NULL;
	for (size_t i = 0; i < listener->n_holders; i++)
		if (!is_systemd(&listener->holders[i]))
			return NULL;
	return listener->n_holders ? "only systemd holds the socket, and a connection would start its service" :
				     "nobody could be seen who holds the socket, and a connection might start its service";
}

static void add_unprobed(struct facts *facts, const char *worker, const char *endpoint, const char *reason)
{
	struct probe probe = {.worker = xstrdup(worker), .endpoint = xstrdup(endpoint), .error = -1, .reason = xstrdup(reason)};

	ARRAY_ADD(facts->probes, facts->n_probes, probe);
}

static void run(struct facts *facts, const struct worker *worker, const struct batch *batch)
{
	AUTO_FREE struct probe *results = xcalloc(batch->n, sizeof(*results));
	struct error err;

	/* Where no child could be started, the results say so one by one. */
	(void)probe_run(worker, batch->endpoints, batch->n, results, &err);
	for (size_t i = 0; i < batch->n; i++)
		ARRAY_ADD(facts->probes, facts->n_probes, results[i]);
}

void probe_facts(struct facts *facts)
{
	AUTO_DIAGNOSIS struct diagnosis all = {0};
	struct world world = {.facts = facts};
	struct batch *batches = xcalloc(facts->n_workers, sizeof(*batches));

	/* Diagnosed for its list alone: which worker uses which endpoint, and which listener stands behind it. */
	diagnose(&world, &(struct judge){0}, &all);
	for (size_t i = 0; i < all.n_upstreams; i++) {
		const struct upstream *u = &all.upstreams[i];
		struct batch *batch = &batches[u->worker];
		const char *reason = leave_alone(u->listener);

		if (u->endpoint && reason)
			add_unprobed(facts, facts->workers[u->worker].id, u->endpoint, reason);
		else if (u->endpoint)
			ARRAY_ADD(batch->endpoints, batch->n, u->endpoint);
	}
	for (size_t i = 0; i < facts->n_workers; i++) {
		if (batches[i].n)
			run(facts, &facts->workers[i], &batches[i]);
		free(batches[i].endpoints);
	}
	free(batches);
}
