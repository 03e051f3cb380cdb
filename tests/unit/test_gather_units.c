/* SPDX-License-Identifier: MIT */
/* Units and tmpfiles.d of a tree, through the whole of gathering, with the real confined reader. */
#include "tests/unit/scratch.h"

#include "facts/gather.h"

#define ETC "etc/systemd/system/"
#define LIB "usr/lib/systemd/system/"

static int begin(void **state)
{
	int r = scratch_begin(state);

	scratch_file("etc/passwd", "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\napp:x:1000:1000::/srv:/bin/sh\n");
	scratch_file("etc/group", "root:x:0:\nnogroup:x:65534:\napp:x:1000:\n");
	scratch_file("etc/nginx/nginx.conf", "events {} http { server { listen 80; location / { proxy_pass http://unix:/run/app/app.sock; } } }\n");
	scratch_file("run/systemd/system/x.mount", "");
	return r;
}

static void gather(struct facts *facts)
{
	struct gather_options options = {.root = scratch};
	struct error err = {0};

	assert_int_equal(facts_gather(&options, facts, &err), 0);
}

static const char *value(const struct facts *facts, const char *unit, const char *key)
{
	const struct unit *u = unit_find(facts, unit);
	const struct setting *s = u ? unit_setting(u, key) : NULL;

	return s ? s->value : NULL;
}

static const struct backend *backend_of(const struct facts *facts, const char *unit)
{
	for (size_t i = 0; i < facts->n_backends; i++)
		if (streq(facts->backends[i].unit, unit))
			return &facts->backends[i];
	return NULL;
}

static void test_socket_and_service(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	const struct backend *backend;

	(void)state;
	scratch_file(ETC "app.socket", "[Socket]\nListenStream=%t/%p/%N.sock\nListenStream=8000\nSocketMode=660\n[Install]\nWantedBy=sockets.target\n");
	scratch_link("../app.socket", ETC "sockets.target.wants/app.socket");
	scratch_file(LIB "app.service", "[Service]\nExecStart=/usr/bin/app --token secret\nEnvironment=A=secret\n");
	scratch_file(LIB "other.service", "[Service]\nExecStart=/usr/bin/other\n");
	gather(&facts);
	assert_int_equal(facts.n_units, 2);
	assert_string_equal(value(&facts, "app.socket", "Socket.SocketMode"), "0660");
	assert_string_equal(value(&facts, "app.service", "Service.ExecStart"), "/usr/bin/app");
	assert_string_equal(unit_find(&facts, "app.socket")->at_boot, "yes");
	assert_string_equal(unit_find(&facts, "app.service")->at_boot, "yes");
	assert_string_equal(unit_find(&facts, "app.service")->load, "loaded");
	assert_null(unit_find(&facts, "app.service")->active);
	backend = backend_of(&facts, "app.socket");
	assert_non_null(backend);
	assert_int_equal(backend->kind, BACKEND_SYSTEMD);
	assert_int_equal(backend->n_sections, 2);
	assert_string_equal(backend->sections[0].endpoint, "unix:/run/app/app.sock");
	assert_string_equal(backend->sections[1].endpoint, "tcp:[::]:8000");
	assert_int_equal(backend->sections[1].at.line, 3);
	assert_int_equal(backend->pid, 0);
}

/* The record that goes to others has no secret in it. */
static void test_no_secret(void **state)
{
	AUTO_FACTS struct facts facts = {0};
	AUTO_FREE char *text = NULL;

	(void)state;
	scratch_file(LIB "app.service", "[Service]\nExecStartPre=-/bin/mkdir /run/app --key=secret\nExecStart=/usr/bin/app /run/app/app.sock 'secret\n"
					"Environment=A=secret\n[Service\n");
	gather(&facts);
	assert_string_equal(value(&facts, "app.service", "Service.ExecStartPre"), "-/bin/mkdir");
	assert_string_equal(value(&facts, "app.service", "Service.ExecStart"), "/usr/bin/app");
	assert_string_equal(unit_find(&facts, "app.service")->load, "error");
	text = facts_write(&facts);
	assert_null(strstr(text, "secret"));
}

