/* SPDX-License-Identifier: MIT */
/* Unit files from a source in memory: one file, or a fragment and its drop-ins, to a summary of what is left. */
#include "tests/unit/cases.h"
#include "tests/unit/fpm_source.h"

#include "base/cleanup.h"
#include "facts/unit_keys.h"
#include "facts/unit_read.h"

#define FRAGMENT "/u/app@one-two.service"

static const struct specifier_host host = {.hostname = (char *)"web.example.org", .machine = (char *)"abc"};

/* "Key=VALUE @LINE" for each setting, "! FILE:LINE TEXT" for each problem. */
static char *summary(const struct unit *u)
{
	AUTO_TEXT struct text out = {0};

	text_add(&out, u->load ? "load error\n" : "");
	for (size_t i = 0; i < u->n_settings; i++)
		text_addf(&out, "%s=%s @%u\n", u->settings[i].key, u->settings[i].value, u->settings[i].line);
	for (size_t i = 0; i < u->n_problems; i++)
		text_addf(&out, "! %s:%u %s\n", u->problems[i].at.file, u->problems[i].at.line, u->problems[i].text);
	return text_steal(&out);
}

static char *read_files(const struct memory_file *files, size_t n, const char *name)
{
	struct memory_source source = MEMORY_SOURCE(files, n);
	struct unit_files order = {.name = xstrdup(name), .fragment = xstrdup(files[0].path)};
	struct unit out = {0};
	char *found;

	for (size_t i = 1; i < n; i++)
		strings_add(&order.dropins, files[i].path);
	assert_int_equal(unit_read(&source.source, &order, &host, &out, NULL), 0);
	found = summary(&out);
	shape_free(&unit_shape, &out);
	unit_files_free(&order);
	return found;
}

struct one {
	const char *name, *text, *says;
};

