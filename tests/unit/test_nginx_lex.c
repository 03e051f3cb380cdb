/* SPDX-License-Identifier: MIT */
/* The tokenizer against what nginx 1.22 says (each line of the tables was tried with nginx -t or follows from ngx_conf_read_token). */
#include "tests/unit/cases.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "facts/nginx_lex.h"
#include "facts/nginx_lua.h"

struct lex_case {
	const char *name;
	const char *text;
	const char *expected; /* words as [word], ; { } and at the end . or !line problem */
	size_t size;          /* 0: strlen */
};

static void add_words(struct text *out, const struct nginx_lex *lex)
{
	for (size_t i = 0; i < lex->n_words; i++) {
		AUTO_FREE char *word = nginx_word_text(&lex->words[i]);

		text_addf(out, "[%s]", word);
	}
}

static char *tokens(const char *bytes, size_t size)
{
	static const char *const marks[] = {[NGINX_SIMPLE] = ";", [NGINX_BLOCK] = "{"};
	struct text out = {0};
	struct nginx_lex lex;
	enum nginx_statement s;

	nginx_lex_start(&lex, bytes, size);
	while ((s = nginx_lex_next(&lex)) != NGINX_EOF && s != NGINX_BAD) {
		if (s != NGINX_CLOSE)
			add_words(&out, &lex);
		text_add(&out, s == NGINX_CLOSE ? "}" : marks[s]);
	}
	if (s == NGINX_BAD)
		text_addf(&out, "!%u %s", lex.problem_line, lex.problem);
	else
		text_add(&out, ".");
	nginx_lex_free(&lex);
	return text_steal(&out);
}

static void test_tokens(void **state)
{
	const struct lex_case *c = *state;
	AUTO_FREE char *found = tokens(c->text, c->size ? c->size : strlen(c->text));

	assert_string_equal(found, c->expected);
}

