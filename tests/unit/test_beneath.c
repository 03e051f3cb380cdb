/* SPDX-License-Identifier: MIT */
/* Files beneath a root: the kernel's openat2 and the walk by hand must agree on every path. */
#include "scratch.h"

#include "base/beneath.h"
#include "base/beneath_walk.h"

#include <seccomp.h>
#include <sys/wait.h>

static void make_tree(void)
{
	scratch_file("etc/passwd", "inner\n");
	scratch_file("run/php/a.conf", "a");
	scratch_file("run/php/ b\n\"'%$.conf", "b");
	scratch_file("run/php/-v", "dash");
	scratch_file("run/php/\xff\xfe", "bytes");
	scratch_file("run/php/.hidden", "h");
	scratch_dirs("secret/");
	scratch_link("/run", "var/run");
	scratch_link("../run/php", "var/up");
	scratch_link("../../../../../../etc/passwd", "run/escape");
	scratch_link("/etc/passwd", "run/absolute");
	scratch_link("loop", "run/loop");
	scratch_link("nowhere", "run/dangling");
	scratch_link("php/", "run/slashed");
	scratch_link(".", "dot");
}

static const struct {
	const char *path;
	int flags;
} paths[] = {
	{"/", O_PATH}, {"", O_PATH}, {".", O_PATH}, {"..", O_PATH}, {"/../..", O_PATH}, {"//etc///passwd", O_RDONLY},
	{"/etc/passwd/", O_RDONLY}, {"/etc/passwd/.", O_PATH}, {"/etc/passwd/x", O_RDONLY}, {"/var/run/php/a.conf", O_RDONLY},
	{"/var/up/a.conf", O_RDONLY}, {"/var/up/../../etc/passwd", O_RDONLY}, {"/run/escape", O_RDONLY},
	{"/run/absolute", O_RDONLY}, {"/run/absolute", O_PATH | O_NOFOLLOW}, {"/run/absolute", O_RDONLY | O_NOFOLLOW},
	{"/run/loop", O_RDONLY}, {"/run/loop", O_PATH | O_NOFOLLOW}, {"/run/dangling", O_RDONLY}, {"/run/slashed", O_PATH},
	{"/run/slashed/a.conf", O_RDONLY}, {"/run/slashed/", O_PATH | O_NOFOLLOW}, {"/var/run/", O_PATH | O_NOFOLLOW},
	{"/run/absolute/", O_RDONLY}, {"/dot/dot/dot/dot/etc/passwd", O_RDONLY}, {"etc/passwd", O_RDONLY},
	{"/run/php/ b\n\"'%$.conf", O_RDONLY}, {"/run/php/-v", O_RDONLY}, {"/run/php/\xff\xfe", O_RDONLY},
	{"/run/php", O_RDONLY | O_DIRECTORY}, {"/etc/passwd", O_RDONLY | O_DIRECTORY}, {"/nowhere", O_RDONLY},
	{"/run/php/..", O_PATH}, {"/run/php/.", O_PATH}, {"/run/nowhere/..", O_PATH},
};

/* Which object a descriptor is, in words that can be compared. */
static char *object_of(int fd)
{
	struct stat st;
	char *s;

	if (fd < 0)
		return xasprintf("errno %d", -fd);
	assert_int_equal(fstat(fd, &st), 0);
	s = xasprintf("inode %llu mode %o", (unsigned long long)st.st_ino, st.st_mode);
	close(fd);
	return s;
}

static void same(const char *path, int flags)
{
	AUTO_FREE char *by_kernel = object_of(beneath_open(scratch_fd, path, flags));
	AUTO_FREE char *by_hand = object_of(beneath_walk(scratch_fd, path, flags | O_CLOEXEC | O_NONBLOCK));

	if (!streq(by_kernel, by_hand))
		fail_msg("%s (flags %x): kernel %s, by hand %s", path, flags, by_kernel, by_hand);
}

static void test_walk_agrees_with_the_kernel(void **state)
{
	(void)state;
	make_tree();
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		same(paths[i].path, paths[i].flags);
}

static void test_walk_agrees_on_long_paths(void **state)
{
	struct text path = {0};

	(void)state;
	make_tree();
	for (int i = 0; i < 42; i++) {
		text_add(&path, "/dot");
		same(path.bytes, O_PATH);
	}
	while (path.size < 4200) {
		text_add(&path, "/.");
		if (path.size > 4080)
			same(path.bytes, O_PATH);
	}
	text_free(&path);
	for (int i = 0; i < 256; i++)
		text_add_char(&path, 'n');
	same(path.bytes, O_PATH);
	text_free(&path);
}

