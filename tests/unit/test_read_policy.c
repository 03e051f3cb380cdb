/* SPDX-License-Identifier: MIT */
/* Reading the site policy from a directory that stands for the root: order, missing parts, and who may have written it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "facts/read_policy.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#define NOTHING "the site policy counts for nothing: "

struct tree {
	char path[64];
	int fd;
};

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void make_dir(const struct tree *t, const char *path)
{
	assert_int_equal(mkdirat(t->fd, path, 0755), 0);
}

static int setup(void **state)
{
	struct tree *t = xcalloc(1, sizeof(*t));

	umask(022);
	snprintf(t->path, sizeof(t->path), "/tmp/permfix-policy-XXXXXX");
	assert_non_null(mkdtemp(t->path));
	assert_int_equal(chmod(t->path, 0755), 0);
	t->fd = open(t->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	make_dir(t, "etc");
	make_dir(t, "etc/permfix");
	make_dir(t, "etc/permfix/policy.d");
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct tree *t = *state;

	nftw(t->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	close(t->fd);
	free(t);
	return 0;
}

static void put(const struct tree *t, const char *name, const char *text, size_t size)
{
	AUTO_FREE char *path = xasprintf("etc/permfix/policy.d/%s", name);
	AUTO_CLOSE int fd = openat(t->fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_int_equal(write(fd, text, size), (ssize_t)size);
}

/* The error's text, else the note's, else ""; the caller frees. */
static char *read_error(const struct tree *t, bool trust)
{
	AUTO_FACTS struct facts facts = {0};
	struct error err = {0};

	if (read_policy(t->fd, trust, &facts, &err) < 0)
		return xstrdup(err.text);
	return xstrdup(facts.notes.n ? facts.notes.items[0] : "");
}

static void check_error(const struct tree *t, bool trusted, const char *expected)
{
	AUTO_FREE char *text = read_error(t, trusted);

	assert_string_equal(text, expected);
}

static void test_order_and_names(void **state)
{
	const struct tree *t = *state;
	AUTO_FACTS struct facts facts = {0};

	put(t, "b.policy", "bb", 2);
	put(t, "a.policy", "a", 1);
	put(t, "10.policy", "", 0);
	put(t, ".hidden.policy", "h", 1);
	put(t, "c.policy~", "c", 1);
	put(t, "readme", "r", 1);
	assert_int_equal(read_policy(t->fd, false, &facts, NULL), 0);
	assert_int_equal(facts.n_policies, 3);
	assert_string_equal(facts.policies[0].file, "/etc/permfix/policy.d/10.policy");
	assert_string_equal(facts.policies[0].text, "");
	assert_string_equal(facts.policies[1].file, "/etc/permfix/policy.d/a.policy");
	assert_string_equal(facts.policies[1].text, "a");
	assert_string_equal(facts.policies[2].text, "bb");
}

static void test_nul(void **state)
{
	const struct tree *t = *state;

	put(t, "a.policy", "a\0b", 3);
	check_error(t, false, "/etc/permfix/policy.d/a.policy: a NUL byte in a site policy");
}

static void test_absent(void **state)
{
	const struct tree *t = *state;

	check_error(t, false, "");
	assert_int_equal(unlinkat(t->fd, "etc/permfix/policy.d", AT_REMOVEDIR), 0);
	check_error(t, false, "");
	assert_int_equal(unlinkat(t->fd, "etc/permfix", AT_REMOVEDIR), 0);
	check_error(t, false, "");
}

static void test_links(void **state)
{
	const struct tree *t = *state;

	assert_int_equal(symlinkat("/etc/passwd", t->fd, "etc/permfix/policy.d/x.policy"), 0);
	check_error(t, false, NOTHING "/etc/permfix/policy.d/x.policy: Too many levels of symbolic links");
	assert_int_equal(unlinkat(t->fd, "etc/permfix/policy.d/x.policy", 0), 0);
	assert_int_equal(unlinkat(t->fd, "etc/permfix/policy.d", AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat("/tmp", t->fd, "etc/permfix/policy.d"), 0);
	check_error(t, false, NOTHING "/etc/permfix/policy.d: Not a directory");
}

static void test_other_types(void **state)
{
	const struct tree *t = *state;

	assert_int_equal(mkfifoat(t->fd, "etc/permfix/policy.d/x.policy", 0644), 0);
	check_error(t, false, NOTHING "/etc/permfix/policy.d/x.policy: not a regular file");
	assert_int_equal(unlinkat(t->fd, "etc/permfix/policy.d/x.policy", 0), 0);
	make_dir(t, "etc/permfix/policy.d/x.policy");
	check_error(t, false, NOTHING "/etc/permfix/policy.d/x.policy: not a regular file");
}

static void test_large(void **state)
{
	const struct tree *t = *state;
	AUTO_FREE char *bytes = xcalloc(POLICY_SIZE_MAX + 1, 1);

	memset(bytes, 10, POLICY_SIZE_MAX + 1);
	put(t, "a.policy", bytes, POLICY_SIZE_MAX);
	check_error(t, false, "");
	put(t, "b.policy", bytes, POLICY_SIZE_MAX + 1);
	check_error(t, false, NOTHING "/etc/permfix/policy.d/b.policy: larger than 1048576 bytes");
}

static void needs_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void test_trusted(void **state)
{
	static const char *const places[] = {"", "etc", "etc/permfix", "etc/permfix/policy.d", "etc/permfix/policy.d/a.policy"};
	const struct tree *t = *state;

	needs_root();
	put(t, "a.policy", "", 0);
	check_error(t, true, "");
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		AUTO_FREE char *path = xasprintf("%s/%s", t->path, places[i]);
		AUTO_FREE char *owned = xasprintf("/%s: belongs to uid 1, not to root", places[i]);
		AUTO_FREE char *group = xasprintf("/%s: others than root can write it (mode 0775)", places[i]);
		AUTO_FREE char *other = xasprintf("/%s: others than root can write it (mode 0757)", places[i]);

		assert_int_equal(chown(path, 1, 0), 0);
		check_error(t, true, owned);
		check_error(t, false, "");
		assert_int_equal(chown(path, 0, 0), 0);
		assert_int_equal(chmod(path, 0775), 0);
		check_error(t, true, group);
		assert_int_equal(chmod(path, 0757), 0);
		check_error(t, true, other);
		assert_int_equal(chmod(path, 0755), 0);
		check_error(t, true, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_and_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nul, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_types, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trusted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
