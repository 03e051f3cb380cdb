/* SPDX-License-Identifier: MIT */
/* Servers that bind their own socket; the rules stand in creation.h. */
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "diagnose/making.h"

#define EVERYBODY 0777

static uint32_t octal(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 8) & 0777;
}

static bool is_root(const struct making *m)
{
	return m->ids.mapped && (m->ids.caps >> CAP_CHOWN & 1);
}

/* chmod(2) after the bind: where the directory has a default ACL the mask follows, and dac_decide() goes by the mode. */
static void chmod_socket(struct making *m, uint32_t mode)
{
	m->out->node.mode = mode;
}

/* "user", "user:group" or ":group". */
static bool chown_words(struct making *m, const char *key, const char *words)
{
	const char *colon = strchr(words, ':');
	char *user = colon ? xstrndup(words, (size_t)(colon - words)) : xstrdup(words);
	uint32_t uid = ID_UNCHANGED, gid = ID_UNCHANGED;
	bool ok = (!*user || making_find_user(m, key, user, &uid)) && (!colon || !colon[1] || making_find_group(m, key, colon + 1, &gid));

	free(user);
	return ok && making_chown(m, uid, gid, key);
}

/* --- Gunicorn --- */

void creation_gunicorn(struct making *m)
{
	const char *umask = making_text(m, "umask"), *user = making_text(m, "user"), *group = making_text(m, "group");
	struct node *node = &m->out->node;
	uint32_t uid = m->ids.uid, gid = m->ids.gid;

	if (making_refused(m))
		return;
	making_bind(m, EVERYBODY & ~(umask ? octal(umask) : 0));
	if ((user && !making_find_user(m, "user", user, &uid)) || (group && !making_find_group(m, "group", group, &gid)))
		return;
	/* With the ids that it has anyway the chown is left out, so a setgid directory gives the group. Without the right to it Gunicorn starts
	 * all the same. */
	if (uid == m->ids.uid && gid == m->ids.gid)
		return;
	if (is_root(m))
		node->uid = uid;
	if (making_may_chown(m, ID_UNCHANGED, gid))
		node->gid = gid;
}

/* --- uWSGI --- */

static bool is_on(const struct making *m, const char *key)
{
	const char *value = world_setting(m->world, m->section, key);

	return value && !streq(value, "false") && !streq(value, "0");
}

/* Started as root with uid or gid it gives up root before it binds, but for these options. */
static bool drop_root(struct making *m)
{
	const char *user = making_text(m, "uid"), *group = making_text(m, "gid");

	if (m->ids.uid != 0 || making_text(m, "chown-socket") || is_on(m, "master-as-root") || is_on(m, "drop-after-init") ||
		is_on(m, "drop-after-apps"))
		return true;
	if ((user && !making_find_user(m, "uid", user, &m->ids.uid)) || (group && !making_find_group(m, "gid", group, &m->ids.gid)))
		return false;
	if (m->ids.uid != 0)
		m->ids.caps = 0;
	return true;
}

static bool uwsgi_chmod(struct making *m, const char *value)
{
	if (!*value || streq(value, "1"))
		chmod_socket(m, 0666);
	else if (strlen(value) == 3 && strspn(value, "01234567") == 3)
		chmod_socket(m, octal(value));
	else
		return making_fails(m, xasprintf("chmod-socket = %s is not three octal digits, so uWSGI does not start", value));
	return true;
}

void creation_uwsgi(struct making *m)
{
	const char *mode = world_setting(m->world, m->section, "chmod-socket"), *owner = making_text(m, "chown-socket");
	const char *own = making_text(m, "umask");
	uint32_t umask = own ? octal(own) : 0;

	if (!drop_root(m) || making_refused(m))
		return;
	if (!mode && !own && !making_umask(m, &umask)) {
		making_unknown(m, xstrdup("the umask of uWSGI is not known"));
		return;
	}
	making_bind(m, EVERYBODY & ~umask);
	if ((!mode || uwsgi_chmod(m, mode)) && owner)
		chown_words(m, "chown-socket", owner);
}

/* --- Puma, Unicorn --- */

void creation_puma(struct making *m)
{
	const char *umask = making_text(m, "umask"), *mode = making_text(m, "mode");

	if (making_refused(m))
		return;
	making_bind(m, EVERYBODY & ~(umask ? octal(umask) : 0));
	if (mode)
		chmod_socket(m, octal(mode));
}

void creation_unicorn(struct making *m)
{
	const char *umask = making_text(m, "umask");

	if (!making_refused(m))
		making_bind(m, EVERYBODY & ~(umask ? octal(umask) : 0));
}

/* --- supervisord's fcgi-program, and everything else --- */

#define FCGI_PROGRAM "fcgi-program:"
#define FCGI_MODE    0700

static bool fcgi_owner(struct making *m)
{
	const char *owner = making_text(m, "socket_owner"), *name = making_text(m, "user");
	const struct user *user = name ? user_by_name(&m->world->facts->accounts, name) : NULL;

	if (owner)
		return chown_words(m, "socket_owner", owner);
	if (name && !user)
		return making_no_account(m, "user", "user", name);
	return !user || user->uid == m->ids.uid || making_chown(m, user->uid, user->gid, "user");
}

static void fcgi_program(struct making *m)
{
	const char *mode = making_text(m, "socket_mode");

	making_bind(m, EVERYBODY);
	if (fcgi_owner(m))
		chmod_socket(m, mode ? octal(mode) : FCGI_MODE);
}

void creation_plain(struct making *m)
{
	uint32_t umask;

	if (making_refused(m))
		return;
	if (m->section->name && starts_with(m->section->name, FCGI_PROGRAM))
		fcgi_program(m);
	else if (making_umask(m, &umask))
		making_bind(m, EVERYBODY & ~umask);
	else
		making_unknown(m, xstrdup("the umask of the process that makes the socket is not known"));
}
