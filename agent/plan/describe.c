/* SPDX-License-Identifier: MIT */
#include "plan/describe.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/when.h"

#include <stdlib.h>
#include <string.h>

#define CHANGED_MAX 5

static const char *const moment_words[] = {"now", "restart", "boot"};

static void copy_strings(struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->n; i++)
		strings_add(to, from->items[i]);
}

static void describe_refs(const struct facts *facts, const struct upstream *u, struct plan_upstream *out)
{
	const struct nginx *nginx = &facts->nginx[facts->workers[u->worker].nginx];

	for (size_t i = 0; i < u->n_refs; i++) {
		const struct nginx_ref *ref = &nginx->refs[u->refs[i]];
		struct plan_ref *r = ARRAY_NEW(out->refs, out->n_refs);

		*r = (struct plan_ref){.file = xstrdup(ref->at.file), .line = ref->at.line, .directive = xstrdup(ref->directive)};
		if (ref->server >= 0 && (size_t)ref->server < nginx->n_servers)
			copy_strings(&r->server_names, &nginx->servers[ref->server].names);
	}
}

static void describe_worker(const struct worker *w, struct plan_worker *out)
{
	*out = (struct plan_worker){.user = xstrdup(w->user), .uid = w->as.uid, .gid = w->as.gid,
		.selinux = xstrdup(w->as.selinux), .apparmor = xstrdup(w->as.apparmor)};
	for (size_t i = 0; i < w->as.n_groups; i++)
		ARRAY_ADD(out->groups, out->n_groups, w->as.groups[i]);
	for (size_t i = 0; i < w->n_pids; i++)
		ARRAY_ADD(out->pids, out->n_pids, w->pids[i]);
}

static void describe_server(const struct facts *facts, const struct upstream *u, struct plan_server *out)
{
	const struct backend *b = u->backend;
	const struct process *holder = u->listener && u->listener->n_holders ? &u->listener->holders[0] : NULL;
	const struct process *process = b && b->pid ? &b->as : holder;
	const struct user *user = process ? user_by_uid(&facts->accounts, process->uid) : NULL;

	*out = (struct plan_server){.kind = xstrdup(name_of(backend_kind_names, b ? b->kind : BACKEND_UNKNOWN)),
		.unit = xstrdup(b && b->unit ? b->unit : holder ? holder->unit : NULL),
		.config = xstrdup(u->section ? u->section->at.file : b ? b->config : NULL),
		.pool = xstrdup(u->section ? u->section->name : NULL)};
	if (!process)
		return;
	out->pid = process->pid;
	out->user = user ? xstrdup(user->name) : xasprintf("%u", process->uid);
	out->selinux = xstrdup(process->selinux);
	out->apparmor = xstrdup(process->apparmor);
}

static void describe_checks(const struct upstream *u, struct plan_upstream *out)
{
	for (size_t i = 0; i < u->n_checks; i++) {
		const struct check *c = &u->checks[i];

		ARRAY_ADD(out->checks, out->n_checks,
			(struct plan_check){.layer = xstrdup(name_of(layer_names, c->layer)), .object = xstrdup(c->object),
				.class = xstrdup(c->class), .needs = xstrdup(c->needs),
				.verdict = xstrdup(name_of(verdict_names, c->verdict)), .because = xstrdup(c->because),
				.cause = c->cause == CAUSE_NONE ? NULL : xstrdup(name_of(cause_names, c->cause)),
				.moment = xstrdup(moment_words[c->moment])});
	}
}

static void describe_probe(const struct upstream *u, struct plan_upstream *out)
{
	if (!u->probe || u->probe->error < 0)
		return;
	out->probe = xcalloc(1, sizeof(*out->probe));
	out->probe->error = u->probe->error;
	if (u->probe->error)
		out->probe->name = xstrdup(strerrorname_np(u->probe->error));
}

/* As the start of a service is named: its unit, else its program. */
static bool is_process(const char *name, const struct process *process)
{
	return process->pid && (streq(name, process->unit) || (!process->unit && (streq(name, process->exe) || streq(name, process->comm))));
}

/* nginx's own packages, and those of this server: named like its unit, like its kind, or for PHP-FPM by its version. */
static bool is_package_of(const char *package, const struct backend *backend)
{
	AUTO_FREE char *unit = NULL, *versioned = NULL;

	if (starts_with(package, "nginx"))
		return true;
	if (!backend)
		return false;
	unit = xasprintf("%s.service", package);
	versioned = xasprintf("php%s-fpm", backend->version ? backend->version : "");
	if (streq(unit, backend->unit) || (backend->kind == BACKEND_PHP_FPM && streq(package, versioned)))
		return true;
	return backend->kind != BACKEND_UNKNOWN && starts_with(package, name_of(backend_kind_names, backend->kind));
}

/* The unit's main file, or a drop-in. */
static bool is_unit_file(const struct facts *facts, const struct backend *backend, const char *path)
{
	const struct unit *unit = backend ? unit_find(facts, backend->unit) : NULL;

	for (size_t i = 0; unit && i < unit->n_files; i++)
		if (streq(unit->files[i].path, path))
			return true;
	return false;
}

