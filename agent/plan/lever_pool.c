/* SPDX-License-Identifier: MIT */
/* The knobs of a PHP-FPM pool. Each candidate is the edit of the pool file together with the live socket brought to the same state, so that it
 * takes effect at once and a restart changes nothing. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/maker.h"

#define OTHER_BITS 0007U
#define GROUP_RW   0060U
#define OWNER_RW   0600U

bool can_chown(const struct situation *s)
{
	return s->upstream->section && (s->upstream->backend->pid == 0 || s->upstream->backend->as.uid == 0);
}

/* What a knob starts from. Where an account in the configuration does not exist there is a mode, but no owner yet; where the server may not
 * even bind there is nothing. */
static bool current(const struct situation *s, struct creation *now)
{
	if (!s->upstream->maker || s->upstream->maker->kind != BACKEND_PHP_FPM)
		return false;
	predict_in(s, &s->world, now);
	return now->known && now->node.type == NODE_SOCKET;
}

static void add_mode(struct step *step, const struct situation *s, uint32_t mode)
{
	AUTO_FREE char *text = xasprintf("%04o", mode);

	step_pool_key(step, &s->world, s->upstream->section, "listen.mode", text);
}

bool knob_pool(const struct situation *s, const struct creation *now, const struct wish *wish, char *because, struct steps *steps)
{
	struct step *step;

	if (now->acl_override || !can_chown(s)) {
		free(because);
		return false;
	}
	step = step_pool(steps, s->upstream->section, because);
	if (wish->group)
		step_pool_key(step, &s->world, s->upstream->section, "listen.group", wish->group);
	if (wish->mode)
		add_mode(step, s, wish->mode);
	return true;
}

static void finish(const struct situation *s, struct steps *steps, struct candidates *out)
{
	if (steps->items[0].n_changes == 0) {
		steps_free(steps);
		return;
	}
	/* Also where the fault is one of the next restart: then a restart changes nothing, and a rollback brings back what was there whether
	 * the server was restarted in between or not. */
	sync_live(s, steps);
	candidate_add(out, steps);
}

void lever_pool_mode(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};
	struct steps steps = {0};
	uint32_t bits;

	if (!current(s, &now) || now.acl_override)
		return;
	bits = now.node.uid == s->ids.uid ? OWNER_RW : GROUP_RW;
	if (now.node.uid != s->ids.uid && !ids_in_group(&s->ids, now.node.gid))
		return;
	add_mode(step_pool(&steps, s->upstream->section, xstrdup("connect() needs write on the socket; the class is the right one")), s,
		(now.node.mode | bits) & ~OTHER_BITS);
	finish(s, &steps, out);
}

void lever_pool_group(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid);
	struct steps steps = {0};
	struct step *step;

	if (!current(s, &now) || now.acl_override || !can_chown(s) || !group_by_gid(&s->facts->accounts, s->ids.gid))
		return;
	step = step_pool(&steps, s->upstream->section, xasprintf("the socket belongs to the group that %s runs with", s->worker->user));
	step_pool_key(step, &s->world, s->upstream->section, "listen.group", group);
	if ((now.node.mode & GROUP_RW) != GROUP_RW)
		add_mode(step, s, (now.node.mode | GROUP_RW) & ~OTHER_BITS);
	finish(s, &steps, out);
}

void lever_pool_owner(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};
	struct steps steps = {0};
	struct step *step;

	if (!current(s, &now) || now.acl_override || !can_chown(s) || !user_by_name(&s->facts->accounts, s->worker->user))
		return;
	step = step_pool(&steps, s->upstream->section, xasprintf("the socket belongs to %s itself", s->worker->user));
	step_pool_key(step, &s->world, s->upstream->section, "listen.owner", s->worker->user);
	if ((now.node.mode & OWNER_RW) != OWNER_RW)
		add_mode(step, s, (now.node.mode | OWNER_RW) & ~OTHER_BITS);
	finish(s, &steps, out);
}

void lever_pool_acl(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};
	AUTO_FREE char *list = NULL;
	const char *users;
	struct steps steps = {0};

	if (!current(s, &now) || !user_by_name(&s->facts->accounts, s->worker->user))
		return;
	users = world_setting(&s->world, s->upstream->section, "listen.acl_users");
	list = users && *users ? xasprintf("%s,%s", users, s->worker->user) : xstrdup(s->worker->user);
	step_pool_key(step_pool(&steps, s->upstream->section,
			      xasprintf(now.acl_override ? "the pool grants by ACL, which makes it ignore listen.owner and "
							   "listen.group: %s joins the list"
							 : "an ACL entry for %s alone",
				      s->worker->user)),
		&s->world, s->upstream->section, "listen.acl_users", list);
	finish(s, &steps, out);
}

void lever_pool_tighten(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid);
	struct steps steps = {0};
	struct step *step;

	if (!current(s, &now))
		return;
	step = step_pool(&steps, s->upstream->section, xstrdup("nobody but the worker and the pool needs this socket"));
	if (!now.acl_override && now.node.uid != s->ids.uid && !ids_in_group(&s->ids, now.node.gid) && can_chown(s))
		step_pool_key(step, &s->world, s->upstream->section, "listen.group", group);
	if (now.node.mode & OTHER_BITS || now.node.mode & 0110)
		add_mode(step, s, (now.node.mode | GROUP_RW) & ~(OTHER_BITS | 0110U));
	if (step->n_changes == 0) {
		steps_free(&steps);
		lever_sync(s, out);
		return;
	}
	finish(s, &steps, out);
}

void lever_sync(const struct situation *s, struct candidates *out)
{
	struct steps steps = {0};

	sync_directories(s, &steps);
	sync_live(s, &steps);
	candidate_add(out, &steps);
}

/* A pool that lets the worker in as one of everybody: its live socket never gets an `other` bit from here, so the class must change. */
void lever_pool_open(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};

	if (!current(s, &now) || now.fails || !(now.node.mode & 0002U) || now.node.uid == s->ids.uid || ids_in_group(&s->ids, now.node.gid))
		return;
	lever_pool_group(s, out);
	lever_pool_owner(s, out);
	lever_pool_acl(s, out);
}
