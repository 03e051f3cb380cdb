/* SPDX-License-Identifier: MIT */
/* Which upstreams the command line asked for: an endpoint, or the sites that nginx would choose for a name
 * (ngx_http_core_module, "Server names": exact, longest wildcard in front, longest wildcard at the end). Regular expressions are not
 * judged: a name that only one of them matches has to be given as it is written. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "diagnose/exam.h"

enum { RANK_NONE, RANK_TAIL = 1, RANK_LEAD = 1 << 12, RANK_EXACT = 1 << 24 };

static bool ends_with_case(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n > m && strcasecmp(s + n - m, suffix) == 0;
}

static int rank_of(const char *word, const char *name)
{
	size_t n = strlen(word);

	if (strcasecmp(word, name) == 0 || (word[0] == '.' && strcasecmp(word + 1, name) == 0))
		return RANK_EXACT;
	if (word[0] == '*' && word[1] == '.')
		word++;
	if (word[0] == '.')
		return ends_with_case(name, word) ? RANK_LEAD + (int)(n & 0xfff) : RANK_NONE;
	if (n > 2 && word[0] != '~' && strcmp(word + n - 2, ".*") == 0)
		return strncasecmp(word, name, n - 1) == 0 ? RANK_TAIL + (int)(n & 0xfff) - 1 : RANK_NONE;
	return RANK_NONE;
}

static int server_rank(const struct nginx_server *server, const char *name)
{
	int best = RANK_NONE;

	for (size_t i = 0; i < server->names.n; i++) {
		int rank = rank_of(server->names.items[i], name);

		best = rank > best ? rank : best;
	}
	return best;
}

/* Marks the servers of one nginx that a name selects. */
static void mark_servers(const struct nginx *nginx, const char *name, bool *wanted)
{
	int best = RANK_NONE;

	for (size_t i = 0; i < nginx->n_servers; i++) {
		int rank = server_rank(&nginx->servers[i], name);

		best = rank > best ? rank : best;
	}
	for (size_t i = 0; best != RANK_NONE && i < nginx->n_servers; i++)
		wanted[i] |= server_rank(&nginx->servers[i], name) == best;
}

static bool **wanted_servers(const struct facts *facts)
{
	bool **wanted = xcalloc(facts->n_nginx, sizeof(*wanted));

	for (size_t i = 0; i < facts->n_nginx; i++) {
		wanted[i] = xcalloc(facts->nginx[i].n_servers, sizeof(**wanted));
		for (size_t j = 0; j < facts->n_targets; j++)
			if (facts->targets[j].server_name)
				mark_servers(&facts->nginx[i], facts->targets[j].server_name, wanted[i]);
	}
	return wanted;
}

static bool is_wanted(const struct facts *facts, const struct upstream *up, bool *const *servers)
{
	uint32_t nginx = facts->workers[up->worker].nginx;

	for (size_t i = 0; i < facts->n_targets; i++)
		if (up->endpoint && streq(facts->targets[i].endpoint, up->endpoint))
			return true;
	for (size_t i = 0; i < up->n_refs; i++) {
		int server = facts->nginx[nginx].refs[up->refs[i]].server;

		if (server >= 0 && (size_t)server < facts->nginx[nginx].n_servers && servers[nginx][server])
			return true;
	}
	return false;
}

bool *targets_want(const struct facts *facts, const struct upstream *ups, size_t n)
{
	bool *want = xcalloc(n, sizeof(*want));
	bool **servers = wanted_servers(facts);

	for (size_t i = 0; i < n; i++)
		want[i] = facts->n_targets == 0 || is_wanted(facts, &ups[i], servers);
	for (size_t i = 0; i < facts->n_nginx; i++)
		free(servers[i]);
	free(servers);
	return want;
}
