/* SPDX-License-Identifier: MIT */
/* The search path of units in a tree: precedence, masks, aliases, templates, drop-ins, links. */
#include "tests/unit/scratch.h"

#include "facts/unit_paths.h"

#define ETC "etc/systemd/system/"
#define RUN "run/systemd/system/"
#define LIB "usr/lib/systemd/system/"

/* "STATE NAME FRAGMENT DROPIN…" */
static char *find(const char *name)
{
	AUTO_UNIT_PATHS struct unit_paths paths = {0};
	AUTO_UNIT_FILES struct unit_files files = {0};
	AUTO_TEXT struct text out = {0};

	unit_paths_read(scratch_fd, &paths);
	text_add(&out, unit_paths_find(&paths, name, &files));
	text_addf(&out, " %s", files.name);
	if (files.fragment)
		text_addf(&out, " %s", files.fragment);
	for (size_t i = 0; i < files.dropins.n; i++)
		text_addf(&out, " %s", files.dropins.items[i]);
	return text_steal(&out);
}

static void assert_find(const char *name, const char *says)
{
	AUTO_FREE char *found = find(name);

	assert_string_equal(found, says);
}

static void test_precedence(void **state)
{
	(void)state;
	scratch_file(LIB "a.service", "x");
	assert_find("a.service", "loaded a.service /usr/lib/systemd/system/a.service");
	scratch_file(RUN "a.service", "x");
	assert_find("a.service", "loaded a.service /run/systemd/system/a.service");
	scratch_file(ETC "a.service", "x");
	assert_find("a.service", "loaded a.service /etc/systemd/system/a.service");
	assert_find("b.service", "not-found b.service");
}

static void test_masked(void **state)
{
	(void)state;
	scratch_file(LIB "a.service", "x");
	scratch_link("/dev/null", ETC "a.service");
	assert_find("a.service", "masked a.service");
	scratch_file(LIB "b.socket", "x");
	scratch_file(ETC "b.socket", "");
	assert_find("b.socket", "masked b.socket");
}

static void test_links(void **state)
{
	(void)state;
	scratch_file(LIB "real.service", "x");
	scratch_link("/usr/lib/systemd/system/real.service", ETC "alias.service");
	scratch_file(ETC "alias.service.d/1.conf", "x");
	scratch_file(ETC "real.service.d/2.conf", "x");
	assert_find("alias.service", "loaded real.service /usr/lib/systemd/system/real.service"
				     " /etc/systemd/system/alias.service.d/1.conf /etc/systemd/system/real.service.d/2.conf");
	scratch_link("b.service", ETC "a.service");
	scratch_link("a.service", ETC "b.service");
	assert_find("a.service", "error a.service");
	scratch_link("self.service", ETC "self.service");
	assert_find("self.service", "error self.service");
	scratch_link("/srv/app/mine.service", ETC "mine.service");
	assert_find("mine.service", "not-found mine.service");
	scratch_file("srv/app/mine.service", "x");
	assert_find("mine.service", "loaded mine.service /etc/systemd/system/mine.service");
}

static void test_template(void **state)
{
	(void)state;
	scratch_file(LIB "web@.service", "x");
	assert_find("web@one.service", "loaded web@one.service /usr/lib/systemd/system/web@.service");
	scratch_link("web@.service", LIB "app@.service");
	assert_find("app@one.service", "loaded web@one.service /usr/lib/systemd/system/web@.service");
	scratch_file(ETC "web@one.service", "x");
	assert_find("web@one.service", "loaded web@one.service /etc/systemd/system/web@one.service");
}

static void test_dropins(void **state)
{
	(void)state;
	scratch_file(LIB "a-b@.service", "x");
	scratch_file(ETC "a-b@x.service.d/50.conf", "x");
	scratch_file(RUN "a-b@x.service.d/50.conf", "x");
	scratch_file(LIB "a-b@.service.d/20.conf", "x");
	scratch_file(LIB "a-@.service.d/90.conf", "x");
	scratch_file(ETC "service.d/10.conf", "x");
	scratch_file(LIB "service.d/20.conf", "x");
	scratch_file(ETC "a-b@.service.d/60.conf", "x");
	scratch_file(ETC "a-b@.service.d/readme", "x");
	scratch_file(ETC "a-b@.service.d/.hidden.conf", "x");
	scratch_link("/dev/null", ETC "a-b@.service.d/70.conf");
	scratch_file(LIB "a-b@.service.d/70.conf", "x");
	scratch_file(ETC "socket.d/10.conf", "x");
	assert_find("a-b@x.service", "loaded a-b@x.service /usr/lib/systemd/system/a-b@.service"
				     " /etc/systemd/system/service.d/10.conf /usr/lib/systemd/system/a-b@.service.d/20.conf"
				     " /etc/systemd/system/a-b@x.service.d/50.conf /etc/systemd/system/a-b@.service.d/60.conf"
				     " /usr/lib/systemd/system/a-@.service.d/90.conf");
}

static void test_boot(void **state)
{
	AUTO_UNIT_PATHS struct unit_paths paths = {0};

	(void)state;
	scratch_link("/x", ETC "multi-user.target.wants/a.service");
	scratch_link("/x", LIB "a.service.requires/b.socket");
	scratch_link("/x", ETC "rescue.target.wants/c.service");
	scratch_link("/x", ETC "e.service.wants/d.service");
	scratch_link("/x", ETC "d.service.wants/e.service");
	unit_paths_read(scratch_fd, &paths);
	assert_string_equal(unit_paths_at_boot(&paths, "a.service"), "yes");
	assert_string_equal(unit_paths_at_boot(&paths, "b.socket"), "yes");
	assert_null(unit_paths_at_boot(&paths, "c.service"));
	assert_null(unit_paths_at_boot(&paths, "d.service"));
	assert_string_equal(unit_paths_at_boot(&paths, "f.service"), "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_precedence), SCRATCH_TEST(test_masked), SCRATCH_TEST(test_links), SCRATCH_TEST(test_template),
		SCRATCH_TEST(test_dropins), SCRATCH_TEST(test_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
