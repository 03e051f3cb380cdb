/* SPDX-License-Identifier: MIT */
/* Several upstreams in one plan: shared steps, several edits of a file, one that is hopeless beside one that is cured; questions and edits
 * that fail; what changed. */
#include "tests/unit/plan_common.h"

#define TEST(name) static void name(__attribute__((unused)) void **state)

/* Two pools, their sockets in one directory; the second pool may stand in the first one's file. */
static struct build two_pools(const char *dir, const char *first, const char *second, bool one_file)
{
	struct build b = build_host("debian 12");
	struct backend *php;
	struct backend_section *pool;

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", "unix:/run/php/a.sock", "a.example");
	build_ref(&b, "fastcgi_pass", "unix:/run/php/b.sock", "b.example");
	build_dir(&b, "/run/php", dir);
	build_socket(&b, "/run/php/a.sock", first);
	build_socket(&b, "/run/php/b.sock", second);
	php = build_php(&b, 801);
	build_pool(&b, php, "a", "/run/php/a.sock", strstr(first, "www") ? "listen.group=www-data" : "listen.group=root", NULL);
	pool = build_pool(&b, php, "b", "/run/php/b.sock", strstr(second, "www") ? "listen.group=www-data" : "listen.group=root", NULL);
	if (one_file) {
		free(pool->at.file);
		pool->at.file = xstrdup(POOL_D "/a.conf");
	}
	build_listen(&b, "/run/php/a.sock", 801);
	build_listen(&b, "/run/php/b.sock", 801);
	return b;
}

TEST(shared_directory)
{
	struct build b = two_pools("root:root 0700", "root:www-data 0660", "root:www-data 0660", false);

	expect_plan(&b,
		"u1 blocked: dir-search | s1\n"
		"u2 blocked: dir-search | s1\n"
		"s1 path.acl /run/php: user:www-data >--x, mask >--x\n"
		"exit 2\n");
}

TEST(shared_directory_and_own_faults)
{
	struct build b = two_pools("root:root 0700", "root:root 0660", "root:www-data 0660", false);

	expect_plan(&b,
		"u1 blocked: dir-search socket-group | s1 s2 s3\n"
		"u2 blocked: dir-search | s1\n"
		"s1 path.acl /run/php: user:www-data >--x, mask >--x\n"
		"s2 phpfpm.listen /etc/php/8.2/fpm/pool.d/a.conf [a]: listen.group root>www-data\n"
		"s3 path.owner /run/php/a.sock: group root>www-data\n"
		"exit 2\n");
}

TEST(two_pools_of_one_file)
{
	struct build b = two_pools("root:root 0755", "root:root 0660", "root:root 0660", true);

	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2\n"
		"u2 blocked: socket-group | s3 s4\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/a.conf [a]: listen.group root>www-data\n"
		"s2 path.owner /run/php/a.sock: group root>www-data\n"
		"s3 phpfpm.listen /etc/php/8.2/fpm/pool.d/a.conf [b]: listen.group root>www-data\n"
		"s4 path.owner /run/php/b.sock: group root>www-data\n"
		"exit 2\n");
}

/* The second edit is of the text that the first one makes. */
TEST(edit_after_edit)
{
	struct build b = two_pools("root:root 0755", "root:root 0660", "root:root 0660", true);
	struct planning how = {0};
	struct plan plan = {0};
	const struct step *second;

	plan_built(&b, &how, &plan);
	assert_int_equal(plan.n_steps, 4);
	second = &plan.steps[2];
	assert_int_equal(second->kind, STEP_PHPFPM_LISTEN);
	assert_non_null(strstr(second->diff, "[a] listen.group=www-data, then php-fpm:" POOL_D "/a.conf [b] listen.group=www-data"));
	assert_string_equal(second->preconditions[0].value, "sha256:later");
	assert_string_equal(plan.steps[0].preconditions[0].value, "sha256:first");
	assert_true(how.rounds > 1);
	plan_free(&plan);
	build_free(&b);
}

