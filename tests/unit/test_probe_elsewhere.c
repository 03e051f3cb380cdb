/* SPDX-License-Identifier: MIT */
/* Connecting as a worker that lives in other namespaces, or in another root directory. */
#include "probe_common.h"

#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

/* A process is set up by prepare(), says so, and waits to be ended. */

static pid_t resident_begin(int (*prepare)(void))
{
	int ends[2];
	char ok = 0;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not come back to end it */
		if (prepare() == 0)
			(void)!write(ends[1], "k", 1);
		close(ends[1]);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_true(pid > 0);
	if (read(ends[0], &ok, 1) != 1)
		ok = 0;
	close(ends[0]);
	if (!ok) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		print_message("namespaces cannot be set up here\n");
		skip();
	}
	return pid;
}

static void resident_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int private_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return 0;
}

static int with_private_run(void)
{
	AUTO_FREE char *run = xasprintf("%s/run", scratch), *path = xasprintf("%s/inside.sock", run);

	if (private_mounts() < 0 || mount("tmpfs", run, "tmpfs", 0, "mode=0755") < 0)
		return -1;
	scratch_fd = open(scratch, O_PATH | O_CLOEXEC);
	scratch_socket("run/inside.sock", 5);
	return chmod(path, 0666);
}

static void test_another_mount_namespace(void **state)
{
	struct worker w, here = nobody(0);
	AUTO_CLOSE int fd = -1;
	pid_t pid;

	(void)state;
	needs_root();
	fd = scratch_socket("run/outside.sock", 5);
	mode("run/outside.sock", 0666);
	pid = resident_begin(with_private_run);
	w = nobody(pid);
	int in_in = probe_path(&w, "run/inside.sock"), in_out = probe_path(&w, "run/outside.sock");
	int out_in = probe_path(&here, "run/inside.sock"), out_out = probe_path(&here, "run/outside.sock");
	resident_end(pid);
	assert_int_equal(in_in, 0);
	assert_int_equal(in_out, ENOENT);
	assert_int_equal(out_in, ENOENT);
	assert_int_equal(out_out, 0);
}

static int in_a_chroot(void)
{
	return chroot(scratch) < 0 || chdir("/") < 0 ? -1 : 0;
}

static void test_a_chrooted_worker(void **state)
{
	struct worker w;
	AUTO_CLOSE int fd = -1;
	pid_t pid;

	(void)state;
	needs_root();
	fd = scratch_socket("run/x.sock", 5);
	mode("run/x.sock", 0666);
	pid = resident_begin(in_a_chroot);
	w = nobody(pid);
	int inside = probe_one(&w, "unix:/run/x.sock"), outside = probe_path(&w, "run/x.sock");
	resident_end(pid);
	assert_int_equal(inside, 0);
	assert_int_equal(outside, ENOENT);
}

static int listen_on(int family, uint16_t port, int backlog)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (family == AF_INET ? bind(fd, (struct sockaddr *)&in, sizeof(in)) : bind(fd, (struct sockaddr *)&in6, sizeof(in6)))
		return -1;
	return listen(fd, backlog);
}

static int listen_abstract(const char *name)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(a.sun_path + 1, name, strlen(name));
	if (bind(fd, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))) < 0)
		return -1;
	return listen(fd, 5);
}

static int fill_backlog(uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	for (int i = 0; i < 4; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		connect(fd, (struct sockaddr *)&in, sizeof(in));
	}
	return 0;
}

static int with_private_network(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	AUTO_FREE char *hosts = xasprintf("%s/hosts", scratch);
	int fd;

	if (private_mounts() < 0 || unshare(CLONE_NEWNET) < 0 || mount(hosts, "/etc/hosts", NULL, MS_BIND, NULL) < 0)
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
		return -1;
	if (listen_on(AF_INET, 9000, 5) < 0 || listen_on(AF_INET, 9001, 0) < 0 || listen_on(AF_INET6, 9002, 5) < 0 ||
		listen_abstract("permfix-unit") < 0)
		return -1;
	return fill_backlog(9001);
}

