/* SPDX-License-Identifier: MIT */
#include "apply_fixture.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

static bool ends_as(char *tree_now, char *expected)
{
	bool same = streq(tree_now, expected);

	if (!same)
		print_message("found:\n%sexpected:\n%s", tree_now, expected);
	free(tree_now);
	return same;
}

static void applies_all_and_takes_all_back(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *before = NULL, *after = NULL;
	struct undo_outcome undone;
	struct error err;
	struct stat st;

	(void)state;
	NEEDS_ROOT();
	{
		AUTO_FREE char *pool = xasprintf("%s" POOL, scratch);

		chmod(pool, 0640);
		assert_int_equal(chown(pool, 0, 33), 0);
		assert_int_equal(setxattr(pool, "user.note", "mine", 4, 0), 0);
	}
	before = tree();
	pool_fix(&plan);
	apply_all(&plan);
	after = tree();
	assert_string_not_equal(before, after);
	assert_int_equal(fstatat(scratch_fd, SOCK + 1, &st, 0), 0);
	assert_int_equal(st.st_gid, 33);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(fstatat(scratch_fd, POOL + 1, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_gid, 33);
	assert_non_null(strstr(after, "note=mine"));
	assert_int_equal(roll_back(&undone, &err), 0);
	assert_true(undone.complete && undone.verified);
	undo_outcome_free(&undone);
	assert_true(ends_as(tree(), before));
	assert_int_equal(roll_back(&undone, &err), -ENOENT);
}

/* --- what changed between plan and apply
 * ------------------------------------------------------------------------------------ */

typedef void spoil_function(void);

static void refuses_after(spoil_function *spoil, const char *says)
{
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *before = NULL;

	pool_fix(&plan);
	spoil();
	before = tree();
	assert_true(run_with(&plan, plain_hooks, &out) < 0);
	assert_false(out.applied);
	if (!strstr(out.message, says))
		fail_msg("says \"%s\", not \"%s\"", out.message, says);
	assert_int_equal(out.left.n, 0);
	assert_true(ends_as(tree(), before));
}

static void swap_symlink(void)
{
	scratch_file("etc/shadow", "secret");
	fchmodat(scratch_fd, "etc/shadow", 0600, 0);
	fchmodat(scratch_fd, "run/php", 0777, 0);
	assert_int_equal(fchownat(scratch_fd, "run/php", 1000, 1000, 0), 0);
	unlinkat(scratch_fd, SOCK + 1, 0);
	scratch_link("/etc/shadow", SOCK + 1);
}

static void swap_symlink_of_root(void)
{
	scratch_file("etc/shadow", "secret");
	unlinkat(scratch_fd, SOCK + 1, 0);
	scratch_link("/etc/shadow", SOCK + 1);
}

static void swap_socket(void)
{
	renameat(scratch_fd, SOCK + 1, scratch_fd, "run/php/old");
	close(scratch_socket(SOCK + 1, 1));
	fchmodat(scratch_fd, SOCK + 1, 0600, 0);
}

static void hard_link(void)
{
	assert_int_equal(linkat(scratch_fd, SOCK + 1, scratch_fd, "run/php/second", 0), 0);
}

static void edit_pool(void)
{
	scratch_file(POOL + 1, POOL_TEXT "; mine\n");
}

static void link_pool(void)
{
	assert_int_equal(linkat(scratch_fd, POOL + 1, scratch_fd, "etc/php/second", 0), 0);
}

static void open_pool_directory(void)
{
	fchmodat(scratch_fd, "etc/php/pool.d", 0777, 0);
}

static void remove_group(void)
{
	scratch_file("etc/group", "root:x:0:\napp:x:1000:\n");
}

static void remove_user(void)
{
	scratch_file("etc/passwd", "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/sh\n");
}

static void remove_socket(void)
{
	unlinkat(scratch_fd, SOCK + 1, 0);
}

static void refuses_what_changed(void **state)
{
	static const struct {
		spoil_function *spoil;
		const char *says;
	} cases[] = {
	        {swap_symlink, "a symbolic link in a directory that others than root can write"},
	        {swap_symlink_of_root, "was changed since the plan was made"},
	        {swap_socket, "was changed since the plan was made"},
	        {hard_link, "has 2 names"},
	        {edit_pool, "was changed since the plan was made"},
	        {link_pool, "has 2 names"},
	        {open_pool_directory, "others than root can write its directory"},
	        {remove_group, "there is no group www-data"},
	        {remove_user, "there is no account app"},
	        {remove_socket, "it is gone"},
	};

	(void)state;
	NEEDS_ROOT();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		refuses_after(cases[i].spoil, cases[i].says);
		assert_int_equal(fixture_end(state), 0);
		assert_int_equal(fixture_begin(state), 0);
	}
}

