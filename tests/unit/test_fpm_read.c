/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "facts/fpm_read.h"
#include "tests/unit/fpm_source.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <cmocka.h>

#define CONF "/etc/php/8.2/fpm/php-fpm.conf"

static void release(struct backend *out)
{
	free(out->exe);
	free(out->version);
	out->exe = out->version = NULL;
	shape_free(&backend_shape, out);
}
#define AUTO_BACKEND __attribute__((cleanup(release)))

static void read_files(const struct memory_file *files, size_t n, struct backend *out)
{
	struct memory_source source = MEMORY_SOURCE(files, n);

	assert_int_equal(fpm_read(&source.source, files[0].path, out, NULL), 0);
}

static void read_text(const char *text, struct backend *out)
{
	read_files(&(struct memory_file){CONF, text}, 1, out);
}

static const char *value_of(const struct backend *out, size_t section, const char *key)
{
	const struct setting *setting;

	assert_true(section < out->n_sections);
	setting = setting_find(&out->sections[section], key);
	return setting ? setting->value : NULL;
}

static void assert_problem(const struct backend *out, size_t i, const char *file, uint32_t line, const char *part)
{
	assert_true(i < out->n_problems);
	assert_string_equal(out->problems[i].at.file, file);
	if (!strstr(out->problems[i].text, part))
		fail_msg("%s: no %s", out->problems[i].text, part);
	assert_int_equal(out->problems[i].at.line, line);
}

/* --- what stands in a pool ------------------------------------------------------------------------------------------- */

static void test_one_pool(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[global]\npid = /run/php.pid\n\n[www]\nuser = www-data\ngroup=www-data  \n"
		  "listen = /run/php/php.sock\n\tlisten.owner\t=\t root ; why\nlisten.mode = 0660\npm = static\n", &out);
	assert_int_equal(out.n_problems, 0);
	assert_int_equal(out.n_sections, 1);
	assert_string_equal(out.sections[0].name, "www");
	assert_string_equal(out.sections[0].at.file, CONF);
	assert_int_equal(out.sections[0].at.line, 4);
	assert_string_equal(out.sections[0].endpoint, "unix:/run/php/php.sock");
	assert_null(out.sections[0].managed_by);
	assert_string_equal(value_of(&out, 0, "user"), "www-data");
	assert_string_equal(value_of(&out, 0, "group"), "www-data");
	assert_string_equal(value_of(&out, 0, "listen.owner"), "root");
	assert_string_equal(value_of(&out, 0, "listen.mode"), "0660");
	assert_null(value_of(&out, 0, "pm"));
	assert_int_equal(setting_find(&out.sections[0], "listen.owner")->line, 8);
	assert_string_equal(setting_find(&out.sections[0], "listen.owner")->file, CONF);
}

static void test_files_are_listed(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[www]\nlisten=9000\n", &out);
	assert_int_equal(out.n_files, 1);
	assert_string_equal(out.files[0].path, CONF);
	assert_int_equal(out.files[0].mtime, 1700000000);
	assert_int_equal(out.files[0].mode, 0100644);
}

static void test_several_pools(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[a]\nlisten = /a\n[b]\nlisten = /b\nuser = ub\n[global]\nlog_level = notice\n[c]\nlisten = /c\n", &out);
	assert_int_equal(out.n_problems, 0);
	assert_int_equal(out.n_sections, 3);
	assert_null(value_of(&out, 0, "user"));
	assert_string_equal(value_of(&out, 1, "user"), "ub");
	assert_string_equal(out.sections[2].endpoint, "unix:/c");
}

static void test_last_assignment_wins(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[a]\nlisten = /a\nlisten.owner = x\nLISTEN.Owner = y\n", &out);
	assert_string_equal(value_of(&out, 0, "listen.owner"), "y");
	assert_int_equal(setting_find(&out.sections[0], "listen.owner")->line, 4);
	assert_int_equal(out.sections[0].n_settings, 2);
}

static void test_pool_variable(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[shop]\nlisten = /run/$pool/$pool.sock\nuser = '$pool'\n[$pool]\nlisten = /$pool\n", &out);
	assert_string_equal(out.sections[0].endpoint, "unix:/run/shop/shop.sock");
	assert_string_equal(value_of(&out, 0, "user"), "shop");
	assert_string_equal(out.sections[1].endpoint, "unix:/$pool");
}

