/* SPDX-License-Identifier: MIT */
#include "diagnose/creation.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "diagnose/dac.h"

#define DEFAULT_MODE 0660 /* since 5.5.12 (CVE-2014-0185) */

void creation_free(struct creation *creation)
{
	shape_free(&node_shape, &creation->node);
	free(creation->why_unknown);
	free(creation->fails);
	*creation = (struct creation){0};
}

void creation_ids(const struct world *world, const struct backend *backend, struct ids *out)
{
	static char name[] = "root";
	const struct user root = {.name = name};

	if (backend->pid)
		process_ids(world->facts, &backend->as, out);
	else
		world_user_ids(world, &root, out);
}

/* The text of a key that is set and not empty: PHP-FPM treats the others alike. */
static const char *text_of(const struct world *world, const struct backend_section *section, const char *key)
{
	const char *value = world_setting(world, section, key);

	return value && *value ? value : NULL;
}

/* What is being predicted: the arguments and what comes of them. */
struct prediction {
	const struct world *world;
	const struct backend_section *section;
	const struct node *parent;
	struct ids ids;
	struct creation *out;
};

static bool unknown(struct creation *out, char *why)
{
	free(out->why_unknown);
	out->why_unknown = why;
	out->known = false;
	return false;
}

static bool fails(struct creation *out, char *why)
{
	free(out->fails);
	out->fails = why;
	return false;
}

/* An account that the files do not have: somewhere else it may exist, else PHP-FPM will not start. */
static bool no_account(struct prediction *p, const char *what, const char *key, const char *name)
{
	const struct accounts *accounts = &p->world->facts->accounts;

	if (accounts->elsewhere || accounts->unknown)
		return unknown(p->out, xasprintf("%s names the %s %s, which the account files do not have", key, what, name));
	return fails(p->out, xasprintf("%s names the %s %s, which does not exist", key, what, name));
}

static bool is_number(const char *s)
{
	return strlen(s) == strspn(s, "0123456789");
}

static bool find_owner(struct prediction *p, const char *name, uint32_t *uid, uint32_t *gid)
{
	const struct user *user;

	if (is_number(name)) {
		*uid = (uint32_t)strtoul(name, NULL, 10);
		return true;
	}
	user = user_by_name(&p->world->facts->accounts, name);
	if (!user)
		return no_account(p, "user", "listen.owner", name);
	*uid = user->uid;
	*gid = user->gid;
	return true;
}

static bool find_group(struct prediction *p, const char *name, uint32_t *gid)
{
	if (is_number(name)) {
		*gid = (uint32_t)strtoul(name, NULL, 10);
		return true;
	}
	return world_group(p->world, name, gid) || no_account(p, "group", "listen.group", name);
}

/* setattr_prepare(): the owner may give the file to himself and to his own groups; all else needs CAP_CHOWN. */
static bool may_chown(const struct ids *ids, const struct node *node, uint32_t uid, uint32_t gid)
{
	if (ids->mapped && (ids->caps >> CAP_CHOWN & 1))
		return true;
	return (uid == ID_UNCHANGED || uid == node->uid) &&
	       (gid == ID_UNCHANGED || gid == node->gid || ids_in_group(ids, gid));
}

static bool chown_socket(struct prediction *p, const char *owner, const char *group)
{
	struct node *node = &p->out->node;
	uint32_t uid = ID_UNCHANGED, gid = ID_UNCHANGED;

	if (owner && !find_owner(p, owner, &uid, &gid))
		return false;
	if (group && !find_group(p, group, &gid))
		return false;
	p->out->may_not = !may_chown(&p->ids, node, uid, gid);
	if (p->out->may_not)
		return fails(p->out, xasprintf("the master (uid %u) may not chown the socket as %s says, so it does not start",
			p->ids.uid, owner ? "listen.owner" : "listen.group"));
	node->uid = uid == ID_UNCHANGED ? node->uid : uid;
	node->gid = gid == ID_UNCHANGED ? node->gid : gid;
	return true;
}

