/* SPDX-License-Identifier: MIT */
/* What PHP-FPM will make, by its own rules, and against the kernel's bind(2) in a directory with a default ACL. */
#include "tests/unit/expect_causes.h"

#include <acl/libacl.h>
#include <sys/acl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "diagnose/creation.h"

#define PATH "/run/php/x.sock"

/* Predicts the one pool of b in a directory; the caller frees. */
static struct creation predict(struct build *b, const struct node *parent)
{
	const struct world world = {.facts = &b->facts};
	const struct node plain = {.path = (char *)"/run/php", .type = NODE_DIR, .mode = 0755};
	struct creation made;

	creation_predict(&world, MOMENT_RESTART, &b->facts.backends[0], &b->facts.backends[0].sections[0], parent ? parent : &plain, &made);
	build_free(b);
	return made;
}

static void expect_node(struct creation *made, uint32_t uid, uint32_t gid, uint32_t mode, size_t n_acl)
{
	assert_true(made->known);
	assert_null(made->fails);
	assert_int_equal(made->node.type, NODE_SOCKET);
	assert_string_equal(made->node.path, PATH);
	assert_int_equal(made->node.uid, uid);
	assert_int_equal(made->node.gid, gid);
	assert_int_equal(made->node.mode, mode);
	assert_int_equal(made->node.n_acl, n_acl);
	creation_free(made);
}

static void expect_fails(struct creation *made, const char *text)
{
	assert_true(made->known);
	assert_non_null(made->fails);
	if (!strstr(made->fails, text))
		fail_msg("\"%s\" does not say \"%s\"", made->fails, text);
	creation_free(made);
}

/* A pool with up to three settings under a root master. */
static struct build pool(const char *a, const char *b_, const char *c)
{
	struct build b = build_host("debian 12");

	build_user(&b, "nginx", 101, "/");
	build_pool(&b, build_php(&b, 801), "www", PATH, a, b_, c, NULL);
	return b;
}

TEST(defaults)
{
	struct build b = pool(NULL, NULL, NULL);
	struct creation made = predict(&b, NULL);

	expect_node(&made, 0, 0, 0660, 0);
}

TEST(owner_by_name_brings_its_group)
{
	struct build b = pool("listen.owner=www-data", NULL, NULL);
	struct creation made = predict(&b, NULL);

	expect_node(&made, 33, 33, 0660, 0);
}

TEST(owner_by_number_does_not)
{
	struct build b = pool("listen.owner=33", NULL, NULL);
	struct creation made = predict(&b, NULL);

	expect_node(&made, 33, 0, 0660, 0);
}

TEST(group_wins)
{
	struct build b = pool("listen.owner=www-data", "listen.group=nginx", "listen.mode=0600");
	struct creation made = predict(&b, NULL);

	expect_node(&made, 33, 101, 0600, 0);
}

TEST(mode_is_octal_and_nine_bits)
{
	struct build b = pool("listen.mode=1666", NULL, NULL);
	struct creation made = predict(&b, NULL);

	expect_node(&made, 0, 0, 0666, 0);
	b = pool("listen.mode=rw", NULL, NULL);
	made = predict(&b, NULL);
	expect_node(&made, 0, 0, 0, 0);
}

TEST(commented_is_not_set)
{
	struct build b = pool(";listen.owner=www-data", "listen.group=", NULL);
	struct creation made = predict(&b, NULL);

	expect_node(&made, 0, 0, 0660, 0);
}

TEST(acl_users_replace_owner)
{
	struct build b = pool("listen.acl_users=www-data,nginx", "listen.owner=www-data", NULL);
	struct creation made = predict(&b, NULL);

	assert_true(made.acl_override);
	expect_node(&made, 0, 0, 0660, 6);
}

TEST(acl_groups_widen_the_mask)
{
	struct build b = pool("listen.acl_groups=www-data", "listen.mode=0600", NULL);
	struct creation made = predict(&b, NULL);

	expect_node(&made, 0, 0, 0660, 5);
}

TEST(acl_names_are_not_trimmed)
{
	struct build b = pool("listen.acl_users=www-data, nginx", NULL, NULL);
	struct creation made = predict(&b, NULL);

	expect_fails(&made, "listen.acl_users names the user  nginx, which does not exist");
}

TEST(acl_name_twice)
{
	struct build b = pool("listen.acl_users=www-data,www-data", NULL, NULL);
	struct creation made = predict(&b, NULL);

	expect_fails(&made, "twice");
}

TEST(account_that_does_not_exist)
{
	struct build b = pool("listen.group=web", NULL, NULL);
	struct creation made = predict(&b, NULL);

	assert_false(made.may_not);
	expect_fails(&made, "the group web, which does not exist");
}

