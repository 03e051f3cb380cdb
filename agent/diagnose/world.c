/* SPDX-License-Identifier: MIT */
#include "diagnose/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"

static uint32_t perms_of(const struct acl_entry *acl, size_t n, int tag, uint32_t otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (acl[i].tag == tag)
			return acl[i].perms & 7;
	return otherwise;
}

/* As setxattr(2) does: the base entries go into the mode, the mask (else the group's entry) into its group bits; an ACL of
 * base entries only is no more than a mode. */
static void set_acl(struct node *node, const struct acl_entry *acl, size_t n)
{
	uint32_t user = perms_of(acl, n, ACL_TAG_USER_OBJ, node->mode >> 6 & 7);
	uint32_t group = perms_of(acl, n, ACL_TAG_GROUP_OBJ, node->mode >> 3 & 7);
	uint32_t other = perms_of(acl, n, ACL_TAG_OTHER, node->mode & 7);

	group = perms_of(acl, n, ACL_TAG_MASK, group);
	node->mode = (node->mode & 07000) | user << 6 | group << 3 | other;
	node->acl = (struct acl_entry *)acl;
	node->n_acl = n > 3 ? n : 0;
	node->acl_unknown = false;
}

static void apply_to_node(const struct effect *effect, struct node *node)
{
	switch (effect->kind) {
	case EFFECT_OWNER:
		if (effect->uid != ID_UNCHANGED)
			node->uid = effect->uid;
		if (effect->gid != ID_UNCHANGED)
			node->gid = effect->gid;
		break;
	case EFFECT_MODE:
		node->mode = effect->mode & 07777;
		break;
	case EFFECT_ACL:
		set_acl(node, effect->acl, effect->n_acl);
		break;
	default:
		break;
	}
}

void world_node(const struct world *world, const struct node *node, struct node *out)
{
	*out = *node;
	for (size_t i = 0; i < world->n_effects; i++) {
		const struct effect *effect = &world->effects[i];

		if (effect->dev == node->dev && effect->ino == node->ino && node->ino)
			apply_to_node(effect, out);
	}
}

const char *world_setting(const struct world *world, const struct backend_section *section, const char *key)
{
	const struct setting *setting = setting_find(section, key);
	const char *value = setting ? setting->value : NULL;

	for (size_t i = 0; i < world->n_effects; i++) {
		const struct effect *effect = &world->effects[i];

		if (effect->kind == EFFECT_SETTING && effect->section == section && streq(effect->key, key))
			value = effect->value;
	}
	return value;
}

/* The newest effect on a key of a unit that counts at that moment. */
static const struct effect *unit_effect(const struct world *world, const struct unit *unit, const char *key, bool loaded)
{
	const struct effect *found = NULL, *pending = NULL;

	for (size_t i = 0; i < world->n_effects; i++) {
		const struct effect *effect = &world->effects[i];

		if (effect->kind == EFFECT_UNIT && effect->unit == unit && streq(effect->key, key))
			pending = effect;
		if (effect->kind == EFFECT_DAEMON_RELOAD)
			found = pending;
	}
	return loaded ? found : pending;
}

static bool is_reloaded(const struct world *world)
{
	for (size_t i = 0; i < world->n_effects; i++)
		if (world->effects[i].kind == EFFECT_DAEMON_RELOAD)
			return true;
	return false;
}

static char *nth_word(const char *text, size_t n)
{
	for (;;) {
		size_t length;

		text += strspn(text, " \t");
		length = strcspn(text, " \t");
		if (!length)
			return NULL;
		if (n-- == 0)
			return xstrndup(text, length);
		text += length;
	}
}

/* A drop-in empties the list before it sets it, and with an emptied RuntimeDirectory= goes its mode, unless it is set again (unit_read.c). */
static bool goes_with_list(const struct world *world, const struct unit *unit, const char *key, bool loaded)
{
	static const char end[] = "DirectoryMode";
	AUTO_FREE char *list = NULL;

	if (!ends_with(key, end))
		return false;
	list = xstrndup(key, strlen(key) - strlen("Mode"));
	return unit_effect(world, unit, list, loaded) != NULL;
}

const char *world_unit_setting(const struct world *world, const struct unit *unit, const char *key, int moment, size_t n, char **storage)
{
	const struct effect *effect = unit_effect(world, unit, key, moment != MOMENT_BOOT);
	bool loaded = unit->stale && moment != MOMENT_BOOT && !is_reloaded(world);
	const struct setting *settings = loaded ? unit->loaded : unit->settings;
	size_t count = loaded ? unit->n_loaded : unit->n_settings;

	free(*storage);
	*storage = NULL;
	if (effect)
		return *storage = nth_word(effect->value, n);
	for (size_t i = 0; i < count && !goes_with_list(world, unit, key, moment != MOMENT_BOOT); i++)
		if (streq(settings[i].key, key) && n-- == 0)
			return settings[i].value;
	return NULL;
}

const char *world_listen(const struct world *world, const struct backend_section *section)
{
	const char *endpoint = section->endpoint;

	for (size_t i = 0; i < world->n_effects; i++)
		if (world->effects[i].kind == EFFECT_LISTEN && world->effects[i].section == section)
			endpoint = world->effects[i].value;
	return endpoint;
}

bool world_restarts(const struct world *world, const struct backend *backend)
{
	for (size_t i = 0; i < world->n_effects; i++)
		if (world->effects[i].kind == EFFECT_RESTART && world->effects[i].backend == backend)
			return backend != NULL;
	return false;
}

const char *world_endpoint(const struct world *world, size_t nginx, const char *endpoint)
{
	for (size_t i = 0; endpoint && i < world->n_effects; i++) {
		const struct effect *effect = &world->effects[i];

		if (effect->kind == EFFECT_ENDPOINT && effect->nginx == nginx && streq(effect->key, endpoint))
			endpoint = effect->value;
	}
	return endpoint;
}
