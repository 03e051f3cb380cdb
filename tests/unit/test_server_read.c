/* SPDX-License-Identifier: MIT */
/* From command lines and configuration files to sockets and their settings, with files in memory. What is expected was seen with the real
 * programs where server_read.h says so. */
#include "cases.h"
#include "fpm_source.h"

#include "facts/server_read.h"
#include "facts/server_words.h"

#include <stdlib.h>

/* One section a line: "endpoint key=value … @file:line ?unclear", then "! problem". */
static char *told(const struct backend *b)
{
	struct text out = {0};

	for (size_t i = 0; i < b->n_sections; i++) {
		const struct backend_section *s = &b->sections[i];

		text_addf(&out, "%s", s->endpoint ? s->endpoint : "-");
		for (size_t k = 0; k < s->n_settings; k++)
			text_addf(&out, " %s=%s", s->settings[k].key, s->settings[k].value);
		if (s->at.file)
			text_addf(&out, " @%s:%u", s->at.file, s->at.line);
		if (s->managed_by)
			text_addf(&out, " by %s", s->managed_by);
		text_addf(&out, "%s%s\n", s->unclear ? " ? " : "", s->unclear ? s->unclear : "");
	}
	for (size_t i = 0; i < b->n_problems; i++)
		text_addf(&out, "! %s:%u %s\n", b->problems[i].at.file ? b->problems[i].at.file : "-", b->problems[i].at.line,
			b->problems[i].text);
	return text_steal(&out);
}

struct example {
	const char *words; /* of the command line, without the program */
	const char *want;
	const char *path, *text;   /* a file, sorted before */
	const char *path2, *text2; /* another */
	const char *start;         /* "?" not known; NULL as cwd */
	const char *environment;
	bool title_only;
};

static void try_one(int kind, const struct example *e)
{
	struct memory_file files[2] = {{.path = e->path, .text = e->text}, {.path = e->path2, .text = e->text2}};
	struct memory_source source = MEMORY_SOURCE(files, (size_t)(!!e->path + !!e->path2));
	struct server_order order = {.kind = kind, .cwd = xstrdup("/srv/app"), .environment = xstrdup(e->environment),
		.start = e->start && *e->start == '?' ? NULL : xstrdup(e->start ? e->start : "/srv/app"), .title_only = e->title_only};
	struct backend out = {0};
	struct error err = {0};
	char *is;

	words_split(e->words, &order.words);
	assert_int_equal(server_read(&source.source, &order, &out, &err), 0);
	is = told(&out);
	if (strcmp(is, e->want) != 0)
		fail_msg("%s\n%s\n  gives %s\n  not   %s", e->words, e->text ? e->text : "", is, e->want);
	free(is);
	shape_free(&backend_shape, &out);
	shape_free(&server_order_shape, &order);
}

static void try_all(int kind, const struct example *examples, size_t n)
{
	for (size_t i = 0; i < n; i++)
		try_one(kind, &examples[i]);
}
#define TRY(kind, list) try_all(kind, list, sizeof(list) / sizeof((list)[0]))

#define CONF "/srv/app/gunicorn.conf.py"

static void gunicorn_command_lines(void **state)
{
	static const struct example examples[] = {
		{"-w 3 -b unix:/run/a.sock app:app", "unix:/run/a.sock\n"},
		{"--workers 3 --bind unix:/home/u/p/p.sock -m 007 wsgi:app", "unix:/home/u/p/p.sock umask=0007\n"},
		{"--bind=unix:///run/a.sock --umask=0o117 app", "unix:/run/a.sock umask=0117\n"},
		{"-bunix:a.sock -m117 app", "unix:/srv/app/a.sock umask=0165\n"},
		{"--chdir /x -b unix:a.sock app", "unix:/x/a.sock\n"},
		{"-b unix:/a -b 127.0.0.1:8000 -b :81 -b [::1]:82", "unix:/a\ntcp:127.0.0.1:8000\ntcp:0.0.0.0:81\ntcp:[::1]:82\n"},
		{"-b unix:@x -u app -g www-data", "unix:@x user=app group=www-data\n"},
		{"-b unix://a//b/./c -b fd://3", "unix:/srv/app/a/b/c\n"},
		{"-b unix:$SOCK -m $M app", "- ? --bind is not known: a variable on the command line\n"},
		{"-b unix:/a -m abc app", "unix:/a ? --umask is not known: it is no number\n"},
		{"app:app", ""},
	};

	(void)state;
	TRY(BACKEND_GUNICORN, examples);
}

