/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/spawn.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <cmocka.h>

static int run_with(const char *script, const char *input, size_t n, size_t max, unsigned ms, struct spawn_result *result)
{
	const char *const argv[] = {"sh", "-c", script, NULL};

	return spawn_run(&(struct spawn){"/bin/sh", argv, input, n, max, ms}, result, NULL);
}

static int run(const char *script, struct spawn_result *result)
{
	return run_with(script, NULL, 0, 1 << 20, 10000, result);
}

static void assert_no_child(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_output_and_status(void **state)
{
	AUTO_SPAWN struct spawn_result result;

	(void)state;
	assert_int_equal(run("echo out; echo err >&2; exit 3", &result), 0);
	assert_string_equal(result.out, "out\n");
	assert_string_equal(result.err, "err\n");
	assert_int_equal(result.status, 3);
	assert_int_equal(result.signal, 0);
	assert_false(result.timed_out);
	assert_no_child();
}

static void test_no_input_is_end_of_file(void **state)
{
	AUTO_SPAWN struct spawn_result result;

	(void)state;
	assert_int_equal(run("cat; echo end", &result), 0);
	assert_string_equal(result.out, "end\n");
}

static void test_large_input_comes_back(void **state)
{
	size_t n = 3 << 20;
	AUTO_FREE char *input = xcalloc(1, n);
	AUTO_SPAWN struct spawn_result result;

	(void)state;
	for (size_t i = 0; i < n; i++)
		input[i] = (char)(i * 7);
	assert_int_equal(run_with("cat", input, n, n, 20000, &result), 0);
	assert_int_equal(result.out_size, n);
	assert_memory_equal(result.out, input, n);
	assert_false(result.overflowed);
}

static void test_writes_much_before_reading(void **state)
{
	size_t n = 1 << 20;
	AUTO_FREE char *input = xcalloc(1, n);
	AUTO_SPAWN struct spawn_result result;

	(void)state;
	assert_int_equal(run_with("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; wc -c", input, n, 2 << 20, 20000, &result), 0);
	assert_int_equal(result.out_size, 1000000 + strlen("1048576\n"));
	assert_int_equal(result.err_size, SPAWN_STDERR_MAX);
	assert_int_equal(result.status, 0);
}

static void test_child_that_reads_nothing(void **state)
{
	size_t n = 1 << 20;
	AUTO_FREE char *input = xcalloc(1, n);
	AUTO_SPAWN struct spawn_result result;

	(void)state;
	assert_int_equal(run_with("exec true", input, n, 10, 10000, &result), 0);
	assert_int_equal(result.status, 0);
}

static void test_output_maximum(void **state)
{
	AUTO_SPAWN struct spawn_result exact, over;

	(void)state;
	assert_int_equal(run_with("printf 12345", NULL, 0, 5, 10000, &exact), 0);
	assert_false(exact.overflowed);
	assert_string_equal(exact.out, "12345");
	assert_int_equal(run_with("yes", NULL, 0, 5, 10000, &over), 0);
	assert_true(over.overflowed);
	assert_string_equal(over.out, "y\ny\ny");
	assert_int_equal(over.signal, SIGKILL);
	assert_no_child();
}

/* Gone, or a zombie that its new parent has not reaped yet. */
static bool is_dead(pid_t pid)
{
	AUTO_FREE char *path = xasprintf("/proc/%d/stat", (int)pid);
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	char line[256] = "", *end;

	if (!f || !fgets(line, sizeof(line), f))
		return true;
	end = strrchr(line, ')');
	return end && end[1] == ' ' && end[2] == 'Z';
}

static void test_deadline_kills_the_group(void **state)
{
	AUTO_SPAWN struct spawn_result result;
	struct error err;
	pid_t grandchild;

	(void)state;
	assert_int_equal(run_with("sleep 60 & echo $!; wait", NULL, 0, 100, 300, &result), 0);
	assert_true(result.timed_out);
	assert_int_equal(result.signal, SIGKILL);
	assert_no_child();
	grandchild = (pid_t)strtol(result.out, NULL, 10);
	assert_true(grandchild > 1);
	for (int i = 0; i < 100 && !is_dead(grandchild); i++)
		usleep(10000);
	assert_true(is_dead(grandchild));
	assert_int_equal(spawn_check(&result, "sh", &err), -ETIMEDOUT);
}

static void test_left_behind_process_does_not_hold_us(void **state)
{
	AUTO_SPAWN struct spawn_result result;
	time_t start = time(NULL);

	(void)state;
	assert_int_equal(run("sleep 30 & echo done", &result), 0);
	assert_string_equal(result.out, "done\n");
	assert_true(time(NULL) - start < 10);
}

static void test_signal_is_told(void **state)
{
	AUTO_SPAWN struct spawn_result result;
	struct error err;

	(void)state;
	assert_int_equal(run("echo 'bad\033thing' >&2; kill -SEGV $$", &result), 0);
	assert_int_equal(result.signal, SIGSEGV);
	assert_int_equal(result.status, -1);
	assert_int_equal(spawn_check(&result, "sh", &err), -EIO);
	assert_string_equal(err.text, "sh was ended by signal 11: bad\\x1bthing");
}

static void test_environment_is_fixed(void **state)
{
	const char *const argv[] = {"env", NULL};
	AUTO_SPAWN struct spawn_result result;

	(void)state;
	setenv("LD_PRELOAD_MARK", "x", 1);
	assert_int_equal(spawn_run(&(struct spawn){"/usr/bin/env", argv, NULL, 0, 4096, 10000}, &result, NULL), 0);
	assert_string_equal(result.out, "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C.UTF-8\n");
}

static void test_no_other_descriptor(void **state)
{
	AUTO_CLOSE int leak = open("/dev/null", O_RDONLY); /* no O_CLOEXEC, as a careless library would */
	AUTO_SPAWN struct spawn_result result;

	(void)state;
	assert_true(leak > 2);
	assert_int_equal(run("for n in 2 3 4 5 6 7 8 9 10 11 12; do [ -e /proc/$$/fd/$n ] && echo $n; done; pwd", &result), 0);
	assert_string_equal(result.out, "2\n/\n");
}

static void test_signals_are_default(void **state)
{
	AUTO_SPAWN struct spawn_result result;
	sigset_t pipe_set, old;

	(void)state;
	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGTERM);
	sigprocmask(SIG_BLOCK, &pipe_set, &old);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(run("grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f 2", &result), 0);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	assert_true(starts_with(result.out, "0000000000000000\n"));
	/* glibc's posix_spawn ignores its own two real-time signals, 32 and 33, until the program's libc takes them over. */
	assert_int_equal(strtoull(result.out + 17, NULL, 16) & 0x7fffffff, 0);
}

