/* SPDX-License-Identifier: MIT */
/* The Augeas helper's own code, without its confinement, so that the sanitizers see it. */
int helper_main(int argc, char **argv);
#define main helper_main
#include "agent/helpers/augeas.c"
#undef main
#include "agent/helpers/augeas_tree.c"
#include "agent/helpers/augeas_formats.c"
#include "agent/helpers/augeas_plan.c"
#include "agent/helpers/augeas_lines.c"

#include "base/beneath.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static augeas *aug;
static const struct format *format;

/* changes: "key=value" or "-key", up to three. */
static void ask(const char *section, const char *const *changes, const char *text, struct edit_reply *reply)
{
	AUTO_EDIT_REQUEST struct edit_request request = {.format = xstrdup(format->name), .section = xstrdup(section), .text = xstrdup(text)};

	for (; *changes; changes++) {
		const char *equals = strchr(*changes, '=');
		struct edit_change change = {0};

		change.key = **changes == '-' ? xstrdup(*changes + 1) : xstrndup(*changes, (size_t)(equals - *changes));
		change.value = **changes == '-' ? NULL : xstrdup(equals + 1);
		change.list = change.value && ends_with(change.key, "s") && format->words;
		ARRAY_ADD(request.changes, request.n_changes, change);
	}
	*reply = (struct edit_reply){0};
	aug_rm(aug, "/text");
	aug_rm(aug, "/proof");
	answer(aug, format, &request, reply);
}

static void assert_edit(const char *section, const char *const *changes, const char *before, const char *after)
{
	AUTO_EDIT_REPLY struct edit_reply reply;

	ask(section, changes, before, &reply);
	if (!streq(reply.text, after))
		fail_msg("%s: %s\n[%s]", changes[0], reply.error ? reply.error : "no error", reply.text ? reply.text : "");
	assert_null(reply.error);
}

static void assert_refused(const char *section, const char *const *changes, const char *before, const char *says, uint32_t line)
{
	AUTO_EDIT_REPLY struct edit_reply reply;

	ask(section, changes, before, &reply);
	assert_null(reply.text);
	if (!reply.error || !strstr(reply.error, says) || reply.line != line)
		fail_msg("%s, line %u", reply.error, reply.line);
}

#define CHANGES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_value_in_place(void **state)
{
	(void)state;
	assert_edit("www", CHANGES("listen.group=g"), "[www]\nlisten.group = root\n", "[www]\nlisten.group = g\n");
	assert_edit("www", CHANGES("listen.group=g"), "[www]\n\tlisten.group=root  ; why\n", "[www]\n\tlisten.group=g  ; why\n");
	assert_edit("www", CHANGES("listen.group=g"), "[www]\nListen.Group  =\troot\n", "[www]\nListen.Group  =\tg\n");
	assert_edit("WWW", CHANGES("listen.group=g"), "[www]\nlisten.group = root\n", "[www]\nlisten.group = g\n");
}

static void test_quotes_stay(void **state)
{
	(void)state;
	assert_edit("w", CHANGES("listen.group=g"), "[w]\nlisten.group = \"root\"\n", "[w]\nlisten.group = \"g\"\n");
	assert_edit("w", CHANGES("listen.group=g"), "[w]\nlisten.group = 'root'\n", "[w]\nlisten.group = g\n");
}

static void test_empty_values(void **state)
{
	(void)state;
	assert_edit("w", CHANGES("listen.acl_users=a"), "[w]\nlisten.acl_users =\n", "[w]\nlisten.acl_users = a\n");
	assert_edit("w", CHANGES("listen.acl_users=a"), "[w]\nlisten.acl_users=\n", "[w]\nlisten.acl_users=a\n");
	assert_edit("w", CHANGES("listen.acl_users="), "[w]\nlisten.acl_users = a\n", "[w]\nlisten.acl_users =\n");
}

static void test_last_one_is_in_force(void **state)
{
	(void)state;
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\nlisten.mode = 0600\nlisten.mode = 0640\n",
		"[w]\nlisten.mode = 0600\nlisten.mode = 0660\n");
}

static void test_nothing_to_change(void **state)
{
	(void)state;
	assert_edit("w", CHANGES("listen.mode=0660"), "; c\n[w]\nlisten.mode = 0660", "; c\n[w]\nlisten.mode = 0660");
}

static void test_beside_its_comment(void **state)
{
	(void)state;
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\nlisten = /a\n; prose\n;listen.mode = 0600\n\n; more\npm = static\n",
		"[w]\nlisten = /a\n; prose\n;listen.mode = 0600\nlisten.mode = 0660\n\n; more\npm = static\n");
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\nlisten=/a\n# listen.mode = 0600\npm = static\n",
		"[w]\nlisten=/a\n# listen.mode = 0600\nlisten.mode=0660\npm = static\n");
}