static const struct one ones[] = {
	{"settings", "[Socket]\nListenStream=/run/a//b/./c\nSocketMode = 660\nSocketUser=app\n",
		"Socket.ListenStream=/run/a/b/c @2\nSocket.SocketMode=0660 @3\nSocket.SocketUser=app @4\n"},
	{"the last one wins", "[Service]\nUser=a\nUser=b\nUMask=7\nUMask=0027\n", "Service.User=b @3\nService.UMask=0027 @5\n"},
	{"an empty one takes back", "[Service]\nUser=a\nUser=\nRuntimeDirectory=a b\nRuntimeDirectory=\nRuntimeDirectory=c\n",
		"Service.RuntimeDirectory=c @6\n"},
	{"an emptied list of directories has the default mode again",
		"[Service]\nRuntimeDirectory=a\nRuntimeDirectoryMode=0750\nStateDirectoryMode=0700\nRuntimeDirectory=\nRuntimeDirectory=a b\n",
		"Service.StateDirectoryMode=0700 @4\nService.RuntimeDirectory=a @6\nService.RuntimeDirectory=b @6\n"},
	{"dependencies cannot be taken back", "[Unit]\nRequires=a.socket\nRequires=\n", "Unit.Requires=a.socket @2\n"},
	{"any empty Listen takes all back", "[Socket]\nListenStream=/a\nListenDatagram=/b\nListenFIFO=\nListenStream=80\n",
		"Socket.ListenStream=80 @5\n"},
	{"continued, comments between", "[Service]\nRuntimeDirectory=a \\\n# no\n  ; no\n  b\\\n\nUser=x\n",
		"Service.RuntimeDirectory=a @2\nService.RuntimeDirectory=b @2\nService.User=x @7\n"},
	{"an escaped backslash does not continue", "[Service]\nUser=a\\\\\nGroup=b\n", "Service.User=a\\\\ @2\nService.Group=b @3\n"},
	{"continued at the end", "[Service]\nUser=a\\", "Service.User=a @2\n"},
	{"quotes", "[Service]\nReadWritePaths=\"/a b\" '/c'd\n",
		"Service.ReadWritePaths=/a b @2\nService.ReadWritePaths=/cd @2\n"},
	{"open quote", "[Service]\nReadWritePaths=/a \"/b\nUser=u\n",
		"Service.ReadWritePaths=/a @2\nService.User=u @3\n"
		"! " FRAGMENT ":2 ReadWritePaths=/a \"/b is not valid: systemd passes over it\n"},
	{"specifiers", "[Service]\nUser=%p-%i-%%\nGroup=%I\nRuntimeDirectory=%n %N\nPIDFile=%t/x\nWorkingDirectory=%h%z%\n",
		"Service.User=app-one-two-% @2\nService.Group=one/two @3\nService.RuntimeDirectory=app@one-two.service @4\n"
		"Service.RuntimeDirectory=app@one-two @4\nService.PIDFile=/run/x @5\nService.WorkingDirectory=/root%z% @6\n"},
	{"specifiers of the host", "[Service]\nUser=%H\nGroup=%l-%m\nPIDFile=/%b\n",
		"Service.User=web.example.org @2\nService.Group=web-abc @3\nService.PIDFile=/%b @4\n"
		"! " FRAGMENT ":4 PIDFile: what %b stands for is not known\n"},
	{"switches", "[Service]\nDynamicUser=TRUE\nPrivateTmp=1\nProtectHome=read-only\nProtectSystem=off\nPrivateUsers=maybe\n",
		"Service.DynamicUser=yes @2\nService.PrivateTmp=yes @3\nService.ProtectHome=read-only @4\nService.ProtectSystem=no @5\n"
		"! " FRAGMENT ":6 PrivateUsers=maybe is not valid: systemd passes over it\n"},
	{"values that systemd passes over", "[Service]\nUMask=027\nUMask=9\nUMask=\nRuntimeDirectory=/a ../b c/\n",
		"Service.UMask=0027 @2\nService.RuntimeDirectory=c @5\n"
		"! " FRAGMENT ":3 UMask=9 is not valid: systemd passes over it\n"
		"! " FRAGMENT ":4 UMask= is not valid: systemd passes over it\n"
		"! " FRAGMENT ":5 RuntimeDirectory=/a is not valid: systemd passes over it\n"
		"! " FRAGMENT ":5 RuntimeDirectory=../b is not valid: systemd passes over it\n"},
	{"nothing else is kept", "[Service]\nEnvironment=PASSWORD=x\nEnvironmentFile=/e\nLoadCredential=a:b\n[X-Mine]\nUser=u\n[Socket]\nUser=u\n", ""},
	{"a secret does not get into a problem", "[Service]\nExecStart=/bin/x --password=s %b\n",
		"Service.ExecStart=/bin/x --password=s %b @2\n! " FRAGMENT ":2 ExecStart: what %b stands for is not known\n"},
	{"commands", "[Service]\nExecStart=a\nExecStart=\nExecStart=-/bin/b --c 'd e' ; /bin/f\n",
		"Service.ExecStart=-/bin/b --c 'd e' ; /bin/f @4\n"},
	{"lines that are none", "User=a\n[Service]\nnonsense\n=x\nUser=b\xff\nGroup=g\n",
		"Service.Group=g @6\n! " FRAGMENT ":1 an assignment outside of a section: systemd passes over it\n"
		"! " FRAGMENT ":3 no equals sign: systemd passes over this line\n"
		"! " FRAGMENT ":4 no key before the equals sign: systemd passes over this line\n"
		"! " FRAGMENT ":5 what is no UTF-8: systemd passes over this line\n"},
	{"a broken header ends it", "[Service]\nUser=a\n[Socket\nUser=b\n",
		"load error\nService.User=a @2\n! " FRAGMENT
		":3 a section's name without its bracket: systemd does not read what follows in this file\n"},
	{"byte order mark, returns", "\xef\xbb\xbf[Service]\r\nUser=a\r\n", "Service.User=a @2\n"},
};

static void test_one(void **state)
{
	const struct one *c = *state;
	AUTO_FREE char *found = read_files(&(struct memory_file){FRAGMENT, c->text}, 1, "app@one-two.service");

	assert_string_equal(found, c->says);
}

/* A broken drop-in loses its rest, and nothing else; so does one that is gone. */
static void test_dropins(void **state)
{
	static const struct memory_file files[] = {
		{"/a", "[Service]\nUser=a\nRuntimeDirectory=x\n"},
		{"/b", "[Service]\nUser=b\n[\nGroup=b\n"},
		{"/c", "", .failed = ENOENT},
		{"/d", "[Service]\nRuntimeDirectory=y\n"},
		{"/e[1]", "[Service]\nUser=e\n"},
	};
	AUTO_FREE char *found = read_files(files, 5, "a.service");

	(void)state;
	assert_string_equal(found, "Service.RuntimeDirectory=x @3\nService.User=b @2\nService.RuntimeDirectory=y @2\n"
				   "! /b:3 a section's name without its bracket: systemd does not read what follows in this file\n"
				   "! /c:0 it was there a moment ago, and is gone\n! /e[1]:0 a name with * ? or [ in it: not read\n");
}

