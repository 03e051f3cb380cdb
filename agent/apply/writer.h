/* SPDX-License-Identifier: MIT */
/* The writers: one for each kind of object. Doing and undoing are one and the same operation: bring an object
 * from the state in which it is into another that is known whole. */
#ifndef PERMFIX_APPLY_WRITER_H
#define PERMFIX_APPLY_WRITER_H

#include "apply/record.h"

struct apply_host {
	int root;     /* directory descriptor of "/" */
	int state;    /* of STATE_DIRECTORY */
	bool systemd; /* services are controlled through it */
};

struct write {
	const struct apply_host *host;
	const char *object;
	const struct image *from, *to;
	const char *temporary; /* files, and directories that are made: hidden name to make the new one under */
	const char *bytes;     /* files: content of `to` */
	size_t n;
};

struct writer {
	/* What the object is now. One that is not there is no error: out->absent. *out is overwritten, owned
	 * by the caller. */
	int (*read)(const struct apply_host *host, const char *object, struct image *out, struct error *err);
	/* Whether two images are the same state; which inode it is does not count. */
	bool (*same)(const struct image *a, const struct image *b);
	/* Writes, after it has seen that the object is still `from`, the very same inode (-ESTALE). Ends with
	 * reading the object again. From absent: it is made (configuration files, directories); to absent: removed,
	 * a directory only where it is empty (-ENOTEMPTY). */
	int (*bring)(const struct write *write, struct error *err);
	/* States passed through on the way; NULL: none that can be found afterwards. */
	size_t (*via)(const struct image *from, const struct image *to, struct node_state *via);
};

extern const struct writer node_writer, file_writer, group_writer, member_writer;

/* NULL for services, which have no state to be read or restored. */
const struct writer *writer_of(int kind);

/* Reads the object again after a write: -EIO where it is not in the state that was meant. */
int writer_verify(const struct writer *writer, const struct write *write, struct error *err);

#endif
