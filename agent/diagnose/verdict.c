/* SPDX-License-Identifier: MIT */
/* From checks to causes and the one word for the upstream; and the advice about access that is too wide. */
#include "base/alloc.h"
#include "diagnose/exam.h"

/* An account that nothing names: the ids just below those that chown(2) and nobody use. */
#define STRANGER 4294967290u

static bool now_denies(const struct upstream *up)
{
	for (size_t i = 0; i < up->n_checks; i++)
		if (up->checks[i].moment == MOMENT_NOW && up->checks[i].verdict == VERDICT_DENY)
			return true;
	return false;
}

static bool strangers_get_in(const struct exam *exam, const struct node *object)
{
	const struct ids stranger = {.uid = STRANGER, .gid = STRANGER, .mapped = true};
	const struct walk *walk = exam->up->walk;
	size_t n = walk ? walk->n_nodes - (walk_object(walk) != NULL) : 0;

	for (size_t i = 0; i < n; i++) {
		struct node node;

		if (walk->nodes[i].type != NODE_DIR)
			continue;
		world_node(exam->world, &walk->nodes[i], &node);
		if (!dac_decide(&stranger, &node, DAC_SEARCH).allowed)
			return false;
	}
	return walk && dac_decide(&stranger, object, DAC_WRITE).allowed;
}

static void too_wide(struct exam *exam, const char *path, int moment, const char *when)
{
	struct check *check = exam_deny(exam, LAYER_DAC, xstrdup(path), "sock_file", "no access for others", CAUSE_WORLD_ACCESS,
		xasprintf("%severy account on this host may connect", when));

	check->moment = moment;
}

void check_world_access(struct exam *exam)
{
	const struct creation *made = &exam->made[MOMENT_RESTART];
	struct upstream *up = exam->up;

	if (!exam->has_object || exam->object.type != NODE_SOCKET || now_denies(up))
		return;
	if (strangers_get_in(exam, &exam->object)) {
		if (exam->judge->tighten)
			too_wide(exam, exam->object.path, MOMENT_NOW, "");
		else
			ARRAY_ADD(up->advisories, up->n_advisories, CAUSE_WORLD_ACCESS);
	}
	if (exam->judge->tighten && !exam->remade && made->known && !made->fails && strangers_get_in(exam, &made->node))
		too_wide(exam, exam->object.path, MOMENT_RESTART, "after the next restart ");
}

static void add_cause(struct upstream *up, int cause)
{
	for (size_t i = 0; i < up->n_causes; i++)
		if (up->causes[i] == cause)
			return;
	ARRAY_ADD(up->causes, up->n_causes, cause);
}

static int verdict_of(int cause)
{
	switch (cause) {
	case CAUSE_NEVER_CREATED:
	case CAUSE_PATH_MISMATCH:
	case CAUSE_SERVER_CANNOT_CREATE:
		return UPSTREAM_ABSENT;
	case CAUSE_NOT_A_SOCKET:
	case CAUSE_NOT_LISTENING:
	case CAUSE_BACKLOG_FULL:
	case CAUSE_TIMEOUT:
		return UPSTREAM_REFUSING;
	case CAUSE_UNRESOLVED:
		return UPSTREAM_UNKNOWN;
	default:
		return UPSTREAM_BLOCKED;
	}
}

/* The first denial is what the kernel would answer. */
void conclude(struct exam *exam)
{
	struct upstream *up = exam->up;
	bool denied = false;

	up->verdict = UPSTREAM_REACHABLE;
	for (size_t i = 0; i < up->n_checks; i++) {
		const struct check *check = &up->checks[i];
		bool counts = check->moment == MOMENT_NOW && check->cause != CAUSE_WORLD_ACCESS;

		if (check->cause)
			add_cause(up, check->cause);
		if (counts && !denied && check->verdict == VERDICT_DENY)
			up->verdict = verdict_of(check->cause);
		denied |= counts && check->verdict == VERDICT_DENY;
		if (counts && !denied && check->verdict == VERDICT_UNKNOWN)
			up->verdict = UPSTREAM_UNKNOWN;
	}
}
