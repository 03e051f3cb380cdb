/* SPDX-License-Identifier: MIT */
/* Command lines: of a unit's ExecStart=, of a title, of a process; and which server one starts. */
#ifndef PERMFIX_FACTS_SERVER_WORDS_H
#define PERMFIX_FACTS_SERVER_WORDS_H

#include "facts/facts.h"

/* Splits at blanks; quotes '…' and "…" and backslashes as systemd.service(5) and shlex have them in common. What is not closed ends with
 * the text. Variables ($X) stay as they are. */
void words_split(const char *text, struct strings *out);

/* A command of ExecStart=: the prefixes of systemd.service(5) (@-:+!|) are taken off, and the argv[0] that @ brings. */
void words_of_exec(const char *exec, struct strings *out);

/* What server the words start: enum backend_kind. *first is the index of its first argument. An interpreter, bundle exec or env may stand before
 * it ("python3 -m gunicorn", "env X=1 puma"); "sh -c …" is not looked into: BACKEND_UNKNOWN. */
enum backend_kind words_server(const struct strings *words, size_t *first);

/* Whether this is supervisord. */
bool words_supervisord(const struct strings *words, size_t *first);

#endif
