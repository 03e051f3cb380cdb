/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/acl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "diagnose/dac.h"
#include "tests/unit/build_facts.h"

static struct dac_answer ask(uint32_t uid, uint32_t gid, const char *perms, const char *acl, uint32_t want)
{
	struct build b = build_host("debian 12");
	struct ids ids = {.uid = uid, .gid = gid, .mapped = true};
	struct dac_answer answer;

	build_file_in(&b, NULL, NODE_SOCKET, "/s", perms);
	if (acl)
		build_acl(&b, "/s", acl);
	answer = dac_decide(&ids, &build_find(&b, NULL, "/s")->node, want);
	build_free(&b);
	return answer;
}

static void test_owner_decides_alone(void **state)
{
	struct dac_answer answer = ask(33, 33, "www-data:www-data 0460", NULL, DAC_WRITE);

	(void)state;
	assert_false(answer.allowed);
	assert_int_equal(answer.by, DAC_OWNER);
	assert_true(ask(33, 33, "www-data:root 0200", NULL, DAC_WRITE).allowed);
}

static void test_owner_ignores_acl(void **state)
{
	(void)state;
	assert_int_equal(ask(33, 33, "www-data:root 0600", "user:www-data:---,mask::rw-", DAC_WRITE).by, DAC_OWNER);
	assert_true(ask(33, 33, "www-data:root 0600", "user:www-data:---,mask::rw-", DAC_WRITE).allowed);
}

static void test_group_stops_other(void **state)
{
	struct dac_answer answer = ask(33, 33, "root:www-data 0646", NULL, DAC_WRITE);

	(void)state;
	assert_false(answer.allowed);
	assert_int_equal(answer.by, DAC_GROUP);
	assert_int_equal(answer.id, 33);
}

static void test_other(void **state)
{
	(void)state;
	assert_true(ask(33, 33, "root:root 0662", NULL, DAC_WRITE).allowed);
	assert_int_equal(ask(33, 33, "root:root 0660", NULL, DAC_WRITE).by, DAC_OTHER);
}

static void test_named_user_and_mask(void **state)
{
	struct dac_answer answer = ask(33, 33, "root:root 0660", "user:www-data:rw-,mask::r--", DAC_WRITE);

	(void)state;
	assert_false(answer.allowed);
	assert_true(answer.masked);
	assert_true(answer.acl);
	assert_int_equal(answer.by, DAC_ACL_USER);
	assert_true(ask(33, 33, "root:root 0600", "user:www-data:rw-,mask::rw-", DAC_WRITE).allowed);
}

static void test_named_user_before_groups(void **state)
{
	struct dac_answer answer = ask(33, 33, "root:www-data 0660", "user:www-data:r--,mask::rwx", DAC_WRITE);

	(void)state;
	assert_int_equal(answer.by, DAC_ACL_USER);
	assert_false(answer.allowed);
	assert_false(answer.masked);
}

static void test_any_group_entry_that_grants(void **state)
{
	struct dac_answer answer = ask(1, 33, "root:www-data 0660", "group::---,group:33:rw-,mask::rw-", DAC_WRITE);

	(void)state;
	assert_true(answer.allowed);
	assert_int_equal(answer.by, DAC_ACL_GROUP);
}

static void test_owning_group_masked(void **state)
{
	struct dac_answer answer = ask(1, 33, "root:www-data 0660", "group::rw-,mask::r--", DAC_WRITE);

	(void)state;
	assert_true(answer.masked);
	assert_int_equal(answer.by, DAC_GROUP);
}

/* The kernel does not consult an ACL whose mask is empty: other decides for a named user. */
static void test_empty_mask_falls_to_other(void **state)
{
	struct dac_answer answer = ask(33, 33, "root:root 0602", "user:www-data:---,mask::---", DAC_WRITE);

	(void)state;
	assert_true(answer.allowed);
	assert_false(answer.acl);
	answer = ask(33, 33, "root:root 0600", "user:www-data:rw-,mask::---", DAC_WRITE);
	assert_false(answer.allowed);
	assert_true(answer.masked);
}

