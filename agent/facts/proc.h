/* SPDX-License-Identifier: MIT */
/* Reading /proc through a directory descriptor, so that a tree of the same form serves in tests. A process may vanish between any two
 * reads: then a function says so (-ESRCH, NULL), and that is no error of the run. */
#ifndef PERMFIX_FACTS_PROC_H
#define PERMFIX_FACTS_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

/* Reads a file of at most 1 MiB whole (what lies beyond is left out). -ESRCH where the process is gone, else -errno. */
int proc_read(int proc, const char *path, struct text *out);

/* What a symbolic link says; NULL with *error (may be NULL) set to a negative errno. The caller frees. */
char *proc_link(int proc, const char *path, int *error);

/* Inode number of a namespace: the link "PID/ns/KIND" says "KIND:[4026531840]". 0 where it cannot be read; *error as for proc_link. */
uint64_t proc_namespace(int proc, uint32_t pid, const char *kind, int *error);

/* One process, as the pass over all of them sees it. Kernel threads have no executable and are left out. */
struct proc_entry {
	uint32_t pid;
	char *exe;      /* link target without " (deleted)"; NULL not readable */
	char *cmdline;  /* at most 4 KiB; arguments end with NUL, as in /proc/PID/cmdline; NUL-terminated; never NULL */
	size_t size;    /* of cmdline without the final NULs */
	uint64_t netns; /* 0 not readable */
	bool known;     /* comm, ppid were read (proc_entry_stat) */
	char *comm;
	uint32_t ppid;
};

struct proc_table {
	int proc; /* borrowed */
	struct proc_entry *items; /* sorted by pid */
	size_t n;
	bool hidden; /* there are processes that could not be looked at */
};

/* One pass over /proc; table->proc must stay open as long as the table is used. Fails only where /proc itself cannot be read. */
int proc_table_read(int proc, struct proc_table *out);
void proc_table_free(struct proc_table *table);
#define AUTO_PROC_TABLE __attribute__((cleanup(proc_table_free)))

struct proc_entry *proc_table_find(const struct proc_table *table, uint32_t pid);

/* comm and ppid of an entry, read when first asked for. A process that is gone has ppid 0 and comm "". */
uint32_t proc_parent(const struct proc_table *table, struct proc_entry *entry);
const char *proc_comm(const struct proc_table *table, struct proc_entry *entry);

/* Number of parents up to pid 1 (or 0): how far a process is from the root of the process tree. */
unsigned proc_depth(const struct proc_table *table, uint32_t pid);

/* The parts of /proc/PID/stat that are used. comm may hold any byte, blanks and parentheses too: it ends at the last ")". */
struct proc_stat {
	char comm[64];
	uint32_t ppid;
	uint64_t start; /* clock ticks since boot */
};
int proc_stat_parse(const char *text, struct proc_stat *out); /* -EINVAL */

/* The base name of a path. */
const char *base_name(const char *path);

/* Argument number n of an entry's command line; NULL where there are fewer. */
const char *proc_argument(const struct proc_entry *entry, size_t n);

#endif
