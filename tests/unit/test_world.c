/* SPDX-License-Identifier: MIT */
#include "tests/unit/expect_causes.h"

#include "diagnose/dac.h"

static struct world one(const struct build *b, const struct effect *effect)
{
	return (struct world){.facts = &b->facts, .effects = effect, .n_effects = 1};
}

TEST(owner_effect)
{
	struct build b = build_host("debian 12");
	const struct node *node = build_socket(&b, "/s", "root:root 0660");
	const struct effect effect = {.kind = EFFECT_OWNER, .dev = node->dev, .ino = node->ino, .uid = ID_UNCHANGED, .gid = 33};
	const struct world world = one(&b, &effect);
	struct node out;

	world_node(&world, node, &out);
	assert_int_equal(out.uid, 0);
	assert_int_equal(out.gid, 33);
	build_free(&b);
}

TEST(effect_on_another_inode)
{
	struct build b = build_host("debian 12");
	const struct node *node = build_socket(&b, "/s", "root:root 0660");
	const struct effect effect = {.kind = EFFECT_MODE, .dev = node->dev, .ino = node->ino + 1, .mode = 0666};
	const struct world world = one(&b, &effect);
	struct node out;

	world_node(&world, node, &out);
	assert_int_equal(out.mode, 0660);
	build_free(&b);
}

/* chmod(2) on a file with an ACL changes its mask. */
TEST(mode_effect_is_the_mask)
{
	struct build b = build_host("debian 12");
	const struct ids ids = {.uid = 33, .gid = 33, .mapped = true};
	struct effect effect = {.kind = EFFECT_MODE, .dev = BUILD_DEV, .mode = 0660};
	const struct world world = one(&b, &effect);
	struct node out;

	build_socket(&b, "/s", "root:root 0660");
	build_acl(&b, "/s", "user:www-data:rw-,mask::r--");
	effect.ino = build_find(&b, NULL, "/s")->node.ino;
	world_node(&world, &build_find(&b, NULL, "/s")->node, &out);
	assert_true(dac_decide(&ids, &out, DAC_WRITE).allowed);
	effect.mode = 0640;
	world_node(&world, &build_find(&b, NULL, "/s")->node, &out);
	assert_true(dac_decide(&ids, &out, DAC_WRITE).masked);
	build_free(&b);
}

TEST(acl_effect_sets_the_mode)
{
	struct build b = build_host("debian 12");
	const struct node *node = build_socket(&b, "/s", "root:root 0600");
	struct acl_entry *acl;
	size_t n = build_entries(&b, "user::rw-,user:www-data:rw-,group::---,mask::rw-,other::---", &acl);
	const struct effect effect = {.kind = EFFECT_ACL, .dev = node->dev, .ino = node->ino, .acl = acl, .n_acl = n};
	const struct world world = one(&b, &effect);
	struct node out;

	world_node(&world, node, &out);
	assert_int_equal(out.mode, 0660);
	assert_int_equal(out.n_acl, 5);
	free(acl);
	build_free(&b);
}

TEST(base_acl_is_only_a_mode)
{
	struct build b = build_host("debian 12");
	const struct node *node = build_socket(&b, "/s", "root:root 0600");
	struct acl_entry *acl;
	size_t n = build_entries(&b, "user::rw-,group::r--,other::---", &acl);
	const struct effect effect = {.kind = EFFECT_ACL, .dev = node->dev, .ino = node->ino, .acl = acl, .n_acl = n};
	const struct world world = one(&b, &effect);
	struct node out;

	world_node(&world, node, &out);
	assert_int_equal(out.mode, 0640);
	assert_int_equal(out.n_acl, 0);
	free(acl);
	build_free(&b);
}

TEST(later_effect_wins)
{
	struct build b = build_host("debian 12");
	const struct node *node = build_socket(&b, "/s", "root:root 0600");
	const struct effect effects[] = {
		{.kind = EFFECT_MODE, .dev = node->dev, .ino = node->ino, .mode = 0640},
		{.kind = EFFECT_MODE, .dev = node->dev, .ino = node->ino, .mode = 0660},
	};
	const struct world world = {.facts = &b.facts, .effects = effects, .n_effects = 2};
	struct node out;

	world_node(&world, node, &out);
	assert_int_equal(out.mode, 0660);
	build_free(&b);
}

TEST(member_counts_after_a_reload_only)
{
	struct build b = build_host("debian 12");
	const struct effect effects[] = {
		{.kind = EFFECT_GROUP, .key = "web", .gid = 700},
		{.kind = EFFECT_MEMBER, .key = "web", .value = "www-data"},
		{.kind = EFFECT_RELOAD, .nginx = 0},
	};
	struct world world = {.facts = &b.facts, .effects = effects, .n_effects = 2};
	struct ids ids;

	build_nginx(&b, "www-data");
	world_worker_ids(&world, 0, &ids);
	assert_false(ids_in_group(&ids, 700));
	ids_free(&ids);
	world.n_effects = 3;
	world_worker_ids(&world, 0, &ids);
	assert_true(ids_in_group(&ids, 700));
	assert_true(ids_in_group(&ids, 33));
	ids_free(&ids);
	build_free(&b);
}

