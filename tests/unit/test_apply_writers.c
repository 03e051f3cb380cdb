/* SPDX-License-Identifier: MIT */
#include "apply_fixture.h"
#include "apply_groups.h"

#include "apply/config_check.h"
#include "apply/history.h"
#include "apply/node.h"
#include "apply/node_acl.h"
#include "apply/set_file.h"
#include "apply/set_service.h"
#include "facts/read_process.h"

#include <dirent.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* --- never wider in between
 * -------------------------------------------------------------------------------------------------- */

/* What a process with this uid and these groups may do: acl(5), "access check algorithm". */
static uint32_t granted(const struct node_state *s, uint32_t uid, uint32_t gid)
{
	uint32_t mask = s->n_acl && node_entry(s, ACL_TAG_MASK, 0) >= 0
	                        ? (uint32_t)node_entry(s, ACL_TAG_MASK, 0)
	                        : 7;
	bool in_group = false;
	uint32_t by_group = 0;

	if (uid == s->uid)
		return s->mode >> 6 & 7;
	if (node_entry(s, ACL_TAG_USER, uid) >= 0)
		return (uint32_t)node_entry(s, ACL_TAG_USER, uid) & mask;
	if (gid == s->gid) {
		in_group = true;
		by_group |=
		        s->n_acl ? (uint32_t)node_entry(s, ACL_TAG_GROUP_OBJ, 0) & mask : s->mode >> 3 & 7;
	}
	if (node_entry(s, ACL_TAG_GROUP, gid) >= 0) {
		in_group = true;
		by_group |= (uint32_t)node_entry(s, ACL_TAG_GROUP, gid) & mask;
	}
	return in_group ? by_group : s->mode & 7;
}

static void one_way(const struct node_state *from, const struct node_state *to, unsigned *seen)
{
	struct node_state via[NODE_VIA_MAX];
	size_t n = node_via(from, to, via);

	for (size_t i = 0; i < n; i++) {
		for (uint32_t uid = 1; uid <= 4; uid++)
			for (uint32_t gid = 1; gid <= 4; gid++) {
				uint32_t wide = granted(&via[i], uid, gid) &
				                ~(granted(from, uid, gid) | granted(to, uid, gid));

				if (wide)
					fail_msg(
					        "%u:%u %04o -> %u:%u %04o: at stage %zu uid %u gid %u has %u",
					        from->uid, from->gid, from->mode, to->uid, to->gid, to->mode,
					        i, uid, gid, wide);
			}
		node_state_free(&via[i]);
		++*seen;
	}
}

static struct node_state make_state(unsigned i)
{
	static const uint32_t modes[] = {0600, 0660, 0640, 0606, 0666, 0060};
	struct node_state s = {
	        .type = NODE_SOCKET, .uid = 1 + i % 2, .gid = 1 + i / 2 % 2, .mode = modes[i / 4 % 6]};

	if (i / 24 % 3) {
		node_set_entry(&s, ACL_TAG_USER, 3, i / 24 % 3 == 1 ? 6 : 0);
		node_set_entry(&s, ACL_TAG_GROUP, 4, 6);
		node_set_entry(&s, ACL_TAG_MASK, 0, (int)(s.mode >> 3 & 7));
		node_acl_finish(&s, NULL);
	}
	return s;
}

/* Judged by subject, since a class that is narrowed can send somebody to a wider one; over every pair of 72
 * states. */
static void nothing_is_wider_in_between(void **state)
{
	unsigned seen = 0;

	(void)state;
	for (unsigned i = 0; i < 72; i++)
		for (unsigned k = 0; k < 72; k++) {
			struct node_state from = make_state(i), to = make_state(k);

			one_way(&from, &to, &seen);
			node_state_free(&from);
			node_state_free(&to);
		}
	assert_true(seen > 1000);
}

/* --- nodes
 * ---------------------------------------------------------------------------------------------------------------------
 */

static struct step acl_step(const char *key, const char *from, const char *to)
{
	struct step step = {.kind = STEP_PATH_ACL, .target = xstrdup(SOCK)};

	change(&step, key, from, to);
	return step;
}

static int apply_acl(struct node_state *s, const char *key, const char *from, const char *to)
{
	struct step step = acl_step(key, from, to);
	struct error err;
	int r = node_apply(&facts.accounts, &step, s, &err);

	step_free(&step);
	return r;
}