static void test_secrets_are_not_kept(void **state)
{
	AUTO_BACKEND struct backend out = {0};
	json_t *json;
	AUTO_FREE char *dump = NULL;

	(void)state;
	read_text("[a]\nlisten=/a\nenv[DB_PASSWORD] = hunter2\nphp_admin_value[x]=hunter2\nphp_value[y] = hunter2=3\n", &out);
	json = shape_encode(&backend_shape, &out);
	dump = json_dumps(json, 0);
	json_decref(json);
	assert_null(strstr(dump, "hunter2"));
	assert_null(strstr(dump, "DB_PASSWORD"));
	assert_int_equal(out.n_problems, 1);
	assert_problem(&out, 0, CONF, 5, "an = stands in a value");
}

static void test_commented_listen_keys(void **state)
{
	AUTO_BACKEND struct backend out = {0};
	const struct setting *s;

	(void)state;
	read_text("[a]\nlisten=/a\n;listen.owner = www-data\n; Listen.Mode=0600\n;user = x\n;listen.acl_users =\n"
		  "; listen.owner and listen.group are set\n#listen.group = g\n;listen = /b\n", &out);
	assert_int_equal(out.sections[0].n_settings, 4);
	s = out.sections[0].settings;
	assert_true(s[1].commented && s[2].commented && s[3].commented);
	assert_string_equal(s[1].key, "listen.owner");
	assert_string_equal(s[1].value, "www-data");
	assert_int_equal(s[1].line, 3);
	assert_string_equal(s[2].key, "listen.mode");
	assert_string_equal(s[2].value, "0600");
	assert_string_equal(s[3].value, "");
	assert_null(value_of(&out, 0, "listen.owner"));
}

