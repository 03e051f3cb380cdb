/* SPDX-License-Identifier: MIT */
/* The settings of units that decide about sockets: who makes them, as whom, where, and what becomes of them. Nothing else is kept of a unit
 * file, above all no environment: it may hold secrets. */
#ifndef PERMFIX_FACTS_UNIT_KEYS_H
#define PERMFIX_FACTS_UNIT_KEYS_H

#include <stdbool.h>

#include "facts/unit_words.h"

enum unit_value {
	UNIT_TEXT,   /* one value, the last one wins, an empty one takes it back */
	UNIT_MODE,   /* octal; stored with four digits */
	UNIT_SWITCH, /* yes or no (stored so), or one of the words of the key */
	UNIT_WORDS,  /* words, all assignments together; an empty one takes them back */
	UNIT_NAMES,  /* as UNIT_WORDS, of unit names: an empty assignment does nothing */
	UNIT_DIRS,   /* as UNIT_WORDS, of relative paths */
	UNIT_LINES,  /* each assignment is an item; an empty one takes them back */
	UNIT_LISTEN, /* likewise, and takes back every Listen…= */
};

struct unit_key {
	const char *name;     /* "Socket.SocketMode" */
	enum unit_value value;
	enum unit_escape escape;
	const char *words[3]; /* of UNIT_SWITCH */
};

/* NULL: it does not matter. */
const struct unit_key *unit_key(const char *section, const char *key);
bool unit_key_known(const char *name);

/* Takes whole a command's settings: "Service.ExecStart" and its like, whose arguments may hold secrets. */
bool unit_key_is_command(const char *name);

/* The spelling that is stored; NULL where systemd would refuse the value and pass over it. The caller frees. */
char *unit_value(const struct unit_key *key, const char *value);

/* The endpoint of a ListenStream=: "unix:/p", "unix:@name", "tcp:[::]:80", "tcp:1.2.3.4:80"; NULL for others (vsock). The caller frees. */
char *unit_endpoint(const char *listen);

#endif
