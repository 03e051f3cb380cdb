/* SPDX-License-Identifier: MIT */
/* The built program as a script meets it: exit codes, what goes where, closed descriptors, --out. Nothing of the host is changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/in_file.h"
#include "cli/out_file.h"
#include "cli/reply.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { MOST = 10 };

struct run {
	int status; /* exit code, or -1 where a signal ended it */
	char *out, *err;
};

static void run_free(struct run *run)
{
	free(run->out);
	free(run->err);
}
#define AUTO_RUN __attribute__((cleanup(run_free)))

static char *content(int fd)
{
	struct text t = {0};
	char buffer[4096];

	lseek(fd, 0, SEEK_SET);
	for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;)
		text_add_bytes(&t, buffer, (size_t)n);
	return text_steal(&t);
}

/* The child's side: its descriptors are what the test gives it. */
static _Noreturn void start(int out, int err, const char *const words[])
{
	char *argv[MOST + 2] = {(char *)"permfix"};
	char *environment[] = {(char *)"COLUMNS=50", NULL};
	int argc = 0;

	for (; words[argc]; argc++)
		argv[argc + 1] = (char *)words[argc];
	dup2(err, STDERR_FILENO);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	else
		close(STDOUT_FILENO);
	execve("build/permfix", argv, environment);
	_exit(126);
}

static struct run run_on(int out, const char *const words[])
{
	AUTO_CLOSE int err = memfd_create("err", MFD_CLOEXEC);
	struct run run = {0};
	int status;
	pid_t pid = fork();

	if (pid == 0)
		start(out, err, words);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	run.err = content(err);
	return run;
}

static struct run run_with(const char *const words[])
{
	AUTO_CLOSE int out = memfd_create("out", MFD_CLOEXEC);
	struct run run = run_on(out, words);

	run.out = content(out);
	return run;
}
#define RUN(...) run_with((const char *const[]){__VA_ARGS__, NULL})