/* What systemd passes over is known; what could not be read is not. */
static void test_incomplete(void **state)
{
	static const struct {
		struct memory_file file;
		bool incomplete;
	} cases[] = {
		{{"/a", "[Service]\nUser=a\nnonsense\n[\n"}, false}, {{"/a", "", .failed = ENOENT}, true},
		{{"/a", "", .failed = EACCES}, true}, {{"/a[1]", "[Service]\nUser=a\n"}, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct memory_source source = MEMORY_SOURCE(&cases[i].file, 1);
		struct unit_files order = {.name = (char *)"a.service", .fragment = (char *)cases[i].file.path};
		struct unit out = {0};

		assert_int_equal(unit_read(&source.source, &order, &host, &out, NULL), 0);
		assert_int_equal(out.incomplete, cases[i].incomplete);
		shape_free(&unit_shape, &out);
	}
}

static void test_many_settings(void **state)
{
	AUTO_TEXT struct text text = {0};
	struct unit_files order = {.name = (char *)"a.service", .fragment = (char *)"/a"};
	struct unit out = {0};

	(void)state;
	text_add(&text, "[Service]\n");
	for (unsigned i = 0; i < 1500; i++)
		text_addf(&text, "RuntimeDirectory=d%u\n", i);
	struct memory_file file = {"/a", text.bytes};
	struct memory_source source = MEMORY_SOURCE(&file, 1);
	assert_int_equal(unit_read(&source.source, &order, &host, &out, NULL), 0);
	assert_int_equal(out.n_settings, 1000);
	assert_true(out.incomplete);
	shape_free(&unit_shape, &out);
}

static void test_gone_source(void **state)
{
	struct memory_source source = MEMORY_SOURCE(NULL, 0);
	struct unit_files order = {.name = (char *)"a.service", .fragment = (char *)"/a"};
	struct unit out = {0};

	(void)state;
	source.gone = -EPIPE;
	assert_int_equal(unit_read(&source.source, &order, &host, &out, NULL), -EPIPE);
	shape_free(&unit_shape, &out);
}

static void test_endpoints(void **state)
{
	static const char *const cases[][2] = {
		{"/run/x", "unix:/run/x"}, {"@x", "unix:@x"}, {"80", "tcp:[::]:80"}, {"127.0.0.1:80", "tcp:127.0.0.1:80"},
		{"[::1]:80", "tcp:[::1]:80"}, {"vsock:2:80", NULL}, {"", NULL}, {"nonsense", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *found = unit_endpoint(cases[i][0]);

		assert_true(streq(found, cases[i][1]));
	}
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		bool matters;
		const char *of_template;
	} cases[] = {
		{"a.service", true, NULL}, {"a@.service", false, NULL}, {"a@b.socket", true, "a@.socket"}, {"a.target", false, NULL},
		{"a", false, NULL}, {".service", false, NULL}, {"@b.service", false, NULL}, {"a/b.service", false, NULL},
		{"a@b@c.service", true, "a@.service"}, {"a.conf", false, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *found = unit_name_template(cases[i].name);

		assert_int_equal(unit_name_matters(cases[i].name), cases[i].matters);
		assert_true(streq(found, cases[i].of_template));
	}
}

static void test_specifiers(void **state)
{
	static const struct {
		const char *name, *text, *says;
		char unknown;
	} cases[] = {
		{"a-b-c@x\\x2dy-z.service", "%p %P %j %J %i %I %f", "a-b-c a/b/c c c x\\x2dy-z x-y/z /x-y/z", 0},
		{"a.socket", "[%i] %n %N %f", "[] a.socket a /a", 0},
		{NULL, "%n %i %t %S %C %L %T %V %u %U %g %G %h", "%n %i /run /var/lib /var/cache /var/log /tmp /var/tmp root 0 root 0 /root", 0},
		{"a.socket", "%E %v %b", "/etc %v %b", 'v'},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char unknown;
		AUTO_FREE char *found = specifier_resolve(&host, cases[i].name, cases[i].text, &unknown);

		assert_string_equal(found, cases[i].says);
		assert_int_equal(unknown, cases[i].unknown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dropins), cmocka_unit_test(test_incomplete), cmocka_unit_test(test_many_settings),
		cmocka_unit_test(test_gone_source), cmocka_unit_test(test_endpoints), cmocka_unit_test(test_names),
		cmocka_unit_test(test_specifiers),
	};

	return RUN_CASES(ones, test_one) + cmocka_run_group_tests(tests, NULL, NULL);
}
