/* SPDX-License-Identifier: MIT */
/* Groups and sockets that amount to root. Inside this room only. */
#ifndef PERMFIX_GUARD_ROOT_EQUAL_H
#define PERMFIX_GUARD_ROOT_EQUAL_H

#include "facts/facts.h"

/* A group of this name amounts to root wherever it exists. */
bool is_root_equal_name(const char *name);

/* By gid, so that another name for the same gid is caught: gid 0, the gid of a group with such a name, or of one that sudoers names. */
bool is_root_equal_gid(const struct accounts *accounts, uint32_t gid);

/* A canonical path of a socket whose clients can become root, or of a directory that is there for such sockets, or beneath one. */
bool is_root_equal_path(const char *path);

/* By who listens: a container engine or a manager of machines, whatever its socket is called. */
bool is_root_equal_listener(const struct listener *listener);

#endif
