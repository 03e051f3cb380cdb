/* SPDX-License-Identifier: MIT */
/* Becoming a worker, for good: for the child of probe.c. */
#ifndef PERMFIX_VALIDATE_PROBE_ENTER_H
#define PERMFIX_VALIDATE_PROBE_ENTER_H

#include "facts/facts.h"
#include "validate/probe_connect.h"

/* What is opened of the worker's process before the child is forked; all through one descriptor of /proc/PID, so that it is one process
 * whatever becomes of its number. -1: not needed, since it is the same as our own. */
struct probe_door {
	int root;
	int mntns;
	int netns;
};

/* Opens the door. network: its network namespace is wanted too. Fills *answer and returns false where the process is not the one
 * that was seen, or does not let us. */
bool probe_open_door(const struct process *as, bool network, struct probe_door *door, struct probe_answer *answer);
void probe_close_door(struct probe_door *door);
#define AUTO_DOOR __attribute__((cleanup(probe_close_door)))

/* Enters the namespaces and the root directory, then takes the ids and gives up what is more than the worker has. There is no way
 * back. Fills *answer and returns false on failure: the process must then end. */
bool probe_enter(const struct process *as, const struct probe_door *door, struct probe_answer *answer);

#endif
