/* SPDX-License-Identifier: MIT */
/* What no step of this version does: a person must, and is told in exact words what and where. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/effect_kinds.h"
#include "plan/lever.h"
#include "plan/manual.h"

const char *manual_server(const struct situation *s)
{
	const struct backend *backend = s->upstream->backend;

	if (!backend)
		return "the server";
	return backend->unit ? backend->unit : backend->exe ? backend->exe : name_of(backend_kind_names, backend->kind);
}

static char *say_mismatch(const struct situation *s)
{
	const struct nginx *nginx = &s->facts->nginx[s->worker->nginx];
	const struct nginx_ref *ref = s->upstream->n_refs ? &nginx->refs[s->upstream->refs[0]] : NULL;

	if (!ref || !s->upstream->meant)
		return xstrdup("make nginx and the server name the same socket");
	return xasprintf("in %s, line %u, %s should name %s, where the server that is meant listens; then reload nginx",
		ref->server_at.file ? ref->server_at.file : ref->at.file, ref->server_at.file ? ref->server_at.line : ref->at.line,
		ref->server_at.file ? "server" : ref->directive, s->upstream->meant);
}

static bool is_pool(const struct situation *s)
{
	return s->upstream->section && s->upstream->maker && s->upstream->maker->kind == BACKEND_PHP_FPM;
}

static char *say_home(const struct situation *s)
{
	const struct backend_section *section = s->upstream->section;

	if (!is_pool(s))
		return manual_move(s);
	return xasprintf("move the socket out of the home: listen = /run/php/%s.sock in %s, pool [%s], and the same path in nginx's "
			 "configuration; restart %s, reload nginx", section->name, section->at.file, section->name, manual_server(s));
}

static char *say_start(const struct situation *s)
{
	const struct backend *backend = s->upstream->backend;
	char *unit = manual_unit(s);

	if (unit)
		return unit;
	if (backend && backend->unit)
		return xasprintf("find out why %s does not listen (systemctl status %s; journalctl -u %s), and start it", backend->unit,
			backend->unit, backend->unit);
	return xasprintf("start the server that should listen on %s, and see in its log why it does not", s->upstream->endpoint);
}

/* A server that runs but reads its configuration only when it starts: its log says nothing of a path that was written later. */
static char *say_absent(const struct situation *s)
{
	const struct upstream *up = s->upstream;
	char *again = manual_socket_again(s);

	if (again)
		return again;
	if (!up->section || !up->backend || !up->backend->pid)
		return say_start(s);
	return xasprintf("restart %s (pid %u): %s names %s, and the running process does not listen there; if it still does not, its log says why",
		manual_server(s), up->backend->pid, up->section->at.file ? up->section->at.file : "its configuration", up->endpoint);
}

/* Root's master makes its socket in /run itself where no directory of PHP's is known. */
static char *pool_words(const struct situation *s)
{
	static const char directory[] = "/run/php";
	const struct backend_section *section = s->upstream->section;
	const char *between = node_at(s->facts, directory) ? "/" : "-";

	if (!node_at(s->facts, directory) && !walk_find(s->facts, "host", directory))
		questions_add(s->questions, (struct question){.kind = QUESTION_WALK, .view = xstrdup("host"), .path = xstrdup(directory)});
	return xasprintf("move the socket: listen = %s%s%s.sock in %s, pool [%s], and the same path in nginx's configuration; start %s, reload nginx",
		directory, between, section->name, section->at.file, section->name, manual_server(s));
}

static char *say_create(const struct situation *s)
{
	const struct backend_section *section = s->upstream->section;
	bool move = is_pool(s) && section->name && section->at.file && move_helps(s, s->upstream->maker, "/run/php");
	AUTO_FREE char *more = move ? pool_words(s) : manual_user(s);

	return xasprintf("%s may not create its socket: %s%s%s", manual_server(s), s->check->because, more ? ". " : "", more ? more : "");
}

static char *say_file(const struct situation *s)
{
	return xasprintf("%s is no socket: find out who put it there, move it away, and restart %s", s->check->object, manual_server(s));
}

static char *say_backlog(const struct situation *s)
{
	return xasprintf("%s is too slow or has too few workers for its load: look at pm.max_children and listen.backlog or their like; no "
			 "permission is wrong", manual_server(s));
}

static char *say_timeout(const struct situation *s)
{
	return xasprintf("%s did not answer in time: it hangs, or a packet filter drops the connection; no permission is wrong",
		manual_server(s));
}

static char *say_unresolved(const struct situation *s)
{
	return xasprintf("the endpoint depends on a variable (%s): name the endpoint that is meant as TARGET", s->check->because);
}

static char *say_namespace(const struct situation *s)
{
	AUTO_FREE char *move = is_pool(s) || !s->upstream->section ? NULL : manual_move(s);

	if (move)
		return xasprintf("%s: %s", s->check->because, move);
	return xasprintf("%s: let the server make its socket in a directory of its own under /run, which both see, and name it in nginx's "
			 "configuration", s->check->because);
}

static char *say_user_namespace(const struct situation *s)
{
	return xasprintf("%s: give the socket, on the side that makes it, the id that the worker has outside its user namespace", s->check->because);
}

/* A server that will not start again: nobody knows what to write, but why has to be said. */
static char *say_durable(const struct situation *s)
{
	AUTO_CREATION struct creation next = {0};
	char *text = manual_durable(s);

	if (text)
		return text;
	predict_in(s, &s->world, &next);
	return next.known && next.fails ? xasprintf("it works now, but will not last: at its next start %s", next.fails) : NULL;
}

static char *say_other(const struct situation *s)
{
	return xasprintf("the kernel refused the connection of %s though every check here allows it: look into the kernel log for a "
			 "security module's denial", s->worker->user);
}

static const struct {
	int cause;
	char *(*say)(const struct situation *s);
} sayings[] = {
	{CAUSE_PATH_MISMATCH, say_mismatch},     {CAUSE_HOME_DIR, say_home},
	{CAUSE_NEVER_CREATED, say_absent},       {CAUSE_NOT_LISTENING, say_start},
	{CAUSE_SERVER_CANNOT_CREATE, say_create}, {CAUSE_NOT_A_SOCKET, say_file},
	{CAUSE_BACKLOG_FULL, say_backlog},       {CAUSE_TIMEOUT, say_timeout},
	{CAUSE_UNRESOLVED, say_unresolved},      {CAUSE_PRIVATE_TMP, say_namespace},
	{CAUSE_MOUNT_NAMESPACE, say_namespace},  {CAUSE_USER_NAMESPACE, say_user_namespace},
	{CAUSE_OTHER, say_other},                {CAUSE_NOT_DURABLE, say_durable},
	{CAUSE_WORLD_ACCESS, manual_durable},
};

void lever_manual(const struct situation *s, struct candidates *out)
{
	struct steps steps = {0};

	for (size_t i = 0; i < COUNT_OF(sayings); i++) {
		char *words = sayings[i].cause == s->check->cause ? sayings[i].say(s) : NULL;

		if (words)
			step_manual(&steps, s->check->object ? s->check->object : s->upstream->endpoint ? s->upstream->endpoint : "nginx", words);
	}
	candidate_add(out, &steps);
}
