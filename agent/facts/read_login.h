/* SPDX-License-Identifier: MIT */
/* login.defs and nsswitch.conf, for read_accounts.c alone. */
#ifndef PERMFIX_FACTS_READ_LOGIN_H
#define PERMFIX_FACTS_READ_LOGIN_H

#include "facts/facts.h"

/* uid_min, gid_min_system, gid_max_system; /usr/etc/login.defs where /etc has none (openSUSE). The last line of a key wins. */
void read_login_defs(int root, struct accounts *out, struct strings *notes);

/* out->elsewhere: sources for passwd, group, initgroups other than files, compat and systemd; nis where the account files hold NIS
 * lines. out->sudo_unknown where sudoers come from elsewhere too. No nsswitch.conf means files alone. */
void read_nsswitch(int root, bool nis, struct accounts *out, struct strings *notes);

#endif
