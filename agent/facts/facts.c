/* SPDX-License-Identifier: MIT */
#include "facts/facts.h"

void facts_free(struct facts *facts)
{
	shape_free(&facts_shape, facts);
}

const struct user *user_by_uid(const struct accounts *accounts, uint32_t uid)
{
	for (size_t i = 0; i < accounts->n_users; i++)
		if (accounts->users[i].uid == uid)
			return &accounts->users[i];
	return NULL;
}

const struct user *user_by_name(const struct accounts *accounts, const char *name)
{
	for (size_t i = 0; i < accounts->n_users; i++)
		if (streq(accounts->users[i].name, name))
			return &accounts->users[i];
	return NULL;
}

const struct group *group_by_gid(const struct accounts *accounts, uint32_t gid)
{
	for (size_t i = 0; i < accounts->n_groups; i++)
		if (accounts->groups[i].gid == gid)
			return &accounts->groups[i];
	return NULL;
}

const struct group *group_by_name(const struct accounts *accounts, const char *name)
{
	for (size_t i = 0; i < accounts->n_groups; i++)
		if (streq(accounts->groups[i].name, name))
			return &accounts->groups[i];
	return NULL;
}

const struct view *view_by_id(const struct facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->n_views; i++)
		if (streq(facts->views[i].id, id))
			return &facts->views[i];
	return NULL;
}

const struct walk *walk_find(const struct facts *facts, const char *view, const char *path)
{
	for (size_t i = 0; i < facts->n_walks; i++)
		if (streq(facts->walks[i].path, path) && streq(facts->walks[i].view, view))
			return &facts->walks[i];
	return NULL;
}

const struct node *walk_object(const struct walk *walk)
{
	return walk && walk->failed == 0 && walk->n_nodes ? &walk->nodes[walk->n_nodes - 1] : NULL;
}

const struct probe *probe_find(const struct facts *facts, const char *worker, const char *endpoint)
{
	for (size_t i = 0; i < facts->n_probes; i++)
		if (streq(facts->probes[i].endpoint, endpoint) && streq(facts->probes[i].worker, worker))
			return &facts->probes[i];
	return NULL;
}

const struct edit *edit_find(const struct facts *facts, const char *key)
{
	for (size_t i = 0; i < facts->n_edits; i++)
		if (streq(facts->edits[i].key, key))
			return &facts->edits[i];
	return NULL;
}

const struct setting *setting_find(const struct backend_section *section, const char *key)
{
	for (size_t i = section->n_settings; i-- > 0;)
		if (!section->settings[i].commented && streq(section->settings[i].key, key))
			return &section->settings[i];
	return NULL;
}

const struct unit *unit_find(const struct facts *facts, const char *name)
{
	for (size_t i = 0; name && i < facts->n_units; i++)
		if (streq(facts->units[i].name, name))
			return &facts->units[i];
	return NULL;
}

const struct setting *unit_setting(const struct unit *unit, const char *key)
{
	for (size_t i = unit->n_settings; i-- > 0;)
		if (streq(unit->settings[i].key, key))
			return &unit->settings[i];
	return NULL;
}

bool listener_held_by(const struct listener *listener, uint32_t pid)
{
	for (size_t i = 0; listener && pid && i < listener->n_holders; i++)
		if (listener->holders[i].pid == pid)
			return true;
	return false;
}

const char *run_path(const char *path)
{
	return path && starts_with(path, "/var/run/") ? path + strlen("/var") : path;
}

const char *endpoint_path(const char *endpoint)
{
	return endpoint && starts_with(endpoint, "unix:/") ? endpoint + strlen("unix:") : NULL;
}