static void needs_the_preconditions(void **state)
{
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};

	(void)state;
	NEEDS_ROOT();
	pool_fix(&plan);
	free(plan.steps[2].preconditions[0].what);
	plan.steps[2].preconditions[0].what = xstrdup("file");
	assert_true(run_with(&plan, plain_hooks, &out) < 0);
	assert_null(out.id);
}

/* --- failing on the way
 * -------------------------------------------------------------------------------------------------------- */

static int refuse_third(void *context, const struct step *const *steps, size_t n, struct error *err)
{
	(void)context;
	return streq(steps[n - 1]->id, "s4") ? error_set(err, EPERM, "the guard says no") : 0;
}

static int validation_fails(void *context, struct error *err)
{
	(void)context;
	return error_set(err, EIO, "still 502");
}

static int edit_fails(void *context, const struct question *q, const char *before, size_t n, char **after,
        size_t *after_n, struct error *err)
{
	(void)context, (void)q, (void)before, (void)n, (void)after, (void)after_n;
	return error_set(err, EINVAL, "Augeas refuses");
}

static int edit_differently(void *context, const struct question *q, const char *before, size_t n,
        char **after, size_t *after_n, struct error *err)
{
	(void)context, (void)q, (void)n, (void)err;
	*after = xasprintf("%s; and more\n", before);
	*after_n = strlen(*after);
	return 0;
}

static bool always(void *context)
{
	int *left = context;

	return (*left)-- == 0;
}

static void takes_back_what_failed(void **state)
{
	int stop_after_two = 2;
	const struct {
		struct apply_hooks hooks;
		const char *says, *step;
		bool validation;
	} cases[] = {
	        {{NULL, refuse_third, test_edit, NULL, NULL}, "the guard says no", "s4", false},
	        {{NULL, judge_all, test_edit, validation_fails, NULL}, "still 502", NULL, true},
	        {{NULL, judge_all, edit_fails, NULL, NULL}, "Augeas refuses", "s1", false},
	        {{NULL, judge_all, edit_differently, NULL, NULL}, "not be the one that the plan shows", "s1",
	                false},
	        {{&stop_after_two, judge_all, test_edit, NULL, always}, "interrupted", NULL, false},
	};

	(void)state;
	NEEDS_ROOT();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_OUTCOME struct outcome out = {0};
		AUTO_PLAN struct plan plan = {0};
		AUTO_FREE char *before = tree();

		pool_fix(&plan);
		assert_true(run_with(&plan, cases[i].hooks, &out) < 0);
		if (!strstr(out.message, cases[i].says))
			fail_msg("says \"%s\", not \"%s\"", out.message, cases[i].says);
		assert_true(streq(out.failed_step, cases[i].step));
		assert_int_equal(out.validation_failed, cases[i].validation);
		assert_true(out.rolled_back && out.rollback_verified);
		assert_true(ends_as(tree(), before));
	}
}

/* --- disks
 * ----------------------------------------------------------------------------------------------------------------------
 */

