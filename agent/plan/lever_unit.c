/* SPDX-License-Identifier: MIT */
/* The knobs of units: SocketUser=, SocketGroup=, SocketMode= of a socket unit (systemd.socket(5)); Group= and UMask= of the service that binds its
 * socket itself (systemd.exec(5)). Always a drop-in: the files of packages stay as they are. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/unit.h"
#include "plan/maker.h"

#define OTHER_BITS 0007U

bool unit_takes_dropins(const struct unit *unit)
{
	return unit && streq(unit->load, "loaded");
}

const struct unit *maker_service(const struct situation *s)
{
	const struct backend *backend = s->upstream->maker ? s->upstream->maker : s->upstream->backend;
	const struct unit *unit = service_of(s->facts, backend);

	return unit_takes_dropins(unit) ? unit : NULL;
}

char *words_with(const char *list, const char *word)
{
	AUTO_FREE char *words = xstrdup(list ? list : "");
	char *rest = words, *one;

	while ((one = strsep(&rest, " ")))
		if (streq(one, word))
			return xstrdup(list);
	return list && *list ? xasprintf("%s %s", list, word) : xstrdup(word);
}

/* A step that turned out to change nothing is taken out again. */
static bool finish(struct steps *steps)
{
	if (steps->items[steps->n - 1].n_changes == 0) {
		step_free(&steps->items[--steps->n]);
		return false;
	}
	step_daemon_reload(steps, xstrdup("systemd takes what units say from its memory until it has read their files anew"));
	return true;
}

bool knob_socket(const struct situation *s, const struct creation *now, const struct wish *wish, char *because, struct steps *steps)
{
	const struct unit *unit = unit_find(s->facts, s->upstream->maker->unit);
	AUTO_FREE char *mode = xasprintf("%04o", wish->mode);
	struct step *step;

	(void)now;
	if (!unit_takes_dropins(unit)) {
		free(because);
		return false;
	}
	step = step_dropin(steps, unit, because);
	if (wish->user)
		step_dropin_key(step, &s->world, unit, "Socket.SocketUser", wish->user);
	if (wish->group)
		step_dropin_key(step, &s->world, unit, "Socket.SocketGroup", wish->group);
	if (wish->mode)
		step_dropin_key(step, &s->world, unit, "Socket.SocketMode", mode);
	return finish(steps);
}

/* The group that the service's processes have without the change. */
static char *group_of_service(const struct situation *s, const struct unit *unit)
{
	AUTO_FREE char *user = unit_text(&s->world, unit, "Service.User", MOMENT_BOOT);
	AUTO_FREE char *group = unit_text(&s->world, unit, "Service.Group", MOMENT_BOOT);
	uint32_t uid, gid;

	if (!unit_owner(&s->world, user, group, &uid, &gid))
		return NULL;
	return group_label(&s->world, gid);
}

#define SHOWN_MAX 5

/* What of that which was looked at the group may use: the service may from then on. */
static bool opens(const struct situation *s, const struct node *node, uint32_t gid)
{
	const char *own = endpoint_path(s->upstream->endpoint);

	return node->gid == gid && (node->mode & 0060U) && node->type != NODE_SYMLINK && !streq(node->path, own);
}

static void say_gain(const struct situation *s, struct step *step, const struct unit *unit, const char *group)
{
	AUTO_STRINGS struct strings gained = {0};
	AUTO_FREE char *paths = NULL;
	struct text list = {0};
	uint32_t gid;

	if (!world_group(&s->world, group, &gid))
		return;
	for (size_t w = 0; w < s->facts->n_walks; w++)
		for (size_t i = 0; streq(s->facts->walks[w].view, "host") && i < s->facts->walks[w].n_nodes; i++) {
			const struct node *node = &s->facts->walks[w].nodes[i];

			if (opens(s, node, gid) && !strings_has(&gained, node->path))
				strings_add(&gained, node->path);
		}
	for (size_t i = 0; i < gained.n && i < SHOWN_MAX; i++)
		text_addf(&list, "%s%s", i ? ", " : ": ", gained.items[i]);
	if (gained.n > SHOWN_MAX)
		text_addf(&list, " and %zu more", gained.n - SHOWN_MAX);
	if (gained.n == 0)
		text_add(&list, ", of which nothing is known here but its own socket");
	paths = text_steal(&list);
	strings_addf(&step->warnings, "%s gains all that group %s may do%s", unit->name, group, paths);
}

void service_group_keys(const struct situation *s, struct step *step, const struct unit *unit, const char *group)
{
	AUTO_FREE char *old = group_of_service(s, unit), *words = unit_list_text(&s->world, unit, "Service.SupplementaryGroups"), *more = NULL;

	if (!old || streq(old, group))
		return;
	step_dropin_key(step, &s->world, unit, "Service.Group", group);
	more = words_with(words, old);
	step_dropin_key(step, &s->world, unit, "Service.SupplementaryGroups", more);
	say_gain(s, step, unit, group);
	strings_addf(&step->warnings, "from then on the files that %s makes belong to group %s; group %s stays among its groups", unit->name, group, old);
}

/* Of what the umask lets through, the execute bits are left alone: they are what makes new directories searchable. */
static void umask_key(const struct situation *s, struct step *step, const struct unit *unit, uint32_t mode)
{
	AUTO_FREE char *umask = xasprintf("%04o", (~mode & 0666U) | OTHER_BITS);

	step_dropin_key(step, &s->world, unit, "Service.UMask", umask);
	strings_addf(&step->warnings, "UMask= counts for every file that %s makes, not for the socket alone", unit->name);
}

/* The others bind under a umask of their own, whatever the process has: see creation.h. */
static bool goes_by_umask(const struct situation *s)
{
	const struct backend_section *section = s->upstream->section;

	switch (s->upstream->maker->kind) {
	case BACKEND_NODE:
	case BACKEND_UNKNOWN:
		return true;
	case BACKEND_UWSGI:
		return !setting_find(section, "umask") && !setting_find(section, "chmod-socket");
	default:
		return false;
	}
}

/* A server that sets its socket's group itself does not go by that of its process. */
static bool goes_by_group(const struct situation *s)
{
	static const char *const own[] = {"group", "user", "gid", "uid", "chown-socket"};

	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (setting_find(s->upstream->section, own[i]))
			return false;
	return true;
}

bool knob_service(const struct situation *s, const struct creation *now, const struct wish *wish, char *because, struct steps *steps)
{
	const struct unit *unit = maker_service(s);
	bool mode = wish->mode && (wish->mode & 0666U) != (now->node.mode & 0666U);
	struct step *step;

	if (!unit || s->upstream->maker->supervisor || wish->user || (mode && (!now->configured || !goes_by_umask(s))) ||
		(wish->group && !goes_by_group(s))) {
		free(because);
		return false;
	}
	step = step_dropin(steps, unit, because);
	if (wish->group)
		service_group_keys(s, step, unit, wish->group);
	if (mode)
		umask_key(s, step, unit, wish->mode);
	return finish(steps);
}
