/* SPDX-License-Identifier: MIT */
#include "guard/parties.h"
#include "base/alloc.h"
#include "base/cleanup.h"

bool is_worker_uid(const struct guard_case *c, uint32_t uid)
{
	for (size_t i = 0; i < c->facts->n_workers; i++) {
		AUTO_IDS struct ids ids = {0};

		world_worker_ids(&c->before, i, &ids);
		if (ids.uid == uid)
			return true;
	}
	return false;
}

static bool worker_in_group(const struct guard_case *c, size_t worker, uint32_t gid)
{
	AUTO_IDS struct ids process = {0}, account = {0};
	const struct user *user;

	world_worker_ids(&c->before, worker, &process);
	if (ids_in_group(&process, gid))
		return true;
	user = user_by_uid(&c->facts->accounts, process.uid);
	if (!user)
		return false;
	world_user_ids(&c->before, user, &account);
	return ids_in_group(&account, gid);
}

bool is_worker_gid(const struct guard_case *c, uint32_t gid)
{
	for (size_t i = 0; i < c->facts->n_workers; i++)
		if (worker_in_group(c, i, gid))
			return true;
	return false;
}

static bool worker_has(const struct guard_case *c, size_t worker, bool group, uint32_t id)
{
	AUTO_IDS struct ids ids = {0};

	if (group)
		return worker_in_group(c, worker, id);
	world_worker_ids(&c->before, worker, &ids);
	return ids.uid == id;
}

bool is_own_nginx(const struct guard_case *c, bool group, uint32_t id)
{
	bool found = false;

	for (size_t i = 0; i < c->facts->n_workers; i++) {
		const struct nginx *nginx = &c->facts->nginx[c->facts->workers[i].nginx];

		if (!worker_has(c, i, group, id))
			continue;
		if (!nginx->pid || nginx->as.uid == 0)
			return false;
		found = true;
	}
	return found;
}

bool is_referenced(const struct facts *facts, const char *endpoint)
{
	for (size_t i = 0; i < facts->n_nginx; i++)
		for (size_t k = 0; k < facts->nginx[i].n_refs; k++)
			if (streq(facts->nginx[i].refs[k].endpoint, endpoint))
				return true;
	return false;
}

/* file_dev and file_ino are 0 where the kernel's tables did not tell them; then the bound name must do. */
static bool listens_at(const struct listener *listener, const struct node *node)
{
	if (listener->family != LISTENER_UNIX)
		return false;
	if (listener->file_ino)
		return listener->file_ino == node->ino && listener->file_dev == node->dev;
	return streq(listener->name, node->path);
}

const struct listener *listener_at(const struct guard_case *c, const struct node *node)
{
	for (size_t i = 0; i < c->facts->n_listeners; i++)
		if (listens_at(&c->facts->listeners[i], node))
			return &c->facts->listeners[i];
	return NULL;
}

bool serves_upstream(const struct guard_case *c, const struct listener *listener)
{
	static const char *const prefixes[] = {[LISTENER_UNIX] = "unix:", [LISTENER_ABSTRACT] = "unix:@", [LISTENER_TCP] = "tcp:"};
	AUTO_FREE char *endpoint = NULL;

	if (listener->family < 0 || (size_t)listener->family >= COUNT_OF(prefixes))
		return false;
	endpoint = xasprintf("%s%s", prefixes[listener->family], listener->name ? listener->name : "");
	return is_referenced(c->facts, endpoint);
}

static bool pool_has_uid(const struct guard_case *c, const struct backend_section *section, uint32_t uid)
{
	const char *name = world_setting(&c->before, section, "user");
	const struct user *user = name ? user_by_name(&c->facts->accounts, name) : NULL;

	return user && user->uid == uid;
}

static bool pool_has_gid(const struct guard_case *c, const struct backend_section *section, uint32_t gid)
{
	const char *name = world_setting(&c->before, section, "group"), *user_name = world_setting(&c->before, section, "user");
	const struct user *user = user_name ? user_by_name(&c->facts->accounts, user_name) : NULL;
	uint32_t set;

	if (name)
		return world_group(&c->before, name, &set) && set == gid;
	return user && user->gid == gid;
}

/* Of a service that is down the record has the account that its unit gives it; of PHP-FPM's master nothing. */
static bool has_ids(const struct backend *backend)
{
	return backend->pid || (backend->unit && backend->kind != BACKEND_PHP_FPM);
}

static bool backend_has(const struct guard_case *c, const struct backend *backend, bool group, uint32_t id)
{
	if (has_ids(backend) && (group ? backend->as.gid : backend->as.uid) == id)
		return true;
	for (size_t i = 0; i < backend->n_sections; i++)
		if (group ? pool_has_gid(c, &backend->sections[i], id) : pool_has_uid(c, &backend->sections[i], id))
			return true;
	return false;
}

static bool is_server_id(const struct guard_case *c, bool group, uint32_t id)
{
	for (size_t i = 0; i < c->facts->n_backends; i++)
		if (backend_has(c, &c->facts->backends[i], group, id))
			return true;
	for (size_t i = 0; i < c->facts->n_listeners; i++) {
		const struct listener *listener = &c->facts->listeners[i];

		if (!serves_upstream(c, listener))
			continue;
		for (size_t k = 0; k < listener->n_holders; k++)
			if ((group ? listener->holders[k].gid : listener->holders[k].uid) == id)
				return true;
	}
	return false;
}

bool is_server_uid(const struct guard_case *c, uint32_t uid)
{
	return is_server_id(c, false, uid);
}

bool is_server_gid(const struct guard_case *c, uint32_t gid)
{
	return is_server_id(c, true, gid);
}

bool is_party(const struct guard_case *c, bool group, uint32_t id)
{
	if (id == 0)
		return true;
	return group ? is_worker_gid(c, id) || is_server_gid(c, id) : is_worker_uid(c, id) || is_server_uid(c, id);
}
