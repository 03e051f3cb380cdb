/* SPDX-License-Identifier: MIT */
/* Edits of files that permfix makes itself (drop-ins, tmpfiles.d) and of uWSGI's, with the real helper: it is linked beside this program. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <cmocka.h>

static struct {
	char dir[PATH_MAX]; /* of this program */
	char tree[64];
	int root;
} world;

static const char *format = "systemd", *section = NULL;

/* changes: "key=value" or "-key". */
static struct question question(struct key_value *values, const char *const *changes)
{
	struct question q = {.kind = QUESTION_EDIT, .path = (char *)"/x.conf", .format = (char *)(uintptr_t)format,
		.section = (char *)(uintptr_t)section, .changes = values};

	for (; *changes; changes++) {
		const char *equals = strchr(*changes, '=');

		values[q.n_changes].key = **changes == '-' ? xstrdup(*changes + 1) : xstrndup(*changes, (size_t)(equals - *changes));
		values[q.n_changes++].value = **changes == '-' ? NULL : xstrdup(equals + 1);
	}
	return q;
}

static int edit(const char *const *changes, const char *before, char **after, struct error *err)
{
	struct key_value values[4] = {0};
	struct question q = question(values, changes);
	size_t n = 0;
	int r = edit_text(&q, before, strlen(before), after, &n, err);

	for (size_t i = 0; i < q.n_changes; i++) {
		free(values[i].key);
		free(values[i].value);
	}
	return r;
}

static void assert_edit(const char *const *changes, const char *before, const char *after)
{
	AUTO_FREE char *got = NULL;
	struct error err;

	if (edit(changes, before, &got, &err) < 0)
		fail_msg("%s: %s", changes[0], err.text);
	if (!streq(got, after))
		fail_msg("%s:\n[%s]\n[%s]", changes[0], got, after);
}

static void assert_refused(const char *const *changes, const char *before, const char *says)
{
	AUTO_FREE char *got = NULL;
	struct error err = {0};

	if (edit(changes, before, &got, &err) == 0)
		fail_msg("%s was not refused: %s", changes[0], got);
	if (!strstr(err.text, says))
		fail_msg("%s", err.text);
}

#define CHANGES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define HEAD                                                                                                     \
	"# Made by permfix, so that the worker of the web server can reach the socket that this unit makes.\n" \
	"# `permfix rollback` takes it back; by hand: remove this file, then `systemctl daemon-reload`.\n"
#define TMP                                                                                          \
	"# Made by permfix: directories that a socket needs at boot and that nothing else makes.\n" \
	"# The first line for a path counts, so this file sorts before others. `permfix rollback` takes it back.\n"

static void drop_ins(void **state)
{
	(void)state;
	format = "systemd";
	assert_edit(CHANGES("Socket.SocketMode=0660"), "", HEAD "[Socket]\nSocketMode=0660\n");
	assert_edit(CHANGES("Socket.SocketGroup=www-data", "Socket.SocketMode=0660"), "",
		HEAD "[Socket]\nSocketGroup=www-data\nSocketMode=0660\n");
	assert_edit(CHANGES("Service.Group=app", "Service.SupplementaryGroups=old other"), HEAD "[Socket]\nSocketMode=0660\n",
		HEAD "[Socket]\nSocketMode=0660\n\n[Service]\nGroup=app\nSupplementaryGroups=\nSupplementaryGroups=old other\n");
	assert_edit(CHANGES("Service.RuntimeDirectory=a b"), "[Service]\nRuntimeDirectory=c\n",
		"[Service]\nRuntimeDirectory=\nRuntimeDirectory=a b\n");
	assert_edit(CHANGES("Service.RuntimeDirectory=a b", "Service.RuntimeDirectoryMode=0750"), "",
		HEAD "[Service]\nRuntimeDirectory=\nRuntimeDirectory=a b\nRuntimeDirectoryMode=0750\n");
	assert_edit(CHANGES("Service.RuntimeDirectory=a b", "Service.RuntimeDirectoryMode=0750"), "[Service]\nRuntimeDirectoryMode=0700\n",
		"[Service]\nRuntimeDirectory=\nRuntimeDirectory=a b\nRuntimeDirectoryMode=0750\n");
	assert_edit(CHANGES("Service.RuntimeDirectory="), "[Service]\nRuntimeDirectory=c\n", "[Service]\nRuntimeDirectory=\n");
	assert_edit(CHANGES("-Service.UMask"), "[Service]\nUMask=0022\nGroup=a\n", "[Service]\nGroup=a\n");
	assert_edit(CHANGES("Service.UMask=0007"), "[Service]\n# why\nEnvironment=A=1 \"B=c d\"\nUMask=0022", "[Service]\n# why\nEnvironment=A=1 \"B=c d\"\nUMask=0007");
}