TEST(one_hopeless)
{
	struct build b = two_pools("root:root 0755", "root:root 0660", "root:root 0660", false);

	build_file_in(&b, NULL, NODE_FILE, POOL_D "/a.conf", "app:app 0644");
	expect_plan(&b,
		"u1 blocked: socket-group | every way to a fix is refused: untrusted-config\n"
		"u2 blocked: socket-group | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/b.conf [b]: listen.group root>www-data\n"
		"s2 path.owner /run/php/b.sock: group root>www-data\n"
		"exit 3\n");
}

/* What nobody may do stands open, and the directory before it is left alone as well. */
TEST(half_a_cure_is_none)
{
	struct build b = two_pools("root:root 0700", "root:root 0660", "root:www-data 0660", false);

	build_file_in(&b, NULL, NODE_FILE, POOL_D "/a.conf", "app:app 0644");
	expect_plan(&b,
		"u1 blocked: dir-search socket-group | every way to a fix is refused: untrusted-config\n"
		"u2 blocked: dir-search | s1\n"
		"s1 path.acl /run/php: user:www-data >--x, mask >--x\n"
		"exit 3\n");
}

/* Where the file cannot be edited the next best is taken; here none edits nothing. */
TEST(edit_fails)
{
	struct build b = two_pools("root:root 0755", "root:root 0660", "root:www-data 0660", false);

	expect_plan_with(&b, (struct planning){.broken_file = POOL_D "/a.conf"},
		"u1 blocked: socket-group | every way to a fix is refused: root-equal-group\n"
		"u2 reachable\n"
		"exit 3\n");
}

TEST(edit_fails_for_nginx_user)
{
	struct build b = build_host("debian 12");
	struct nginx *nginx;

	build_user(&b, "nginx", 101, "/nonexistent");
	nginx = build_nginx(&b, "nginx");
	nginx->default_user = xstrdup("www-data");
	build_ref(&b, "fastcgi_pass", "unix:/run/php/a.sock", "a.example");
	build_ref(&b, "fastcgi_pass", "unix:/run/php/b.sock", "b.example");
	build_socket(&b, "/run/php/a.sock", "www-data:www-data 0660");
	build_socket(&b, "/run/php/b.sock", "www-data:www-data 0660");
	build_php(&b, 801);
	build_pool(&b, &b.facts.backends[0], "a", "/run/php/a.sock", "listen.owner=www-data", "user=www-data", NULL);
	build_pool(&b, &b.facts.backends[0], "b", "/run/php/b.sock", "listen.owner=www-data", "user=www-data", NULL);
	build_listen(&b, "/run/php/a.sock", 801);
	build_listen(&b, "/run/php/b.sock", 801);
	expect_plan_with(&b, (struct planning){.broken_file = "/etc/nginx/nginx.conf"},
		"u1 blocked: worker-user | s1 s2\n"
		"u2 blocked: worker-user | s3 s4\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/a.conf [a]: listen.group >nginx\n"
		"s2 path.owner /run/php/a.sock: group www-data>nginx\n"
		"s3 phpfpm.listen /etc/php/8.2/fpm/pool.d/b.conf [b]: listen.group >nginx\n"
		"s4 path.owner /run/php/b.sock: group www-data>nginx\n"
		"exit 2\n");
}

/* Without an answer about the pool file's way nothing can be judged. */
TEST(unanswered)
{
	struct build b = two_pools("root:root 0755", "root:root 0660", "root:www-data 0660", false);

	expect_plan_with(&b, (struct planning){.mute = true},
		"u1 blocked: socket-group | what is needed to judge the fix could not be looked at\n"
		"u2 reachable\n"
		"exit 3\n");
}

TEST(one_server_two_sites)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");

	build_ref(&b, "fastcgi_pass", "unix:" PHP_LIVE, "second.example");
	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/www.conf [www]: listen.group root>www-data\n"
		"s2 path.owner /run/php/php8.2-fpm.sock: group root>www-data\n"
		"exit 2\n");
}

