/* SPDX-License-Identifier: MIT */
/* Plans for directories on the way, and for live sockets whose maker has no knob that is known. */
#include "tests/unit/plan_common.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)
#define NODE_LIVE  "/run/node/app.sock"

static struct build node_site(const char *dir, const char *socket)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:" NODE_LIVE, "example.com");
	build_dir(&b, "/run/node", dir);
	build_socket(&b, NODE_LIVE, socket);
	build_backend(&b, BACKEND_NODE, 900, "app");
	build_listen(&b, NODE_LIVE, 900);
	return b;
}

TEST(dir_of_root)
{
	struct build b = node_site("root:root 0700", "app:www-data 0660");

	expect_plan(&b,
		"u1 blocked: dir-search | s1\n"
		"s1 path.acl /run/node: user:www-data >--x, mask >--x\n"
		"exit 2\n");
}

/* Where there is no ACL to be had the group serves. */
TEST(dir_group_when_acl_unknown)
{
	struct build b = node_site("root:root 0700", "app:www-data 0660");

	build_find(&b, NULL, "/run/node")->node.acl_unknown = true;
	expect_plan(&b,
		"u1 blocked: dir-search | no safe fix is known\n"
		"exit 3\n");
}

TEST(dir_in_group_without_search)
{
	struct build b = node_site("app:www-data 0700", "app:www-data 0660");

	expect_plan(&b,
		"u1 blocked: dir-search | s1\n"
		"s1 path.acl /run/node: user:www-data >--x, mask >--x\n"
		"exit 2\n");
}

TEST(dir_group_would_let_in)
{
	struct build b = node_site("app:app 0750", "app:www-data 0660");

	expect_plan(&b,
		"u1 blocked: dir-search | s1\n"
		"s1 path.acl /run/node: user:www-data >--x, mask >r-x\n"
		"exit 2\n");
}

/* What the policy allows is no better than what is narrower. */
TEST(join_allowed_but_wider)
{
	struct build b = node_site("app:app 0750", "app:www-data 0660");

	expect_plan_with(&b, (struct planning){.policy = "allow group-primary app\n"},
		"u1 blocked: dir-search | s1\n"
		"s1 path.acl /run/node: user:www-data >--x, mask >r-x\n"
		"exit 2\n");
}

TEST(dir_acl_names_worker)
{
	struct build b = node_site("app:app 0750", "app:www-data 0660");

	build_acl(&b, "/run/node", "user:www-data:---,mask::r-x");
	expect_plan(&b,
		"u1 blocked: dir-acl | s1\n"
		"s1 path.acl /run/node: user:www-data --->--x\n"
		"exit 2\n");
}

TEST(dir_acl_mask)
{
	struct build b = node_site("app:app 0750", "app:www-data 0660");

	build_acl(&b, "/run/node", "user:www-data:--x,mask::---");
	expect_plan(&b,
		"u1 blocked: dir-acl | s1\n"
		"s1 path.acl /run/node: mask --->--x\n"
		"exit 2\n");
}

/* The mask cannot be raised without giving others more. */
TEST(dir_acl_mask_of_others)
{
	struct build b = node_site("app:app 0750", "app:www-data 0660");

	build_user(&b, "eve", 1001, "/home/eve");
	build_acl(&b, "/run/node", "user:www-data:--x,user:eve:--x,mask::---");
	expect_plan(&b,
		"u1 blocked: dir-acl | s1\n"
		"s1 path.acl /run/node: user:eve --x>---, group: r-x>---, mask --->--x\n"
		"exit 2\n");
}