static void drop_ins_refused(void **state)
{
	static const char *const values[] = {"%i", "a\"b", "a'b", "a\\", "a\nExecStart=/bin/sh", "a#b", "a\rb"};

	(void)state;
	format = "systemd";
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		AUTO_FREE char *change = xasprintf("Socket.SocketGroup=%s", values[i]);

		assert_refused(CHANGES(change), "[Socket]\n", "");
	}
	assert_refused(CHANGES("SocketMode=0660"), "", "needs a section");
	assert_refused(CHANGES(".SocketMode=0660"), "", "needs a section");
	assert_refused(CHANGES("Socket.=0660"), "", "needs a section");
	assert_refused(CHANGES("Socket.SocketMode=0660", "Socket.SocketMode=0600"), "", "twice");
	assert_refused(CHANGES("Socket.SocketMode=0660"), "[Socket]\nno line\n", "Augeas");
	assert_refused(CHANGES("Socket.SocketMode=0660"), "[Socket]\nSocketMode=06\\\n00\n", "");
	/* the list, emptied after the mode, would take it along */
	assert_refused(CHANGES("Service.RuntimeDirectoryMode=0750", "Service.RuntimeDirectory=a b"), "", "systemd would not read");
	/* the key would end up in the value before it */
	assert_refused(CHANGES("Socket.SocketMode=0660"), "[Unit]\nDescription=a \\\n[Socket]\n", "");
}

static void options(void **state)
{
	(void)state;
	format = "uwsgi";
	section = "uwsgi";
	assert_edit(CHANGES("chmod-socket=660"), "[uwsgi]\nsocket = /run/a\nchmod-socket = 600\n", "[uwsgi]\nsocket = /run/a\nchmod-socket = 660\n");
	assert_edit(CHANGES("chmod-socket=660"), "[uwsgi]\nchmod-socket\nsocket=/run/a\n", "[uwsgi]\nchmod-socket = 660\nsocket=/run/a\n");
	assert_edit(CHANGES("chmod-socket=660"), "[uwsgi]\nplugins=x;y#z\nsocket=/run/a\n;chmod-socket=644\n", "[uwsgi]\nplugins=x;y#z\nsocket=/run/a\n;chmod-socket=644\nchmod-socket=660\n");
	assert_edit(CHANGES("chown-socket=app:www-data"), "# c\n\n[uwsgi]\nmaster = true\nvacuum\n", "# c\n\n[uwsgi]\nchown-socket = app:www-data\nmaster = true\nvacuum\n");
	assert_edit(CHANGES("chown-socket=app:www-data", "chmod-socket=660"), "[a]\nchmod-socket = 1\n[uwsgi]\nsocket = /x\n",
		"[a]\nchmod-socket = 1\n[uwsgi]\nsocket = /x\nchown-socket = app:www-data\nchmod-socket = 660\n");
	assert_refused(CHANGES("chmod-socket=660"), "[other]\nsocket = /run/a\n", "does not stand");
	assert_refused(CHANGES("chmod-socket=660"), "[UWSGI]\nsocket = /run/a\n", "as it is meant");
	assert_refused(CHANGES("chmod-socket=660"), "[uwsgi]\nsocket = /run/a\nCHMOD-SOCKET = 1\n", "as it is meant");
	assert_refused(CHANGES("chmod-socket=6;60"), "[uwsgi]\nchmod-socket = 666\n", "");
	assert_refused(CHANGES("chmod-socket=660"), "[uwsgi]\nchmod-socket = 666 ; why\n", "as it is meant");
	section = NULL;
	assert_refused(CHANGES("chmod-socket=660"), "[uwsgi]\n", "needs a section");
}

