/* SPDX-License-Identifier: MIT */
/* Rules on the place where a directory or a socket is to be made. */
#include "diagnose/home.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/home.h"
#include "guard/made.h"
#include "guard/parties.h"
#include "guard/places.h"
#include "guard/rules.h"
#include "guard/trust.h"

#include <string.h>

static bool lies_beneath(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	return strncmp(path, directory, n) == 0 && path[n] == '/';
}

/* A unit's runtime directory, as a path; NULL: no more. The caller frees. */
static char *runtime_directory(const struct guard_case *c, const struct unit *unit, size_t n)
{
	AUTO_FREE char *item = unit_item(c, unit, "Service.RuntimeDirectory", false, n);

	return item ? xasprintf("/run/%.*s", (int)strcspn(item, ":"), item) : NULL;
}

static const struct unit *unit_that_makes(const struct guard_case *c, const char *path, bool above)
{
	for (size_t i = 0; i < c->facts->n_units; i++)
		for (size_t n = 0;; n++) {
			AUTO_FREE char *directory = runtime_directory(c, &c->facts->units[i], n);

			if (!directory)
				break;
			if (streq(directory, path) || (above && lies_beneath(path, directory)))
				return &c->facts->units[i];
		}
	return NULL;
}

/* tmpfiles.d(5): the types that create a directory; those that create something else under that name are no declaration of it. */
static bool line_makes_directory(const struct tmpfiles_line *line)
{
	return line->type && strchr("dDvqQ", line->type[0]);
}

static bool planned(const struct guard_case *c, const char *path)
{
	for (size_t i = 0; i < c->first; i++)
		if (c->effects.items[i].kind == EFFECT_TMPFILES && streq(c->effects.items[i].key, path))
			return true;
	return false;
}

static bool is_declared(const struct guard_case *c, const char *path)
{
	for (size_t i = 0; i < c->facts->n_tmpfiles; i++)
		if (line_makes_directory(&c->facts->tmpfiles[i]) && streq(c->facts->tmpfiles[i].path, path))
			return true;
	return planned(c, path) || unit_that_makes(c, path, false);
}

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

bool rule_tmpfiles_place(struct guard_case *c)
{
	return !starts_with(c->one->path, "/run/") && refuse(c, "%s is not in /run", c->one->path);
}

static bool in_shared_place(const char *path)
{
	static const char *const places[] = {"/tmp", "/var/tmp", "/dev", "/run/user", "/var/run", "/proc", "/sys"};

	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (lies_beneath(path, places[i]))
			return true;
	return false;
}

bool rule_socket_place(struct guard_case *c)
{
	AUTO_FREE char *parent = c->listen ? parent_of(c->listen) : NULL;
	AUTO_FREE char *home = c->listen ? home_of(&c->facts->accounts, c->listen) : NULL;

	if (!c->listen)
		return false;
	if (home)
		return refuse(c, "%s is in the home %s", c->listen, home);
	return (in_shared_place(c->listen) || is_system_directory(parent)) && refuse(c, "%s is no place for one server's socket", c->listen);
}

/* Whether somebody looked and found nothing. */
static bool found_absent(const struct guard_case *c, const char *path)
{
	bool absent = false;

	for (size_t w = 0; w < c->facts->n_walks; w++) {
		const struct walk *walk = &c->facts->walks[w];

		if (!streq(walk->path, path))
			continue;
		if (walk->failed != 2 /* ENOENT */)
			return false;
		absent = true;
	}
	return absent;
}

static bool other_listens(const struct guard_case *c, const char *path)
{
	AUTO_FREE char *endpoint = xasprintf("unix:%s", path);

	for (size_t i = 0; i < c->facts->n_listeners; i++)
		if (c->facts->listeners[i].family == LISTENER_UNIX && streq(c->facts->listeners[i].name, path))
			return true;
	for (size_t i = 0; i < c->facts->n_backends; i++)
		for (size_t k = 0; k < c->facts->backends[i].n_sections; k++)
			if (streq(world_listen(&c->before, &c->facts->backends[i].sections[k]), endpoint))
				return true;
	return false;
}

static bool unit_listens(const struct guard_case *c, const char *path)
{
	for (size_t i = 0; i < c->facts->n_units; i++)
		for (size_t n = 0;; n++) {
			AUTO_FREE char *item = unit_item(c, &c->facts->units[i], "Socket.ListenStream", false, n);

			if (!item)
				break;
			if (streq(item, path))
				return true;
		}
	return false;
}

bool rule_path_in_use(struct guard_case *c)
{
	if (!c->listen)
		return false;
	if (other_listens(c, c->listen) || unit_listens(c, c->listen))
		return refuse(c, "a server listens at %s, or is to", c->listen);
	return !found_absent(c, c->listen) && refuse(c, "something is at %s, or nobody looked", c->listen);
}

