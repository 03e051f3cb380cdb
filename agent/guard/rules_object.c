/* SPDX-License-Identifier: MIT */
/* Rules on the object that a step changes: what it is, where it stands, who answers for its file system. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/home.h"
#include "guard/made.h"
#include "guard/parties.h"
#include "guard/places.h"
#include "guard/root_equal.h"
#include "guard/rules.h"
#include "guard/trust.h"

#include <string.h>

bool rule_not_a_socket_or_dir(struct guard_case *c)
{
	return c->node->type != NODE_SOCKET && c->node->type != NODE_DIR &&
		refuse(c, "it is of the type %s", name_of(node_type_names, c->node->type));
}

bool rule_not_a_regular_file(struct guard_case *c)
{
	return c->node && c->node->type != NODE_FILE && refuse(c, "it is of the type %s", name_of(node_type_names, c->node->type));
}

/* A link in a directory that only root can write is as good as root's word (/var/run, sites-enabled/). */
static bool way_has_foreign_link(struct guard_case *c, const struct node *nodes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		AUTO_FREE char *shown = NULL;

		if (nodes[i].type != NODE_SYMLINK || link_is_roots(nodes, n, &nodes[i]))
			continue;
		shown = escape_terminal(nodes[i].path);
		return refuse(c, "the symbolic link %s is in a directory that others than root can write", shown);
	}
	return false;
}

static bool passes_link(const struct walk *walk, const char *target)
{
	for (size_t i = 0; i < walk->n_nodes; i++)
		if (walk->nodes[i].type == NODE_SYMLINK && (streq(walk->path, target) || streq(walk->nodes[i].path, target)))
			return true;
	return false;
}

static bool goes_through_link(struct guard_case *c, const char *path)
{
	for (size_t w = 0; w < c->facts->n_walks; w++)
		if (path && passes_link(&c->facts->walks[w], path))
			return refuse(c, "its path is, or goes through, a symbolic link");
	return false;
}

/* Where a directory or a socket is to be made, that place is named by its canonical path as well. */
static bool place_is_link(struct guard_case *c)
{
	for (size_t i = 0; c->family == FAMILY_TMPFILES && i < c->step->n_changes; i++)
		if (goes_through_link(c, c->step->changes[i].key))
			return true;
	if (c->one && c->one->path && c->one->was.type == NODE_DIR && goes_through_link(c, c->one->path))
		return true;
	return c->step->kind == STEP_PHPFPM_LISTEN_PATH && goes_through_link(c, case_value(c, "listen"));
}

/* A live object is named by its canonical path. This looks before the step is understood: no link is looked through for its effects. A
 * drop-in and a file of tmpfiles.d that lead elsewhere are another's file, whoever made the link. */
bool rule_symlink(struct guard_case *c)
{
	if (c->family & (FAMILY_PATH | FAMILY_UNIT | FAMILY_TMPFILES) && goes_through_link(c, c->step->target))
		return true;
	return place_is_link(c) || way_has_foreign_link(c, c->way, c->n_way);
}

static bool endpoint_root_equal(const struct guard_case *c, const char *endpoint)
{
	const char *path = endpoint_path(endpoint);
	const struct node *node = path ? walk_object(walk_find(c->facts, c->server_view ? c->server_view : "host", path)) : NULL;

	return (path && is_root_equal_path(path)) || (node && any_path_of(c->facts, node, is_root_equal_path));
}

static bool section_root_equal(struct guard_case *c)
{
	const char *was = c->section->endpoint, *will = world_listen(&c->after, c->section);

	if (endpoint_root_equal(c, was))
		return refuse(c, "the server listens at %s", was);
	return endpoint_root_equal(c, will) && refuse(c, "the server would listen at %s", will);
}

static bool held_by_unit(const struct listener *listener, const char *unit)
{
	for (size_t i = 0; i < listener->n_holders; i++)
		if (streq(listener->holders[i].unit, unit))
			return true;
	return false;
}

/* A socket unit by what it listens at, a service by what its processes hold. */
static bool unit_root_equal(struct guard_case *c)
{
	for (size_t n = 0;; n++) {
		AUTO_FREE char *item = unit_item(c, c->unit, "Socket.ListenStream", true, n);
		AUTO_FREE char *endpoint = xasprintf("unix:%s", item ? item : "");

		if (!item)
			break;
		if (*item == '/' && endpoint_root_equal(c, endpoint))
			return refuse(c, "the unit listens at %s", item);
	}
	for (size_t i = 0; i < c->facts->n_listeners; i++)
		if (held_by_unit(&c->facts->listeners[i], c->unit->name) && is_root_equal_listener(&c->facts->listeners[i]))
			return refuse(c, "the service listens at %s", c->facts->listeners[i].name);
	return false;
}

