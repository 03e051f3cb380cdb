/* SPDX-License-Identifier: MIT */
/* Connecting as a worker, to real sockets. */
#include "probe_common.h"

#include "agent/validate/probe.c"

#include <linux/capability.h>
#include <sys/acl.h>
#include <sys/wait.h>

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

/* A child that hangs, dies, or has been taken over. */
static void test_answers_are_not_trusted(void **state)
{
	struct probe_answer answer = {.index = 7};
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_false(next_answer(ends[0], now_ms() + 30, 8, &answer)); /* silent */
	tell(ends[1], &answer);
	assert_false(next_answer(ends[0], now_ms() + 1000, 7, &answer)); /* there is no endpoint 7 */
	tell(ends[1], &answer);
	assert_true(next_answer(ends[0], now_ms() + 1000, 8, &answer));
	assert_int_equal(write(ends[1], "x", 1), 1);
	close(ends[1]);
	assert_false(next_answer(ends[0], now_ms() + 1000, 8, &answer)); /* half a record, then the end */
	close(ends[0]);
	assert_true(time_allowed((const char *const[]){"unix:/x"}, 1) < 3000);
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
		SCRATCH_TEST(test_without_privileges),
		SCRATCH_TEST(test_nothing_is_left_behind),
		cmocka_unit_test(test_answers_are_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
