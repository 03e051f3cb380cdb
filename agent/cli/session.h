/* SPDX-License-Identifier: MIT */
/* What every command that may write begins with: privileges, directories, lock, what earlier runs left
 * behind. */
#ifndef PERMFIX_CLI_SESSION_H
#define PERMFIX_CLI_SESSION_H

#include "apply/recover.h"
#include "cli/reply.h"

struct session {
	int root, state, run, lock;
	struct apply_host host;
	struct who who;
	struct recovery recovery;
	bool awaiting; /* a transaction waits for confirm: only what settles it may go on */
};
#define SESSION_NONE                                           \
	{                                                      \
		.root = -1, .state = -1, .run = -1, .lock = -1 \
	}

/* Takes the lock and holds back SIGINT, SIGTERM and SIGHUP from then on (session_interrupted asks for them):
 * they end nothing half-way. Then recovers. False where the command must end: the reply then says why and has
 * its exit code (77, 75, 5, 1). A transaction that waits for confirm is such a reason unless settles is true.
 */
bool session_open(struct session *session, bool settles, struct reply *reply);

/* Whether one of the signals that are held back came. */
bool session_interrupted(void);

void session_close(struct session *session);
#define AUTO_SESSION __attribute__((cleanup(session_close)))

/* The directory of the state for reading: a descriptor, -ENOENT where there is none yet, -EACCES without
 * privileges. */
int session_state(struct error *err);

#endif
