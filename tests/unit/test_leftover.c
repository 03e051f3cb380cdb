/* SPDX-License-Identifier: MIT */
/* Which listening server is left over for a path where nothing is, and when none is. */
#include "tests/unit/expect_causes.h"
#include "tests/unit/build_units.h"
#include "tests/unit/cases.h"

#define SERVERS_MAX 3

struct server {
	const char *path;
	int kind;
};

static const struct left {
	const char *name;
	const char *directive;
	const char *wanted;
	struct server servers[SERVERS_MAX]; /* each listens */
	const char *meant;                  /* NULL: none */
	const char *other;                  /* another reference: "directive endpoint"; no endpoint: a variable */
} cases[] = {
	/* the kinds and the directives */
	{"gunicorn", "proxy_pass", "/run/gunicorn/app.sock", {{"/run/gunicorn/web.sock", BACKEND_GUNICORN}}, "/run/gunicorn/web.sock", NULL},
	{"node", "proxy_pass", "/run/node/app.sock", {{"/run/node/web.sock", BACKEND_NODE}}, "/run/node/web.sock", NULL},
	{"puma", "proxy_pass", "/srv/shop/puma.sock", {{"/srv/shop/tmp/sockets/puma.sock", BACKEND_PUMA}}, "/srv/shop/tmp/sockets/puma.sock", NULL},
	{"uwsgi", "uwsgi_pass", "/run/uwsgi/app.sock", {{"/run/uwsgi/web.sock", BACKEND_UWSGI}}, "/run/uwsgi/web.sock", NULL},
	{"uwsgi is not asked by proxy_pass", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_UWSGI}}, NULL, NULL},
	{"gunicorn is not asked by uwsgi_pass", "uwsgi_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_GUNICORN}}, NULL, NULL},
	{"node is not asked by fastcgi_pass", "fastcgi_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}}, NULL, NULL},
	{"a program that is not known", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_UNKNOWN}}, NULL, NULL},
	{"another protocol's server does not count", "proxy_pass", "/run/x/app.sock",
		{{"/run/x/web.sock", BACKEND_NODE}, {"/run/php/www.sock", BACKEND_PHP_FPM}}, "/run/x/web.sock", NULL},
	{"a pool among several", "fastcgi_pass", "/run/php/php8.2-fpm.sock",
		{{"/run/php/www.sock", BACKEND_PHP_FPM}, {"/run/php/shop.sock", BACKEND_PHP_FPM}}, "/run/php/www.sock",
		"fastcgi_pass unix:/run/php/shop.sock"},
	{"two pools are free", "fastcgi_pass", "/run/php/php8.2-fpm.sock",
		{{"/run/php/www.sock", BACKEND_PHP_FPM}, {"/run/php/shop.sock", BACKEND_PHP_FPM}}, NULL, NULL},
	/* the only one */
	{"two are free", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}, {"/run/y/main.sock", BACKEND_GUNICORN}}, NULL, NULL},
	{"the other one is named", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}, {"/run/y/main.sock", BACKEND_GUNICORN}},
		"/run/x/web.sock", "proxy_pass unix:/run/y/main.sock"},
	{"it is named", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}}, NULL, "proxy_pass unix:/run/x/web.sock"},
	{"it is named by another directive", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}}, NULL,
		"grpc_pass unix:/run/x/web.sock"},
	{"another reference has no server", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}}, NULL,
		"proxy_pass unix:/run/z/app.sock"},
	{"that is of another protocol", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}}, "/run/x/web.sock",
		"uwsgi_pass unix:/run/z/app.sock"},
	{"another reference is a variable", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}}, NULL, "proxy_pass"},
	{"a stranger beside it", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}, {"/run/x/go.sock", BACKEND_UNKNOWN}}, NULL, NULL},
	{"a stranger elsewhere", "proxy_pass", "/run/x/app.sock", {{"/run/x/web.sock", BACKEND_NODE}, {"/run/y/go.sock", BACKEND_UNKNOWN}},
		"/run/x/web.sock", NULL},
	/* the names */
	{"two applications", "proxy_pass", "/run/gunicorn/shop.sock", {{"/run/gunicorn/blog.sock", BACKEND_GUNICORN}}, NULL, NULL},
	{"two applications by their directories", "proxy_pass", "/run/shop/app.sock", {{"/run/blog/app.sock", BACKEND_GUNICORN}}, NULL, NULL},
	{"two roles", "proxy_pass", "/run/shop/api.sock", {{"/run/shop/admin.sock", BACKEND_NODE}}, NULL, NULL},
	{"two people", "proxy_pass", "/home/alice/app.sock", {{"/home/bob/app.sock", BACKEND_GUNICORN}}, NULL, NULL},
	{"the same application", "proxy_pass", "/run/shop/gunicorn.sock", {{"/srv/Shop/app.sock", BACKEND_GUNICORN}}, "/srv/Shop/app.sock", NULL},
	{"one names none, same directory", "proxy_pass", "/run/gunicorn/app.sock", {{"/run/gunicorn/shop.sock", BACKEND_GUNICORN}},
		"/run/gunicorn/shop.sock", NULL},
	{"one names none, same last component", "proxy_pass", "/run/gunicorn/app.sock", {{"/run/shop/app.sock", BACKEND_GUNICORN}},
		"/run/shop/app.sock", NULL},
	{"one names none, elsewhere", "proxy_pass", "/run/gunicorn/app.sock", {{"/srv/shop/web.sock", BACKEND_GUNICORN}}, NULL, NULL},
	{"one names none, in everybody's directory", "proxy_pass", "/run/app.sock", {{"/run/shop.sock", BACKEND_GUNICORN}}, NULL, NULL},
	{"neither names any", "proxy_pass", "/run/app.sock", {{"/tmp/gunicorn.sock", BACKEND_GUNICORN}}, "/tmp/gunicorn.sock", NULL},
	{"another product", "proxy_pass", "/run/gunicorn/app.sock", {{"/run/gunicorn/web.sock", BACKEND_NODE}}, NULL, NULL},
};