static void test_services_by_directory_and_program(void **state)
{
	AUTO_FACTS struct facts facts = {0};

	(void)state;
	scratch_file(LIB "maker.service", "[Service]\nRuntimeDirectory=other app/sub\nExecStart=/usr/bin/x\n[Install]\nWantedBy=multi-user.target\n");
	scratch_file(LIB "g.service", "[Service]\nExecStart=/usr/bin/env python3 -m gunicorn a:b\n");
	scratch_file(LIB "talks.service", "[Unit]\nDescription=about /run/app\n[Service]\nExecStart=/bin/true\n");
	gather(&facts);
	assert_int_equal(facts.n_units, 2);
	assert_string_equal(unit_find(&facts, "maker.service")->at_boot, "no");
	assert_non_null(unit_find(&facts, "g.service"));
	assert_null(unit_find(&facts, "g.service")->at_boot);
	assert_null(backend_of(&facts, "maker.service"));
	assert_null(backend_of(&facts, "g.service")); /* it names no socket */
}

static void test_templates(void **state)
{
	AUTO_FACTS struct facts facts = {0};

	(void)state;
	scratch_file(LIB "one@.socket", "[Socket]\nListenStream=/run/app/%i.sock\n");
	scratch_link("/usr/lib/systemd/system/one@.socket", ETC "sockets.target.wants/one@app.socket");
	scratch_file(LIB "two@.socket", "[Socket]\nListenStream=/run/app/app.sock\n");
	gather(&facts);
	assert_string_equal(value(&facts, "one@app.socket", "Socket.ListenStream"), "/run/app/app.sock");
	assert_string_equal(unit_find(&facts, "one@app.socket")->at_boot, "yes");
	assert_non_null(backend_of(&facts, "one@app.socket"));
	assert_int_equal(unit_find(&facts, "two@.socket")->n_problems, 1);
	assert_null(backend_of(&facts, "two@.socket"));
}

static void test_cycle(void **state)
{
	AUTO_FACTS struct facts facts = {0};

	(void)state;
	scratch_link("b.socket", ETC "a.socket");
	scratch_link("a.socket", ETC "b.socket");
	scratch_file(LIB "app.socket", "[Socket]\nListenStream=/run/app/app.sock\n");
	gather(&facts);
	assert_non_null(backend_of(&facts, "app.socket"));
	assert_true(strings_has(&facts.notes, "a.socket: its symbolic links lead in a circle, or to no file"));
}

static void test_tmpfiles(void **state)
{
	AUTO_QUESTIONS struct questions questions = {0};
	struct gather_options options = {.root = scratch};
	size_t n_notes;
	AUTO_FACTS struct facts facts = {0};

	(void)state;
	scratch_file("etc/tmpfiles.d/app.conf", "d /var/run/app 0750 app app -\nd /run/elsewhere\nk /x\n");
	scratch_file("usr/lib/tmpfiles.d/var.conf", "d /run 0755 root root -\n");
	gather(&facts);
	assert_int_equal(facts.n_tmpfiles, 2);
	assert_string_equal(facts.tmpfiles[0].path, "/run/app");
	assert_string_equal(facts.tmpfiles[0].mode, "0750");
	assert_string_equal(facts.tmpfiles[1].path, "/run");
	assert_false(facts.tmpfiles_unknown);
	assert_true(strings_has(&facts.notes, "/etc/tmpfiles.d/app.conf:3: the type k is not known: systemd-tmpfiles passes over this line"));
	n_notes = facts.notes.n;
	questions_add(&questions, (struct question){.kind = QUESTION_WALK, .view = xstrdup("host"), .path = xstrdup("/run/elsewhere/x.sock")});
	facts_answer(&facts, &options, &questions);
	assert_int_equal(facts.n_tmpfiles, 3);
	assert_string_equal(facts.tmpfiles[1].path, "/run/elsewhere");
	assert_int_equal(facts.notes.n, n_notes);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, scratch_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_socket_and_service), TEST(test_no_secret), TEST(test_services_by_directory_and_program), TEST(test_templates),
		TEST(test_cycle), TEST(test_tmpfiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
