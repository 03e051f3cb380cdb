/* SPDX-License-Identifier: MIT */
#include "base/components.h"
#include "base/alloc.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define PROC_ROOT_INODE 1 /* PROC_ROOT_INO of include/linux/proc_ns.h */

static void replace(struct components *c, char *text)
{
	free(c->text);
	c->text = text;
	c->absolute = *text == '/';
	c->rest = text + strspn(text, "/");
}

void components_begin(struct components *c, const char *path)
{
	*c = (struct components){0};
	replace(c, xstrdup(path));
}

const char *components_next(struct components *c, bool *last, bool *slash)
{
	char *component = c->rest;
	size_t n = strcspn(component, "/");

	if (n == 0)
		return NULL;
	*slash = c->slash = component[n] == '/';
	c->rest = component + n + strspn(component + n, "/");
	*last = *c->rest == '\0';
	component[n] = '\0';
	return component;
}

int components_follow(struct components *c, const char *target)
{
	if (++c->links > LINKS_MAX)
		return -ELOOP;
	if (!*target)
		return -ENOENT;
	replace(c, c->slash ? xasprintf("%s/%s", target, c->rest) : xstrdup(target));
	return 0;
}

void components_free(struct components *c)
{
	free(c->text);
	*c = (struct components){0};
}

bool link_is_magic(int parent, int link)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(link, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return false;
	return fstat(parent, &st) < 0 || st.st_ino != PROC_ROOT_INODE;
}
