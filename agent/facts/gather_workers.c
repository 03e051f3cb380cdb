/* SPDX-License-Identifier: MIT */
/* Workers that are not seen: whom nginx would run them as. */
#include "facts/gather_state.h"
#include "facts/read_nginx.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

/* Accounts that distributions make for nginx, for where nothing says which. */
static const char *const usual_users[] = {"www-data", "nginx", "http", "nobody"};

static bool has_worker(const struct facts *facts, size_t nginx)
{
	for (size_t i = 0; i < facts->n_workers; i++)
		if (facts->workers[i].nginx == nginx)
			return true;
	return false;
}

/* What is known of this nginx, to begin a sentence with. */
static char *subject(const struct nginx *nginx)
{
	if (nginx->pid)
		return xasprintf("The nginx with pid %u has no worker", nginx->pid);
	return nginx->conf ? xasprintf("The nginx of %s does not run", nginx->conf) : xstrdup("There is no nginx");
}

static void assume(struct facts *facts, size_t i, const struct user *user, const char *group, const char *source)
{
	AUTO_FREE char *who = subject(&facts->nginx[i]);
	AUTO_FREE char *why = xasprintf("%s: its workers are taken to run as %s (%s).", who, user->name, source);

	worker_assume(facts, i, user, group, why);
	strings_add(&facts->assumed, why);
}

static void assume_usual(struct facts *facts, size_t i)
{
	for (size_t k = 0; k < COUNT_OF(usual_users); k++) {
		const struct user *user = user_by_name(&facts->accounts, usual_users[k]);

		if (user) {
			assume(facts, i, user, NULL, "the usual account");
			return;
		}
	}
	strings_add(&facts->notes, "as whom nginx would work is not known: no usual account exists (--worker USER names one)");
}

/* nginx takes the group that has the user's name where the directive names none (ngx_set_user). */
static void assume_configured(struct facts *facts, size_t i)
{
	const struct nginx *nginx = &facts->nginx[i];
	const char *name = nginx->user ? nginx->user : nginx->default_user;
	const char *group = nginx->user ? nginx->group : nginx->default_group;
	const struct user *user = name ? user_by_name(&facts->accounts, name) : NULL;
	AUTO_FREE char *shown = name ? escape_terminal(name) : NULL;

	if (!name)
		assume_usual(facts, i);
	else if (user)
		assume(facts, i, user, group ? group : name, nginx->user ? "its user directive" : "what it was built with");
	else
		strings_addf(&facts->notes, "nginx is to work as %s, but there is no such account", shown);
}

static void assume_master(struct facts *facts, size_t i)
{
	AUTO_FREE char *who = subject(&facts->nginx[i]);
	AUTO_FREE char *why = xasprintf("%s: they would run as it does itself, since its master is not root.", who);

	worker_assume_master(facts, i, why);
	strings_add(&facts->assumed, why);
}

static void drop_workers(struct facts *facts)
{
	for (size_t i = 0; i < facts->n_workers; i++)
		shape_free(&worker_shape, &facts->workers[i]);
	free(facts->workers);
	facts->workers = NULL;
	facts->n_workers = 0;
}

static int use_given(struct facts *facts, const char *name, struct error *err)
{
	const struct user *user = user_by_name(&facts->accounts, name);
	AUTO_FREE char *shown = escape_terminal(name);

	if (!user)
		return error_set(err, EINVAL, "--worker %s: there is no such user", shown);
	drop_workers(facts);
	for (size_t i = 0; i < facts->n_nginx; i++)
		worker_assume(facts, i, user, NULL, "named by --worker");
	strings_addf(&facts->assumed, "The worker is taken to run as %s, with the groups of the account data (--worker).", shown);
	return 0;
}

int gather_workers(struct gather *g, struct error *err)
{
	struct facts *facts = g->facts;

	if (g->options->worker)
		return use_given(facts, g->options->worker, err);
	for (size_t i = 0; i < facts->n_nginx; i++) {
		if (has_worker(facts, i))
			continue;
		if (facts->nginx[i].pid && facts->nginx[i].user_ignored)
			assume_master(facts, i);
		else
			assume_configured(facts, i);
	}
	return 0;
}
