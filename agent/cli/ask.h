/* SPDX-License-Identifier: MIT */
/* Asking a person at the terminal. */
#ifndef PERMFIX_CLI_ASK_H
#define PERMFIX_CLI_ASK_H

#include "cli/reply.h"

/* Whether there is somebody to ask: stdin and stdout are a terminal. */
bool ask_possible(void);

/* Prints what the reply holds so far (it ends with the question) and waits for a line. True for "y" or "yes"; everything else is no: an empty line, q,
 * the end of input, a signal that session_open() holds back. */
bool ask(struct reply *reply);

#endif