static void test_not_startable(void **state)
{
	const char *const argv[] = {"x", NULL};
	AUTO_SPAWN struct spawn_result missing, relative;
	struct error err;

	(void)state;
	assert_int_equal(spawn_run(&(struct spawn){"/nonexistent/x", argv, NULL, 0, 10, 1000}, &missing, &err), -ENOENT);
	assert_string_equal(err.text, "could not run /nonexistent/x: No such file or directory");
	assert_int_equal(spawn_run(&(struct spawn){"bin/sh", argv, NULL, 0, 10, 1000}, &relative, &err), -EINVAL);
	assert_no_child();
}

static void test_descriptors_are_released(void **state)
{
	int first = dup(0), last;

	(void)state;
	close(first);
	for (int i = 0; i < 20; i++) {
		AUTO_SPAWN struct spawn_result result;

		assert_int_equal(run("exit 0", &result), 0);
	}
	last = dup(0);
	close(last);
	assert_int_equal(first, last);
}

static void test_closed_standard_descriptors(void **state)
{
	AUTO_SPAWN struct spawn_result result;
	int saved = fcntl(0, F_DUPFD_CLOEXEC, 10), r;

	(void)state;
	close(0);
	r = run_with("cat", "text", 4, 10, 10000, &result);
	dup2(saved, 0);
	close(saved);
	assert_int_equal(r, 0);
	assert_string_equal(result.out, "text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output_and_status),
		cmocka_unit_test(test_no_input_is_end_of_file),
		cmocka_unit_test(test_large_input_comes_back),
		cmocka_unit_test(test_writes_much_before_reading),
		cmocka_unit_test(test_child_that_reads_nothing),
		cmocka_unit_test(test_output_maximum),
		cmocka_unit_test(test_deadline_kills_the_group),
		cmocka_unit_test(test_left_behind_process_does_not_hold_us),
		cmocka_unit_test(test_signal_is_told),
		cmocka_unit_test(test_environment_is_fixed),
		cmocka_unit_test(test_no_other_descriptor),
		cmocka_unit_test(test_signals_are_default),
		cmocka_unit_test(test_not_startable),
		cmocka_unit_test(test_descriptors_are_released),
		cmocka_unit_test(test_closed_standard_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
