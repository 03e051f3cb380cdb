/* SPDX-License-Identifier: MIT */
/* The plan record as tables; the words of its enums. */
#include "plan/plan.h"

static const char *const step_kind_words[] = {
#define STEP(id, word) word,
#include "plan/steps.def"
#undef STEP
};
const struct names step_kind_names = NAMES(step_kind_words);

static const char *const impact_words[] = {"none", "reload", "restart"};
const struct names impact_names = NAMES(impact_words);

static const struct field step_change_fields[] = {
	FIELD_ALWAYS(STRING, struct step_change, key),
	FIELD_ALWAYS(STRING, struct step_change, from),
	FIELD_ALWAYS(STRING, struct step_change, to),
};
static const struct shape step_change_shape = SHAPE("change", struct step_change, step_change_fields);

static const struct field reach_fields[] = {
	FIELD_ALWAYS(STRINGS, struct reach, users),   FIELD_ALWAYS(STRINGS, struct reach, domains),
	FIELD_ALWAYS(STRINGS, struct reach, objects), FIELD_ALWAYS(STRINGS, struct reach, loses),
	FIELD_ALWAYS(BOOL, struct reach, complete),
};
static const struct shape reach_shape = SHAPE("reach", struct reach, reach_fields);

static const struct field precondition_fields[] = {
	FIELD_ALWAYS(STRING, struct precondition, what),
	FIELD_ALWAYS(STRING, struct precondition, path),
	FIELD_ALWAYS(STRING, struct precondition, value),
};
static const struct shape precondition_shape = SHAPE("precondition", struct precondition, precondition_fields);

static const struct field step_fields[] = {
	FIELD_ALWAYS(STRING, struct step, id),
	FIELD_NAME(struct step, kind, step_kind_names),
	FIELD_ALWAYS(STRING, struct step, target),
	FIELD_PLAIN(STRING, struct step, section),
	FIELD_PLAIN(U64, struct step, offset),
	FIELD_PLAIN(U64, struct step, length),
	FIELD_LIST(struct step, changes, step_change_shape),
	FIELD_ALWAYS(STRING, struct step, diff),
	FIELD_ALWAYS(STRINGS, struct step, sh),
	FIELD_RECORD(struct step, reach, reach_shape),
	FIELD_NAME(struct step, impact, impact_names),
	FIELD_ALWAYS(STRING, struct step, unit),
	FIELD_LIST(struct step, preconditions, precondition_shape),
	FIELD_ALWAYS(STRING, struct step, because),
	FIELD_PLAIN(STRINGS, struct step, warnings),
};
const struct shape step_shape = SHAPE("step", struct step, step_fields);

static const struct field refusal_fields[] = {
	FIELD_ALWAYS(STRING, struct refusal, rule),
	FIELD_ALWAYS(STRING, struct refusal, what),
	FIELD_ALWAYS(STRING, struct refusal, because),
	FIELD_ALWAYS(STRING, struct refusal, allowed_by),
};
static const struct shape refusal_shape = SHAPE("refusal", struct refusal, refusal_fields);

static const struct field plan_ref_fields[] = {
	FIELD_ALWAYS(STRING, struct plan_ref, file),
	FIELD_ALWAYS(U32, struct plan_ref, line),
	FIELD_ALWAYS(STRING, struct plan_ref, directive),
	FIELD_ALWAYS(STRINGS, struct plan_ref, server_names),
};
static const struct shape plan_ref_shape = SHAPE("ref", struct plan_ref, plan_ref_fields);

static const struct field plan_worker_fields[] = {
	FIELD_ALWAYS(STRING, struct plan_worker, user),    FIELD_ALWAYS(U32, struct plan_worker, uid),
	FIELD_ALWAYS(U32, struct plan_worker, gid),        FIELD_IDS(struct plan_worker, groups),
	FIELD_IDS(struct plan_worker, pids),               FIELD_ALWAYS(STRING, struct plan_worker, selinux),
	FIELD_ALWAYS(STRING, struct plan_worker, apparmor),
};
static const struct shape plan_worker_shape = SHAPE("worker", struct plan_worker, plan_worker_fields);

static const struct field plan_server_fields[] = {
	FIELD_ALWAYS(STRING, struct plan_server, kind),    FIELD_ALWAYS(STRING, struct plan_server, unit),
	FIELD_ALWAYS(STRING, struct plan_server, config),  FIELD_ALWAYS(STRING, struct plan_server, pool),
	FIELD_ALWAYS(U32, struct plan_server, pid),        FIELD_ALWAYS(STRING, struct plan_server, user),
	FIELD_ALWAYS(STRING, struct plan_server, selinux), FIELD_ALWAYS(STRING, struct plan_server, apparmor),
};
static const struct shape plan_server_shape = SHAPE("server", struct plan_server, plan_server_fields);