TEST(several_directories)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/srv/a/b/c/app.sock", "example.com");
	build_dir(&b, "/srv/a", "root:root 0700");
	build_dir(&b, "/srv/a/b", "app:app 0700");
	build_dir(&b, "/srv/a/b/c", "app:app 0750");
	build_socket(&b, "/srv/a/b/c/app.sock", "app:www-data 0660");
	build_backend(&b, BACKEND_NODE, 900, "app");
	build_listen(&b, "/srv/a/b/c/app.sock", 900);
	expect_plan(&b,
		"u1 blocked: dir-search | s1 s2 s3\n"
		"s1 path.acl /srv/a: user:www-data >--x, mask >--x\n"
		"s2 path.acl /srv/a/b: user:www-data >--x, mask >--x\n"
		"s3 path.acl /srv/a/b/c: user:www-data >--x, mask >r-x\n"
		"exit 2\n");
}

TEST(three_faults_on_one_path)
{
	struct build b = build_site("root:root 0640", "root", "root", "0640");

	build_dir(&b, "/run/php", "root:root 0700");
	expect_plan(&b,
		"u1 blocked: dir-search socket-owner | s1 s2 s3\n"
		"s1 path.acl /run/php: user:www-data >--x, mask >--x\n"
		"s2 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.owner root>www-data\n"
		"s3 path.owner /run/php/php8.2-fpm.sock: owner root>www-data\n"
		"exit 2\n");
}

TEST(home)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/home/app/run/app.sock", "example.com");
	build_dir(&b, "/home/app", "app:app 0700");
	build_dir(&b, "/home/app/run", "app:app 0755");
	build_socket(&b, "/home/app/run/app.sock", "app:www-data 0660");
	build_backend(&b, BACKEND_NODE, 900, "app");
	build_listen(&b, "/home/app/run/app.sock", 900);
	expect_plan(&b,
		"u1 blocked: home-dir | s1 | a person has to do this; nothing is changed by itself\n"
		"s1 manual /home/app\n"
		"exit 3\n");
}

TEST(home_by_policy)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/home/app/run/app.sock", "example.com");
	build_dir(&b, "/home/app", "app:app 0700");
	build_dir(&b, "/home/app/run", "app:app 0755");
	build_socket(&b, "/home/app/run/app.sock", "app:www-data 0660");
	build_backend(&b, BACKEND_NODE, 900, "app");
	build_listen(&b, "/home/app/run/app.sock", 900);
	expect_plan_with(&b, (struct planning){.policy = "allow home-search /home/app\n"},
		"u1 blocked: home-dir | s1\n"
		"s1 path.acl /home/app: user:www-data >--x, mask >--x\n"
		"exit 2\n");
}

TEST(live_mode)
{
	struct build b = node_site("root:root 0755", "app:www-data 0640");

	expect_plan(&b,
		"u1 blocked: socket-mode | s1\n"
		"s1 path.mode /run/node/app.sock: mode 0640>0660\n"
		"exit 2\n");
}

/* What a umask of 022 makes. */
TEST(live_mode_of_a_plain_bind)
{
	struct build b = node_site("root:root 0755", "app:www-data 0755");

	expect_plan(&b,
		"u1 blocked: socket-mode | s1\n"
		"s1 path.mode /run/node/app.sock: mode 0755>0660\n"
		"exit 2\n");
}

TEST(live_group)
{
	struct build b = node_site("root:root 0755", "app:app 0660");

	expect_plan(&b,
		"u1 blocked: socket-group | s1\n"
		"s1 path.owner /run/node/app.sock: group app>www-data\n"
		"exit 2\n");
}

TEST(live_owner)
{
	struct build b = node_site("root:root 0755", "app:app 0600");

	expect_plan(&b,
		"u1 blocked: socket-owner | s1\n"
		"s1 path.acl /run/node/app.sock: user:www-data >rw-, mask >rw-\n"
		"exit 2\n");
}

TEST(live_acl_denies)
{
	struct build b = node_site("root:root 0755", "app:www-data 0660");

	build_acl(&b, NODE_LIVE, "user:www-data:---,mask::rw-");
	expect_plan(&b,
		"u1 blocked: socket-acl | s1\n"
		"s1 path.acl /run/node/app.sock: user:www-data --->rw-\n"
		"exit 2\n");
}