static void test_spacing_of_neighbours(void **state)
{
	(void)state;
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\n  listen       = /a\n  listen.owner = o\n",
		"[w]\n  listen       = /a\n  listen.owner = o\n  listen.mode = 0660\n");
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\n  user         = u\n  listen       = /a\n",
		"[w]\n  user         = u\n  listen       = /a\n  listen.mode  = 0660\n");
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\nlisten\t=\t/a\n", "[w]\nlisten\t=\t/a\nlisten.mode\t=\t0660\n");
}

static void test_place_without_comment(void **state)
{
	(void)state;
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\nlisten = /a\nlisten.owner = o\npm = static\n",
		"[w]\nlisten = /a\nlisten.owner = o\nlisten.mode = 0660\npm = static\n");
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\nlisten = /a\npm = static\n", "[w]\nlisten = /a\nlisten.mode = 0660\npm = static\n");
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\npm = static\n", "[w]\npm = static\nlisten.mode = 0660\n");
	assert_edit("w", CHANGES("listen.mode=0660"), "[w]\n[x]\na = b\n", "[w]\nlisten.mode = 0660\n[x]\na = b\n");
}

static void test_removal(void **state)
{
	(void)state;
	assert_edit("w", CHANGES("-listen.acl_users"), "[w]\nlisten.acl_users = a ; c\nx = y\nlisten.acl_users = b\n;listen.acl_users =\n",
		"[w]\nx = y\n;listen.acl_users =\n");
	assert_edit("w", CHANGES("-listen.acl_users"), "[w]\nx = y\n", "[w]\nx = y\n");
}

static void test_several_changes(void **state)
{
	(void)state;
	assert_edit("w", CHANGES("listen.owner=o", "listen.group=g", "-listen.acl_users"),
		"[w]\nlisten = /a\nlisten.acl_users = x\npm = static\n", "[w]\nlisten = /a\nlisten.owner = o\nlisten.group = g\npm = static\n");
	assert_edit("w", CHANGES("listen.owner=o", "listen.group=g", "listen.mode=0660"),
		"[w]\nlisten.mode = 0\n;listen.group = x\n;listen.owner = x\n",
		"[w]\nlisten.mode = 0660\n;listen.group = x\nlisten.group = g\n;listen.owner = x\nlisten.owner = o\n");
}

static void test_only_the_right_pool(void **state)
{
	static const char before[] = "[global]\npid = /p\n[a]\nlisten.mode = 0600\n[b]\nlisten.mode = 0600\n;listen.group = x\n[c]\n;listen.group = x\n";

	(void)state;
	assert_edit("b", CHANGES("listen.mode=0660", "listen.group=g"), before,
		"[global]\npid = /p\n[a]\nlisten.mode = 0600\n[b]\nlisten.mode = 0660\n;listen.group = x\nlisten.group = g\n[c]\n;listen.group = x\n");
}

/* A line that the lens does not know, in another pool, is not this edit's business. */
static void test_other_pools_are_not_judged(void **state)
{
	(void)state;
	assert_edit("b", CHANGES("listen.mode=0660"), "[a] ; c\n = no line\n[b]\nlisten.mode = 1\n [c]\nlisten.mode = 1\n",
		"[a] ; c\n = no line\n[b]\nlisten.mode = 0660\n [c]\nlisten.mode = 1\n");
}

static void test_pool_in_two_parts(void **state)
{
	(void)state;
	assert_edit("a", CHANGES("listen.mode=0660"), "[a]\nlisten.mode = 1\n[b]\nlisten.mode = 2\n[a]\nlisten.mode = 3\n",
		"[a]\nlisten.mode = 1\n[b]\nlisten.mode = 2\n[a]\nlisten.mode = 0660\n");
}

static void test_carriage_returns(void **state)
{
	(void)state;
	assert_edit("a", CHANGES("listen.mode=0660", "listen.group=g"), "; c\r\n[a]\r\nlisten = /a\r\nlisten.group = x\r\n\r\n;listen.mode = 1\r\n",
		"; c\r\n[a]\r\nlisten = /a\r\nlisten.group = g\r\n\r\n;listen.mode = 1\r\nlisten.mode = 0660\r\n");
}

static void test_no_final_newline(void **state)
{
	(void)state;
	assert_edit("a", CHANGES("listen.mode=0660"), "[a]\nlisten.mode = 1", "[a]\nlisten.mode = 0660");
	assert_edit("a", CHANGES("listen.mode=0660"), "[a]\nlisten = /a", "[a]\nlisten = /a\nlisten.mode = 0660");
	assert_edit("a", CHANGES("listen.mode=0660"), "[a]\nlisten.mode = 1\n; end", "[a]\nlisten.mode = 0660\n; end");
	assert_edit("a", CHANGES("-x"), "[a]\nlisten.mode = 1\nx = y", "[a]\nlisten.mode = 1");
}

