/* SPDX-License-Identifier: MIT */
/* Who runs in the place of a master that was known by its pid: real processes with the name and the title of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/successor.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#define MAIN "/etc/successor/php-fpm.conf"

static char directory[] = "/tmp/successor-XXXXXX";
static char *program;
static pid_t running[4];
static size_t n_running;

static void start(const char *exe, const char *config, uid_t uid)
{
	AUTO_FREE char *title = xasprintf("php-fpm: master process (%s)", config), *link = NULL;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setresuid(uid, uid, uid) == 0)
			execl(exe, title, "600", (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	running[n_running++] = pid;
	/* until it has become the other program */
	link = xasprintf("/proc/%d/exe", (int)pid);
	for (int i = 0; i < 500; i++) {
		char to[256] = "";

		if (readlink(link, to, sizeof(to) - 1) > 0 && streq(to, exe))
			return;
		usleep(10000);
	}
	fail_msg("%s does not start", exe);
}

static int stop_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_running; i++) {
		kill(running[i], SIGKILL);
		waitpid(running[i], NULL, 0);
	}
	n_running = 0;
	return 0;
}

static int look(const char *kind, struct service_state *out, struct error *err)
{
	const struct apply_host host = {0};
	struct service_state was = {.program = xstrdup(kind), .pid = 4194303, .started = 1, .exe = xstrdup(program), .config = xstrdup(MAIN)};
	int r = service_successor(&host, &was, out, err);

	service_state_free(&was);
	return r;
}

static void expect(int error, pid_t pid)
{
	struct service_state found;
	struct error err = {0};

	assert_int_equal(look("php-fpm", &found, &err), error);
	assert_int_equal(found.pid, pid);
	if (!error) {
		assert_string_equal(found.exe, program);
		assert_string_equal(found.program, "php-fpm");
	}
	service_state_free(&found);
}

static void nobody(void **state)
{
	(void)state;
	expect(-ESRCH, 0);
}

static void the_one(void **state)
{
	struct service_state found;
	struct error err = {0};

	(void)state;
	start(program, MAIN, 0);
	expect(0, running[0]);
	assert_int_equal(look("nginx", &found, &err), -ESRCH);
	assert_int_equal(look("gunicorn", &found, &err), -ESRCH);
}

static void two_are_none(void **state)
{
	struct service_state found;
	struct error err = {0};

	(void)state;
	start(program, MAIN, 0);
	start(program, MAIN, 0);
	assert_int_equal(look("php-fpm", &found, &err), -ENOTUNIQ);
	assert_non_null(strstr(err.text, "2 others"));
	assert_null(found.exe);
}

static void another_configuration(void **state)
{
	(void)state;
	start(program, "/etc/successor/other.conf", 0);
	expect(-ESRCH, 0);
	start(program, MAIN, 0);
	expect(0, running[1]);
}

static void another_user(void **state)
{
	(void)state;
	start(program, MAIN, 65534);
	expect(-ESRCH, 0);
}

static void another_program(void **state)
{
	AUTO_FREE char *other = xasprintf("%s/php-fpm7.4", directory);

	(void)state;
	assert_int_equal(link(program, other), 0);
	start(other, MAIN, 0);
	expect(-ESRCH, 0);
}

static int prepare(void **state)
{
	char bytes[1 << 16];
	FILE *from, *to;
	size_t n;

	(void)state;
	if (!mkdtemp(directory) || chmod(directory, 0755) < 0)
		return -1;
	program = xasprintf("%s/php-fpm8.2", directory);
	from = fopen("/bin/sleep", "re");
	to = fopen(program, "we");
	if (!from || !to)
		return -1;
	while ((n = fread(bytes, 1, sizeof(bytes), from)) > 0)
		fwrite(bytes, 1, n, to);
	fclose(from);
	return fclose(to) == 0 && chmod(program, 0755) == 0 ? 0 : -1;
}

static int clean_up(void **state)
{
	AUTO_FREE char *other = xasprintf("%s/php-fpm7.4", directory);

	(void)state;
	unlink(other);
	unlink(program);
	free(program);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nobody, stop_all),
		cmocka_unit_test_teardown(the_one, stop_all),
		cmocka_unit_test_teardown(two_are_none, stop_all),
		cmocka_unit_test_teardown(another_configuration, stop_all),
		cmocka_unit_test_teardown(another_user, stop_all),
		cmocka_unit_test_teardown(another_program, stop_all),
	};

	if (geteuid() != 0) {
		puts("skipped: needs root");
		return 77;
	}
	return cmocka_run_group_tests(tests, prepare, clean_up);
}
