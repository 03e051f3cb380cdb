/* SPDX-License-Identifier: MIT */
/* The kernel's own word: a connection attempt as the worker, with its ids, in its namespaces. It proves file permissions and the listener
 * (not mandatory access control: the worker's domain cannot be entered), so it settles what was unknown and overrules what was computed.
 * In a what-if it counts only for what no step touches. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "diagnose/exam.h"

/* Errors that come after the path walk and the write permission. */
static bool got_through(int error)
{
	return error == 0 || error == ECONNREFUSED || error == EAGAIN || error == ETIMEDOUT || error == EPROTOTYPE;
}

static bool ids_changed(const struct exam *exam)
{
	for (size_t i = 0; i < exam->world->n_effects; i++) {
		const struct effect *effect = &exam->world->effects[i];

		if ((effect->kind == EFFECT_RELOAD || effect->kind == EFFECT_NGINX_USER) && effect->nginx == exam->worker->nginx)
			return true;
	}
	return false;
}

static bool node_changed(const struct exam *exam, const struct check *check)
{
	const struct node *node;

	if (check->node < 0)
		return exam->remade;
	node = &exam->up->walk->nodes[check->node];
	for (size_t i = 0; i < exam->world->n_effects; i++)
		if (exam->world->effects[i].ino == node->ino && exam->world->effects[i].dev == node->dev && node->ino)
			return true;
	return false;
}

static void settle(struct check *check, char *because)
{
	free(check->because);
	check->because = because;
	check->verdict = VERDICT_ALLOW;
	check->cause = CAUSE_NONE;
}

static bool is_judged_by_probe(const struct check *check, int error)
{
	if (check->moment != MOMENT_NOW || check->verdict == VERDICT_ALLOW)
		return false;
	if (check->layer == LAYER_LISTENER)
		return error == 0;
	return check->layer == LAYER_DAC || check->layer == LAYER_ACL || check->layer == LAYER_NAMESPACE;
}

static void settle_all(struct exam *exam, int error)
{
	bool same_ids = !ids_changed(exam);

	for (size_t i = 0; i < exam->up->n_checks; i++) {
		struct check *check = &exam->up->checks[i];

		if (is_judged_by_probe(check, error) && (check->layer == LAYER_LISTENER || same_ids) && !node_changed(exam, check))
			settle(check, error ? xasprintf("a connection as %s got this far", exam->who) :
					      xasprintf("a connection as %s succeeded", exam->who));
	}
}

static bool is_denied(const struct upstream *up)
{
	for (size_t i = 0; i < up->n_checks; i++)
		if (up->checks[i].moment == MOMENT_NOW && up->checks[i].verdict == VERDICT_DENY)
			return true;
	return false;
}

/* Errors that only the listener gives. */
static int listener_cause(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case EPROTOTYPE:
		return CAUSE_NOT_LISTENING;
	case EAGAIN:
		return CAUSE_BACKLOG_FULL;
	case ETIMEDOUT:
		return CAUSE_TIMEOUT;
	default:
		return CAUSE_NONE;
	}
}

static void deny_listener(struct exam *exam, int cause, int error)
{
	struct upstream *up = exam->up;
	char *because = xasprintf("a connection as %s failed: %s (%d)", exam->who, strerror(error), error);

	for (size_t i = 0; i < up->n_checks; i++) {
		struct check *check = &up->checks[i];

		if (check->layer != LAYER_LISTENER || !streq(check->class, "socket"))
			continue;
		free(check->because);
		check->because = because;
		check->verdict = VERDICT_DENY;
		check->cause = cause;
		return;
	}
	exam_deny(exam, LAYER_LISTENER, xstrdup(up->endpoint), "socket", "listen", cause, because);
}

/* Denied, and nothing that was computed says why. In a what-if the computed denials may be gone: then the first diagnosis tells whether
 * they explained it. */
static bool is_unexplained(const struct exam *exam)
{
	if (is_denied(exam->up) || exam->remade)
		return false;
	if (!exam->before)
		return true;
	for (size_t i = 0; i < exam->before->n_causes; i++)
		if (exam->before->causes[i] == CAUSE_OTHER)
			return true;
	return false;
}

void check_probe(struct exam *exam)
{
	int error = exam->up->probe ? exam->up->probe->error : -1;
	int cause = listener_cause(error);

	if (error < 0)
		return;
	if (got_through(error))
		settle_all(exam, error);
	if (error == 0 || exam->remade)
		return;
	if (cause && !is_denied(exam->up))
		deny_listener(exam, cause, error);
	else if (!cause && is_unexplained(exam))
		exam_deny(exam, LAYER_DAC, xstrdup(exam->up->endpoint), "socket", "connect", CAUSE_OTHER,
			xasprintf("a connection as %s failed: %s (%d), and no check explains it", exam->who, strerror(error), error));
}
