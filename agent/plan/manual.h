/* SPDX-License-Identifier: MIT */
/* Inside the room: sentences for a person, with file, line and exact text. Nothing of them is ever executed. */
#ifndef PERMFIX_PLAN_MANUAL_H
#define PERMFIX_PLAN_MANUAL_H

#include "plan/candidate.h"

/* How to make the socket, or its directory, last: what has to stand where in the configuration of its maker; NULL where a step does it, or nothing
 * is known. The caller frees. (manual_maker.c) */
char *manual_durable(const struct situation *s);

/* The configuration of the socket's maker could not be understood whole: which place, and what has to stand there; NULL where it could. The caller
 * frees. (manual_maker.c) */
char *manual_unclear(const struct situation *s);

/* The unit that should have made the socket is masked, not enabled, or not started; NULL where no unit is to blame. (manual_unit.c) */
char *manual_unit(const struct situation *s);

/* A socket unit that is active though its socket is gone: what has to be started in which order; NULL where it is another matter.
 * (lever_preserve.c) */
char *manual_socket_again(const struct situation *s);

/* A server is moved by a person: both sides in words. (manual_move.c) */
char *manual_move(const struct situation *s);

/* What would break if User= of the service were changed to the worker's; NULL where there is no such service. (manual_unit.c) */
char *manual_user(const struct situation *s);

/* The server in a sentence: its unit, program or kind. */
const char *manual_server(const struct situation *s);

#endif
