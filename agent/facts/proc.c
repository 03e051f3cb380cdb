/* SPDX-License-Identifier: MIT */
#include "facts/proc.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define PROC_FILE_MAX ((size_t)1 << 20)

/* A process that ends while it is read shows as ENOENT for its directory and as ESRCH for an open file. */
static int gone(int errnum)
{
	return errnum == ENOENT || errnum == ESRCH ? -ESRCH : -errnum;
}

int proc_read(int proc, const char *path, struct text *out)
{
	AUTO_CLOSE int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	char chunk[4096];
	ssize_t n;

	if (fd < 0)
		return gone(errno);
	while (out->size < PROC_FILE_MAX && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return gone(errno);
		text_add_bytes(out, chunk, (size_t)n);
	}
	text_add_bytes(out, "", 0);
	return 0;
}

char *proc_link(int proc, const char *path, int *error)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(proc, path, target, sizeof(target));

	if (error)
		*error = n < 0 ? gone(errno) : 0;
	return n < 0 ? NULL : xstrndup(target, (size_t)n);
}

uint64_t proc_namespace(int proc, uint32_t pid, const char *kind, int *error)
{
	AUTO_FREE char *path = xasprintf("%" PRIu32 "/ns/%s", pid, kind);
	AUTO_FREE char *target = proc_link(proc, path, error);
	const char *number = target ? strchr(target, '[') : NULL;

	return number ? strtoull(number + 1, NULL, 10) : 0;
}

int proc_stat_parse(const char *text, struct proc_stat *out)
{
	const char *open = strchr(text, '(');
	const char *close = strrchr(text, ')');

	*out = (struct proc_stat){0};
	if (!open || !close || close < open)
		return -EINVAL;
	snprintf(out->comm, sizeof(out->comm), "%.*s", (int)(close - open - 1), open + 1);
	/* proc(5): field 4 is ppid, field 22 starttime. */
	if (sscanf(close + 1,
		    " %*c %" SCNu32 " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64,
		    &out->ppid, &out->start) != 2)
		return -EINVAL;
	return 0;
}

const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *proc_argument(const struct proc_entry *entry, size_t n)
{
	size_t at = 0;

	while (n-- > 0 && at < entry->size)
		at += strlen(entry->cmdline + at) + 1;
	return at < entry->size ? entry->cmdline + at : NULL;
}

static void cut_suffix(char *s, const char *suffix)
{
	if (s && ends_with(s, suffix))
		s[strlen(s) - strlen(suffix)] = '\0';
}

static void read_cmdline(int proc, struct proc_entry *entry)
{
	char path[32], bytes[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "%" PRIu32 "/cmdline", entry->pid);
	AUTO_CLOSE int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, bytes, sizeof(bytes));
	while (n > 0 && bytes[n - 1] == '\0')
		n--;
	entry->size = n > 0 ? (size_t)n : 0;
	entry->cmdline = xcalloc(entry->size + 1, 1);
	memcpy(entry->cmdline, bytes, entry->size);
}

static void add_process(struct proc_table *table, uint32_t pid)
{
	struct proc_entry entry = {.pid = pid};
	char path[32];
	int error, hidden;

	snprintf(path, sizeof(path), "%" PRIu32 "/exe", pid);
	entry.exe = proc_link(table->proc, path, &error);
	if (error == -ESRCH) /* a kernel thread, or gone */
		return;
	cut_suffix(entry.exe, " (deleted)");
	entry.netns = proc_namespace(table->proc, pid, "net", &hidden);
	if (error < 0 || (hidden < 0 && hidden != -ESRCH))
		table->hidden = true;
	read_cmdline(table->proc, &entry);
	/* Of others' kernel threads the link is hidden too; they have no arguments. */
	if (!entry.exe && !entry.size) {
		free(entry.cmdline);
		return;
	}
	ARRAY_ADD(table->items, table->n, entry);
}

static int by_pid(const void *a, const void *b)
{
	uint32_t x = ((const struct proc_entry *)a)->pid, y = ((const struct proc_entry *)b)->pid;

	return (x > y) - (x < y);
}

int proc_table_read(int proc, struct proc_table *out)
{
	AUTO_CLOSE int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	*out = (struct proc_table){.proc = proc};
	if (!d)
		return -errno;
	TAKE_FD(fd);
	while ((entry = readdir(d)))
		if (isdigit((unsigned char)entry->d_name[0]))
			add_process(out, (uint32_t)strtoul(entry->d_name, NULL, 10));
	closedir(d);
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), by_pid);
	/* hidepid=: others' processes are not even listed, and pid 1 is not the reader's. */
	if (!proc_table_find(out, 1))
		out->hidden = true;
	return 0;
}

void proc_table_free(struct proc_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		free(table->items[i].exe);
		free(table->items[i].cmdline);
		free(table->items[i].comm);
	}
	free(table->items);
	*table = (struct proc_table){.proc = -1};
}

struct proc_entry *proc_table_find(const struct proc_table *table, uint32_t pid)
{
	struct proc_entry key = {.pid = pid};

	return table->n ? bsearch(&key, table->items, table->n, sizeof(key), by_pid) : NULL;
}

static void entry_stat(const struct proc_table *table, struct proc_entry *entry)
{
	AUTO_TEXT struct text text = {0};
	struct proc_stat stat = {0};
	char path[32];

	if (entry->known)
		return;
	snprintf(path, sizeof(path), "%" PRIu32 "/stat", entry->pid);
	if (proc_read(table->proc, path, &text) == 0)
		proc_stat_parse(text.bytes, &stat);
	entry->comm = xstrdup(stat.comm);
	entry->ppid = stat.ppid;
	entry->known = true;
}

uint32_t proc_parent(const struct proc_table *table, struct proc_entry *entry)
{
	entry_stat(table, entry);
	return entry->ppid;
}

const char *proc_comm(const struct proc_table *table, struct proc_entry *entry)
{
	entry_stat(table, entry);
	return entry->comm;
}

unsigned proc_depth(const struct proc_table *table, uint32_t pid)
{
	unsigned depth = 0;

	/* The bound keeps a table that changed while it was read from going in a circle. */
	for (; pid > 1 && depth < 256; depth++) {
		struct proc_entry *entry = proc_table_find(table, pid);

		pid = entry ? proc_parent(table, entry) : 0;
	}
	return depth;
}
