/* SPDX-License-Identifier: MIT */
/* tests/golden-render/NAME/plan.json → text, text-color, sh. With PERMFIX_UPDATE=1 in the environment what differs is written anew, to be
 * reviewed. */
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/render.h"

#include <sys/mman.h>
#include <sys/wait.h>

static char *slurp(const char *path)
{
	AUTO_FCLOSE FILE *f = fopen(path, "r");
	struct text t = {0};
	char buffer[4096];

	for (size_t n; f && (n = fread(buffer, 1, sizeof(buffer), f)) > 0;)
		text_add_bytes(&t, buffer, n);
	return text_steal(&t);
}

static void load(const char *name, struct plan *plan)
{
	AUTO_FREE char *path = xasprintf("tests/golden-render/%s/plan.json", name);
	AUTO_FREE char *json = slurp(path);
	json_t *object = json_loads(json, 0, NULL);
	struct error err = {0};

	assert_non_null(object);
	if (shape_decode(&plan_shape, object, plan, &err) < 0)
		fail_msg("%s: %s", path, err.text);
	json_decref(object);
}

static void compare(const char *name, const char *file, const char *got)
{
	AUTO_FREE char *path = xasprintf("tests/golden-render/%s/%s", name, file);
	AUTO_FREE char *want = slurp(path);

	if (!streq(want, got) && getenv("PERMFIX_UPDATE")) {
		AUTO_FCLOSE FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(got, f);
		return;
	}
	if (!streq(want, got))
		print_error("%s differs; got:\n%s\n", path, got);
	assert_string_equal(want, got);
}

static char *as_text(const struct plan *plan, bool color, const char *again)
{
	struct page page = {.width = PAGE_WIDTH, .color = color};
	struct rendering r = {.plan = plan, .again = again, .applies = true};

	render_text(&page, &r);
	return text_steal(&page.text);
}

static char *as_sh(const struct plan *plan)
{
	struct text t = {0};

	render_sh(&t, plan);
	return text_steal(&t);
}

/* Nothing on the page steers a terminal. */
static void assert_harmless(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 && *s != '\n' && *s != '\t')
			fail_msg("control byte %02x before %.40s", (unsigned char)*s, s);
		assert_false((unsigned char)*s == 0x7f);
		assert_false((unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0); /* C1 */
		assert_false(starts_with(s, "\342\200\256"));                            /* U+202E */
	}
}