static void usage_errors(void **state)
{
	static const char *const cases[][MOST] = {
		{NULL},
		{"wibble", NULL},
		{"apply", NULL},
		{"confirm", NULL},
		{"rollback", NULL},
		{"explain", NULL},
		{"lint", NULL},
		{"heal", NULL},
		{"plan", "--wibble", NULL},
		{"plan", "--out", NULL},
		{"plan", "--json", "--format", "sh", NULL},
		{"plan", "--root", "/", "--facts", "f", NULL},
		{"plan", "--color=pink", NULL},
		{"facts", "x", NULL},
		{"help", "wibble", NULL},
		{"apply", "--yes", "--confirm-within", "9", NULL},
		{"apply", "--yes", "--validate-url", "https://localhost/", NULL},
		{"apply", "--yes", "--tighten", "nothing.json", NULL},
		{"apply", "--yes", "nothing.json", "example.com", NULL},
		{"help", "heal", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_RUN struct run run = run_with(cases[i]);

		if (run.status != EXIT_CODE_USAGE)
			fail_msg("case %zu: exit %d, %s", i, run.status, run.err);
		assert_string_equal(run.out, "");
		assert_true(starts_with(run.err, "permfix: "));
		assert_non_null(strstr(run.err, "permfix help"));
	}
}

static void later_commands_do_not_pretend(void **state)
{
	AUTO_RUN struct run run = RUN("heal", "--quiet");

	(void)state;
	assert_int_equal(run.status, EXIT_CODE_USAGE);
	assert_non_null(strstr(run.err, "permfix 0.1.0 has no command 'heal' yet"));
}

static void help_and_version(void **state)
{
	static const struct {
		const char *words[MOST], *has;
	} cases[] = {
		{{"--version"}, "permfix 0.1.0\n"},
		{{"--help"}, "Exit codes"},
		{{"help"}, "Exit codes"},
		{{"help", "plan"}, "--tighten"},
		{{"plan", "--help"}, "--tighten"},
		{{"help", "acl-mask"}, "would grant"},
		{{"help", "group-primary"}, "allow group-primary"},
		{{"help", "other-access"}, "Nothing allows it"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_RUN struct run run = run_with(cases[i].words);

		assert_int_equal(run.status, 0);
		assert_string_equal(run.err, "");
		if (!strstr(run.out, cases[i].has))
			fail_msg("case %zu: %s", i, run.out);
	}
}

static void cannot_do_the_job(void **state)
{
	static const struct {
		const char *words[MOST], *says;
	} cases[] = {
		{{"plan", "--facts", "/nonexistent/f"}, "cannot read /nonexistent/f: No such file"},
		{{"plan", "--facts", "/dev/null"}, "/dev/null: "},
		{{"plan", "--facts", "/"}, "cannot read /: Is a directory"},
		{{"plan", "--log", "/nonexistent\033[2J"}, "cannot read /nonexistent\\x1b[2J"},
		{{"plan", "--root", "/nonexistent"}, "/nonexistent"},
		{{"plan", "--worker", "no-such-user"}, "no-such-user"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_RUN struct run run = run_with(cases[i].words);

		if (run.status != EXIT_CODE_FAILED || !strstr(run.err, cases[i].says))
			fail_msg("case %zu: exit %d, %s", i, run.status, run.err);
		assert_string_equal(run.out, "");
	}
}

static void closed_and_full_stdout(void **state)
{
	static const char *const words[] = {"help", NULL};
	AUTO_CLOSE int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	AUTO_RUN struct run pipe_gone = run_on(ends[1], words), no_stdout = run_on(-1, words), no_space = run_on(full, words);
	close(ends[1]);

	assert_int_equal(pipe_gone.status, EXIT_CODE_FAILED);
	assert_string_equal(pipe_gone.err, "");
	assert_int_equal(no_stdout.status, EXIT_CODE_FAILED);
	assert_non_null(strstr(no_stdout.err, "cannot write"));
	assert_int_equal(no_space.status, EXIT_CODE_FAILED);
	assert_non_null(strstr(no_space.err, "No space left"));
}

static void argc_may_be_zero(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		char *none[] = {NULL};

		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		execve("build/permfix", none, none);
		_exit(126);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CODE_USAGE);
}

/* An empty tree: nothing to look at, so the same everywhere. */
static char *make_tree(void)
{
	char *path = xstrdup("/tmp/permfix-test-XXXXXX");

	assert_non_null(mkdtemp(path));
	return path;
}

static void facts_replay_to_the_byte(void **state)
{
	AUTO_FREE char *tree = make_tree(), *file = xasprintf("%s/facts.json", tree);
	AUTO_RUN struct run facts = RUN("facts", "--root", tree, "--out", file);
	AUTO_RUN struct run here = RUN("plan", "--root", tree, "--json"), there = RUN("plan", "--facts", file, "--json");
	struct stat st;

	(void)state;
	assert_int_equal(facts.status, 0);
	assert_string_equal(facts.out, "");
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(here.status, there.status);
	assert_non_null(strstr(here.out, "permfix.plan/v1"));
	unlink(file);
	rmdir(tree);
}

static void a_bad_policy_is_named(void **state)
{
	AUTO_FREE char *tree = make_tree(), *file = xasprintf("%s/etc/permfix/policy.d/10-site.policy", tree);

	(void)state;
	for (size_t n = strlen(tree) + 1; file[n]; n++) {
		if (file[n] == '/') {
			file[n] = '\0';
			assert_int_equal(mkdir(file, 0755), 0);
			file[n] = '/';
		}
	}
	assert_int_equal(out_file_write(file, "# fine\nallow everything\n", 24, NULL), 0);
	AUTO_RUN struct run run = RUN("plan", "--root", tree);

	assert_int_equal(run.status, EXIT_CODE_FAILED);
	assert_non_null(strstr(run.err, "/etc/permfix/policy.d/10-site.policy:2: "));
	unlink(file);
	for (char *slash; (slash = strrchr(file, '/')) > file + strlen(tree) - 1; rmdir(file))
		*slash = '\0';
}

static void out_file_is_whole_or_not_there(void **state)
{
	AUTO_FREE char *tree = make_tree(), *file = xasprintf("%s/plan", tree), *link = xasprintf("%s/link", tree);
	AUTO_FREE char *in_link = xasprintf("%s/x", link);
	AUTO_TEXT struct text text = {0};
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(out_file_write(file, "old", 3, &err), 0);
	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(out_file_write(file, "new", 3, &err), 0);
	assert_int_equal(in_file_read(file, &text, &err), 0);
	assert_string_equal(text.bytes, "new");
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(symlink("plan", link), 0);
	assert_int_equal(out_file_write(link, "x", 1, &err), -EEXIST);
	assert_non_null(strstr(err.text, "is no regular file"));
	assert_int_equal(out_file_write(tree, "x", 1, &err), -EEXIST);
	assert_int_equal(out_file_write("/dev/null", "x", 1, &err), -EEXIST);
	assert_int_equal(out_file_write(in_link, "x", 1, &err), -ENOTDIR);
	assert_true(out_file_write("/tmp/", "x", 1, &err) < 0);
	unlink(link);
	unlink(file);
	assert_int_equal(rmdir(tree), 0); /* nothing else was left */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usage_errors), cmocka_unit_test(later_commands_do_not_pretend),
		cmocka_unit_test(help_and_version), cmocka_unit_test(cannot_do_the_job),
		cmocka_unit_test(closed_and_full_stdout), cmocka_unit_test(argc_may_be_zero),
		cmocka_unit_test(facts_replay_to_the_byte), cmocka_unit_test(a_bad_policy_is_named),
		cmocka_unit_test(out_file_is_whole_or_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
