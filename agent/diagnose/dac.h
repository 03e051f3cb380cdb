/* SPDX-License-Identifier: MIT */
/* Discretionary access control as the kernel decides it: inode_permission() in fs/namei.c, posix_acl_permission() in fs/posix_acl.c,
 * path_resolution(7), acl(5). */
#ifndef PERMFIX_DIAGNOSE_DAC_H
#define PERMFIX_DIAGNOSE_DAC_H

#include "diagnose/world.h"

enum dac_class { DAC_OWNER, DAC_GROUP, DAC_OTHER, DAC_ACL_USER, DAC_ACL_GROUP, DAC_CAPABILITY };

struct dac_answer {
	bool allowed;
	int by;          /* enum dac_class that decided */
	uint32_t id;     /* uid or gid of the deciding ACL entry, or of the owning group */
	bool acl;        /* the access ACL was consulted */
	bool masked;     /* an entry would grant, the mask takes it away */
	bool acl_unknown; /* the ACL could not be read, so the answer is not known */
};

enum { DAC_SEARCH = 1, DAC_WRITE = 2, DAC_READ = 4 };

/* Decides want (a set of the bits above) on a node for these ids. CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH count where the ids
 * live in the reader's user namespace. When the mode's group bits are all off the kernel does not consult an ACL at all
 * (acl_permission_check: `mode & S_IRWXG`), and neither does this. */
struct dac_answer dac_decide(const struct ids *ids, const struct node *node, uint32_t want);

#endif
