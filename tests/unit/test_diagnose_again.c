/* SPDX-License-Identifier: MIT */
/* What-if, reach, targets, grouping: the parts of a diagnosis that planning leans on. */
#include "tests/unit/expect_causes.h"

#include <time.h>

/* Diagnoses the first upstream, then again with these effects. */
static void expect_again(struct build *b, const struct effect *effects, size_t n, int verdict, const char *causes)
{
	const struct world before = {.facts = &b->facts}, after = {.facts = &b->facts, .effects = effects, .n_effects = n};
	const struct judge judge = {0};
	struct diagnosis d;
	struct upstream again;

	diagnose(&before, &judge, &d);
	diagnose_again(&after, &judge, &d.upstreams[0], &again);
	expect_upstream(&again, verdict, causes);
	assert_string_equal(again.id, d.upstreams[0].id);
	upstream_free(&again);
	diagnosis_free(&d);
}

static struct effect live_group(const struct build *b, uint32_t gid)
{
	const struct node *object = walk_object(&b->facts.walks[0]);

	return (struct effect){.kind = EFFECT_OWNER, .dev = object->dev, .ino = object->ino, .uid = ID_UNCHANGED, .gid = gid};
}

static struct effect setting(const struct build *b, const char *key, const char *value)
{
	return (struct effect){.kind = EFFECT_SETTING, .section = &b->facts.backends[0].sections[0], .key = key, .value = value};
}

TEST(live_fix_alone_is_not_durable)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");
	struct effect effect;

	build_done(&b);
	effect = live_group(&b, 33);
	expect_again(&b, &effect, 1, UPSTREAM_REACHABLE, "not-durable");
	build_free(&b);
}

TEST(setting_alone_leaves_a_stale_socket)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");
	struct effect effect;

	build_done(&b);
	effect = setting(&b, "listen.group", "www-data");
	expect_again(&b, &effect, 1, UPSTREAM_BLOCKED, "stale-socket");
	build_free(&b);
}

TEST(both_are_a_cure)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");
	struct effect effects[2];

	build_done(&b);
	build_probe(&b, "w1", "unix:" BUILD_PHP_SOCKET, EACCES);
	effects[0] = live_group(&b, 33);
	effects[1] = setting(&b, "listen.group", "www-data");
	expect_again(&b, effects, 2, UPSTREAM_REACHABLE, "");
	build_free(&b);
}

TEST(setting_and_restart_are_a_cure)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");
	struct effect effects[2];

	build_done(&b);
	effects[0] = setting(&b, "listen.group", "www-data");
	effects[1] = (struct effect){.kind = EFFECT_RESTART, .backend = &b.facts.backends[0]};
	expect_again(&b, effects, 2, UPSTREAM_REACHABLE, "");
	build_free(&b);
}

TEST(restart_makes_an_absent_socket)
{
	struct build b = build_host("debian 12");
	struct effect effect;

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", "unix:" BUILD_PHP_SOCKET, "example.com");
	build_dir(&b, "/run/php", "root:root 0755");
	build_pool(&b, build_php(&b, 0), "www", BUILD_PHP_SOCKET, "listen.owner=www-data", NULL);
	build_done(&b);
	effect = (struct effect){.kind = EFFECT_RESTART, .backend = &b.facts.backends[0]};
	expect_again(&b, &effect, 1, UPSTREAM_REACHABLE, "");
	build_free(&b);
}

TEST(unexplained_denial_stays)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct effect effect;

	build_done(&b);
	build_probe(&b, "w1", "unix:" BUILD_PHP_SOCKET, EACCES);
	effect = live_group(&b, 0);
	expect_again(&b, &effect, 1, UPSTREAM_BLOCKED, "other");
	build_free(&b);
}

TEST(success_proves_nothing_for_a_changed_node)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct effect effect;

	build_done(&b);
	build_probe(&b, "w1", "unix:" BUILD_PHP_SOCKET, 0);
	effect = live_group(&b, 0);
	effect.uid = 0;
	expect_again(&b, &effect, 1, UPSTREAM_BLOCKED, "stale-socket");
	build_free(&b);
}

TEST(reload_cures_stale_groups)
{
	struct build b = build_site("root:root 0660", "root", "web", "0660");
	struct effect effect = {.kind = EFFECT_RELOAD};

	build_group(&b, "web", 500, "www-data");
	build_socket(&b, BUILD_PHP_SOCKET, "root:web 0660");
	build_done(&b);
	expect_again(&b, &effect, 1, UPSTREAM_REACHABLE, "");
	build_free(&b);
}