static void test_another_network_namespace(void **state)
{
	static const char *const endpoints[] = {"tcp:127.0.0.1:9000", "tcp:localhost:9000", "tcp:[::1]:9002", "tcp:127.0.0.1:9999",
		"tcp:app.internal:9000", "tcp:APP:9000", "tcp:commented:9000", "unix:@permfix-unit", "unix:@permfix-none",
		"tcp:127.0.0.1:9001", "unix:/", "tcp:two:9000"};
	static const int expected[] = {0, 0, 0, ECONNREFUSED, 0, 0, -1, 0, ECONNREFUSED, ETIMEDOUT, EACCES, 0};
	struct probe out[COUNT_OF(endpoints)];
	struct worker w, here = nobody(0);
	struct error err;
	pid_t pid;

	(void)state;
	needs_root();
	scratch_file("hosts", "127.0.0.1 localhost\n# 127.0.0.1 commented\n127.0.0.1\tapp.internal app # commented\n::1 two\n127.0.0.1 two\n");
	pid = resident_begin(with_private_network);
	w = nobody(pid);
	assert_int_equal(probe_run(&w, endpoints, COUNT_OF(endpoints), out, &err), 0);
	int here_abstract = probe_one(&here, "unix:@permfix-unit");
	resident_end(pid);
	for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
		if (out[i].error != expected[i])
			fail_msg("%s: %d (%s), expected %d", endpoints[i], out[i].error, out[i].reason, expected[i]);
		free(out[i].worker);
		free(out[i].endpoint);
		free(out[i].reason);
	}
	assert_int_equal(here_abstract, ECONNREFUSED);
}

static int write_map(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	ssize_t n = write(fd, text, strlen(text));

	close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* A container's worker: other ids in its own user namespace, kernel ids 165534 for us. The map is written by the parent side's rights. */
static int with_own_user_namespace(void)
{
	AUTO_FREE char *map = xasprintf("/proc/%d/uid_map", getpid()), *gid_map = xasprintf("/proc/%d/gid_map", getpid());
	int ready[2], status;
	char byte;
	pid_t mapper;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return -1;
	mapper = fork();
	if (mapper == 0)
		_exit(read(ready[0], &byte, 1) != 1 || write_map(map, "0 100000 65536") < 0 || write_map(gid_map, "0 100000 65536") < 0);
	if (unshare(CLONE_NEWUSER) < 0 || write(ready[1], "x", 1) != 1 || waitpid(mapper, &status, 0) < 0 || status != 0)
		return -1;
	return unshare(CLONE_NEWNS);
}

static void test_another_user_namespace(void **state)
{
	struct worker w;
	AUTO_FREE char *ns = NULL;
	AUTO_CLOSE int fd = -1;
	struct stat st;
	pid_t pid;

	(void)state;
	needs_root();
	fd = scratch_socket("x.sock", 5);
	mode("x.sock", 0600);
	assert_int_equal(fchownat(scratch_fd, "x.sock", 165534, 165534, 0), 0);
	pid = resident_begin(with_own_user_namespace);
	w = nobody(pid);
	w.as.uid = w.as.gid = 165534;
	ns = xasprintf("/proc/%d/ns/user", pid);
	assert_int_equal(stat(ns, &st), 0);
	w.as.userns = st.st_ino;
	int owner = probe_path(&w, "x.sock");
	w.as.uid = 165533;
	int other = probe_path(&w, "x.sock");
	w.as.caps = 1ULL << CAP_DAC_OVERRIDE;
	int capable = probe_path(&w, "x.sock");
	resident_end(pid);
	assert_int_equal(owner, 0);
	assert_int_equal(other, EACCES);
	assert_int_equal(capable, -1);
	assert_string_equal(reason, "the worker has capabilities over files in another user namespace");
}

static int just_be(void)
{
	return 0;
}

static void test_another_process_of_that_number(void **state)
{
	AUTO_FREE char *link = NULL;
	char exe[PATH_MAX] = "";
	struct worker w;
	AUTO_CLOSE int fd = -1;
	pid_t pid;

	(void)state;
	needs_root();
	fd = scratch_socket("x.sock", 16);
	mode("x.sock", 0666);
	pid = resident_begin(just_be);
	link = xasprintf("/proc/%d/exe", pid);
	assert_true(readlink(link, exe, sizeof(exe) - 1) > 0);
	w = nobody(pid);
	w.as.exe = exe;
	w.as.started = time(NULL);
	int same = probe_path(&w, "x.sock");
	w.as.started -= 60;
	int older = probe_path(&w, "x.sock");
	w.as.started = 0;
	w.as.exe = (char *)"/usr/sbin/nginx";
	int other_exe = probe_path(&w, "x.sock");
	resident_end(pid);
	w.as.exe = NULL;
	int gone = probe_path(&w, "x.sock");
	assert_int_equal(same, 0);
	assert_int_equal(older, -1);
	assert_int_equal(other_exe, -1);
	assert_int_equal(gone, -1);
	assert_string_equal(reason, "the worker process is gone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_another_mount_namespace),
		SCRATCH_TEST(test_a_chrooted_worker),
		SCRATCH_TEST(test_another_network_namespace),
		SCRATCH_TEST(test_another_user_namespace),
		SCRATCH_TEST(test_another_process_of_that_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
