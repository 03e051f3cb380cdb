/* SPDX-License-Identifier: MIT */
/* Mode, group and owner of a socket at the place of its creation, for every maker but PHP-FPM's pools (lever_pool.c). Each candidate is the
 * persistent change together with the live socket brought to the same state: nothing that runs is started anew. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/unit.h"
#include "plan/maker.h"

#define OTHER_BITS 0007U
#define EXEC_BITS  0111U
#define GROUP_RW   0060U
#define OWNER_RW   0600U
#define KNOBS_MAX  2

static const struct {
	int maker;
	knob *knobs[KNOBS_MAX];
} knobs[] = {
	{BACKEND_PHP_FPM, {knob_pool}},
	{BACKEND_SYSTEMD, {knob_socket}},
	{BACKEND_UWSGI, {knob_uwsgi, knob_service}},
	{BACKEND_GUNICORN, {knob_service}},
	{BACKEND_PUMA, {knob_service}},
	{BACKEND_UNICORN, {knob_service}},
	{BACKEND_NODE, {knob_service}},
	{BACKEND_UNKNOWN, {knob_service}},
};

bool maker_turn(const struct situation *s, const struct creation *now, const struct wish *wish, char *because, struct steps *steps)
{
	bool turned = false;

	for (size_t i = 0; i < COUNT_OF(knobs); i++)
		for (size_t k = 0; knobs[i].maker == s->upstream->maker->kind && k < KNOBS_MAX && knobs[i].knobs[k] && !turned; k++)
			turned = knobs[i].knobs[k](s, now, wish, xstrdup(because), steps);
	free(because);
	return turned;
}

/* What the maker would create; the pools have levers of their own. */
static bool current(const struct situation *s, struct creation *now)
{
	predict_in(s, &s->world, now);
	return now->known && now->node.type == NODE_SOCKET && s->upstream->maker->kind != BACKEND_PHP_FPM;
}

static bool in_group(const struct situation *s, const struct creation *now)
{
	return ids_in_group(&s->ids, now->node.gid);
}

/* Proposes the wish: the knobs turned, the live objects in step. */
static void propose(const struct situation *s, const struct creation *now, const struct wish *wish, char *because, struct candidates *out)
{
	struct steps steps = {0};

	if (maker_turn(s, now, wish, because, &steps)) {
		sync_directories(s, &steps);
		sync_live(s, &steps);
		candidate_add(out, &steps);
	}
	steps_free(&steps);
}

void lever_maker_mode(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};
	bool owner;

	if (!current(s, &now))
		return;
	owner = now.node.uid == s->ids.uid;
	if (owner || in_group(s, &now))
		propose(s, &now, &(struct wish){.mode = (now.node.mode | (owner ? OWNER_RW : GROUP_RW)) & ~(OTHER_BITS | EXEC_BITS)},
			xstrdup("connect() needs write on the socket; the class is the right one"), out);
}

void lever_maker_group(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid);
	struct wish wish = {.group = group};

	/* what may act as root is opened to a group of its own alone: lever_dedicated_group */
	if (!current(s, &now) || !group_by_gid(&s->facts->accounts, s->ids.gid) || now.node.gid == s->ids.gid || serves_as_root(s))
		return;
	if ((now.node.mode & GROUP_RW) != GROUP_RW)
		wish.mode = (now.node.mode | GROUP_RW) & ~(OTHER_BITS | EXEC_BITS);
	propose(s, &now, &wish, xasprintf("the socket belongs to the group that %s runs with", s->worker->user), out);
}

void lever_maker_owner(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};
	struct wish wish = {.user = s->worker->user};

	if (!current(s, &now) || !user_by_name(&s->facts->accounts, s->worker->user) || now.node.uid == s->ids.uid)
		return;
	if ((now.node.mode & OWNER_RW) != OWNER_RW)
		wish.mode = (now.node.mode | OWNER_RW) & ~(OTHER_BITS | EXEC_BITS);
	propose(s, &now, &wish, xasprintf("the socket belongs to %s itself", s->worker->user), out);
}

void lever_maker_tighten(const struct situation *s, struct candidates *out)
{
	AUTO_CREATION struct creation now = {0};
	AUTO_FREE char *group = group_label(&s->world, s->ids.gid);
	struct wish wish = {0};

	if (!current(s, &now))
		return;
	if (now.node.uid != s->ids.uid && !in_group(s, &now))
		wish.group = group;
	if (now.node.mode & OTHER_BITS)
		wish.mode = (now.node.mode | GROUP_RW) & ~(OTHER_BITS | EXEC_BITS);
	propose(s, &now, &wish, xstrdup("nobody but the worker and the server needs this socket"), out);
}

/* The files are right, systemd has not read them since. */
void lever_unit_reload(const struct situation *s, struct candidates *out)
{
	const struct backend *maker = s->upstream->maker;
	const struct unit *unit = maker ? unit_find(s->facts, maker->unit) : NULL;
	struct steps steps = {0};

	if (!unit || !unit->stale)
		return;
	step_daemon_reload(&steps, xasprintf("the files of %s are newer than what systemd has loaded", unit->name));
	sync_directories(s, &steps);
	sync_live(s, &steps);
	candidate_add(out, &steps);
}
