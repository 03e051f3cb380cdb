/* SPDX-License-Identifier: MIT */
/* The orchestration through its public entrance, over trees, with readers of configuration that say what the test wants. */
#include "proc_tree.h"

#include "facts/edit.h"
#include "facts/gather_state.h"
#include "facts/read_nginx.h"
#include "facts/reader.h"

#include <errno.h>

/* --- readers of the test ---------------------------------------------------------------------------------------------- */

static struct {
	const char *user, *group;
	const char *endpoints[4];
	const char *pool;
	const char *fails;
	bool broken;
} says;

struct reader {
	int unused;
};
static struct reader the_reader;

int reader_start(struct reader **out, struct error *err)
{
	*out = &the_reader;
	return says.broken ? error_set(err, EPERM, "no child") : 0;
}

void reader_stop(struct reader *r)
{
	assert_ptr_equal(r, &the_reader);
}

int reader_nginx(struct reader *r, int root, const char *conf, const char *prefix, struct nginx *out, struct error *err)
{
	(void)r;
	(void)prefix;
	assert_true(root >= 0);
	if (says.fails)
		return error_set(err, EIO, "%s", says.fails);
	out->user = xstrdup(says.user);
	out->group = xstrdup(says.group);
	for (size_t i = 0; i < 4 && says.endpoints[i]; i++)
		*ARRAY_NEW(out->refs, out->n_refs) = (struct nginx_ref){
			.endpoint = xstrdup(says.endpoints[i]), .directive = xstrdup("fastcgi_pass"), .at.file = xstrdup(conf)};
	*ARRAY_NEW(out->files, out->n_files) = (struct config_file){.path = xstrdup(conf), .mtime = 500};
	*ARRAY_NEW(out->files, out->n_files) = (struct config_file){.path = xstrdup("/etc/nginx/mime.types"), .mtime = 600};
	return 0;
}

int reader_unit(struct reader *r, int root, const struct unit_files *files, const struct specifier_host *host, struct unit *out,
	struct error *err)
{
	(void)r, (void)root, (void)files, (void)host, (void)out;
	return error_set(err, EIO, "no unit");
}

int reader_tmpfiles(struct reader *r, int root, const struct strings *wanted, const struct specifier_host *host, struct tmpfiles *out,
	struct error *err)
{
	(void)r, (void)root, (void)wanted, (void)host, (void)out, (void)err;
	return 0;
}

int reader_fpm(struct reader *r, int root, const char *conf, struct backend *out, struct error *err)
{
	(void)r;
	(void)root;
	(void)err;
	if (says.pool)
		*ARRAY_NEW(out->sections, out->n_sections) =
			(struct backend_section){.name = xstrdup("www"), .endpoint = xstrdup(says.pool)};
	*ARRAY_NEW(out->files, out->n_files) = (struct config_file){.path = xstrdup(conf), .mtime = 400};
	return 0;
}

int reader_server(struct reader *r, int root, const struct server_order *order, struct backend *out, struct error *err)
{
	(void)r;
	(void)order;
	(void)out;
	(void)root;
	return error_set(err, EIO, "not asked for in this test");
}

int edit_answer(int root, const struct question *q, struct edit *out)
{
	assert_true(root >= 0);
	*out = (struct edit){.key = edit_key(q)};
	if (streq(q->path, "/missing")) {
		out->failed = xstrdup("there is no such file");
		return -ENOENT;
	}
	out->before = xstrdup("sha256:1");
	out->after = xstrdup("sha256:2");
	return 0;
}

/* --- trees ------------------------------------------------------------------------------------------------------------ */

static int host_tree(void)
{
	int tree = tree_new();

	says.user = "www-data";
	says.group = NULL;
	memset(says.endpoints, 0, sizeof(says.endpoints));
	says.pool = NULL;
	says.fails = NULL;
	says.broken = false;
	tree_file(tree, "etc/passwd", "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\napp:x:1000:1000::/home/app:/bin/sh\n");
	tree_file(tree, "etc/group", "root:x:0:\nwww-data:x:33:\napp:x:1000:\nextra:x:50:www-data,app\n");
	tree_file(tree, "etc/nginx/nginx.conf", "");
	return tree;
}

