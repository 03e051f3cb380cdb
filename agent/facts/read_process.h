/* SPDX-License-Identifier: MIT */
/* One process from /proc/PID, as the permission checks see it. */
#ifndef PERMFIX_FACTS_READ_PROCESS_H
#define PERMFIX_FACTS_READ_PROCESS_H

#include "facts/facts.h"

/* What reading processes needs to know about the host. Made once per run. */
struct process_reader {
	int proc;         /* directory descriptor of /proc; borrowed */
	int64_t boot;     /* nanoseconds of the epoch at which the machine started */
	bool selinux, apparmor; /* that module labels processes */
	bool systemd;     /* a cgroup names a unit */
	char *cgroup_root; /* cgroup path that the reader's init was started in: "" mostly, "/docker/ID" within a container */
};

/* Borrows proc. Boot time is the difference of the two clocks: /proc/stat's btime has whole seconds only, too coarse to tell whether
 * a process is older than a file. */
void process_reader_init(struct process_reader *reader, int proc, const struct host *host);
void process_reader_free(struct process_reader *reader);

/* Fills *out, but for its view. -ESRCH where the process is gone (nothing is then owned by *out). What may not be read is left 0
 * or NULL. A namespace that is hidden but whose uid map is the identity counts as the reader's own when that has the same map. */
int read_process(const struct process_reader *reader, uint32_t pid, struct process *out);

/* Whether an unprivileged user started it for himself: by its unit it belongs to a login session or a user's own service manager, and it does
 * not run as root. What such a process says of itself (title, configuration) is only that user's word. */
bool process_of_session(const struct process *process);

/* Unit and container hint from the text of /proc/PID/cgroup, by the rules of sd_pid_get_unit(3): the first component that is
 * no slice. Both are NULL where there is none; the caller frees. */
void cgroup_names(const char *text, const char *root, char **unit, char **container);

#endif
