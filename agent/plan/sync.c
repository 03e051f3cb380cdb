/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/acl_text.h"
#include "plan/effect_kinds.h"
#include "plan/lever.h"

#include <stdlib.h>

#define OTHER_BITS 0007U

static char *why(const struct situation *s)
{
	return xasprintf("the live socket in the state that pool [%s] creates, so that no restart is needed",
		s->upstream->section->name);
}

/* Named entries and masks that are in one list and not, or otherwise, in the other. */
static void entries(struct step *step, const struct facts *facts, const struct node *live, const struct node *wanted)
{
	for (size_t i = 0; i < wanted->n_acl; i++) {
		const struct acl_entry *w = &wanted->acl[i], *l = acl_find(live->acl, live->n_acl, w->tag, w->id);
		char perms[4];

		if (w->tag != ACL_TAG_USER && w->tag != ACL_TAG_GROUP && w->tag != ACL_TAG_MASK)
			continue;
		perms_text(w->perms, perms);
		if (!l || l->perms != w->perms)
			step_acl_entry(step, facts, live, w, perms);
	}
	for (size_t i = 0; i < live->n_acl; i++) {
		const struct acl_entry *l = &live->acl[i];

		if ((l->tag == ACL_TAG_USER || l->tag == ACL_TAG_GROUP || l->tag == ACL_TAG_MASK) &&
			!acl_find(wanted->acl, wanted->n_acl, l->tag, l->id))
			step_acl_entry(step, facts, live, l, NULL);
	}
}

static void sync_acl(const struct situation *s, const struct node *live, const struct node *wanted, struct steps *steps)
{
	struct step *step;

	if (!live->n_acl && !wanted->n_acl)
		return;
	step = step_path_acl(steps, live, why(s));
	entries(step, s->facts, live, wanted);
	if (step->n_changes) {
		step_acl_done(step);
		return;
	}
	step_free(step);
	steps->n--;
}

static void sync_owner(const struct situation *s, const struct world *world, const struct node *live, const struct node *wanted,
	struct steps *steps)
{
	AUTO_FREE char *from = NULL, *to = NULL;

	if (live->gid != wanted->gid)
		step_path_group(steps, world, live, wanted->gid, why(s));
	if (live->uid == wanted->uid)
		return;
	if (live->gid == wanted->gid) {
		step_path_user(steps, world, live, wanted->uid, why(s));
		return;
	}
	/* owner and group in one step: one chown, one precondition */
	from = user_label(world->facts, live->uid);
	to = user_label(world->facts, wanted->uid);
	step_change(&steps->items[steps->n - 1], "owner", from, to);
	strings_free(&steps->items[steps->n - 1].sh);
	{
		AUTO_FREE char *group = group_label(world, wanted->gid), *owners = xasprintf("%s:%s", to, group);
		AUTO_FREE char *word = shell_quote(owners), *path = shell_quote(live->path);

		strings_addf(&steps->items[steps->n - 1].sh, "chown -h -- %s %s", word, path);
	}
}

void sync_live(const struct situation *s, const struct world *world, const struct creation *creation, struct steps *steps)
{
	const struct node *wanted = &creation->node;
	struct node live;
	uint32_t mode;

	if (!live_socket(s, &live))
		return;
	sync_owner(s, world, &live, wanted, steps);
	mode = (wanted->mode & ~OTHER_BITS) | (wanted->mode & live.mode & OTHER_BITS);
	if (wanted->n_acl || live.n_acl) {
		sync_acl(s, &live, wanted, steps);
		/* the group bits are the mask, which the ACL step sets; what is left is the owner's and others' bits */
		mode = (mode & ~0070U) | (live.mode & 0070U);
		if (wanted->n_acl == 0)
			mode = (mode & ~0070U) | (wanted->mode & 0070U);
	}
	if ((live.mode & 07777U) != mode)
		step_path_mode(steps, &live, mode, why(s));
}
