/* SPDX-License-Identifier: MIT */
#include "facts/read_process.h"
#include "facts/proc.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#define NANO INT64_C(1000000000)

static int64_t boot_time(void)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (real.tv_sec - boot.tv_sec) * NANO + (real.tv_nsec - boot.tv_nsec);
}

static int read_of(int proc, uint32_t pid, const char *file, struct text *out)
{
	char path[64];

	snprintf(path, sizeof(path), "%" PRIu32 "/%s", pid, file);
	return proc_read(proc, path, out);
}

/* Where init itself runs: systemd moves itself into init.scope beneath the cgroup that it was given. */
static char *cgroup_root(int proc)
{
	AUTO_TEXT struct text text = {0};
	const char *path;
	size_t n;

	if (read_of(proc, 1, "cgroup", &text) < 0)
		return xstrdup("");
	path = strstr(text.bytes, ":name=systemd:");
	path = path ? path + strlen(":name=systemd:") : strstr(text.bytes, "0::");
	if (path && starts_with(path, "0::"))
		path += strlen("0::");
	n = path ? strcspn(path, "\n") : 0;
	AUTO_FREE char *root = xstrndup(path ? path : "", n);
	if (ends_with(root, "/init.scope"))
		root[strlen(root) - strlen("/init.scope")] = '\0';
	return xstrdup(streq(root, "/") ? "" : root);
}

void process_reader_init(struct process_reader *reader, int proc, const struct host *host)
{
	*reader = (struct process_reader){
		.proc = proc,
		.boot = boot_time(),
		.selinux = host->selinux == LSM_ENFORCING || host->selinux == LSM_PERMISSIVE,
		.apparmor = host->apparmor == LSM_ENABLED,
		.systemd = host->systemd,
		.cgroup_root = cgroup_root(proc),
	};
}

void process_reader_free(struct process_reader *reader)
{
	free(reader->cgroup_root);
	*reader = (struct process_reader){.proc = -1};
}

/* --- status ------------------------------------------------------------------------------------------------------- */

static const char *status_line(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, n) == 0)
			return line + n;
	}
	return NULL;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void parse_groups(const char *line, struct process *out)
{
	char *end;

	for (;; line = end) {
		unsigned long gid;

		line += strspn(line, " \t");
		if (*line == '\n' || !*line)
			break;
		gid = strtoul(line, &end, 10);
		if (end == line)
			break;
		ARRAY_ADD(out->groups, out->n_groups, (uint32_t)gid);
	}
	if (!out->n_groups)
		return;
	qsort(out->groups, out->n_groups, sizeof(*out->groups), by_id);
	size_t kept = 1;
	for (size_t i = 1; i < out->n_groups; i++)
		if (out->groups[i] != out->groups[kept - 1])
			out->groups[kept++] = out->groups[i];
	out->n_groups = kept;
}

/* Linux 4.7 and later. Four digits, as the mode of a file is written. */
static char *parse_umask(const char *line)
{
	unsigned mask;

	return line && sscanf(line, " %o", &mask) == 1 && mask <= 0777 ? xasprintf("%04o", mask) : NULL;
}

/* Uid and Gid lines: real, effective, saved, file system. */
static int parse_status(const char *text, struct process *out)
{
	const char *uid = status_line(text, "Uid:"), *gid = status_line(text, "Gid:");
	const char *groups = status_line(text, "Groups:"), *caps = status_line(text, "CapEff:");

	if (!uid || !gid || sscanf(uid, "%" SCNu32 " %*u %*u %" SCNu32, &out->ruid, &out->uid) != 2 ||
		sscanf(gid, "%*u %*u %*u %" SCNu32, &out->gid) != 1)
		return -EINVAL;
	if (groups)
		parse_groups(groups, out);
	if (caps)
		out->caps = strtoull(caps, NULL, 16);
	out->umask = parse_umask(status_line(text, "Umask:"));
	return 0;
}

/* --- the rest ----------------------------------------------------------------------------------------------------- */

static int read_stat(const struct process_reader *reader, uint32_t pid, struct process *out)
{
	AUTO_TEXT struct text text = {0};
	struct proc_stat stat;
	long ticks = sysconf(_SC_CLK_TCK);
	int r = read_of(reader->proc, pid, "stat", &text);

	if (r < 0)
		return r;
	r = proc_stat_parse(text.bytes, &stat);
	if (r < 0)
		return r;
	out->comm = xstrdup(stat.comm);
	out->started = (reader->boot + (int64_t)(stat.start * (uint64_t)(NANO / ticks))) / NANO;
	return 0;
}