static void test_walk_refuses_magic_links(void **state)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC), stat;

	(void)state;
	assert_true(proc >= 0);
	assert_int_equal(beneath_walk(proc, "self/root/etc", O_PATH | O_CLOEXEC), -ELOOP);
	assert_int_equal(beneath_open(proc, "self/root/etc", O_PATH), -ELOOP);
	stat = beneath_walk(proc, "self/stat", O_PATH | O_CLOEXEC);
	assert_true(stat >= 0);
	close(stat);
	close(proc);
}

static int without_openat2(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	AUTO_FREE char *bytes = NULL;
	struct error err;
	size_t size;

	if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0) < 0 || seccomp_load(filter) < 0)
		return 2;
	seccomp_release(filter);
	if (beneath_read(scratch_fd, "/run/escape", 100, &bytes, &size, NULL, &err) < 0)
		return 3;
	return streq(bytes, "inner\n") ? 0 : 4;
}

static void test_a_kernel_without_openat2(void **state)
{
	int status;
	pid_t child;

	(void)state;
	make_tree();
	child = fork();
	if (child == 0)
		_exit(without_openat2());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void test_walk_leaks_no_descriptor(void **state)
{
	int before = dup(0), after;

	(void)state;
	make_tree();
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		free(object_of(beneath_walk(scratch_fd, paths[i].path, paths[i].flags | O_CLOEXEC | O_NONBLOCK)));
	after = dup(0);
	assert_int_equal(after, before + 1);
	close(before);
	close(after);
}

static void test_read(void **state)
{
	AUTO_FREE char *bytes = NULL;
	struct error err = {0};
	struct stat st;
	size_t size;

	(void)state;
	make_tree();
	assert_int_equal(beneath_read(scratch_fd, "/etc/passwd", 6, &bytes, &size, &st, &err), 0);
	assert_int_equal(size, 6);
	assert_int_equal(st.st_size, 6);
	assert_string_equal(bytes, "inner\n");
	assert_int_equal(beneath_read(scratch_fd, "/etc/passwd", 5, &bytes, NULL, NULL, &err), -EFBIG);
	assert_int_equal(beneath_read(scratch_fd, "/run", 5, &bytes, NULL, NULL, &err), -EINVAL);
	assert_int_equal(beneath_read(scratch_fd, "/no\nne", 5, &bytes, NULL, NULL, &err), -ENOENT);
	assert_string_equal(err.text, "/no\\x0ane: No such file or directory");
	assert_int_equal(beneath_read(scratch_fd, "/none", 5, &bytes, NULL, NULL, NULL), -ENOENT);
}

static void test_a_fifo_does_not_hang(void **state)
{
	AUTO_FREE char *bytes = NULL;
	struct error err;

	(void)state;
	assert_int_equal(mkfifoat(scratch_fd, "pipe", 0644), 0);
	assert_int_equal(beneath_read(scratch_fd, "/pipe", 5, &bytes, NULL, NULL, &err), -EINVAL);
}

static void globs(const char *pattern, const char *const *expected, size_t n)
{
	AUTO_STRINGS struct strings found = {0};

	assert_int_equal(beneath_glob(scratch_fd, pattern, &found), 0);
	assert_int_equal(found.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(found.items[i], expected[i]);
}
#define GLOBS(pattern, ...)                                                                                  \
	globs(pattern, (const char *const[]){__VA_ARGS__}, COUNT_OF(((const char *const[]){__VA_ARGS__})))

static void test_glob(void **state)
{
	(void)state;
	make_tree();
	GLOBS("/run/php/*.conf", "/run/php/ b\n\"'%$.conf", "/run/php/a.conf");
	GLOBS("/run/php/.h*", "/run/php/.hidden");
	GLOBS("/v*/run/p*/[ab].conf", "/var/run/php/a.conf");
	GLOBS("/run/php/nothing", "/run/php/nothing");
	globs("/run/php/*.none", NULL, 0);
	globs("/etc/passwd/*", NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_walk_agrees_with_the_kernel),
		SCRATCH_TEST(test_walk_agrees_on_long_paths),
		cmocka_unit_test(test_walk_refuses_magic_links),
		SCRATCH_TEST(test_a_kernel_without_openat2),
		SCRATCH_TEST(test_walk_leaks_no_descriptor),
		SCRATCH_TEST(test_read),
		SCRATCH_TEST(test_a_fifo_does_not_hang),
		SCRATCH_TEST(test_glob),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