static void gunicorn_files(void **state)
{
	static const struct example examples[] = {
		{"app", "unix:/a umask=0117 @" CONF ":1\n", CONF, "bind = 'unix:/a'\numask = 0o117\n"},
		{"-c conf.py app", "unix:/srv/app/a umask=0117 user=33 group=www-data @/srv/app/conf.py:1\n", "/srv/app/conf.py",
			"bind = ['unix:a']\numask = '0o117'\nuser = 33\ngroup = \"www-data\"\nraw_env = ['SECRET=1']\n"},
		{"-c file:/c.py -m 0 app", "unix:/a umask=0000 @/c.py:1\n", "/c.py", "bind='unix:/a'\numask=0o117"},
		{"-c /c.py -b unix:/b app", "unix:/b umask=0117\n", "/c.py", "bind='unix:/a'\numask=0o117"},
		{"-c /c.py app", "unix:/a umask=0007 @/c.py:1\n", "/c.py", "bind='unix:/a'\numask=0o117", .environment = "-m '007'"},
		{"-m 077 app", "unix:/e umask=0077\n", .environment = "--bind=unix:/e -m 007"},
		{"app", "unix:/a @/c.py:1\n", "/c.py", "bind='unix:/a'", .environment = "-c /c.py"},
		{"-c /c.py app", "unix:/a @/c.py:1 ? /c.py:2: umask is not known: an expression\n", "/c.py",
			"bind='unix:/a'\numask=int(x)\n"},
		{"-c /c.py app", "unix:/a @/c.py:1 ? /c.py:2: umask is not known: Gunicorn does not take such a value\n", "/c.py",
			"bind='unix:/a'\numask='0117'\n"},
		{"-c /c.py -m 7 app", "unix:/a umask=0007 @/c.py:1\n", "/c.py", "bind='unix:/a'\numask=int(x)\n"},
		{"-c /c.py app", "- umask=0007 ? /c.py:1: bind is not known: an f-string\n", "/c.py", "bind=f'unix:{d}/a'\numask=7\n"},
		{"-c /c.py app", "unix:/d/a @/c.py:2 by ansible\n", "/c.py", "# Ansible managed\nbind='unix:a'\nchdir='/d'\n"},
		{"-c python:conf -b unix:/a app", "unix:/a ? umask is not known: the configuration is a module of Python\n"},
		{"-c /none.py -b unix:/a app",
			"unix:/a ? umask is not known: the configuration file could not be read\n! /none.py:0 could not be read: "
			"No such file or directory\n"},
		{"--chdir /srv/app -b unix:/a app", "unix:/a ? umask is not known: the directory of its configuration file is not known\n",
			.start = "?"},
		{"--chdir /x -c c.py app", "unix:/a @/s/c.py:1\n", "/s/c.py", "bind='unix:/a'", .start = "/s"},
		{"", "- ? bind is not known: its command line is hidden behind the title of the process\n", .title_only = true},
	};

	(void)state;
	TRY(BACKEND_GUNICORN, examples);
}

#define INI "/etc/uwsgi/app.ini"

