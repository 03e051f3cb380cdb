/* SPDX-License-Identifier: MIT */
/* What kind of host this is. */
#ifndef PERMFIX_FACTS_READ_HOST_H
#define PERMFIX_FACTS_READ_HOST_H

#include "facts/facts.h"

/* Fills out (overwritten), bar probing, from the files beneath root; never fails: what cannot be read is NULL, unknown or false. offline: root is a
 * tree, so what only a running host knows (id, boot, states, namespaces, privileges) is left NULL, unknown, 0 or false.
 *
 * SELinux, as is_selinux_enabled(3) sees it: the state in /sys/fs/selinux/enforce where selinuxfs is mounted ("disabled" where no policy is
 * loaded); "unknown" where the kernel has selinuxfs but it is not mounted here; else "disabled" where /etc/selinux/config is there,
 * and "absent". AppArmor: /sys/module/apparmor/parameters/enabled; absent where the kernel has no such module.
 * privileged: effective uid 0, the initial user namespace (uid_map is the identity over all ids), and CAP_DAC_OVERRIDE,
 * CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE effective, without which files and processes are hidden from root too. */
int read_host(int root, bool offline, struct host *out);

#endif
