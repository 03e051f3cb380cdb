/* SPDX-License-Identifier: MIT */
#include "cli/terminal.h"
#include "base/text.h"
#include "cli/page.h"

#include <sys/ioctl.h>

enum { NARROWEST = 40, WIDEST = 120 };

bool terminal_color(const char *when)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when && !streq(when, "auto"))
		return streq(when, "always");
	return isatty(STDOUT_FILENO) && !(no && *no) && term && !streq(term, "dumb");
}

static long asked_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	char *end;
	long n = columns ? strtol(columns, &end, 10) : 0;

	if (columns && !*end && n > 0)
		return n;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : PAGE_WIDTH;
}

size_t terminal_width(void)
{
	long n = isatty(STDOUT_FILENO) ? asked_width() : PAGE_WIDTH;

	return (size_t)(n < NARROWEST ? NARROWEST : n > WIDEST ? WIDEST : n);
}