static void uwsgi_options(void **state)
{
	static const struct example examples[] = {
		{"--ini " INI, "unix:/run/app.sock chmod-socket=660 chown-socket=app:www-data uid=app gid=www-data @" INI ":2\n", INI,
			"[uwsgi]\nsocket = /run/app.sock\nchmod-socket = 660\nchown-socket=app:www-data\nuid = app\ngid = www-data\nenv = PW=1\n"},
		{"-s /a --chmod-socket --umask 007", "unix:/a chmod-socket= umask=0007\n"},
		{"--socket=/a -C664 --uid 33", "unix:/a chmod-socket=664 uid=33\n"},
		{"--http-socket 127.0.0.1:80 --socket @x --socket rel", "tcp:127.0.0.1:80\nunix:@x\nunix:/srv/app/rel\n"},
		{"--master " INI, "unix:/x/app.sock @" INI ":3\n", INI, "[uwsgi]\nchdir = /x\nsocket = %n.sock\n[other]\nsocket=/no\n"},
		{INI " --chmod-socket=600", "unix:/etc/uwsgi/s chmod-socket=600 @" INI ":2\n"
			"! -:0 chmod-socket is set twice: uWSGI puts the values together, which may set the setuid, setgid or sticky bit\n", INI,
			"[uwsgi]\nsocket=%d/s\nchmod-socket=640\n"},
		{"--chmod-socket=600 " INI, "unix:/a chmod-socket=640 @" INI ":2\n"
			"! " INI ":3 chmod-socket is set twice: uWSGI puts the values together, which may set the setuid, setgid or sticky bit\n",
			INI, "[uwsgi]\nsocket=/a\nchmod-socket=640\n"},
		{"--ini " INI, "unix:/run/p/x.sock @" INI ":4\n", INI,
			"; c\n[uwsgi]\n# base\nsocket = %(base)/%(project).sock\nbase = /run/%(d)\nd = p\nproject = x\n"},
		{"--ini " INI, "- @" INI ":2 ? the address of its socket is a variable that is set elsewhere\n", INI,
			"[uwsgi]\nsocket = $(SOCK)\n"},
		{"--ini " INI, "unix:/a @" INI ":2 ? " INI ":3: chmod-socket is not known: uWSGI refuses this value and does not start\n", INI,
			"[uwsgi]\nsocket = /a\nchmod-socket\n"},
		{"--ini " INI, "unix:/a chmod-socket=660 ; c @" INI ":2\n", INI, "[uwsgi]\nsocket = /a\nchmod-socket = 660 ; c\n"},
		{"--ini " INI ":two", "unix:/b @" INI ":4\n", INI, "[uwsgi]\nsocket = /a\n[two]\nsocket = /b\n"},
		{INI, "unix:/a chmod-socket=606 @" INI ":5\n", INI, "[uwsgi]\nchmod-socket=606\nini=:extra\n[extra]\nsocket=/a\n"},
		{INI, "unix:/a umask=0027 @" INI ":3\n", "/base.ini", "[uwsgi]\numask=027", INI, "[uwsgi]\ninclude = /base.ini\nsocket=/a"},
		{INI, "unix:/a @" INI ":2 ? " INI ":4: an option that depends on a condition\n", INI,
			"[uwsgi]\nsocket=/a\nif-env = X\nchmod-socket=600\nendif =\n"},
		{"--xml /a.xml -s /a", "unix:/a ? its configuration file has another format than ini\n"},
		{"/a.yml", "- ? its configuration file has another format than ini\n"},
		{"-s /a --umask 7", "unix:/a umask=0000\n"},
		{"-s /a --master-as-root --drop-after-init", "unix:/a master-as-root=true drop-after-init=true\n"},
		{INI, "unix:/a/b @" INI ":2\n", INI, "[uwsgi]\nsocket = /a\\\n/b\n"},
		{INI, "unix:/a uid=app @" INI ":2\n", INI, "[uwsgi]\nsocket = /a\nchmod_socket = 660\nUID = x\nuid = app\n"},
		{INI, "- ? " INI ": this configuration file could not be read\n! " INI ":0 could not be read: No such file or directory\n"},
		{"loop.ini", "unix:/a @/srv/app/loop.ini:2 ? /srv/app/loop.ini: this configuration file includes itself\n", "/srv/app/loop.ini",
			"[uwsgi]\nsocket=/a\nini=loop.ini\n"},
		{"", "- ? its command line is hidden behind the title of the process\n", .title_only = true},
	};

	(void)state;
	TRY(BACKEND_UWSGI, examples);
}

static void uwsgi_vassals(void **state)
{
	static const struct example examples[] = {
		{"--emperor /v", "unix:/v/one.sock chmod-socket=660 @/v/one.ini:2\nunix:/two @/v/two.ini:2\n", "/v/one.ini",
			"[uwsgi]\nsocket = one.sock\nchmod-socket=660\n", "/v/two.ini", "[uwsgi]\nsocket=/two\n"},
		{"--ini " INI, "unix:/v/a @/v/a.ini:2\n", INI, "[uwsgi]\nemperor = /v\nuid=root\n", "/v/a.ini", "[uwsgi]\nsocket=a\n"},
		{"--emperor /v --emperor-tyrant", "unix:/a @/v/a.ini:2 ? the emperor is a tyrant: it runs each vassal as the owner of its file\n",
			"/v/a.ini", "[uwsgi]\nsocket=/a\n"},
	};

	(void)state;
	TRY(BACKEND_UWSGI, examples);
}

