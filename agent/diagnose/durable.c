/* SPDX-License-Identifier: MIT */
/* What works now and will not after the next restart: the socket as the pool's configuration makes it, the worker with the groups that
 * the account data give it. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/because.h"
#include "diagnose/exam.h"

static void add(struct exam *exam, const char *path, const char *needs, bool allowed, char *because)
{
	struct check *check = exam_add(exam, LAYER_DAC, xstrdup(path), streq(needs, "search") ? "dir" : "sock_file", needs,
		allowed ? VERDICT_ALLOW : VERDICT_DENY, because);

	check->moment = MOMENT_RESTART;
	check->cause = allowed ? CAUSE_NONE : CAUSE_NOT_DURABLE;
}

static void check_creation(struct exam *exam)
{
	const struct creation *made = &exam->creation;
	struct dac_answer answer;
	char *reason AUTO_FREE = NULL;

	if (!made->known || exam->remade)
		return;
	if (made->fails) {
		add(exam, exam->object.path, "create", false, xasprintf("at its next start %s", made->fails));
		return;
	}
	answer = dac_decide(&exam->ids, &made->node, DAC_WRITE);
	reason = because_dac(exam->world, exam->who, &exam->ids, &made->node, &answer, DAC_WRITE);
	add(exam, exam->object.path, "write", answer.allowed,
		xasprintf("after a restart of %s: %s", name_of(backend_kind_names, exam->up->backend->kind), reason));
}

/* The worker has a group that the account data do not give it any more: the next worker will not have it. */
static void check_group(struct exam *exam, const struct node *node, uint32_t want)
{
	struct dac_answer answer;

	if (!dac_decide(&exam->ids, node, want).allowed)
		return;
	answer = dac_decide(&exam->fresh, node, want);
	if (answer.allowed || answer.acl_unknown)
		return;
	add(exam, node->path, want == DAC_SEARCH ? "search" : "write", false,
		xasprintf("%s is in that group no more, so nginx's next worker is denied", exam->who));
}

/* nginx reads the groups anew only as root. (Where accounts come from elsewhere too, fresh ids keep the old groups.) */
static bool groups_are_known(const struct exam *exam)
{
	const struct facts *facts = exam->world->facts;
	const struct nginx *nginx = &facts->nginx[exam->worker->nginx];

	return !nginx->user_ignored && exam->worker->as.pid &&
	       !exam->worker->as.container && user_by_uid(&facts->accounts, exam->worker->as.uid);
}

static void check_groups(struct exam *exam)
{
	const struct walk *walk = exam->up->walk;

	for (size_t i = 0; i + 1 < walk->n_nodes; i++) {
		struct node node;

		if (walk->nodes[i].type != NODE_DIR)
			continue;
		world_node(exam->world, &walk->nodes[i], &node);
		check_group(exam, &node, DAC_SEARCH);
	}
	check_group(exam, &exam->object, DAC_WRITE);
}

void check_restart(struct exam *exam)
{
	if (!exam->has_object || exam->object.type != NODE_SOCKET || exam->up->hidden)
		return;
	if (dac_decide(&exam->ids, &exam->object, DAC_WRITE).allowed)
		check_creation(exam);
	if (groups_are_known(exam) && exam->object_at >= 0)
		check_groups(exam);
}
