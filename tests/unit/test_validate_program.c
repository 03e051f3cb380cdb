/* SPDX-License-Identifier: MIT */
#include "tests/unit/scratch.h"
#include "validate/program.h"

#include <time.h>

enum { QUICK_MS = 400 };

static char *script(const char *name, const char *text, mode_t mode)
{
	AUTO_CLOSE int fd = openat(scratch_fd, name, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	return xasprintf("%s/%s", scratch, name);
}

static void exit_status_decides(void **state)
{
	AUTO_FREE char *good =
	        script("good", "#!/bin/sh\ntest $# = 0 && test \"$PWD\" = / && ! read -r x\n", 0700);
	AUTO_FREE char *bad =
	        script("bad", "#!/bin/sh\nprintf 'the shop\\033 is down\\nand more\\n' >&2\nexit 7\n", 0700);
	AUTO_FREE char *killed = script("killed", "#!/bin/sh\nkill -9 $$\n", 0700);
	struct error err;

	(void)state;
	assert_int_equal(program_validate(good, QUICK_MS, NULL, &err), 0);
	assert_int_equal(program_validate(bad, QUICK_MS, NULL, &err), -EIO);
	assert_non_null(strstr(err.text, "the shop\\x1b is down"));
	assert_null(strstr(err.text, "and more"));
	assert_int_equal(program_validate(killed, QUICK_MS, NULL, &err), -EIO);
	assert_non_null(strstr(err.text, "signal 9"));
}

static void a_program_that_hangs_is_ended(void **state)
{
	AUTO_FREE char *hangs =
	        script("hangs", "#!/bin/sh\ntrap '' TERM\nsleep 30 &\nwhile :; do sleep 1; done\n", 0700);
	struct timespec before, after;
	struct error err;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(program_validate(hangs, QUICK_MS, NULL, &err), -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec - before.tv_sec < 5);
}

static void a_program_that_talks_for_ever_is_ended(void **state)
{
	AUTO_FREE char *talks = script("talks",
	        "#!/bin/sh\nwhile :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; "
	        "done\n",
	        0700);
	struct error err;

	(void)state;
	assert_int_equal(program_validate(talks, 20000, NULL, &err), -EIO);
	assert_non_null(strstr(err.text, "wrote more than 1 MiB"));
}

static void what_cannot_be_started(void **state)
{
	AUTO_FREE char *text = script("text", "no program\n", 0700),
	               *lost = script("lost", "#!/nonexistent/sh\n", 0700);
	struct error err;

	(void)state;
	assert_int_equal(program_validate(text, QUICK_MS, NULL, &err), -ENOEXEC);
	assert_int_equal(program_validate(lost, QUICK_MS, NULL, &err), -ENOENT);
	assert_true(starts_with(err.text, "the validation program could not be started: "));
}

static void names_are_resolved_once(void **state)
{
	AUTO_FREE char *good = script("good", "#!/bin/sh\n", 0700), *path = NULL, *link = NULL;

	(void)state;
	assert_int_equal(chdir(scratch), 0);
	assert_int_equal(program_resolve("./good", &path, NULL), 0);
	assert_string_equal(path, good);
	assert_int_equal(symlink("good", "link"), 0);
	assert_int_equal(program_resolve("link", &link, NULL), 0);
	assert_string_equal(link, good);
	assert_int_equal(chdir("/"), 0);
}

static void what_is_no_program_is_said(void **state)
{
	AUTO_FREE char *plain = script("plain", "#!/bin/sh\n", 0600), *path = NULL,
	               *missing = xasprintf("%s/a\033b", scratch);
	struct error err;

	(void)state;
	assert_int_equal(program_resolve(missing, &path, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/a\\x1bb: No such file"));
	assert_int_equal(program_resolve(plain, &path, &err), -EACCES);
	assert_int_equal(program_resolve(scratch, &path, &err), -EINVAL);
	assert_int_equal(program_resolve("sh", &path, &err), -ENOENT); /* no PATH look-up */
	assert_null(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(exit_status_decides),
	        cmocka_unit_test(a_program_that_hangs_is_ended),
	        cmocka_unit_test(a_program_that_talks_for_ever_is_ended),
	        cmocka_unit_test(what_cannot_be_started),
	        cmocka_unit_test(names_are_resolved_once),
	        cmocka_unit_test(what_is_no_program_is_said),
	};

	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