static int gather_tree(struct facts *facts, const struct gather_options *more, struct error *err)
{
	struct gather_options options = *more;

	options.root = tree_path;
	return facts_gather(&options, facts, err);
}

static void a_tree_assumes_the_configured_worker(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();

	(void)state;
	tree_file(tree, "etc/php/8.2/fpm/php-fpm.conf", "");
	tree_file(tree, "run/php.sock", "");
	says.endpoints[0] = "unix:/run/php.sock";
	says.endpoints[1] = "tcp:127.0.0.1:9000";
	says.endpoints[2] = "unix:/run/php.sock";
	says.endpoints[3] = "unix:/run/gone/php.sock";
	says.pool = "unix:/run/pool.sock";
	assert_int_equal(gather_tree(&facts, &(struct gather_options){0}, &err), 0);
	assert_string_equal(facts.schema, FACTS_SCHEMA);
	assert_true(facts.host.offline);
	assert_false(facts.host.probing);
	assert_true(facts.listeners_unknown && facts.other_netns_unknown);
	assert_int_equal(facts.n_nginx, 1);
	assert_int_equal(facts.nginx[0].pid, 0);
	assert_string_equal(facts.nginx[0].conf, "/etc/nginx/nginx.conf");
	assert_int_equal(facts.n_workers, 1);
	assert_int_equal(facts.workers[0].as.pid, 0);
	assert_int_equal(facts.workers[0].as.uid, 33);
	assert_int_equal(facts.workers[0].as.n_groups, 2);
	assert_int_equal(facts.workers[0].as.groups[1], 50);
	assert_string_equal(facts.workers[0].as.view, "host");
	assert_non_null(facts.workers[0].assumed);
	assert_int_equal(facts.assumed.n, 2);
	assert_int_equal(facts.n_backends, 1);
	assert_int_equal(facts.backends[0].n_sections, 1);
	assert_int_equal(facts.n_walks, 3);
	assert_int_equal(walk_find(&facts, "host", "/run/php.sock")->failed, 0);
	assert_int_equal(walk_find(&facts, "host", "/run/gone/php.sock")->failed, ENOENT);
	assert_non_null(walk_find(&facts, "host", "/run/pool.sock"));
	/* Of nginx's files only the one that names an upstream. */
	assert_int_equal(facts.n_changed, 2);
	assert_string_equal(facts.changed[0].what, "nginx file");
	assert_int_equal(facts.changed[0].when, 500);
	assert_string_equal(facts.changed[1].what, "pool file");
	tree_remove(tree);
}

static void the_user_directive_may_name_a_group(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();

	(void)state;
	says.user = "app";
	says.group = "www-data";
	assert_int_equal(gather_tree(&facts, &(struct gather_options){0}, &err), 0);
	assert_int_equal(facts.workers[0].as.uid, 1000);
	assert_int_equal(facts.workers[0].as.gid, 33);
	tree_remove(tree);
}

static void an_account_that_does_not_exist_is_no_worker(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();

	(void)state;
	says.user = "nobody-here";
	assert_int_equal(gather_tree(&facts, &(struct gather_options){0}, &err), 0);
	assert_int_equal(facts.n_workers, 0);
	assert_int_equal(facts.notes.n, 1);
	tree_remove(tree);
}

static void a_missing_directive_leaves_the_usual_account(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();

	(void)state;
	says.user = NULL;
	assert_int_equal(gather_tree(&facts, &(struct gather_options){0}, &err), 0);
	assert_string_equal(facts.workers[0].user, "www-data");
	tree_remove(tree);
}

