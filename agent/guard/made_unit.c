/* SPDX-License-Identifier: MIT */
/* systemd.socket(5), systemd.exec(5): what a unit makes, and in which groups its processes are. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/grammar.h"
#include "guard/made.h"

#include <string.h>

static char *nth_word(const char *s, size_t n)
{
	for (;;) {
		size_t length;

		s += strspn(s, " ");
		length = strcspn(s, " ");
		if (!length)
			return NULL;
		if (n-- == 0)
			return xstrndup(s, length);
		s += length;
	}
}

char *unit_item(const struct guard_case *c, const struct unit *unit, const char *key, bool after, size_t n)
{
	const char *said = after && unit == c->unit ? case_value(c, key) : NULL;
	char *storage = NULL;
	const char *value;

	if (said)
		return nth_word(said, n);
	value = world_unit_setting(&c->before, unit, key, MOMENT_BOOT, n, &storage);
	return storage ? storage : xstrdup(value);
}

static uint32_t unit_mode(const struct guard_case *c, const char *key, bool after, uint32_t otherwise)
{
	AUTO_FREE char *said = unit_item(c, c->unit, key, after, 0);
	uint32_t mode;

	return said && parse_mode(said, &mode) ? mode : otherwise;
}

/* The account of `user` and `group`; a user alone brings its primary group. Who is not there stays root, or says so after the step. */
static bool unit_owner(struct guard_case *c, const char *user_key, const char *group_key, bool after, struct node *node)
{
	AUTO_FREE char *user = unit_item(c, c->unit, user_key, after, 0);
	AUTO_FREE char *group = unit_item(c, c->unit, group_key, after, 0);
	const struct user *account = user ? user_by_name(&c->facts->accounts, user) : NULL;

	if (user && *user && !made_user(c, user, &node->uid))
		return false;
	if (account)
		node->gid = account->gid;
	return !group || !*group || made_group(c, group, &node->gid);
}

static bool changes_any(const struct guard_case *c, const char *const *keys)
{
	for (; *keys; keys++)
		if (case_value(c, *keys))
			return true;
	return false;
}

/* Owners before are only compared with, so an account that is gone is nobody's. */
static bool own(struct guard_case *c, const char *user, const char *group, struct made *made)
{
	struct error none = c->error;

	if (!unit_owner(c, user, group, false, &made->was))
		c->error = none;
	return unit_owner(c, user, group, true, &made->will);
}

static bool made_socket(struct guard_case *c)
{
	static const char *const keys[] = {"Socket.SocketMode", "Socket.SocketUser", "Socket.SocketGroup", NULL};
	struct made *made;

	if (!changes_any(c, keys))
		return true;
	made = made_add(c, NODE_SOCKET, keys[0], unit_mode(c, keys[0], false, 0666), unit_mode(c, keys[0], true, 0666));
	made->set_mode = case_value(c, keys[0]) != NULL;
	return own(c, keys[1], keys[2], made);
}

static void made_parents(struct guard_case *c)
{
	static const char key[] = "Socket.DirectoryMode";

	if (case_value(c, key))
		made_add(c, NODE_DIR, key, unit_mode(c, key, false, 0755), unit_mode(c, key, true, 0755))->set_mode = true;
}

/* Whatever the service creates. A umask that is set lets no one else in, whatever the old one did. */
static bool made_files(struct guard_case *c)
{
	static const char *const keys[] = {"Service.UMask", "Service.Group", NULL};
	struct made *made;

	if (!changes_any(c, keys))
		return true;
	made = made_add(c, NODE_FILE, keys[0], 0777 & ~unit_mode(c, keys[0], false, 0022), 0777 & ~unit_mode(c, keys[0], true, 0022));
	made->set_mode = case_value(c, keys[0]) != NULL;
	if (made->set_mode)
		made->was.mode &= ~0007U;
	return own(c, "Service.User", keys[1], made);
}

static bool declared_before(const struct guard_case *c, const char *name)
{
	static const char key[] = "Service.RuntimeDirectory";

	for (size_t n = 0;; n++) {
		AUTO_FREE char *item = unit_item(c, c->unit, key, false, n);

		if (!item || streq(item, name))
			return item != NULL;
	}
}

static bool made_directory(struct guard_case *c, const char *name)
{
	static const char mode[] = "Service.RuntimeDirectoryMode";
	struct made *made = made_add(c, NODE_DIR, mode, 0, unit_mode(c, mode, true, 0755));
	const struct node *node;
	struct node now;

	made->path = xasprintf("/run/%.*s", (int)strcspn(name, ":"), name);
	made->set_mode = case_value(c, mode) != NULL;
	if (!own(c, "Service.User", "Service.Group", made))
		return false;
	if (declared_before(c, name)) {
		made->was.mode = unit_mode(c, mode, false, 0755);
		return true;
	}
	node = case_node(c, made->path);
	if (!node || node->type != NODE_DIR)
		return true;
	world_node(&c->before, node, &now);
	made->was.mode = now.mode;
	made->was.uid = now.uid;
	made->was.gid = now.gid;
	return true;
}

static bool made_directories(struct guard_case *c)
{
	static const char *const keys[] = {"Service.RuntimeDirectory", "Service.RuntimeDirectoryMode", "Service.Group", NULL};

	for (size_t n = 0; changes_any(c, keys); n++) {
		AUTO_FREE char *name = unit_item(c, c->unit, keys[0], true, n);

		if (!name)
			break;
		if (!made_directory(c, name))
			return false;
	}
	return true;
}

static bool has_gid(const uint32_t *gids, size_t n, uint32_t gid)
{
	for (size_t i = 0; i < n; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

size_t unit_gids(const struct guard_case *c, bool after, uint32_t **gids)
{
	struct guard_case *self = (struct guard_case *)c; /* for an error that is put back */
	const struct error none = c->error;
	struct node node = {0};
	size_t count = 0;

	*gids = NULL;
	unit_owner(self, "Service.User", "Service.Group", after, &node);
	ARRAY_ADD(*gids, count, node.gid);
	for (size_t n = 0;; n++) {
		AUTO_FREE char *name = unit_item(c, c->unit, "Service.SupplementaryGroups", after, n);
		uint32_t gid;

		if (!name)
			break;
		if (made_group(self, name, &gid) && !has_gid(*gids, count, gid))
			ARRAY_ADD(*gids, count, gid);
	}
	self->error = none;
	return count;
}

/* A group that the step names and that is not there: systemd would not start the service. */
static bool groups_exist(struct guard_case *c)
{
	const char *said = case_value(c, "Service.SupplementaryGroups");

	for (size_t n = 0; said; n++) {
		AUTO_FREE char *name = nth_word(said, n);
		uint32_t gid;

		if (!name)
			break;
		if (!made_group(c, name, &gid))
			return false;
	}
	return true;
}

static void gained_groups(struct guard_case *c)
{
	AUTO_FREE uint32_t *was = NULL;
	AUTO_FREE uint32_t *will = NULL;
	size_t n_was = unit_gids(c, false, &was), n_will = unit_gids(c, true, &will);

	for (size_t i = 0; i < n_will; i++)
		if (!has_gid(was, n_was, will[i]))
			ARRAY_ADD(c->gids, c->n_gids, will[i]);
}

bool made_by_unit(struct guard_case *c)
{
	if (!made_socket(c) || !made_files(c) || !made_directories(c) || !groups_exist(c))
		return false;
	made_parents(c);
	gained_groups(c);
	return true;
}
