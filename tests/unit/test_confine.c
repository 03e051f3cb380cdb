/* SPDX-License-Identifier: MIT */
/* What a confined process can still do, tried out in children. */
#include "tests/unit/cases.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine.h"

#define KILLED (-SIGSYS)

struct confine_case {
	const char *name;
	int (*attempt)(int kept); /* in the confined child: exit status 0…, 100 where confining failed */
	int expected;             /* exit status, or the negative signal */
};

static int try_open(int kept)
{
	(void)kept;
	return open("/etc/passwd", O_RDONLY) >= 0 ? 1 : errno;
}

static int try_create(int kept)
{
	(void)kept;
	return open("/tmp/permfix-confine-test", O_WRONLY | O_CREAT, 0600) >= 0 ? 1 : errno;
}

static int try_socket(int kept)
{
	(void)kept;
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 1 : errno;
}

static int try_stat(int kept)
{
	(void)kept;
	return access("/", F_OK) == 0 ? 1 : errno;
}

static int try_fork(int kept)
{
	(void)kept;
	return (int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == 0 ? 1 : 2;
}

static int try_exec(int kept)
{
	char *argv[] = {NULL};

	(void)kept;
	execve("/bin/true", argv, argv);
	return 1;
}

static int try_kill(int kept)
{
	(void)kept;
	return kill(getppid(), 0) == 0;
}

static int try_executable_memory(int kept)
{
	(void)kept;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static int try_other_descriptor(int kept)
{
	char c;

	return read(kept == 3 ? 4 : 3, &c, 1) < 0 ? errno : 1;
}

static int try_standard_output(int kept)
{
	(void)kept;
	return write(1, "x", 1) < 0 ? errno : 1;
}

static int use_memory(int kept)
{
	volatile char *p = malloc((size_t)8 << 20);

	(void)kept;
	p[1 << 20] = 1;
	free((void *)(uintptr_t)p);
	return 0;
}

static int use_descriptor(int kept)
{
	char c = 0;

	return write(kept, "x", 1) == 1 && read(kept, &c, 1) == 1 && c == 'y' ? 0 : 1;
}

static int ids(int kept)
{
	unsigned uid = (unsigned)syscall(SYS_getuid);

	(void)kept;
	return uid == 0;
}

static const struct confine_case confine_cases[] = {
	{"reading a file", try_open, EACCES},
	{"making a file", try_create, EACCES},
	{"a socket", try_socket, EACCES},
	{"asking about a file", try_stat, EACCES},
	{"a process", try_fork, KILLED},
	{"a program", try_exec, KILLED},
	{"a signal to another process", try_kill, KILLED},
	{"executable memory", try_executable_memory, KILLED},
	{"asking for the own uid is not on the list", ids, KILLED},
	{"a descriptor that was not given", try_other_descriptor, EBADF},
	{"standard output", try_standard_output, EBADF},
	{"memory", use_memory, 0},
	{"the descriptor that was given", use_descriptor, 0},
};

static _Noreturn void confined_child(int fd, int (*attempt)(int))
{
	struct confine how = {.fds = &fd, .n_fds = 1, .cpu_seconds = 10};

	if (confine_self(&how, NULL) < 0)
		_exit(100);
	_exit(attempt(fd));
}

/* Exit status, or the negative signal. */
static int outcome(pid_t pid)
{
	int status = 0;

	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void test_attempt(void **state)
{
	const struct confine_case *c = *state;
	int fds[2];
	pid_t pid;

	unlink("/tmp/permfix-confine-test");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(write(fds[0], "y", 1), 1);
	pid = fork();
	if (pid == 0)
		confined_child(fds[1], c->attempt);
	assert_int_equal(outcome(pid), c->expected);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(access("/tmp/permfix-confine-test", F_OK), -1);
}

static bool status_has(const char *status, const char *line)
{
	return strstr(status, line) != NULL;
}

/* What the kernel says about the child from outside. */
static void test_status(void **state)
{
	char path[64], status[4096] = "", c;
	int fds[2], fd;
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pid = fork();
	if (pid == 0)
		confined_child(fds[1], use_descriptor);
	assert_int_equal(read(fds[0], &c, 1), 1);
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	assert_true(read(fd, status, sizeof(status) - 1) > 0);
	close(fd);
	assert_int_equal(write(fds[0], "y", 1), 1);
	assert_int_equal(outcome(pid), 0);
	assert_true(status_has(status, "NoNewPrivs:\t1\n"));
	assert_true(status_has(status, "Seccomp:\t2\n"));
	assert_true(status_has(status, "CapEff:\t0000000000000000\n"));
	assert_true(status_has(status, "CapPrm:\t0000000000000000\n"));
	assert_false(status_has(status, "Uid:\t0\t"));
	if (geteuid() == 0)
		assert_true(status_has(status, "Uid:\t65534\t65534\t65534\t65534\n") && status_has(status, "Groups:\t \n"));
	close(fds[0]);
	close(fds[1]);
}

static void on_signal(int number)
{
	(void)number;
}

/* Handlers of the program are not inherited: its signals end the child. */
static void test_signals(void **state)
{
	int fds[2];
	pid_t pid;
	char c;

	(void)state;
	signal(SIGTERM, on_signal);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pid = fork();
	if (pid == 0)
		confined_child(fds[1], use_descriptor);
	assert_int_equal(read(fds[0], &c, 1), 1);
	kill(pid, SIGTERM);
	assert_int_equal(outcome(pid), -SIGTERM);
	signal(SIGTERM, SIG_DFL);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_status), cmocka_unit_test(test_signals)};

	return RUN_CASES(confine_cases, test_attempt) + cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
