/* SPDX-License-Identifier: MIT */
/* Inside the room: objects that are made, and taken away again. */
#ifndef PERMFIX_APPLY_MAKE_H
#define PERMFIX_APPLY_MAKE_H

#include "apply/pin.h"
#include "apply/writer.h"

/* Pins the directory in which path (absolute) stands or would stand, whatever stands there; *name points into path. Its own name is not followed
 * where it is a symbolic link (-ELOOP); only_root is about the directory itself and all above it. -ENOENT: there is no such directory. Release with
 * pinned_free(), also after an error. */
int pin_parent(int root, const char *path, struct pinned *out, const char **name, struct error *err);

/* Whether permfix makes a file of this name where there is none: a drop-in UNIT.d/NAME.conf in /etc/systemd/system, or NAME.conf in
 * /etc/tmpfiles.d. -EPERM with a message. */
int may_make_file(const char *path, struct error *err);

/* What a new configuration file is: root's, 0644. Owned by the caller. */
struct node_state *new_file_state(void);

/* w->from is absent: makes the file under its name, which nobody may have taken meanwhile (-ESTALE). */
int file_make(const struct write *w, struct error *err);
/* w->to is absent: removes the directory entry `name` in dir, which was pinned and looked at. */
int file_unmake(const struct pinned *p, const struct write *w, struct error *err);

/* The same for a directory; it is made under its hidden name first, so that it never has its own name with other rights than it shall have.
 * -ENOTEMPTY: something is in it. */
int directory_make(const struct write *w, struct error *err);
int directory_unmake(const struct pinned *p, const struct write *w, struct error *err);

#endif
