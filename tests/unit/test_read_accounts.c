/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include "facts/read_accounts.h"

static struct strings notes;

static void read_all(struct accounts *out)
{
	strings_free(&notes);
	read_accounts(scratch_fd, out, &notes);
}

static void done(struct accounts *a)
{
	struct facts facts = {.accounts = *a};

	facts_free(&facts);
	strings_free(&notes);
}

static void test_users_and_groups(void **state)
{
	struct accounts a;

	(void)state;
	scratch_file("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n\n# comment\n  www-data:x:33:33::/var/www:/usr/sbin/nologin\n"
				   "short:x:7:8\nweb admin:x:1000:1000:A,B,C:/home/w:/bin/sh");
	scratch_file("etc/group", "root:x:0:\nwww-data:x:33:app, deploy,,\nlone:x:5\n");
	read_all(&a);
	assert_false(a.unknown);
	assert_int_equal(a.n_users, 4);
	assert_int_equal(user_by_name(&a, "www-data")->uid, 33);
	assert_string_equal(user_by_uid(&a, 33)->home, "/var/www");
	assert_string_equal(user_by_uid(&a, 0)->shell, "/bin/bash");
	assert_null(user_by_name(&a, "short")->home);
	assert_int_equal(user_by_name(&a, "web admin")->gid, 1000);
	assert_int_equal(a.n_groups, 3);
	assert_int_equal(group_by_name(&a, "www-data")->members.n, 2);
	assert_string_equal(group_by_gid(&a, 33)->members.items[1], "deploy");
	assert_int_equal(notes.n, 0);
	assert_null(a.elsewhere);
	assert_int_equal(a.uid_min, 1000);
	assert_int_equal(a.gid_min_system, 100);
	assert_int_equal(a.gid_max_system, 999);
	assert_false(a.sudo_unknown);
	done(&a);
}

static void test_bad_lines_are_named(void **state)
{
	struct accounts a;

	(void)state;
	scratch_file("etc/passwd", "a:x:1:1::/:/bin/sh\na:x:2:2::/:/bin/sh\nbroken\n:x:3:3:::\nneg:x:-1:0:::\nbig:x:4294967295:0:::\n"
				   "+nisuser::::::\nb\x1b[2J:x:nan:1:::\nok:x:9:9:::\n");
	scratch_bytes("etc/group", "g:x:1:a\ng:x:2:b\nx:y\nn\0ul:x:3:\n+\n", 33);
	read_all(&a);
	assert_int_equal(a.n_users, 2);
	assert_int_equal(user_by_name(&a, "a")->uid, 1);
	assert_non_null(user_by_name(&a, "ok"));
	assert_int_equal(a.n_groups, 2); /* initgroups(3) counts both */
	assert_int_equal(group_by_name(&a, "g")->gid, 1);
	assert_string_equal(a.elsewhere, "nis");
	assert_true(strings_has(&notes, "/etc/passwd:2: line passed over: there is already a user 'a'"));
	assert_true(strings_has(&notes, "/etc/passwd:3: malformed line passed over"));
	assert_true(strings_has(&notes, "/etc/passwd:4: malformed line passed over"));
	assert_true(strings_has(&notes, "/etc/passwd:5: malformed line passed over"));
	assert_true(strings_has(&notes, "/etc/passwd:6: malformed line passed over"));
	assert_true(strings_has(&notes, "/etc/passwd:7: NIS line passed over"));
	assert_true(strings_has(&notes, "/etc/group:2: only the members count: there is already a group 'g'"));
	assert_true(strings_has(&notes, "/etc/group:3: malformed line passed over"));
	assert_true(strings_has(&notes, "/etc/group:4: line with a NUL byte passed over"));
	assert_true(strings_has(&notes, "/etc/group:5: NIS line passed over"));
	done(&a);
}

static void test_huge_lines(void **state)
{
	AUTO_TEXT struct text t = {0};
	struct accounts a;

	(void)state;
	text_add(&t, "first:x:1:\nhuge:x:2:");
	while (t.size < (1 << 20) + 100)
		text_add(&t, "member,");
	text_add(&t, "\nlast:x:3:z\n");
	scratch_bytes("etc/group", t.bytes, t.size);
	scratch_file("etc/passwd", "root:x:0:0:::\n");
	read_all(&a);
	assert_int_equal(a.n_groups, 2);
	assert_non_null(group_by_name(&a, "last"));
	assert_int_equal(notes.n, 1);
	assert_string_equal(notes.items[0], "/etc/group:2: line of more than 1 MiB passed over");
	done(&a);
}

static void test_a_hundred_thousand_lines(void **state)
{
	AUTO_TEXT struct text users = {0}, groups = {0};
	struct accounts a;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		text_addf(&users, "user%d:x:%d:%d::/home/user%d:/bin/sh\n", i, i, i, i);
		text_addf(&groups, i % 2 ? "group%d:x:%d:user1,user2\n" : "bad line %d %d\n", i, i);
	}
	scratch_bytes("etc/passwd", users.bytes, users.size);
	scratch_bytes("etc/group", groups.bytes, groups.size);
	read_all(&a);
	assert_int_equal(a.n_users, 100000);
	assert_int_equal(a.n_groups, 50000);
	assert_int_equal(notes.n, 21);
	assert_string_equal(notes.items[20], "/etc/group: 49980 more lines passed over");
	done(&a);
}

static void test_missing_files_are_unknown(void **state)
{
	struct accounts a;

	(void)state;
	scratch_file("etc/passwd", "root:x:0:0:::\n");
	strings_free(&notes);
	assert_int_equal(read_accounts(scratch_fd, &a, &notes), -ENOENT);
	assert_true(a.unknown);
	assert_int_equal(a.n_users, 1);
	done(&a);
}

