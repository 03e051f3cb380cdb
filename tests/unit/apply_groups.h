/* SPDX-License-Identifier: MIT */
/* For the tests of group steps: the real tools, on copies of the account files in a mount namespace of its
 * own. */
#ifndef PERMFIX_TESTS_APPLY_GROUPS_H
#define PERMFIX_TESTS_APPLY_GROUPS_H

#include "apply_fixture.h"

#include <sched.h>
#include <sys/mount.h>

static inline int private_etc(void)
{
	static const char *const files[] = {
	        "passwd", "group", "shadow", "gshadow", "login.defs", "nsswitch.conf"};
	char *text[COUNT_OF(files)] = {0};
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t n;

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		AUTO_FREE char *path = xasprintf("/etc/%s", files[i]);

		beneath_read(root, path, 1 << 20, &text[i], &n, NULL, NULL);
	}
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	        mount("none", "/etc", "tmpfs", 0, "mode=755") < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		AUTO_FREE char *path = xasprintf("/etc/%s", files[i]);
		AUTO_CLOSE int fd = text[i] ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;

		if (text[i] && write(fd, text[i], strlen(text[i])) < 0)
			return -1;
		free(text[i]);
	}
	host.root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return 0;
}

static inline char *group_files(void)
{
	AUTO_FREE char *group = NULL, *gshadow = NULL;
	size_t n;

	beneath_read(host.root, "/etc/group", 1 << 20, &group, &n, NULL, NULL);
	beneath_read(host.root, "/etc/gshadow", 1 << 20, &gshadow, &n, NULL, NULL);
	return xasprintf("%s%s", group ? group : "", gshadow ? gshadow : "");
}

static inline void group_plan(struct plan *plan)
{
	struct step *step = plan_step(plan, STEP_GROUP_CREATE, "fpm-test");

	change(step, "gid", NULL, "system");
	expects(step, "group", "fpm-test", xstrdup("absent"));
	step = plan_step(plan, STEP_GROUP_ADD_MEMBER, "fpm-test");
	change(step, "member", NULL, "daemon");
	step = plan_step(plan, STEP_GROUP_ADD_MEMBER, "daemon");
	change(step, "member", NULL, "www-data");
}

#endif
