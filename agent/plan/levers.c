/* SPDX-License-Identifier: MIT */
/* Which levers there are for which cause, in the order of preference among candidates that are otherwise equal. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/lever.h"

#define LEVERS_MAX 16

static const struct {
	int cause;
	lever *levers[LEVERS_MAX];
} table[] = {
	{CAUSE_SOCKET_MODE,
		{lever_pool_mode, lever_pool_group, lever_pool_acl, lever_maker_mode, lever_maker_group, lever_live_mode, lever_live_acl, lever_own_account}},
	{CAUSE_SOCKET_GROUP,
		{lever_pool_group, lever_pool_owner, lever_pool_acl, lever_maker_group, lever_maker_owner, lever_join_group,
			lever_dedicated_group, lever_live_group, lever_live_acl, lever_own_account}},
	{CAUSE_SOCKET_OWNER,
		{lever_pool_group, lever_pool_owner, lever_pool_acl, lever_maker_group, lever_maker_owner, lever_dedicated_group,
			lever_live_group, lever_live_acl, lever_own_account}},
	{CAUSE_SOCKET_ACL, {lever_pool_acl, lever_pool_owner, lever_maker_group, lever_maker_owner, lever_live_acl, lever_own_account}},
	{CAUSE_ACL_MASK, {lever_pool_mode, lever_pool_acl, lever_pool_owner, lever_maker_mode, lever_maker_group, lever_live_acl, lever_own_account}},
	{CAUSE_ACL_USERS_OVERRIDE, {lever_pool_acl, lever_own_account}},
	{CAUSE_DIR_SEARCH, {lever_runtime_directory, lever_tmpfiles, lever_dir_acl, lever_dir_group, lever_join_group, lever_own_account}},
	{CAUSE_DIR_ACL, {lever_runtime_directory, lever_tmpfiles, lever_dir_acl, lever_join_group, lever_own_account}},
	{CAUSE_HOME_DIR, {lever_move, lever_dir_acl, lever_manual, lever_own_account}},
	{CAUSE_STALE_GROUPS, {lever_reload, lever_own_account}},
	{CAUSE_STALE_SOCKET, {lever_sync, lever_unit_reload, lever_pool_open, lever_maker_group, lever_runtime_directory, lever_dir_acl, lever_own_account}},
	{CAUSE_NOT_DURABLE,
		{lever_pool_mode, lever_pool_group, lever_pool_owner, lever_pool_acl, lever_unit_reload, lever_maker_mode, lever_maker_group,
			lever_maker_owner, lever_preserve, lever_runtime_directory, lever_tmpfiles, lever_dedicated_group, lever_own_account, lever_manual}},
	{CAUSE_WORKER_USER, {lever_nginx_user, lever_pool_group, lever_pool_owner, lever_maker_group, lever_own_account}},
	{CAUSE_WORLD_ACCESS, {lever_pool_tighten, lever_maker_tighten, lever_live_tighten, lever_manual}},
	{CAUSE_PATH_MISMATCH, {lever_nginx_pass, lever_move, lever_manual}},
	{CAUSE_NEVER_CREATED, {lever_socket_again, lever_manual}},
	{CAUSE_SERVER_CANNOT_CREATE, {lever_make_directory, lever_move, lever_manual}},
	{CAUSE_NOT_A_SOCKET, {lever_manual}},
	{CAUSE_NOT_LISTENING, {lever_manual}},
	{CAUSE_BACKLOG_FULL, {lever_manual}},
	{CAUSE_TIMEOUT, {lever_manual}},
	{CAUSE_UNRESOLVED, {lever_manual}},
	{CAUSE_PRIVATE_TMP, {lever_move, lever_manual}},
	{CAUSE_MOUNT_NAMESPACE, {lever_move, lever_manual}},
	{CAUSE_USER_NAMESPACE, {lever_manual}},
	{CAUSE_OTHER, {lever_manual}},
};

void candidate_add(struct candidates *out, struct steps *steps)
{
	struct candidate *candidate;

	if (steps->n == 0) {
		steps_free(steps);
		return;
	}
	candidate = ARRAY_NEW(out->items, out->n);
	candidate->steps = *steps;
	for (size_t i = 0; i < steps->n; i++) {
		candidate->manual |= steps->items[i].kind == STEP_MANUAL;
		if (steps->items[i].impact > candidate->impact)
			candidate->impact = steps->items[i].impact;
	}
	*steps = (struct steps){0};
}

static bool same_change(const struct step_change *a, const struct step_change *b)
{
	return streq(a->key, b->key) && streq(a->to, b->to);
}

static bool same_step(const struct step *a, const struct step *b)
{
	if (a->kind != b->kind || !streq(a->target, b->target) || !streq(a->section, b->section) || a->offset != b->offset ||
		a->n_changes != b->n_changes)
		return false;
	for (size_t i = 0; i < a->n_changes; i++)
		if (!same_change(&a->changes[i], &b->changes[i]))
			return false;
	return true;
}

static bool same_steps(const struct steps *a, const struct steps *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same_step(&a->items[i], &b->items[i]))
			return false;
	return true;
}

/* Two levers can come to the same steps: the first one counts. */
static void drop_doubles(struct candidates *list)
{
	for (size_t i = 0; i < list->n; i++) {
		for (size_t k = i + 1; k < list->n; k++) {
			if (!same_steps(&list->items[i].steps, &list->items[k].steps))
				continue;
			candidate_free(&list->items[k]);
			list->n--;
			memmove(&list->items[k], &list->items[k + 1], (list->n - k) * sizeof(*list->items));
			k--;
		}
	}
}

void candidates_propose(const struct situation *s, struct candidates *out)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		for (size_t k = 0; table[i].cause == s->check->cause && k < LEVERS_MAX && table[i].levers[k]; k++)
			table[i].levers[k](s, out);
	drop_doubles(out);
}

void candidate_free(struct candidate *candidate)
{
	steps_free(&candidate->steps);
	refusal_free(&candidate->refusal);
	strings_free(&candidate->reach.users);
	strings_free(&candidate->reach.domains);
	strings_free(&candidate->reach.objects);
	strings_free(&candidate->reach.loses);
	free(candidate->lost);
	free(candidate->unknown);
	*candidate = (struct candidate){0};
}

void candidates_free(struct candidates *list)
{
	for (size_t i = 0; i < list->n; i++)
		candidate_free(&list->items[i]);
	free(list->items);
	*list = (struct candidates){0};
}
