/* SPDX-License-Identifier: MIT */
/* Directories that are everybody's, and file systems that somebody else answers for. Inside this room only. */
#ifndef PERMFIX_GUARD_PLACES_H
#define PERMFIX_GUARD_PLACES_H

#include "facts/facts.h"

/* A directory that belongs to the system as a whole (file-hierarchy(7), hier(7)), not to one service. */
bool is_system_directory(const char *path);

/* A network, cluster or FUSE file system by its name in the mount table. */
bool is_remote_fs(const char *fstype);

#endif
