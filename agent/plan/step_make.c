/* SPDX-License-Identifier: MIT */
#include "plan/step_make.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/acl_text.h"

#include <inttypes.h>

struct step *step_add(struct steps *list, int kind, const char *target, char *because)
{
	struct step *step = ARRAY_NEW(list->items, list->n);

	step->kind = kind;
	step->target = xstrdup(target);
	step->because = because;
	return step;
}

void step_change(struct step *step, const char *key, const char *from, const char *to)
{
	ARRAY_ADD(step->changes, step->n_changes,
		(struct step_change){.key = xstrdup(key), .from = xstrdup(from), .to = xstrdup(to)});
}

void step_expects(struct step *step, const char *what, const char *path, char *value)
{
	ARRAY_ADD(step->preconditions, step->n_preconditions,
		(struct precondition){.what = xstrdup(what), .path = xstrdup(path), .value = value});
}

void step_expects_node(struct step *step, const struct node *node)
{
	step_expects(step, "node", node->path,
		xasprintf("%" PRIu64 ":%" PRIu64 " %u:%u %04o %s", node->dev, node->ino, node->uid, node->gid, node->mode,
			name_of(node_type_names, node->type)));
}

char *user_label(const struct facts *facts, uint32_t uid)
{
	const struct user *user = user_by_uid(&facts->accounts, uid);

	return user ? xstrdup(user->name) : xasprintf("%u", uid);
}

static const char *planned_group(const struct world *world, uint32_t gid)
{
	for (size_t i = 0; i < world->n_effects; i++)
		if (world->effects[i].kind == EFFECT_GROUP && world->effects[i].gid == gid)
			return world->effects[i].key;
	return NULL;
}

char *group_label(const struct world *world, uint32_t gid)
{
	const struct group *group = group_by_gid(&world->facts->accounts, gid);
	const char *planned = planned_group(world, gid);

	if (group || planned)
		return xstrdup(group ? group->name : planned);
	return xasprintf("%u", gid);
}

char *service_label(const struct process *process)
{
	return process->unit ? xstrdup(process->unit) : xasprintf("pid %u", process->pid);
}

void step_path_group(struct steps *list, const struct world *world, const struct node *node, uint32_t gid, char *because)
{
	AUTO_FREE char *from = group_label(world, node->gid), *to = group_label(world, gid);
	AUTO_FREE char *path = shell_quote(node->path), *group = shell_quote(to);
	struct step *step = step_add(list, STEP_PATH_OWNER, node->path, because);

	step_change(step, "group", from, to);
	step_expects_node(step, node);
	strings_addf(&step->sh, "chgrp -h -- %s %s", group, path);
}

void step_path_user(struct steps *list, const struct world *world, const struct node *node, uint32_t uid, char *because)
{
	AUTO_FREE char *from = user_label(world->facts, node->uid), *to = user_label(world->facts, uid);
	AUTO_FREE char *path = shell_quote(node->path), *user = shell_quote(to);
	struct step *step = step_add(list, STEP_PATH_OWNER, node->path, because);

	step_change(step, "owner", from, to);
	step_expects_node(step, node);
	strings_addf(&step->sh, "chown -h -- %s %s", user, path);
}

void step_path_both(struct steps *list, const struct world *world, const struct node *node, uint32_t uid, uint32_t gid, char *because)
{
	AUTO_FREE char *from = user_label(world->facts, node->uid), *from_group = group_label(world, node->gid);
	AUTO_FREE char *to = user_label(world->facts, uid), *to_group = group_label(world, gid);
	AUTO_FREE char *owners = xasprintf("%s:%s", to, to_group), *word = shell_quote(owners), *path = shell_quote(node->path);
	struct step *step = step_add(list, STEP_PATH_OWNER, node->path, because);

	step_change(step, "owner", from, to);
	step_change(step, "group", from_group, to_group);
	step_expects_node(step, node);
	strings_addf(&step->sh, "chown -h -- %s %s", word, path);
}