TEST(live_acl_mask)
{
	struct build b = node_site("root:root 0755", "app:app 0660");

	build_acl(&b, NODE_LIVE, "user:www-data:rw-,mask::r--");
	expect_plan(&b,
		"u1 blocked: acl-mask | s1\n"
		"s1 path.acl /run/node/app.sock: mask r-->rw-\n"
		"exit 2\n");
}

TEST(live_tighten)
{
	struct build b = node_site("root:root 0755", "app:app 0777");

	expect_plan_with(&b, (struct planning){.tighten = true},
		"u1 reachable: world-access | s1 s2\n"
		"s1 path.owner /run/node/app.sock: group app>www-data\n"
		"s2 path.mode /run/node/app.sock: mode 0777>0660\n"
		"exit 2\n");
}

TEST(live_tighten_in_group)
{
	struct build b = node_site("root:root 0755", "app:www-data 0666");

	expect_plan_with(&b, (struct planning){.tighten = true},
		"u1 reachable: world-access | s1\n"
		"s1 path.mode /run/node/app.sock: mode 0666>0660\n"
		"exit 2\n");
}

/* The mask holds somebody back: a tightening must not free him. */
TEST(live_tighten_with_acl)
{
	struct build b = node_site("root:root 0755", "app:www-data 0606");

	build_user(&b, "eve", 1001, "/home/eve");
	build_acl(&b, NODE_LIVE, "user:eve:rw-,group::rw-,mask::rw-,other::rw-");
	expect_plan_with(&b, (struct planning){.tighten = true},
		"u1 reachable: world-access | s1\n"
		"s1 path.mode /run/node/app.sock: mode 0666>0660\n"
		"exit 2\n");
}

TEST(live_in_private_mount_namespace)
{
	struct build b = node_site("root:root 0755", "app:app 0660");

	build_view(&b, "pid:812", 812);
	free(b.facts.workers[0].as.view);
	b.facts.workers[0].as.view = xstrdup("pid:812");
	b.facts.workers[0].as.mntns = BUILD_MNTNS + 812;
	expect_plan(&b,
		"u1 blocked: socket-group | s1\n"
		"s1 path.owner /run/node/app.sock: group app>www-data\n"
		"exit 2\n");
}

TEST(not_listening)
{
	struct build b = node_site("root:root 0755", "app:www-data 0660");

	b.facts.listeners[0].name[1] = 'x';
	b.facts.listeners[0].file_ino = 0;
	expect_plan(&b,
		"u1 refusing: not-listening | s1 | a person has to do this; nothing is changed by itself\n"
		"s1 manual unix:/run/node/app.sock\n"
		"exit 3\n");
}

TEST(not_a_socket)
{
	struct build b = node_site("root:root 0755", "app:www-data 0660");

	build_file_in(&b, NULL, NODE_FILE, NODE_LIVE, "app:www-data 0660");
	expect_plan(&b,
		"u1 refusing: not-a-socket | s1 | a person has to do this; nothing is changed by itself\n"
		"s1 manual /run/node/app.sock\n"
		"exit 3\n");
}

TEST(backlog_full)
{
	struct build b = node_site("root:root 0755", "app:www-data 0660");

	b.facts.listeners[0].queued = 512;
	build_probe(&b, "w1", "unix:" NODE_LIVE, EAGAIN);
	expect_plan(&b,
		"u1 refusing: backlog-full | s1 | a person has to do this; nothing is changed by itself\n"
		"s1 manual unix:/run/node/app.sock\n"
		"exit 3\n");
}

TEST(unresolved)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_unresolved(&b, "fastcgi_pass", "$backend");
	expect_plan(&b,
		"u1 unknown: unresolved | s1 | a person has to do this; nothing is changed by itself\n"
		"s1 manual $backend\n"
		"exit 3\n");
}

/* Two links, blanks and quotes on the way. */
TEST(weird_path)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/var/run/my app/it's.sock", "example.com");
	build_link(&b, "/var/run", "/run");
	build_dir(&b, "/run/my app", "root:root 0700");
	build_socket(&b, "/run/my app/it's.sock", "app:www-data 0660");
	build_backend(&b, BACKEND_NODE, 900, "app");
	build_listen(&b, "/run/my app/it's.sock", 900);
	expect_plan(&b,
		"u1 blocked: dir-search | s1\n"
		"s1 path.acl /run/my app: user:www-data >--x, mask >--x\n"
		"exit 2\n");
}

