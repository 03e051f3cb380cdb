/* SPDX-License-Identifier: MIT */
/* What is told about each component: mode, ids, ACLs, mount, flags, device. */
#include "path_common.h"

#include "facts/read_acl.h"

#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sched.h>
#include <signal.h>
#include <sys/acl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>

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

static void test_mounts(void **state)
{
	(void)state;
	make_tree();
	in_child(in_own_mounts);
}

/* A process with a tmpfs of its own on run/: the view shows that, the host does not. */
static int live_elsewhere(int ready)
{
	AUTO_FREE char *run = xasprintf("%s/run", scratch);

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not come back to end it */
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("tmpfs", run, "tmpfs", MS_RDONLY, "mode=0751") < 0 || chroot(scratch) < 0)
		return 77;
	if (write(ready, "k", 1) != 1)
		return 77;
	for (;;)
		pause();
}

static void look_at_both(pid_t pid)
{
	AUTO_PATH_READER struct path_reader reader = {0};
	AUTO_FREE char *id = xasprintf("pid:%d", pid), *root_path = xasprintf("/proc/%d/root", pid);
	struct view view = {.id = id, .pid = (uint32_t)pid};
	AUTO_CLOSE int root = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_WALK struct walk here, there;

	read_walk(&reader, &host, scratch_fd, "/run", &here);
	read_walk(&reader, &view, root, "/run", &there);
	assert_int_equal(here.nodes[1].mode, 0755);
	assert_false(here.nodes[1].mount_point);
	assert_int_equal(there.nodes[1].mode, 0751);
	assert_true(there.nodes[1].mount_point && there.nodes[1].read_only);
	assert_string_equal(there.nodes[1].fstype, "tmpfs");
	assert_int_equal(here.nodes[0].ino, there.nodes[0].ino); /* its root directory is the tree itself */
}

static void test_a_view_of_another_process(void **state)
{
	char ready = 0;
	int ends[2];
	pid_t pid;

	(void)state;
	make_tree();
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0)
		_exit(live_elsewhere(ends[1]));
	close(ends[1]);
	if (read(ends[0], &ready, 1) == 1)
		look_at_both(pid);
	close(ends[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (!ready) {
		print_message("no mount namespace of its own here\n");
		skip();
	}
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
		SCRATCH_TEST(test_what_stat_says),
		SCRATCH_TEST(test_links_say_where),
		SCRATCH_TEST(test_acls),
		SCRATCH_TEST(test_an_unreadable_acl_is_unknown),
		SCRATCH_TEST(test_immutable),
		SCRATCH_TEST(test_mounts),
		SCRATCH_TEST(test_a_view_of_another_process),
		SCRATCH_TEST(test_offline_has_no_mounts),
		SCRATCH_TEST(test_emptiness_only_when_asked),
		SCRATCH_TEST(test_mount_id_of_old_kernels),
		SCRATCH_TEST(test_device_as_the_socket_tables_name_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
