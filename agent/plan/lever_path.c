/* SPDX-License-Identifier: MIT */
/* The objects themselves: a directory that denies search, a live socket whose maker has no knob that is known. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/acl_text.h"
#include "plan/effect_kinds.h"
#include "plan/lever.h"

#define PERM_SEARCH 1U
#define PERM_RW     6U
#define EXEC_BITS   0111U /* mean nothing on a socket, and a step would have to answer for them */

const struct node *seen_on_host(const struct situation *s, const struct node *seen)
{
	const struct node *host = node_at(s->facts, seen->path);

	return host && host->dev == seen->dev && host->ino == seen->ino ? host : NULL;
}

static bool same_object(const struct situation *s, const struct node *seen, struct node *out)
{
	const struct node *host = seen_on_host(s, seen);

	if (host)
		world_node(&s->world, host, out);
	return host;
}

bool denied_node(const struct situation *s, struct node *out)
{
	const struct walk *walk = s->upstream->walk;

	return walk && s->check->node >= 0 && (size_t)s->check->node < walk->n_nodes &&
	       same_object(s, &walk->nodes[s->check->node], out);
}

bool live_socket(const struct situation *s, struct node *out)
{
	const struct node *object = walk_object(s->upstream->walk);

	return object && object->type == NODE_SOCKET && same_object(s, object, out);
}

void predict_in(const struct situation *s, const struct world *world, struct creation *out)
{
	const struct walk *walk = s->upstream->walk;
	const struct node *parent = NULL;
	struct node changed;

	*out = (struct creation){0};
	if (!s->upstream->section || !s->upstream->maker)
		return;
	for (size_t i = 0; walk && i < walk->n_nodes; i++)
		if (walk->nodes[i].type == NODE_DIR)
			parent = &walk->nodes[i];
	if (parent) {
		world_node(world, parent, &changed);
		parent = &changed;
	}
	creation_predict(world, MOMENT_RESTART, s->upstream->maker, s->upstream->section, parent, out);
}

static bool is_masked(const struct acl_entry *entry)
{
	return entry->tag == ACL_TAG_USER || entry->tag == ACL_TAG_GROUP || entry->tag == ACL_TAG_GROUP_OBJ;
}

/* Entries that the old mask restricts would get more by the new one: they keep what they really have. */
static size_t hold_back(const struct situation *s, struct step *step, const struct node *node, uint32_t old_mask, uint32_t mask)
{
	size_t n = 0;

	for (size_t i = 0; i < node->n_acl; i++) {
		const struct acl_entry *e = &node->acl[i];
		char text[4];

		if (!is_masked(e) || !(e->perms & mask & ~old_mask) || (e->tag == ACL_TAG_USER && e->id == s->ids.uid))
			continue;
		perms_text(e->perms & old_mask, text);
		step_acl_entry(step, s->facts, node, e, text);
		n++;
	}
	return n;
}

/* One entry for exactly the worker, and a mask that lets it through. Where there is no ACL yet, the owning group keeps what it has: its
 * own entry holds the old bits, the mask only adds. */
static void add_entry(const struct situation *s, const struct node *node, uint32_t perms, char *because, bool hold, struct candidates *out)
{
	struct acl_entry entry = {.tag = ACL_TAG_USER, .id = s->ids.uid};
	const struct acl_entry *there = acl_find(node->acl, node->n_acl, ACL_TAG_USER, s->ids.uid);
	uint32_t mask = (node->mode >> 3) & 7U;
	struct steps steps = {0};
	struct step *step = step_path_acl(&steps, node, because);
	size_t held = hold ? hold_back(s, step, node, mask, mask | perms) : 0;
	char text[4];

	perms_text(perms | (there ? there->perms : 0), text);
	if (!there || (there->perms & perms) != perms)
		step_acl_entry(step, s->facts, node, &entry, text);
	if (node->n_acl == 0 || (mask & perms) != perms) {
		perms_text(mask | perms, text);
		step_acl_entry(step, s->facts, node, &(struct acl_entry){.tag = ACL_TAG_MASK}, text);
	}
	if (step->n_changes == 0 || (hold && held == 0)) {
		steps_free(&steps);
		return;
	}
	step_acl_done(step);
	candidate_add(out, &steps);
}

