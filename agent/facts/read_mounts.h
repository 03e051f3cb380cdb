/* SPDX-License-Identifier: MIT */
/* The mount table of a mount namespace, by mount id: proc(5), /proc/PID/mountinfo. */
#ifndef PERMFIX_FACTS_READ_MOUNTS_H
#define PERMFIX_FACTS_READ_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mount {
	uint64_t id;    /* unique on the host, as statx(2) gives it with STATX_MNT_ID */
	char *fstype;   /* "ext4", "fuse.sshfs" */
	bool read_only; /* the mount or its file system */
};

struct mounts {
	struct mount *items; /* sorted by id */
	size_t n;
};

/* Reads the table of a process (0: our own). -errno where it cannot be read: the list is then empty. */
int read_mounts(uint32_t pid, struct mounts *out);
const struct mount *mount_by_id(const struct mounts *mounts, uint64_t id); /* NULL: not in the table */
void mounts_free(struct mounts *mounts);

/* The mount id of an open file on kernels whose statx does not give it (before 5.8): "mnt_id:" of /proc/self/fdinfo/N; 0 unknown. */
uint64_t mount_id_of(int fd);

#endif
