/* SPDX-License-Identifier: MIT */
#include "cli/plan_file.h"
#include "apply/pin.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/in_file.h"
#include "cli/render.h"
#include "plan/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

/* --- which word is one
 * ------------------------------------------------------------------------------------------------------ */

static bool begins_as_plan(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char first = '\0';

	return fd >= 0 && read(fd, &first, 1) == 1 && first == '{';
}

bool plan_file_named(const char *word)
{
	struct stat st;

	if (starts_with(word, "unix:") || starts_with(word, "tcp:") || strstr(word, "://"))
		return false;
	if (ends_with(word, ".json"))
		return true;
	if (stat(word, &st) < 0 || !S_ISREG(st.st_mode) || ends_with(word, ".sock") ||
	        ends_with(word, ".socket"))
		return false;
	return strchr(word, '/') || begins_as_plan(word);
}

/* --- who can have written it
 * -------------------------------------------------------------------------------------------------- */

static int others_write(const char *path, const struct stat *st, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	bool sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX);

	if (st->st_uid != 0 && st->st_uid != geteuid())
		return error_set(
		        err, EPERM, "the plan is not trusted: %s belongs to uid %u", shown, st->st_uid);
	if ((st->st_mode & 022) && !sticky)
		return error_set(err, EPERM,
		        "the plan is not trusted: %s can be written by others (mode %04o)", shown,
		        st->st_mode & 07777);
	return 0;
}

/* Every directory from the root down, by its name without symbolic links; the file itself is checked by
 * descriptor. */
static int check_parents(const char *canonical, struct error *err)
{
	int r = 0;

	for (const char *slash = canonical; slash && r == 0; slash = strchr(slash + 1, '/')) {
		AUTO_FREE char *parent =
		        slash == canonical ? xstrdup("/") : xstrndup(canonical, (size_t)(slash - canonical));
		struct stat st;

		r = lstat(parent, &st) < 0 ? error_errno(err, errno, "%s", parent)
		                           : others_write(parent, &st, err);
	}
	return r;
}

static int check_trust(int fd, struct error *err)
{
	char link[64], canonical[4096];
	struct stat st;
	ssize_t n;
	int r;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, canonical, sizeof(canonical) - 1);
	if (n <= 0 || fstat(fd, &st) < 0)
		return error_errno(err, n <= 0 ? ENAMETOOLONG : errno, "the plan file");
	canonical[n] = '\0';
	r = others_write(canonical, &st, err);
	return r < 0 ? r : check_parents(canonical, err);
}

/* A link that somebody else made could name another plan of root's than the one that was meant: only links
 * that root alone could make are followed. */
static int open_trusted(const char *path, const char *shown, struct error *err)
{
	AUTO_FREE char *here = *path == '/' ? NULL : getcwd(NULL, 0);
	AUTO_FREE char *absolute = *path == '/' ? xstrdup(path) : xasprintf("%s/%s", here ? here : "", path);
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_PINNED struct pinned pinned = PINNED_NONE;
	char link[32];
	int r = pin_path(root, absolute, &pinned, err), fd;

	if (r < 0)
		return error_wrap(err, "cannot read the plan");
	if (!S_ISREG(pinned.st.st_mode))
		return error_set(err, EPERM, "the plan is not trusted: %s is no regular file", shown);
	pin_link(pinned.fd, link);
	fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? error_errno(err, errno, "cannot read the plan %s", shown) : fd;
}

int plan_file_read(const char *path, struct plan *plan, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	AUTO_CLOSE int fd = open_trusted(path, shown, err);
	AUTO_TEXT struct text json = {0};
	int r;

	if (fd < 0)
		return fd;
	r = check_trust(fd, err);
	if (r < 0)
		return r;
	r = in_descriptor_read(fd, shown, &json, err);
	if (r < 0)
		return r;
	r = plan_read(json.bytes ? json.bytes : "", json.size, plan, err);
	return r < 0 ? error_wrap(err, "%s", shown) : 0;
}

/* --- whether it is still so
 * ----------------------------------------------------------------------------------------------------- */

int plan_file_fits(const struct plan *plan, const struct plan_host *host, int64_t now, struct error *err)
{
	int64_t expires;

	if (!plan->host.boot)
		return error_set(err, ESTALE, "the plan is of a tree (--root), not of a running host");
	if (!streq(plan->host.id, host->id))
		return error_set(err, ESTALE, "the plan is for another host");
	if (!streq(plan->host.boot, host->boot))
		return error_set(err, ESTALE, "the plan is from before the last boot");
	if (!time_parse(plan->expires, &expires) || now >= expires)
		return error_set(err, ESTALE, "the plan is expired: it was good until %s",
		        plan->expires ? plan->expires : "no time");
	return 0;
}

static bool same_changes(const struct step *a, const struct step *b)
{
	if (a->n_changes != b->n_changes)
		return false;
	for (size_t i = 0; i < a->n_changes; i++)
		if (!streq(a->changes[i].key, b->changes[i].key) ||
		        !streq(a->changes[i].from, b->changes[i].from) ||
		        !streq(a->changes[i].to, b->changes[i].to))
			return false;
	return true;
}

/* The start of a process is computed from the clock, so it may be off by one. */
static bool same_process(const char *a, const char *b)
{
	uint32_t pid, other;
	int64_t start, other_start;

	return a && b && sscanf(a, "%" SCNu32 " %" SCNd64, &pid, &start) == 2 &&
	       sscanf(b, "%" SCNu32 " %" SCNd64, &other, &other_start) == 2 && pid == other &&
	       llabs(start - other_start) <= 1;
}

