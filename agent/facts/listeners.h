/* SPDX-License-Identifier: MIT */
/* The parts of reading listeners: the kernel's tables by netlink, the same as text, and who holds them. */
#ifndef PERMFIX_FACTS_LISTENERS_H
#define PERMFIX_FACTS_LISTENERS_H

#include "facts/facts.h"
#include "facts/proc.h"
#include "facts/read_process.h"

struct listeners {
	struct listener *items;
	size_t n;
};

/* Stream sockets of the caller's network namespace, sock_diag(7): those bound to a path or an abstract name that listen or do not (yet), and
 * TCP sockets that listen. The lists grow. file_dev is
 * in the form of st_dev, so it compares with node.dev (on btrfs and overlayfs the two name the superblock and the subvolume or layer:
 * there only equality proves something); file_ino has 32 bits. -errno where the kernel refuses; entries of a broken answer are taken back. */
int listeners_unix(uint64_t netns, struct listeners *out);
int listeners_tcp(uint64_t netns, struct listeners *out);

/* The same from the text of /proc/PID/net/unix and tcp or tcp6, where there is neither backlog nor inode of the path. A name in the text may
 * hold any byte, a newline too: whoever binds such a name can make a line of his own. So this serves only where netlink does not. */
void listeners_unix_text(const char *text, uint64_t netns, struct listeners *out);
void listeners_tcp_text(const char *text, bool v6, uint64_t netns, struct listeners *out);

/* name of a TCP listener: "127.0.0.1:9000", "[::1]:9000". addr is in network byte order, 4 or 16 bytes. The caller frees. */
char *tcp_name(int af, const void *addr, uint16_t port);

/* Finds who has the sockets open. A process whose parent runs the same executable and has it open too inherited it and is left out (workers). */
void listeners_holders(const struct process_reader *reader, const struct proc_table *table, struct listeners *list);

#endif
