/* SPDX-License-Identifier: MIT */
/* The knobs of uWSGI in its ini file: chmod-socket and chown-socket (bind_to_unix() and uwsgi_chown() in its core/socket.c and core/utils.c). */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/maker.h"

/* Only the master, and only a group of its own where it is not root; else it would not start. */
static bool may_give(const struct situation *s, const char *group)
{
	AUTO_IDS struct ids ids = {0};
	uint32_t gid;

	return creation_ids(&s->world, MOMENT_RESTART, s->upstream->maker, &ids) && world_group(&s->world, group, &gid) && (ids.uid == 0 || ids_in_group(&ids, gid));
}

/* The owner is named as it is: uWSGI looks up what stands before the colon. */
static void chown_option(const struct situation *s, const struct creation *now, const char *group, struct step *step)
{
	AUTO_FREE char *user = user_label(s->facts, now->node.uid), *value = xasprintf("%s:%s", user, group);

	step_uwsgi_option(step, &s->world, s->upstream->section, "chown-socket", value);
}

bool knob_uwsgi(const struct situation *s, const struct creation *now, const struct wish *wish, char *because, struct steps *steps)
{
	const struct backend_section *section = s->upstream->section;
	AUTO_FREE char *mode = xasprintf("%03o", wish->mode & 0777U);
	struct step *step;

	if (!section->at.file || !section->name || !ends_with(section->at.file, ".ini") || wish->user ||
		(wish->group && !may_give(s, wish->group))) {
		free(because);
		return false;
	}
	step = step_uwsgi(steps, section, because);
	if (wish->group)
		chown_option(s, now, wish->group, step);
	if (wish->mode && (wish->mode & 0777U) != (now->node.mode & 0777U))
		step_uwsgi_option(step, &s->world, section, "chmod-socket", mode);
	if (step->n_changes)
		return true;
	step_free(step);
	steps->n--;
	return false;
}
