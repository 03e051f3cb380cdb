/* SPDX-License-Identifier: MIT */
#include "facts/specifier_host.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <string.h>
#include <sys/utsname.h>

#define WORD_MAX 4096

/* The first line of a small file, NULL where there is none. */
static char *first_line(int root, const char *path)
{
	AUTO_FREE char *bytes = NULL;
	size_t size;

	if (beneath_read(root, path, WORD_MAX, &bytes, &size, NULL, NULL) < 0)
		return NULL;
	bytes[strcspn(bytes, " \t\r\n")] = '\0';
	return *bytes ? TAKE_PTR(bytes) : NULL;
}

/* "%b" is written without dashes. */
static char *boot_id(int root)
{
	char *id = first_line(root, "/proc/sys/kernel/random/boot_id"), *to = id;

	for (const char *s = id; s && *s; s++)
		if (*s != '-')
			*to++ = *s;
	if (to)
		*to = '\0';
	return id;
}

void specifier_host_read(int root, bool offline, struct specifier_host *out)
{
	struct utsname name;

	*out = (struct specifier_host){.machine = first_line(root, "/etc/machine-id")};
	if (offline) {
		out->hostname = first_line(root, "/etc/hostname");
		return;
	}
	out->boot = boot_id(root);
	if (uname(&name) == 0) {
		out->hostname = xstrdup(name.nodename);
		out->kernel = xstrdup(name.release);
	}
}