/* In a mount namespace of its own: /etc/php on a tmpfs that is full, or read-only, when apply comes to it. */
static bool mount_over(const char *target, const char *options)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	        mount("none", target, "tmpfs", 0, options) < 0)
		return false;
	/* descriptors from before see the mounts from before */
	scratch_fd = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	host.root = scratch_fd;
	host.state = openat(scratch_fd, "var/lib/permfix", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return host.state >= 0;
}

static int on_bad_disk(bool full)
{
	AUTO_FREE char *target = xasprintf("%s/etc/php", scratch),
	               *fill = xasprintf("%s/etc/php/fill", scratch);
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *before = NULL;
	char block[4096] = {0};

	if (!mount_over(target, "size=64k,mode=755"))
		return 77;
	scratch_file(POOL + 1, POOL_TEXT);
	pool_fix(&plan);
	/* the socket first, so that there is something to take back */
	struct step first = plan.steps[0];
	plan.steps[0] = plan.steps[1];
	plan.steps[1] = plan.steps[2];
	plan.steps[2] = first;
	if (full) {
		AUTO_CLOSE int fd = open(fill, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		while (write(fd, block, sizeof(block)) > 0)
			;
	} else if (mount(NULL, target, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0) {
		return 77;
	}
	before = tree();
	if (run_with(&plan, plain_hooks, &out) == 0 || out.applied)
		return 2;
	print_message("%s\n", out.message);
	if (!strstr(out.message, full ? "No space left on device" : "read-only"))
		return 3;
	return out.rolled_back && out.rollback_verified && ends_as(tree(), before) ? 0 : 4;
}

/* The state directory itself is full: nothing is written at all. */
static int on_full_state(bool unused)
{
	AUTO_FREE char *target = xasprintf("%s/var/lib/permfix", scratch),
	               *fill = xasprintf("%s/fill", target);
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *before = NULL;
	char block[4096] = {0};

	(void)unused;
	if (!mount_over(target, "size=64k,mode=700"))
		return 77;
	pool_fix(&plan);
	AUTO_CLOSE int fd = open(fill, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	before = tree();
	if (run_with(&plan, plain_hooks, &out) == 0 || out.id)
		return 2;
	print_message("%s\n", out.message);
	return out.left.n == 0 && ends_as(tree(), before) ? 0 : 3;
}

/* It fills up while the transaction is under way: the rollback still has room for its records. */
static int fill_state(void *context, const struct step *const *steps, size_t n, struct error *err)
{
	AUTO_FREE char *fill = xasprintf("%s/var/lib/permfix/fill", scratch);
	AUTO_CLOSE int fd = open(fill, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	char block[4096] = {0};

	(void)context, (void)steps, (void)n, (void)err;
	while (write(fd, block, sizeof(block)) > 0)
		;
	return 0;
}

static int on_filling_state(bool unused)
{
	static const struct apply_hooks hooks = {
	        .judge_again = fill_state, .edit = test_edit, .validate = validation_fails};
	AUTO_FREE char *target = xasprintf("%s/var/lib/permfix", scratch);
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *before = tree();

	(void)unused;
	if (!mount_over(target, "size=1m,mode=700"))
		return 77;
	pool_fix(&plan);
	if (run_with(&plan, hooks, &out) == 0)
		return 2;
	print_message("%s\n", out.left.n ? out.left.items[0] : out.message);
	return out.validation_failed && out.rollback_verified && ends_as(tree(), before) ? 0 : 3;
}

static void in_child(int (*f)(bool), bool argument)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(f(argument));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("skipped: no mount namespace here\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void full_disk(void **state)
{
	(void)state;
	NEEDS_ROOT();
	in_child(on_bad_disk, true);
}

static void read_only_disk(void **state)
{
	(void)state;
	NEEDS_ROOT();
	in_child(on_bad_disk, false);
}

static void full_state_directory(void **state)
{
	(void)state;
	NEEDS_ROOT();
	in_child(on_full_state, true);
}

static void state_directory_fills_up(void **state)
{
	(void)state;
	NEEDS_ROOT();
	in_child(on_filling_state, true);
}

/* --- confirmation
 * -----------------------------------------------------------------------------------------------------------------
 */

static void apply_to_be_confirmed(const struct plan *plan, int64_t within)
{
	struct approved_plan approved = {plan, &facts};
	struct apply_request request = {
	        .who = {0, (char *)(uintptr_t) "root", NULL}, .hooks = plain_hooks, .confirm_within = within};
	AUTO_OUTCOME struct outcome out = {0};

	assert_int_equal(transaction_run(&host, &approved, &request, &out), 0);
}

static void waits_for_confirm(void **state)
{
	AUTO_RECOVERY struct recovery recovery = {0};
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *before = tree(), *after = NULL;
	const struct tx *tx;
	struct error err;
	struct tx *list;
	size_t n;

	(void)state;
	NEEDS_ROOT();
	pool_fix(&plan);
	apply_to_be_confirmed(&plan, 3600);
	after = tree();
	assert_int_equal(recover(&recovery, &err), -EBUSY);
	assert_int_equal(tx_list(host.state, &list, &n, &err), 0);
	assert_int_equal(confirm_choose(list, n, NULL, &tx, &err), 0);
	assert_int_equal(transaction_confirm(&host, tx, &err), 0);
	tx_list_free(list, n);
	recovery_free(&recovery);
	assert_int_equal(recover(&recovery, &err), 0);
	assert_true(ends_as(tree(), after));
	struct undo_outcome undone;
	assert_int_equal(roll_back(&undone, &err), 0);
	undo_outcome_free(&undone);
	assert_true(ends_as(tree(), before));
}

static void goes_back_without_confirm(void **state)
{
	AUTO_RECOVERY struct recovery recovery = {0};
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *before = tree();
	struct error err;

	(void)state;
	NEEDS_ROOT();
	pool_fix(&plan);
	apply_to_be_confirmed(&plan, 1);
	sleep(3);
	assert_int_equal(recover(&recovery, &err), 0);
	assert_int_equal(recovery.done.n, 1);
	assert_true(ends_as(tree(), before));
}

/* --- splitting
 * -----------------------------------------------------------------------------------------------------------------------
 */

static void unrelated_upstreams_are_apart(void **state)
{
	AUTO_STEP_SETS struct step_sets sets = {0};
	AUTO_PLAN struct plan plan = {0};
	static const char *const targets[] = {"/a", "/b", "/c", "/a", "by hand"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		plan_step(&plan, i == 4 ? STEP_MANUAL : STEP_PATH_MODE, targets[i]);
		ARRAY_ADD(plan.upstreams, plan.n_upstreams,
		        (struct plan_upstream){.id = xasprintf("u%zu", i + 1)});
		strings_add(&plan.upstreams[i].steps, plan.steps[i].id);
	}
	strings_add(&plan.upstreams[1].steps, "s3");
	plan_split(&plan, &sets);
	assert_int_equal(sets.n, 2);
	assert_int_equal(sets.items[0].steps.n, 2); /* both change /a */
	assert_string_equal(sets.items[0].steps.items[1], "s4");
	assert_int_equal(sets.items[1].steps.n, 2); /* u2 has both */
	assert_int_equal(sets.items[1].upstreams.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        APPLY_TEST(applies_all_and_takes_all_back),
	        APPLY_TEST(refuses_what_changed),
	        APPLY_TEST(needs_the_preconditions),
	        APPLY_TEST(takes_back_what_failed),
	        APPLY_TEST(full_disk),
	        APPLY_TEST(read_only_disk),
	        APPLY_TEST(full_state_directory),
	        APPLY_TEST(state_directory_fills_up),
	        APPLY_TEST(waits_for_confirm),
	        APPLY_TEST(goes_back_without_confirm),
	        APPLY_TEST(unrelated_upstreams_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