static void the_program_tells_its_own_default(void **state)
{
	static const char program[] = "\177ELF\0configure arguments: --conf-path=/srv/n.conf --user=app\0";
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();

	(void)state;
	if (geteuid() != 0)
		skip();
	says.user = NULL;
	tree_bytes(tree, "usr/sbin/nginx", program, sizeof(program));
	tree_file(tree, "srv/n.conf", "");
	assert_int_equal(gather_tree(&facts, &(struct gather_options){0}, &err), 0);
	assert_string_equal(facts.nginx[0].conf, "/srv/n.conf");
	assert_string_equal(facts.nginx[0].exe, "/usr/sbin/nginx");
	assert_string_equal(facts.workers[0].user, "app");
	tree_remove(tree);
}

static void a_given_worker_takes_the_place_of_all(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();

	(void)state;
	assert_int_equal(gather_tree(&facts, &(struct gather_options){.worker = "app"}, &err), 0);
	assert_int_equal(facts.n_workers, 1);
	assert_string_equal(facts.workers[0].user, "app");
	facts_free(&facts);
	assert_int_equal(gather_tree(&facts, &(struct gather_options){.worker = "app\033"}, &err), -EINVAL);
	assert_string_equal(err.text, "--worker app\\x1b: there is no such user");
	tree_remove(tree);
}

static void a_given_worker_lives_where_the_master_does(void **state)
{
	struct gather_options options = {.worker = "app"};
	AUTO_FACTS struct facts facts = {0};
	struct gather g = {.options = &options, .facts = &facts};
	struct nginx *nginx = ARRAY_NEW(facts.nginx, facts.n_nginx);
	struct user app = {.name = xstrdup("app"), .uid = 1000, .gid = 1000};
	struct error err;

	(void)state;
	ARRAY_ADD(facts.accounts.users, facts.accounts.n_users, app);
	nginx->pid = nginx->as.pid = 10;
	nginx->as.mntns = 7;
	nginx->as.caps = 1;
	nginx->as.view = xstrdup("pid:10");
	worker_new(&facts, 0, &(struct process){.pid = 11, .uid = 33});
	assert_int_equal(gather_workers(&g, &err), 0);
	assert_int_equal(facts.n_workers, 1);
	assert_int_equal(facts.workers[0].as.pid, 0);
	assert_int_equal(facts.workers[0].as.uid, 1000);
	assert_int_equal(facts.workers[0].as.mntns, 7);
	assert_int_equal(facts.workers[0].as.caps, 0);
	assert_string_equal(facts.workers[0].as.view, "pid:10");
}

static void a_master_that_is_not_root_keeps_its_user(void **state)
{
	struct gather_options options = {0};
	AUTO_FACTS struct facts facts = {0};
	struct gather g = {.options = &options, .facts = &facts};
	struct nginx *nginx = ARRAY_NEW(facts.nginx, facts.n_nginx);
	struct error err;

	(void)state;
	nginx->pid = nginx->as.pid = 10;
	nginx->as.uid = 500;
	nginx->user = xstrdup("www-data");
	nginx->user_ignored = true;
	assert_int_equal(gather_workers(&g, &err), 0);
	assert_int_equal(facts.n_workers, 1);
	assert_int_equal(facts.workers[0].as.uid, 500);
	assert_non_null(facts.workers[0].assumed);
}

static void a_root_that_is_none_is_an_error(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();
	AUTO_FREE char *file = xasprintf("%s/etc/passwd", tree_path);
	AUTO_FREE char *missing = xasprintf("%s/none", tree_path);

	(void)state;
	assert_int_equal(facts_gather(&(struct gather_options){.root = file}, &facts, &err), -ENOTDIR);
	assert_non_null(strstr(err.text, "not a directory"));
	facts_free(&facts);
	assert_int_equal(facts_gather(&(struct gather_options){.root = missing}, &facts, &err), -ENOENT);
	tree_remove(tree);
}

static void what_a_reader_cannot_do_is_a_problem_of_that_file(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();

	(void)state;
	says.fails = "the reader died";
	assert_int_equal(gather_tree(&facts, &(struct gather_options){0}, &err), 0);
	assert_int_equal(facts.nginx[0].n_problems, 1);
	assert_string_equal(facts.nginx[0].problems[0].text, "the reader died");
	facts_free(&facts);
	says.fails = NULL;
	says.broken = true;
	assert_int_equal(gather_tree(&facts, &(struct gather_options){0}, &err), 0);
	assert_int_equal(facts.nginx[0].n_problems, 1);
	tree_remove(tree);
}