/* Expected values: what `php-fpm8.2 -tt` printed for php_value[x] = …; NULL: it refused. */
static void test_values_as_php_reads_them(void **state)
{
	static const struct {
		const char *written, *value;
	} cases[] = {
		{"a", "a"}, {"  a  b \t", "a  b"}, {"'a;b'", "a;b"}, {"\"a;b\"c ; d", "a;bc"}, {"'a' b \"c\" 'd'", "a bcd"},
		{"a  \"b\"", "ab"}, {"b  'd'  e", "b  d  e"}, {"'a' \"b\" c", "abc"}, {"a'b", "a"}, {"\"a\\\"b\"", "a\"b"}, {"\"C:\\dir\\\"", "C:\\dir\\"}, {"$\\\"$[", "$\\\"$["},
		{"\"a\\\\b\"", "a\\b"}, {"\"a\\nb\"", "a\\nb"}, {"\"a\\'b\"", "a\\'b"}, {"'a\\'b'", "a\\b"}, {"a\\b", "a\\b"},
		{"a\\;b", "a\\"}, {"$foo", "$foo"}, {"$;", "$;"}, {"a$", "a$"}, {"a;b", "a"}, {"a#b", "a#b"},
		{"yes", "1"}, {"On ", "1"}, {"TRUE", "1"}, {"none", ""}, {"null", ""}, {"off;c", ""}, {"'yes'", "yes"}, {"\"no\"", "no"},
		{"yesx", "yesx"}, {"yes'.", "1"}, {"no-x", "no-x"}, {"on:9", "on:9"}, {"none.x", "none.x"}, {"{", "{"}, {"[a]", "[a]"}, {"0660", "0660"},
		{"-1", "-1"}, {"\"a=b\"", "a=b"}, {"\"\"", ""}, {"", ""}, {"apache,nginx", "apache,nginx"}, {"a:b@c<d>?%*+-/[x]", "a:b@c<d>?%*+-/[x]"},
		{"yes x", NULL}, {"x yes", NULL}, {"yes\"a\"", NULL}, {"'a", NULL}, {"\"a", NULL}, {"a\\\"b", NULL}, {"a=b", NULL},
		{"=", NULL}, {"a!b", NULL}, {"a(b)", NULL}, {"''", NULL}, {"a${Y", NULL}, {"\"${Y\"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *text = xasprintf("[w]\nlisten = 9000\nuser =%s\n", cases[i].written);
		AUTO_BACKEND struct backend out = {0};

		read_text(text, &out);
		if (!streq(value_of(&out, 0, "user"), cases[i].value) || out.n_problems != (cases[i].value == NULL))
			fail_msg("%s: %s, %zu problems", cases[i].written, value_of(&out, 0, "user"), out.n_problems);
	}
}

static void test_value_that_only_the_master_knows(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[a]\nlisten = ${FPM_LISTEN}\nlisten.mode = 0600|0060\nphp_value[x] = ${Y}\n", &out);
	assert_null(out.sections[0].endpoint);
	assert_string_equal(value_of(&out, 0, "listen"), "${FPM_LISTEN}");
	assert_int_equal(out.n_problems, 2);
	assert_problem(&out, 0, CONF, 2, "${variable}");
	assert_problem(&out, 1, CONF, 3, "expression");
}

static void test_carriage_returns(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[a]\r\nlisten = /a\r\nlisten.owner = x ; y\r\n;listen.mode = 0660\r\n\r\n; c\ruser = u\n", &out);
	assert_int_equal(out.n_problems, 0);
	assert_string_equal(value_of(&out, 0, "listen"), "/a");
	assert_string_equal(value_of(&out, 0, "listen.owner"), "x");
	assert_string_equal(value_of(&out, 0, "user"), "u"); /* a lone carriage return ends a line */
}

static void test_no_final_newline_and_long_lines(void **state)
{
	struct text t = {0};
	AUTO_FREE char *text = NULL;
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	text_add(&t, "[a]\nuser = ");
	for (int i = 0; i < 100000; i++)
		text_add(&t, "x");
	text_add(&t, "\nlisten = /a");
	text = text_steal(&t);
	read_text(text, &out);
	assert_string_equal(out.sections[0].endpoint, "unix:/a");
	assert_null(value_of(&out, 0, "user"));
	assert_problem(&out, 0, CONF, 2, "more than 4096 bytes");
}

/* --- what PHP refuses -------------------------------------------------------------------------------------------------- */

static void test_lines_that_php_refuses(void **state)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{"listen.owner", "has no ="}, {"listen.user = x", "no entry listen.user"}, {"[x", "no ]"}, {"= x", "neither"},
		{"& = x", "neither"}, {"# c", "begins no comment"}, {"#user = x", "begins no comment"}, {"env[A = b", "no ] ="},
		{"env[A] b", "no ] ="}, {"php_foo[A] = b", "no entry php_foo"}, {"pid = /x", "pid is no entry of a pool"},
		{"listen . group = x", "no entry listen . group"}, {"env = x", "no entry env"}, {"user[x] = y", "no entry user"},
		{"listen \033 = x", "no entry listen \\x1b"}, {"[w] x", "behind the section's ]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *text = xasprintf("[a]\nlisten = /a\n%s\nuser = after\n", cases[i].line);
		AUTO_BACKEND struct backend out = {0};

		read_text(text, &out);
		assert_problem(&out, 0, CONF, 3, cases[i].says);
		assert_string_equal(value_of(&out, out.n_sections - 1, "user"), "after");
	}
}

static void test_hash_comment_in_old_php(void **state)
{
	AUTO_BACKEND struct backend old = {.version = xstrdup("5.6")}, recent = {.version = xstrdup("8.2")};

	(void)state;
	read_text("[a]\nlisten = /a\n# c\n#user = x\n", &old);
	assert_int_equal(old.n_problems, 0);
	assert_null(value_of(&old, 0, "user"));
	read_text("[a]\nlisten = /a\n# c\n", &recent);
	assert_int_equal(recent.n_problems, 1);
}

static void test_pool_without_listen(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("\n[a]\nuser = x\n[b]\nlisten =\n[c]\nlisten = /c\n", &out);
	assert_int_equal(out.n_problems, 2);
	assert_problem(&out, 0, CONF, 2, "pool [a] has no listen");
	assert_problem(&out, 1, CONF, 4, "pool [b] has no listen");
	assert_null(out.sections[0].endpoint);
	assert_string_equal(out.sections[2].endpoint, "unix:/c");
}

