/* SPDX-License-Identifier: MIT */
/* Sockets that systemd makes for a socket unit: systemd.socket(5); src/core/socket.c, src/shared/socket-label.c. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/making.h"
#include "diagnose/unit.h"

#define DEFAULT_MODE 0666

static bool own(struct making *m, const char *user, const char *group)
{
	struct node *node = &m->out->node;
	uint32_t uid, gid;

	if (!unit_owner(m->world, user, group, &uid, &gid)) {
		const char *name = user && !user_by_name(&m->world->facts->accounts, user) ? user : group;

		return making_no_account(m, name == user ? "user" : "group", name == user ? "SocketUser=" : "SocketGroup=", name);
	}
	node->uid = user ? uid : node->uid;
	node->gid = user || group ? gid : node->gid;
	return true;
}

void creation_unit(struct making *m)
{
	char *user AUTO_FREE = NULL, *group AUTO_FREE = NULL;

	if (!m->unit) {
		making_unknown(m, xasprintf("the unit %s was not read", m->maker->unit ? m->maker->unit : "of this socket"));
		return;
	}
	if (streq(m->unit->load, "masked") || streq(m->unit->load, "bad-setting")) {
		making_fails(m, xasprintf("%s %s", m->unit->name, unit_not_at_boot(m->unit)));
		return;
	}
	if (m->unit->incomplete) {
		making_unknown(m, xasprintf("not all files of %s could be read", m->unit->name));
		return;
	}
	if (making_refused(m))
		return;
	user = unit_text(m->world, m->unit, "Socket.SocketUser", m->moment);
	group = unit_text(m->world, m->unit, "Socket.SocketGroup", m->moment);
	making_bind(m, unit_octal(m->world, m->unit, "Socket.SocketMode", m->moment, DEFAULT_MODE));
	own(m, user, group);
}
