/* SPDX-License-Identifier: MIT */
/* nginx's side: the user directive, where nginx is the odd one out. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/lever.h"

/* The account that the socket was made for: the one whose primary group owns it, else its owner. */
static const struct user *meant_account(const struct situation *s, const struct node *socket)
{
	const struct accounts *accounts = &s->facts->accounts;

	for (size_t i = 0; i < accounts->n_users; i++)
		if (accounts->users[i].gid == socket->gid && accounts->users[i].uid != 0)
			return &accounts->users[i];
	return socket->uid != 0 ? user_by_uid(accounts, socket->uid) : NULL;
}

void lever_nginx_user(const struct situation *s, struct candidates *out)
{
	const struct nginx *nginx = &s->facts->nginx[s->worker->nginx];
	const struct node *socket = walk_object(s->upstream->walk);
	const struct user *user = socket ? meant_account(s, socket) : NULL;
	struct steps steps = {0};
	struct step *step;

	if (!user || !nginx->user_at.file || nginx->user_length == 0 || nginx->user_ignored)
		return;
	step = step_add(&steps, STEP_NGINX_USER, nginx->user_at.file,
		xasprintf("every socket that nginx passes to is set up for %s; nginx's user is the odd one out", user->name));
	step->offset = nginx->user_offset;
	step->length = nginx->user_length;
	step_change(step, "user", nginx->user, user->name);
	if (nginx->pid)
		step_reload(&steps, &nginx->as, xstrdup("new workers run as the new user"));
	candidate_add(out, &steps);
}