static void test_two_pools_on_one_socket(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[a]\nlisten = /run/a.sock\n[b]\nlisten = /run/b.sock\n[c]\nlisten = /run/a.sock\n", &out);
	assert_int_equal(out.n_problems, 1);
	assert_problem(&out, 0, CONF, 5, "pool [c] listens where [a] does");
}

static void test_duplicate_section_is_merged(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[www]\nlisten = /a\nuser = x\n[b]\nlisten=/b\n[WWW]\nuser = y\n", &out);
	assert_int_equal(out.n_sections, 2);
	assert_problem(&out, 0, CONF, 6, "begins in " CONF ":1 already");
	assert_string_equal(value_of(&out, 0, "user"), "y");
	assert_string_equal(value_of(&out, 0, "listen"), "/a");
}

static void test_nul_byte(void **state)
{
	static const char text[] = "[a]\nlisten = /a\0b\nuser = x\n";
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_files(&(struct memory_file){CONF, text, sizeof(text) - 1}, 1, &out);
	assert_problem(&out, 0, CONF, 2, "NUL");
	assert_string_equal(value_of(&out, 0, "listen"), "/a");
	assert_string_equal(value_of(&out, 0, "user"), "x");
}

static void test_keys_outside_pools(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("daemonize = no\nlisten = /x\n[GLOBAL]\nuser = x\n", &out);
	assert_int_equal(out.n_sections, 0);
	assert_problem(&out, 0, CONF, 2, "listen is no entry of [global]");
	assert_problem(&out, 1, CONF, 4, "user is no entry of [global]");
}

static void test_section_names(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text("[ w w ] ; c\nlisten=/1\n[\"q\"]\nlisten=/2\n['s']\nlisten=/3\n[]\nlisten=/4\n[\xff\xfe]\nlisten=/5\n", &out);
	assert_int_equal(out.n_problems, 0);
	assert_string_equal(out.sections[0].name, " w w ");
	assert_string_equal(out.sections[1].name, "q");
	assert_string_equal(out.sections[2].name, "s");
	assert_string_equal(out.sections[3].name, "");
	assert_string_equal(out.sections[4].name, "\xff\xfe");
}

/* --- endpoints --------------------------------------------------------------------------------------------------------- */

