/* SPDX-License-Identifier: MIT */
/* Does the worker see another file system than the server? Only where the socket is really there in the other view, and not in the
 * worker's: a container's nginx with the container's own socket is no fault. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/exam.h"

bool same_view(const struct facts *facts, const char *a, const char *b)
{
	const struct view *x, *y;

	if (streq(a, b))
		return true;
	x = view_by_id(facts, a);
	y = view_by_id(facts, b);
	if (!x || !y || x->unknown || y->unknown)
		return false;
	if (x->same_as_host || y->same_as_host)
		return x->same_as_host && y->same_as_host;
	return x->mntns && x->mntns == y->mntns && streq(x->root, y->root);
}

static bool same_object(const struct node *a, const struct node *b)
{
	return a && b && a->ino == b->ino && a->dev == b->dev;
}

static int hidden_cause(const char *path)
{
	return starts_with(path, "/tmp/") || starts_with(path, "/var/tmp/") ? CAUSE_PRIVATE_TMP : CAUSE_MOUNT_NAMESPACE;
}

static bool sees_elsewhere(const struct index *index, struct upstream *up, const char *view)
{
	const struct facts *facts = index->facts;
	const struct worker *worker = &facts->workers[up->worker];
	const struct walk *walk;
	const struct node *there;

	if (!view || same_view(facts, view, worker_view(worker)))
		return false;
	walk = index_walk(index, view, up->walk->path);
	there = walk_object(walk);
	if (!there || there->type != NODE_SOCKET || same_object(there, walk_object(up->walk)))
		return false;
	up->hidden_walk = walk;
	return true;
}

/* Without a walk in the server's view: a listener of that name, held by a process with another view and on another inode. */
static const struct process *holder_elsewhere(const struct index *index, const struct upstream *up)
{
	const struct facts *facts = index->facts;
	const struct node *object = walk_object(up->walk);
	const struct listener *listener;

	for (size_t n = 0; (listener = index_listener_named(index, LISTENER_UNIX, up->walk->path, n)); n++) {
		const struct process *holder = listener->n_holders ? &listener->holders[0] : NULL;

		if (!holder || !holder->view || same_view(facts, holder->view, worker_view(&facts->workers[up->worker])))
			continue;
		if (!object || listener->file_ino != object->ino)
			return holder;
	}
	return NULL;
}

/* --- which line of a unit makes the view: systemd.exec(5), "Sandboxing" --- */

static const struct {
	const char *top, *key; /* paths beneath top; NULL: all others */
} sandboxing[] = {
	{"/tmp/", "Service.PrivateTmp"},         {"/var/tmp/", "Service.PrivateTmp"},
	{"/home/", "Service.ProtectHome"},       {"/root/", "Service.ProtectHome"},
	{"/run/user/", "Service.ProtectHome"},   {NULL, "Service.InaccessiblePaths"},
	{NULL, "Service.TemporaryFileSystem"},   {NULL, "Service.BindPaths"},
	{NULL, "Service.BindReadOnlyPaths"},     {NULL, "Service.RootDirectory"},
};

static const struct setting *sandboxed_by(const struct unit *unit, const char *path)
{
	for (size_t i = 0; unit && i < COUNT_OF(sandboxing); i++) {
		const struct setting *setting = unit_setting(unit, sandboxing[i].key);

		if (setting && setting->value && *setting->value && !streq(setting->value, "no") &&
			(!sandboxing[i].top || starts_with(path, sandboxing[i].top)))
			return setting;
	}
	return NULL;
}

static void add_line(struct text *text, const struct facts *facts, const char *name, const char *path)
{
	const struct unit *unit = unit_find(facts, name);
	const struct setting *setting = sandboxed_by(unit, path);

	if (!setting)
		return;
	text_addf(text, "; %s has %s=%s", unit->name, strchr(setting->key, '.') + 1, setting->value);
	if (setting->file)
		text_addf(text, " (%s:%u)", setting->file, setting->line);
}

/* "; nginx.service has PrivateTmp=yes (…)", of the worker's unit and of the server's. */
static char *lines_of(const struct facts *facts, const struct upstream *up, const struct process *holder)
{
	const char *worker = facts->workers[up->worker].as.unit, *server = up->backend ? up->backend->unit : holder ? holder->unit : NULL;
	struct text text = {0};

	add_line(&text, facts, worker, up->walk->path);
	if (!streq(worker, server))
		add_line(&text, facts, server, up->walk->path);
	return text_steal(&text);
}

void resolve_namespace(const struct index *index, struct upstream *up)
{
	const struct worker *worker = &index->facts->workers[up->worker];
	const char *server = up->backend ? up->backend->view : NULL, *where = NULL;
	const struct process *holder;
	char *lines AUTO_FREE = NULL;

	if (!up->walk || up->listener || up->walk->failed == EACCES || up->walk->failed == EPERM)
		return;
	if (server && up->section && same_view(index->facts, server, worker_view(worker)))
		return;
	holder = holder_elsewhere(index, up);
	if (sees_elsewhere(index, up, server) || (holder && sees_elsewhere(index, up, holder->view)))
		where = "the server's";
	else if (sees_elsewhere(index, up, "host"))
		where = "the host's";
	else if (holder)
		where = "the server's";
	if (!where)
		return;
	up->hidden = hidden_cause(up->walk->path);
	lines = lines_of(index->facts, up, holder);
	up->hidden_because = xasprintf("%s has its own view of the file system; the socket is there in %s alone%s",
		worker->user ? worker->user : "the worker", where, lines);
}

static char *view_because(const struct exam *exam, bool unknown)
{
	return unknown ? xasprintf("the view of %s (pid %u) could not be entered", exam->who, exam->worker->as.pid) :
			 xasprintf("%s has its own view of the file system; the path was looked up there", exam->who);
}

void check_namespaces(struct exam *exam)
{
	const struct view *view = view_by_id(exam->world->facts, worker_view(exam->worker));
	struct upstream *up = exam->up;

	if (up->hidden)
		exam_deny(exam, LAYER_NAMESPACE, xstrdup(endpoint_path(up->endpoint)), "mount_namespace", "same file", up->hidden,
			xstrdup(up->hidden_because));
	else if (view && (view->unknown || !view->same_as_host) && !streq(view->id, "host"))
		exam_add(exam, LAYER_NAMESPACE, xstrdup(endpoint_path(up->endpoint)), "mount_namespace", "same file",
			view->unknown ? VERDICT_UNKNOWN : VERDICT_ALLOW, view_because(exam, view->unknown));
}