/* The wait status of `sh OPTION -s` with the script on its stdin. */
static int run_sh(const char *option, const char *script)
{
	char *argv[] = {(char *)"sh", (char *)option, (char *)"-s", NULL};
	char *environment[] = {(char *)"PATH=/usr/bin:/bin", NULL};
	AUTO_CLOSE int fd = memfd_create("script", 0);
	int status;
	pid_t pid;

	assert_int_equal(write(fd, script, strlen(script)), strlen(script));
	lseek(fd, 0, SEEK_SET);
	pid = fork();
	if (pid == 0) {
		dup2(fd, STDIN_FILENO);
		execve("/bin/sh", argv, environment);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void golden(const char *name, const char *again)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *text = NULL, *sh = NULL;

	load(name, &plan);
	text = as_text(&plan, false, again);
	sh = as_sh(&plan);
	assert_harmless(text);
	assert_harmless(sh);
	compare(name, "text", text);
	compare(name, "sh", sh);
	assert_int_equal(run_sh("-n", sh), 0);
}

#define GOLDEN(function, name, again)                                                                        \
	static void function(void **state)                                                                   \
	{                                                                                                    \
		(void)state;                                                                                 \
		golden(name, again);                                                                         \
	}
GOLDEN(healthy, "healthy", "")
GOLDEN(one_fault, "one-fault", "")
GOLDEN(several_faults, "several-faults", "example.com")
GOLDEN(refused, "refused", "")
GOLDEN(unknown, "unknown", "")
GOLDEN(tighten, "tighten", "--tighten")
GOLDEN(advice, "advice", "")
GOLDEN(hostile, "hostile", "'/tmp/x y'")

static void colored(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *text = NULL;

	(void)state;
	load("one-fault", &plan);
	text = as_text(&plan, true, "");
	compare("one-fault", "text-color", text);
}

/* Lines of prose keep to the width; a longer line is a diff or holds a single unbreakable name. */
static void width_is_kept(void **state)
{
	static const char *const names[] = {"healthy", "one-fault", "several-faults", "refused", "unknown", "tighten", "advice"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		AUTO_PLAN struct plan plan = {0};
		AUTO_FREE char *text = NULL;

		load(names[i], &plan);
		text = as_text(&plan, false, "");
		for (char *line = text, *end; *line; line = end + 1) {
			end = strchr(line, '\n');
			*end = '\0';
			if (text_width(line) > PAGE_WIDTH)
				fail_msg("%s: %zu columns: %s", names[i], text_width(line), line);
		}
	}
}

static void thousand(struct plan *plan, size_t healthy_ones)
{
	load("one-fault", plan);
	for (size_t i = 0; i < healthy_ones; i++) {
		struct plan_upstream u = {.id = xasprintf("u%zu", i + 3), .endpoint = xasprintf("unix:/run/php/pool%zu.sock", i),
			.verdict = xstrdup("reachable")};

		ARRAY_ADD(plan->upstreams, plan->n_upstreams, u);
	}
}

/* Only PHP-FPM has pools. */
static void a_section_is_called_by_its_kind(void **state)
{
	static const struct {
		const char *kind, *name, *words;
	} cases[] = {
		{"php-fpm", "www", " pool www "}, {"uwsgi", "uwsgi", " section [uwsgi] "},
		{"gunicorn", "app.socket", " socket unit app.socket "}, {"unknown", "fcgi-program:h", " program h "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_PLAN struct plan plan = {0};
		AUTO_FREE char *text = NULL;

		load("one-fault", &plan);
		free(plan.upstreams[0].server.kind);
		free(plan.upstreams[0].server.pool);
		plan.upstreams[0].server.kind = xstrdup(cases[i].kind);
		plan.upstreams[0].server.pool = xstrdup(cases[i].name);
		text = as_text(&plan, false, "");
		if (!strstr(text, cases[i].words))
			fail_msg("\"%s\" is missing in:\n%s", cases[i].words, text);
	}
}

static void many_healthy_ones_are_counted(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *text = NULL;

	(void)state;
	thousand(&plan, 1000);
	text = as_text(&plan, false, "");
	compare("thousand-healthy", "text", text);
	assert_non_null(strstr(text, "1001 upstreams"));
	assert_null(strstr(text, "pool7.sock"));
}

static void twenty_are_shown(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	AUTO_FREE char *text = NULL;

	(void)state;
	thousand(&plan, 19);
	text = as_text(&plan, false, "");
	assert_non_null(strstr(text, "pool18.sock"));
}

/* A hostile name reaches the command as the bytes that it has. */
static void sh_gives_the_same_bytes(void **state)
{
	static const char hostile[] = "a\033b\n\302\233c\377'd\\\177 $(exit 7) %s \342\200\256";
	AUTO_FREE char *word = shell_quote(hostile);
	AUTO_FREE char *octal = NULL;
	AUTO_FREE char *line = xasprintf("x=%s", word);
	AUTO_TEXT struct text format = {0}, script = {0};
	struct strings sh = {.items = &line, .n = 1};
	struct step step = {.id = (char *)"s1", .kind = STEP_PATH_MODE, .target = (char *)"/x", .sh = sh};
	struct plan plan = {.steps = &step, .n_steps = 1};

	(void)state;
	for (const char *p = hostile; *p; p++)
		text_addf(&format, "\\%03o", (unsigned char)*p);
	render_sh(&script, &plan);
	assert_harmless(script.bytes);
	text_addf(&script, "y=$(printf '%sE'); test \"${x}E\" = \"$y\"\n", format.bytes);
	octal = text_steal(&script);
	assert_int_equal(run_sh("-e", octal), 0);
}

static void sh_runs_nothing_without_steps(void **state)
{
	static const char *const names[] = {"healthy", "refused", "unknown", "advice"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		AUTO_PLAN struct plan plan = {0};
		AUTO_FREE char *sh = NULL;

		load(names[i], &plan);
		sh = as_sh(&plan);
		for (char *line = sh; *line; line = strchr(line, '\n') + 1)
			assert_true(*line == '#' || *line == '\n');
	}
}

/* The line of the plan that carries the diff is the patch, once. */
static void sh_patches_once(void **state)
{
	static const char diff[] = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n";
	AUTO_FREE char *line = xasprintf("patch --follow-symlinks -d / -p1 <<'E'\n%sE", diff);
	AUTO_TEXT struct text out = {0};
	struct step step = {.id = (char *)"s1", .kind = STEP_PHPFPM_LISTEN, .target = (char *)"/f", .diff = (char *)diff,
		.sh = {.items = &line, .n = 1}};
	struct plan plan = {.steps = &step, .n_steps = 1};
	const char *first;

	(void)state;
	render_sh(&out, &plan);
	first = strstr(out.bytes, "+++ b/f");
	assert_non_null(first);
	assert_null(strstr(first + 1, "+++ b/f"));
	assert_non_null(strstr(out.bytes, "patch --follow-symlinks -u /f <<'END_OF_PATCH'"));
	assert_non_null(strstr(out.bytes, "ATTENTION")); /* no host: a tree */
}

/* The printed form of a patch makes the bytes of the diff again. */
static void sh_patch_applies(void **state)
{
	static const struct {
		const char *before, *diff, *after;
	} cases[] = {
		{"a\nb\n", "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+END_OF_PATCH $(exit 3) \\ 'x'\n", "a\nEND_OF_PATCH $(exit 3) \\ 'x'\n"},
		{"a\033\nb\n", "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\033\n-b\n+%s\t\\n 'x'\377\n", "a\033\n%s\t\\n 'x'\377\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char path[] = "/tmp/permfix render' XXXXXX";
		AUTO_FREE char *sh = NULL, *after = NULL;
		int fd = mkstemp(path);
		struct step step = {.id = (char *)"s1", .kind = STEP_PHPFPM_LISTEN, .target = path, .section = (char *)"www",
			.diff = (char *)cases[i].diff};
		struct plan plan = {.steps = &step, .n_steps = 1};

		assert_int_equal(write(fd, cases[i].before, strlen(cases[i].before)), strlen(cases[i].before));
		close(fd);
		sh = as_sh(&plan);
		assert_int_equal(run_sh("-e", sh), 0);
		after = slurp(path);
		unlink(path);
		assert_string_equal(after, cases[i].after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy), cmocka_unit_test(one_fault), cmocka_unit_test(several_faults),
		cmocka_unit_test(refused), cmocka_unit_test(unknown), cmocka_unit_test(tighten), cmocka_unit_test(advice),
		cmocka_unit_test(hostile), cmocka_unit_test(colored), cmocka_unit_test(width_is_kept),
		cmocka_unit_test(a_section_is_called_by_its_kind), cmocka_unit_test(many_healthy_ones_are_counted), cmocka_unit_test(twenty_are_shown),
		cmocka_unit_test(sh_gives_the_same_bytes), cmocka_unit_test(sh_runs_nothing_without_steps),
		cmocka_unit_test(sh_patch_applies), cmocka_unit_test(sh_patches_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
