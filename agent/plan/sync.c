/* SPDX-License-Identifier: MIT */
/* The live socket, and directories on its way, follow their configuration, in an order in which nobody gets in who neither could before nor may afterwards: what a new
 * owner or group would have too much goes first, then the owner changes, then the ACL, and what is wider comes last. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/acl_text.h"
#include "plan/effect_kinds.h"
#include "plan/lever.h"

#include <stdlib.h>

#define OWNER_BITS 0700U
#define GROUP_BITS 0070U
#define OTHER_BITS 0007U

/* The live node as the steps so far leave it: what the next step expects to find. */
struct sync {
	const struct situation *s;
	struct effects effects;
	const struct node *object; /* as observed */
	const struct node *wanted;
	const char *maker;         /* what creates it so: "pool [www]"; NULL: the pool or server of the upstream */
	struct node live;
	struct steps *steps;
};

static struct world world_of(const struct sync *y)
{
	return effects_world(&y->effects, y->s->facts);
}

static void look(struct sync *y)
{
	struct world world = world_of(y);

	world_node(&world, y->object, &y->live);
}

/* The step that was added last has been done. */
static void done(struct sync *y)
{
	effects_add(&y->effects, y->s->facts, &y->steps->items[y->steps->n - 1], NULL);
	look(y);
}

static char *why(const struct sync *y)
{
	const char *what = y->object->type == NODE_DIR ? "directory" : "socket";
	const struct upstream *up = y->s->upstream;

	if (!y->maker && up->maker->kind == BACKEND_PHP_FPM)
		return xasprintf("the live socket in the state that pool [%s] creates, so that no restart is needed", up->section->name);
	return xasprintf("the live %s in the state that %s creates, so that no restart is needed", what, y->maker);
}

/* What the owning group may really do. */
static uint32_t group_perms(const struct node *node)
{
	const struct acl_entry *own = node->n_acl ? acl_find(node->acl, node->n_acl, ACL_TAG_GROUP_OBJ, 0) : NULL;
	uint32_t bits = node->mode >> 3 & 7U;

	return own ? own->perms & bits : bits;
}

static uint32_t mode_wanted(const struct sync *y)
{
	/* never an `other` bit that is not there */
	return (y->wanted->mode & ~OTHER_BITS) | (y->wanted->mode & y->live.mode & OTHER_BITS);
}

/* What its umask leaves of the execute bits of a socket means nothing. A step that sets a socket's mode answers for all of it, so what others
 * had (0664: of no use to them for connect(), which needs write) is not said again. */
static void sync_mode(struct sync *y, uint32_t mode)
{
	bool socket = y->object->type == NODE_SOCKET;

	if (((y->live.mode ^ mode) & (socket ? 07666U : 07777U)) == 0)
		return;
	mode &= socket ? 07660U : 07777U;
	if (y->live.mode == mode)
		return;
	step_path_mode(y->steps, &y->live, mode, why(y));
	done(y);
}

/* A new owner or group must not have more, not for a moment, than it is to have. */
static void narrow(struct sync *y)
{
	uint32_t mode = mode_wanted(y), keep = 07777U;

	if (y->live.uid != y->wanted->uid && (y->live.mode & ~mode & OWNER_BITS))
		keep = mode;
	if (y->live.gid != y->wanted->gid && (group_perms(&y->live) & ~group_perms(y->wanted)))
		keep = mode & ~(GROUP_BITS & ~(group_perms(y->wanted) << 3));
	sync_mode(y, y->live.mode & keep);
}

static void sync_owner(struct sync *y)
{
	struct world world = world_of(y);

	if (y->live.uid == y->wanted->uid && y->live.gid == y->wanted->gid)
		return;
	if (y->live.uid == y->wanted->uid)
		step_path_group(y->steps, &world, &y->live, y->wanted->gid, why(y));
	else if (y->live.gid == y->wanted->gid)
		step_path_user(y->steps, &world, &y->live, y->wanted->uid, why(y));
	else
		step_path_both(y->steps, &world, &y->live, y->wanted->uid, y->wanted->gid, why(y));
	done(y);
}

/* Owner and others are the mode's. */
static bool is_of_acl(const struct acl_entry *entry)
{
	return entry->tag != ACL_TAG_USER_OBJ && entry->tag != ACL_TAG_OTHER;
}

static void entries(const struct sync *y, struct step *step, const struct acl_list *live, const struct acl_list *wanted)
{
	for (size_t i = 0; i < wanted->n; i++) {
		const struct acl_entry *w = &wanted->items[i], *l = acl_find(live->items, live->n, w->tag, w->id);
		char perms[4];

		perms_text(w->perms, perms);
		if (is_of_acl(w) && (!l || l->perms != w->perms))
			step_acl_entry(step, y->s->facts, &y->live, w, perms);
	}
	for (size_t i = 0; i < live->n; i++)
		if (is_of_acl(&live->items[i]) && !acl_find(wanted->items, wanted->n, live->items[i].tag, live->items[i].id))
			step_acl_entry(step, y->s->facts, &y->live, &live->items[i], NULL);
}

static void sync_acl(struct sync *y)
{
	struct acl_list live, wanted;
	struct step *step;

	if (!y->live.n_acl && !y->wanted->n_acl)
		return;
	acl_of_node(&y->live, &live);
	acl_of_node(y->wanted, &wanted);
	step = step_path_acl(y->steps, &y->live, why(y));
	entries(y, step, &live, &wanted);
	if (step->n_changes) {
		step_acl_done(step);
		done(y);
	} else {
		step_free(step);
		y->steps->n--;
	}
	free(live.items);
	free(wanted.items);
}

bool steps_play(const struct situation *s, const struct steps *steps, struct effects *effects)
{
	for (size_t i = 0; i < steps->n; i++)
		if (effects_add(effects, s->facts, &steps->items[i], NULL) < 0)
			return false;
	return true;
}

static bool replay(struct sync *y)
{
	y->effects = effects_copy(y->s->effects);
	return steps_play(y->s, y->steps, &y->effects);
}

void sync_object(const struct situation *s, struct steps *steps, const struct node *object, const struct node *wanted, const char *maker)
{
	struct sync y = {.s = s, .steps = steps, .object = object, .wanted = wanted, .maker = maker};

	if (replay(&y)) {
		look(&y);
		if (!y.live.acl_unknown) {
			narrow(&y);
			sync_owner(&y);
			sync_acl(&y);
			sync_mode(&y, mode_wanted(&y));
		}
	}
	effects_free(&y.effects);
}

/* Who makes the socket, for the reason; NULL: a pool. */
static const char *maker_name(const struct situation *s)
{
	const struct backend *maker = s->upstream->maker;

	if (maker->kind == BACKEND_PHP_FPM)
		return NULL;
	return maker->unit ? maker->unit : maker->kind == BACKEND_UNKNOWN ? "its server" : name_of(backend_kind_names, maker->kind);
}

void sync_live(const struct situation *s, struct steps *steps)
{
	AUTO_CREATION struct creation creation = {0};
	AUTO_EFFECTS struct effects after = effects_copy(s->effects);
	struct world world;
	struct node live;

	if (!live_socket(s, &live) || !steps_play(s, steps, &after))
		return;
	world = effects_world(&after, s->facts);
	predict_in(s, &world, &creation);
	if (creation.known && !creation.fails)
		sync_object(s, steps, seen_on_host(s, walk_object(s->upstream->walk)), &creation.node, maker_name(s));
}