static void the_mask_is_never_recomputed(void **state)
{
	struct node_state s = {.mode = 0640, .uid = 1, .gid = 1};

	(void)state;
	assert_int_equal(apply_acl(&s, "user:33", NULL, "rw-"), -EINVAL); /* no mask */
	node_state_free(&s);
	s = (struct node_state){.mode = 0640};
	node_set_entry(&s, ACL_TAG_MASK, 0, 4);
	node_set_entry(&s, ACL_TAG_USER, 5, 7);
	assert_int_equal(apply_acl(&s, "user:33", NULL, "rw-"), 0);
	assert_int_equal(node_entry(&s, ACL_TAG_MASK, 0), 4);
	assert_int_equal(s.mode, 0640);
	assert_int_equal(apply_acl(&s, "user:33", "r--", "rwx"), -ESTALE); /* not what the plan saw */
	assert_int_equal(apply_acl(&s, "user:nobody-knows", NULL, "rwx"), -ENOENT);
	assert_int_equal(apply_acl(&s, "other", NULL, "rwx"), -EINVAL);
	assert_int_equal(apply_acl(&s, "user:33", "rw-", "rw"), -EINVAL);
	node_state_free(&s);
}

static void immutable_is_refused(void **state)
{
	struct image now = {0}, to = {0};
	struct error err;

	(void)state;
	NEEDS_ROOT();
	scratch_file("etc/fixed", "x");
	{
		AUTO_CLOSE int fd = openat(scratch_fd, "etc/fixed", O_RDONLY | O_CLOEXEC);
		int flags = 0x10; /* FS_IMMUTABLE_FL */

		if (ioctl(fd, _IOW('f', 2, long), &flags) < 0)
			skip();
		assert_int_equal(node_writer.read(&host, "/etc/fixed", &now, &err), 0);
		shape_copy(&image_shape, &to, &now);
		to.node->mode = 0600;
		assert_int_equal(
		        node_writer.bring(
		                &(struct write){&host, "/etc/fixed", &now, &to, NULL, NULL, 0}, &err),
		        -EPERM);
		assert_non_null(strstr(err.text, "immutable"));
		flags = 0;
		ioctl(fd, _IOW('f', 2, long), &flags);
	}
	image_free(&now);
	image_free(&to);
}

/* --- files
 * ---------------------------------------------------------------------------------------------------------------------
 */

static void carries_everything_over(void **state)
{
	AUTO_FREE char *pool = xasprintf("%s" POOL, scratch), *dir = xasprintf("%s/etc/php/pool.d", scratch);
	struct image before = {0}, after = {0};
	AUTO_FREE char *bytes = NULL;
	acl_t acl = acl_from_text("user::rw-,user:33:r--,group::r--,mask::rw-,other::---");
	acl_t standard = acl_from_text("user::rwx,user:1000:rwx,group::r-x,mask::rwx,other::r-x");
	struct error err;
	size_t n;

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(chown(pool, 1000, 33), 0);
	assert_int_equal(acl_set_file(pool, ACL_TYPE_ACCESS, acl), 0);
	assert_int_equal(setxattr(pool, "user.note", "\0\1\xff", 3, 0), 0);
	assert_int_equal(acl_set_file(dir, ACL_TYPE_DEFAULT, standard),
	        0); /* a new file there gets an ACL of its own */
	assert_int_equal(file_content(&host, POOL, &bytes, &n, &before, &err), 0);
	shape_copy(&image_shape, &after, &before);
	free(after.digest);
	after.digest = digest_of("new\n", 4);
	if (file_writer.bring(&(struct write){&host, POOL, &before, &after, ".permfix-x", "new\n", 4}, &err) <
	        0)
		fail_msg("%s", err.text);
	image_free(&before);
	assert_int_equal(file_writer.read(&host, POOL, &before, &err), 0);
	assert_true(file_writer.same(&before, &after));
	assert_int_equal(before.node->n_acl, 5);
	assert_int_equal(before.node->n_xattrs, after.node->n_xattrs);
	for (size_t i = 0; i < before.node->n_xattrs; i++)
		assert_string_equal(before.node->xattrs[i].value, after.node->xattrs[i].value);
	image_free(&before);
	image_free(&after);
	acl_free(acl);
	acl_free(standard);
}

