/* SPDX-License-Identifier: MIT */
/* The components of a path, in kernel order. */
#include "path_common.h"

/* "/ dir, /run dir, /run/x socket; 0" */
static char *told(const struct walk *walk)
{
	struct text t = {0};

	for (size_t i = 0; i < walk->n_nodes; i++)
		text_addf(&t, "%s%s %s", i ? ", " : "", walk->nodes[i].path, name_of(node_type_names, walk->nodes[i].type));
	text_addf(&t, "; %d", walk->failed);
	if (walk->missing)
		text_addf(&t, " at %s", walk->missing);
	return text_steal(&t);
}

static void walks(struct path_reader *reader, const char *path, const char *expected)
{
	AUTO_WALK struct walk walk;
	AUTO_FREE char *got = NULL;

	assert_int_equal(read_walk(reader, &host, scratch_fd, path, &walk), 0);
	got = told(&walk);
	assert_string_equal(got, expected);
	assert_string_equal(walk.path, path);
	assert_string_equal(walk.view, "host");
}

static const struct {
	const char *path, *expected;
} cases[] = {
	{"/", "/ dir; 0"},
	{"/run/php/fpm.sock", "/ dir, /run dir, /run/php dir, /run/php/fpm.sock socket; 0"},
	{"//run/./php//fpm.sock", "/ dir, /run dir, /run/php dir, /run/php/fpm.sock socket; 0"},
	{"/var/run/php/fpm.sock",
		"/ dir, /var dir, /var/run symlink, /run dir, /run/php dir, /run/php/fpm.sock socket; 0"},
	{"/var/up/fpm.sock", "/ dir, /var dir, /var/up symlink, /run dir, /run/php dir, /run/php/fpm.sock socket; 0"},
	{"/run/php/alias", "/ dir, /run dir, /run/php dir, /run/php/alias symlink, /run/php/fpm.sock socket; 0"},
	{"/run/php/../-v", "/ dir, /run dir, /run/php dir, /run/-v socket; 0"},
	{"/run/php/..", "/ dir, /run dir, /run/php dir, /run dir; 0"},
	{"/run/root/run/-v", "/ dir, /run dir, /run/root symlink, /run/-v socket; 0"},
	{"/..", "/ dir; 0"},
	{"/run/pipe", "/ dir, /run dir, /run/pipe fifo; 0"},
	{"/run/php/ b\n\"'%$\xff", "/ dir, /run dir, /run/php dir, /run/php/ b\n\"'%$\xff socket; 0"},
	{"/run/gone/x", "/ dir, /run dir; 2 at /run/gone"},
	{"/run/dangling", "/ dir, /run dir, /run/dangling symlink; 2 at /gone"},
	{"/etc/file/x", "/ dir, /etc dir, /etc/file file; 20 at /etc/file"},
	{"/etc/file/", "/ dir, /etc dir, /etc/file file; 20 at /etc/file"},
	{"/run/loop", "/ dir, /run dir, /run/loop symlink; 40 at /run/loop"},
};

static void test_components_in_kernel_order(void **state)
{
	AUTO_PATH_READER struct path_reader cold = {0};

	(void)state;
	make_tree();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_PATH_READER struct path_reader fresh = {0};

		walks(&fresh, cases[i].path, cases[i].expected);
		walks(&cold, cases[i].path, cases[i].expected); /* remembered from the other paths: no difference */
	}
}

static void test_long_names(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_WALK struct walk walk;
	char name[300], path[PATH_MAX + 2];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	name[0] = '/';
	assert_int_equal(read_walk(&reader, &host, scratch_fd, name, &walk), 0);
	assert_int_equal(walk.failed, ENAMETOOLONG);
	assert_string_equal(walk.missing, name);
	free_walk(&walk);
	memset(path, '/', sizeof(path));
	path[PATH_MAX] = '\0';
	assert_int_equal(read_walk(&reader, &host, scratch_fd, path, &walk), 0);
	assert_int_equal(walk.failed, ENAMETOOLONG);
	free_walk(&walk);
	path[PATH_MAX - 1] = '\0';
	assert_int_equal(read_walk(&reader, &host, scratch_fd, path, &walk), 0);
	assert_int_equal(walk.failed, 0);
	free_walk(&walk);
	assert_int_equal(read_walk(&reader, &host, scratch_fd, "relative", &walk), -EINVAL);
}

