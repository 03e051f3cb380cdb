/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static const char *const stage_words[] = {
	[STAGE_OBSERVE] = "reading configuration, processes and sockets",
	[STAGE_PROBE] = "connecting as the worker",
	[STAGE_PLAN] = "planning",
};

static void say(const char *s)
{
	(void)!write(STDERR_FILENO, s, strlen(s));
}

static void show(unsigned char stage)
{
	say("\r\033[Kpermfix: ");
	say(stage < COUNT_OF(stage_words) ? stage_words[stage] : "");
	say(" ...");
}

/* The line's process: waits for stages, and for the end of the pipe. The pipe also ends when the parent dies. */
static _Noreturn void keep_line(int fd)
{
	unsigned char stage = STAGE_OBSERVE;
	bool shown = false;

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int n = poll(&p, 1, shown ? -1 : PROGRESS_DELAY_MS);

		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0 && read(fd, &stage, 1) != 1)
			break;
		if (n == 0 || shown)
			show(stage);
		shown = shown || n == 0;
	}
	if (shown)
		say("\r\033[K");
	_exit(0);
}

struct progress progress_start(void)
{
	struct progress none = {.pipe = -1}, progress = none;
	int fds[2];

	if (!isatty(STDERR_FILENO) || pipe2(fds, O_CLOEXEC) < 0)
		return none;
	progress.pid = fork();
	if (progress.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fds[1]);
		keep_line(fds[0]);
	}
	close(fds[0]);
	if (progress.pid < 0) {
		close(fds[1]);
		return none;
	}
	progress.pipe = fds[1];
	return progress;
}

void progress_stage(const struct progress *progress, enum stage stage)
{
	unsigned char byte = (unsigned char)stage;

	if (progress->pipe >= 0)
		(void)!write(progress->pipe, &byte, 1);
}

void progress_stop(struct progress *progress)
{
	if (progress->pipe < 0)
		return;
	close(progress->pipe);
	progress->pipe = -1;
	while (waitpid(progress->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
