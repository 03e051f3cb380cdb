/* SPDX-License-Identifier: MIT */
/* What works now and will not after the next restart, or the next boot: each directory and the socket as they are made then, the worker
 * with the groups that the account data give it. What is not known stays unsaid. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/because.h"
#include "diagnose/exam.h"
#include "diagnose/unit.h"

static struct check *add(struct exam *exam, int moment, const char *path, const char *needs, bool allowed, char *because)
{
	struct check *check = exam_add(exam, LAYER_DAC, xstrdup(path), streq(needs, "search") ? "dir" : "sock_file", needs,
		allowed ? VERDICT_ALLOW : VERDICT_DENY, because);

	check->moment = moment;
	check->cause = allowed ? CAUSE_NONE : CAUSE_NOT_DURABLE;
	return check;
}

static const struct unit *maker_unit(const struct exam *exam)
{
	const struct upstream *up = exam->up;
	const struct backend *maker = up->maker ? up->maker : up->backend;

	return !maker ? NULL :
	       maker->kind == BACKEND_SYSTEMD && maker->unit ? unit_find(exam->world->facts, maker->unit) :
							       service_of(exam->world->facts, maker);
}

/* "after a restart of php-fpm", "after a restart of gunicorn.socket", "after a boot". */
static char *when(const struct exam *exam, int moment)
{
	const struct backend *maker = exam->up->maker;

	if (moment == MOMENT_BOOT)
		return xstrdup("after a boot");
	return xasprintf("after a restart of %s", !maker			       ? "the server" :
						  maker->kind == BACKEND_SYSTEMD && maker->unit ? maker->unit :
											 name_of(backend_kind_names, maker->kind));
}

/* --- directories --- */

static int index_in_walk(const struct exam *exam, const char *path)
{
	const struct walk *walk = exam->up->walk;

	for (size_t i = 0; i < walk->n_nodes; i++)
		if (walk->nodes[i].type == NODE_DIR && streq(walk->nodes[i].path, path))
			return (int)i;
	return -1;
}

static char *because_made(const struct exam *exam, int moment, const struct directory *directory, const struct dac_answer *answer)
{
	char *owner AUTO_FREE = name_of_user(exam->world, directory->node.uid), *group AUTO_FREE = name_of_group(exam->world, directory->node.gid);
	char *reason AUTO_FREE = because_dac(exam->world, exam->who, &exam->ids, &directory->node, answer, DAC_SEARCH);
	char *then AUTO_FREE = when(exam, moment);

	return xasprintf("%s it is %s:%s %04o (%s): %s", then, owner, group, directory->node.mode, directory->by, reason);
}

/* False: it will not be there, so nothing beneath it will. */
static bool check_directory(struct exam *exam, int moment, const struct directory *directory)
{
	const char *path = directory->node.path;
	int at = index_in_walk(exam, path);
	struct dac_answer answer;

	if (!directory->known || (directory->exists && !directory->by))
		return true;
	if (!directory->exists) {
		add(exam, moment, path, "search", false, xstrdup(directory->gone))->node = at;
		return false;
	}
	answer = dac_decide(&exam->ids, &directory->node, DAC_SEARCH);
	add(exam, moment, path, "search", answer.allowed, because_made(exam, moment, directory, &answer))->node = at;
	return true;
}

static bool check_ways(struct exam *exam, int moment)
{
	const struct way *way = &exam->ways[moment];

	for (size_t i = 0; i < way->n; i++)
		if (!check_directory(exam, moment, &way->dirs[i]))
			return false;
	return true;
}

/* --- the socket --- */

/* Why there will be no socket at all; NULL: there will be one, or it is not known. */
static char *why_not_made(const struct exam *exam, int moment)
{
	const struct upstream *up = exam->up;
	const struct unit *unit = maker_unit(exam), *remover;
	const char *state = unit ? unit_not_at_boot(unit) : NULL;
	bool by_unit = up->maker && up->maker->kind == BACKEND_SYSTEMD;

	if (moment == MOMENT_BOOT)
		return state ? xasprintf("%s %s", unit->name, state) : NULL;
	remover = by_unit ? place_remover(exam->world, up, exam->object.path, true) : NULL;
	if (remover)
		return xasprintf("when %s stops, it removes its RuntimeDirectory= with the socket in it, while %s stays active and holds a "
				 "socket that no path leads to",
			remover->name, up->maker->unit);
	remover = place_remover(exam->world, up, exam->object.path, false);
	return remover ? xasprintf("when %s stops, it removes its RuntimeDirectory= with the socket of another server in it", remover->name) : NULL;
}

static bool check_made(struct exam *exam, int moment)
{
	char *why = why_not_made(exam, moment);

	if (why)
		add(exam, moment, exam->object.path, "create", false, why);
	return !why;
}

