/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "agent/facts/read_node.c"
#include "facts/read_path.h"

#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sched.h>
#include <sys/acl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>

static const struct view host = {.id = (char *)"host", .root = (char *)"/"};

static void free_walk(struct walk *walk)
{
	for (size_t i = 0; i < walk->n_nodes; i++)
		shape_free(&node_shape, &walk->nodes[i]);
	free(walk->nodes);
	free(walk->view);
	free(walk->path);
	free(walk->missing);
	*walk = (struct walk){0};
}
#define AUTO_WALK __attribute__((cleanup(free_walk)))

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

static void make_tree(void)
{
	close(scratch_socket("run/php/fpm.sock", 5));
	close(scratch_socket("run/php/ b\n\"'%$\xff", 5));
	close(scratch_socket("run/-v", 5));
	scratch_file("etc/file", "x");
	scratch_link("/run", "var/run");
	scratch_link("../run/php", "var/up");
	scratch_link("loop", "run/loop");
	scratch_link("../../../../..", "run/root");
	scratch_link("fpm.sock", "run/php/alias");
	scratch_link("/gone/away", "run/dangling");
	assert_int_equal(mkfifoat(scratch_fd, "run/pipe", 0600), 0);
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

static void test_what_stat_says(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_WALK struct walk walk;
	const struct node *node;
	struct stat st;

	(void)state;
	make_tree();
	assert_int_equal(fchmodat(scratch_fd, "run/php/fpm.sock", 04660, 0), 0);
	if (geteuid() == 0)
		assert_int_equal(fchownat(scratch_fd, "run/php/fpm.sock", 33, 44, 0), 0);
	assert_int_equal(fchmodat(scratch_fd, "run/php/fpm.sock", 04660, 0), 0);
	assert_int_equal(fstatat(scratch_fd, "run/php/fpm.sock", &st, 0), 0);
	read_walk(&reader, &host, scratch_fd, "/run/php/fpm.sock", &walk);
	node = walk_object(&walk);
	assert_non_null(node);
	assert_int_equal(node->mode, 04660);
	assert_int_equal(node->uid, st.st_uid);
	assert_int_equal(node->gid, st.st_gid);
	assert_int_equal(node->dev, st.st_dev);
	assert_int_equal(node->ino, st.st_ino);
	assert_int_equal(node->nlink, 1);
	assert_int_equal(node->mtime, st.st_mtime);
	assert_int_equal(node->ctime, st.st_ctime);
	assert_int_equal(node->n_acl, 0);
	assert_false(node->acl_unknown);
	assert_non_null(node->fstype);
	assert_false(node->mount_point);
	assert_null(node->link);
}

static void test_links_say_where(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_WALK struct walk walk;

	(void)state;
	make_tree();
	read_walk(&reader, &host, scratch_fd, "/var/up", &walk);
	assert_string_equal(walk.nodes[2].link, "../run/php");
}

static void set_acl(const char *path, acl_type_t type, const char *text)
{
	AUTO_FREE char *full = xasprintf("%s/%s", scratch, path);
	acl_t acl = acl_from_text(text);

	assert_non_null(acl);
	if (acl_set_file(full, type, acl) < 0) {
		acl_free(acl);
		print_message("no POSIX ACLs on %s: %s\n", scratch, strerror(errno));
		skip();
	}
	acl_free(acl);
}

static void has_entry(const struct acl_entry *e, int tag, uint32_t id, uint32_t perms)
{
	assert_int_equal(e->tag, tag);
	assert_int_equal(e->id, id);
	assert_int_equal(e->perms, perms);
}

static void test_acls(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_WALK struct walk walk;
	const struct node *dir, *sock;

	(void)state;
	make_tree();
	set_acl("run/php/fpm.sock", ACL_TYPE_ACCESS, "u::rw,u:65534:rw,g::r,g:4242:rw,m::r,o::-");
	set_acl("run/php", ACL_TYPE_DEFAULT, "u::rwx,g::x,o::-");
	read_walk(&reader, &host, scratch_fd, "/run/php/fpm.sock", &walk);
	sock = walk_object(&walk);
	dir = &walk.nodes[2];
	assert_int_equal(sock->n_acl, 6);
	has_entry(&sock->acl[0], ACL_TAG_USER_OBJ, 0, 6);
	has_entry(&sock->acl[1], ACL_TAG_USER, 65534, 6);
	has_entry(&sock->acl[2], ACL_TAG_GROUP_OBJ, 0, 4);
	has_entry(&sock->acl[3], ACL_TAG_GROUP, 4242, 6);
	has_entry(&sock->acl[4], ACL_TAG_MASK, 0, 4);
	has_entry(&sock->acl[5], ACL_TAG_OTHER, 0, 0);
	assert_int_equal(sock->n_default_acl, 0);
	assert_int_equal(dir->n_acl, 0);
	assert_int_equal(dir->n_default_acl, 3);
	has_entry(&dir->default_acl[1], ACL_TAG_GROUP_OBJ, 0, 1);
}

static void test_an_unreadable_acl_is_unknown(void **state)
{
	struct node node = {.type = NODE_DIR};

	(void)state;
	read_acl("/proc/self/fd/99999", &node);
	assert_true(node.acl_unknown);
}

static int immutable_in(const char *dir)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	struct walk walk;
	int flags = FS_IMMUTABLE_FL, root = open(dir, O_PATH | O_CLOEXEC), fd = openat(root, "etc/file", O_RDONLY | O_CLOEXEC);
	int r = 2;

	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0)
		return 77;
	read_walk(&reader, &host, root, "/etc/file", &walk);
	if (walk_object(&walk) && walk_object(&walk)->immutable && !walk.nodes[1].immutable)
		r = 0;
	flags = 0;
	ioctl(fd, FS_IOC_SETFLAGS, &flags);
	close(fd);
	close(root);
	free_walk(&walk);
	return r;
}