static bool concerns(const struct facts *facts, const struct change_seen *change, const struct upstream *u,
	const struct plan_upstream *described)
{
	const struct nginx *nginx = &facts->nginx[facts->workers[u->worker].nginx];

	if (starts_with(change->what, "service "))
		return is_process(change->path, &nginx->as) || (u->backend && is_process(change->path, &u->backend->as));
	if (starts_with(change->what, "package "))
		return is_package_of(change->what + strlen("package "), u->backend);
	if (u->section && streq(change->path, u->section->at.file))
		return true;
	if (is_unit_file(facts, u->backend, change->path) || is_unit_file(facts, u->maker, change->path))
		return true;
	if (streq(change->path, endpoint_path(u->endpoint)))
		return true;
	for (size_t i = 0; i < described->n_refs; i++)
		if (streq(change->path, described->refs[i].file))
			return true;
	return false;
}

static void describe_changed(const struct facts *facts, const struct upstream *u, struct plan_upstream *out)
{
	for (size_t i = 0; i < facts->n_changed && out->n_changed < CHANGED_MAX; i++) {
		const struct change_seen *c = &facts->changed[i];

		if (concerns(facts, c, u, out))
			ARRAY_ADD(out->changed, out->n_changed,
				(struct plan_changed){.what = xstrdup(c->what), .path = xstrdup(c->path), .when = rfc3339(c->when)});
	}
}

void describe_upstream(const struct facts *facts, const struct upstream *u, struct plan_upstream *out)
{
	*out = (struct plan_upstream){.id = xstrdup(u->id), .endpoint = xstrdup(u->endpoint),
		.verdict = xstrdup(name_of(upstream_verdict_names, u->verdict))};
	describe_refs(facts, u, out);
	describe_worker(&facts->workers[u->worker], &out->worker);
	describe_server(facts, u, &out->server);
	describe_checks(u, out);
	describe_probe(u, out);
	describe_changed(facts, u, out);
	for (size_t i = 0; i < u->n_causes; i++)
		strings_add(&out->causes, name_of(cause_names, u->causes[i]));
	for (size_t i = 0; i < u->n_advisories; i++)
		strings_add(&out->advisories, name_of(cause_names, u->advisories[i]));
}

void describe_host(const struct facts *facts, struct plan *out)
{
	const struct host *host = &facts->host;

	out->schema = xstrdup(PLAN_SCHEMA);
	out->permfix = xstrdup(PERMFIX_VERSION);
	out->expires = rfc3339(host->taken + PLAN_LIFETIME);
	out->host = (struct plan_host){.id = xstrdup(host->id), .boot = xstrdup(host->boot), .distro = xstrdup(host->distro),
		.selinux = xstrdup(name_of(lsm_state_names, host->selinux)),
		.apparmor = xstrdup(name_of(lsm_state_names, host->apparmor))};
	copy_strings(&out->assumed, &facts->assumed);
	copy_strings(&out->notes, &facts->notes);
}

static void add_problems(struct plan *out, const char *server, const struct config_problem *problems, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ARRAY_ADD(out->problems, out->n_problems,
			(struct plan_problem){.server = xstrdup(server), .file = xstrdup(problems[i].at.file),
				.line = problems[i].at.line, .text = xstrdup(problems[i].text)});
}

static bool is_concerned(const struct backend *backend, const struct diagnosis *diagnosis)
{
	if (backend->pid)
		return true;
	for (size_t i = 0; i < diagnosis->n_upstreams; i++)
		if (diagnosis->upstreams[i].backend == backend)
			return true;
	return false;
}

/* systemd passes over what it does not understand, and so does the diagnosis: it is told, but hides nothing. */
static void add_unit_notes(struct plan *out, const struct unit *unit)
{
	for (size_t i = 0; i < unit->n_problems; i++) {
		const struct config_problem *problem = &unit->problems[i];

		if (problem->at.line)
			strings_addf(&out->notes, "%s: %s:%u: %s", unit->name, problem->at.file, problem->at.line, problem->text);
		else
			strings_addf(&out->notes, "%s: %s%s%s", unit->name, problem->at.file ? problem->at.file : "",
				problem->at.file ? ": " : "", problem->text);
	}
}

void describe_problems(const struct facts *facts, const struct diagnosis *diagnosis, struct plan *out)
{
	for (size_t i = 0; i < facts->n_nginx; i++)
		add_problems(out, "nginx", facts->nginx[i].problems, facts->nginx[i].n_problems);
	for (size_t i = 0; i < facts->n_backends; i++)
		if (is_concerned(&facts->backends[i], diagnosis))
			add_problems(out, name_of(backend_kind_names, facts->backends[i].kind), facts->backends[i].problems,
				facts->backends[i].n_problems);
	for (size_t i = 0; i < facts->n_units; i++)
		add_unit_notes(out, &facts->units[i]);
}
