/* SPDX-License-Identifier: MIT */
/* Kills an apply, a rollback and a recovery at every system call that writes something, and holds that the
 * next start finds the way: the host is as before or as after. Done from outside by ptrace(2), so that no
 * test switch is in the program. */
#define user kernel_user /* <sys/user.h> has a struct of that name, as the facts have */
#include <sys/user.h>
#undef user

#include "apply_fixture.h"
#include "apply_groups.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static const int writing_calls[] = {
        SYS_write,
        SYS_pwrite64,
        SYS_fsync,
        SYS_fallocate,
        SYS_ftruncate,
        SYS_renameat,
        SYS_renameat2,
        SYS_linkat,
        SYS_unlinkat,
        SYS_mkdirat,
        SYS_fchownat,
        SYS_fchmodat,
        SYS_setxattr,
        SYS_removexattr,
#ifdef SYS_chmod
        SYS_chmod,
        SYS_rename,
#endif
};

static bool writes(int number)
{
	for (size_t i = 0; i < COUNT_OF(writing_calls); i++)
		if (writing_calls[i] == number)
			return true;
	return false;
}

typedef void work_function(void);

static void (*the_fix)(struct plan *) = pool_fix;

static void do_apply(void)
{
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};

	the_fix(&plan);
	run_with(&plan, plain_hooks, &out);
}

static void do_roll_back(void)
{
	struct undo_outcome undone;
	struct error err;

	roll_back(&undone, &err);
	undo_outcome_free(&undone);
}

static void do_recover(void)
{
	AUTO_RECOVERY struct recovery recovery = {0};
	struct error err;

	_exit(recover(&recovery, &err) < 0);
}

/* Halves what a pwrite() of the journal is about to write, as a crash may. */
static bool tear(pid_t pid)
{
#ifdef __x86_64__
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0 || regs.orig_rax != SYS_pwrite64)
		return false;
	regs.rdx /= 2;
	return ptrace(PTRACE_SETREGS, pid, NULL, &regs) == 0;
#else
	(void)pid;
	return false;
#endif
}

/* Runs work in a child and kills it before its Nth writing call, or (torn) in the middle of it. Returns true
 * where the child was killed, false where it came to its end before. */
static bool killed_at(work_function *work, unsigned n, bool torn)
{
	unsigned seen = 0;
	bool cut = false;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL), 0);
	for (;;) {
		struct __ptrace_syscall_info info = {0};

		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
		assert_true(WIFSTOPPED(status));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY && writes((int)info.entry.nr) && ++seen == n) {
			cut = torn && tear(pid);
			if (cut)
				continue; /* until it is back from the call */
			break;
		}
		if (cut)
			break;
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return true;
}

static int newest_state(void)
{
	struct error err;
	struct tx *list;
	size_t n;
	int state = -1;

	assert_int_equal(tx_list(host.state, &list, &n, &err), 0);
	if (n) {
		assert_null(list[n - 1].damage);
		state = list[n - 1].state;
	}
	tx_list_free(list, n);
	return state;
}