static bool acl_id(struct prediction *p, int tag, const char *name, uint32_t *id)
{
	const struct user *user;

	if (tag == ACL_TAG_GROUP)
		return world_group(p->world, name, id) || no_account(p, "group", "listen.acl_groups", name);
	user = user_by_name(&p->world->facts->accounts, name);
	if (!user)
		return no_account(p, "user", "listen.acl_users", name);
	*id = user->uid;
	return true;
}

/* One list of names; like PHP-FPM it takes them as they stand between the commas. */
static bool add_names(struct prediction *p, int tag, const char *list)
{
	char *names = xstrdup(list);
	bool ok = true;

	for (char *name = names, *end; ok && name; name = end) {
		uint32_t id;

		end = strchr(name, ',');
		if (end)
			*end++ = '\0';
		ok = acl_id(p, tag, name, &id);
		if (ok && !creation_add_entry(&p->out->node, tag, id, 6))
			ok = fails(p->out, xasprintf("the ACL of the socket would name %s twice, so it does not start", name));
	}
	free(names);
	return ok;
}

static void predict(struct prediction *p)
{
	const char *mode = text_of(p->world, p->section, "listen.mode");
	const char *users = text_of(p->world, p->section, "listen.acl_users");
	const char *groups = text_of(p->world, p->section, "listen.acl_groups");
	struct node *node = &p->out->node;

	node->type = NODE_SOCKET;
	node->mode = mode ? (uint32_t)strtoul(mode, NULL, 8) & 0777 : DEFAULT_MODE;
	node->uid = p->ids.uid;
	node->gid = p->parent->mode & 02000 ? p->parent->gid : p->ids.gid;
	creation_inherit(p->parent, node);
	p->out->acl_override = users || groups;
	if (!users && !groups) {
		chown_socket(p, text_of(p->world, p->section, "listen.owner"), text_of(p->world, p->section, "listen.group"));
		return;
	}
	if ((!users || add_names(p, ACL_TAG_USER, users)) && (!groups || add_names(p, ACL_TAG_GROUP, groups)))
		creation_calc_mask(node);
}

/* No special files there: bind(2) fails with EPERM (fs/fat, fs/exfat, fs/vboxsf have no mknod). */
static bool has_no_sockets(const struct node *directory)
{
	static const char *const types[] = {"vfat", "msdos", "exfat", "vboxsf", NULL};

	for (const char *const *type = types; *type; type++)
		if (streq(directory->fstype, *type))
			return true;
	return false;
}

char *creation_refused(const struct world *world, const struct ids *ids, const struct node *parent)
{
	struct dac_answer answer = dac_decide(ids, parent, DAC_WRITE | DAC_SEARCH);
	const struct user *user = user_by_uid(&world->facts->accounts, ids->uid);

	if (parent->type != NODE_DIR)
		return xasprintf("%s is no directory", parent->path);
	if (parent->read_only)
		return xasprintf("%s is mounted read-only", parent->path);
	if (parent->immutable)
		return xasprintf("%s is immutable", parent->path);
	if (has_no_sockets(parent))
		return xasprintf("%s is on a file system (%s) that cannot hold a socket", parent->path, parent->fstype);
	if (answer.allowed || answer.acl_unknown)
		return NULL;
	return xasprintf("%s (uid %u) may not write in %s", user ? user->name : "the server", ids->uid, parent->path);
}

void creation_predict(const struct world *world, int moment, const struct backend *backend, const struct backend_section *section,
	const struct node *parent, struct creation *out)
{
	struct prediction p = {.world = world, .section = section, .parent = parent, .out = out};

	(void)moment;
	*out = (struct creation){.known = true, .configured = true};
	if (!backend || !section || backend->kind != BACKEND_PHP_FPM)
		unknown(out, xstrdup("how this server makes its socket is not known"));
	else if (!endpoint_path(section->endpoint))
		unknown(out, xstrdup("the pool does not listen on a path"));
	else if (!parent || parent->acl_unknown)
		unknown(out, xstrdup("the directory of the socket could not be read whole"));
	if (!out->known)
		return;
	out->node.path = xstrdup(endpoint_path(section->endpoint));
	creation_ids(world, backend, &p.ids);
	out->fails = creation_refused(world, &p.ids, parent);
	out->may_not = out->fails != NULL;
	if (!out->fails)
		predict(&p);
	ids_free(&p.ids);
}