/* What is on disk stays; what is in memory has to be declared, wherever there is something that makes it anew. */
bool rule_undeclared_directory(struct guard_case *c)
{
	AUTO_FREE char *parent = c->listen ? parent_of(c->listen) : NULL;
	const struct node *there = parent ? case_node(c, parent) : NULL;

	if (!parent || is_declared(c, parent))
		return false;
	if (!there)
		return refuse(c, "nothing makes %s", parent);
	if (!c->facts->host.systemd && !c->facts->host.offline)
		return false;
	return (!there->fstype || streq(there->fstype, "tmpfs") || streq(there->fstype, "ramfs")) && refuse(c, "nothing makes %s at boot", parent);
}

/* The last directory may be a server's or a worker's own: whoever answers on the socket, or connects to it, may replace it. */
static bool is_partys_own(const struct guard_case *c, const struct node *node)
{
	return node->uid != 0 && is_party(c, false, node->uid) && !(node->mode & 0022) && !node->acl_unknown;
}

static bool directory_untrusted(struct guard_case *c, const char *path, bool last)
{
	const struct node *node = case_node(c, path);
	AUTO_TEXT struct text why = {0};

	if (!node)
		return !is_declared(c, path) && refuse(c, "%s was not looked at", path);
	if (node->type != NODE_DIR)
		return refuse(c, "%s is of the type %s", path, name_of(node_type_names, node->type));
	if ((last && is_partys_own(c, node)) || !others_write(node, &why))
		return false;
	return refuse(c, "%s %s", path, why.bytes);
}

/* Every directory above the path; the nearest one for a socket is its server's, for a directory it is root's like the others. */
static bool way_untrusted(struct guard_case *c, const char *path, bool socket)
{
	for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
		AUTO_FREE char *part = xstrndup(path, (size_t)(slash - path));

		if (directory_untrusted(c, part, socket && !strchr(slash + 1, '/')))
			return true;
	}
	return false;
}

bool rule_untrusted_directory(struct guard_case *c)
{
	const struct node *there;

	if (c->listen)
		return way_untrusted(c, c->listen, true);
	if (!c->one)
		return false;
	there = case_node(c, c->one->path);
	if (there && there->type != NODE_DIR)
		return refuse(c, "%s is of the type %s", c->one->path, name_of(node_type_names, there->type));
	return way_untrusted(c, c->one->path, false);
}

/* A line about this path: of permfix's own file, or of one that only said how this directory is to be made, it may be replaced. */
static bool line_is_foreign(const struct guard_case *c, const struct tmpfiles_line *line)
{
	if (!line->path || !line->type || streq(line->at.file, c->step->target))
		return false;
	if (streq(line->path, c->one->path))
		return c->family == FAMILY_UNIT || strchr("LCpcbfFw", line->type[0]) != NULL;
	return line_makes_directory(line) && lies_beneath(c->one->path, line->path) && !is_system_directory(line->path);
}

/* A service takes over all that is in its runtime directory, and removes it when it stops. */
static bool holds_anothers_socket(struct guard_case *c)
{
	for (size_t i = 0; c->family == FAMILY_UNIT && i < c->facts->n_listeners; i++) {
		const struct listener *listener = &c->facts->listeners[i];
		bool own = false;

		if (listener->family != LISTENER_UNIX || !lies_beneath(listener->name, c->one->path))
			continue;
		for (size_t k = 0; k < listener->n_holders; k++)
			own |= streq(listener->holders[k].unit, c->unit->name);
		if (!own)
			return refuse(c, "another server listens at %s", listener->name);
	}
	return false;
}

static bool is_new_directory(const struct guard_case *c)
{
	for (size_t n = 0; c->family == FAMILY_UNIT; n++) {
		AUTO_FREE char *directory = runtime_directory(c, c->unit, n);

		if (!directory || streq(directory, c->one->path))
			return directory == NULL;
	}
	return true;
}

bool rule_foreign_directory(struct guard_case *c)
{
	const struct unit *unit;

	if (!c->one || !c->one->path || c->one->will.type != NODE_DIR || !is_new_directory(c))
		return false;
	unit = unit_that_makes(c, c->one->path, true);
	if (unit && unit != c->unit)
		return refuse(c, "%s is made by %s", c->one->path, unit->name);
	for (size_t i = 0; i < c->facts->n_tmpfiles; i++)
		if (line_is_foreign(c, &c->facts->tmpfiles[i]))
			return refuse(c, "%s stands in %s", c->facts->tmpfiles[i].path, c->facts->tmpfiles[i].at.file);
	return holds_anothers_socket(c);
}