static const struct precondition *find_precondition(const struct step *step, const struct precondition *like)
{
	for (size_t i = 0; i < step->n_preconditions; i++)
		if (streq(step->preconditions[i].what, like->what) &&
		        streq(step->preconditions[i].path, like->path))
			return &step->preconditions[i];
	return NULL;
}

static int compare_preconditions(const struct step *was, const struct step *now, struct error *err)
{
	for (size_t i = 0; i < was->n_preconditions; i++) {
		const struct precondition *p = &was->preconditions[i], *q = find_precondition(now, p);
		AUTO_FREE char *shown = escape_terminal(p->path ? p->path : "?"),
		               *then = escape_terminal(p->value ? p->value : "?");
		AUTO_FREE char *today = escape_terminal(q && q->value ? q->value : "nothing");

		if (!q || !(streq(p->value, q->value) ||
		                  (streq(p->what, "process") && same_process(p->value, q->value))))
			return error_set(err, ESTALE,
			        "%s was changed since the plan was made: %s then, %s now", shown, then,
			        today);
	}
	return 0;
}

static bool same_step(const struct step *a, const struct step *b)
{
	return a->kind == b->kind && streq(a->target, b->target) && streq(a->section, b->section) &&
	       a->offset == b->offset && a->length == b->length && streq(a->diff, b->diff) &&
	       same_changes(a, b);
}

static const struct plan_upstream *find_upstream(const struct plan *plan, const struct plan_upstream *like)
{
	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (streq(plan->upstreams[i].endpoint, like->endpoint) &&
		        plan->upstreams[i].worker.uid == like->worker.uid)
			return &plan->upstreams[i];
	return NULL;
}

/* Why there is no such plan now, where planning says so: a file system that is read-only by now, for one. */
static const char *why_not(const struct plan *fresh, const char *step, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_upstreams; i++) {
		const struct plan_upstream *was = &plan->upstreams[i], *now = find_upstream(fresh, was);

		if (now && now->open && strings_has(&was->steps, step ? step : ""))
			return now->open;
	}
	return NULL;
}

/* The file has changed where the step's digest of it says so: that tells more than the step that differs. */
static int compare_target(const struct step *step, const struct plan *fresh, struct error *err)
{
	for (size_t i = 0; i < fresh->n_steps; i++)
		if (fresh->steps[i].kind == step->kind && streq(fresh->steps[i].target, step->target))
			return compare_preconditions(step, &fresh->steps[i], err);
	return 0;
}

static int compare_steps(const struct plan *plan, const struct plan *fresh, struct error *err)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct step *step = &plan->steps[i];
		AUTO_FREE char *title = step_title(step), *shown = escape_terminal(title);
		const struct step *found = NULL;
		int r;

		for (size_t k = 0; k < fresh->n_steps && !found; k++)
			found = same_step(step, &fresh->steps[k]) ? &fresh->steps[k] : NULL;
		if (!found) {
			const char *why = why_not(fresh, step->id, plan);
			AUTO_FREE char *because = escape_terminal(why ? why : "");

			r = compare_target(step, fresh, err);
			return r < 0 ? r
			             : error_set(err, ESTALE, "%s (%s) is not what would be planned now%s%s",
			                       step->id ? step->id : "a step", shown, why ? ": " : "",
			                       because);
		}
		r = compare_preconditions(step, found, err);
		if (r < 0)
			return r;
	}
	if (plan->n_steps != fresh->n_steps)
		return error_set(err, ESTALE, "more steps are needed now than the plan has");
	return 0;
}

static char *joined(const struct strings *list)
{
	struct text t = {0};

	for (size_t i = 0; i < list->n; i++)
		text_addf(&t, "%s%s", i ? ", " : "", list->items[i]);
	return t.size ? text_steal(&t) : xstrdup("nothing");
}

static int compare_account(
        const char *shown, const char *what, const char *then, const char *today, struct error *err)
{
	AUTO_FREE char *was = escape_terminal(then ? then : "nobody known"),
	               *is = escape_terminal(today ? today : "nobody known");

	return streq(then, today)
	               ? 0
	               : error_set(err, ESTALE, "%s: %s ran as %s and runs as %s now", shown, what, was, is);
}

static int compare_upstream(
        const struct plan_upstream *was, const struct plan_upstream *now, struct error *err)
{
	AUTO_FREE char *name = upstream_name(was), *shown = escape_terminal(name);
	AUTO_FREE char *then = joined(&was->causes), *today = now ? joined(&now->causes) : NULL;

	if (!now)
		return error_set(err, ESTALE, "%s: no worker of uid %" PRIu32 " uses it any more", shown,
		        was->worker.uid);
	if (!streq(was->verdict, now->verdict))
		return error_set(err, ESTALE, "%s was %s and is %s now", shown, was->verdict, now->verdict);
	if (!streq(then, today))
		return error_set(err, ESTALE, "%s: the causes were %s and are %s now", shown, then, today);
	if (compare_account(shown, "the worker", was->worker.user, now->worker.user, err) < 0 ||
	        compare_account(shown, "the server", was->server.user, now->server.user, err) < 0)
		return -ESTALE;
	return 0;
}

int plan_file_same(const struct plan *plan, const struct plan *fresh, struct error *err)
{
	for (size_t i = 0; i < plan->n_upstreams; i++) {
		const struct plan_upstream *was = &plan->upstreams[i];
		int r = was->endpoint ? compare_upstream(was, find_upstream(fresh, was), err) : 0;

		if (r < 0)
			return r;
	}
	return compare_steps(plan, fresh, err);
}
