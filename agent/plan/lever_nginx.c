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

static bool add_pass(const struct nginx_ref *ref, const char *endpoint, const char *because, struct steps *steps)
{
	const char *file = ref->upstream ? ref->server_at.file : ref->at.file;
	uint64_t offset = ref->upstream ? ref->server_offset : ref->offset;
	AUTO_FREE char *to = replaced(ref->written, endpoint_path(ref->endpoint), endpoint_path(endpoint));
	struct step *step;

	if (!to || !file)
		return false;
	if (planned_already(steps, file, offset))
		return true;
	step = step_add(steps, STEP_NGINX_PASS, file, xstrdup(because));
	step->offset = offset;
	step->length = ref->upstream ? ref->server_length : ref->length;
	step_change(step, ref->upstream ? "server" : ref->directive, ref->written, to);
	return true;
}

static bool pass_in(const struct nginx *nginx, const char *from, const char *to, const char *because, struct steps *steps)
{
	size_t n = steps->n;

	for (size_t i = 0; i < nginx->n_refs; i++)
		if (streq(nginx->refs[i].endpoint, from) && !add_pass(&nginx->refs[i], to, because, steps))
			return false;
	if (steps->n > n && nginx->pid)
		step_reload(steps, &nginx->as, xstrdup("nginx reads its configuration anew"));
	return true;
}

bool nginx_pass_to(const struct facts *facts, const char *from, const char *to, const char *because, struct steps *steps)
{
	for (size_t i = 0; i < facts->n_nginx; i++)
		if (!pass_in(&facts->nginx[i], from, to, because, steps))
			return false;
	return true;
}

size_t nginx_users_of(const struct facts *facts, const char *endpoint)
{
	size_t users = 0;

	for (size_t n = 0; n < facts->n_nginx; n++)
		for (size_t i = 0; i < facts->nginx[n].n_refs; i++)
			users += streq(facts->nginx[n].refs[i].endpoint, endpoint);
	return users;
}

void lever_nginx_pass(const struct situation *s, struct candidates *out)
{
	AUTO_FREE char *because = NULL;
	struct steps steps = {0};

	if (!s->upstream->meant || s->upstream->n_refs == 0)
		return;
	because = xasprintf("the server that is meant listens on %s", s->upstream->meant);
	if (nginx_pass_to(s->facts, s->upstream->endpoint, s->upstream->meant, because, &steps))
		candidate_add(out, &steps);
	steps_free(&steps);
}