TEST(reload_takes_old_groups_away)
{
	struct build b = build_host("debian 12");
	const struct effect effect = {.kind = EFFECT_RELOAD};
	const struct world world = one(&b, &effect);
	struct ids ids;

	build_group(&b, "web", 700, "www-data");
	build_nginx(&b, "www-data");
	strings_free(&b.facts.accounts.groups[b.facts.accounts.n_groups - 1].members);
	world_worker_ids(&world, 0, &ids);
	assert_false(ids_in_group(&ids, 700));
	ids_free(&ids);
	b.facts.accounts.elsewhere = xstrdup("ldap");
	world_worker_ids(&world, 0, &ids);
	assert_true(ids_in_group(&ids, 700));
	ids_free(&ids);
	build_free(&b);
}

TEST(nginx_user_takes_the_group_of_its_name)
{
	struct build b = build_host("debian 12");
	const struct effect effect = {.kind = EFFECT_NGINX_USER, .value = "web"};
	const struct world world = one(&b, &effect);
	struct ids ids;

	build_user(&b, "web", 700, "/");
	b.facts.accounts.users[b.facts.accounts.n_users - 1].gid = 100;
	build_nginx(&b, "www-data");
	world_worker_ids(&world, 0, &ids);
	assert_int_equal(ids.uid, 700);
	assert_int_equal(ids.gid, 700);
	ids_free(&ids);
	b.facts.nginx[0].user_ignored = true;
	world_worker_ids(&world, 0, &ids);
	assert_int_equal(ids.uid, 33);
	ids_free(&ids);
	build_free(&b);
}

TEST(effect_on_another_nginx)
{
	struct build b = build_host("debian 12");
	const struct effect effect = {.kind = EFFECT_NGINX_USER, .nginx = 1, .value = "app"};
	const struct world world = one(&b, &effect);
	struct ids ids;

	build_nginx(&b, "www-data");
	world_worker_ids(&world, 0, &ids);
	assert_int_equal(ids.uid, 33);
	ids_free(&ids);
	build_free(&b);
}

TEST(setting_effect)
{
	struct build b = build_site("root:root 0660", "root", "root", "0660");
	const struct backend_section *section = &b.facts.backends[0].sections[0];
	struct effect effect = {.kind = EFFECT_SETTING, .section = section, .key = "listen.owner", .value = "www-data"};
	const struct world world = one(&b, &effect);

	assert_string_equal(world_setting(&world, section, "listen.owner"), "www-data");
	assert_string_equal(world_setting(&world, section, "listen.group"), "root");
	effect.value = NULL;
	assert_null(world_setting(&world, section, "listen.owner"));
	assert_null(world_setting(&world, section, "listen.acl_users"));
	build_free(&b);
}

/* A drop-in that sets RuntimeDirectory= empties it first, and the mode of the unit goes with it. */
TEST(directory_effect_takes_the_mode_away)
{
	struct build b = build_host("debian 12");
	struct unit *unit = build_unit(&b, "app.service", "Service.RuntimeDirectory=a", "Service.RuntimeDirectoryMode=0750", NULL);
	const struct effect effects[] = {
		{.kind = EFFECT_UNIT, .unit = unit, .key = (char *)"Service.RuntimeDirectory", .value = (char *)"a b"},
		{.kind = EFFECT_UNIT, .unit = unit, .key = (char *)"Service.RuntimeDirectoryMode", .value = (char *)"0710"},
	};
	struct world world = {.facts = &b.facts, .effects = effects};
	char *storage = NULL;

	assert_string_equal(world_unit_setting(&world, unit, "Service.RuntimeDirectoryMode", MOMENT_BOOT, 0, &storage), "0750");
	world.n_effects = 1;
	assert_null(world_unit_setting(&world, unit, "Service.RuntimeDirectoryMode", MOMENT_BOOT, 0, &storage));
	assert_string_equal(world_unit_setting(&world, unit, "Service.RuntimeDirectoryMode", MOMENT_RESTART, 0, &storage), "0750");
	world.n_effects = 2;
	assert_string_equal(world_unit_setting(&world, unit, "Service.RuntimeDirectoryMode", MOMENT_BOOT, 0, &storage), "0710");
	free(storage);
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owner_effect),
		cmocka_unit_test(effect_on_another_inode),
		cmocka_unit_test(mode_effect_is_the_mask),
		cmocka_unit_test(acl_effect_sets_the_mode),
		cmocka_unit_test(base_acl_is_only_a_mode),
		cmocka_unit_test(later_effect_wins),
		cmocka_unit_test(member_counts_after_a_reload_only),
		cmocka_unit_test(reload_takes_old_groups_away),
		cmocka_unit_test(nginx_user_takes_the_group_of_its_name),
		cmocka_unit_test(effect_on_another_nginx),
		cmocka_unit_test(setting_effect),
		cmocka_unit_test(directory_effect_takes_the_mode_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