static void add_reference(struct build *b, const char *text)
{
	const char *space = strchr(text, ' ');
	char *directive = space ? xstrndup(text, (size_t)(space - text)) : xstrdup(text);
	struct nginx_ref *ref;

	build_ref(b, directive, space ? space + 1 : "unix:/later", "other.example");
	ref = &b->facts.nginx[0].refs[b->facts.nginx[0].n_refs - 1];
	if (!space) {
		free(ref->endpoint);
		ref->endpoint = NULL;
		ref->unresolved = xstrdup("$backend");
	}
	free(directive);
}

static struct build built(const struct left *left)
{
	struct build b = build_booted("debian 12");
	char *endpoint = xasprintf("unix:%s", left->wanted);

	build_ref(&b, left->directive, endpoint, "app.example");
	for (size_t i = 0; i < SERVERS_MAX && left->servers[i].path; i++) {
		build_socket(&b, left->servers[i].path, "app:www-data 0660");
		build_server_at(&b, left->servers[i].kind, 85 + (uint32_t)i, "app", NULL, left->servers[i].path);
		build_listen(&b, left->servers[i].path, 85 + (uint32_t)i);
	}
	if (left->other)
		add_reference(&b, left->other);
	free(endpoint);
	return b;
}

static void expect_meant(struct build *b, const char *wanted, const char *meant)
{
	struct diagnosis d;
	const char *found = NULL;

	diagnose_built(b, false, &d);
	for (size_t i = 0; i < d.n_upstreams; i++)
		if (d.upstreams[i].endpoint && streq(endpoint_path(d.upstreams[i].endpoint), wanted))
			found = d.upstreams[i].meant;
	if (found && !meant)
		fail_msg("%s is taken for meant", found);
	assert_string_equal(found ? found + strlen("unix:") : "none", meant ? meant : "none");
	diagnosis_free(&d);
	build_free(b);
}

static void one(void **state)
{
	const struct left *left = *state;
	struct build b = built(left);

	expect_meant(&b, left->wanted, left->meant);
}

/* A path means something else for a process with other mounts. */
static void in_another_view(void **state)
{
	struct build b = built(&cases[0]);

	(void)state;
	build_view(&b, "container", 85);
	free(b.facts.listeners[0].holders[0].view);
	b.facts.listeners[0].holders[0].view = xstrdup("container");
	expect_meant(&b, cases[0].wanted, NULL);
}

static void bound_only(void **state)
{
	struct build b = built(&cases[0]);

	(void)state;
	b.facts.listeners[0].listening = false;
	expect_meant(&b, cases[0].wanted, NULL);
}

static void named_by_another_nginx(void **state)
{
	struct build b = built(&cases[0]);

	(void)state;
	build_nginx(&b, "www-data");
	build_ref(&b, "proxy_pass", "unix:/run/gunicorn/web.sock", "second.example");
	expect_meant(&b, cases[0].wanted, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_another_view),
		cmocka_unit_test(bound_only),
		cmocka_unit_test(named_by_another_nginx),
	};
	int failed = RUN_CASES(cases, one);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
