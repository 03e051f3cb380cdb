/* SPDX-License-Identifier: MIT */
/* Connecting as a worker, to real sockets, in real namespaces. */
#include "scratch.h"

#include "validate/probe.h"

#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/acl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

#define NOBODY 65534

static uint32_t nobody_groups[] = {NOBODY, 4242};

static struct worker nobody(pid_t pid)
{
	struct worker w = {.id = (char *)"w1"};

	w.as = (struct process){.pid = (uint32_t)pid, .uid = NOBODY, .gid = NOBODY, .groups = nobody_groups, .n_groups = 2};
	return w;
}

static void needs_root(void)
{
	if (geteuid() == 0)
		return;
	print_message("needs root\n");
	skip();
}

/* One endpoint; the reason is kept for the caller to look at until the next call. */
static char reason[256];
static int probe_one(const struct worker *worker, const char *endpoint)
{
	struct probe out;
	struct error err;
	int error;

	assert_int_equal(probe_run(worker, &endpoint, 1, &out, &err), 0);
	assert_string_equal(out.worker, "w1");
	assert_string_equal(out.endpoint, endpoint);
	assert_int_equal(out.reason != NULL, out.error == -1);
	snprintf(reason, sizeof(reason), "%s", out.reason ? out.reason : "");
	error = out.error;
	free(out.worker);
	free(out.endpoint);
	free(out.reason);
	return error;
}

static int probe_path(const struct worker *worker, const char *path)
{
	AUTO_FREE char *endpoint = xasprintf("unix:%s/%s", scratch, path);

	return probe_one(worker, endpoint);
}

static void mode(const char *path, mode_t bits)
{
	assert_int_equal(fchmodat(scratch_fd, path, bits, 0), 0);
}

static void test_modes_and_groups(void **state)
{
	struct worker w = nobody(0);
	AUTO_CLOSE int fd = -1;

	(void)state;
	needs_root();
	fd = scratch_socket("run/x.sock", 16);
	mode("run/x.sock", 0666);
	assert_int_equal(probe_path(&w, "run/x.sock"), 0);
	mode("run/x.sock", 0664); /* read is not enough */
	assert_int_equal(probe_path(&w, "run/x.sock"), EACCES);
	assert_int_equal(fchownat(scratch_fd, "run/x.sock", 0, 4242, 0), 0);
	mode("run/x.sock", 0660);
	assert_int_equal(probe_path(&w, "run/x.sock"), 0);
	w.as.n_groups = 1;
	assert_int_equal(probe_path(&w, "run/x.sock"), EACCES);
	mode("run/x.sock", 0666);
	mode("run", 0700);
	assert_int_equal(probe_path(&w, "run/x.sock"), EACCES);
}

static void test_acl(void **state)
{
	struct worker w = nobody(0);
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int fd = -1;
	acl_t acl;

	(void)state;
	needs_root();
	fd = scratch_socket("x.sock", 16);
	path = xasprintf("%s/x.sock", scratch);
	acl = acl_from_text("u::rw,u:65534:rw,g::-,m::r,o::-");
	if (acl_set_file(path, ACL_TYPE_ACCESS, acl) < 0) {
		acl_free(acl);
		print_message("no POSIX ACLs here\n");
		skip();
	}
	acl_free(acl);
	assert_int_equal(probe_path(&w, "x.sock"), EACCES); /* masked */
	acl = acl_from_text("u::rw,u:65534:rw,g::-,m::rw,o::-");
	assert_int_equal(acl_set_file(path, ACL_TYPE_ACCESS, acl), 0);
	acl_free(acl);
	assert_int_equal(probe_path(&w, "x.sock"), 0);
}

static void test_what_is_there(void **state)
{
	struct worker w = nobody(0);
	AUTO_CLOSE int bound = -1, full = -1, first = -1;
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	(void)state;
	needs_root();
	bound = scratch_socket("bound.sock", -1);
	full = scratch_socket("full.sock", 0);
	scratch_file("file", "x");
	mode("bound.sock", 0666);
	mode("full.sock", 0666);
	mode("file", 0666);
	close(scratch_socket("stale.sock", 5));
	mode("stale.sock", 0666);
	snprintf(a.sun_path, sizeof(a.sun_path), "%.60s/full.sock", scratch);
	first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(first, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(probe_path(&w, "none.sock"), ENOENT);
	assert_int_equal(probe_path(&w, "file"), ECONNREFUSED);
	assert_int_equal(probe_path(&w, "file/x"), ENOTDIR);
	assert_int_equal(probe_path(&w, "bound.sock"), ECONNREFUSED);
	assert_int_equal(probe_path(&w, "stale.sock"), ECONNREFUSED);
	assert_int_equal(probe_path(&w, "full.sock"), EAGAIN);
}

static void test_names_of_every_kind(void **state)
{
	static const char *const names[] = {"a b", "q\"'`", "new\nline", "%n%s$HOME", "-v", "\xff\xfe", "@at", "a:b"};
	struct worker w = nobody(0);

	(void)state;
	needs_root();
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		AUTO_CLOSE int fd = scratch_socket(names[i], 5);

		mode(names[i], 0666);
		assert_int_equal(probe_path(&w, names[i]), 0);
	}
}

