/* SPDX-License-Identifier: MIT */
/* Which processes have a socket open: /proc/PID/fd/N says "socket:[INODE]". The links of every process are looked at once; a
 * web server's workers have thousands, so processes that only repeat their parent come last and only where someone is missing. */
#include "facts/listeners.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

/* A socket that is looked for, and by whom it was found. */
struct wanted {
	uint64_t inode;
	size_t listener;
	uint32_t *pids;
	size_t n_pids;
};

struct search {
	const struct process_reader *reader;
	const struct proc_table *table;
	struct wanted *wanted; /* sorted by inode */
	size_t n, missing;
	struct process *known; /* processes already read */
	size_t n_known;
};

static int by_inode(const void *a, const void *b)
{
	uint64_t x = ((const struct wanted *)a)->inode, y = ((const struct wanted *)b)->inode;

	return (x > y) - (x < y);
}

static void found(struct search *search, uint64_t inode, uint32_t pid)
{
	struct wanted key = {.inode = inode};
	struct wanted *wanted = bsearch(&key, search->wanted, search->n, sizeof(key), by_inode);

	if (!wanted || (wanted->n_pids && wanted->pids[wanted->n_pids - 1] == pid))
		return;
	search->missing -= wanted->n_pids == 0;
	ARRAY_ADD(wanted->pids, wanted->n_pids, pid);
}

static void scan_process(struct search *search, uint32_t pid)
{
	static const char kind[] = "socket:[";
	char path[32], target[64];
	struct dirent *entry;
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "%" PRIu32 "/fd", pid);
	fd = openat(search->table->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		ssize_t n = readlinkat(fd, entry->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		if (starts_with(target, kind))
			found(search, strtoull(target + strlen(kind), NULL, 10), pid);
	}
	closedir(dir);
}

static bool repeats_parent(const struct proc_table *table, struct proc_entry *entry)
{
	const struct proc_entry *parent = entry->exe ? proc_table_find(table, proc_parent(table, entry)) : NULL;

	return parent && streq(parent->exe, entry->exe);
}

static void scan(struct search *search)
{
	const struct proc_table *table = search->table;

	for (size_t i = 0; i < table->n && search->n; i++)
		if (!repeats_parent(table, &table->items[i]))
			scan_process(search, table->items[i].pid);
	for (size_t i = 0; i < table->n && search->missing; i++)
		if (repeats_parent(table, &table->items[i]))
			scan_process(search, table->items[i].pid);
}

/* --- the processes --------------------------------------------------------------------------------------------------- */

static const struct process *process_once(struct search *search, uint32_t pid)
{
	struct process process;

	for (size_t i = 0; i < search->n_known; i++)
		if (search->known[i].pid == pid)
			return &search->known[i];
	if (read_process(search->reader, pid, &process) < 0)
		return NULL;
	ARRAY_ADD(search->known, search->n_known, process);
	return &search->known[search->n_known - 1];
}

static bool has_pid(const struct wanted *wanted, uint32_t pid)
{
	for (size_t i = 0; i < wanted->n_pids; i++)
		if (wanted->pids[i] == pid)
			return true;
	return false;
}

static bool inherited(const struct search *search, const struct wanted *wanted, uint32_t pid)
{
	struct proc_entry *entry = proc_table_find(search->table, pid);

	return entry && repeats_parent(search->table, entry) && has_pid(wanted, proc_parent(search->table, entry));
}

/* Nearest to the root of the process tree first; pids grow, so the order among equals is theirs. */
static void sort_holders(const struct search *search, struct wanted *wanted)
{
	for (size_t i = 1; i < wanted->n_pids; i++) {
		uint32_t pid = wanted->pids[i];
		unsigned depth = proc_depth(search->table, pid);
		size_t at = i;

		for (; at > 0 && proc_depth(search->table, wanted->pids[at - 1]) > depth; at--)
			wanted->pids[at] = wanted->pids[at - 1];
		wanted->pids[at] = pid;
	}
}

static void drop_inherited(const struct search *search, struct wanted *wanted)
{
	uint32_t *kept = NULL;
	size_t n = 0;

	for (size_t i = 0; i < wanted->n_pids; i++)
		if (!inherited(search, wanted, wanted->pids[i]))
			ARRAY_ADD(kept, n, wanted->pids[i]);
	free(wanted->pids);
	wanted->pids = kept;
	wanted->n_pids = n;
}

static void add_holders(struct search *search, struct wanted *wanted, struct listener *listener)
{
	drop_inherited(search, wanted);
	sort_holders(search, wanted);
	for (size_t i = 0; i < wanted->n_pids; i++) {
		const struct process *process = process_once(search, wanted->pids[i]);

		if (process)
			shape_copy(&process_shape, ARRAY_NEW(listener->holders, listener->n_holders), process);
	}
	/* Nobody in sight has it: then someone has it who is not. */
	listener->holder_unknown = !listener->n_holders;
}

void listeners_holders(const struct process_reader *reader, const struct proc_table *table, struct listeners *list)
{
	struct search search = {.reader = reader, .table = table};

	for (size_t i = 0; i < list->n; i++)
		ARRAY_ADD(search.wanted, search.n, (struct wanted){.inode = list->items[i].inode, .listener = i});
	search.missing = search.n;
	if (search.n)
		qsort(search.wanted, search.n, sizeof(*search.wanted), by_inode);
	scan(&search);
	for (size_t i = 0; i < search.n; i++) {
		add_holders(&search, &search.wanted[i], &list->items[search.wanted[i].listener]);
		free(search.wanted[i].pids);
	}
	free(search.wanted);
	for (size_t i = 0; i < search.n_known; i++)
		shape_free(&process_shape, &search.known[i]);
	free(search.known);
}
