/* SPDX-License-Identifier: MIT */
/* nginx's side: the user directive, where nginx is the odd one out; the endpoint, where it names a socket that nobody makes. */
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
	out->items[out->n - 1].fits = true;
}

/* The argument with the old path replaced by the new one; NULL where the old one does not stand there as such (a variable). */
static char *replaced(const char *written, const char *from, const char *to)
{
	/* a quoted or escaped argument would need its quoting undone and made again */
	const char *at = written && from && to && !strpbrk(written, "\"'\\") ? strstr(written, from) : NULL;

	return at ? xasprintf("%.*s%s%s", (int)(at - written), written, to, at + strlen(from)) : NULL;
}

static bool planned_already(const struct steps *steps, const char *file, uint64_t offset)
{
	for (size_t i = 0; i < steps->n; i++)
		if (streq(steps->items[i].target, file) && steps->items[i].offset == offset)
			return true;
	return false;
}

static bool add_pass(const struct situation *s, const struct nginx_ref *ref, struct steps *steps)
{
	const char *file = ref->upstream ? ref->server_at.file : ref->at.file;
	uint64_t offset = ref->upstream ? ref->server_offset : ref->offset;
	AUTO_FREE char *to = replaced(ref->written, endpoint_path(ref->endpoint), endpoint_path(s->upstream->meant));
	struct step *step;

	if (!to || !file)
		return false;
	if (planned_already(steps, file, offset))
		return true;
	step = step_add(steps, STEP_NGINX_PASS, file, xasprintf("the server that is meant listens on %s", s->upstream->meant));
	step->offset = offset;
	step->length = ref->upstream ? ref->server_length : ref->length;
	step_change(step, ref->upstream ? "server" : ref->directive, ref->written, to);
	return true;
}

void lever_nginx_pass(const struct situation *s, struct candidates *out)
{
	const struct nginx *nginx = &s->facts->nginx[s->worker->nginx];
	struct steps steps = {0};
	bool all = s->upstream->meant && s->upstream->n_refs > 0;

	for (size_t i = 0; i < s->upstream->n_refs && all; i++)
		all = add_pass(s, &nginx->refs[s->upstream->refs[i]], &steps);
	if (!all) {
		steps_free(&steps);
		return;
	}
	if (nginx->pid)
		step_reload(&steps, &nginx->as, xstrdup("nginx reads its configuration anew"));
	candidate_add(out, &steps);
}
