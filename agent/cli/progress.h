/* SPDX-License-Identifier: MIT */
/* One line on a terminal's stderr that says what is being done, when it takes longer than PROGRESS_DELAY_MS. Where stderr is no terminal
 * there is none. */
#ifndef PERMFIX_CLI_PROGRESS_H
#define PERMFIX_CLI_PROGRESS_H

#include <sys/types.h>

#define PROGRESS_DELAY_MS 300

struct progress {
	int pipe;  /* -1: no terminal */
	pid_t pid;
};

enum stage { STAGE_OBSERVE, STAGE_PROBE, STAGE_PLAN };

/* Starts the line's own process: no signal and no thread, which would disturb system calls and namespaces of the work itself. */
struct progress progress_start(void);
void progress_stage(const struct progress *progress, enum stage stage);

/* Erases the line. To be called before anything else is printed. */
void progress_stop(struct progress *progress);
#define AUTO_PROGRESS __attribute__((cleanup(progress_stop)))

#endif