static void test_immutable(void **state)
{
	int r;

	(void)state;
	make_tree();
	r = immutable_in(scratch);
	if (r == 77) {
		print_message("cannot set the immutable flag on %s: %s\n", scratch, strerror(errno));
		skip();
	}
	assert_int_equal(r, 0);
}

static int in_own_mounts(void)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_FREE char *run = xasprintf("%s/run", scratch), *file = xasprintf("%s/etc/file", scratch);
	struct walk a, b;
	int bad, root;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("tmpfs", run, "tmpfs", MS_RDONLY, "mode=0711") < 0 || mount(file, file, NULL, MS_BIND, NULL) < 0)
		return 77;
	root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC); /* scratch_fd stands in the mount namespace of before */
	read_walk(&reader, &host, root, "/run", &a);
	read_walk(&reader, &host, root, "/etc/file", &b);
	bad = a.n_nodes != 2 || !streq(a.nodes[1].fstype, "tmpfs") || !a.nodes[1].mount_point || !a.nodes[1].read_only ||
	      a.nodes[1].mode != 0711 || b.n_nodes != 3 || !b.nodes[2].mount_point || b.nodes[2].read_only || b.nodes[1].mount_point;
	close(root);
	free_walk(&a);
	free_walk(&b);
	return bad;
}

