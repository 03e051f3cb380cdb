/* SPDX-License-Identifier: MIT */
/* Rules on configuration files and services. */
#include "diagnose/home.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/home.h"
#include "guard/parties.h"
#include "guard/rules.h"
#include "guard/trust.h"

/* A unit is as good as all its files; one that was linked in from a home is its owner's. */
static bool unit_files_untrusted(struct guard_case *c)
{
	for (size_t i = 0; i < c->unit->n_files; i++) {
		const struct config_file *file = &c->unit->files[i];
		AUTO_FREE char *shown = escape_terminal(file->path);
		AUTO_FREE char *home = home_of(&c->facts->accounts, file->path);

		if (file->uid != 0 || (file->mode & 0002) || (file->gid != 0 && (file->mode & 0020)))
			return refuse(c, "others than root can write %s", shown);
		if (home)
			return refuse(c, "%s is in a home", shown);
	}
	return false;
}

bool rule_untrusted_config(struct guard_case *c)
{
	if (!case_place(c))
		return refuse(c, "the way to it was not looked at");
	if (c->unit && unit_files_untrusted(c))
		return true;
	for (size_t i = 0; i < c->n_way; i++) {
		AUTO_TEXT struct text why = {0};
		AUTO_FREE char *shown = NULL;

		if (!others_write(&c->way[i], &why))
			continue;
		shown = escape_terminal(c->way[i].path);
		return refuse(c, "%s %s", shown, why.bytes);
	}
	return false;
}

/* The file as its reader saw it: same owner, mode and time. */
static bool looks_the_same(const struct config_file *files, size_t n, const struct node *node)
{
	for (size_t i = 0; i < n; i++)
		if (streq(files[i].path, node->path))
			return files[i].uid == node->uid && files[i].gid == node->gid && files[i].mtime == node->mtime &&
				((files[i].mode ^ node->mode) & 07777) == 0;
	return false;
}

static bool same_file_there(const struct guard_case *c)
{
	const struct node *there = walk_object(walk_find(c->facts, c->server_view, c->step->target));

	if (!c->node)
		return true; /* untrusted-config says that it was not looked at */
	if (there)
		return there->dev == c->node->dev && there->ino == c->node->ino;
	return c->backend ? looks_the_same(c->backend->files, c->backend->n_files, c->node)
			  : looks_the_same(c->nginx->files, c->nginx->n_files, c->node);
}

/* A unit with PrivateTmp= has a mount namespace of its own and yet the same /etc; a container has not. */
bool rule_foreign_view(struct guard_case *c)
{
	const struct view *view = c->server_view ? view_by_id(c->facts, c->server_view) : NULL;

	if (c->family == FAMILY_UNIT) /* the service manager reads it on the host, unless the unit is another manager's */
		return c->server && c->server->container && refuse(c, "the service lives in %s", c->server->container);
	if (!c->server_view || streq(c->server_view, "host") || (view && view->same_as_host))
		return false;
	if (!view || view->unknown)
		return refuse(c, "what the server sees could not be looked at");
	if (c->server->container || (view->root && !streq(view->root, "/")))
		return refuse(c, "the server lives in %s", c->server->container ? c->server->container : "a root directory of its own");
	return !same_file_there(c) && refuse(c, "the server sees another file there");
}

static bool holder_is_service(const struct guard_case *c, const char *target)
{
	for (size_t i = 0; i < c->facts->n_listeners; i++) {
		const struct listener *listener = &c->facts->listeners[i];

		if (!serves_upstream(c, listener))
			continue;
		for (size_t k = 0; k < listener->n_holders; k++)
			if (listener->holders[k].pid != 1 && service_is(&listener->holders[k], target))
				return true;
	}
	return false;
}

/* A unit that has a part: an nginx's, a server's, the socket unit that makes a server's socket, or who holds one. */
static bool unit_is_foreign(struct guard_case *c)
{
	const char *unit = c->step->section;

	for (size_t i = 0; i < c->facts->n_backends; i++)
		if (streq(c->facts->backends[i].unit, unit) || streq(c->facts->backends[i].as.unit, unit))
			return false;
	return !holder_is_service(c, unit) && refuse(c, "no server of an upstream is called %s", unit);
}

/* A socket unit that is to be restarted makes the socket of an upstream. */
static bool makes_upstream(const struct guard_case *c, const struct backend *socket, const char *target)
{
	for (size_t i = 0; streq(socket->unit, target) && i < socket->n_sections; i++)
		if (c->step->kind == STEP_SERVICE_RESTART && is_referenced(c->facts, socket->sections[i].endpoint))
			return true;
	return false;
}

bool rule_foreign_service(struct guard_case *c)
{
	const char *target = c->step->target;

	if (c->family == FAMILY_UNIT)
		return unit_is_foreign(c);
	if (c->step->kind == STEP_SERVICE_DAEMON_RELOAD)
		return c->step->unit && !streq(c->step->unit, target) && refuse(c, "it says %s and %s", target, c->step->unit);
	if (c->step->unit && !streq(c->step->unit, target) && !starts_with(target, "pid "))
		return refuse(c, "it says %s and %s", target, c->step->unit);
	for (size_t i = 0; i < c->facts->n_nginx; i++)
		if (service_is(&c->facts->nginx[i].as, target))
			return false;
	for (size_t i = 0; i < c->facts->n_backends; i++) /* the process of a socket unit is the service manager */
		if (c->facts->backends[i].kind != BACKEND_SYSTEMD ? service_starts(&c->facts->backends[i], target) :
								    makes_upstream(c, &c->facts->backends[i], target))
			return false;
	return !holder_is_service(c, target) && refuse(c, "no nginx and no server of an upstream is called %s", target);
}

/* Whom an upstream's socket is meant for: its owner, or the account whose primary group it has. */
static bool socket_is_for(const struct node *socket, const struct user *user)
{
	return socket && socket->type == NODE_SOCKET && (socket->uid == user->uid || socket->gid == user->gid);
}

static bool an_upstream_is_for(const struct guard_case *c, const struct user *user)
{
	for (size_t i = 0; i < c->nginx->n_refs; i++) {
		const char *path = endpoint_path(c->nginx->refs[i].endpoint);

		if (path && socket_is_for(walk_object(walk_find(c->facts, c->server_view ? c->server_view : "host", path)), user))
			return true;
	}
	return false;
}

bool nginx_user_is_foreign(struct guard_case *c)
{
	const char *name = case_value(c, "user");
	const struct user *user = name ? user_by_name(&c->facts->accounts, name) : NULL;

	if (user && (streq(name, c->nginx->default_user) || is_worker_uid(c, user->uid) || an_upstream_is_for(c, user)))
		return false;
	return refuse(c, "no upstream is set up for %s", name ? name : "nobody");
}
