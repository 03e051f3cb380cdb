/* SPDX-License-Identifier: MIT */
/* Steps at the places where sockets and their directories come from: units, tmpfiles.d, uWSGI's ini files, a pool's listen. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/effect_kinds.h"
#include "plan/step_make.h"

#include <inttypes.h>
#include <stdlib.h>

/* Drop-ins are applied in the order of their names, the last one wins; of tmpfiles.d the first line for a path does. */
#define DROPIN_NAME "zz-permfix.conf"
#define TMPFILES_FILE "/etc/tmpfiles.d/00-permfix.conf"

struct step *step_dropin(struct steps *list, const struct unit *unit, char *because)
{
	AUTO_FREE char *directory = dropin_directory(unit->name);
	AUTO_FREE char *file = xasprintf("%s" DROPIN_NAME, directory);
	struct step *step = step_add(list, STEP_SYSTEMD_DROPIN, file, because);

	step->section = xstrdup(unit->name);
	if (unit->pid || streq(unit->active, "active"))
		strings_addf(&step->warnings,
			"it takes effect at the next restart of %s, which is not restarted now; what is live is brought to the same state now",
			unit->name);
	return step;
}

char *unit_list_text(const struct world *world, const struct unit *unit, const char *key)
{
	AUTO_FREE char *storage = NULL;
	struct text words = {0};
	const char *word;

	for (size_t n = 0; (word = world_unit_setting(world, unit, key, MOMENT_BOOT, n, &storage)); n++)
		text_addf(&words, "%s%s", n ? " " : "", word);
	return words.size ? text_steal(&words) : NULL;
}

void step_dropin_key(struct step *step, const struct world *world, const struct unit *unit, const char *key, const char *value)
{
	AUTO_FREE char *from = unit_list_text(world, unit, key);

	if (!streq(from, value))
		step_change(step, key, from, value);
}

void step_daemon_reload(struct steps *list, char *because)
{
	struct step *step = step_add(list, STEP_SERVICE_DAEMON_RELOAD, "systemd", because);

	strings_add(&step->sh, "systemctl daemon-reload");
}

void step_restart(struct steps *list, const char *unit, const struct process *server, char *because)
{
	AUTO_FREE char *word = shell_quote(unit);
	struct step *step = step_add(list, STEP_SERVICE_RESTART, unit, because);

	step->impact = IMPACT_RESTART;
	step->unit = xstrdup(unit);
	strings_addf(&step->sh, "systemctl restart -- %s", word);
	step_expects(step, "process", unit,
		server && server->pid ? xasprintf("%u %" PRId64, server->pid, server->started) : xstrdup("absent"));
}

/* The line that counts for this path now: planned, or the first one in the files. */
static char *line_now(const struct world *world, const char *path)
{
	const struct facts *facts = world->facts;

	for (size_t i = world->n_effects; i-- > 0;)
		if (world->effects[i].kind == EFFECT_TMPFILES && streq(world->effects[i].key, path))
			return xstrdup(world->effects[i].value);
	for (size_t i = 0; i < facts->n_tmpfiles; i++) {
		const struct tmpfiles_line *line = &facts->tmpfiles[i];

		if (streq(line->path, path) && streq(line->type, "d"))
			return xasprintf("d %s %s %s", line->mode ? line->mode : "-", line->user ? line->user : "-",
				line->group ? line->group : "-");
	}
	return NULL;
}

void step_tmpfiles(struct steps *list, const struct world *world, const struct node *directory, char *because)
{
	AUTO_FREE char *user = user_label(world->facts, directory->uid), *group = group_label(world, directory->gid);
	AUTO_FREE char *from = line_now(world, directory->path);
	AUTO_FREE char *to = xasprintf("d %04o %s %s", directory->mode & 0777U, user, group);

	if (!streq(from, to))
		step_change(step_add(list, STEP_TMPFILES_ENTRY, TMPFILES_FILE, because), directory->path, from, to);
	else
		free(because);
}

struct step *step_uwsgi(struct steps *list, const struct backend_section *section, char *because)
{
	struct step *step = step_add(list, STEP_UWSGI_OPTION, section->at.file, because);

	step->section = xstrdup(section->name);
	strings_add(&step->warnings, "it takes effect when uWSGI starts anew; the live socket is brought to the same state now");
	step_warn_managed(step, section);
	return step;
}

void step_uwsgi_option(struct step *step, const struct world *world, const struct backend_section *section, const char *key, const char *value)
{
	const char *from = world_setting(world, section, key);

	if (!streq(from, value))
		step_change(step, key, from, value);
}

void step_listen_path(struct steps *list, const struct world *world, const struct backend_section *section, const char *path, char *because)
{
	struct step *step = step_add(list, STEP_PHPFPM_LISTEN_PATH, section->at.file, because);
	const struct setting *written = setting_find(section, "listen");
	const char *now = endpoint_path(world_listen(world, section));

	step->section = xstrdup(section->name);
	step_warn_managed(step, section);
	step_change(step, "listen", written && streq(world_listen(world, section), section->endpoint) ? written->value : now, path);
}