static const struct field plan_check_fields[] = {
	FIELD_ALWAYS(STRING, struct plan_check, layer),   FIELD_ALWAYS(STRING, struct plan_check, object),
	FIELD_ALWAYS(STRING, struct plan_check, class),   FIELD_ALWAYS(STRING, struct plan_check, needs),
	FIELD_ALWAYS(STRING, struct plan_check, verdict), FIELD_ALWAYS(STRING, struct plan_check, because),
	FIELD_ALWAYS(STRING, struct plan_check, cause),   FIELD_ALWAYS(STRING, struct plan_check, moment),
};
static const struct shape plan_check_shape = SHAPE("check", struct plan_check, plan_check_fields);

static const struct field plan_probe_fields[] = {
	{.name = "errno", .type = FIELD_TYPE_INT, .offset = offsetof(struct plan_probe, error)},
	FIELD_ALWAYS(STRING, struct plan_probe, name),
};
static const struct shape plan_probe_shape = SHAPE("probe", struct plan_probe, plan_probe_fields);

static const struct field plan_changed_fields[] = {
	FIELD_ALWAYS(STRING, struct plan_changed, what),
	FIELD_ALWAYS(STRING, struct plan_changed, path),
	FIELD_ALWAYS(STRING, struct plan_changed, when),
};
static const struct shape plan_changed_shape = SHAPE("changed", struct plan_changed, plan_changed_fields);

static const struct field alternative_fields[] = {
	FIELD_LIST(struct alternative, steps, step_shape),
	FIELD_ALWAYS(STRING, struct alternative, lost),
};
static const struct shape alternative_shape = SHAPE("alternative", struct alternative, alternative_fields);

static const struct field plan_upstream_fields[] = {
	FIELD_ALWAYS(STRING, struct plan_upstream, id),
	FIELD_ALWAYS(STRING, struct plan_upstream, endpoint),
	FIELD_LIST(struct plan_upstream, refs, plan_ref_shape),
	FIELD_RECORD(struct plan_upstream, worker, plan_worker_shape),
	FIELD_RECORD(struct plan_upstream, server, plan_server_shape),
	FIELD_ALWAYS(STRING, struct plan_upstream, verdict),
	FIELD_ALWAYS(STRINGS, struct plan_upstream, causes),
	FIELD_LIST(struct plan_upstream, checks, plan_check_shape),
	FIELD_OPTIONAL(struct plan_upstream, probe, plan_probe_shape),
	FIELD_LIST(struct plan_upstream, changed, plan_changed_shape),
	FIELD_ALWAYS(STRINGS, struct plan_upstream, steps),
	FIELD_LIST(struct plan_upstream, alternatives, alternative_shape),
	FIELD_LIST(struct plan_upstream, refused, refusal_shape),
	FIELD_ALWAYS(STRINGS, struct plan_upstream, advisories),
	FIELD_PLAIN(STRING, struct plan_upstream, open),
};
static const struct shape plan_upstream_shape = SHAPE("upstream", struct plan_upstream, plan_upstream_fields);

static const struct field plan_host_fields[] = {
	FIELD_ALWAYS(STRING, struct plan_host, id),       FIELD_ALWAYS(STRING, struct plan_host, boot),
	FIELD_ALWAYS(STRING, struct plan_host, distro),   FIELD_ALWAYS(STRING, struct plan_host, selinux),
	FIELD_ALWAYS(STRING, struct plan_host, apparmor),
};
static const struct shape plan_host_shape = SHAPE("host", struct plan_host, plan_host_fields);

static const struct field plan_problem_fields[] = {
	FIELD_ALWAYS(STRING, struct plan_problem, server),
	FIELD_ALWAYS(STRING, struct plan_problem, file),
	FIELD_ALWAYS(U32, struct plan_problem, line),
	FIELD_ALWAYS(STRING, struct plan_problem, text),
};
static const struct shape plan_problem_shape = SHAPE("problem", struct plan_problem, plan_problem_fields);

static const struct field plan_fields[] = {
	FIELD_ALWAYS(STRING, struct plan, schema),
	FIELD_ALWAYS(STRING, struct plan, permfix),
	FIELD_ALWAYS(STRING, struct plan, created),
	FIELD_ALWAYS(STRING, struct plan, expires),
	FIELD_RECORD(struct plan, host, plan_host_shape),
	FIELD_LIST(struct plan, upstreams, plan_upstream_shape),
	FIELD_LIST(struct plan, steps, step_shape),
	FIELD_ARRAY(struct plan, problems, plan_problem_shape),
	FIELD_ALWAYS(STRINGS, struct plan, assumed),
	FIELD_PLAIN(STRINGS, struct plan, notes),
	FIELD_ALWAYS(STRING, struct plan, digest),
};
const struct shape plan_shape = SHAPE("plan", struct plan, plan_fields);

void plan_free(struct plan *plan)
{
	shape_free(&plan_shape, plan);
}

void step_free(struct step *step)
{
	shape_free(&step_shape, step);
}

void steps_free(struct steps *steps)
{
	for (size_t i = 0; i < steps->n; i++)
		step_free(&steps->items[i]);
	free(steps->items);
	*steps = (struct steps){0};
}

void refusal_free(struct refusal *refusal)
{
	shape_free(&refusal_shape, refusal);
}
