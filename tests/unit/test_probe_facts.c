/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/validate/probe_facts.c"

static void systemd_is_left_alone(void **state)
{
	struct process init = {.pid = 1, .comm = (char *)"init"}, user_manager = {.pid = 900, .comm = (char *)"systemd"};
	struct process gunicorn = {.pid = 901, .comm = (char *)"gunicorn"};
	struct process both[] = {init, gunicorn};
	const struct {
		struct listener listener;
		bool alone;
	} cases[] = {
		{{.holders = &init, .n_holders = 1}, true},
		{{.holders = &user_manager, .n_holders = 1}, true},
		{{.holders = &gunicorn, .n_holders = 1}, false},
		{{.holders = both, .n_holders = 2}, false},
		{{.n_holders = 0}, true}, /* not seen: it might be systemd */
	};

	(void)state;
	assert_null(leave_alone(NULL));
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(leave_alone(&cases[i].listener) != NULL, cases[i].alone);
}

/* Through the whole of it: a socket held by pid 1 gets no connection, and says why. */
static void the_reason_is_kept(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	struct nginx_ref ref = {.endpoint = xstrdup("unix:/run/x.sock"), .directive = xstrdup("fastcgi_pass"), .server = -1};
	struct process init = {.pid = 1, .comm = xstrdup("systemd")};
	struct listener listener = {.family = LISTENER_UNIX, .name = xstrdup("/run/x.sock"), .listening = true, .file_ino = 7};
	struct node node = {.path = xstrdup("/run/x.sock"), .type = NODE_SOCKET, .mode = 0666, .ino = 7};
	struct walk walk = {.view = xstrdup("host"), .path = xstrdup("/run/x.sock")};

	(void)state;
	ARRAY_ADD(facts.views, facts.n_views, (struct view){.id = xstrdup("host"), .root = xstrdup("/"), .same_as_host = true});
	ARRAY_ADD(facts.workers, facts.n_workers, (struct worker){.id = xstrdup("w1"), .user = xstrdup("w"),
		.as = {.uid = 33, .gid = 33, .view = xstrdup("host")}});
	ARRAY_ADD(facts.nginx, facts.n_nginx, (struct nginx){.conf = xstrdup("/c")});
	ARRAY_ADD(facts.nginx[0].refs, facts.nginx[0].n_refs, ref);
	ARRAY_ADD(listener.holders, listener.n_holders, init);
	ARRAY_ADD(facts.listeners, facts.n_listeners, listener);
	ARRAY_ADD(walk.nodes, walk.n_nodes, node);
	ARRAY_ADD(facts.walks, facts.n_walks, walk);
	probe_facts(&facts);
	assert_int_equal(facts.n_probes, 1);
	assert_int_equal(facts.probes[0].error, -1);
	assert_non_null(strstr(facts.probes[0].reason, "only systemd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(systemd_is_left_alone), cmocka_unit_test(the_reason_is_kept)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
