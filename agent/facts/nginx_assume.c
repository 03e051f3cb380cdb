/* SPDX-License-Identifier: MIT */
/* nginx that was not seen running: the one that is installed, and workers that are only expected. */
#include "facts/read_nginx.h"
#include "facts/nginx_command.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>

static bool exists(int root, const char *path)
{
	AUTO_CLOSE int fd = beneath_open(root, path, O_PATH);

	return fd >= 0;
}

/* What the program at this place was built with, or what is usual there. */
static void build_at(int root, const struct nginx_place *place, struct nginx_build *out)
{
	AUTO_CLOSE int fd = beneath_open(root, place->program, O_RDONLY);

	if (fd < 0 || nginx_build_read(fd, out) < 0)
		nginx_build_assume(place->program, out);
}

bool read_nginx_installed(int root, struct facts *facts)
{
	for (const struct nginx_place *place = nginx_places; place->program; place++) {
		struct nginx_build build = {0};
		struct nginx *nginx;

		build_at(root, place, &build);
		if (!exists(root, build.conf)) {
			nginx_build_free(&build);
			continue;
		}
		nginx = ARRAY_NEW(facts->nginx, facts->n_nginx);
		if (exists(root, place->program))
			nginx->exe = xstrdup(place->program);
		nginx->conf = TAKE_PTR(build.conf);
		nginx->prefix = TAKE_PTR(build.prefix);
		nginx->default_user = TAKE_PTR(build.user);
		nginx->default_group = TAKE_PTR(build.group);
		nginx_build_free(&build);
		return true;
	}
	return false;
}

/* --- workers --------------------------------------------------------------------------------------------------------- */

struct worker *worker_new(struct facts *facts, size_t nginx, const struct process *as)
{
	struct worker *worker = ARRAY_NEW(facts->workers, facts->n_workers);
	const struct user *user = user_by_uid(&facts->accounts, as->uid);

	worker->id = xasprintf("w%zu", facts->n_workers);
	worker->nginx = (uint32_t)nginx;
	shape_copy(&process_shape, &worker->as, as);
	worker->user = user ? xstrdup(user->name) : xasprintf("%" PRIu32, as->uid);
	return worker;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* initgroups(3): the groups that list the user, and the one that was given. */
static void account_groups(const struct accounts *accounts, const char *name, struct process *as)
{
	free(as->groups);
	as->groups = NULL;
	as->n_groups = 0;
	ARRAY_ADD(as->groups, as->n_groups, as->gid);
	for (size_t i = 0; i < accounts->n_groups; i++)
		if (accounts->groups[i].gid != as->gid && strings_has(&accounts->groups[i].members, name))
			ARRAY_ADD(as->groups, as->n_groups, accounts->groups[i].gid);
	qsort(as->groups, as->n_groups, sizeof(*as->groups), by_id);
	size_t kept = 1;
	for (size_t i = 1; i < as->n_groups; i++)
		if (as->groups[i] != as->groups[kept - 1])
			as->groups[kept++] = as->groups[i];
	as->n_groups = kept;
}

/* What a child of the master would keep of it. Without a master: of a process like permfix itself. */
static void inherit(const struct facts *facts, const struct nginx *nginx, struct process *as)
{
	if (nginx->pid) {
		shape_copy(&process_shape, as, &nginx->as);
		as->pid = 0;
		as->started = 0;
		return;
	}
	as->comm = xstrdup("nginx");
	as->exe = xstrdup(nginx->exe);
	as->root = xstrdup("/");
	as->view = xstrdup("host");
	as->mntns = facts->host.mntns;
	as->userns = facts->host.userns;
	as->netns = facts->host.netns;
}

void worker_assume(struct facts *facts, size_t nginx, const struct user *user, const char *group, const char *why)
{
	const struct group *found = group ? group_by_name(&facts->accounts, group) : NULL;
	struct worker *worker;
	struct process as = {0};

	inherit(facts, &facts->nginx[nginx], &as);
	as.uid = as.ruid = user->uid;
	as.gid = found ? found->gid : user->gid;
	/* setuid() from root to another user empties the effective set, capabilities(7). */
	if (user->uid != 0)
		as.caps = 0;
	account_groups(&facts->accounts, user->name, &as);
	worker = worker_new(facts, nginx, &as);
	free(worker->user);
	worker->user = xstrdup(user->name);
	worker->assumed = xstrdup(why);
	shape_free(&process_shape, &as);
}

void worker_assume_master(struct facts *facts, size_t nginx, const char *why)
{
	struct process as = {0};

	inherit(facts, &facts->nginx[nginx], &as);
	worker_new(facts, nginx, &as)->assumed = xstrdup(why);
	shape_free(&process_shape, &as);
}