static void targets_in_every_form(void **state)
{
	static const char *const cases[][3] = {
		{"/run/a", "unix:/run/a", NULL},
		{"unix:/run/a", "unix:/run/a", NULL},
		{"unix:///run/a", "unix:/run/a", NULL},
		{"unix:@name", "unix:@name", NULL},
		{"tcp:127.0.0.1:9000", "tcp:127.0.0.1:9000", NULL},
		{"Example.COM", NULL, "example.com"},
		{"example.com.", NULL, "example.com"},
		{"example.com:8080", NULL, "example.com"},
		{"https://user:pw@Example.com:8443/x?y#z", NULL, "example.com"},
		{"http://example.com", NULL, "example.com"},
		{"http://[::1]:80/", NULL, "[::1]"},
		{"http:///", NULL, ""},
		{"_", NULL, "_"},
		{"~^www\\d+$", NULL, "~^www\\d+$"},
	};
	AUTO_STRINGS struct strings given = {0};
	AUTO_FACTS struct facts facts = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		strings_add(&given, cases[i][0]);
	gather_targets(&given, &facts);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct target *t = &facts.targets[i];

		if (!streq(t->endpoint, cases[i][1]) || !streq(t->server_name, cases[i][2]))
			fail_msg("%s: %s %s", cases[i][0], t->endpoint, t->server_name);
	}
}

static void a_target_that_nobody_names_is_walked_too(void **state)
{
	AUTO_STRINGS struct strings given = {0};
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();

	(void)state;
	strings_add(&given, "unix:///run/other.sock");
	assert_int_equal(gather_tree(&facts, &(struct gather_options){.targets = &given}, &err), 0);
	assert_non_null(walk_find(&facts, "host", "/run/other.sock"));
	facts_free(&facts);
	assert_int_equal(unlinkat(tree, "etc/nginx/nginx.conf", 0), 0);
	assert_int_equal(gather_tree(&facts, &(struct gather_options){.targets = &given}, &err), 0);
	assert_int_equal(facts.n_workers, 1);
	assert_null(facts.nginx[0].conf);
	assert_non_null(walk_find(&facts, "host", "/run/other.sock"));
	tree_remove(tree);
}

static void nothing_to_observe_is_no_error(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = tree_new();

	(void)state;
	assert_int_equal(gather_tree(&facts, &(struct gather_options){0}, &err), 0);
	assert_int_equal(facts.n_nginx, 0);
	assert_int_equal(facts.n_workers, 0);
	assert_true(facts.notes.n > 0);
	tree_remove(tree);
}

static void questions_are_answered_once_each(void **state)
{
	AUTO_FACTS struct facts facts;
	AUTO_QUESTIONS struct questions questions = {0};
	struct gather_options options = {.root = tree_path};
	struct error err;
	int tree = host_tree();

	(void)state;
	tree_file(tree, "etc/pool.conf", "");
	assert_int_equal(facts_gather(&options, &facts, &err), 0);
	questions_add(&questions, (struct question){.kind = QUESTION_WALK, .view = xstrdup("host"), .path = xstrdup("/etc/pool.conf")});
	questions_add(&questions, (struct question){.kind = QUESTION_WALK, .view = xstrdup("pid:5"), .path = xstrdup("/x")});
	questions_add(&questions, (struct question){.kind = QUESTION_EDIT, .format = xstrdup("php-fpm"), .path = xstrdup("/etc/pool.conf")});
	questions_add(&questions, (struct question){.kind = QUESTION_EDIT, .format = xstrdup("php-fpm"), .path = xstrdup("/missing")});
	questions_add(&questions, (struct question){.kind = QUESTION_EDIT, .view = xstrdup("pid:5"), .format = xstrdup("php-fpm"), .path = xstrdup("/x")});
	facts_answer(&facts, &options, &questions);
	facts_answer(&facts, &options, &questions);
	assert_int_equal(facts.n_walks, 2);
	assert_int_equal(walk_find(&facts, "host", "/etc/pool.conf")->failed, 0);
	assert_int_equal(walk_find(&facts, "pid:5", "/x")->failed, EACCES);
	assert_int_equal(facts.n_edits, 3);
	assert_string_equal(edit_find(&facts, "php-fpm:/etc/pool.conf")->after, "sha256:2");
	assert_string_equal(edit_find(&facts, "php-fpm:/missing")->failed, "there is no such file");
	assert_non_null(edit_find(&facts, "php-fpm:/x")->failed);
	tree_remove(tree);
}