static void test_unknown_acl(void **state)
{
	struct ids ids = {.uid = 33, .gid = 33, .mapped = true};
	struct node node = {.type = NODE_SOCKET, .mode = 0666, .acl_unknown = true};

	(void)state;
	assert_true(dac_decide(&ids, &node, DAC_WRITE).acl_unknown);
	assert_false(dac_decide(&ids, &node, DAC_WRITE).allowed);
	node.mode = 0602; /* no group bits: no ACL is consulted */
	assert_true(dac_decide(&ids, &node, DAC_WRITE).allowed);
	node.uid = 33;
	assert_false(dac_decide(&ids, &node, DAC_WRITE).acl_unknown);
}

static void test_capabilities(void **state)
{
	struct ids root = {.caps = (uint64_t)1 << 1, .uid = 1, .mapped = true};
	struct ids reader = {.caps = (uint64_t)1 << 2, .uid = 1, .mapped = true};
	struct node dir = {.type = NODE_DIR}, sock = {.type = NODE_SOCKET};

	(void)state;
	assert_true(dac_decide(&root, &dir, DAC_SEARCH).allowed);
	assert_true(dac_decide(&root, &sock, DAC_WRITE).allowed);
	assert_int_equal(dac_decide(&root, &sock, DAC_WRITE).by, DAC_CAPABILITY);
	assert_true(dac_decide(&reader, &dir, DAC_SEARCH).allowed);
	assert_false(dac_decide(&reader, &dir, DAC_WRITE).allowed);
	assert_false(dac_decide(&reader, &sock, DAC_WRITE).allowed);
	root.mapped = false;
	assert_false(dac_decide(&root, &sock, DAC_WRITE).allowed);
}

/* --- against the kernel itself --- */

#define ROUNDS 3000

static uint32_t seed = 20240601;
static uint32_t dice(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void put_entry(acl_t *acl, acl_tag_t tag, id_t id, uint32_t perms)
{
	acl_entry_t entry;
	acl_permset_t set;

	acl_create_entry(acl, &entry);
	acl_set_tag_type(entry, tag);
	if (tag == ACL_USER || tag == ACL_GROUP)
		acl_set_qualifier(entry, &id);
	acl_get_permset(entry, &set);
	acl_clear_perms(set);
	if (perms & 4)
		acl_add_perm(set, ACL_READ);
	if (perms & 2)
		acl_add_perm(set, ACL_WRITE);
	if (perms & 1)
		acl_add_perm(set, ACL_EXECUTE);
}

static bool set_random_acl(const char *path, struct node *node)
{
	static const acl_tag_t tags[] = {ACL_USER_OBJ, ACL_USER, ACL_GROUP_OBJ, ACL_GROUP, ACL_MASK, ACL_OTHER};
	acl_t acl = acl_init(8);
	uint32_t bits[6], users = dice(3), groups = dice(3);
	bool ok;

	for (int tag = 0; tag < 6; tag++) {
		uint32_t n = tag == ACL_TAG_USER ? users : tag == ACL_TAG_GROUP ? groups : 1;

		for (uint32_t i = 0; i < n; i++) {
			uint32_t id = tag == ACL_TAG_USER || tag == ACL_TAG_GROUP ? 3000 + i : 0;

			bits[tag] = tag == ACL_TAG_MASK && dice(4) == 0 ? 0 : dice(8);
			put_entry(&acl, tags[tag], id, bits[tag]);
			ARRAY_ADD(node->acl, node->n_acl, (struct acl_entry){tag, id, bits[tag]});
		}
	}
	node->mode = bits[ACL_TAG_USER_OBJ] << 6 | bits[ACL_TAG_MASK] << 3 | bits[ACL_TAG_OTHER];
	ok = acl_set_file(path, ACL_TYPE_ACCESS, acl) == 0;
	acl_free(acl);
	return ok;
}

struct kernel_says {
	char search, write, read;
};

static void ask_kernel(const char *path, const struct ids *ids, int answer)
{
	struct kernel_says says;
	gid_t groups[4];

	for (size_t i = 0; i < ids->n_groups; i++)
		groups[i] = ids->groups[i];
	if (syscall(SYS_setgroups, ids->n_groups, groups) || setresgid(ids->gid, ids->gid, ids->gid) || setresuid(ids->uid, ids->uid, ids->uid))
		_exit(1);
	says.search = faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
	says.write = faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
	says.read = faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0;
	_exit(write(answer, &says, sizeof(says)) != sizeof(says));
}

static struct kernel_says kernel_for(const char *path, const struct ids *ids)
{
	struct kernel_says says = {0};
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0)
		ask_kernel(path, ids, ends[1]);
	assert_int_equal(read(ends[0], &says, sizeof(says)), sizeof(says));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
	return says;
}