static void recover_now(void)
{
	AUTO_RECOVERY struct recovery recovery = {0};
	struct error err;

	if (recover(&recovery, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(recovery.left.n, 0);
}

static void fresh(void **state)
{
	assert_int_equal(fixture_end(state), 0);
	assert_int_equal(fixture_begin(state), 0);
}

/* Before or after, by what the journal says, and nothing in between. */
static void holds_one_of(const char *before, const char *after, unsigned n)
{
	AUTO_FREE char *now = tree();
	bool applied = newest_state() == TX_COMMITTED;

	if (!streq(now, applied ? after : before))
		fail_msg("killed at call %u, the host is neither before nor after:\n%s", n, now);
}

static void states_of(void **state, char **before, char **after)
{
	*before = tree();
	do_apply();
	*after = tree();
	fresh(state);
}

static unsigned every_kill_of_apply(void **state, bool torn)
{
	AUTO_FREE char *before = NULL, *after = NULL;
	unsigned n;

	states_of(state, &before, &after);
	for (n = 1; killed_at(do_apply, n, torn); n++) {
		recover_now();
		holds_one_of(before, after, n);
		recover_now(); /* and again: nothing is left to do */
		holds_one_of(before, after, n);
		if (newest_state() != TX_COMMITTED)
			do_apply(); /* the next apply works */
		if (newest_state() != TX_COMMITTED)
			fail_msg("killed at call %u, the next apply fails", n);
		fresh(state);
	}
	return n - 1;
}

static void kills_of_apply(void **state)
{
	unsigned n;

	NEEDS_ROOT();
	n = every_kill_of_apply(state, false);
	print_message("%u kills\n", n);
	assert_true(n > 30);
}

static void torn_records_of_apply(void **state)
{
	NEEDS_ROOT();
	assert_true(every_kill_of_apply(state, true) > 30);
}

static void kills_of_rollback(void **state)
{
	AUTO_FREE char *before = NULL, *after = NULL;
	unsigned n;

	NEEDS_ROOT();
	states_of(state, &before, &after);
	for (n = 1;; n++) {
		do_apply();
		if (!killed_at(do_roll_back, n, n % 2 == 0))
			break;
		recover_now();
		holds_one_of(before, after, n);
		fresh(state);
	}
	print_message("%u kills\n", n - 1);
	assert_true(n > 20);
}

/* An apply killed near its end leaves the most to do; its recovery is killed at every call of its own. */
static void kills_of_recovery(void **state)
{
	AUTO_FREE char *before = NULL, *after = NULL;
	unsigned total = 0, n;

	NEEDS_ROOT();
	states_of(state, &before, &after);
	for (;; total++) { /* the last kill that leaves it unfinished */
		bool unfinished = killed_at(do_apply, total + 1, false) && newest_state() != TX_COMMITTED;

		fresh(state);
		if (!unfinished)
			break;
	}
	for (n = 1;; n++) {
		assert_true(killed_at(do_apply, total, false));
		if (!killed_at(do_recover, n, n % 2 == 1))
			break;
		recover_now();
		holds_one_of(before, after, n);
		fresh(state);
	}
	print_message("%u kills\n", n - 1);
	assert_true(n > 20);
}

/* --- files and directories that are made
 * ---------------------------------------------------------------------------------- */

static void with_made(void **state, void (*test)(void **))
{
	the_fix = made_fix;
	test(state);
	the_fix = pool_fix;
}

static void kills_of_making(void **state)
{
	with_made(state, kills_of_apply);
}

static void torn_records_of_making(void **state)
{
	with_made(state, torn_records_of_apply);
}

static void kills_of_unmaking(void **state)
{
	with_made(state, kills_of_rollback);
}

static void kills_of_recovery_of_making(void **state)
{
	with_made(state, kills_of_recovery);
}

/* --- groups
 * -------------------------------------------------------------------------------------------------- */

static void do_groups(void)
{
	AUTO_OUTCOME struct outcome out = {0};
	AUTO_PLAN struct plan plan = {0};

	group_plan(&plan);
	run_with(&plan, plain_hooks, &out);
}

/* Kills around the tools: they are programs of their own and come to their end. */
static int kill_groups(void)
{
	AUTO_FREE char *before = NULL;
	unsigned n;

	if (private_etc() < 0)
		return 77;
	before = group_files();
	for (n = 1; killed_at(do_groups, n, false); n++) {
		AUTO_FREE char *now = NULL;

		recover_now();
		if (newest_state() == TX_COMMITTED)
			do_roll_back();
		now = group_files();
		if (!streq(before, now)) {
			print_message("killed at call %u:\n%s", n, now);
			return 1;
		}
	}
	return n > 15 ? 0 : 2;
}

static void kills_of_groups(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	NEEDS_ROOT();
	pid = fork();
	if (pid == 0)
		_exit(kill_groups());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        APPLY_TEST(kills_of_apply),
	        APPLY_TEST(torn_records_of_apply),
	        APPLY_TEST(kills_of_rollback),
	        APPLY_TEST(kills_of_recovery),
	        APPLY_TEST(kills_of_making),
	        APPLY_TEST(torn_records_of_making),
	        APPLY_TEST(kills_of_unmaking),
	        APPLY_TEST(kills_of_recovery_of_making),
	        APPLY_TEST(kills_of_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