TEST(account_that_may_be_elsewhere)
{
	struct build b = pool("listen.group=web", NULL, NULL);
	struct creation made;

	b.facts.accounts.elsewhere = xstrdup("sss");
	made = predict(&b, NULL);
	assert_false(made.known);
	assert_non_null(made.why_unknown);
	creation_free(&made);
}

static struct build user_master(const char *a, const char *b_)
{
	struct build b = pool(a, b_, NULL);
	struct process *as = &b.facts.backends[0].as;

	as->uid = as->gid = 1000;
	as->caps = 0;
	return b;
}

static const struct node open_dir = {.path = (char *)"/srv/pool", .type = NODE_DIR, .mode = 0755, .uid = 1000, .gid = 1000};

TEST(master_of_a_user)
{
	struct build b = user_master(NULL, NULL);
	struct creation made = predict(&b, &open_dir);

	expect_node(&made, 1000, 1000, 0660, 0);
}

TEST(user_master_cannot_chown)
{
	struct build b = user_master("listen.owner=www-data", NULL);
	struct creation made = predict(&b, &open_dir);

	assert_true(made.may_not);
	expect_fails(&made, "may not chown the socket as listen.owner says");
}

TEST(user_master_may_name_itself)
{
	struct build b = user_master("listen.owner=app", "listen.group=app");
	struct creation made = predict(&b, &open_dir);

	expect_node(&made, 1000, 1000, 0660, 0);
}

TEST(user_master_in_a_closed_directory)
{
	struct build b = user_master(NULL, NULL);
	struct creation made = predict(&b, NULL);

	assert_true(made.may_not);
	expect_fails(&made, "app (uid 1000) may not write in /run/php");
}

/* It does not run, but who starts it (supervisord, a container) has said as whom. */
TEST(user_master_that_does_not_run)
{
	struct build b = user_master(NULL, NULL);
	struct creation made;

	b.facts.backends[0].pid = 0;
	made = predict(&b, NULL);
	assert_true(made.may_not);
	expect_fails(&made, "app (uid 1000) may not write in /run/php");
}

TEST(file_system_without_sockets)
{
	const struct node parent = {.path = (char *)"/srv/share", .type = NODE_DIR, .mode = 0777, .fstype = (char *)"vboxsf"};
	struct build b = pool(NULL, NULL, NULL);
	struct creation made = predict(&b, &parent);

	assert_true(made.may_not);
	expect_fails(&made, "a file system (vboxsf) that cannot hold a socket");
}

TEST(setgid_directory)
{
	const struct node parent = {.path = (char *)"/run/php", .type = NODE_DIR, .mode = 02755, .gid = 33};
	struct build b = pool(NULL, NULL, NULL);
	struct creation made = predict(&b, &parent);

	expect_node(&made, 0, 33, 0660, 0);
}

TEST(other_server_is_unknown)
{
	struct build b = pool(NULL, NULL, NULL);
	struct creation made;

	b.facts.backends[0].kind = BACKEND_UWSGI;
	made = predict(&b, NULL);
	assert_false(made.known);
	creation_free(&made);
}

TEST(settings_of_a_step_count)
{
	struct build b = pool("listen.owner=root", NULL, NULL);
	const struct effect effects[] = {
		{.kind = EFFECT_SETTING, .section = &b.facts.backends[0].sections[0], .key = "listen.owner", .value = NULL},
		{.kind = EFFECT_GROUP, .key = "web", .gid = 700},
		{.kind = EFFECT_SETTING, .section = &b.facts.backends[0].sections[0], .key = "listen.group", .value = "web"},
	};
	const struct world world = {.facts = &b.facts, .effects = effects, .n_effects = 3};
	const struct node parent = {.path = (char *)"/run/php", .type = NODE_DIR, .mode = 0755};
	struct creation made;

	creation_predict(&world, MOMENT_RESTART, &b.facts.backends[0], &b.facts.backends[0].sections[0], &parent, &made);
	expect_node(&made, 0, 700, 0660, 0);
	build_free(&b);
}

/* --- the kernel's own bind(2) --- */

static bool bind_under(const char *path, uint32_t mode)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t old = umask(0777 ^ mode);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	memcpy(address.sun_path, path, strlen(path) + 1);
	ok = bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	umask(old);
	close(fd);
	return ok;
}

static uint32_t bits_of_set(acl_permset_t set)
{
	return (acl_get_perm(set, ACL_READ) ? 4u : 0) | (acl_get_perm(set, ACL_WRITE) ? 2u : 0) | (acl_get_perm(set, ACL_EXECUTE) ? 1u : 0);
}

