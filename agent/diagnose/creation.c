/* SPDX-License-Identifier: MIT */
#include "diagnose/creation.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/dac.h"
#include "diagnose/making.h"
#include "diagnose/unit.h"

void creation_free(struct creation *creation)
{
	shape_free(&node_shape, &creation->node);
	free(creation->why_unknown);
	free(creation->fails);
	*creation = (struct creation){0};
}

const char *making_text(const struct making *m, const char *key)
{
	const char *value = world_setting(m->world, m->section, key);

	return value && *value ? value : NULL;
}

bool making_is_number(const char *s)
{
	return strlen(s) == strspn(s, "0123456789");
}

bool making_unknown(struct making *m, char *why)
{
	free(m->out->why_unknown);
	m->out->why_unknown = why;
	m->out->known = false;
	return false;
}

bool making_fails(struct making *m, char *why)
{
	free(m->out->fails);
	m->out->fails = why;
	return false;
}

bool making_no_account(struct making *m, const char *what, const char *key, const char *name)
{
	const struct accounts *accounts = &m->world->facts->accounts;

	if (accounts->elsewhere || accounts->unknown)
		return making_unknown(m, xasprintf("%s names the %s %s, which the account files do not have", key, what, name));
	return making_fails(m, xasprintf("%s names the %s %s, which does not exist", key, what, name));
}

bool making_find_user(struct making *m, const char *key, const char *name, uint32_t *uid)
{
	const struct user *user = user_by_name(&m->world->facts->accounts, name);

	if (!user && !making_is_number(name))
		return making_no_account(m, "user", key, name);
	*uid = user ? user->uid : (uint32_t)strtoul(name, NULL, 10);
	return true;
}

bool making_find_group(struct making *m, const char *key, const char *name, uint32_t *gid)
{
	if (making_is_number(name)) {
		*gid = (uint32_t)strtoul(name, NULL, 10);
		return true;
	}
	return world_group(m->world, name, gid) || making_no_account(m, "group", key, name);
}

bool making_refused(struct making *m)
{
	char *why = creation_refused(m->world, &m->ids, m->parent);

	m->out->may_not = why != NULL;
	if (why)
		making_fails(m, why);
	return m->out->may_not;
}

void making_bind(struct making *m, uint32_t mode)
{
	struct node *node = &m->out->node;

	node->type = NODE_SOCKET;
	node->mode = mode & 0777;
	node->uid = m->ids.uid;
	node->gid = m->parent->mode & 02000 ? m->parent->gid : m->ids.gid;
	creation_inherit(m->parent, node);
}

bool making_may_chown(const struct making *m, uint32_t uid, uint32_t gid)
{
	const struct node *node = &m->out->node;

	if (m->ids.mapped && (m->ids.caps >> CAP_CHOWN & 1))
		return true;
	return (uid == ID_UNCHANGED || uid == node->uid) &&
	       (gid == ID_UNCHANGED || gid == node->gid || ids_in_group(&m->ids, gid));
}

bool making_chown(struct making *m, uint32_t uid, uint32_t gid, const char *key)
{
	struct node *node = &m->out->node;

	m->out->may_not = !making_may_chown(m, uid, gid);
	if (m->out->may_not)
		return making_fails(m, xasprintf("the master (uid %u) may not chown the socket as %s says, so it does not start",
			m->ids.uid, key));
	node->uid = uid == ID_UNCHANGED ? node->uid : uid;
	node->gid = gid == ID_UNCHANGED ? node->gid : gid;
	return true;
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

static making_rule *const rules[] = {
	[BACKEND_UNKNOWN] = creation_plain,     [BACKEND_PHP_FPM] = creation_fpm, [BACKEND_GUNICORN] = creation_gunicorn,
	[BACKEND_UWSGI] = creation_uwsgi,       [BACKEND_NODE] = creation_plain,  [BACKEND_PUMA] = creation_puma,
	[BACKEND_UNICORN] = creation_unicorn,   [BACKEND_SYSTEMD] = creation_unit,
};

/* Why nothing can be said; NULL: all that is needed is there. */
static char *why_unknown(const struct making *m)
{
	if (!m->maker || !m->section || m->maker->kind < 0 || (size_t)m->maker->kind >= sizeof(rules) / sizeof(rules[0]))
		return xstrdup("how this server makes its socket is not known");
	if (m->section->unclear)
		return xstrdup(m->section->unclear);
	if (!endpoint_path(world_listen(m->world, m->section)))
		return xstrdup("the server does not listen on a path");
	if (!m->parent || m->parent->acl_unknown)
		return xstrdup("the directory of the socket could not be read whole");
	return NULL;
}

/* Tools of the system may change the socket, or be a shell that does; a package's own helpers do not; the site's own scripts may do anything. */
static bool may_change(const char *command)
{
	static const char *const tools[] = {"/chmod", "/chown", "/chgrp", "/setfacl", "/install", "/sh", "/bash", "/dash", "/env", "/python"};
	static const char *const packaged[] = {"/bin/", "/sbin/", "/lib/", "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/"};
	char *program AUTO_FREE = xstrdup(command + strspn(command, "-@:+!|"));
	bool own = true;

	program[strcspn(program, " \t")] = '\0';
	for (size_t i = 0; i < COUNT_OF(tools); i++)
		if (strstr(program, tools[i]))
			return true;
	for (size_t i = 0; i < COUNT_OF(packaged); i++)
		own &= !starts_with(program, packaged[i]);
	return own;
}

/* A command of the unit that is run after the socket was made. The record has the program, hardly ever its arguments. */
static bool is_changed_by(const struct making *m, const char *key)
{
	char *storage AUTO_FREE = NULL;
	const char *command;

	for (size_t n = 0; (command = world_unit_setting(m->world, m->unit, key, MOMENT_BOOT, n, &storage)); n++)
		if (may_change(command) || strstr(command, m->out->node.path))
			return true;
	return false;
}

static void look_for_changes(struct making *m)
{
	if (m->unit && m->out->known && !m->out->fails &&
		(is_changed_by(m, "Socket.ExecStartPost") || is_changed_by(m, "Service.ExecStartPost")))
		making_unknown(m, xasprintf("ExecStartPost= of %s may change the socket", m->unit->name));
}

void creation_predict(const struct world *world, int moment, const struct backend *maker, const struct backend_section *section,
	const struct node *parent, struct creation *out)
{
	struct making m = {.world = world, .moment = moment, .maker = maker, .section = section, .parent = parent, .out = out};
	char *why = why_unknown(&m);

	*out = (struct creation){.known = true, .configured = true};
	if (why) {
		making_unknown(&m, why);
		return;
	}
	out->node.path = xstrdup(endpoint_path(world_listen(world, section)));
	m.unit = creation_unit_of(world->facts, maker);
	if (creation_ids(world, moment, maker, &m.ids)) {
		rules[maker->kind](&m);
		look_for_changes(&m);
	} else {
		making_unknown(&m, xasprintf("the ids that %s will run with are not known", maker->unit ? maker->unit : "the server"));
	}
	ids_free(&m.ids);
}
