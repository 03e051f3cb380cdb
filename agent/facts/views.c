/* SPDX-License-Identifier: MIT */
#include "facts/views.h"
#include "facts/proc.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

void views_host(struct facts *facts)
{
	struct view *view = ARRAY_NEW(facts->views, facts->n_views);

	view->id = xstrdup("host");
	view->mntns = facts->host.mntns;
	view->root = xstrdup("/");
	view->same_as_host = true;
}

/* The line of mountinfo for "/": ids first, so it names this mount and no other. Empty where there is none. */
static char *root_mount(int proc, const char *process)
{
	AUTO_TEXT struct text text = {0};
	char path[32];
	int at;

	snprintf(path, sizeof(path), "%s/mountinfo", process);
	if (proc_read(proc, path, &text) < 0)
		return NULL;
	for (const char *line = text.bytes; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		at = 0;
		sscanf(line, "%*d %*d %*s %*s / %n", &at);
		if (at > 0 && at < (int)strcspn(line, "\n"))
			return xstrndup(line, strcspn(line, "\n"));
	}
	return NULL;
}

static bool same_root_mount(int proc, uint32_t pid)
{
	char process[16];

	snprintf(process, sizeof(process), "%" PRIu32, pid);
	AUTO_FREE char *its = root_mount(proc, process);
	AUTO_FREE char *own = root_mount(proc, "self");
	return its && streq(its, own);
}

/* A process that is not looked into, but shares the reader's view, is filled up with what that means. */
static bool is_host(const struct facts *facts, int proc, struct process *process)
{
	if (process->mntns)
		return process->mntns == facts->host.mntns && streq(process->root, "/");
	if (!process->pid)
		return true;
	if (!same_root_mount(proc, process->pid))
		return false;
	process->mntns = facts->host.mntns;
	process->root = xstrdup("/");
	return true;
}

static bool is_view_of(const struct view *view, const struct process *process)
{
	if (!process->mntns) /* nothing is known of it, so it shares nothing with others */
		return view->unknown && view->pid == process->pid;
	return !view->same_as_host && view->mntns == process->mntns && streq(view->root, process->root ? process->root : "/");
}

void view_of_process(struct facts *facts, int proc, struct process *process)
{
	struct view *view;

	free(process->view);
	process->view = NULL;
	if (is_host(facts, proc, process))
		process->view = xstrdup("host");
	for (size_t i = 0; i < facts->n_views && !process->view; i++)
		if (is_view_of(&facts->views[i], process))
			process->view = xstrdup(facts->views[i].id);
	if (process->view)
		return;
	view = ARRAY_NEW(facts->views, facts->n_views);
	view->id = xasprintf("pid:%" PRIu32, process->pid);
	view->mntns = process->mntns;
	view->root = xstrdup(process->root ? process->root : "/");
	view->pid = process->pid;
	view->unknown = !process->mntns;
	process->view = xstrdup(view->id);
}

void view_roots_free(struct view_roots *roots)
{
	for (size_t i = 0; i < roots->n; i++) {
		free(roots->items[i].id);
		if (roots->items[i].fd >= 0)
			close(roots->items[i].fd);
	}
	free(roots->items);
	*roots = (struct view_roots){.proc = -1, .host = -1};
}

static int open_root(int proc, const struct view *view)
{
	char path[32];

	if (view->unknown || proc < 0)
		return -EACCES;
	snprintf(path, sizeof(path), "%" PRIu32 "/root", view->pid);
	AUTO_CLOSE int fd = openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return proc_namespace(proc, view->pid, "mnt", NULL) == view->mntns ? TAKE_FD(fd) : -ESRCH;
}

int view_root(struct view_roots *roots, const struct view *view)
{
	struct view_root *root;

	if (view->same_as_host)
		return roots->host;
	for (size_t i = 0; i < roots->n; i++)
		if (streq(roots->items[i].id, view->id))
			return roots->items[i].fd;
	root = ARRAY_NEW(roots->items, roots->n);
	root->id = xstrdup(view->id);
	root->fd = open_root(roots->proc, view);
	return root->fd;
}
