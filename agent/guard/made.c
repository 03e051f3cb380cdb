/* SPDX-License-Identifier: MIT */
#include "guard/made.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "guard/grammar.h"

#include <errno.h>
#include <string.h>

struct made *made_add(struct guard_case *c, int type, const char *what, uint32_t was, uint32_t will)
{
	struct made *made = ARRAY_NEW(c->made, c->n_made);

	*made = (struct made){.what = what, .was = {.type = type, .mode = was}, .will = {.type = type, .mode = will}};
	return made;
}

void made_free(struct guard_case *c)
{
	for (size_t i = 0; i < c->n_made; i++)
		free(c->made[i].path);
	free(c->made);
}

static bool no_account(struct guard_case *c, const char *what, const char *name)
{
	AUTO_FREE char *shown = escape_terminal(name);

	error_set(&c->error, EINVAL, "no such %s: %s", what, shown);
	return false;
}

bool made_user(struct guard_case *c, const char *name, uint32_t *uid)
{
	const struct user *user = user_by_name(&c->facts->accounts, name);

	if (user)
		*uid = user->uid;
	return user || parse_id(name, uid) || no_account(c, "user", name);
}

bool made_group(struct guard_case *c, const char *name, uint32_t *gid)
{
	return world_group(&c->before, name, gid) || parse_id(name, gid) || no_account(c, "group", name);
}

/* --- tmpfiles.d --- */

static char *take_word(const char **s)
{
	size_t n = strcspn(*s, " ");
	char *word = xstrndup(*s, n);

	*s += n + ((*s)[n] == ' ');
	return word;
}

void tmpfiles_value_free(struct tmpfiles_value *value)
{
	free(value->user);
	free(value->group);
}

bool tmpfiles_value_parse(const char *s, struct tmpfiles_value *out)
{
	AUTO_FREE char *type = take_word(&s);
	AUTO_FREE char *mode = take_word(&s);

	tmpfiles_value_free(out);
	*out = (struct tmpfiles_value){.user = take_word(&s), .group = take_word(&s)};
	return streq(type, "d") && is_four_octal_digits(mode) && parse_mode(mode, &out->mode) && is_account_or_id(out->user) &&
		is_account_or_id(out->group) && !*s;
}

/* What makes this directory at boot so far: the first line of a type that creates one. */
static const struct tmpfiles_line *line_of(const struct facts *facts, const char *path)
{
	for (size_t i = 0; i < facts->n_tmpfiles; i++)
		if (facts->tmpfiles[i].type && strchr("dDvqQ", facts->tmpfiles[i].type[0]) && streq(facts->tmpfiles[i].path, path))
			return &facts->tmpfiles[i];
	return NULL;
}

static void was_by_line(struct guard_case *c, const struct tmpfiles_line *line, struct node *was)
{
	const char *mode = line->mode;
	struct error none;

	mode += mode && (*mode == '~' || *mode == ':');
	if (!mode || !parse_mode(mode, &was->mode))
		was->mode = 0755;
	none = c->error;
	if (line->user)
		made_user(c, line->user + (*line->user == ':'), &was->uid);
	if (line->group)
		made_group(c, line->group + (*line->group == ':'), &was->gid);
	c->error = none; /* the old line's accounts are not this step's fault */
}

/* A declaration counts before the live directory: what a person did to that by hand is not what was declared. */
static void directory_was(struct guard_case *c, struct made *made)
{
	const struct tmpfiles_line *line = line_of(c->facts, made->path);
	const struct node *node = case_node(c, made->path);
	struct node now;

	if (line) {
		was_by_line(c, line, &made->was);
	} else if (node && node->type == NODE_DIR) {
		world_node(&c->before, node, &now);
		made->was.mode = now.mode;
		made->was.uid = now.uid;
		made->was.gid = now.gid;
	}
}

bool made_by_tmpfiles(struct guard_case *c)
{
	for (size_t i = 0; i < c->step->n_changes; i++) {
		AUTO_TMPFILES_VALUE struct tmpfiles_value value = {0};
		struct made *made;

		if (!tmpfiles_value_parse(c->step->changes[i].to, &value))
			return false;
		made = made_add(c, NODE_DIR, "the line", 0, value.mode);
		made->path = xstrdup(c->step->changes[i].key);
		made->set_mode = true;
		directory_was(c, made);
		if (!made_user(c, value.user, &made->will.uid) || !made_group(c, value.group, &made->will.gid))
			return false;
	}
	return true;
}

/* --- uWSGI --- */

static uint32_t umask_of(const struct guard_case *c)
{
	const char *said = world_setting(&c->before, c->section, "umask");
	uint32_t mask;

	if ((said && parse_mode(said, &mask)) || (c->backend->as.umask && parse_mode(c->backend->as.umask, &mask)))
		return mask;
	return 0022;
}

/* chmod-socket without a value is 0666; without the option bind(2) goes by the umask. */
static uint32_t uwsgi_mode(const struct guard_case *c, const char *said)
{
	uint32_t mode;

	if (!said)
		return 0777 & ~umask_of(c);
	return parse_mode(said, &mode) ? mode : 0666;
}

static bool uwsgi_owner(struct guard_case *c, const char *said, struct node *node)
{
	const char *colon = said ? strchr(said, ':') : NULL;
	AUTO_FREE char *user = said ? xstrndup(said, colon ? (size_t)(colon - said) : strlen(said)) : NULL;

	if (user && !made_user(c, user, &node->uid))
		return false;
	return !colon || made_group(c, colon + 1, &node->gid);
}

bool made_by_uwsgi(struct guard_case *c)
{
	static const char mode[] = "chmod-socket", owner[] = "chown-socket";
	const char *was = world_setting(&c->before, c->section, owner), *will = case_value(c, owner);
	struct made *made = made_add(c, NODE_SOCKET, mode, uwsgi_mode(c, world_setting(&c->before, c->section, mode)),
		uwsgi_mode(c, world_setting(&c->after, c->section, mode)));
	const char *uid = world_setting(&c->before, c->section, "uid"), *gid = world_setting(&c->before, c->section, "gid");
	struct error none = c->error;

	made->path = xstrdup(endpoint_path(c->section->endpoint));
	made->set_mode = case_value(c, mode) != NULL;
	made->was.uid = c->backend->as.uid;
	made->was.gid = c->backend->as.gid;
	if (uid)
		made_user(c, uid, &made->was.uid);
	if (gid)
		made_group(c, gid, &made->was.gid);
	uwsgi_owner(c, was, &made->was);
	c->error = none; /* what the old settings name is not this step's fault */
	made->will.uid = made->was.uid;
	made->will.gid = made->was.gid;
	return uwsgi_owner(c, will, &made->will);
}
