/* SPDX-License-Identifier: MIT */
#include "base/confine.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

static void default_signals(void)
{
	sigset_t none;

	for (int i = 1; i < 32; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool is_kept(const struct confine *how, int fd)
{
	for (size_t i = 0; i < how->n_fds; i++)
		if (how->fds[i] == fd)
			return true;
	return false;
}

/* Where the kernel has no close_range (before 5.9). */
static int close_listed(const struct confine *how)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!d)
		return -errno;
	while ((entry = readdir(d))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd != dirfd(d) && !is_kept(how, fd))
			close(fd);
	}
	closedir(d);
	return 0;
}

static int next_kept(const struct confine *how, int from)
{
	int least = -1;

	for (size_t i = 0; i < how->n_fds; i++)
		if (how->fds[i] >= from && (least < 0 || how->fds[i] < least))
			least = how->fds[i];
	return least;
}

static int close_others(const struct confine *how)
{
	int from = 0, kept;

	do {
		unsigned to;

		kept = next_kept(how, from);
		to = kept < 0 ? ~0U : (unsigned)kept - 1;
		if (kept != from && syscall(SYS_close_range, (unsigned)from, to, 0) < 0)
			return errno == ENOSYS ? close_listed(how) : -errno;
		from = kept + 1;
	} while (kept >= 0);
	return 0;
}

static int limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit r = {value, value};
	struct rlimit now;

	if (getrlimit(resource, &now) == 0 && now.rlim_max < value)
		r.rlim_cur = r.rlim_max = now.rlim_max;
	return setrlimit(resource, &r) < 0 ? -errno : 0;
}

static int limit_resources(const struct confine *how)
{
	int most = -1, r = 0;

	for (size_t i = 0; i < how->n_fds; i++)
		most = how->fds[i] > most ? how->fds[i] : most;
	r = r ? r : limit(RLIMIT_NOFILE, (rlim_t)most + 1);
	r = r ? r : limit(RLIMIT_FSIZE, 0);
	r = r ? r : limit(RLIMIT_CORE, 0);
	r = r ? r : limit(RLIMIT_NPROC, 0);
	if (how->memory)
		r = r ? r : limit(RLIMIT_AS, how->memory);
	if (how->cpu_seconds)
		r = r ? r : limit(RLIMIT_CPU, how->cpu_seconds);
	return r;
}

/* EINVAL: that id does not exist in this user namespace; then what is root here is nobody outside, and the
 * capabilities, which go next, were all it had. */
static int become_nobody(void)
{
	if (geteuid() != 0 && getuid() != 0)
		return 0;
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return -errno;
	if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return errno == EINVAL ? 0 : -errno;
	return 0;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

static int lock_down(void)
{
	pid_t parent = getppid();

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

/* What a parser needs once it runs. The second row is for the sanitizers' run-time libraries. */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(recvfrom), SCMP_SYS(sendto),
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(close), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom), SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield), SCMP_SYS(getpid), SCMP_SYS(gettid),
};

/* Refused without killing: libraries try these and can live with a no. */
static const int refused[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(creat), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(ioctl),
	SCMP_SYS(fcntl), SCMP_SYS(lseek), SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(prctl), SCMP_SYS(uname),
	SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity), SCMP_SYS(getrusage), SCMP_SYS(rt_sigaction),
};

static int add_rules(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = seccomp_rule_add(filter, action, calls[i], 0);
	return r;
}

/* Memory that is executable is nothing a parser asks for. */
static int add_memory_rules(scmp_filter_ctx filter)
{
	static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT_OF(calls); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return r;
}

static int load_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r;

	if (!filter)
		return -ENOMEM;
	r = add_rules(filter, SCMP_ACT_ALLOW, allowed, COUNT_OF(allowed));
	r = r ? r : add_rules(filter, SCMP_ACT_ERRNO(EACCES), refused, COUNT_OF(refused));
	r = r ? r : add_memory_rules(filter);
	r = r ? r : seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

int confine_self(const struct confine *how, struct error *err)
{
	int r;

	default_signals();
	r = close_others(how);
	if (r < 0)
		return error_errno(err, -r, "cannot close what is open");
	r = limit_resources(how);
	if (r < 0)
		return error_errno(err, -r, "cannot set resource limits");
	r = become_nobody();
	r = r < 0 ? r : drop_capabilities();
	if (r < 0)
		return error_errno(err, -r, "cannot drop privileges");
	r = lock_down();
	r = r < 0 ? r : load_filter();
	if (r < 0)
		return error_errno(err, -r, "cannot confine the process");
	return 0;
}