static void entries(void **state)
{
	(void)state;
	format = "tmpfiles";
	assert_edit(CHANGES("/run/app=d 0755 app www-data"), "", TMP "d /run/app 0755 app www-data -\n");
	assert_edit(CHANGES("/run/app=d 0755 app www-data"), TMP "d /run/b 0755 root root -", TMP "d /run/b 0755 root root -\nd /run/app 0755 app www-data -\n");
	assert_edit(CHANGES("/run/app=d 0750 app www-data"), "d /run/app/ 0700 app app -\nd /run/b 0755 root root -\n",
		"d /run/app 0750 app www-data -\nd /run/b 0755 root root -\n");
	assert_edit(CHANGES("-/run/app"), TMP "d /run/app 0755 app www-data -\nd /run/b 0755 root root -\n", TMP "d /run/b 0755 root root -\n");
}

static void entries_refused(void **state)
{
	static const char *const changes[] = {"/run/app=D 0755 a a", "/run/app=d 755a a a", "/run/app=Z 0755 a a", "/run/app=d 0755 a",
		"/run/app=d 0755 a a -", "/run/app=d 0755 a a\nR /", "/run/*=d 0755 a a", "/run/%b=d 0755 a a", "/run/a b=d 0755 a a", "run=d 0755 a a",
		"/=d 0755 a a", "/run/../etc=d 0755 a a", "/run/a/=d 0755 a a", "/run/app=d :0755 a a", "/run/app=d 0755 :a a", "/run/app=d~ 0755 a a"};

	(void)state;
	format = "tmpfiles";
	for (size_t i = 0; i < COUNT_OF(changes); i++)
		assert_refused(CHANGES(changes[i]), "", "tmpfiles.d");
	assert_refused(CHANGES("/run/a=d 0755 a a", "/run/b=d 0755 a a"), "", "just one");
	assert_refused(CHANGES("/run/a=d 0755 a a"), "d /run/a 0755 a a -\nz /run/a 0755 a a -\n", "several lines");
	assert_refused(CHANGES("-/run/a"), "d /run/b 0755 a a -\n", "no line");
}

static void listen_path(void **state)
{
	(void)state;
	format = "php-fpm";
	section = "www";
	assert_edit(CHANGES("listen=/run/php/www.sock"), "[www]\nuser = a\nlisten = /tmp/x.sock\nlisten.mode = 0660\n",
		"[www]\nuser = a\nlisten = /run/php/www.sock\nlisten.mode = 0660\n");
	section = NULL;
}

static void assert_answer(const char *says)
{
	struct key_value value = {(char *)"Socket.SocketMode", (char *)"0660"};
	struct question q = {.kind = QUESTION_EDIT, .path = (char *)"/u.d/x.conf", .format = (char *)(uintptr_t)format,
		.section = (char *)"u.socket", .changes = &value, .n_changes = 1};
	struct edit e;
	int r = edit_answer(world.root, &q, &e);

	if (says) {
		assert_true(r < 0);
		if (!strstr(e.failed, says))
			fail_msg("%s", e.failed);
	} else {
		if (r < 0)
			fail_msg("%s", e.failed);
		assert_string_equal(e.before, "absent");
		assert_string_equal(e.diff, "--- /dev/null\n+++ b/u.d/x.conf\n@@ -0,0 +1,4 @@\n+# Made by permfix, so that the worker of the web server can reach the "
			"socket that this unit makes.\n+# `permfix rollback` takes it back; by hand: remove this file, then `systemctl daemon-reload`.\n"
			"+[Socket]\n+SocketMode=0660\n");
	}
	free(e.key);
	free(e.before);
	free(e.after);
	free(e.diff);
	free(e.failed);
}