static void test_strange_bytes_stay(void **state)
{
	(void)state;
	assert_edit("a", CHANGES("listen.mode=0660"), "; \xff\xfe \\ \033\n[a]\nuser = \xe9\nlisten.mode = 1\n;\xc3\n",
		"; \xff\xfe \\ \033\n[a]\nuser = \xe9\nlisten.mode = 0660\n;\xc3\n");
	assert_edit("a b", CHANGES("listen.mode=0660"), "[a b]\nlisten.mode = 1\n", "[a b]\nlisten.mode = 0660\n");
	assert_edit("p.1-[x", CHANGES("listen.mode=0660"), "[p.1-[x]\nlisten.mode = 1\n", "[p.1-[x]\nlisten.mode = 0660\n");
	assert_edit("q", CHANGES("listen.mode=0660"), "[\"q\"]\nlisten.mode = 1\n", "[\"q\"]\nlisten.mode = 0660\n");
}

static void test_arrays_stay(void **state)
{
	(void)state;
	assert_edit("a", CHANGES("listen.mode=0660"), "[a]\nphp_value[session.save_path]    = /x\nenv[A] = $B\nlisten = /a\n",
		"[a]\nphp_value[session.save_path]    = /x\nenv[A] = $B\nlisten = /a\nlisten.mode = 0660\n");
}

static void test_refused_texts(void **state)
{
	(void)state;
	assert_refused("a", CHANGES("k=v"), "; one\n\n[a]\n; four\nlisten = /a\nthis is no line\nk = x\n", "Augeas cannot read", 6);
	assert_refused("a", CHANGES("k=v"), "[b]\nk = x\n", "section does not stand", 0);
	assert_refused("a", CHANGES("k=v"), "", "section does not stand", 0);
	assert_refused("global2", CHANGES("k=v"), "k = x\n[a]\n", "section does not stand", 0);
}

static void test_refused_changes(void **state)
{
	(void)state;
	assert_refused("a", CHANGES("bad key=v"), "[a]\nx = y\n", "characters", 0);
	assert_refused("a", CHANGES("k=v\nuser = root"), "[a]\nx = y\n", "end of line", 0);
	assert_refused("a", CHANGES("k=v", "K=w"), "[a]\nx = y\n", "twice", 0);
	assert_refused("a", CHANGES("k=v\"w\";x"), "[a]\nk = y\n", "cannot write", 0);
}

static void test_stock_file(void **state)
{
	AUTO_CLOSE int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FREE char *before = NULL;
	AUTO_EDIT_REPLY struct edit_reply reply;
	size_t n = 0;
	const char *at;

	(void)state;
	assert_int_equal(beneath_read(here, "tests/fixtures/php-fpm/debian12-www.conf", 1 << 20, &before, &n, NULL, NULL), 0);
	ask("www", CHANGES("listen.mode=0660"), before, &reply);
	assert_non_null(reply.text);
	at = strstr(reply.text, ";listen.mode = 0660\nlisten.mode = 0660\n\n; When POSIX");
	assert_non_null(at);
	assert_int_equal(strlen(reply.text), n + strlen("listen.mode = 0660\n"));
}

/* --- unit files --------------------------------------------------------------------------------------------------- */

static void test_unit_keys(void **state)
{
	(void)state;
	assert_edit("Socket", CHANGES("SocketMode=0660"), "# by us\n[Socket]\n", "# by us\n[Socket]\nSocketMode=0660\n");
	assert_edit("Socket", CHANGES("SocketGroup=www-data", "SocketMode=0660"), "[Socket]\n", "[Socket]\nSocketGroup=www-data\nSocketMode=0660\n");
	assert_edit("Socket", CHANGES("SocketMode=0660"), "[Socket]\nSocketMode=0600\nSocketUser=a\n[Unit]\nAfter=x.target\n",
		"[Socket]\nSocketMode=0660\nSocketUser=a\n[Unit]\nAfter=x.target\n");
	assert_edit("Socket", CHANGES("SocketMode=0660"), "[Socket]\nSocketMode=0600\nSocketMode=0640\n", "[Socket]\nSocketMode=0660\n");
	assert_edit("Socket", CHANGES("-SocketMode"), "[Socket]\nSocketMode=0600\nSocketUser=a\n", "[Socket]\nSocketUser=a\n");
	assert_edit("Socket", CHANGES("SocketMode=0660"), "[Socket]\nSocketMode=0660\n", "[Socket]\nSocketMode=0660\n");
	assert_edit("Socket", CHANGES("SocketMode=0660"), "[Socket]\nsocketmode=0600\n", "[Socket]\nsocketmode=0600\nSocketMode=0660\n");
	assert_edit("Service", CHANGES("Group=a"), "[Socket]\nSocketMode=0660\n[Service]\nUser=b\n",
		"[Socket]\nSocketMode=0660\n[Service]\nUser=b\nGroup=a\n");
}