static void puma(void **state)
{
	static const struct example examples[] = {
		{"-b unix:///run/p.sock", "unix:/run/p.sock\n"},
		{"-b unix:///run/p.sock?umask=0111&mode=660&backlog=5", "unix:/run/p.sock umask=0111 mode=0660\n"},
		{"--bind=unix://tmp/p.sock?umask=117 --dir /x", "unix:/x/tmp/p.sock umask=0165\n"},
		{"-b tcp://user:secret@127.0.0.1:3000", "tcp:127.0.0.1:3000\n"},
		{"-p 3000 -b tcp://0.0.0.0:80", "tcp:0.0.0.0:3000\ntcp:0.0.0.0:80\n"},
		{"", "unix:/a umask=0117 @/srv/app/config/puma.rb:2\n", "/srv/app/config/puma.rb",
			"threads 1, 2\nbind \"unix:///a?umask=0117\"\n"},
		{"-C /p.rb -b unix:///b", "unix:/b\n", "/p.rb", "bind 'unix:///a?umask=0117'\n"},
		{"-C /p.rb", "- @/p.rb:1 ? /p.rb:1: bind is not known: a string that is put together\nunix:/b mode=0660 @/p.rb:2\n", "/p.rb",
			"bind \"unix://#{dir}/a\"\nbind('unix:///b?mode=660')\n"},
		{"-e production", "unix:/prod @/srv/app/config/puma/production.rb:1\n", "/srv/app/config/puma.rb", "bind 'unix:///a'",
			"/srv/app/config/puma/production.rb", "bind 'unix:///prod'"},
		{"", "- ? which file of config/puma it reads depends on RACK_ENV, which is not known\n", "/srv/app/config/puma.rb",
			"bind 'unix:///a'", "/srv/app/config/puma/production.rb", "bind 'unix:///prod'"},
		{"--bind=unix:///a?umask=0117", "unix:/a umask=0117 @/srv/app/config/puma.rb:1\n", "/srv/app/config/puma.rb",
			"bind 'unix:///a?umask=0117'", .title_only = true},
		{"--bind=unix:///a", "unix:/a\n", "/srv/app/config/puma.rb", "bind 'unix:///b'", .title_only = true},
		{"-b unix:///a?umask=x", "unix:/a ? umask is not known: it is no number\n"},
		{"-C - -b unix:///a", "unix:/a\n", "/srv/app/config/puma.rb", "bind 'unix:///b'"},
	};

	(void)state;
	TRY(BACKEND_PUMA, examples);
}

static void unicorn(void **state)
{
	static const struct example examples[] = {
		{"-l /run/u.sock", "unix:/run/u.sock\n"},
		{"-c /u.rb", "unix:/a umask=0117 @/u.rb:1\n", "/u.rb", "listen '/a', :umask => 0117\nuser 'app'\n"},
		{"-c /u.rb -E production -l /b", "unix:/a umask=0165 @/u.rb:2\nunix:/b\n", "/u.rb",
			"# x\nlisten '/a', umask: 117, backlog: 5\n"},
		{"-c /u.rb -l /a", "unix:/a umask=0077 @/u.rb:1\n", "/u.rb", "listen '/a', umask: 0077\n"},
		{"-c /u.rb", "unix:/a umask=0117 @/u.rb:1\n", "/u.rb", "listen '/a', umask: 7\nlisten 'unix:/a', umask: 0117\n"},
		{"-c u.rb", "unix:/w/s @/srv/app/u.rb:2\ntcp:0.0.0.0:8080 @/srv/app/u.rb:3\n", "/srv/app/u.rb",
			"working_directory '/w'\nlisten 'unix:s'\nlisten 8080, :tcp_nopush => true\n"},
		{"-c /u.rb", "- @/u.rb:2 ? /u.rb:2: listen is not known: a string that is put together\n", "/u.rb",
			"d = File.expand_path('x')\nlisten \"#{d}/s\", :umask => 7\n"},
		{"-c /u.rb", "unix:/a @/u.rb:1 ? /u.rb:1: umask is not known: an expression\n", "/u.rb", "listen '/a', umask: UM\n"},
		{"-c /u.rb", "- ? its configuration file could not be read\n! /u.rb:0 could not be read: No such file or directory\n"},
	};

	(void)state;
	TRY(BACKEND_UNICORN, examples);
}