TEST(other_endpoint)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct effect effect = {.kind = EFFECT_ENDPOINT, .key = "unix:/run/php/php7.4-fpm.sock", .value = "unix:" BUILD_PHP_SOCKET};

	free(b.facts.nginx[0].refs[0].endpoint);
	b.facts.nginx[0].refs[0].endpoint = xstrdup("unix:/run/php/php7.4-fpm.sock");
	build_done(&b);
	expect_again(&b, NULL, 0, UPSTREAM_ABSENT, "path-mismatch");
	build_walk(&b, "host", BUILD_PHP_SOCKET);
	expect_again(&b, &effect, 1, UPSTREAM_REACHABLE, "");
	build_free(&b);
}

TEST(nginx_user_cures_worker_user)
{
	struct build b = build_host("debian 12");
	struct effect effect = {.kind = EFFECT_NGINX_USER, .value = "www-data"};

	build_user(&b, "nginx", 101, "/");
	build_nginx(&b, "nginx");
	build_ref(&b, "proxy_pass", "unix:/run/a.sock", "a.example");
	build_ref(&b, "proxy_pass", "unix:/run/b.sock", "b.example");
	build_socket(&b, "/run/a.sock", "app:www-data 0660");
	build_socket(&b, "/run/b.sock", "app:www-data 0660");
	build_listen(&b, "/run/a.sock", 901);
	build_listen(&b, "/run/b.sock", 902);
	build_done(&b);
	expect_again(&b, NULL, 0, UPSTREAM_BLOCKED, "worker-user");
	expect_again(&b, &effect, 1, UPSTREAM_REACHABLE, "");
	build_free(&b);
}

TEST(access_names_the_first_denial)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	const struct world world = {.facts = &b.facts};
	const struct node *at;
	struct ids ids;

	build_dir(&b, "/run/php", "root:www-data 0750");
	build_done(&b);
	world_user_ids(&world, user_by_name(&b.facts.accounts, "www-data"), &ids);
	assert_true(diagnose_access(&world, &ids, &b.facts.walks[0], &at));
	assert_null(at);
	ids_free(&ids);
	world_user_ids(&world, user_by_name(&b.facts.accounts, "app"), &ids);
	assert_false(diagnose_access(&world, &ids, &b.facts.walks[0], &at));
	assert_string_equal(at->path, "/run/php");
	ids_free(&ids);
	build_free(&b);
}

/* --- grouping and targets --- */

static struct build five_refs(void)
{
	struct build b = build_host("debian 12");

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", "unix:/run/z.sock", "example.com www.example.com");
	build_ref(&b, "fastcgi_pass", "unix:/run/a.sock", "*.example.com");
	build_ref(&b, "fastcgi_pass", "unix:/run/m.sock", ".example.org");
	build_ref(&b, "fastcgi_pass", "unix:/run/a.sock", "mail.*");
	build_ref(&b, "fastcgi_pass", "unix:/run/d.sock", "down.example")->down = true;
	return b;
}

static void expect_targets(struct build *b, const char *endpoints)
{
	struct text text = {0};
	struct diagnosis d;
	char *got;

	diagnose_built(b, false, &d);
	for (size_t i = 0; i < d.n_upstreams; i++)
		text_addf(&text, "%s%s=%s", i ? " " : "", d.upstreams[i].id, d.upstreams[i].endpoint + strlen("unix:/run/"));
	got = text_steal(&text);
	assert_string_equal(got, endpoints);
	free(got);
	diagnosis_free(&d);
	build_free(b);
}

TEST(one_for_each_endpoint_sorted)
{
	struct build b = five_refs();

	expect_targets(&b, "u1=a.sock u2=m.sock u3=z.sock");
}

TEST(references_are_kept)
{
	struct build b = five_refs();
	struct diagnosis d;

	diagnose_built(&b, false, &d);
	assert_int_equal(d.upstreams[0].n_refs, 2);
	assert_int_equal(d.upstreams[0].refs[0], 1);
	assert_int_equal(d.upstreams[0].refs[1], 3);
	diagnosis_free(&d);
	build_free(&b);
}

TEST(target_endpoint)
{
	struct build b = five_refs();

	build_target(&b, "unix:/run/m.sock", NULL);
	expect_targets(&b, "u1=m.sock");
}

TEST(target_endpoint_that_nobody_names)
{
	struct build b = five_refs();

	build_target(&b, "unix:/run/new.sock", NULL);
	expect_targets(&b, "u1=new.sock");
}

