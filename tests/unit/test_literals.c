/* SPDX-License-Identifier: MIT */
/* Configuration files that are programs: literals are read, everything else is said to be unclear, nothing runs. */
#include "cases.h"

#include "facts/python_literals.h"
#include "facts/ruby_literals.h"

static struct text seen;

static void show(const struct literal *v)
{
	static const char *const kinds[] = {"?", "none", "bool", "text", "number", "list"};

	text_addf(&seen, "%s", kinds[v->kind]);
	if (v->kind == LITERAL_TEXT)
		text_addf(&seen, " %s", v->text);
	if (v->kind == LITERAL_NUMBER || v->kind == LITERAL_BOOL)
		text_addf(&seen, " %04llo", (unsigned long long)v->number);
	for (size_t i = 0; i < v->items.n; i++)
		text_addf(&seen, " %s", v->items.items[i]);
	if (v->kind == LITERAL_UNCLEAR)
		text_addf(&seen, " %s", v->why);
}

static void assigned(void *context, const char *key, const struct literal *value, uint32_t line)
{
	(void)context;
	text_addf(&seen, "%s%s@%u=", seen.size ? "; " : "", key, line);
	show(value);
}

static const char *python(const char *text)
{
	static const char *const keys[] = {"bind", "umask", "user", NULL};

	text_free(&seen);
	python_read(text, strlen(text), keys, assigned, NULL);
	return seen.bytes ? seen.bytes : "";
}

static void called(void *context, const struct ruby_call *call)
{
	(void)context;
	text_addf(&seen, "%s%s@%u(", seen.size ? "; " : "", call->name, call->line);
	for (size_t i = 0; i < call->n_arguments; i++) {
		text_add(&seen, i ? ", " : "");
		show(&call->arguments[i]);
	}
	for (size_t i = 0; i < call->n_options; i++) {
		text_addf(&seen, ", %s: ", call->options[i].name);
		show(&call->options[i].value);
	}
	text_addf(&seen, ")%s%s", call->why ? " ? " : "", call->why ? call->why : "");
}

static const char *ruby(const char *text)
{
	static const char *const names[] = {"bind", "listen", NULL};

	text_free(&seen);
	ruby_read(text, strlen(text), names, called, NULL);
	return seen.bytes ? seen.bytes : "";
}

struct example {
	const char *text, *want;
};

static void try_all(const char *(*read)(const char *), const struct example *examples, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(read(examples[i].text), examples[i].want) != 0)
			fail_msg("%s\n  gives %s\n  not   %s", examples[i].text, seen.bytes ? seen.bytes : "", examples[i].want);
	text_free(&seen);
}
#define TRY(read, list) try_all(read, list, sizeof(list) / sizeof((list)[0]))

static void python_literals(void **state)
{
	static const struct example examples[] = {
		{"bind = 'unix:/run/a.sock'\numask = 0o117\n", "bind@1=text unix:/run/a.sock; umask@2=number 0117"},
		{"umask=0117", "umask@1=number 0117"},
		{"umask = 117 # decimal\r\n", "umask@1=number 0165"},
		{"umask = 0x4f; user = None", "umask@1=number 0117; user@1=none"},
		{"bind = [\n  'unix:/a', # one\n  \"127.0.0.1:8000\",\n]\n", "bind@1=list unix:/a 127.0.0.1:8000"},
		{"bind = ('unix:/a',)\n", "bind@1=list unix:/a"},
		{"bind = ('unix:'\n        '/a')\n", "bind@1=text unix:/a"},
		{"bind = r'unix:\\a'\n", "bind@1=text unix:\\a"},
		{"bind = 'a\\x41\\n'\n", "bind@1=text aA\n"},
		{"\"\"\"umask = 1\nbind = 'x'\n\"\"\"\numask = 7\n", "umask@4=number 0007"},
		{"user = \"\"\"www-data\"\"\"", "user@1=text www-data"},
		{"user: str = 'app'\n", "user@1=text app"},
		{"umask = \\\n  0o22\n", "umask@1=number 0022"},
		{"def post_fork(server, user):\n    umask = 3\n    server.user = 4\nraw_env = ['umask=5']\n", ""},
		{"x = dict(umask=3)\nx.user = 4\nif umask == 3: pass\n", ""},
		{"\xef\xbb\xbfumask = 1\n", "umask@1=number 0001"},
		{"umask = 1\numask = 2\n", "umask@1=number 0001; umask@2=number 0002"},
	};

	(void)state;
	TRY(python, examples);
}