static void make_object(const char *path, bool dir)
{
	int fd;

	if (dir) {
		assert_int_equal(mkdir(path, 0700), 0);
		return;
	}
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static void compare_once(const char *path, bool acl)
{
	struct node node = {.type = dice(2) ? NODE_DIR : NODE_FILE, .uid = 3000 + dice(3), .gid = 3000 + dice(3)};
	uint32_t groups[2] = {3000 + dice(4), 3000 + dice(4)};
	struct ids ids = {.uid = 3000 + dice(4), .gid = 3000 + dice(4), .groups = groups, .n_groups = dice(3), .mapped = true};
	struct kernel_says says;

	make_object(path, node.type == NODE_DIR);
	assert_int_equal(chown(path, node.uid, node.gid), 0);
	node.mode = dice(01000);
	if (!acl)
		assert_int_equal(chmod(path, node.mode), 0);
	else
		assert_true(set_random_acl(path, &node));
	says = kernel_for(path, &ids);
	if (says.search != dac_decide(&ids, &node, DAC_SEARCH).allowed || says.write != dac_decide(&ids, &node, DAC_WRITE).allowed ||
		says.read != dac_decide(&ids, &node, DAC_READ).allowed)
		fail_msg("mode %o uid %u gid %u acl %zu, ids %u:%u: kernel x%d w%d r%d", node.mode, node.uid, node.gid, node.n_acl, ids.uid,
			ids.gid, says.search, says.write, says.read);
	free(node.acl);
	assert_int_equal(remove(path), 0);
}

static bool has_acls(const char *directory)
{
	char *path AUTO_FREE = xasprintf("%s/try", directory);
	struct node node = {0};
	bool ok;

	make_object(path, false);
	ok = set_random_acl(path, &node);
	free(node.acl);
	assert_int_equal(remove(path), 0);
	return ok;
}

static void test_same_as_kernel(void **state)
{
	char directory[] = "/tmp/permfix-dac-" "XX" "XX" "XX";
	char *path AUTO_FREE = NULL;
	bool acls;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: comparing with the kernel needs root\n");
		skip();
	}
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0755), 0);
	path = xasprintf("%s/object", directory);
	acls = has_acls(directory);
	if (!acls)
		print_message("no ACLs on the file system of /tmp: modes only\n");
	for (int i = 0; i < ROUNDS; i++)
		compare_once(path, acls && i % 3);
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner_decides_alone),
		cmocka_unit_test(test_owner_ignores_acl),
		cmocka_unit_test(test_group_stops_other),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_named_user_and_mask),
		cmocka_unit_test(test_named_user_before_groups),
		cmocka_unit_test(test_any_group_entry_that_grants),
		cmocka_unit_test(test_owning_group_masked),
		cmocka_unit_test(test_empty_mask_falls_to_other),
		cmocka_unit_test(test_unknown_acl),
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_same_as_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
