/* SPDX-License-Identifier: MIT */
/* Views: what the processes see of the file system. */
#ifndef PERMFIX_FACTS_VIEWS_H
#define PERMFIX_FACTS_VIEWS_H

#include "facts/facts.h"

/* Root directories of the views of one run, opened when first needed. */
struct view_roots {
	int proc;  /* directory descriptor of /proc; -1 with --root; borrowed */
	int host;  /* root directory of the view "host"; borrowed */
	struct view_root {
		char *id;
		int fd; /* negative: could not be entered */
	} *items;
	size_t n;
};
void view_roots_free(struct view_roots *roots);
#define AUTO_VIEW_ROOTS __attribute__((cleanup(view_roots_free)))

/* Adds the view "host". */
void views_host(struct facts *facts);

/* Finds or adds the view of a process and sets process.view. "host" where mount namespace and root directory are the reader's; a process
 * whose namespaces are hidden is compared by /proc/PID/mountinfo, which is not: mounts have other ids in every namespace, and a process
 * with another root directory does not show the mount of "/". What cannot be compared either has a view that is unknown. */
void view_of_process(struct facts *facts, int proc, struct process *process);

/* Root directory of a view, O_PATH; owned by roots. Negative errno where it cannot be entered, or where the process that stands for the view has
 * gone (then another one may have its number: so the mount namespace is compared after the directory was opened). */
int view_root(struct view_roots *roots, const struct view *view);

#endif