bool rule_root_equal_socket(struct guard_case *c)
{
	const struct listener *listener;

	if (c->family == FAMILY_SERVICE)
		return new_workers_are_root_equal(c);
	if (c->section)
		return section_root_equal(c);
	if (c->unit && unit_root_equal(c))
		return true;
	if (c->one && c->one->path && is_root_equal_path(c->one->path))
		return refuse(c, "%s is, or is for, a control socket of the system", c->one->path);
	if (c->endpoint)
		return endpoint_root_equal(c, c->endpoint) && refuse(c, "nginx would pass to %s", c->endpoint);
	if (c->family != FAMILY_PATH)
		return false;
	if (any_path_of(c->facts, c->node, is_root_equal_path))
		return refuse(c, "it is, or holds, a control socket of the system");
	listener = listener_at(c, c->node);
	return listener && is_root_equal_listener(listener) &&
		refuse(c, "%s listens there", listener->n_holders ? listener->holders[0].comm : "a system service");
}

/* A directory that a unit or a line makes: by its name, and by every name of what stands there now. */
static bool makes_system_directory(struct guard_case *c)
{
	const struct node *there = c->one && c->one->path ? case_node(c, c->one->path) : NULL;

	if (!c->one || !c->one->path || c->one->will.type != NODE_DIR)
		return false;
	return (is_system_directory(c->one->path) || (there && any_path_of(c->facts, there, is_system_directory))) &&
		refuse(c, "%s is no directory of one service", c->one->path);
}

bool rule_system_directory(struct guard_case *c)
{
	if (c->family != FAMILY_PATH)
		return makes_system_directory(c);
	return c->node->type == NODE_DIR && any_path_of(c->facts, c->node, is_system_directory) &&
		refuse(c, "search permission is given on a directory of one's own only");
}

bool rule_remote_fs(struct guard_case *c)
{
	const struct node *place = case_place(c);

	if (!place)
		return false;
	if (!place->fstype) /* a tree has no mount table, and its plan is for reading: apply takes none of a tree */
		return !c->facts->host.offline && refuse(c, "the type of its file system is not known");
	return is_remote_fs(place->fstype) && refuse(c, "it is on %s", place->fstype);
}

bool rule_read_only_fs(struct guard_case *c)
{
	const struct node *place = case_place(c);

	return place && place->read_only && refuse(c, "it is mounted read-only");
}

bool rule_immutable(struct guard_case *c)
{
	const struct node *place = case_place(c);

	return place && place->immutable && refuse(c, "it has the flag");
}

bool rule_hard_link(struct guard_case *c)
{
	return c->node && c->node->type != NODE_DIR && c->node->nlink != 1 &&
		refuse(c, "it has %llu names", (unsigned long long)c->node->nlink);
}

static bool is_master(const struct listener *listener, uint32_t uid)
{
	return listener && listener->n_holders && listener->holders[0].uid == uid;
}

bool rule_foreign_owner(struct guard_case *c)
{
	const struct listener *listener = listener_at(c, c->node);
	uint32_t uid = c->was.uid;

	if (c->was.type != NODE_SOCKET || is_party(c, false, uid))
		return false;
	/* what root listens at is root's, whatever its owner is called now */
	if (is_master(listener, 0))
		return false;
	return refuse(c, "its owner is uid %u", uid);
}

/* A socket's own server; for a directory any server, since it may make its socket there. */
static bool runs_a_server(const struct guard_case *c, uint32_t uid)
{
	if (c->was.type == NODE_SOCKET && c->family != FAMILY_PATH)
		return false; /* it is made before the server gives up its rights, or handed to it open */
	if (c->was.type == NODE_SOCKET)
		return is_master(listener_at(c, c->node), uid);
	for (size_t i = 0; i < c->facts->n_backends; i++)
		if (c->facts->backends[i].pid && c->facts->backends[i].as.uid == uid)
			return true;
	for (size_t i = 0; i < c->facts->n_listeners; i++)
		if (serves_upstream(c, &c->facts->listeners[i]) && is_master(&c->facts->listeners[i], uid))
			return true;
	return false;
}

bool rule_weakened_owner(struct guard_case *c)
{
	/* a directory that nobody has made yet has no owner's bits to lose, and is of no use without them */
	uint32_t had = c->one && c->was.type == NODE_DIR ? 0700 : c->was.mode;
	uint32_t lost = (had & ~c->will.mode) >> 6 & (c->was.type == NODE_DIR ? 7 : 6);

	if (lost)
		return refuse(c, "the owner's bits go from %o to %o", c->was.mode >> 6 & 7, c->will.mode >> 6 & 7);
	return c->was.uid != c->will.uid && c->was.uid != 0 && runs_a_server(c, c->was.uid) &&
		refuse(c, "the server runs as uid %u, to whom it belongs", c->was.uid);
}

bool rule_home_search(struct guard_case *c)
{
	bool gains = false;

	for (size_t i = 0; i < c->n_grants; i++)
		gains |= (c->grants[i].bits & 1) != 0 && c->grants[i].id != 0;
	if (c->was.type != NODE_DIR || !gains)
		return false;
	c->object = home_of(&c->facts->accounts, c->node->path);
	return c->object && refuse(c, "%s is a home", c->object);
}