static void questions_about_a_tree_that_is_gone_are_answered_too(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	AUTO_QUESTIONS struct questions questions = {0};
	struct gather_options options = {.root = "/nonexistent/tree"};

	(void)state;
	views_host(&facts);
	questions_add(&questions, (struct question){.kind = QUESTION_WALK, .view = xstrdup("host"), .path = xstrdup("/x")});
	questions_add(&questions, (struct question){.kind = QUESTION_EDIT, .format = xstrdup("nginx"), .path = xstrdup("/x")});
	facts_answer(&facts, &options, &questions);
	assert_int_equal(facts.walks[0].failed, EACCES);
	assert_non_null(facts.edits[0].failed);
}

static void only_the_newest_changes_are_kept(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;
	int tree = host_tree();

	(void)state;
	says.endpoints[0] = "tcp:a:1";
	for (int i = 0; i < 12; i++) {
		AUTO_FREE char *path = xasprintf("etc/php/8.%d/fpm/php-fpm.conf", i);
		AUTO_FREE char *list = xasprintf("var/lib/dpkg/info/php8.%d-fpm.list", i);
		struct timespec when[] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};

		tree_file(tree, path, "");
		tree_file(tree, list, "");
		assert_int_equal(utimensat(tree, list, when, 0), 0);
	}
	assert_int_equal(gather_tree(&facts, &(struct gather_options){0}, &err), 0);
	assert_int_equal(facts.n_changed, 10);
	assert_string_equal(facts.changed[0].what, "package php8.11-fpm");
	assert_int_equal(facts.changed[0].when, 1011);
	assert_int_equal(facts.changed[9].when, 1002);
	tree_remove(tree);
}

static void the_running_host_is_observed(void **state)
{
	AUTO_FACTS struct facts facts;
	struct error err;

	(void)state;
	says.broken = false;
	assert_int_equal(facts_gather(&(struct gather_options){.probe = true}, &facts, &err), 0);
	assert_false(facts.host.offline);
	assert_string_equal(facts.views[0].id, "host");
	assert_int_equal(facts.host.probing, facts.host.privileged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_assumes_the_configured_worker),
		cmocka_unit_test(the_user_directive_may_name_a_group),
		cmocka_unit_test(an_account_that_does_not_exist_is_no_worker),
		cmocka_unit_test(a_missing_directive_leaves_the_usual_account),
		cmocka_unit_test(the_program_tells_its_own_default),
		cmocka_unit_test(a_given_worker_takes_the_place_of_all),
		cmocka_unit_test(a_given_worker_lives_where_the_master_does),
		cmocka_unit_test(a_master_that_is_not_root_keeps_its_user),
		cmocka_unit_test(a_root_that_is_none_is_an_error),
		cmocka_unit_test(what_a_reader_cannot_do_is_a_problem_of_that_file),
		cmocka_unit_test(targets_in_every_form),
		cmocka_unit_test(a_target_that_nobody_names_is_walked_too),
		cmocka_unit_test(nothing_to_observe_is_no_error),
		cmocka_unit_test(questions_are_answered_once_each),
		cmocka_unit_test(questions_about_a_tree_that_is_gone_are_answered_too),
		cmocka_unit_test(only_the_newest_changes_are_kept),
		cmocka_unit_test(the_running_host_is_observed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
