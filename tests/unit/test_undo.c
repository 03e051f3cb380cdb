/* SPDX-License-Identifier: MIT */
#include "apply_fixture.h"

#include <dirent.h>

static bool same_text(char *a, const char *b)
{
	bool same = streq(a, b);

	if (!same)
		print_message("found:\n%sexpected:\n%s", a, b);
	free(a);
	return same;
}

/* --- drift
 * ------------------------------------------------------------------------------------------------------------------
 */

static void rolls_back(size_t left, const char *says)
{
	struct undo_outcome undone;
	struct error err;

	assert_int_equal(roll_back(&undone, &err), 0);
	assert_true(undone.complete);
	if (undone.left.n != left)
		fail_msg("%zu left: %s", undone.left.n, undone.left.n ? undone.left.items[0] : "none");
	if (says)
		assert_non_null(strstr(undone.left.items[0], says));
	undo_outcome_free(&undone);
}

/* The server has made its socket anew, in this state: the rollback knows it again. */
static void made_anew(gid_t gid, mode_t mode)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *before = tree();

	NEEDS_ROOT();
	pool_fix(&plan);
	apply_all(&plan);
	unlinkat(scratch_fd, SOCK + 1, 0);
	close(scratch_socket(SOCK + 1, 1));
	fchownat(scratch_fd, SOCK + 1, 0, gid, 0);
	fchmodat(scratch_fd, SOCK + 1, mode, 0);
	rolls_back(0, NULL);
	assert_true(same_text(tree(), before));
}

static void made_anew_by_its_server(void **state)
{
	(void)state;
	made_anew(33, 0660);
}

/* … with execute bits, as a umask of 0007 leaves them. */
static void made_anew_with_execute_bits(void **state)
{
	(void)state;
	made_anew(33, 0770);
}

/* … or in the state before, since its file was edited back and it was restarted. */
static void made_anew_as_before(void **state)
{
	(void)state;
	made_anew(0, 0600);
}

static void gone_counts_as_undone(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	struct stat st;

	(void)state;
	NEEDS_ROOT();
	pool_fix(&plan);
	apply_all(&plan);
	unlinkat(scratch_fd, SOCK + 1, 0);
	rolls_back(0, NULL);
	assert_int_equal(fstatat(scratch_fd, SOCK + 1, &st, 0), -1);
	assert_int_equal(fstatat(scratch_fd, "run/php", &st, 0), 0);
}

static void changed_is_left_alone(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	struct stat st;
	AUTO_FREE char *text = NULL;
	size_t n;

	(void)state;
	NEEDS_ROOT();
	pool_fix(&plan);
	apply_all(&plan);
	scratch_file(POOL + 1, "[www]\n; somebody else's\n");
	rolls_back(1, "/etc/php/pool.d/www.conf: was changed since");
	assert_int_equal(beneath_read(scratch_fd, POOL, 4096, &text, &n, NULL, NULL), 0);
	assert_string_equal(text, "[www]\n; somebody else's\n");
	assert_int_equal(fstatat(scratch_fd, SOCK + 1, &st, 0), 0); /* the others are undone */
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_gid, 0);
}

static void links_are_left_alone(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	struct stat st;

	(void)state;
	NEEDS_ROOT();
	scratch_file("etc/secret", "x");
	pool_fix(&plan);
	apply_all(&plan);
	fchownat(scratch_fd, "run/php", 1000, 1000, 0);
	unlinkat(scratch_fd, SOCK + 1, 0);
	scratch_link("/etc/secret", SOCK + 1);
	rolls_back(2, "was changed since"); /* the directory has another owner, the socket is a link */
	assert_int_equal(fstatat(scratch_fd, "etc/secret", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

/* Two names: the other one may be anywhere, in a place that the server's user cannot reach. */
static void hard_links_are_left_alone(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	struct stat st;

	(void)state;
	NEEDS_ROOT();
	pool_fix(&plan);
	apply_all(&plan);
	assert_int_equal(linkat(scratch_fd, SOCK + 1, scratch_fd, "etc/second", 0), 0);
	rolls_back(1, "has 2 names");
	assert_int_equal(fstatat(scratch_fd, "etc/second", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
}

/* --- order
 * ------------------------------------------------------------------------------------------------------------------
 */

static void newest_first(void **state)
{
	AUTO_PLAN struct plan one = {0}, two = {0};
	AUTO_FREE char *before = tree(), *between = NULL;
	struct undo_outcome undone;
	struct error err;
	struct step *step;

	(void)state;
	NEEDS_ROOT();
	pool_fix(&one);
	apply_all(&one);
	between = tree();
	step = plan_step(&two, STEP_PATH_MODE, SOCK);
	change(step, "mode", "0660", "0640");
	expects_node(step);
	apply_all(&two);
	rolls_back(0, NULL);
	assert_true(same_text(tree(), between));
	rolls_back(0, NULL);
	assert_true(same_text(tree(), before));
	assert_int_equal(roll_back(&undone, &err), -ENOENT);
}

static void damaged_content_is_not_written(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	struct undo_outcome undone;
	struct error err;
	struct tx *list;
	size_t n;

	(void)state;
	NEEDS_ROOT();
	pool_fix(&plan);
	apply_all(&plan);
	assert_int_equal(tx_list(host.state, &list, &n, &err), 0);
	{
		AUTO_FREE char *path = xasprintf("var/lib/permfix/journal/%s/before-0000", list[0].id),
		               *text = NULL;
		size_t size;

		scratch_file(path, "not what was there");
		assert_int_equal(roll_back(&undone, &err), -EBADMSG);
		assert_int_equal(undone.left.n, 0);
		assert_non_null(strstr(err.text, "is damaged"));
		assert_int_equal(beneath_read(scratch_fd, POOL, 4096, &text, &size, NULL, NULL), 0);
		assert_non_null(strstr(text, "0660"));
	}
	undo_outcome_free(&undone);
	tx_list_free(list, n);
}

/* --- again and again
 * -----------------------------------------------------------------------------------------------------------
 */

static size_t names_in(const char *path)
{
	AUTO_CLOSE int fd = openat(scratch_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fdopendir(dup(fd));
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

static void two_hundred_cycles(void **state)
{
	AUTO_FREE char *before = tree();
	size_t fds = 0;

	(void)state;
	NEEDS_ROOT();
	for (int i = 0; i < 200; i++) {
		AUTO_PLAN struct plan plan = {0};
		AUTO_RECOVERY struct recovery recovery = {0};
		struct error err;

		assert_int_equal(recover(&recovery, &err), 0);
		pool_fix(&plan);
		apply_all(&plan);
		rolls_back(0, NULL);
		if (i == 0)
			fds = names_in("../../proc/self/fd");
	}
	assert_true(same_text(tree(), before));
	assert_true(names_in("var/lib/permfix/journal") <= JOURNAL_KEEP + 1);
	assert_int_equal(names_in("../../proc/self/fd"), fds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        APPLY_TEST(made_anew_by_its_server),
	        APPLY_TEST(made_anew_with_execute_bits),
	        APPLY_TEST(made_anew_as_before),
	        APPLY_TEST(gone_counts_as_undone),
	        APPLY_TEST(changed_is_left_alone),
	        APPLY_TEST(links_are_left_alone),
	        APPLY_TEST(hard_links_are_left_alone),
	        APPLY_TEST(newest_first),
	        APPLY_TEST(damaged_content_is_not_written),
	        APPLY_TEST(two_hundred_cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
