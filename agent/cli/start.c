/* SPDX-License-Identifier: MIT */
#include "cli/start.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

extern char **environ;

/* A caller may close 0, 1 or 2: the next file that is opened would get that number, and a message would land in it. What stands in
 * for stdout cannot be written to, so that a plan which nobody received is not called printed. */
static void open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(1);
}

/* Ignored and blocked signals are inherited; helpers and their deadlines rely on the ordinary ones. */
static void reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void clean_environment(void)
{
	static const char *const kept[] = {"NO_COLOR", "TERM", "COLUMNS", "SUDO_USER"};
	char *values[COUNT_OF(kept)];

	for (size_t i = 0; i < COUNT_OF(kept); i++)
		values[i] = xstrdup(getenv(kept[i]));
	clearenv();
	for (size_t i = 0; i < COUNT_OF(kept); i++) {
		if (values[i])
			setenv(kept[i], values[i], 1);
		free(values[i]);
	}
}

void start_hardened(void)
{
	open_standard_descriptors();
	reset_signals();
	umask(077);
	clean_environment();
}
