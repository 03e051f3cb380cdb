/* SPDX-License-Identifier: MIT */
#include "validate/probe_enter.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

/* Facts keep start times in seconds, computed from clocks that are not read at the same moment. */
#define START_TOLERANCE 2

#define FILE_CAPS (1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_DAC_READ_SEARCH)

static bool obstacle(struct probe_answer *answer, int what, int errnum)
{
	answer->obstacle = what;
	answer->error = errnum;
	return false;
}

static int64_t boot_seconds(void)
{
	struct timespec now, up;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return now.tv_sec - up.tv_sec;
}

/* Field 22 of /proc/PID/stat, proc(5), as seconds since the epoch; 0 where it cannot be read. The second field is the name in
 * parentheses, in which anything may stand. */
static int64_t started_at(int proc)
{
	char text[1024], *p;
	AUTO_CLOSE int fd = openat(proc, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	p = strrchr(text, ')');
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? boot_seconds() + (int64_t)(strtoull(p, NULL, 10) / (unsigned long long)sysconf(_SC_CLK_TCK)) : 0;
}

static bool same_exe(int proc, const char *exe)
{
	char now[PATH_MAX];
	ssize_t n = readlinkat(proc, "exe", now, sizeof(now) - 1);

	if (n < 0)
		return false;
	now[n] = '\0';
	if (ends_with(now, " (deleted)"))
		now[n - (ssize_t)strlen(" (deleted)")] = '\0';
	return streq(now, exe);
}

static bool is_same_process(int proc, const struct process *as)
{
	int64_t started = as->started ? started_at(proc) : 0;

	if (as->started && (!started || llabs(started - as->started) > START_TOLERANCE))
		return false;
	return !as->exe || same_exe(proc, as->exe);
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* -1 where it is our own, -2 where it cannot be opened. */
static int open_namespace(int proc, const char *name)
{
	AUTO_FREE char *own = xasprintf("/proc/self/%s", name);
	AUTO_CLOSE int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
	struct stat ours, theirs;

	if (fd < 0 || fstat(fd, &theirs) < 0 || stat(own, &ours) < 0)
		return -2;
	return same_inode(&ours, &theirs) ? -1 : TAKE_FD(fd);
}

/* A root directory that is ours already needs no chroot, and no right to it. */
static void forget_own_root(struct probe_door *door)
{
	struct stat ours, theirs;

	if (door->mntns == -1 && stat("/", &ours) == 0 && fstat(door->root, &theirs) == 0 && same_inode(&ours, &theirs)) {
		close(door->root);
		door->root = -1;
	}
}

bool probe_open_door(const struct process *as, bool network, struct probe_door *door, struct probe_answer *answer)
{
	AUTO_FREE char *path = xasprintf("/proc/%u", as->pid);
	AUTO_CLOSE int proc = as->pid ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	*door = (struct probe_door){-1, -1, -1};
	if (as->pid == 0)
		return true;
	if (proc < 0)
		return obstacle(answer, PROBE_GONE, 0);
	/* Before any namespace is entered: /proc/PID/root cannot be reached by its path from inside another one. */
	door->root = openat(proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (door->root < 0)
		return obstacle(answer, errno == ENOENT || errno == ESRCH ? PROBE_GONE : PROBE_NAMESPACE, errno);
	if (!is_same_process(proc, as))
		return obstacle(answer, PROBE_GONE, 0);
	door->mntns = open_namespace(proc, "ns/mnt");
	door->netns = network ? open_namespace(proc, "ns/net") : -1;
	if (door->mntns == -2 || door->netns == -2)
		return obstacle(answer, PROBE_NAMESPACE, errno);
	forget_own_root(door);
	return true;
}

void probe_close_door(struct probe_door *door)
{
	cleanup_close(&door->root);
	cleanup_close(&door->mntns);
	cleanup_close(&door->netns);
}

/* Capabilities over files that belong to the worker in another user namespace count there only for what that namespace maps.
 * A process of ours cannot have the same without entering it, so nothing is claimed. */
static bool capable_elsewhere(const struct process *as)
{
	struct stat ours;

	return as->pid && as->userns && (as->caps & FILE_CAPS) && stat("/proc/self/ns/user", &ours) == 0 &&
	       ours.st_ino != as->userns;
}

/* setns with the namespace that is ours already would leave a chroot: so only others are entered. */
static bool enter_namespaces(const struct probe_door *door)
{
	if (door->netns >= 0 && setns(door->netns, CLONE_NEWNET) < 0)
		return false;
	if (door->mntns >= 0 && setns(door->mntns, CLONE_NEWNS) < 0)
		return false;
	return door->root < 0 || (fchdir(door->root) == 0 && chroot(".") == 0);
}

static bool set_caps(uint64_t caps)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.effective = (uint32_t)caps, .permitted = (uint32_t)caps},
		{.effective = (uint32_t)(caps >> 32), .permitted = (uint32_t)(caps >> 32)},
	};

	return syscall(SYS_capset, &header, data) == 0;
}

/* By its number, since grp.h has another struct group than facts.h. 32-bit machines have a call for 16-bit ids besides. */
static int set_groups(const struct process *as)
{
#ifdef SYS_setgroups32
	return (int)syscall(SYS_setgroups32, as->n_groups, as->groups);
#else
	return (int)syscall(SYS_setgroups, as->n_groups, as->groups);
#endif
}

/* Ids change in the order in which the right to change them is lost: groups, gid, uid, capabilities. */
static bool take_ids(const struct process *as)
{
	uint64_t keep = as->caps & FILE_CAPS;

	if (keep && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return false;
	if (set_groups(as) < 0 || setresgid(as->gid, as->gid, as->gid) < 0 ||
		setresuid(as->uid, as->uid, as->uid) < 0)
		return false;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return set_caps(keep) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

bool probe_enter(const struct process *as, const struct probe_door *door, struct probe_answer *answer)
{
	if (capable_elsewhere(as))
		return obstacle(answer, PROBE_CAPABLE_ELSEWHERE, 0);
	if (!enter_namespaces(door))
		return obstacle(answer, PROBE_NAMESPACE, errno);
	return take_ids(as) ? true : obstacle(answer, PROBE_IDS, errno);
}
