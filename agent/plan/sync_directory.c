/* SPDX-License-Identifier: MIT */
/* The live directories on the way follow what the service's RuntimeDirectory= makes of them when it starts: owner, group and mode
 * (systemd.exec(5)). */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/unit.h"
#include "plan/effect_kinds.h"
#include "plan/maker.h"
#include "plan/runtime_directory.h"

#include <stdlib.h>

bool runtime_directory_has(const struct world *world, const struct unit *unit, const char *path)
{
	AUTO_FREE char *storage = NULL;
	const char *item;

	for (size_t n = 0; (item = world_unit_setting(world, unit, "Service.RuntimeDirectory", MOMENT_BOOT, n, &storage)); n++) {
		AUTO_FREE char *one = xstrndup(item, strcspn(item, ":")), *directory = xasprintf("/run/%s", one);

		if (streq(directory, path))
			return true;
	}
	return false;
}

bool runtime_directory_node(const struct world *world, const struct unit *unit, struct node *node)
{
	AUTO_FREE char *user = unit_text(world, unit, "Service.User", MOMENT_BOOT), *group = unit_text(world, unit, "Service.Group", MOMENT_BOOT);

	if (unit_flag(world, unit, "Service.DynamicUser", MOMENT_BOOT))
		return false;
	node->mode = unit_octal(world, unit, "Service.RuntimeDirectoryMode", MOMENT_BOOT, 0755);
	node->acl = NULL;
	node->n_acl = 0;
	return unit_owner(world, user, group, &node->uid, &node->gid);
}

static bool same(const struct node *a, const struct node *b)
{
	return a->uid == b->uid && a->gid == b->gid && a->mode == b->mode;
}

static void sync_directory(const struct situation *s, struct steps *steps, const struct unit *unit, const struct node *object)
{
	AUTO_EFFECTS struct effects after = effects_copy(s->effects);
	struct node before = *object, then = *object, live;
	struct world world;

	if (!steps_play(s, steps, &after))
		return;
	world = effects_world(&after, s->facts);
	world_node(&world, object, &live);
	if (!runtime_directory_node(&s->world, unit, &before) || !runtime_directory_node(&world, unit, &then))
		return;
	if (!same(&before, &then) || streq(s->check->object, object->path))
		sync_object(s, steps, object, &then, unit->name);
}

void sync_directories(const struct situation *s, struct steps *steps)
{
	const struct walk *walk = s->upstream->walk;
	const struct unit *unit = maker_service(s);

	for (size_t i = 0; unit && walk && i < walk->n_nodes; i++) {
		const struct node *object = walk->nodes[i].type == NODE_DIR ? seen_on_host(s, &walk->nodes[i]) : NULL;

		if (object && runtime_directory_has(&s->world, unit, object->path))
			sync_directory(s, steps, unit, object);
	}
}