static const struct lex_case lex_cases[] = {
	{"empty", "", "."},
	{"blanks only", " \t\r\n", "."},
	{"simple", "a b;", "[a][b];."},
	{"block", "a { b; }", "[a]{[b];}."},
	{"no blank before brace and semicolon", "a{b c;}", "[a]{[b][c];}."},
	{"closing brace needs no blank before the next word", "a{}b;", "[a]{}[b];."},
	{"brace within a word is a part of it", "a b}c;", "[a][b}c];."},
	{"comment", "# a;\nb;", "[b];."},
	{"comment at the end without newline", "a;# b", "[a];."},
	{"comment between words", "a # b;\n c;", "[a][c];."},
	{"number sign within a word", "a b#c;", "[a][b#c];."},
	{"number sign in quotes", "a '#b';", "[a][#b];."},
	{"double quotes", "a \"b c;{}\";", "[a][b c;{}];."},
	{"single quotes", "a 'b \"c';", "[a][b \"c];."},
	{"empty quotes", "a \"\" '';", "[a][][];."},
	{"quote within a word is a part of it", "a b\"c d\"e;", "[a][b\"c][d\"e];."},
	{"quoted directive", "\"a\" b;", "[a][b];."},
	{"text right behind quotes", "a \"b\"c;", "!1 unexpected \"c\""},
	{"parenthesis right behind quotes", "if (a = \"b\") {}", "[if][(a][=][b][)]{}."},
	{"quotes then brace", "a \"b\"{}", "[a][b]{}."},
	{"newline in quotes", "a \"b\nc\";\nd", "[a][b\nc];!3 unexpected end of file, expecting \";\" or \"}\""},
	{"escaped quote", "a \"b\\\"c\";", "[a][b\"c];."},
	{"escaped quote in single quotes", "a 'b\\'c';", "[a][b'c];."},
	{"escaped backslash", "a b\\\\c;", "[a][b\\c];."},
	{"tab, newline, return", "a '\\t\\n\\r';", "[a][\t\n\r];."},
	{"other escapes stay", "a \\.php$ \\d+;", "[a][\\.php$][\\d+];."},
	{"escaped blank", "a b\\ c;", "[a][b\\ c];."},
	{"escaped semicolon", "a b\\;c;", "[a][b\\;c];."},
	{"escaped brace", "a b\\{2\\};", "[a][b\\{2\\}];."},
	{"escape at the start of a word", "a \\\"b;", "[a][\"b];."},
	{"backslash at the end", "a \\", "!1 unexpected end of file, expecting \";\" or \"}\""},
	{"variable in braces", "a ${b}c;", "[a][${b}c];."},
	{"variable in braces at the start and inside", "a x${b}${c};", "[a][x${b}${c}];."},
	{"dollar then brace after a dollar word", "a $b{}", "[a][$b]{}."},
	{"regular expression with braces ends the word", "a ^x{2}$ b;", "[a][^x]{[2}$][b];."},
	{"dollar, escaped brace", "a $\\{ b;", "[a][$\\{][b];."},
	{"braces run behind a dollar", "a ${{x}};", "[a][${{x}}];."},
	{"carriage returns", "a b;\r\nc;\r\n", "[a][b];[c];."},
	{"semicolon alone", ";", "!1 unexpected \";\""},
	{"semicolon twice", "a;;", "[a];!1 unexpected \";\""},
	{"brace alone", "\n{", "!2 unexpected \"{\""},
	{"words before a closing brace", "a {\nb c\n}", "[a]{!3 unexpected \"}\""},
	{"missing semicolon at the end", "a b", "!1 unexpected end of file, expecting \";\" or \"}\""},
	{"unterminated double quote", "a;\nb \"c\n\n", "[a];!2 unexpected end of file, the quote \" that begins here is not closed"},
	{"unterminated single quote", "a 'b", "!1 unexpected end of file, the quote ' that begins here is not closed"},
	{"NUL in a word", "a b\0c;", "!1 a NUL byte", 6},
	{"NUL in quotes", "a\n 'b\0c';", "!2 a NUL byte", 9},
	{"NUL in a comment", "#\0\na;", "[a];.", 5},
	{"NUL between words", "a;\0b;", "[a];!1 a NUL byte", 5},
	{"bytes that are no UTF-8", "a \xff\xfe;", "[a][\xff\xfe];."},
	{"leading dash, percent, dollar", "a -b %c $d;", "[a][-b][%c][$d];."},
};

struct lua_case {
	const char *name;
	const char *text;
	size_t end; /* what nginx_lua_end returns; SIZE_MAX: behind the last byte but one, which is "|" */
};

static void test_lua(void **state)
{
	const struct lua_case *c = *state;
	size_t end = c->end == SIZE_MAX ? strlen(c->text) - 1 : c->end;

	assert_int_equal(nginx_lua_end(c->text, strlen(c->text), 0), end);
}

static const struct lua_case lua_cases[] = {
	{"plain", " x = 1 }|", SIZE_MAX},
	{"nested tables", "{ {} }}|", SIZE_MAX},
	{"double quoted", "x = \"}\"}|", SIZE_MAX},
	{"single quoted, escaped quote", "x = '\\'}'}|", SIZE_MAX},
	{"line comment", "-- }\n}|", SIZE_MAX},
	{"long comment", "--[[ }\n} ]] }|", SIZE_MAX},
	{"long comment with level", "--[==[ ]] } ]=] ]==] }|", SIZE_MAX},
	{"long string", "x = [[ } ]]}|", SIZE_MAX},
	{"long string with level", "x = [=[ ]] } ]=]}|", SIZE_MAX},
	{"index of an index is no long bracket", "x = a[b[1]] }|", SIZE_MAX},
	{"quote in a comment", "-- don't\n}|", SIZE_MAX},
	{"bracket that is not closed in a comment line", "--[ }\n}|", SIZE_MAX},
	{"bracket in a comment line is no long comment", "--x[ }\n}|", SIZE_MAX},
	{"not closed", "x = {", 0},
	{"string not closed", "x = \"}", 0},
	{"long string not closed", "x = [[ }", 0},
	{"ends with a backslash in a string", "'\\", 0},
	{"ends with a dash", "-", 0},
	{"ends with brackets", "[==", 0},
};