/* The ACL on disk as entries in our form; a minimal one is none. */
static size_t read_acl(const char *path, struct acl_entry **entries)
{
	static const acl_tag_t tags[] = {ACL_USER_OBJ, ACL_USER, ACL_GROUP_OBJ, ACL_GROUP, ACL_MASK, ACL_OTHER};
	acl_t acl = acl_get_file(path, ACL_TYPE_ACCESS);
	acl_entry_t at;
	size_t n = 0;

	*entries = NULL;
	assert_non_null(acl);
	for (int which = ACL_FIRST_ENTRY; acl_entries(acl) > 3 && acl_get_entry(acl, which, &at) == 1; which = ACL_NEXT_ENTRY) {
		struct acl_entry entry = {0};
		acl_permset_t set;
		acl_tag_t tag;
		id_t *id;

		acl_get_tag_type(at, &tag);
		acl_get_permset(at, &set);
		entry.perms = bits_of_set(set);
		while (tags[entry.tag] != tag)
			entry.tag++;
		id = acl_get_qualifier(at);
		entry.id = id ? *id : 0;
		acl_free(id);
		ARRAY_ADD(*entries, n, entry);
	}
	acl_free(acl);
	if (n)
		qsort(*entries, n, sizeof(**entries), build_entry_order);
	return n;
}

static void compare_with_bind(const char *directory, const char *default_acl, uint32_t mode)
{
	struct build b = build_host("debian 12");
	struct node parent = {.type = NODE_DIR, .mode = 0755}, node = {.type = NODE_SOCKET, .mode = mode};
	char *path AUTO_FREE = xasprintf("%s/s", directory);
	struct acl_entry *entries;
	struct stat st;

	parent.n_default_acl = build_entries(&b, default_acl, &parent.default_acl);
	creation_inherit(&parent, &node);
	assert_true(bind_under(path, mode));
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, node.mode);
	assert_int_equal(read_acl(path, &entries), node.n_acl);
	for (size_t i = 0; i < node.n_acl; i++) {
		assert_int_equal(entries[i].tag, node.acl[i].tag);
		assert_int_equal(entries[i].id, node.acl[i].id);
		assert_int_equal(entries[i].perms, node.acl[i].perms);
	}
	assert_int_equal(unlink(path), 0);
	free(entries);
	free(node.acl);
	free(parent.default_acl);
	build_free(&b);
}

TEST(same_as_bind)
{
	static const char *const acls[] = {
		"user::rwx,group::r-x,other::---",
		"user::rwx,group::rwx,mask::r-x,other::---",
		"user::rwx,user:33:---,group::r-x,mask::r-x,other::r-x",
		"user::rwx,user:33:rw-,group::r-x,group:1000:rwx,mask::rwx,other::r-x",
		"user::r-x,group::---,other::rwx",
	};
	static const uint32_t modes[] = {0660, 0666, 0600, 0640, 0777, 0000};
	char directory[] = "/tmp/permfix-bind-" "XX" "XX" "XX";

	assert_non_null(mkdtemp(directory));
	for (size_t i = 0; i < COUNT_OF(acls); i++) {
		acl_t acl = acl_from_text(acls[i]);

		if (acl_set_file(directory, ACL_TYPE_DEFAULT, acl) != 0) {
			acl_free(acl);
			rmdir(directory);
			print_message("skipped: no ACLs on the file system of /tmp\n");
			skip();
		}
		acl_free(acl);
		for (size_t j = 0; j < COUNT_OF(modes); j++)
			compare_with_bind(directory, acls[i], modes[j]);
	}
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(owner_by_name_brings_its_group),
		cmocka_unit_test(owner_by_number_does_not),
		cmocka_unit_test(group_wins),
		cmocka_unit_test(mode_is_octal_and_nine_bits),
		cmocka_unit_test(commented_is_not_set),
		cmocka_unit_test(acl_users_replace_owner),
		cmocka_unit_test(acl_groups_widen_the_mask),
		cmocka_unit_test(acl_names_are_not_trimmed),
		cmocka_unit_test(acl_name_twice),
		cmocka_unit_test(account_that_does_not_exist),
		cmocka_unit_test(account_that_may_be_elsewhere),
		cmocka_unit_test(master_of_a_user),
		cmocka_unit_test(user_master_cannot_chown),
		cmocka_unit_test(user_master_may_name_itself),
		cmocka_unit_test(user_master_in_a_closed_directory),
		cmocka_unit_test(user_master_that_does_not_run), cmocka_unit_test(file_system_without_sockets), cmocka_unit_test(setgid_directory),
		cmocka_unit_test(other_server_is_unknown),
		cmocka_unit_test(settings_of_a_step_count),
		cmocka_unit_test(same_as_bind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
