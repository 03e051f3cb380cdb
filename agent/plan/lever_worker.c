/* SPDX-License-Identifier: MIT */
/* Who the worker is, and whom it meets. Workers that run as nobody: whatever lets them in lets every daemon in that runs as nobody, so no step does. A person gives nginx an account of
 * its own, in exact words. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/shared.h"
#include "plan/lever.h"

/* The account and, where the host has none, how to make it. */
static char *make_words(const char *account)
{
	if (account)
		return xstrdup("");
	return xstrdup("make an account for it (`useradd --system --user-group --no-create-home --shell /usr/sbin/nologin nginx`), then ");
}

/* The line is written where none is; an argument that is there could be replaced, but what else is set up for nobody is a person's to judge. */
static char *line_words(const struct nginx *nginx, const char *account)
{
	if (nginx->user_at.file)
		return xasprintf("in %s, line %u, write `user %s;` instead of `user %s;`", nginx->user_at.file, nginx->user_at.line, account,
			nginx->user ? nginx->user : "nobody");
	return xasprintf("write the line `user %s;` at the top of %s, outside every block", account, nginx->conf ? nginx->conf : "nginx.conf");
}

void lever_own_account(const struct situation *s, struct candidates *out)
{
	const struct nginx *nginx = &s->facts->nginx[s->worker->nginx];
	const char *account = s->upstream->web_user ? s->upstream->web_user->name : web_account(s->facts);
	AUTO_FREE char *make = make_words(account), *line = line_words(nginx, account ? account : "nginx");
	struct steps steps = {0};

	if (!is_shared_uid(&s->facts->accounts, s->ids.uid) || nginx->user_ignored)
		return;
	step_manual(&steps, nginx->user_at.file ? nginx->user_at.file : nginx->conf ? nginx->conf : "nginx",
		xasprintf("nginx's workers run as %s, an account that every daemon without one of its own shares, so nothing is granted to it: %s%s; "
			  "then reload nginx, and plan again", s->worker->user, make, line));
	candidate_add(out, &steps);
}

bool serves_as_root(const struct situation *s)
{
	const struct backend *backend = s->upstream->backend;

	return backend && backend->kind == BACKEND_UNKNOWN && backend->as.uid == 0 && (backend->pid || backend->unit);
}