static void supervisord(void **state)
{
	static const struct example examples[] = {
		{"-c s.conf",
			"- command=/x/web -b unix:/a user=app umask=0027 @/srv/app/conf.d/a.conf:1\n"
			"unix:/f socket=unix:///f socket_owner=app:www-data socket_mode=0660 @/srv/app/conf.d/a.conf:7\n",
			"/srv/app/conf.d/a.conf",
			"[program:web]\ncommand=/x/%(program_name)s\n  -b unix:/a ; c\nenvironment=PASSWORD=\"x\"\nuser: app\nUmask = 027\n"
			"[fcgi-program:f]\nsocket=unix:///f\nsocket_owner=app:www-data\nsocket_mode=0660\n",
			"/srv/app/s.conf", "[supervisord]\nnodaemon=true\n[include]\nfiles = %(here)s/conf.d/*.conf\n[unix_http_server]\npassword=x\n"},
		{"", "- command=y @/etc/supervisord.conf:1 ? /etc/supervisord.conf:2: user is not known: a variable of the environment\n",
			"/etc/supervisord.conf", "[program:x]\nuser=%(ENV_U)s\ncommand=y\n"},
	};

	(void)state;
	TRY(BACKEND_UNKNOWN, examples);
}

/* --- words --------------------------------------------------------------------------------------------------------------- */

static char *served(const char *exec)
{
	struct strings words = {0};
	struct text out = {0};
	size_t first = 0;
	enum backend_kind kind;

	words_of_exec(exec, &words);
	kind = words_server(&words, &first);
	text_add(&out, name_of(backend_kind_names, (int)kind));
	for (size_t i = first; kind != BACKEND_UNKNOWN && i < words.n; i++)
		text_addf(&out, "|%s", words.items[i]);
	strings_free(&words);
	return text_steal(&out);
}

static void exec_lines(void **state)
{
	static const struct {
		const char *exec, *want;
	} lines[] = {
		{"/usr/bin/gunicorn --bind unix:/a 'my app'", "gunicorn|--bind|unix:/a|my app"},
		{"/home/u/venv/bin/gunicorn -b \"unix:/a b\"", "gunicorn|-b|unix:/a b"},
		{"-/usr/bin/python3 -m gunicorn app", "gunicorn|app"},
		{"@/usr/bin/uwsgi uwsgi --ini /a.ini", "uwsgi|--ini|/a.ini"},
		{"/usr/bin/env A=/b/c bundle exec puma -C x", "puma|-C|x"},
		{"/home/u/.rbenv/bin/rbenv exec bundle exec puma", "unknown"},
		{"/usr/bin/ruby /usr/bin/unicorn_rails -c u.rb", "unicorn|-c|u.rb"},
		{"/usr/bin/node /srv/server.js", "node|/srv/server.js"},
		{"/bin/sh -c 'gunicorn app'", "unknown"},
		{"/usr/sbin/nginx -g gunicorn", "unknown"},
		{"", "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *is = served(lines[i].exec);

		assert_string_equal(is, lines[i].want);
		free(is);
	}
}

static void a_source_that_is_gone(void **state)
{
	struct memory_source source = MEMORY_SOURCE(NULL, 0);
	struct server_order order = {.kind = BACKEND_GUNICORN, .cwd = xstrdup("/")};
	struct backend out = {0};
	struct error err = {0};

	(void)state;
	source.gone = -EPIPE;
	assert_int_equal(server_read(&source.source, &order, &out, &err), -EPIPE);
	order.kind = BACKEND_PHP_FPM;
	assert_int_equal(server_read(&source.source, &order, &out, &err), -EINVAL);
	shape_free(&backend_shape, &out);
	shape_free(&server_order_shape, &order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gunicorn_command_lines),
		cmocka_unit_test(gunicorn_files),
		cmocka_unit_test(uwsgi_options),
		cmocka_unit_test(uwsgi_vassals),
		cmocka_unit_test(puma),
		cmocka_unit_test(unicorn),
		cmocka_unit_test(supervisord),
		cmocka_unit_test(exec_lines),
		cmocka_unit_test(a_source_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