static char *link_of(int proc, uint32_t pid, const char *name)
{
	char path[32];

	snprintf(path, sizeof(path), "%" PRIu32 "/%s", pid, name);
	return proc_link(proc, path, NULL);
}

static char *read_exe(int proc, uint32_t pid)
{
	static const char deleted[] = " (deleted)";
	char *exe = link_of(proc, pid, "exe");

	if (exe && ends_with(exe, deleted))
		exe[strlen(exe) - strlen(deleted)] = '\0';
	return exe;
}

static void read_cgroup(const struct process_reader *reader, uint32_t pid, struct process *out)
{
	AUTO_TEXT struct text text = {0};

	if (read_of(reader->proc, pid, "cgroup", &text) < 0)
		return;
	cgroup_names(text.bytes, reader->cgroup_root, &out->unit, &out->container);
	if (!reader->systemd) {
		free(out->unit);
		out->unit = NULL;
	}
}

static char *read_label(int proc, uint32_t pid, const char *file)
{
	AUTO_TEXT struct text text = {0};

	if (read_of(proc, pid, file, &text) < 0)
		return NULL;
	return xstrndup(text.bytes, strcspn(text.bytes, "\n"));
}

/* attr/current belongs to the first module that has one: with both active (stacking) that is SELinux's or AppArmor's by boot
 * order, so AppArmor's own file (Linux 5.8) is asked first. */
static void read_labels(const struct process_reader *reader, uint32_t pid, struct process *out)
{
	if (reader->apparmor)
		out->apparmor = read_label(reader->proc, pid, "attr/apparmor/current");
	if (reader->apparmor && !out->apparmor && !reader->selinux)
		out->apparmor = read_label(reader->proc, pid, "attr/current");
	if (reader->selinux)
		out->selinux = read_label(reader->proc, pid, "attr/current");
}

/* The map of the initial user namespace, and of one in which every id means the same. */
static bool identity_map(int proc, const char *process)
{
	AUTO_TEXT struct text text = {0};
	unsigned long inside, outside, count;
	char path[32];

	snprintf(path, sizeof(path), "%s/uid_map", process);
	return proc_read(proc, path, &text) == 0 &&
		sscanf(text.bytes, "%lu %lu %lu", &inside, &outside, &count) == 3 && inside == 0 && outside == 0 &&
		count == UINT32_MAX;
}

static uint64_t same_user_namespace(int proc, uint32_t pid)
{
	char process[16];
	AUTO_FREE char *own = proc_link(proc, "self/ns/user", NULL);
	const char *number = own ? strchr(own, '[') : NULL;

	snprintf(process, sizeof(process), "%" PRIu32, pid);
	return number && identity_map(proc, process) && identity_map(proc, "self") ? strtoull(number + 1, NULL, 10) : 0;
}

static void read_namespaces(int proc, uint32_t pid, struct process *out)
{
	out->mntns = proc_namespace(proc, pid, "mnt", NULL);
	out->userns = proc_namespace(proc, pid, "user", NULL);
	out->netns = proc_namespace(proc, pid, "net", NULL);
	out->pidns = proc_namespace(proc, pid, "pid", NULL);
	if (!out->userns)
		out->userns = same_user_namespace(proc, pid);
}

int read_process(const struct process_reader *reader, uint32_t pid, struct process *out)
{
	AUTO_TEXT struct text status = {0};
	int r = read_of(reader->proc, pid, "status", &status);

	*out = (struct process){.pid = pid};
	if (r == 0)
		r = parse_status(status.bytes, out);
	if (r == 0)
		r = read_stat(reader, pid, out);
	if (r < 0) {
		shape_free(&process_shape, out);
		return r == -EINVAL ? r : -ESRCH;
	}
	out->exe = read_exe(reader->proc, pid);
	read_namespaces(reader->proc, pid, out);
	out->root = link_of(reader->proc, pid, "root");
	read_cgroup(reader, pid, out);
	read_labels(reader, pid, out);
	return 0;
}