static void absent_files(void **state)
{
	(void)state;
	format = "systemd";
	assert_answer(NULL); /* no directory */
	assert_int_equal(mkdirat(world.root, "u.d", 0700), 0);
	assert_answer(NULL);
	assert_int_equal(symlinkat("/nowhere", world.root, "u.d/x.conf"), 0);
	assert_answer("/u.d/x.conf");
	unlinkat(world.root, "u.d/x.conf", 0);
	assert_int_equal(mkdirat(world.root, "u.d/x.conf", 0700), 0);
	assert_answer("/u.d/x.conf");
	unlinkat(world.root, "u.d/x.conf", AT_REMOVEDIR);
	unlinkat(world.root, "u.d", AT_REMOVEDIR);
	assert_int_equal(symlinkat("loop", world.root, "loop"), 0);
	assert_int_equal(symlinkat("loop", world.root, "u.d"), 0);
	assert_answer("/u.d/x.conf");
	unlinkat(world.root, "u.d", 0);
	unlinkat(world.root, "loop", 0);
	format = "uwsgi";
	assert_answer("/u.d/x.conf"); /* somebody else's file has to be there */
	format = "systemd";
}

/* A second change of the same file sees what the first one made. */
static void one_after_the_other(void **state)
{
	struct key_value first = {(char *)"Socket.SocketMode", (char *)"0660"}, second = {(char *)"Socket.SocketGroup", (char *)"g"};
	struct question base = {.kind = QUESTION_EDIT, .path = (char *)"/x.conf", .format = (char *)"systemd", .changes = &first, .n_changes = 1};
	struct question q = {.kind = QUESTION_EDIT, .path = (char *)"/x.conf", .format = (char *)"systemd", .changes = &second, .n_changes = 1, .base = &base};
	struct edit e;

	(void)state;
	assert_int_equal(edit_answer(world.root, &q, &e), 0);
	assert_true(starts_with(e.before, "sha256:"));
	assert_true(starts_with(e.diff, "--- a/x.conf\n+++ b/x.conf\n"));
	assert_non_null(strstr(e.diff, " SocketMode=0660\n+SocketGroup=g\n"));
	free(e.key);
	free(e.before);
	free(e.after);
	free(e.diff);
}

static int setup(void **state)
{
	ssize_t n = readlink("/proc/self/exe", world.dir, sizeof(world.dir) - 1);
	AUTO_FREE char *built = NULL, *beside = NULL;

	(void)state;
	if (n < 0)
		return -1;
	world.dir[n] = '\0';
	*strrchr(world.dir, '/') = '\0';
	built = xasprintf("%s/../permfix-augeas", world.dir);
	beside = xasprintf("%s/permfix-augeas", world.dir);
	unlink(beside);
	memcpy(world.tree, "/tmp/permfix-made-XXXXXX", 25);
	if (link(built, beside) < 0 || !mkdtemp(world.tree))
		return -1;
	world.root = open(world.tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return world.root < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	AUTO_FREE char *beside = xasprintf("%s/permfix-augeas", world.dir);

	(void)state;
	unlink(beside);
	close(world.root);
	return rmdir(world.tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drop_ins),
		cmocka_unit_test(drop_ins_refused),
		cmocka_unit_test(options),
		cmocka_unit_test(entries),
		cmocka_unit_test(entries_refused),
		cmocka_unit_test(listen_path),
		cmocka_unit_test(absent_files),
		cmocka_unit_test(one_after_the_other),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