static void test_login_defs(void **state)
{
	struct accounts a;

	(void)state;
	scratch_file("usr/etc/login.defs", "UID_MIN 7\n");
	scratch_file("etc/login.defs", "# UID_MIN 5\nUID_MIN\t\t\t 500\nSYS_GID_MIN 201 # since 2020\nSYS_GID_MAX\t499\nUID_MINX 3\n"
				       "UID_MIN none\n#SYS_GID_MAX 1\n");
	read_all(&a);
	assert_int_equal(a.uid_min, 500);
	assert_int_equal(a.gid_min_system, 201);
	assert_int_equal(a.gid_max_system, 499);
	assert_true(strings_has(&notes, "/etc/login.defs:6: not a number, passed over"));
	done(&a);
	assert_int_equal(unlinkat(scratch_fd, "etc/login.defs", 0), 0);
	read_all(&a);
	assert_int_equal(a.uid_min, 7);
	done(&a);
}

static void nsswitch(const char *text, const char *elsewhere, bool sudo_unknown)
{
	struct accounts a;

	scratch_file("etc/nsswitch.conf", text);
	read_all(&a);
	if (!streq(a.elsewhere, elsewhere))
		fail_msg("%s -> %s", text, a.elsewhere ? a.elsewhere : "none");
	assert_int_equal(a.sudo_unknown, sudo_unknown);
	done(&a);
}

static void test_nsswitch(void **state)
{
	(void)state;
	nsswitch("passwd: files systemd\ngroup: files [SUCCESS=merge] systemd\nhosts: files dns\n", NULL, false);
	nsswitch("passwd:\t\tcompat sss # ldap\ngroup: files[NOTFOUND=return]sss ldap\n#initgroups: nis\n", "sss ldap", false);
	nsswitch("initgroups: winbind\npasswd : db\nnonsense\n:\npasswd:\n", "winbind db", false);
	nsswitch("passwd: files [unclosed\nsudoers: files sss\n", NULL, true);
	nsswitch("sudoers: files\n", NULL, false);
}

static void test_sudoers(void **state)
{
	static const char *const expected[] = {"sudo", "#4242", "domain users", "ops team", "aliased", "other", "tight", "continued",
		"defaulted", "negated", "listed", "after", "included", "old style", "sub", "fromdir"};
	struct accounts a;

	(void)state;
	scratch_file("etc/sudoers",
		"%sudo ALL=(ALL:ALL) ALL\n# %commented ALL=ALL\n  #%alsocommented ALL=ALL\n%#4242 ALL = (%runas) ALL\n"
		"\"%domain users\" ALL=ALL\n%ops\\ team ALL=ALL\nUser_Alias ADMINS = alice, %aliased : MORE = bob,%other\n"
		"User_Alias TIGHT=%tight\n%contin\\\nued ALL=ALL\nDefaults:%defaulted !requiretty, %novalue\n"
		"Defaults env_keep += \"%not_a_group\"\nCmnd_Alias X = /bin/date +%F\nroot,!%negated,%listed ALL=/bin/date %argument\n"
		"root ALL=ALL # trailing %comment \\\n%after ALL=ALL\n#1000 ALL=ALL\n%:nonunix ALL=ALL\n"
		"@include sudoers.local\n#include \"/etc/old style\"\n@includedir /etc/sudoers.d\n#includes are not this\n");
	scratch_file("etc/sudoers.local", "%included ALL=ALL\n@include /etc/deeper\n");
	scratch_file("etc/deeper", "%sub ALL=ALL");
	scratch_file("etc/old style", "\"%old style\" ALL=ALL\n");
	scratch_file("etc/sudoers.d/10-x", "%fromdir ALL=ALL\n");
	scratch_file("etc/sudoers.d/skipped.rpmsave", "%skipped ALL=ALL\n");
	scratch_file("etc/sudoers.d/skipped~", "%skipped ALL=ALL\n");
	read_all(&a);
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		if (!strings_has(&a.sudo_groups, expected[i]))
			fail_msg("%s is missing", expected[i]);
	for (size_t i = 0; i < a.sudo_groups.n; i++) {
		bool known = false;

		for (size_t k = 0; k < COUNT_OF(expected); k++)
			known = known || streq(expected[k], a.sudo_groups.items[i]);
		if (!known)
			fail_msg("%s is too much", a.sudo_groups.items[i]);
	}
	assert_false(a.sudo_unknown);
	done(&a);
}

static void sudo_is_unknown(const char *text)
{
	struct accounts a;

	scratch_file("etc/sudoers", text);
	read_all(&a);
	assert_true(a.sudo_unknown);
	done(&a);
}

static void test_sudoers_that_cannot_be_read_whole(void **state)
{
	(void)state;
	sudo_is_unknown("@include /etc/none\n");
	sudo_is_unknown("@include /etc/host.%h\n");
	sudo_is_unknown("@include /etc/sudoers\n"); /* itself, for ever */
	sudo_is_unknown("@include /etc/sudoers\n@include /etc/sudoers\n@include /etc/sudoers\n");
	scratch_dirs("etc/dir/");
	sudo_is_unknown("@include /etc/dir\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_users_and_groups),
		SCRATCH_TEST(test_bad_lines_are_named),
		SCRATCH_TEST(test_huge_lines),
		SCRATCH_TEST(test_a_hundred_thousand_lines),
		SCRATCH_TEST(test_missing_files_are_unknown),
		SCRATCH_TEST(test_login_defs),
		SCRATCH_TEST(test_nsswitch),
		SCRATCH_TEST(test_sudoers),
		SCRATCH_TEST(test_sudoers_that_cannot_be_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