static void test_unit_lists(void **state)
{
	(void)state;
	assert_edit("Service", CHANGES("Groups=a b"), "[Service]\n", "[Service]\nGroups=\nGroups=a b\n");
	assert_edit("Service", CHANGES("Groups=a b"), "[Service]\nGroups=c\nUser=d\n", "[Service]\nGroups=\nGroups=a b\nUser=d\n");
	assert_edit("Service", CHANGES("Groups=a b"), "[Service]\nGroups=\nGroups=a b\n", "[Service]\nGroups=\nGroups=a b\n");
	assert_edit("Service", CHANGES("Groups=a b", "Dirs=x"), "[Service]\nGroups=\nGroups=a\n", "[Service]\nGroups=\nGroups=a b\nDirs=\nDirs=x\n");
	assert_edit("Service", CHANGES("Groups="), "[Service]\nGroups=c\n", "[Service]\nGroups=\n");
	assert_edit("Service", CHANGES("Groups=a"), "[Service]\nGroups=a\n", "[Service]\nGroups=\nGroups=a\n");
	assert_refused("Unit", CHANGES("Groups=a"), "[Service]\nGroups=a\n", "does not stand", 0);
}

/* --- uWSGI -------------------------------------------------------------------------------------------------------- */

static void test_uwsgi_options(void **state)
{
	(void)state;
	assert_edit("uwsgi", CHANGES("chmod-socket=660"), "[uwsgi]\nsocket = /run/a\nchmod-socket = 600\nvacuum\nenv = A=\"x;y\"#\n",
		"[uwsgi]\nsocket = /run/a\nchmod-socket = 660\nvacuum\nenv = A=\"x;y\"#\n");
	assert_edit("uwsgi", CHANGES("chmod-socket=660"), "[uwsgi]\n  socket=/run/a\n# chmod-socket = 666\nmaster = 1\n",
		"[uwsgi]\n  socket=/run/a\n# chmod-socket = 666\n  chmod-socket=660\nmaster = 1\n");
	assert_edit("uwsgi", CHANGES("chown-socket=app:www-data"), "[uwsgi]\nplugin = python3\nsocket = /run/a\nuid = app\n",
		"[uwsgi]\nplugin = python3\nsocket = /run/a\nchown-socket = app:www-data\nuid = app\n");
}

static int setup(void **state)
{
	(void)state;
	format = format_named("php-fpm");
	aug = prepare(format);
	return aug ? 0 : -1;
}

static int as_systemd(void **state)
{
	aug_close(aug);
	(void)state;
	format = format_named("systemd");
	aug = prepare(format);
	return aug ? 0 : -1;
}

static int as_uwsgi(void **state)
{
	aug_close(aug);
	(void)state;
	format = format_named("uwsgi");
	aug = prepare(format);
	return aug ? 0 : -1;
}

static int as_before(void **state)
{
	aug_close(aug);
	return setup(state);
}

static int teardown(void **state)
{
	(void)state;
	aug_close(aug);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value_in_place),
		cmocka_unit_test(test_quotes_stay),
		cmocka_unit_test(test_empty_values),
		cmocka_unit_test(test_last_one_is_in_force),
		cmocka_unit_test(test_nothing_to_change),
		cmocka_unit_test(test_beside_its_comment),
		cmocka_unit_test(test_spacing_of_neighbours),
		cmocka_unit_test(test_place_without_comment),
		cmocka_unit_test(test_removal),
		cmocka_unit_test(test_several_changes),
		cmocka_unit_test(test_only_the_right_pool),
		cmocka_unit_test(test_other_pools_are_not_judged),
		cmocka_unit_test(test_pool_in_two_parts),
		cmocka_unit_test(test_carriage_returns),
		cmocka_unit_test(test_no_final_newline),
		cmocka_unit_test(test_strange_bytes_stay),
		cmocka_unit_test(test_arrays_stay),
		cmocka_unit_test(test_refused_texts),
		cmocka_unit_test(test_refused_changes),
		cmocka_unit_test(test_stock_file),
		cmocka_unit_test_setup_teardown(test_unit_keys, as_systemd, as_before),
		cmocka_unit_test_setup_teardown(test_unit_lists, as_systemd, as_before),
		cmocka_unit_test_setup_teardown(test_uwsgi_options, as_uwsgi, as_before),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
