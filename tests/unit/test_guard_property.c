/* SPDX-License-Identifier: MIT */
/* Random steps from pools of good and bad words: whatever passes holds what the guard promises. The seed is fixed, so a failure comes back. */
#include "tests/unit/guard_facts.h"

enum { ROUNDS = 600 };

static uint32_t state = 2463534242u;

/* xorshift32 */
static size_t pick(size_t n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}
/* The first two words, which are good ones, half of the time. */
#define ONE_OF(words) (words)[pick(2) ? pick(2) : pick(COUNT_OF(words))]

static const char *const modes[] = {"0750", "0660", "0666", "0600", "0755", "0770", "2750", "0711", "660", "0007", "0077", "0022", "0000", "x"};
static const char *const accounts[] = {"app", "www-data", "root", "docker", "alice", "nginx", "sockets", "users", "nosuch", "app sockets",
	"www-data\nUser=root"};
static const char *const keys[] = {"Socket.SocketMode", "Socket.SocketUser", "Socket.SocketGroup", "Socket.DirectoryMode", "Service.UMask",
	"Service.Group", "Service.SupplementaryGroups", "Service.RuntimeDirectoryMode", "Service.User", "Service.PrivateTmp", "Service.ExecStart"};
static const char *const directories[] = {"/run/new", "/run/live", "/run", "/run/tight", "/run/gunirun", "/etc/x", "/run/../etc", "/run/docker"};
static const char *const types[] = {"d", "d", "d", "D", "Z", "a+", "L"};

static char *unit_change(void)
{
	const char *key = ONE_OF(keys);
	bool mode = ends_with(key, "Mode") || ends_with(key, "UMask");

	return xasprintf("%s=%s", key, mode ? ONE_OF(modes) : ONE_OF(accounts));
}

static void unit_step(struct row *row, char **changes)
{
	AUTO_FREE char *one = unit_change();
	AUTO_FREE char *two = unit_change();

	*row = pick(2) ? (struct row){NULL, STEP_SYSTEMD_DROPIN, UNITS "/app.socket.d/zz-permfix.conf", "app.socket"}
		       : (struct row){NULL, STEP_SYSTEMD_DROPIN, UNITS "/app.service.d/zz-permfix.conf", "app.service"};
	*changes = xasprintf("%s|%s", one, two);
}

static void tmpfiles_step(struct row *row, char **changes)
{
	*row = (struct row){NULL, STEP_TMPFILES_ENTRY, "/etc/tmpfiles.d/00-permfix.conf", NULL};
	*changes = xasprintf("%s=%s %s %s %s", ONE_OF(directories), ONE_OF(types), ONE_OF(modes), ONE_OF(accounts), ONE_OF(accounts));
}

static void uwsgi_step(struct row *row, char **changes)
{
	*row = (struct row){NULL, STEP_UWSGI_OPTION, INI "/app.ini", "uwsgi"};
	*changes = xasprintf("chmod-socket=%s|chown-socket=%s:%s", ONE_OF(modes), ONE_OF(accounts), ONE_OF(accounts));
}

static void check_words(const char *changes)
{
	static const char *const never[] = {"\nUser", "ExecStart", "PrivateTmp", "docker", "alice", "users", "nosuch", "Service.User", "=D ",
		"=Z ", "=a+ ", "=L ", "2750", "0666", "0000", "/etc", "/run=", "Mode=0770", "0711"};

	for (size_t i = 0; i < COUNT_OF(never); i++)
		if (strstr(changes, never[i]))
			fail_msg("%s passes", changes);
}

/* A group that may write in a directory is root's. Others' bits: only where they were there already (/run/live is 0755). */
static void check_mode(const char *changes)
{
	if (strstr(changes, "0755") && !strstr(changes, "/run/live=d 0755"))
		fail_msg("%s passes", changes);
	if (strstr(changes, "d 0770") && !ends_with(changes, " root"))
		fail_msg("%s passes", changes);
	if (strstr(changes, "UMask=0022") || strstr(changes, "chmod-socket=0750"))
		fail_msg("%s passes", changes);
}

static void run(void (*make)(struct row *row, char **changes), size_t at_least)
{
	size_t passed = 0;

	for (size_t i = 0; i < ROUNDS; i++) {
		AUTO_FREE char *changes = NULL;
		AUTO_FREE char *rule = NULL;
		struct row row;

		make(&row, &changes);
		row.changes = changes;
		rule = judge_row(&row, NULL);
		if (rule)
			continue;
		check_words(changes);
		check_mode(changes);
		passed++;
	}
	print_message("%zu of %d pass\n", passed, ROUNDS);
	assert_true(passed >= at_least);
}

static void test_units(void **unused)
{
	(void)unused;
	run(unit_step, 5);
}

static void test_tmpfiles(void **unused)
{
	(void)unused;
	run(tmpfiles_step, 5);
}

static void test_uwsgi(void **unused)
{
	(void)unused;
	run(uwsgi_step, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units), cmocka_unit_test(test_tmpfiles), cmocka_unit_test(test_uwsgi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