TEST(tighten_several)
{
	struct build b = two_pools("root:root 0755", "root:www-data 0666", "root:www-data 0666", false);

	build_setting(&b.facts.backends[0].sections[0], "listen.mode=0666", false);
	build_setting(&b.facts.backends[0].sections[1], "listen.mode=0666", false);
	expect_plan_with(&b, (struct planning){.tighten = true},
		"u1 reachable: world-access | s1 s2\n"
		"u2 reachable: world-access | s3 s4\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/a.conf [a]: listen.mode 0666>0660\n"
		"s2 path.mode /run/php/a.sock: mode 0666>0660\n"
		"s3 phpfpm.listen /etc/php/8.2/fpm/pool.d/b.conf [b]: listen.mode 0666>0660\n"
		"s4 path.mode /run/php/b.sock: mode 0666>0660\n"
		"exit 2\n");
}

/* An outage and an opening: without --tighten only the outage is cured. */
TEST(outage_beside_opening)
{
	struct build b = two_pools("root:root 0755", "root:root 0660", "root:www-data 0666", false);

	build_setting(&b.facts.backends[0].sections[1], "listen.mode=0666", false);
	expect_plan(&b,
		"u1 blocked: socket-group | s1 s2\n"
		"u2 reachable\n"
		"s1 phpfpm.listen /etc/php/8.2/fpm/pool.d/a.conf [a]: listen.group root>www-data\n"
		"s2 path.owner /run/php/a.sock: group root>www-data\n"
		"exit 2\n");
}

TEST(patch_of_a_tree_is_relative)
{
	struct build b = two_pools("root:root 0755", "root:root 0660", "root:www-data 0660", false);
	struct planning how = {0};
	struct plan plan = {0};

	plan_built(&b, &how, &plan);
	assert_true(starts_with(plan.steps[0].sh.items[0], "patch --follow-symlinks -d / -p1 <<'END-OF-PATCH'\n"));
	plan_free(&plan);
	b.facts.host.offline = true;
	make_plan(&b, &how, &plan);
	assert_true(starts_with(plan.steps[0].sh.items[0], "patch --follow-symlinks -p1 <<'END-OF-PATCH'\n"));
	plan_free(&plan);
	build_free(&b);
}

static void changed(struct build *b, const char *what, const char *path)
{
	ARRAY_ADD(b->facts.changed, b->facts.n_changed, (struct change_seen){.what = xstrdup(what), .path = xstrdup(path), .when = b->now});
}

/* Of services and packages only nginx's and the upstream's own. */
TEST(what_changed)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");
	struct planning how = {0};
	struct plan plan = {0};
	struct text got = {0};

	b.facts.backends[0].as.unit = xstrdup("php8.2-fpm.service");
	free(b.facts.nginx[0].as.unit);
	b.facts.nginx[0].as.unit = xstrdup("nginx.service");
	changed(&b, "service start", "mariadb.service");
	changed(&b, "service start", "php8.2-fpm.service");
	changed(&b, "package php7.4-fpm", "/var/lib/dpkg/info/php7.4-fpm.list");
	changed(&b, "package php8.2-fpm", "/var/lib/dpkg/info/php8.2-fpm.list");
	changed(&b, "package nginx", "/var/lib/dpkg/info/nginx.list");
	changed(&b, "socket", PHP_LIVE);
	changed(&b, "socket", "/run/other.sock");
	changed(&b, "pool file", POOL_D "/www.conf");
	plan_built(&b, &how, &plan);
	for (size_t i = 0; i < plan.upstreams[0].n_changed; i++)
		text_addf(&got, "%s|", plan.upstreams[0].changed[i].what);
	assert_string_equal(got.bytes, "service start|package php8.2-fpm|package nginx|socket|pool file|");
	assert_string_equal(plan.upstreams[0].changed[0].path, "php8.2-fpm.service");
	text_free(&got);
	plan_free(&plan);
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_directory), cmocka_unit_test(shared_directory_and_own_faults), cmocka_unit_test(two_pools_of_one_file),
		cmocka_unit_test(edit_after_edit), cmocka_unit_test(one_hopeless), cmocka_unit_test(half_a_cure_is_none), cmocka_unit_test(edit_fails),
		cmocka_unit_test(edit_fails_for_nginx_user), cmocka_unit_test(unanswered), cmocka_unit_test(one_server_two_sites),
		cmocka_unit_test(tighten_several), cmocka_unit_test(outage_beside_opening), cmocka_unit_test(patch_of_a_tree_is_relative),
		cmocka_unit_test(what_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