/* A word of n bytes between before and after. */
static char *long_word(const char *before, size_t n, const char *after)
{
	struct text t = {0};

	text_add(&t, before);
	for (size_t i = 0; i < n; i++)
		text_add_char(&t, 'x');
	text_add(&t, after);
	return text_steal(&t);
}

static enum nginx_statement first_statement(const char *text, struct nginx_lex *lex)
{
	enum nginx_statement s;

	nginx_lex_start(lex, text, strlen(text));
	s = nginx_lex_next(lex);
	nginx_lex_free(lex);
	return s;
}

static void assert_length(const char *before, size_t n, const char *after, enum nginx_statement expected)
{
	AUTO_FREE char *text = long_word(before, n, after);
	struct nginx_lex lex;

	assert_int_equal(first_statement(text, &lex), expected);
}

/* As measured: 4095 bytes pass, 4096 do not; with quotes the closing one counts. */
static void test_long_words(void **state)
{
	(void)state;
	assert_length("a ", 4095, "; b;", NGINX_SIMPLE);
	assert_length("a ", 4096, "; b;", NGINX_BAD);
	assert_length("a \"", 4094, "\"; b;", NGINX_SIMPLE);
	assert_length("a \"", 4095, "\"; b;", NGINX_BAD);
	assert_length("#", 4094, "\na;", NGINX_SIMPLE);
	assert_length("#", 9000, "\na;", NGINX_BAD);
}

static void test_long_word_messages(void **state)
{
	AUTO_FREE char *quoted = long_word("\n\na '", 5000, "';");
	AUTO_FREE char *plain = long_word("a ", 5000, ";");
	struct nginx_lex lex;

	(void)state;
	first_statement(quoted, &lex);
	assert_string_equal(lex.problem, "too long parameter, probably missing terminating ' character");
	assert_int_equal(lex.problem_line, 3);
	first_statement(plain, &lex);
	assert_string_equal(lex.problem, "too long parameter: more than 4096 bytes");
}

static void test_ranges(void **state)
{
	static const char text[] = "a\n  \"b c\"\n d\\;e ;";
	struct nginx_lex lex;

	(void)state;
	nginx_lex_start(&lex, text, strlen(text));
	assert_int_equal(nginx_lex_next(&lex), NGINX_SIMPLE);
	assert_int_equal(lex.n_words, 3);
	assert_int_equal(lex.words[1].offset, 4);
	assert_int_equal(lex.words[1].length, 5);
	assert_int_equal(lex.words[1].line, 2);
	assert_int_equal(lex.words[2].offset, 11);
	assert_int_equal(lex.words[2].length, 4);
	assert_int_equal(lex.words[2].line, 3);
	assert_int_equal(lex.line, 3);
	nginx_lex_free(&lex);
}

static void test_skip_lua_counts_lines(void **state)
{
	static const char text[] = "x_by_lua_block {\n '}'\n} b;";
	struct nginx_lex lex;

	(void)state;
	nginx_lex_start(&lex, text, strlen(text));
	assert_int_equal(nginx_lex_next(&lex), NGINX_BLOCK);
	assert_true(nginx_lex_skip_lua(&lex));
	assert_int_equal(lex.line, 3);
	assert_int_equal(nginx_lex_next(&lex), NGINX_SIMPLE);
	assert_true(nginx_word_is(&lex.words[0], "b"));
	nginx_lex_free(&lex);
}

static void test_too_many_words(void **state)
{
	AUTO_TEXT struct text t = {0};
	struct nginx_lex lex;

	(void)state;
	for (int i = 0; i < 70000; i++)
		text_add(&t, "a ");
	text_add(&t, ";");
	assert_int_equal(first_statement(t.bytes, &lex), NGINX_BAD);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_words),
		cmocka_unit_test(test_long_word_messages),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_skip_lua_counts_lines),
		cmocka_unit_test(test_too_many_words),
	};

	return RUN_CASES(lex_cases, test_tokens) + RUN_CASES(lua_cases, test_lua) +
	       cmocka_run_group_tests_name("lex", tests, NULL, NULL);
}
