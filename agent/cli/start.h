/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_CLI_START_H
#define PERMFIX_CLI_START_H

/* Makes whatever this process was started with safe: descriptors 0 to 2 are open, signals are as at boot but for SIGPIPE (ignored: a
 * closed pipe is an error of write), the umask is 077, and of the environment only NO_COLOR, TERM, COLUMNS and SUDO_USER (for the history) are left. Exits with
 * code 1 where that cannot be had. */
void start_hardened(void);

#endif