static void test_endpoints(void **state)
{
	static const struct {
		const char *listen, *endpoint, *problem;
	} cases[] = {
		{"9000", "tcp:[::]:9000", NULL}, {"127.0.0.1:9000", "tcp:127.0.0.1:9000", NULL}, {"[::1]:9000", "tcp:[::1]:9000", NULL},
		{"::1:9000", "tcp:[::1]:9000", NULL}, {"localhost:9000", "tcp:localhost:9000", NULL},
		{"/run/a b.sock", "unix:/run/a b.sock", NULL}, {"'/run/%s\"$x-'", "unix:/run/%s\"$x-", NULL},
		{"run/a.sock", "unix:/usr/run/a.sock", NULL}, {"-x", "unix:/usr/-x", NULL}, {"/\xff.sock", "unix:/\xff.sock", NULL},
		{"/run/a:b.sock", NULL, "path with a colon"}, {"unix:/run/a.sock", NULL, "no valid port"},
		{"127.0.0.1:0", NULL, "no valid port"}, {"127.0.0.1:http", NULL, "no valid port"}, {"70000", NULL, "no valid port"},
		{":9000", NULL, "no address"}, {"/run/a:9000", NULL, "path with a colon"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *text = xasprintf("[a]\nlisten = %s\n", cases[i].listen);
		AUTO_BACKEND struct backend out = {0};

		read_text(text, &out);
		if (!streq(out.sections[0].endpoint, cases[i].endpoint))
			fail_msg("%s: %s", cases[i].listen, out.sections[0].endpoint);
		assert_int_equal(out.n_problems, cases[i].problem != NULL);
		if (cases[i].problem)
			assert_problem(&out, 0, CONF, 2, cases[i].problem);
	}
}

static void test_path_of_108_bytes(void **state)
{
	(void)state;
	for (int n = 107; n <= 108; n++) {
		AUTO_FREE char *text = xasprintf("[a]\nlisten = /%0*d\n", n - 1, 0);
		AUTO_BACKEND struct backend out = {0};

		read_text(text, &out);
		assert_int_equal(strlen(out.sections[0].endpoint), n + 5);
		assert_int_equal(out.n_problems, n >= 108);
		if (n >= 108)
			assert_problem(&out, 0, CONF, 2, "108 bytes");
	}
}

static void test_prefixes(void **state)
{
	static const struct {
		const char *exe, *conf, *option, *own, *endpoint;
	} cases[] = {
		{NULL, CONF, NULL, "", "unix:/usr/s"},
		{"/usr/sbin/php-fpm8.2", CONF, NULL, "", "unix:/usr/s"},
		{"/usr/local/sbin/php-fpm", CONF, NULL, "", "unix:/usr/local/s"},
		{"/opt/remi/php82/root/usr/sbin/php-fpm", CONF, NULL, "", "unix:/opt/remi/php82/root/usr/s"},
		{NULL, "/usr/local/etc/php-fpm.conf", NULL, "", "unix:/usr/local/s"},
		{"/odd/php-fpm", CONF, NULL, "", "unix:/usr/s"},
		{"/usr/sbin/php-fpm", CONF, "/srv", "", "unix:/srv/s"},
		{NULL, CONF, NULL, "prefix = /p\n", "unix:/p/s"},
		{NULL, CONF, "/srv", "prefix = p/$pool\n", "unix:/srv/p/a/s"},
		{NULL, CONF, NULL, "prefix =\n", "unix:/s"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *text = xasprintf("[a]\nlisten = s\n%s", cases[i].own);
		AUTO_BACKEND struct backend out = {.exe = xstrdup(cases[i].exe)};
		struct memory_file file = {cases[i].conf, text};
		struct memory_source source = MEMORY_SOURCE(&file, 1);

		assert_int_equal(fpm_read_prefix(&source.source, cases[i].conf, cases[i].option, &out, NULL), 0);
		assert_string_equal(out.sections[0].endpoint, cases[i].endpoint);
	}
}

/* --- includes ---------------------------------------------------------------------------------------------------------- */

static void test_include_with_glob(void **state)
{
	static const struct memory_file files[] = {
		{"/etc/f.conf", "[global]\ninclude=/etc/pool.d/*.conf\n[last]\nlisten=/last\n"},
		{"/etc/pool.d/.hidden.conf", "[hidden]\nlisten=/h\n"},
		{"/etc/pool.d/a.conf", "[a]\nlisten=/a\n"},
		{"/etc/pool.d/b.conf", "; x\n[b]\nlisten=/b\n"},
		{"/etc/pool.d/c.txt", "[c]\nlisten=/c\n"},
		{"/etc/pool.d/d.conf", "", 0, EISDIR},
		{"/etc/pool.d/e.conf", "", 0, EINVAL, S_IFDIR | 0755},
	};
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_files(files, COUNT_OF(files), &out);
	assert_int_equal(out.n_problems, 0);
	assert_int_equal(out.n_sections, 3);
	assert_string_equal(out.sections[0].name, "a");
	assert_string_equal(out.sections[1].at.file, "/etc/pool.d/b.conf");
	assert_int_equal(out.sections[1].at.line, 2);
	assert_string_equal(out.sections[2].name, "last");
	assert_int_equal(out.n_files, 3);
}

static void test_relative_include_and_quotes(void **state)
{
	static const struct memory_file files[] = {
		{"/usr/local/etc/php-fpm.conf", "include = \"etc/php-fpm.d/*.conf\" ; all\n"},
		{"/usr/local/etc/php-fpm.d/www.conf", "[www]\nlisten = 9000\n"},
	};
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_files(files, COUNT_OF(files), &out);
	assert_int_equal(out.n_sections, 1);
	assert_string_equal(out.sections[0].endpoint, "tcp:[::]:9000");
}

/* The section in force is a variable of the whole program in PHP-FPM: files begin in it, and it stays. */
static void test_section_is_kept_across_includes(void **state)
{
	static const struct memory_file files[] = {
		{"/etc/f.conf", "[www]\ninclude=/etc/more\nlisten.owner=o\n"},
		{"/etc/more", "listen=/w\n[other]\nlisten=/o\n"},
	};
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_files(files, COUNT_OF(files), &out);
	assert_string_equal(value_of(&out, 0, "listen"), "/w");
	assert_string_equal(setting_find(&out.sections[0], "listen")->file, "/etc/more");
	assert_null(value_of(&out, 0, "listen.owner"));
	assert_string_equal(value_of(&out, 1, "listen.owner"), "o");
}

static void test_include_problems(void **state)
{
	static const struct memory_file files[] = {
		{"/etc/f.conf", "include=/etc/missing\ninclude=/etc/secret\ninclude=/etc/none*\ninclude=${X}\n[a]\nlisten=/a\n"},
		{"/etc/secret", "", 0, EACCES},
	};
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_files(files, COUNT_OF(files), &out);
	assert_int_equal(out.n_problems, 3);
	assert_problem(&out, 0, "/etc/f.conf", 1, "nothing matches the include /etc/missing");
	assert_problem(&out, 1, "/etc/f.conf", 2, "/etc/secret could not be read: Permission denied");
	assert_problem(&out, 2, "/etc/f.conf", 4, "what is included is not known");
	assert_int_equal(out.n_sections, 1);
}

static void test_include_loop(void **state)
{
	static const struct memory_file files[] = {
		{"/etc/f.conf", "include=/etc/g.conf\n[f]\nlisten=/f\n"},
		{"/etc/g.conf", "[g]\nlisten=/g\ninclude=/etc/*.conf\ninclude=/etc/*.conf\n"},
	};
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_files(files, COUNT_OF(files), &out);
	assert_int_equal(out.n_problems, 1);
	assert_problem(&out, 0, "/etc/g.conf", 3, "include loop: /etc/f.conf");
	assert_int_equal(out.n_sections, 2);
}

static void test_include_depth(void **state)
{
	static const struct memory_file files[] = {
		{"/1", "include=/2\n"}, {"/2", "include=/3\n"}, {"/3", "include=/4\n"}, {"/4", "include=/5\n"},
		{"/5", "[five]\nlisten=/5\ninclude=/6\n"}, {"/6", "[six]\nlisten=/6\n"},
	};
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_files(files, COUNT_OF(files), &out);
	assert_int_equal(out.n_sections, 1);
	assert_int_equal(out.n_problems, 1);
	assert_problem(&out, 0, "/5", 3, "more than 5 files include each other");
}

static void test_main_file_unreadable(void **state)
{
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_files(&(struct memory_file){CONF, "", 0, EACCES}, 1, &out);
	assert_problem(&out, 0, CONF, 0, "could not be read: Permission denied");
	assert_int_equal(out.n_files, 0);
}

static void test_source_gone(void **state)
{
	struct memory_source source = MEMORY_SOURCE(NULL, 0);
	AUTO_BACKEND struct backend out = {0};
	struct error err;

	(void)state;
	source.gone = -EPIPE;
	assert_int_equal(fpm_read(&source.source, CONF, &out, &err), -EPIPE);
	assert_string_equal(err.text, "the source is gone");
}

static void test_problems_are_bounded(void **state)
{
	struct text t = {0};
	AUTO_FREE char *text = NULL;
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	for (int i = 0; i < 5000; i++)
		text_add(&t, "x\n");
	text = text_steal(&t);
	read_text(text, &out);
	assert_int_equal(out.n_problems, 1000);
	assert_problem(&out, 999, CONF, 1000, "more problems follow");
}

/* --- who writes it ------------------------------------------------------------------------------------------------------ */

static void test_managed_by(void **state)
{
	static const struct {
		const char *header, *who;
	} cases[] = {
		{"; Ansible managed\n", "ansible"}, {"; This file is managed by Puppet, do not edit\n", "puppet"},
		{"; Generated by Chef for web1\n; Local modifications will be overwritten.\n", "chef"},
		{";; This file is managed by Salt\n", "saltstack"}, {"; cPanel FPM Configuration\n", "cpanel"},
		{"; generated by ISPConfig\n", "ispconfig"}, {"; Default PHP-FPM template\n; https://hestiacp.com/docs\n", "hestiacp"},
		{"; created by CyberPanel\n", "cyberpanel"}, {"; ATTENTION! DO NOT MODIFY THIS FILE\n", "another program"},
		{"; Start a new pool named 'www'.\n; the pepper and salt of hosting\n", NULL}, {"; our chef likes it\n", NULL}, {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_FREE char *text = xasprintf("%s[a]\nlisten=/a\n", cases[i].header);
		AUTO_BACKEND struct backend out = {0};

		read_text(text, &out);
		if (!streq(out.sections[0].managed_by, cases[i].who))
			fail_msg("%s: %s", cases[i].header, out.sections[0].managed_by);
	}
}

static void test_managed_by_looks_at_the_head_only(void **state)
{
	struct text t = {0};
	AUTO_FREE char *text = NULL;
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	text_add(&t, "[a]\nlisten=/a\nuser = ansible\n");
	for (int i = 0; i < 20; i++)
		text_add(&t, "\n");
	text_add(&t, "; Ansible managed\n");
	text = text_steal(&t);
	read_text(text, &out);
	assert_null(out.sections[0].managed_by);
}

/* --- the distributions' own files --------------------------------------------------------------------------------------- */

static char *fixture(const char *path)
{
	AUTO_CLOSE int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *bytes = NULL;
	size_t n = 0;

	assert_int_equal(beneath_read(here, path, 1 << 20, &bytes, &n, NULL, NULL), 0);
	return bytes;
}

static void test_stock_debian(void **state)
{
	AUTO_FREE char *text = fixture("tests/fixtures/php-fpm/debian12-www.conf");
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text(text, &out);
	assert_int_equal(out.n_problems, 0);
	assert_int_equal(out.n_sections, 1);
	assert_string_equal(out.sections[0].endpoint, "unix:/run/php/php8.2-fpm.sock");
	assert_string_equal(value_of(&out, 0, "listen.owner"), "www-data");
	assert_null(value_of(&out, 0, "listen.mode"));
	assert_int_equal(out.sections[0].n_settings, 5 + 5); /* five in force, five commented listen keys */
	assert_null(out.sections[0].managed_by);
}

static void test_rhel_style(void **state)
{
	AUTO_FREE char *text = fixture("tests/fixtures/php-fpm/rhel-style-www.conf");
	AUTO_BACKEND struct backend out = {0};

	(void)state;
	read_text(text, &out);
	assert_int_equal(out.n_problems, 0);
	assert_string_equal(out.sections[0].endpoint, "unix:/run/php-fpm/www.sock");
	assert_string_equal(value_of(&out, 0, "listen.acl_users"), "apache,nginx");
	assert_string_equal(value_of(&out, 0, "listen.allowed_clients"), "127.0.0.1");
	assert_null(value_of(&out, 0, "listen.owner"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_pool),
		cmocka_unit_test(test_files_are_listed),
		cmocka_unit_test(test_several_pools),
		cmocka_unit_test(test_last_assignment_wins),
		cmocka_unit_test(test_pool_variable),
		cmocka_unit_test(test_secrets_are_not_kept),
		cmocka_unit_test(test_commented_listen_keys),
		cmocka_unit_test(test_values_as_php_reads_them),
		cmocka_unit_test(test_value_that_only_the_master_knows),
		cmocka_unit_test(test_carriage_returns),
		cmocka_unit_test(test_no_final_newline_and_long_lines),
		cmocka_unit_test(test_lines_that_php_refuses),
		cmocka_unit_test(test_hash_comment_in_old_php),
		cmocka_unit_test(test_pool_without_listen),
		cmocka_unit_test(test_two_pools_on_one_socket),
		cmocka_unit_test(test_duplicate_section_is_merged),
		cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_keys_outside_pools),
		cmocka_unit_test(test_section_names),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_path_of_108_bytes),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_include_with_glob),
		cmocka_unit_test(test_relative_include_and_quotes),
		cmocka_unit_test(test_section_is_kept_across_includes),
		cmocka_unit_test(test_include_problems),
		cmocka_unit_test(test_include_loop),
		cmocka_unit_test(test_include_depth),
		cmocka_unit_test(test_main_file_unreadable),
		cmocka_unit_test(test_source_gone),
		cmocka_unit_test(test_problems_are_bounded),
		cmocka_unit_test(test_managed_by),
		cmocka_unit_test(test_managed_by_looks_at_the_head_only),
		cmocka_unit_test(test_stock_debian),
		cmocka_unit_test(test_rhel_style),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