/* The change as it is, and the one that lets nobody else have more through the mask: which of them is right, reach and the guard say. */
static void add_entries(const struct situation *s, const struct node *node, uint32_t perms, const char *because, struct candidates *out)
{
	add_entry(s, node, perms, xstrdup(because), false, out);
	add_entry(s, node, perms, xasprintf("%s; the others keep what the mask leaves them now", because), true, out);
}

void lever_dir_acl(const struct situation *s, struct candidates *out)
{
	struct node node;

	if (denied_node(s, &node) && node.type == NODE_DIR && !node.acl_unknown) {
		AUTO_FREE char *because = xasprintf("search permission for %s alone", s->worker->user);

		add_entries(s, &node, PERM_SEARCH, because, out);
	}
}

/* The group that the worker runs with; the step after this one finds the node with it. */
static void regroup(const struct situation *s, struct steps *steps, struct node *node, char *because)
{
	step_path_group(steps, &s->world, node, s->ids.gid, because);
	node->gid = s->ids.gid;
}

void lever_dir_group(const struct situation *s, struct candidates *out)
{
	struct steps steps = {0};
	struct node node;

	if (!denied_node(s, &node) || node.n_acl)
		return;
	if (node.gid != s->ids.gid)
		regroup(s, &steps, &node, xasprintf("the directory belongs to the group that %s runs with", s->worker->user));
	if (!(node.mode & 0010))
		step_path_mode(&steps, &node, node.mode | 0010, xstrdup("search permission for that group"));
	candidate_add(out, &steps);
}

static char *live_because(const struct situation *s, const char *what)
{
	const struct backend *backend = s->upstream->backend;

	return xasprintf("%s; it lasts until %s makes the socket anew", what,
		backend && backend->unit ? backend->unit : "its server");
}

/* A pool's own settings always do; of every other server the live object is what can be put right where its settings are not known, or a
 * person's to change. */
static bool live_without_knob(const struct situation *s, struct node *node)
{
	const struct backend *maker = s->upstream->maker;

	return (!maker || maker->kind != BACKEND_PHP_FPM) && s->check->moment == MOMENT_NOW && live_socket(s, node);
}

/* Reading and searching a socket mean nothing, and a umask of 022 leaves both to everybody: they go. Write for others stays as it is. */
static uint32_t opened(uint32_t mode, uint32_t bits)
{
	return (mode | bits) & (mode & 0002U ? ~EXEC_BITS : 0660U);
}

void lever_live_mode(const struct situation *s, struct candidates *out)
{
	struct steps steps = {0};
	struct node node;
	uint32_t bits;

	if (!live_without_knob(s, &node))
		return;
	bits = node.uid == s->ids.uid ? 0600U : ids_in_group(&s->ids, node.gid) ? 0060U : 0;
	if (bits && (node.mode & bits) != bits)
		step_path_mode(&steps, &node, opened(node.mode, bits), live_because(s, "connect() needs write"));
	candidate_add(out, &steps);
}

void lever_live_group(const struct situation *s, struct candidates *out)
{
	struct steps steps = {0};
	struct node node;

	if (!live_without_knob(s, &node) || node.n_acl)
		return;
	if (node.gid != s->ids.gid)
		regroup(s, &steps, &node, live_because(s, "the worker's own group"));
	if ((node.mode & 0060) != 0060)
		step_path_mode(&steps, &node, opened(node.mode, 0060), live_because(s, "connect() needs write"));
	candidate_add(out, &steps);
}

void lever_live_acl(const struct situation *s, struct candidates *out)
{
	struct node node;

	if (live_without_knob(s, &node) && !node.acl_unknown) {
		AUTO_FREE char *because = live_because(s, "an entry for the worker alone");

		add_entries(s, &node, PERM_RW, because, out);
	}
}

void lever_live_tighten(const struct situation *s, struct candidates *out)
{
	struct steps steps = {0};
	struct node node;
	bool in_class;

	if (out->n || !live_without_knob(s, &node)) /* its maker can do it */
		return;
	in_class = node.uid == s->ids.uid || ids_in_group(&s->ids, node.gid);
	if (!in_class)
		regroup(s, &steps, &node, live_because(s, "the worker's own group"));
	if (node.mode & 0117)
		step_path_mode(&steps, &node, (node.mode | 0060) & ~0117U, live_because(s, "nobody else needs this socket"));
	candidate_add(out, &steps);
}