TEST(path_mismatch)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	free(b.facts.nginx[0].refs[0].endpoint);
	free(b.facts.nginx[0].refs[0].written);
	b.facts.nginx[0].refs[0].endpoint = xstrdup("unix:/run/php/php7.4-fpm.sock");
	b.facts.nginx[0].refs[0].written = xstrdup("unix:/run/php/php7.4-fpm.sock");
	expect_plan(&b,
		"u1 absent: path-mismatch | s1 s2\n"
		"s1 nginx.pass /etc/nginx/sites-enabled/default: fastcgi_pass unix:/run/php/php7.4-fpm.sock>unix:/run/php/php8.2-fpm.sock\n"
		"s2 service.reload pid 800\n"
		"exit 2\n");
}

TEST(path_mismatch_quoted)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");

	free(b.facts.nginx[0].refs[0].endpoint);
	free(b.facts.nginx[0].refs[0].written);
	b.facts.nginx[0].refs[0].endpoint = xstrdup("unix:/run/php/php7.4-fpm.sock");
	b.facts.nginx[0].refs[0].written = xstrdup("\"unix:/run/php/php7.4-fpm.sock\"");
	expect_plan(&b,
		"u1 absent: path-mismatch | s1 | a person has to do this; nothing is changed by itself\n"
		"s1 manual /run/php/php7.4-fpm.sock\n"
		"exit 3\n");
}

/* Ids without a name stand as numbers. */
TEST(unnamed_ids)
{
	struct build b = node_site("root:root 0755", "4242:4343 0660");

	b.facts.workers[0].as.uid = b.facts.workers[0].as.gid = b.facts.workers[0].as.ruid = 5151;
	b.facts.workers[0].as.groups[0] = 5151;
	free(b.facts.workers[0].user);
	b.facts.workers[0].user = xstrdup("5151");
	free(b.facts.nginx[0].user);
	b.facts.nginx[0].user = NULL;
	free(b.facts.listeners[0].holders[0].comm);
	b.facts.listeners[0].holders[0].comm = xstrdup("node");
	b.facts.listeners[0].holders[0].uid = 4242;
	expect_plan(&b,
		"u1 blocked: socket-group | s1\n"
		"s1 path.owner /run/node/app.sock: group 4343>5151\n"
		"exit 2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dir_of_root), cmocka_unit_test(dir_group_when_acl_unknown), cmocka_unit_test(dir_in_group_without_search),
		cmocka_unit_test(dir_group_would_let_in), cmocka_unit_test(join_allowed_but_wider), cmocka_unit_test(dir_acl_names_worker),
		cmocka_unit_test(dir_acl_mask), cmocka_unit_test(dir_acl_mask_of_others), cmocka_unit_test(several_directories),
		cmocka_unit_test(three_faults_on_one_path), cmocka_unit_test(home), cmocka_unit_test(home_by_policy), cmocka_unit_test(live_mode),
		cmocka_unit_test(live_mode_of_a_plain_bind),
		cmocka_unit_test(live_group), cmocka_unit_test(live_owner), cmocka_unit_test(live_acl_denies), cmocka_unit_test(live_acl_mask),
		cmocka_unit_test(live_tighten), cmocka_unit_test(live_tighten_in_group), cmocka_unit_test(live_tighten_with_acl),
		cmocka_unit_test(live_in_private_mount_namespace), cmocka_unit_test(not_listening), cmocka_unit_test(not_a_socket),
		cmocka_unit_test(backlog_full), cmocka_unit_test(unresolved), cmocka_unit_test(weird_path), cmocka_unit_test(path_mismatch),
		cmocka_unit_test(path_mismatch_quoted), cmocka_unit_test(unnamed_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
