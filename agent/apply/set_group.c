/* SPDX-License-Identifier: MIT */
/* Groups and their members, through the distribution's tools, which know about shadow files, locks and
 * caches. Undone by the inverse edit. */
#include "apply/writer.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/spawn.h"
#include "facts/read_accounts.h"

#include <errno.h>
#include <shadow.h>

#define TOOL_DEADLINE_MS 60000
#define TOOL_OUTPUT_MAX  65536

/* Where distributions have them: Debian, Ubuntu, Fedora, RHEL; then the places that merged trees and Arch
 * use. */
static const char *const groupadd[] = {"/usr/sbin/groupadd", "/usr/bin/groupadd", "/sbin/groupadd", NULL};
static const char *const groupdel[] = {"/usr/sbin/groupdel", "/usr/bin/groupdel", "/sbin/groupdel", NULL};
static const char *const gpasswd[] = {"/usr/bin/gpasswd", "/usr/sbin/gpasswd", "/bin/gpasswd", NULL};

static int run(const char *const *places, const char *const *argv, struct error *err)
{
	struct spawn how = {.argv = argv, .output_max = TOOL_OUTPUT_MAX, .deadline_ms = TOOL_DEADLINE_MS};
	AUTO_SPAWN struct spawn_result result = {0};
	int r;

	for (how.path = *places; how.path && access(how.path, X_OK) < 0; how.path = *places)
		places++;
	if (!how.path)
		return error_set(err, ENOENT, "the program %s is not installed", argv[0]);
	r = spawn_run(&how, &result, err);
	return r < 0 ? r : spawn_check(&result, argv[0], err);
}

/* --- groups
 * ------------------------------------------------------------------------------------------------------------
 */

/* A tool that a killed run of permfix left behind may still be at work: its lock is waited for (lckpwdf(3),
 * 15 seconds). */
static void wait_for_tools(void)
{
	if (lckpwdf() == 0)
		ulckpwdf();
}

static int group_image(const struct apply_host *host, const char *name, struct image *out, struct error *err)
{
	AUTO_FACTS struct facts facts = {0};
	const struct group *group;
	int r;

	*out = (struct image){0};
	wait_for_tools();
	r = read_accounts(host->root, &facts.accounts, &facts.notes);
	if (r < 0)
		return error_errno(err, -r, "reading the group file");
	group = group_by_name(&facts.accounts, name);
	out->absent = !group;
	if (group) {
		out->group = xcalloc(1, sizeof(*out->group));
		out->group->gid = group->gid;
		for (size_t i = 0; i < group->members.n; i++)
			strings_add(&out->group->members, group->members.items[i]);
	}
	return 0;
}

static bool strings_same(const struct strings *a, const struct strings *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!strings_has(b, a->items[i]))
			return false;
	return a->n == b->n;
}

static bool group_same(const struct image *a, const struct image *b)
{
	if (a->absent || b->absent || !a->group || !b->group)
		return a->absent && b->absent;
	return a->group->gid == b->group->gid && strings_same(&a->group->members, &b->group->members);
}

static int check_unchanged(const struct writer *writer, const struct write *w, struct error *err)
{
	AUTO_IMAGE struct image now = {0};
	AUTO_FREE char *shown = escape_terminal(w->object);
	int r = writer->read(w->host, w->object, &now, err);

	if (r == 0 && !writer->same(&now, w->from))
		r = error_set(err, ESTALE, "group %s was changed a moment ago", shown);
	return r;
}

static int group_write(const struct write *w, struct error *err)
{
	AUTO_FREE char *gid = w->to->group ? xasprintf("%u", w->to->group->gid) : NULL;
	const char *const add[] = {"groupadd", "--system", "--gid", gid, "--", w->object, NULL};
	const char *const del[] = {"groupdel", "--", w->object, NULL};
	int r = check_unchanged(&group_writer, w, err);

	if (r == 0)
		r = w->to->absent ? run(groupdel, del, err) : run(groupadd, add, err);
	return r < 0 ? r : writer_verify(&group_writer, w, err);
}

const struct writer group_writer = {group_image, group_same, group_write, NULL};

/* --- members
 * -----------------------------------------------------------------------------------------------------------
 */

static char *group_of(const char *object, const char **user)
{
	const char *colon = strchr(object, ':');

	*user = colon ? colon + 1 : "";
	return xstrndup(object, colon ? (size_t)(colon - object) : strlen(object));
}

static int member_image(
        const struct apply_host *host, const char *object, struct image *out, struct error *err)
{
	AUTO_IMAGE struct image group = {0};
	const char *user;
	AUTO_FREE char *name = group_of(object, &user);
	int r = group_image(host, name, &group, err);

	*out = (struct image){.absent = group.absent || !strings_has(&group.group->members, user)};
	return r;
}

static bool member_same(const struct image *a, const struct image *b)
{
	return a->absent == b->absent;
}

static int member_write(const struct write *w, struct error *err)
{
	const char *user;
	AUTO_FREE char *name = group_of(w->object, &user);
	const char *const argv[] = {"gpasswd", w->to->absent ? "--delete" : "--add", user, name, NULL};
	int r = check_unchanged(&member_writer, w, err);

	if (r == 0 && (*user == '-' || *name == '-'))
		r = error_set(err, EINVAL, "an account or group name begins with a dash");
	if (r == 0)
		r = run(gpasswd, argv, err);
	return r < 0 ? r : writer_verify(&member_writer, w, err);
}

const struct writer member_writer = {member_image, member_same, member_write, NULL};