void step_path_mode(struct steps *list, const struct node *node, uint32_t mode, char *because)
{
	AUTO_FREE char *from = xasprintf("%04o", node->mode), *to = xasprintf("%04o", mode);
	AUTO_FREE char *path = shell_quote(node->path);
	struct step *step = step_add(list, STEP_PATH_MODE, node->path, because);

	step_change(step, "mode", from, to);
	step_expects_node(step, node);
	strings_addf(&step->sh, "chmod -- %s %s", to, path);
}

struct step *step_path_acl(struct steps *list, const struct node *node, char *because)
{
	struct step *step = step_add(list, STEP_PATH_ACL, node->path, because);

	step_expects_node(step, node);
	return step;
}

void step_acl_entry(struct step *step, const struct facts *facts, const struct node *node, const struct acl_entry *entry,
	const char *perms)
{
	const struct acl_entry *there = acl_find(node->acl, node->n_acl, entry->tag, entry->id);
	AUTO_FREE char *key = acl_key(facts, entry);
	char from[4];

	if (there)
		perms_text(there->perms, from);
	step_change(step, key, there ? from : NULL, perms);
}

/* One setfacl(1) call for all entries; -n leaves the mask as the plan says. */
void step_acl_done(struct step *step)
{
	AUTO_FREE char *path = shell_quote(step->target);
	struct text line = {0};

	text_add(&line, "setfacl -n");
	for (size_t i = 0; i < step->n_changes; i++) {
		const struct step_change *c = &step->changes[i];
		AUTO_FREE char *entry = xasprintf("%s%s:%s", c->key, streq(c->key, "mask") ? ":" : "", c->to ? c->to : "");
		AUTO_FREE char *name = xstrndup(entry, strlen(entry) - (c->to ? 0 : 1));
		AUTO_FREE char *word = shell_quote(c->to ? entry : name);

		text_addf(&line, " %s %s", c->to ? "-m" : "-x", word);
	}
	text_addf(&line, " -- %s", path);
	strings_own(&step->sh, text_steal(&line));
}

void step_warn_managed(struct step *step, const struct backend_section *section)
{
	if (section->managed_by)
		strings_addf(&step->warnings,
			"%s writes this file: the change belongs in its source too, or the next run takes it back",
			section->managed_by);
}

struct step *step_pool(struct steps *list, const struct backend_section *section, char *because)
{
	struct step *step = step_add(list, STEP_PHPFPM_LISTEN, section->at.file, because);

	step->section = xstrdup(section->name);
	step_warn_managed(step, section);
	return step;
}

void step_pool_key(struct step *step, const struct world *world, const struct backend_section *section, const char *key,
	const char *value)
{
	const char *from = world_setting(world, section, key);

	if (!streq(from, value))
		step_change(step, key, from, value);
}

void step_group_create(struct steps *list, const char *group, char *because)
{
	AUTO_FREE char *word = shell_quote(group);
	struct step *step = step_add(list, STEP_GROUP_CREATE, group, because);

	step_change(step, "gid", NULL, "system");
	strings_addf(&step->sh, "groupadd --system -- %s", word);
	step_expects(step, "group", group, xstrdup("absent"));
}

void step_member(struct steps *list, const char *group, const char *user, char *because)
{
	AUTO_FREE char *group_word = shell_quote(group), *user_word = shell_quote(user);
	struct step *step = step_add(list, STEP_GROUP_ADD_MEMBER, group, because);

	step_change(step, "member", NULL, user);
	strings_addf(&step->sh, "usermod -aG %s -- %s", group_word, user_word);
}

void step_reload(struct steps *list, const struct process *master, char *because)
{
	AUTO_FREE char *target = service_label(master);
	struct step *step = step_add(list, STEP_SERVICE_RELOAD, target, because);

	step->impact = IMPACT_RELOAD;
	step->unit = xstrdup(master->unit);
	if (master->unit) {
		AUTO_FREE char *unit = shell_quote(master->unit);

		strings_addf(&step->sh, "systemctl reload -- %s", unit);
	} else {
		strings_addf(&step->sh, "kill -HUP %u", master->pid);
	}
	step_expects(step, "process", target, xasprintf("%u %" PRId64, master->pid, master->started));
}

void step_manual(struct steps *list, const char *target, char *because)
{
	step_add(list, STEP_MANUAL, target, because);
}