/* A path of exactly 108 bytes: no NUL fits behind it in sun_path, but the file is there all the same. */
static void test_a_path_of_108_bytes(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_WALK struct walk walk;
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char path[sizeof(a.sun_path) + 1];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), root = open("/", O_PATH | O_CLOEXEC);

	(void)state;
	memset(path, 's', sizeof(path));
	memcpy(path, scratch, strlen(scratch));
	path[strlen(scratch)] = '/';
	path[sizeof(a.sun_path)] = '\0';
	memcpy(a.sun_path, path, sizeof(a.sun_path));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(read_walk(&reader, &host, root, path, &walk), 0);
	assert_int_equal(walk.failed, 0);
	assert_int_equal(walk_object(&walk)->type, NODE_SOCKET);
	close(fd);
	close(root);
}

/* An unprivileged reader meets a closed directory: not absent, unknown. */
static int as_nobody(void)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	struct walk walk;

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 77;
	read_walk(&reader, &host, scratch_fd, "/run/php/fpm.sock", &walk);
	return walk.failed != EACCES || walk.n_nodes != 3 || !streq(walk.missing, "/run/php/fpm.sock");
}

static void test_not_readable_is_not_absent(void **state)
{
	(void)state;
	make_tree();
	assert_int_equal(fchmodat(scratch_fd, "run/php", 0700, 0), 0);
	in_child(as_nobody);
}

static void test_another_process_is_another_view(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_FREE char *id = xasprintf("pid:%d", getpid()), *root_path = xasprintf("/proc/%d/root", getpid());
	struct view view = {.id = id, .pid = (uint32_t)getpid()};
	int root = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_WALK struct walk walk;

	(void)state;
	assert_true(root >= 0);
	read_walk(&reader, &view, root, "/proc/self/root/etc", &walk);
	assert_int_equal(walk.failed, EPERM); /* a magic link cannot be followed by hand */
	assert_string_equal(walk_object(&walk) ? "" : walk.nodes[1].fstype, "proc");
	assert_true(walk.nodes[1].mount_point);
	close(root);
}

static void test_many_directories_keep_few_descriptors(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	int most = 0;

	(void)state;
	for (int i = 0; i < 600; i++) {
		AUTO_FREE char *path = xasprintf("/d%d/e", i), *made = xasprintf("d%d/e/", i);
		AUTO_WALK struct walk walk;
		int fd;

		scratch_dirs(made);
		read_walk(&reader, &host, scratch_fd, path, &walk);
		assert_int_equal(walk.failed, 0);
		assert_int_equal(walk.n_nodes, 3);
		fd = dup(0);
		most = fd > most ? fd : most;
		close(fd);
	}
	assert_true(most < 300);
}

static void test_remembers_directories(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};

	(void)state;
	make_tree();
	walks(&reader, "/run/php/fpm.sock", cases[1].expected);
	/* The directory is moved away; the reader still stands in it, and never looks at the new one. */
	assert_int_equal(renameat(scratch_fd, "run/php", scratch_fd, "run/old"), 0);
	walks(&reader, "/run/php/fpm.sock", cases[1].expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_components_in_kernel_order),
		SCRATCH_TEST(test_long_names),
		SCRATCH_TEST(test_a_path_of_108_bytes),
		SCRATCH_TEST(test_not_readable_is_not_absent),
		SCRATCH_TEST(test_another_process_is_another_view),
		SCRATCH_TEST(test_many_directories_keep_few_descriptors),
		SCRATCH_TEST(test_remembers_directories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