static void python_that_is_not_known(void **state)
{
	static const struct example examples[] = {
		{"bind = 'unix:' + path\n", "bind@1=? an expression"},
		{"bind = f'unix:{path}'\n", "bind@1=? an f-string"},
		{"umask = int(os.environ.get('UMASK', '7'))\n", "umask@1=? an expression"},
		{"umask = -1\n", "umask@1=? an expression"},
		{"bind = ['a', x]\n", "bind@1=? an expression"},
		{"bind = ['a', 5]\n", "bind@1=? a list of other things than texts"},
		{"bind = ('a' + b)\n", "bind@1=? an expression"},
		{"if DEBUG:\n    umask = 0\nelse:\n\tumask = 7\n",
			"umask@2=? a value that depends on a condition; umask@4=? a value that depends on a condition"},
		{"if x: umask = 0\n", "umask@1=? an expression"},
		{"if x: a = 1; umask = 0\n", "umask@1=? a value that depends on a condition"},
		{"umask = user = 3\n", "umask@1=? an expression"},
		{"bind, umask = x\n", "bind@1=? an expression; umask@1=? an expression"},
		{"umask += 1\n", "umask@1=? an expression"},
		{"(umask := 3)\n", "umask@1=? an expression"},
		{"from settings import umask\n", "umask@1=? an expression"},
		{"for umask in x: pass\n", "umask@1=? an expression"},
		{"del umask\n", "umask@1=? an expression"},
		{"def umask(): pass\n", "umask@1=? an expression"},
		{"def f():\n  global umask\n  umask = 3\n", "umask@2=? a value that a function sets"},
		{"from base import *\numask = 1\n",
			"bind@1=? a value that another file or a call may set; umask@1=? a value that another file or a call may set; "
			"user@1=? a value that another file or a call may set; umask@2=number 0001"},
		{"umask = 'abc\n", "umask@1=? a string without end"},
		{"umask = [1", "umask@1=? an expression"},
		{"bind = ['a'", "bind@1=? an expression"},
		{"umask =\n", "umask@1=? an expression"},
	};

	(void)state;
	TRY(python, examples);
}

static void ruby_literals(void **state)
{
	static const struct example examples[] = {
		{"bind \"unix:///run/p.sock?umask=0111\"\n", "bind@1(text unix:///run/p.sock?umask=0111)"},
		{"bind('unix:///a')", "bind@1(text unix:///a)"},
		{"listen '/a', :umask => 0117, backlog: 64\n", "listen@1(text /a, umask: number 0117, backlog: number 0100)"},
		{"listen \"/a\",\n  :backlog => 64,\n  :umask => 0o7\n", "listen@1(text /a, backlog: number 0100, umask: number 0007)"},
		{"listen '/a', { :umask => 7 }\n", "listen@1(text /a, umask: number 0007)"},
		{"listen 8080, tcp_nopush: true # port", "listen@1(number 17620, tcp_nopush: bool 0001)"},
		{"listen \"/a\", umask: nil; listen '/b'", "listen@1(text /a, umask: none); listen@1(text /b)"},
		{"=begin\nlisten '/x'\n=end\nlisten '/a'\n__END__\nlisten '/y'\n", "listen@4(text /a)"},
		{"x = <<~EOS\n  listen '/x'\nEOS\nlisten '/a'\n", "listen@4(text /a)"},
		{"worker.listen '/x'\nafter_fork do |s, w|\n  s.listen('/y')\nend\nlisten '/a'", "listen@5(text /a)"},
		{"if ENV['X']\n  y\nend\nbegin\n z\nend\nlisten '/a'", "listen@7(text /a)"},
		{"v = %w[listen bind]\nw = /listen '/\nlisten '/a'", "listen@3(text /a)"},
		{"x = 5 if y\nlisten '/a'", "listen@2(text /a)"},
		{"listen 'a\\'b'", "listen@1(text a'b)"},
		{"def f(x)\n  x.each do |y|\n  end\nend\nlisten '/a'", "listen@5(text /a)"},
	};

	(void)state;
	TRY(ruby, examples);
}

static void ruby_that_is_not_known(void **state)
{
	static const struct example examples[] = {
		{"listen \"#{dir}/a\"\n", "listen@1(? a string that is put together)"},
		{"listen dir + '/a', :umask => 7\n", "listen@1(? an expression, umask: number 0007)"},
		{"bind ENV.fetch('BIND') { 'x' }\n", "bind@1(? an expression) ? something follows the call"},
		{"listen '/a' if x\n", "listen@1(text /a) ? it depends on a condition"},
		{"if x\n  listen '/a'\nend\n", "listen@2() ? it stands within a block"},
		{"on { listen '/a' }\n", "listen@1() ? it stands within a block"},
		{"y = if x\n listen '/a'\nend\nlisten '/b'", "listen@2() ? it stands within a block; listen@4(text /b)"},
		{"listen `pwd`\n", "listen@1(? what a command prints)"},
		{"listen 'abc\n", "listen@1(? a string without end)"},
		{"listen(umask: )", "listen@1(, umask: ? an expression)"},
		{"listen <<X\n/a\nX\nlisten '/b'", "listen@1(? a here document); listen@4(text /b)"},
	};

	(void)state;
	TRY(ruby, examples);
}

static void long_statements_are_bounded(void **state)
{
	struct text text = {0};

	(void)state;
	text_add(&text, "x = [");
	for (size_t i = 0; i < 3 * STATEMENT_TOKENS_MAX; i++)
		text_add(&text, "1,");
	text_add(&text, "]\numask = 1\n");
	assert_string_equal(strrchr(python(text.bytes), ';'), "; umask@2=number 0001");
	assert_non_null(strstr(seen.bytes, "a value beside a very long expression"));
	text_free(&text);
	text_free(&seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(python_literals),
		cmocka_unit_test(python_that_is_not_known),
		cmocka_unit_test(ruby_literals),
		cmocka_unit_test(ruby_that_is_not_known),
		cmocka_unit_test(long_statements_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
