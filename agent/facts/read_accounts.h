/* SPDX-License-Identifier: MIT */
/* Users, groups and what else decides about accounts: passwd(5), group(5), login.defs(5), nsswitch.conf(5), sudoers(5). */
#ifndef PERMFIX_FACTS_READ_ACCOUNTS_H
#define PERMFIX_FACTS_READ_ACCOUNTS_H

#include "facts/facts.h"

/* Fills out (overwritten). The files are read as the C library's "files" service reads them. Passed over, with a note that names file and
 * line: lines of more than 1 MiB, lines with a NUL byte, malformed ones, NIS lines ("+", "-": out->elsewhere then names nis), a
 * user name that was there before (getpwnam(3) takes the first). A group name that was there before is noted and kept behind the
 * first: getgrnam(3) takes the first, but initgroups(3) counts the members of both. Notes are sentences for a terminal, at most 20
 * for one file. Takes time in proportion to the size of the files. Returns 0, or -errno of the passwd or group file where
 * one could not be read (out->unknown); the rest is filled all the same. */
int read_accounts(int root, struct accounts *out, struct strings *notes);

#endif