TEST(target_exact_name_before_wildcard)
{
	struct build b = five_refs();

	build_target(&b, NULL, "WWW.example.com");
	expect_targets(&b, "u1=z.sock");
}

TEST(target_wildcards)
{
	struct build b = five_refs();

	build_target(&b, NULL, "shop.example.com");
	expect_targets(&b, "u1=a.sock");
	b = five_refs();
	build_target(&b, NULL, "example.org");
	expect_targets(&b, "u1=m.sock");
	b = five_refs();
	build_target(&b, NULL, "mail.example.net");
	expect_targets(&b, "u1=a.sock");
}

TEST(target_as_it_is_written)
{
	struct build b = five_refs();

	build_target(&b, NULL, "*.example.com");
	expect_targets(&b, "u1=a.sock");
}

TEST(target_unknown_name)
{
	struct build b = five_refs();

	build_target(&b, NULL, "nowhere.example");
	expect_targets(&b, "");
}

TEST(two_workers_are_two_upstreams)
{
	struct build b = build_site("www-data:www-data 0660", "www-data", "www-data", "0660");
	struct diagnosis d;

	build_worker(&b, 0, "app", 813);
	diagnose_built(&b, false, &d);
	assert_int_equal(d.n_upstreams, 2);
	expect_upstream(&d.upstreams[0], UPSTREAM_REACHABLE, "");
	expect_upstream(&d.upstreams[1], UPSTREAM_BLOCKED, "socket-group");
	diagnosis_free(&d);
	build_free(&b);
}

/* Ten thousand references to a thousand pools, all absent or all there: no quadratic scan. */
static double seconds_for(size_t pools, bool there)
{
	struct build b = build_host("debian 12");
	struct timespec from, to;
	struct diagnosis d;

	build_nginx(&b, "www-data");
	build_php(&b, 801);
	for (size_t i = 0; i < pools; i++) {
		char *path = xasprintf("/run/php/site%05zu.sock", i), *endpoint = xasprintf("unix:%s", path);
		struct walk *walk = ARRAY_NEW(b.facts.walks, b.facts.n_walks);

		for (int j = 0; j < 10; j++)
			build_ref(&b, "fastcgi_pass", endpoint, "example.com");
		*walk = (struct walk){.view = xstrdup("host"), .path = path, .failed = there ? 0 : ENOENT, .missing = there ? NULL : xstrdup(path)};
		for (int j = there ? 0 : 1; j < 2; j++) {
			struct node *node = ARRAY_NEW(walk->nodes, walk->n_nodes);

			*node = (struct node){.path = xstrdup(j ? path : "/run/php"), .type = j && there ? NODE_SOCKET : NODE_DIR, .mode = 0777,
				.dev = 1, .ino = i + 1};
		}
		free(endpoint);
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	diagnose(&(struct world){.facts = &b.facts}, &(struct judge){0}, &d);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_int_equal(d.n_upstreams, pools);
	diagnosis_free(&d);
	build_free(&b);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

TEST(many_references)
{
	for (int there = 0; there < 2; there++)
		print_message("100 pools: %.4f s, 1000 pools: %.4f s\n", seconds_for(100, there), seconds_for(1000, there));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live_fix_alone_is_not_durable),
		cmocka_unit_test(setting_alone_leaves_a_stale_socket),
		cmocka_unit_test(both_are_a_cure),
		cmocka_unit_test(setting_and_restart_are_a_cure),
		cmocka_unit_test(restart_makes_an_absent_socket),
		cmocka_unit_test(unexplained_denial_stays),
		cmocka_unit_test(success_proves_nothing_for_a_changed_node),
		cmocka_unit_test(reload_cures_stale_groups),
		cmocka_unit_test(other_endpoint),
		cmocka_unit_test(nginx_user_cures_worker_user),
		cmocka_unit_test(access_names_the_first_denial),
		cmocka_unit_test(one_for_each_endpoint_sorted),
		cmocka_unit_test(references_are_kept),
		cmocka_unit_test(target_endpoint),
		cmocka_unit_test(target_endpoint_that_nobody_names),
		cmocka_unit_test(target_exact_name_before_wildcard),
		cmocka_unit_test(target_wildcards),
		cmocka_unit_test(target_as_it_is_written),
		cmocka_unit_test(target_unknown_name),
		cmocka_unit_test(two_workers_are_two_upstreams),
		cmocka_unit_test(many_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
