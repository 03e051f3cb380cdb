/* SPDX-License-Identifier: MIT */
#include "apply/precondition.h"
#include "apply/set_service.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/read_accounts.h"

#include <errno.h>
#include <inttypes.h>

#define ABSENT "absent" /* as a plan says that there is no such object */

/* What a step of this kind must expect of its target: a plan that was made by hand may have forgotten it. */
static const char *const required[STEP_COUNT] = {
        [STEP_PATH_OWNER] = "node",
        [STEP_PATH_MODE] = "node",
        [STEP_PATH_ACL] = "node",
        [STEP_PHPFPM_LISTEN] = "file",
        [STEP_PHPFPM_LISTEN_PATH] = "file",
        [STEP_UWSGI_OPTION] = "file",
        [STEP_SYSTEMD_DROPIN] = "file",
        [STEP_TMPFILES_ENTRY] = "file",
        [STEP_NGINX_USER] = "file",
        [STEP_NGINX_PASS] = "file",
        [STEP_GROUP_CREATE] = "group",
        [STEP_SERVICE_RELOAD] = "process",
        [STEP_SERVICE_RESTART] = "process",
};

static int differs(const char *path, const char *expected, const char *found, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path), *e = escape_terminal(expected),
	               *f = escape_terminal(found);

	return error_set(err, ESTALE, "%s was changed since the plan was made: it is %s, the plan saw %s",
	        shown, f, e);
}

static int node_holds(const struct apply_host *host, const struct facts *facts, const struct precondition *p,
        struct error *err)
{
	AUTO_IMAGE struct image now = {0};
	AUTO_FREE char *found = NULL;
	int r = node_writer.read(host, p->path, &now, err);

	(void)facts;
	if (r < 0)
		return r;
	found = now.absent ? xstrdup(streq(p->value, ABSENT) ? ABSENT : "gone")
	                   : xasprintf("%" PRIu64 ":%" PRIu64 " %u:%u %04o %s", now.node->dev, now.node->ino,
	                             now.node->uid, now.node->gid, now.node->mode,
	                             name_of(node_type_names, now.node->type));
	return streq(found, p->value) ? 0 : differs(p->path, p->value, found, err);
}

static int file_holds(const struct apply_host *host, const struct facts *facts, const struct precondition *p,
        struct error *err)
{
	AUTO_IMAGE struct image now = {0};
	const char *found;
	int r = file_writer.read(host, p->path, &now, err);

	(void)facts;
	if (r < 0)
		return r;
	found = now.absent ? (streq(p->value, ABSENT) ? ABSENT : "gone") : now.digest ? now.digest : "no regular file";
	return streq(found, p->value) ? 0 : differs(p->path, p->value, found, err);
}

static int group_holds(const struct apply_host *host, const struct facts *facts, const struct precondition *p,
        struct error *err)
{
	AUTO_IMAGE struct image now = {0};
	AUTO_FREE char *found = NULL;
	int r = group_writer.read(host, p->path, &now, err);

	(void)facts;
	if (r < 0)
		return r;
	found = now.absent ? xstrdup("absent") : xasprintf("%u", now.group->gid);
	return streq(found, p->value) ? 0 : differs(p->path, p->value, found, err);
}

static int user_holds(const struct apply_host *host, const struct facts *facts, const struct precondition *p,
        struct error *err)
{
	AUTO_FACTS struct facts now = {0};
	AUTO_FREE char *found = NULL;
	const struct user *user;
	int r = read_accounts(host->root, &now.accounts, &now.notes);

	(void)facts;
	if (r < 0)
		return error_errno(err, -r, "reading the accounts");
	user = user_by_name(&now.accounts, p->path);
	found = user ? xasprintf("%u", user->uid) : xstrdup("absent");
	return streq(found, p->value) ? 0 : differs(p->path, p->value, found, err);
}

/* "PID START": facts say which program it is. */
static int process_holds(const struct apply_host *host, const struct facts *facts,
        const struct precondition *p, struct error *err)
{
	struct service_state service = {0};
	AUTO_FREE char *found = NULL;
	AUTO_CLOSE int fd = -1;
	int64_t started = 0;
	uint32_t pid = 0;
	int r = service_find(facts, p->path, &service, err);

	(void)host;
	if (streq(p->value, ABSENT) && (r == -ESRCH || (r == 0 && !service.pid))) {
		service_state_free(&service);
		return 0;
	}
	if (r < 0)
		return error_set(err, ESTALE, "%s is not running as the plan saw it", p->path);
	found = xasprintf("%u %" PRId64, service.pid, service.started);
	/* the start is computed from the clock, so it may be off by one */
	if (sscanf(p->value, "%" SCNu32 " %" SCNd64, &pid, &started) != 2 || pid != service.pid ||
	        started < service.started - 1 || started > service.started + 1) {
		r = differs(p->path, p->value, found, err);
	} else {
		fd = service_pin(&service, err);
		r = fd < 0 ? error_set(err, ESTALE, "%s was started anew since the plan was made", p->path)
		           : 0;
	}
	service_state_free(&service);
	return r;
}

static const struct {
	const char *what;
	int (*holds)(
	        const struct apply_host *, const struct facts *, const struct precondition *, struct error *);
} kinds[] = {{"node", node_holds}, {"file", file_holds}, {"group", group_holds}, {"user", user_holds},
        {"process", process_holds}};

static int one_holds(const struct apply_host *host, const struct facts *facts, const struct precondition *p,
        struct error *err)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (streq(p->what, kinds[i].what) && p->path && p->value)
			return kinds[i].holds(host, facts, p, err);
	return error_set(err, EINVAL, "a precondition that this version does not know: %s",
	        p->what ? p->what : "none");
}

int preconditions_hold(const struct apply_host *host, const struct facts *facts, const struct step *step,
        bool own, struct error *err)
{
	bool found = required[step->kind] == NULL;
	int r = 0;

	for (size_t i = 0; i < step->n_preconditions && r == 0; i++) {
		const struct precondition *p = &step->preconditions[i];
		bool about_target = streq(p->path, step->target);

		found |= about_target && streq(p->what, required[step->kind]);
		if (own || !about_target)
			r = one_holds(host, facts, p, err);
	}
	if (r == 0 && !found)
		r = error_set(err, EINVAL,
		        "the plan does not say what %s was like: a precondition \"%s\" is missing",
		        step->target, required[step->kind]);
	return r < 0 ? error_wrap(err, "%s", step->id ? step->id : "a step") : 0;
}
