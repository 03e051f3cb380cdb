/* SPDX-License-Identifier: MIT */
#include "cli/ask.h"
#include "base/cleanup.h"
#include "cli/session.h"

#include <errno.h>
#include <poll.h>
#include <strings.h>

/* Signals are held back, so they interrupt no system call: they are looked for this often. */
#define LOOK_EVERY_MS 100

bool ask_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* A line of the terminal, as far as it fits; false where none came. */
static bool read_line(char *line, size_t size)
{
	for (;;) {
		struct pollfd p = {STDIN_FILENO, POLLIN, 0};
		int ready = poll(&p, 1, LOOK_EVERY_MS);
		ssize_t n;

		if (session_interrupted() || (ready < 0 && errno != EINTR))
			return false;
		if (ready <= 0)
			continue;
		n = read(STDIN_FILENO, line, size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		line[n] = '\0';
		line[strcspn(line, "\r\n")] = '\0';
		return true;
	}
}

bool ask(struct reply *reply)
{
	char line[64];
	bool yes;

	if (reply_flush(reply) != 0)
		return false;
	yes = read_line(line, sizeof(line)) && (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0);
	if (session_interrupted())
		text_add(&reply->out, "\n");
	return yes;
}
