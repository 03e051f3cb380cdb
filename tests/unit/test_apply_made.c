/* SPDX-License-Identifier: MIT */
/* Files and directories that a transaction makes, and takes away again. */
#include "apply_fixture.h"

#include "apply/config_check.h"
#include "apply/make.h"
#include "apply/undo_service.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

static char *at(const char *path)
{
	return xasprintf("%s%s", scratch, path);
}

static void assert_node(const char *path, mode_t mode)
{
	struct stat st;

	assert_int_equal(fstatat(scratch_fd, path + 1, &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(st.st_mode, mode);
	assert_int_equal(st.st_uid, 0);
	assert_int_equal(st.st_gid, 0);
}

static void assert_text(const char *path, const char *text)
{
	AUTO_FREE char *bytes = NULL;
	size_t n = 0;

	assert_int_equal(beneath_read(scratch_fd, path, 1 << 20, &bytes, &n, NULL, NULL), 0);
	assert_string_equal(bytes, text);
}

static void made(void)
{
	AUTO_PLAN struct plan plan = {0};

	made_fix(&plan);
	apply_all(&plan);
}

/* Refused, and all is as before. */
static void assert_fails(int expected, const char *says, struct apply_hooks hooks)
{
	AUTO_FREE char *before = tree(), *after = NULL;
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};
	int r;

	made_fix(&plan);
	r = run_with(&plan, hooks, &out);
	after = tree();
	if (r != expected || !out.message || !strstr(out.message, says))
		fail_msg("%d: %s", r, out.message);
	if (out.id)
		assert_true(out.rolled_back);
	assert_string_equal(before, after);
}

static void assert_left(const char *const *says)
{
	struct undo_outcome undone;
	struct error err;
	size_t n = 0;

	if (roll_back(&undone, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(undone.complete);
	for (; says[n]; n++)
		if (n >= undone.left.n || !strstr(undone.left.items[n], says[n]))
			fail_msg("%zu of %zu: %s", n, undone.left.n, n < undone.left.n ? undone.left.items[n] : "none");
	if (undone.left.n != n)
		fail_msg("%s", undone.left.items[n]);
	undo_outcome_free(&undone);
}
#define LEFT(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(,) NULL})

static void made_and_taken_away(void **state)
{
	AUTO_FREE char *before = tree(), *after = NULL;

	(void)state;
	NEEDS_ROOT();
	umask(077);
	made();
	umask(022);
	assert_node(DROPIN_DIR, S_IFDIR | 0750);
	assert_node(DROPIN, S_IFREG | 0644);
	assert_node(ENTRIES, S_IFREG | 0644);
	assert_text(DROPIN, "Socket.SocketMode=0660\nSocket.SocketGroup=www-data\n");
	{
		struct stat st;

		assert_int_equal(fstatat(scratch_fd, MADE_DIR + 1, &st, AT_SYMLINK_NOFOLLOW), 0);
		assert_int_equal(st.st_mode, S_IFDIR | 0710);
		assert_int_equal(st.st_uid, 1000);
		assert_int_equal(st.st_gid, 33);
	}
	assert_left(LEFT());
	after = tree();
	assert_string_equal(before, after);
}

/* What the directory would hand on to new ones in it does not count. */
static void nothing_is_inherited(void **state)
{
	AUTO_FREE char *units = at("/etc/systemd/system");
	acl_t acl = acl_from_text("user::rwx,user:1000:rwx,group::r-x,mask::rwx,other::r-x");

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(acl_set_file(units, ACL_TYPE_DEFAULT, acl), 0);
	acl_free(acl);
	assert_int_equal(chown(units, 0, 33), 0);
	assert_int_equal(chmod(units, 02755), 0);
	made();
	assert_node(DROPIN_DIR, S_IFDIR | 0750);
	assert_node(DROPIN, S_IFREG | 0644);
	{
		AUTO_FREE char *file = at(DROPIN);

		assert_true(getxattr(file, "system.posix_acl_access", NULL, 0) < 0);
	}
	assert_left(LEFT());
}

static void a_directory_that_was_there_stays(void **state)
{
	(void)state;
	NEEDS_ROOT();
	scratch_dirs("etc/systemd/system/app.socket.d/");
	scratch_dirs("run/app/");
	made();
	assert_node(DROPIN_DIR, S_IFDIR | 0755);
	assert_left(LEFT());
	assert_node(DROPIN_DIR, S_IFDIR | 0755);
	assert_node(MADE_DIR, S_IFDIR | 0755);
}

static void links_are_refused(void **state)
{
	(void)state;
	NEEDS_ROOT();
	scratch_dirs("etc/elsewhere/");
	assert_int_equal(symlinkat("../../elsewhere", scratch_fd, DROPIN_DIR + 1), 0);
	assert_fails(-ELOOP, "symbolic link", plain_hooks);
	unlinkat(scratch_fd, DROPIN_DIR + 1, 0);
	assert_int_equal(symlinkat("../../nowhere", scratch_fd, DROPIN_DIR + 1), 0);
	assert_fails(-ESTALE, "taken its name", plain_hooks);
	unlinkat(scratch_fd, DROPIN_DIR + 1, 0);
	scratch_dirs("etc/systemd/system/app.socket.d/");
	assert_int_equal(symlinkat("/etc/nowhere", scratch_fd, DROPIN + 1), 0);
	assert_fails(-ESTALE, "taken its name", plain_hooks);
	unlinkat(scratch_fd, DROPIN + 1, 0);
	assert_int_equal(symlinkat("/etc/passwd", scratch_fd, DROPIN + 1), 0);
	assert_fails(-ESTALE, "was changed since the plan was made", plain_hooks);
}

static void directories_of_others_are_refused(void **state)
{
	AUTO_FREE char *units = at("/etc/systemd/system"), *run = at("/run");

	(void)state;
	NEEDS_ROOT();
	assert_int_equal(chown(units, 1000, 0), 0);
	assert_fails(-EPERM, "others than root can write", plain_hooks);
	assert_int_equal(chown(units, 0, 0), 0);
	assert_int_equal(chmod(units, 0775), 0);
	assert_fails(-EPERM, "others than root can write", plain_hooks);
	assert_int_equal(chmod(units, 0755), 0);
	scratch_dirs("etc/systemd/system/app.socket.d/");
	fchmodat(scratch_fd, DROPIN_DIR + 1, 0757, 0);
	assert_fails(-EPERM, "others than root can write", plain_hooks);
	fchmodat(scratch_fd, DROPIN_DIR + 1, 0755, 0);
	assert_int_equal(chown(run, 1000, 1000), 0);
	assert_fails(-EPERM, "others than root can write", plain_hooks);
	assert_int_equal(chown(run, 0, 0), 0);
	made();
}

static void something_else_in_the_way(void **state)
{
	(void)state;
	NEEDS_ROOT();
	scratch_file("run/app", "x");
	assert_fails(-ESTALE, "is no directory", plain_hooks);
	unlinkat(scratch_fd, "run/app", 0);
	scratch_file(DROPIN_DIR + 1, "x");
	assert_fails(-ESTALE, "is no directory", plain_hooks);
	unlinkat(scratch_fd, DROPIN_DIR + 1, 0);
	scratch_file(ENTRIES + 1, "d /x 0755 root root -\n");
	assert_fails(-ESTALE, "the plan saw absent", plain_hooks);
	unlinkat(scratch_fd, ENTRIES + 1, 0);
	unlinkat(scratch_fd, "etc/tmpfiles.d", AT_REMOVEDIR);
	assert_fails(-ENOENT, "/etc/tmpfiles.d", plain_hooks);
}

/* --- meanwhile
 * -------------------------------------------------------------------------------------------------------------- */

static int edit_while_it_appears(void *context, const struct question *q, const char *before, size_t n, char **after, size_t *after_n,
        struct error *err)
{
	if (streq(q->path, DROPIN) && !q->base && faccessat(scratch_fd, DROPIN + 1, F_OK, 0) < 0)
		scratch_file(DROPIN + 1, "mine\n");
	return test_edit(context, q, before, n, after, after_n, err);
}

static int judge_while_it_appears(void *context, const struct step *const *steps, size_t n, struct error *err)
{
	(void)context, (void)n, (void)err;
	if (streq(steps[0]->target, ENTRIES))
		scratch_dirs("run/app/");
	return 0;
}

static int judge_while_file_appears(void *context, const struct step *const *steps, size_t n, struct error *err)
{
	(void)context, (void)n, (void)err;
	if (streq(steps[0]->target, DROPIN) && faccessat(scratch_fd, DROPIN_DIR + 1, F_OK, 0) == 0)
		scratch_file(DROPIN + 1, "mine\n");
	return 0;
}

static void appears(struct apply_hooks hooks, const char *path, size_t left, const char *says)
{
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};

	made_fix(&plan);
	assert_int_equal(run_with(&plan, hooks, &out), -ESTALE);
	assert_int_equal(faccessat(scratch_fd, path + 1, F_OK, AT_SYMLINK_NOFOLLOW), 0);
	if (out.left.n != left || !strstr(out.left.items[0], says))
		fail_msg("%zu: %s", out.left.n, out.left.n ? out.left.items[0] : out.message);
}

static void appears_meanwhile(void **state)
{
	struct apply_hooks hooks = plain_hooks;

	NEEDS_ROOT();
	hooks.edit = edit_while_it_appears;
	appears(hooks, DROPIN, 1, "not empty"); /* the directory was ours, but it is not empty */
	assert_text(DROPIN, "mine\n");
	assert_int_equal(fixture_end(state), 0);
	assert_int_equal(fixture_begin(state), 0);
	hooks = plain_hooks;
	hooks.judge_again = judge_while_file_appears;
	appears(hooks, DROPIN, 2, "changed since");
	assert_text(DROPIN, "mine\n");
	assert_int_equal(fixture_end(state), 0);
	assert_int_equal(fixture_begin(state), 0);
	hooks = plain_hooks;
	hooks.judge_again = judge_while_it_appears;
	appears(hooks, MADE_DIR, 1, "changed since");
}

/* --- drift
 * ---------------------------------------------------------------------------------------------------------------- */

static void changed_since(void **state)
{
	(void)state;
	NEEDS_ROOT();
	made();
	scratch_file(DROPIN + 1, "[Socket]\nSocketMode=0600\n");
	fchmodat(scratch_fd, MADE_DIR + 1, 0700, 0);
	assert_left(LEFT(MADE_DIR ": was changed since", DROPIN ": was changed since", DROPIN_DIR ": it is not empty"));
	assert_text(DROPIN, "[Socket]\nSocketMode=0600\n");
	assert_node(DROPIN_DIR, S_IFDIR | 0750);
	assert_int_equal(faccessat(scratch_fd, ENTRIES + 1, F_OK, 0), -1);
}

static void others_put_something_in(void **state)
{
	(void)state;
	NEEDS_ROOT();
	made();
	scratch_file("etc/systemd/system/app.socket.d/local.conf", "x");
	close(scratch_socket("run/app/s", 1));
	assert_left(LEFT(MADE_DIR ": ", DROPIN_DIR ": "));
	assert_text("/etc/systemd/system/app.socket.d/local.conf", "x");
	assert_int_equal(faccessat(scratch_fd, DROPIN + 1, F_OK, 0), -1);
}

static void gone_counts_as_undone(void **state)
{
	AUTO_FREE char *before = tree(), *after = NULL;

	(void)state;
	NEEDS_ROOT();
	made();
	unlinkat(scratch_fd, DROPIN + 1, 0);
	unlinkat(scratch_fd, DROPIN_DIR + 1, AT_REMOVEDIR);
	unlinkat(scratch_fd, MADE_DIR + 1, AT_REMOVEDIR);
	assert_left(LEFT());
	after = tree();
	assert_string_equal(before, after);
}

/* A boot makes it anew as tmpfiles.d says: that is the state after, so it goes with the rollback. */
static void made_anew_meanwhile(void **state)
{
	AUTO_FREE char *before = tree(), *after = NULL;

	(void)state;
	NEEDS_ROOT();
	made();
	unlinkat(scratch_fd, MADE_DIR + 1, AT_REMOVEDIR);
	scratch_dirs("run/app/");
	fchmodat(scratch_fd, MADE_DIR + 1, 0710, 0);
	fchownat(scratch_fd, MADE_DIR + 1, 1000, 33, 0);
	assert_left(LEFT());
	after = tree();
	assert_string_equal(before, after);
}

/* --- file systems
 * -------------------------------------------------------------------------------------------------------------- */

static void in_private_mounts(void (*work)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			_exit(77);
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/* Descriptors from before lead to the mounts as they were. */
static void look_again_from_the_root(void)
{
	scratch_fd = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	host.root = scratch_fd;
}

static void read_only_etc(void)
{
	AUTO_FREE char *etc = at("/etc/systemd");

	if (mount(etc, etc, NULL, MS_BIND, NULL) < 0 || mount(NULL, etc, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) < 0)
		_exit(77);
	look_again_from_the_root();
	assert_fails(-EROFS, "read-only", plain_hooks);
}

static void read_only_is_refused(void **state)
{
	(void)state;
	NEEDS_ROOT();
	in_private_mounts(read_only_etc);
}

static void full_tmpfiles(void)
{
	AUTO_FREE char *dir = at("/etc/tmpfiles.d"), *fill = at("/etc/tmpfiles.d/full");
	char block[4096] = {1};
	AUTO_CLOSE int fd = -1;

	if (mount("none", dir, "tmpfs", 0, "size=16k,mode=0755") < 0)
		_exit(77);
	look_again_from_the_root();
	fd = open(fill, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	assert_fails(-ENOSPC, "No space left", plain_hooks);
}

static void no_room(void **state)
{
	(void)state;
	NEEDS_ROOT();
	in_private_mounts(full_tmpfiles);
}

/* --- the service manager
 * --------------------------------------------------------------------------------------------------- */

/* Without systemd nobody would read the drop-in: refused before anything is written. */
static void no_manager_to_reload(void **state)
{
	AUTO_FREE char *before = tree(), *after = NULL;
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};

	(void)state;
	NEEDS_ROOT();
	made_fix(&plan);
	strings_add(&plan.upstreams[0].steps, plan_step(&plan, STEP_SERVICE_DAEMON_RELOAD, "systemd")->id);
	assert_int_equal(run_with(&plan, plain_hooks, &out), -EOPNOTSUPP);
	assert_string_equal(out.failed_step, "s5");
	assert_non_null(strstr(out.message, "not the service manager here"));
	assert_null(out.id);
	after = tree();
	assert_string_equal(before, after);
}

/* Whose turn is when, and who reads what was restored. */
static void turns_of_services(void **state)
{
	struct step dropin = {.kind = STEP_SYSTEMD_DROPIN, .target = (char *)DROPIN, .section = (char *)"app.service"};
	struct record begin = {.type = RECORD_BEGIN, .begin = {.steps = &dropin, .n_steps = 1}};
	struct tx tx = {.records = &begin, .n_records = 1};
	struct service_state started = {.unit = (char *)"app.service", .restarted = true, .was_down = true};
	struct service_state restarted = {.unit = (char *)"app.service", .restarted = true}, manager = {.program = (char *)"systemd"};
	struct service_state nginx = {.program = (char *)"nginx", .unit = (char *)"nginx.service"};
	struct error err;

	(void)state;
	assert_true(undo_service_before(&started));
	assert_false(undo_service_before(&restarted));
	assert_false(undo_service_before(&manager));
	assert_int_equal(undo_service(&host, &tx, &nginx, &err), 0);
	assert_int_equal(undo_service(&host, &tx, &restarted, &err), 0); /* no systemd: it was refused */
	assert_int_equal(undo_service(&host, &tx, &started, &err), -EOPNOTSUPP);
	assert_true(err.errnum == EOPNOTSUPP);
	assert_int_equal(undo_service(&host, &tx, &manager, &err), -EOPNOTSUPP);
	dropin.kind = STEP_PATH_MODE;
	assert_int_equal(undo_service(&host, &tx, &manager, &err), 0); /* no unit file was written */
}

/* --- what systemd says of a drop-in
 * -------------------------------------------------------------------------------------------- */

#define UNITS "/etc/systemd/system/permfix-test."

static void put(const char *path, const char *text)
{
	AUTO_CLOSE int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(3);
}

static void only_new_complaints(void)
{
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct apply_host real = {.root = root, .systemd = true};
	struct step step = {.kind = STEP_SYSTEMD_DROPIN, .target = (char *)(UNITS "socket.d/zz-permfix.conf"), .section = (char *)"permfix-test.socket"};
	const struct step *steps[] = {&step};
	AUTO_CONFIG_CHECKS struct config_checks checks = {0};
	struct facts seen = {.host.systemd = true};
	struct error err = {0};

	mkdir("/etc/systemd", 0755);
	mkdir("/etc/systemd/system", 0755);
	if (mount("none", "/etc/systemd/system", "tmpfs", 0, "mode=755") < 0)
		_exit(77);
	put(UNITS "socket", "[Socket]\nListenStream=/run/x\nOldMistake=1\n");
	put(UNITS "service", "[Service]\nExecStart=/bin/true\n");
	config_checks_for(&seen, steps, 1, &checks);
	if (checks.n != 1 || config_checks_before(&real, &checks, &err) < 0 || checks.items[0].complaints.n != 1)
		_exit(4);
	mkdir(UNITS "socket.d", 0750);
	put(step.target, "[Socket]\nSocketMode=0660\n");
	if (config_checks_after(&real, &checks, &err) != 0)
		_exit(5);
	put(step.target, "[Socket]\nSocketMod=0660\n");
	if (config_checks_after(&real, &checks, &err) != -EIO || !strstr(err.text, "zz-permfix.conf:2: Unknown key"))
		_exit(6);
}

static void complaints_of_systemd(void **state)
{
	(void)state;
	NEEDS_ROOT();
	if (access("/usr/bin/systemd-analyze", X_OK) < 0)
		skip();
	in_private_mounts(only_new_complaints);
}

/* --- names
 * ----------------------------------------------------------------------------------------------------------------- */

static void only_our_kinds_of_names(void **state)
{
	static const char *const good[] = {"/etc/systemd/system/a.socket.d/zz-permfix.conf", "/etc/systemd/system/a@.service.d/x.conf",
	        "/etc/tmpfiles.d/00-permfix.conf"};
	static const char *const bad[] = {"/etc/systemd/system/a.socket", "/etc/systemd/system/a.conf", "/etc/systemd/system/a.socket.d/x",
	        "/etc/systemd/system/a.socket.d/x/y.conf", "/etc/systemd/system/a.wants/x.conf", "/etc/systemd/system/.d/x.conf",
	        "/etc/systemd/system/../x.d/y.conf/z.conf", "/etc/systemd/system/a.d/.conf", "/etc/tmpfiles.d/.conf", "/etc/tmpfiles.d/a/b.conf",
	        "/etc/tmpfiles.d/a", "/etc/cron.d/x.conf", "/etc/systemd/user/a.service.d/x.conf", "/usr/lib/tmpfiles.d/x.conf",
	        "/run/systemd/system/a.service.d/x.conf"};
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_int_equal(may_make_file(good[i], &err), 0);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (may_make_file(bad[i], &err) != -EPERM)
			fail_msg("%s", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        APPLY_TEST(made_and_taken_away),
	        APPLY_TEST(nothing_is_inherited),
	        APPLY_TEST(a_directory_that_was_there_stays),
	        APPLY_TEST(links_are_refused),
	        APPLY_TEST(directories_of_others_are_refused),
	        APPLY_TEST(something_else_in_the_way),
	        APPLY_TEST(appears_meanwhile),
	        APPLY_TEST(changed_since),
	        APPLY_TEST(others_put_something_in),
	        APPLY_TEST(gone_counts_as_undone),
	        APPLY_TEST(made_anew_meanwhile),
	        APPLY_TEST(read_only_is_refused),
	        APPLY_TEST(no_room),
	        APPLY_TEST(complaints_of_systemd),
	        APPLY_TEST(no_manager_to_reload),
	        APPLY_TEST(turns_of_services),
	        APPLY_TEST(only_our_kinds_of_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
