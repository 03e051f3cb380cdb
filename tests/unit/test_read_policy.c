/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/read_policy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int root = -1;
static char *folder;

static void put(const char *path, const char *text, size_t size, mode_t mode)
{
	AUTO_CLOSE int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
}

static int set_up(void **state)
{
	(void)state;
	folder = xstrdup("/tmp/permfix-policy-XXXXXX");
	assert_non_null(mkdtemp(folder));
	root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(root, "etc", 0755), 0);
	assert_int_equal(mkdirat(root, "etc/permfix", 0755), 0);
	assert_int_equal(mkdirat(root, "etc/permfix/policy.d", 0755), 0);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const files[] = {"20-b.policy", "10-a.policy", "note.txt"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		AUTO_FREE char *path = xasprintf("etc/permfix/policy.d/%s", files[i]);

		unlinkat(root, path, 0);
	}
	unlinkat(root, "etc/permfix/policy.d", AT_REMOVEDIR);
	unlinkat(root, "etc/permfix", AT_REMOVEDIR);
	unlinkat(root, "etc", AT_REMOVEDIR);
	close(root);
	rmdir(folder);
	free(folder);
	return 0;
}

static void in_the_order_of_names(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	struct error err = {0};

	(void)state;
	put("etc/permfix/policy.d/20-b.policy", "b", 1, 0644);
	put("etc/permfix/policy.d/10-a.policy", "", 0, 0644);
	put("etc/permfix/policy.d/note.txt", "n", 1, 0644);
	assert_int_equal(read_policy(root, false, &facts, &err), 0);
	assert_int_equal(facts.n_policies, 2);
	assert_string_equal(facts.policies[0].file, "/etc/permfix/policy.d/10-a.policy");
	assert_string_equal(facts.policies[0].text, "");
	assert_string_equal(facts.policies[1].text, "b");
}

static void nothing_there(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	struct error err = {0};

	(void)state;
	unlinkat(root, "etc/permfix/policy.d", AT_REMOVEDIR);
	assert_int_equal(read_policy(root, true, &facts, &err), 0);
	assert_int_equal(facts.n_policies + facts.notes.n, 0);
}

/* Whoever can write the policy would decide what root does. */
static void what_others_can_write_is_no_policy(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	struct error err = {0};

	(void)state;
	put("etc/permfix/policy.d/10-a.policy", "a", 1, 0664);
	assert_int_equal(read_policy(root, true, &facts, &err), -EPERM);
	assert_non_null(strstr(err.text, "others than root can write"));
	put("etc/permfix/policy.d/10-a.policy", "a", 1, 0644);
	assert_int_equal(fchmodat(root, "etc/permfix/policy.d", 0777, 0), 0);
	assert_int_equal(read_policy(root, true, &facts, &err), -EPERM);
	assert_int_equal(facts.n_policies, 0);
}

static void a_nul_byte_is_an_error(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	struct error err = {0};

	(void)state;
	put("etc/permfix/policy.d/10-a.policy", "a\0b", 3, 0644);
	assert_int_equal(read_policy(root, false, &facts, &err), -EINVAL);
	assert_non_null(strstr(err.text, "10-a.policy: a NUL byte"));
}

static void what_cannot_be_read_is_a_note(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdirat(root, "etc/permfix/policy.d/20-b.policy", 0755), 0);
	assert_int_equal(read_policy(root, false, &facts, &err), 0);
	assert_int_equal(facts.n_policies, 0);
	assert_int_equal(facts.notes.n, 1);
	unlinkat(root, "etc/permfix/policy.d/20-b.policy", AT_REMOVEDIR);
}

#define ON_A_TREE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_TREE(in_the_order_of_names), ON_A_TREE(nothing_there), ON_A_TREE(what_others_can_write_is_no_policy),
		ON_A_TREE(a_nul_byte_is_an_error), ON_A_TREE(what_cannot_be_read_is_a_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