static size_t entries_of(const char *dir)
{
	AUTO_FREE char *path = xasprintf("%s/%s", scratch, dir);
	DIR *d = opendir(path);
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void follows_roots_links_only(void **state)
{
	struct image before = {0}, after = {0};
	AUTO_FREE char *bytes = NULL;
	struct error err;
	struct stat st;
	size_t n;

	(void)state;
	NEEDS_ROOT();
	scratch_file("etc/nginx/sites-available/site", "server {}\n");
	scratch_link("../sites-available/site", "etc/nginx/sites-enabled/site");
	assert_int_equal(file_content(&host, "/etc/nginx/sites-enabled/site", &bytes, &n, &before, &err), 0);
	shape_copy(&image_shape, &after, &before);
	free(after.digest);
	after.digest = digest_of("new\n", 4);
	assert_int_equal(file_writer.bring(&(struct write){&host, "/etc/nginx/sites-enabled/site", &before,
	                                           &after, ".permfix-x", "new\n", 4},
	                         &err),
	        0);
	assert_int_equal(fstatat(scratch_fd, "etc/nginx/sites-enabled/site", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(entries_of("etc/nginx/sites-enabled"), 3);
	assert_int_equal(entries_of("etc/nginx/sites-available"), 3);
	fchmodat(scratch_fd, "etc/nginx/sites-enabled", 0775, 0);
	free(bytes);
	image_free(&before);
	assert_int_equal(
	        file_content(&host, "/etc/nginx/sites-enabled/site", &bytes, &n, &before, &err), -ELOOP);
	image_free(&before);
	image_free(&after);
}

/* --- groups, by the real tools, on copies of the account files
 * ----------------------------------- */

static bool database_has(const char *line)
{
	AUTO_FREE char *text = group_files();

	return strstr(text, line) != NULL;
}

static int groups_come_and_go(void)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_OUTCOME struct outcome out = {0}, again = {0};
	AUTO_FREE char *before = NULL, *after = NULL;
	struct undo_outcome undone;
	struct error err;

	if (private_etc() < 0)
		return 77;
	before = group_files();
	group_plan(&plan);
	if (run_with(&plan, plain_hooks, &out) < 0) {
		print_message("%s\n", out.message);
		return 2;
	}
	if (!database_has("daemon\n") || !database_has("fpm-test:x:"))
		return 3;
	if (roll_back(&undone, &err) < 0 || !undone.verified)
		return 4;
	undo_outcome_free(&undone);
	after = group_files();
	if (!streq(before, after)) {
		print_message("%s---\n%s", before, after);
		return 5;
	}
	/* somebody else joins the new group: it is not ours alone any more */
	if (run_with(&plan, plain_hooks, &again) < 0)
		return 6;
	{
		struct image now = {0}, with = {0};

		member_writer.read(&host, "fpm-test:www-data", &now, &err);
		member_writer.bring(
		        &(struct write){&host, "fpm-test:www-data", &now, &with, NULL, NULL, 0}, &err);
	}
	if (roll_back(&undone, &err) < 0 || !undone.complete || undone.left.n != 1 ||
	        !strstr(undone.left.items[0], "fpm-test"))
		return 7;
	undo_outcome_free(&undone);
	return database_has("fpm-test:x:") ? 0 : 8;
}

static void groups(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	NEEDS_ROOT();
	pid = fork();
	if (pid == 0)
		_exit(groups_come_and_go());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/* --- services without systemd
 * --------------------------------------------------------------------------------------------------- */

static void no_op(int number)
{
	(void)number;
}

/* A master that has one worker and replaces it when it is told to reload. */
static void be_master(bool obeys)
{
	struct sigaction action = {.sa_handler = no_op};
	sigset_t set;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGHUP, &action, NULL);
	sigemptyset(&set);
	for (;;) {
		pid_t worker = fork();

		if (worker == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
		sigsuspend(&set);
		if (!obeys)
			_exit(0);
		kill(worker, SIGTERM);
		waitpid(worker, NULL, 0);
	}
}

static pid_t start_master(bool obeys, struct service_state *out)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct host none = {0};
	struct process_reader reader;
	struct process p = {0};
	sigset_t block;
	pid_t pid;

	sigemptyset(&block);
	sigaddset(&block, SIGHUP);
	sigprocmask(SIG_BLOCK, &block, NULL);
	pid = fork();
	if (pid == 0)
		be_master(obeys);
	usleep(100000);
	process_reader_init(&reader, proc, &none);
	assert_int_equal(read_process(&reader, (uint32_t)pid, &p), 0);
	process_reader_free(&reader);
	*out = (struct service_state){.program = xstrdup("nginx"), .pid = (uint32_t)pid, .started = p.started, .exe = xstrdup(p.exe)};
	shape_free(&process_shape, &p);
	return pid;
}

static void reloads_by_signal(void **state)
{
	struct service_state service;
	struct error err = {0};
	pid_t pid = start_master(true, &service);
	int r = service_reload(&host, &service, &err);

	(void)state;
	if (r < 0)
		fail_msg("%s", err.text);
	service.started -= 100; /* not the process that was seen */
	assert_int_equal(service_reload(&host, &service, &err), -ESRCH);
	service.started += 100;
	assert_int_equal(service_restart(&host, &service, &err), -EOPNOTSUPP);
	free(service.exe);
	service.exe = xstrdup("/usr/sbin/nginx");
	assert_int_equal(service_reload(&host, &service, &err), -ESRCH);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	service_state_free(&service);
}

/* Two upstreams of one transaction may each need the reload. */
static void reloads_twice(void **state)
{
	struct service_state service;
	pid_t pid = start_master(true, &service);
	struct nginx nginx = {.pid = (uint32_t)pid, .as = {.pid = (uint32_t)pid, .started = service.started}, .exe = service.exe};
	AUTO_PLAN struct plan plan = {0};

	(void)state;
	facts.nginx = &nginx;
	facts.n_nginx = 1;
	for (int i = 0; i < 2; i++) {
		AUTO_FREE char *target = xasprintf("pid %d", pid);
		struct step *step = plan_step(&plan, STEP_SERVICE_RELOAD, target);

		expects(step, "process", target, xasprintf("%d %" PRId64, pid, service.started));
	}
	apply_all(&plan);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	service_state_free(&service);
}

static void notices_a_master_that_dies(void **state)
{
	struct service_state service;
	struct error err;
	pid_t pid = start_master(false, &service);

	(void)state;
	assert_int_equal(service_reload(&host, &service, &err), -ESRCH);
	assert_non_null(strstr(err.text, "ended when it was told to reload"));
	waitpid(pid, NULL, 0);
	service_state_free(&service);
}

/* --- checks by the server's own program
 * ------------------------------------------------------------------------------------------ */

static int check_with(const char *exe, bool must_pass, bool failed_before)
{
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct apply_host real = {.root = root};
	struct config_check check = {(char *)(uintptr_t) "nginx", (char *)(uintptr_t)exe,
	        (char *)(uintptr_t) "/etc/nginx/nginx.conf", NULL, must_pass, failed_before};
	struct error err;

	return config_checks_after(&real, &(struct config_checks){&check, 1}, &err);
}

static void checks_configuration(void **state)
{
	AUTO_FREE char *mine = xasprintf("%s/etc/nginx-of-mine", scratch);

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(check_with("/bin/true", false, false), 0);
	assert_int_equal(check_with("/bin/false", false, false), -EIO);
	assert_int_equal(check_with("/bin/false", false, true), 0);
	assert_int_equal(check_with("/bin/false", true, true), -EIO);
	scratch_file("etc/nginx-of-mine", "#!/bin/sh\n");
	chmod(mine, 0755);
	assert_int_equal(check_with(mine, false, false), -EPERM); /* /tmp: anybody could have put it there */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_is_wider_in_between),
	        APPLY_TEST(the_mask_is_never_recomputed),
	        APPLY_TEST(immutable_is_refused),
	        APPLY_TEST(carries_everything_over),
	        APPLY_TEST(follows_roots_links_only),
	        APPLY_TEST(groups),
	        APPLY_TEST(reloads_by_signal), APPLY_TEST(reloads_twice),
	        APPLY_TEST(notices_a_master_that_dies),
	        APPLY_TEST(checks_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