static void is_impossible(const char *endpoint, const char *expected)
{
	struct worker w = nobody(0);

	assert_int_equal(probe_one(&w, endpoint), -1);
	assert_string_equal(reason, expected);
}

static void test_endpoints_that_are_none(void **state)
{
	char longer[140] = "unix:/";
	size_t most = sizeof((struct sockaddr_un){0}.sun_path) - 1;

	(void)state;
	needs_root();
	is_impossible("", "not an endpoint");
	is_impossible("unix:", "not an endpoint");
	is_impossible("unix:relative", "not an endpoint");
	is_impossible("unix:@", "not an endpoint");
	is_impossible("tcp:127.0.0.1", "not an endpoint");
	is_impossible("tcp:127.0.0.1:0", "not an endpoint");
	is_impossible("tcp:127.0.0.1:65536", "not an endpoint");
	is_impossible("tcp:127.0.0.1:80x", "not an endpoint");
	is_impossible("tcp::80", "not an endpoint");
	is_impossible("tcp:no-such-host.example:80", "name not resolved (only /etc/hosts is asked)");
	memset(longer + 6, 'x', most); /* 108 bytes with the slash */
	is_impossible(longer, "the path is too long for a socket address (107 bytes at most)");
	longer[strlen("unix:") + most] = '\0';
	struct worker w = nobody(0);
	assert_int_equal(probe_one(&w, longer), ENOENT);
}

/* The server sees the worker's ids, and no byte. */
static void test_what_the_server_sees(void **state)
{
	struct worker w = nobody(0);
	AUTO_CLOSE int fd = -1, peer = -1;
	struct ucred who;
	socklen_t size = sizeof(who);
	char byte;

	(void)state;
	needs_root();
	fd = scratch_socket("x.sock", 5);
	mode("x.sock", 0666);
	assert_int_equal(probe_path(&w, "x.sock"), 0);
	peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	assert_true(peer >= 0);
	assert_int_equal(getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size), 0);
	assert_int_equal(who.uid, NOBODY);
	assert_int_equal(who.gid, NOBODY);
	assert_int_equal(read(peer, &byte, 1), 0);
}

/* uid 0 alone opens nothing: the capabilities do, and only if the worker has them. */
static void test_capabilities(void **state)
{
	struct worker root = {.id = (char *)"w1"}, w = nobody(0);
	AUTO_CLOSE int fd = -1;

	(void)state;
	needs_root();
	fd = scratch_socket("run/x.sock", 16);
	mode("run/x.sock", 0600);
	assert_int_equal(fchownat(scratch_fd, "run/x.sock", 4711, 4711, 0), 0);
	assert_int_equal(probe_path(&root, "run/x.sock"), EACCES);
	root.as.caps = ~0ULL;
	assert_int_equal(probe_path(&root, "run/x.sock"), 0);
	assert_int_equal(probe_path(&w, "run/x.sock"), EACCES);
	w.as.caps = 1ULL << CAP_DAC_OVERRIDE;
	assert_int_equal(probe_path(&w, "run/x.sock"), 0);
}

/* --- workers that live elsewhere: a process is set up by prepare(), says so, and waits to be ended --- */

static pid_t resident_begin(int (*prepare)(void))
{
	int ends[2];
	char ok = 0;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
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

static int unprivileged(void)
{
	AUTO_FREE char *endpoint = xasprintf("unix:%s/x.sock", scratch);
	struct worker w = nobody(0);
	const char *const list[] = {endpoint};
	struct probe out;

	if (setgid(1234) < 0 || setuid(1234) < 0)
		return 2;
	if (probe_run(&w, list, 1, &out, NULL) != 0 || out.error != -1)
		return 3;
	int bad = !streq(out.reason, "the worker's ids could not be taken: Operation not permitted");
	free(out.worker);
	free(out.endpoint);
	free(out.reason);
	return bad;
}

static void test_without_privileges(void **state)
{
	AUTO_CLOSE int fd = -1;
	int status;
	pid_t pid;

	(void)state;
	needs_root();
	fd = scratch_socket("x.sock", 16);
	mode("x.sock", 0666);
	pid = fork();
	if (pid == 0)
		_exit(unprivileged());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_nothing_is_left_behind(void **state)
{
	struct worker w = nobody(0);
	AUTO_CLOSE int fd = -1;
	int before, after;

	(void)state;
	needs_root();
	fd = scratch_socket("x.sock", 64);
	mode("x.sock", 0666);
	before = dup(0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(probe_path(&w, "x.sock"), 0);
	after = dup(0);
	assert_int_equal(after, before + 1);
	close(before);
	close(after);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(probe_run(&w, NULL, 0, NULL, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_modes_and_groups),
		SCRATCH_TEST(test_acl),
		SCRATCH_TEST(test_what_is_there),
		SCRATCH_TEST(test_names_of_every_kind),
		SCRATCH_TEST(test_endpoints_that_are_none),
		SCRATCH_TEST(test_what_the_server_sees),
		SCRATCH_TEST(test_capabilities),
		SCRATCH_TEST(test_another_mount_namespace),
		SCRATCH_TEST(test_a_chrooted_worker),
		SCRATCH_TEST(test_another_network_namespace),
		SCRATCH_TEST(test_another_user_namespace),
		SCRATCH_TEST(test_another_process_of_that_number),
		SCRATCH_TEST(test_without_privileges),
		SCRATCH_TEST(test_nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
