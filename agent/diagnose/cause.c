/* SPDX-License-Identifier: MIT */
/* Why a directory or a socket denied, in the contract's words. Where several rows fit the order of the tests here is the contract's
 * precedence: namespace causes, stale-socket, acl-users-override, stale-groups, worker-user, home-dir, acl-mask, the plain row. */
#include "diagnose/exam.h"
#include "diagnose/home.h"

/* The node is another one than the server has at this path. */
static bool is_hidden_here(const struct exam *exam, const struct node *node)
{
	const struct walk *walk = exam->up->hidden_walk;

	for (size_t i = 0; walk && i < walk->n_nodes; i++)
		if (streq(walk->nodes[i].path, node->path))
			return walk->nodes[i].ino != node->ino || walk->nodes[i].dev != node->dev;
	return true;
}

static bool other_ids(const struct exam *exam)
{
	uint64_t mine = exam->worker->as.userns, theirs = exam->world->facts->host.userns;
	const struct upstream *up = exam->up;

	if (up->listener && up->listener->n_holders && up->listener->holders[0].userns)
		theirs = up->listener->holders[0].userns;
	else if (up->backend && up->backend->as.userns)
		theirs = up->backend->as.userns;
	return mine && theirs && mine != theirs;
}

static int namespace_cause(const struct exam *exam, const struct node *node, const struct dac_answer *answer)
{
	if (exam->up->hidden && is_hidden_here(exam, node))
		return exam->up->hidden;
	if (answer->by == DAC_OTHER && other_ids(exam))
		return CAUSE_USER_NAMESPACE;
	return CAUSE_NONE;
}

static bool lets_in(const struct ids *ids, const struct node *node, uint32_t want)
{
	return dac_decide(ids, node, want).allowed;
}

/* The account data would let the worker in, the process has other groups. */
static bool is_stale_groups(const struct exam *exam, const struct node *node, uint32_t want)
{
	return lets_in(&exam->fresh, node, want);
}

static bool is_worker_user(const struct exam *exam, const struct node *node, uint32_t want)
{
	return exam->up->web_user && lets_in(&exam->web, node, want);
}

/* The last word on how a directory is made, in force or on disk: a unit's at its start, what else there is at boot. */
static bool is_stale_directory(const struct exam *exam, const struct node *node)
{
	for (int moment = MOMENT_RESTART; moment <= MOMENT_BOOT; moment++) {
		const struct way *way = &exam->ways[moment];

		for (size_t i = 0; i < way->n; i++) {
			const struct directory *directory = &way->dirs[i];

			if (streq(directory->node.path, node->path) && directory->known && directory->exists && directory->configured &&
				lets_in(&exam->ids, &directory->node, DAC_SEARCH))
				return true;
		}
	}
	return false;
}

int cause_of_directory(const struct exam *exam, const struct node *node, const struct dac_answer *answer)
{
	int cause = namespace_cause(exam, node, answer);

	if (cause)
		return cause;
	if (is_stale_directory(exam, node))
		return CAUSE_STALE_SOCKET;
	if (is_stale_groups(exam, node, DAC_SEARCH))
		return CAUSE_STALE_GROUPS;
	if (is_worker_user(exam, node, DAC_SEARCH))
		return CAUSE_WORKER_USER;
	if (answer->masked || answer->by == DAC_ACL_USER || answer->by == DAC_ACL_GROUP)
		return CAUSE_DIR_ACL;
	return is_home(&exam->world->facts->accounts, node->path) ? CAUSE_HOME_DIR : CAUSE_DIR_SEARCH;
}

/* The configuration, read anew, lets the worker in: with the groups it has, or those it is listed in. */
static bool would_let_in(const struct exam *exam, const struct creation *made)
{
	if (!made->known || made->fails || !made->configured)
		return false;
	if (lets_in(&exam->ids, &made->node, DAC_WRITE))
		return true;
	return lets_in(&exam->fresh, &made->node, DAC_WRITE) && !lets_in(&exam->fresh, &exam->object, DAC_WRITE);
}

/* A unit whose files are newer than what systemd has loaded: what they say is in force after a boot. */
static bool is_stale_socket(const struct exam *exam)
{
	if (exam->remade)
		return false;
	return would_let_in(exam, &exam->made[MOMENT_RESTART]) || would_let_in(exam, &exam->made[MOMENT_BOOT]);
}

/* listen.acl_users or listen.acl_groups is in force: whoever is not in it is kept out, whatever listen.owner and listen.group say. */
static bool is_override(const struct exam *exam)
{
	return exam->made[MOMENT_RESTART].known && exam->made[MOMENT_RESTART].acl_override;
}

/* What the owning group may do, the mask counted. */
static uint32_t group_bits(const struct node *node)
{
	for (size_t i = 0; i < node->n_acl; i++)
		if (node->acl[i].tag == ACL_TAG_GROUP_OBJ)
			return node->acl[i].perms & node->mode >> 3;
	return node->mode >> 3;
}

static int plain_socket_cause(const struct node *node, const struct dac_answer *answer)
{
	switch (answer->by) {
	case DAC_ACL_USER:
	case DAC_ACL_GROUP:
		return CAUSE_SOCKET_ACL;
	case DAC_OTHER:
		return group_bits(node) & DAC_WRITE ? CAUSE_SOCKET_GROUP : CAUSE_SOCKET_OWNER;
	default:
		return CAUSE_SOCKET_MODE;
	}
}

int cause_of_socket(const struct exam *exam, const struct node *node, const struct dac_answer *answer)
{
	int cause = namespace_cause(exam, node, answer);

	if (cause)
		return cause;
	if (node->type != NODE_SOCKET)
		return CAUSE_NOT_A_SOCKET;
	if (is_stale_socket(exam))
		return CAUSE_STALE_SOCKET;
	if (is_override(exam))
		return CAUSE_ACL_USERS_OVERRIDE;
	if (is_stale_groups(exam, node, DAC_WRITE))
		return CAUSE_STALE_GROUPS;
	if (is_worker_user(exam, node, DAC_WRITE))
		return CAUSE_WORKER_USER;
	return answer->masked ? CAUSE_ACL_MASK : plain_socket_cause(node, answer);
}