static const char *umask_of(const struct upstream *up)
{
	const struct process *as = up->listener && up->listener->n_holders ? &up->listener->holders[0] : NULL;

	return up->backend && up->backend->as.umask ? up->backend->as.umask : as ? as->umask : NULL;
}

/* "node (pid 69, node-app.service, umask 0117)": whose work a socket is that no configuration explains. */
static char *process_of(const struct upstream *up)
{
	const struct process *holder = up->listener && up->listener->n_holders ? &up->listener->holders[0] : NULL;
	const struct process *as = up->backend && up->backend->pid ? &up->backend->as : holder;
	const char *unit = up->backend && up->backend->unit ? up->backend->unit : as ? as->unit : NULL, *umask = umask_of(up);

	if (!as)
		return xstrdup("a process that could not be looked at");
	return xasprintf("%s (pid %u, %s, umask %s)", as->comm ? as->comm : "a process", as->pid, unit ? unit : "no unit",
		umask ? umask : "unknown");
}

static char *unconfigured(const struct exam *exam)
{
	char *process AUTO_FREE = NULL;

	if (exam->made[MOMENT_RESTART].configured)
		return xstrdup("");
	process = process_of(exam->up);
	return xasprintf("; no configuration says so, it is what %s makes", process);
}

static bool check_socket(struct exam *exam, int moment)
{
	const struct creation *made = &exam->made[moment];
	char *reason AUTO_FREE = NULL, *then AUTO_FREE = NULL, *whose AUTO_FREE = NULL;
	struct dac_answer answer;

	if (made->known && made->fails) {
		add(exam, moment, exam->object.path, "create", false, xasprintf("at its next start %s", made->fails));
		return false;
	}
	if (!made->known)
		return true;
	answer = dac_decide(&exam->ids, &made->node, DAC_WRITE);
	reason = because_dac(exam->world, exam->who, &exam->ids, &made->node, &answer, DAC_WRITE);
	then = when(exam, moment);
	whose = unconfigured(exam);
	add(exam, moment, exam->object.path, "write", answer.allowed, xasprintf("%s: %s%s", then, reason, whose));
	return answer.allowed;
}

static bool works_now(const struct exam *exam)
{
	for (size_t i = 0; i < exam->up->n_checks; i++)
		if (exam->up->checks[i].moment == MOMENT_NOW && exam->up->checks[i].verdict == VERDICT_DENY)
			return false;
	return true;
}

/* Where another check denies now, the socket alone is looked at, as it is made by the configuration: that is cured in one go. */
static bool check_moment(struct exam *exam, int moment, bool works)
{
	bool lasts = true;

	if (works)
		lasts = check_ways(exam, moment) && check_made(exam, moment);
	return lasts && (!dac_decide(&exam->ids, &exam->object, DAC_WRITE).allowed || check_socket(exam, moment));
}

/* Nobody's configuration explains the socket: said so, without a verdict. */
static void check_unexplained(struct exam *exam)
{
	const struct upstream *up = exam->up;
	char *process AUTO_FREE = NULL;
	const char *why = up->section ? up->section->unclear : "no configuration that was found makes this socket";

	if (!why || exam->made[MOMENT_RESTART].known || !umask_of(up))
		return;
	process = process_of(up);
	exam_add(exam, LAYER_DAC, xstrdup(exam->object.path), "sock_file", "write", VERDICT_UNKNOWN,
		xasprintf("%s; it is held by %s", why, process))
		->moment = MOMENT_RESTART;
}

/* --- the worker's groups --- */

/* The worker has a group that the account data do not give it any more: the next worker will not have it. */
static void check_group(struct exam *exam, const struct node *node, uint32_t want)
{
	struct dac_answer answer;

	if (!dac_decide(&exam->ids, node, want).allowed)
		return;
	answer = dac_decide(&exam->fresh, node, want);
	if (answer.allowed || answer.acl_unknown)
		return;
	add(exam, MOMENT_RESTART, node->path, want == DAC_SEARCH ? "search" : "write", false,
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

void check_durable(struct exam *exam)
{
	bool works = works_now(exam), lasts = true;

	if (!exam->has_object || exam->object.type != NODE_SOCKET || exam->up->hidden)
		return;
	/* A server that was just made to start again has shown already what a restart makes. */
	if (!exam->remade) {
		lasts = check_moment(exam, MOMENT_RESTART, works);
		check_unexplained(exam);
	}
	if (exam->boots && works && lasts)
		check_moment(exam, MOMENT_BOOT, works);
	if (groups_are_known(exam) && exam->object_at >= 0)
		check_groups(exam);
}