static void in_child(int (*f)(void))
{
	int status = 0;
	pid_t child;

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	child = fork();
	if (child == 0)
		_exit(f());
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("not possible in this sandbox\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static void test_mounts(void **state)
{
	(void)state;
	make_tree();
	in_child(in_own_mounts);
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

static void test_offline_has_no_mounts(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {.offline = true};
	AUTO_WALK struct walk walk;

	(void)state;
	make_tree();
	read_walk(&reader, &host, scratch_fd, "/run", &walk);
	assert_null(walk.nodes[0].fstype);
	assert_false(walk.nodes[0].mount_point);
}

static void test_emptiness_only_when_asked(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_WALK struct walk walk;

	(void)state;
	scratch_dirs("run/empty/");
	read_walk(&reader, &host, scratch_fd, "/run/empty", &walk);
	assert_false(walk_object(&walk)->empty);
	free_walk(&walk);
	reader.look_inside = true;
	read_walk(&reader, &host, scratch_fd, "/run/empty", &walk);
	assert_true(walk_object(&walk)->empty);
	assert_false(walk.nodes[1].empty);
	free_walk(&walk);
	read_walk(&reader, &host, scratch_fd, "/run", &walk);
	assert_false(walk_object(&walk)->empty);
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

static void test_mount_id_of_old_kernels(void **state)
{
	struct statx x;

	(void)state;
	assert_int_equal(statx(scratch_fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &x), 0);
	if (!(x.stx_mask & STATX_MNT_ID))
		skip();
	assert_int_equal(mount_id_of(scratch_fd), x.stx_mnt_id);
	assert_int_equal(mount_id_of(99999), 0);
}

/* The socket tables' own words about the device and inode of a bound path. */
static bool ask_diag(uint64_t socket_inode, struct unix_diag_vfs *out)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req body;
	} ask = {{.nlmsg_len = sizeof(ask), .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
		{.sdiag_family = AF_UNIX, .udiag_states = ~0U, .udiag_ino = (uint32_t)socket_inode, .udiag_show = UDIAG_SHOW_VFS,
			.udiag_cookie = {~0U, ~0U}}};
	_Alignas(8) char answer[4096];
	AUTO_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	ssize_t n;

	if (fd < 0 || send(fd, &ask, sizeof(ask), 0) < 0 || (n = recv(fd, answer, sizeof(answer), 0)) < 0)
		return false;
	const struct nlmsghdr *h = (const void *)answer;
	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return false;
	for (ssize_t at = (ssize_t)(NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct unix_diag_msg))); at + 4 <= n;) {
		const struct nlattr *a = (const void *)(answer + at);

		if (a->nla_type == UNIX_DIAG_VFS) {
			memcpy(out, answer + at + NLA_HDRLEN, sizeof(*out));
			return true;
		}
		at += NLA_ALIGN(a->nla_len);
	}
	return false;
}

static void test_device_as_the_socket_tables_name_it(void **state)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_CLOSE int fd = scratch_socket("run/x.sock", 5);
	AUTO_WALK struct walk walk;
	struct unix_diag_vfs vfs;
	struct stat st;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	if (!ask_diag(st.st_ino, &vfs)) {
		print_message("no unix_diag here\n");
		skip();
	}
	read_walk(&reader, &host, scratch_fd, "/run/x.sock", &walk);
	assert_int_equal((uint32_t)walk_object(&walk)->ino, vfs.udiag_vfs_ino);
	assert_int_equal(kernel_dev(walk_object(&walk)->dev), vfs.udiag_vfs_dev);
	assert_int_equal(kernel_dev(makedev(259, 70000)), 259U << 20 | 70000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_components_in_kernel_order),
		SCRATCH_TEST(test_long_names),
		SCRATCH_TEST(test_a_path_of_108_bytes),
		SCRATCH_TEST(test_what_stat_says),
		SCRATCH_TEST(test_links_say_where),
		SCRATCH_TEST(test_acls),
		cmocka_unit_test(test_an_unreadable_acl_is_unknown),
		SCRATCH_TEST(test_immutable),
		SCRATCH_TEST(test_mounts),
		SCRATCH_TEST(test_not_readable_is_not_absent),
		cmocka_unit_test(test_another_process_is_another_view),
		SCRATCH_TEST(test_offline_has_no_mounts),
		SCRATCH_TEST(test_emptiness_only_when_asked),
		SCRATCH_TEST(test_many_directories_keep_few_descriptors),
		SCRATCH_TEST(test_remembers_directories),
		SCRATCH_TEST(test_mount_id_of_old_kernels),
		SCRATCH_TEST(test_device_as_the_socket_tables_name_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
