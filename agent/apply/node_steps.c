/* SPDX-License-Identifier: MIT */
/* What the path.* steps make of a node. Read from the step itself, by the rules of plans/FORMAT.md. */
#include "apply/node.h"
#include "apply/node_acl.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/number.h"

#include <errno.h>

static bool parse_mode(const char *text, uint32_t *mode)
{
	if (strlen(text) != 4 || strspn(text, "01234567") != 4)
		return false;
	*mode = (uint32_t)strtoul(text, NULL, 8);
	return true;
}

static int find_user(const struct accounts *accounts, const char *name, uint32_t *uid, struct error *err)
{
	const struct user *user = user_by_name(accounts, name);

	if (user)
		*uid = user->uid;
	if (user || parse_id(name, uid))
		return 0;
	return error_set(err, ENOENT, "there is no account %s", name);
}

static int find_group(const struct accounts *accounts, const char *name, uint32_t *gid, struct error *err)
{
	const struct group *group = group_by_name(accounts, name);

	if (group)
		*gid = group->gid;
	if (group || parse_id(name, gid))
		return 0;
	return error_set(err, ENOENT, "there is no group %s", name);
}

int node_made(const struct accounts *accounts, const char *what, struct node_state *state, struct error *err)
{
	char mode[8], user[256], group[256], more;
	int r;

	*state = (struct node_state){.type = NODE_DIR};
	if (sscanf(what, "d %7[0-7] %255s %255s %c", mode, user, group, &more) != 3 || strlen(mode) < 3 || strlen(mode) > 4)
		return error_set(err, EINVAL, "a directory is made by \"d MODE USER GROUP\" and nothing else");
	state->mode = (uint32_t)strtoul(mode, NULL, 8);
	r = find_user(accounts, user, &state->uid, err);
	return r < 0 ? r : find_group(accounts, group, &state->gid, err);
}

static int bad_key(const struct step_change *c, struct error *err)
{
	return error_set(err, EINVAL, "%s is no key of this step", c->key);
}

static int apply_owner(
        const struct accounts *accounts, const struct step_change *c, struct node_state *s, struct error *err)
{
	if (c->to && streq(c->key, "owner"))
		return find_user(accounts, c->to, &s->uid, err);
	if (c->to && streq(c->key, "group"))
		return find_group(accounts, c->to, &s->gid, err);
	return bad_key(c, err);
}

static int apply_mode(
        const struct accounts *accounts, const struct step_change *c, struct node_state *s, struct error *err)
{
	uint32_t mode;

	(void)accounts;
	if (!c->to || !streq(c->key, "mode") || !parse_mode(c->to, &mode))
		return bad_key(c, err);
	node_set_mode(s, mode);
	return 0;
}

static bool parse_perms(const char *text, int *perms)
{
	static const char letters[] = "rwx";

	*perms = 0;
	if (strlen(text) != 3)
		return false;
	for (int i = 0; i < 3; i++) {
		if (text[i] == letters[i])
			*perms |= 4 >> i;
		else if (text[i] != '-')
			return false;
	}
	return true;
}

static int apply_acl(
        const struct accounts *accounts, const struct step_change *c, struct node_state *s, struct error *err)
{
	int perms = -1, from = -1, tag = ACL_TAG_MASK, r = 0;
	uint32_t id = 0;

	if ((c->to && !parse_perms(c->to, &perms)) || (c->from && !parse_perms(c->from, &from)))
		return error_set(err, EINVAL, "%s: permissions are three characters of rwx and -", c->key);
	if (starts_with(c->key, "user:")) {
		tag = ACL_TAG_USER;
		r = find_user(accounts, c->key + strlen("user:"), &id, err);
	} else if (starts_with(c->key, "group:")) {
		tag = ACL_TAG_GROUP;
		r = find_group(accounts, c->key + strlen("group:"), &id, err);
	} else if (!streq(c->key, "mask")) {
		return bad_key(c, err);
	}
	if (r == 0 && node_entry(s, tag, id) != from)
		r = error_set(err, ESTALE, "its ACL entry %s is not as the plan saw it", c->key);
	if (r == 0)
		node_set_entry(s, tag, id, perms);
	return r;
}

typedef int apply_function(
        const struct accounts *, const struct step_change *, struct node_state *, struct error *);

static apply_function *const functions[STEP_COUNT] = {
        [STEP_PATH_OWNER] = apply_owner,
        [STEP_PATH_MODE] = apply_mode,
        [STEP_PATH_ACL] = apply_acl,
};

int node_apply(
        const struct accounts *accounts, const struct step *step, struct node_state *state, struct error *err)
{
	int r = 0;

	if (!functions[step->kind])
		return error_set(
		        err, EINVAL, "%s is no step on a path", name_of(step_kind_names, step->kind));
	for (size_t i = 0; i < step->n_changes && r == 0; i++)
		r = functions[step->kind](accounts, &step->changes[i], state, err);
	return r < 0 ? r : node_acl_finish(state, err);
}
