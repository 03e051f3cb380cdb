/* SPDX-License-Identifier: MIT */
/* What an object was before a write and what it is after it: the pre-image and post-image of the journal. */
#ifndef PERMFIX_APPLY_IMAGE_H
#define PERMFIX_APPLY_IMAGE_H

#include "facts/facts.h"

struct xattr {
	char *name;
	char *value; /* hexadecimal */
};

/* An inode's attributes. mode and acl agree: with an ACL the group bits of mode are its mask (acl(5)). */
struct node_state {
	int type; /* enum node_type */
	uint32_t uid, gid, mode;
	uint64_t dev, ino;
	struct acl_entry
	        *acl; /* access ACL in the order of acl_valid(3); empty: no more than the mode says */
	size_t n_acl;
	struct xattr *xattrs; /* all others, the SELinux label too */
	size_t n_xattrs;
};

struct group_state {
	uint32_t gid;
	struct strings members;
};

/* A running server, as the plan saw it. */
struct service_state {
	char *program; /* whose configuration it reads: "nginx", "php-fpm"; NULL unknown */
	char *unit;    /* NULL none */
	uint32_t pid;
	int64_t started; /* epoch seconds */
	char *exe;
	char *config;  /* main configuration file; NULL unknown */
	bool restarted; /* the write (re)starts it */
	bool was_down;  /* … and it did not run before: taken back by stopping it */
};

struct image {
	bool absent;             /* there is no such object; for a member: is not one */
	struct node_state *node; /* nodes and files */
	char *digest;            /* files: of the content */
	char *blob; /* files, pre-image: name of the file in the transaction's directory that holds the
	               content */
	struct group_state *group;     /* groups */
	struct service_state *service; /* services */
};

extern const struct shape node_state_shape;
extern const struct shape image_shape;
void image_free(struct image *image);
#define AUTO_IMAGE __attribute__((cleanup(image_free)))
void service_state_free(struct service_state *service);
void node_state_free(struct node_state *node);

#endif
