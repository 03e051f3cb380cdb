/* SPDX-License-Identifier: MIT */
/* An object held by descriptor. Whoever can write a directory can put something else under a name in it at
 * any moment; what is pinned stays what it was when it was looked at. */
#ifndef PERMFIX_APPLY_PIN_H
#define PERMFIX_APPLY_PIN_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

struct pinned {
	int fd;         /* O_PATH */
	int dir;        /* O_PATH of the directory that it stands in */
	char *name;     /* its name there */
	bool only_root; /* that directory and all above it can be written by root alone */
	struct stat st;
};

/* Walks path (absolute) beneath root, one component at a time, O_PATH | O_NOFOLLOW. A symbolic link is
 * followed by hand where only root can write its directory and all above; anywhere else it is refused
 * (-ELOOP). -ENOENT, -ENOTDIR: there is no such object. Release with pinned_free(), also after an error. */
int pin_path(int root, const char *path, struct pinned *out, struct error *err);
void pinned_free(struct pinned *p);
#define AUTO_PINNED __attribute__((cleanup(pinned_free)))
#define PINNED_NONE                 \
	{                           \
		.fd = -1, .dir = -1 \
	}

/* Whether permfix writes to such an object at all: a directory, socket, FIFO or file that has one name only,
 * no setuid or setgid program, not immutable or append-only, on a local file system that is mounted for
 * writing. -EPERM, -EROFS, -EMLINK with a message. */
int pinned_writable(const struct pinned *p, const char *path, struct error *err);

/* "/proc/self/fd/N": the way to an object of which there is only an O_PATH descriptor (open(2), O_PATH). */
void pin_link(int fd, char link[32]);

#endif
