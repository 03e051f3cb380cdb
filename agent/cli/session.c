/* SPDX-License-Identifier: MIT */
#include "cli/session.h"
#include "apply/lock.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/read_accounts.h"
#include "facts/read_host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <systemd/sd-daemon.h>

static const int held_back[] = {SIGINT, SIGTERM, SIGHUP};

static void hold_signals_back(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT_OF(held_back); i++)
		sigaddset(&set, held_back[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

bool session_interrupted(void)
{
	sigset_t pending;
	bool found = false;

	sigpending(&pending);
	for (size_t i = 0; i < COUNT_OF(held_back); i++)
		found |= sigismember(&pending, held_back[i]) == 1;
	return found;
}

static void find_who(int root, struct who *who)
{
	AUTO_FACTS struct facts facts = {0};
	const struct user *user;

	who->uid = getuid();
	who->asked = xstrdup(getenv("SUDO_USER"));
	if (read_accounts(root, &facts.accounts, &facts.notes) == 0 && (user = user_by_uid(&facts.accounts, who->uid)))
		who->user = xstrdup(user->name);
}

static int open_root(struct error *err)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? error_errno(err, errno, "/") : fd;
}

int session_state(struct error *err)
{
	AUTO_CLOSE int root = open_root(err);

	return root < 0 ? root : own_directory(root, STATE_DIRECTORY, 0, err);
}

static int take_all(struct session *s, struct error *err)
{
	s->root = open_root(err);
	if (s->root < 0)
		return s->root;
	s->run = own_directory(s->root, RUN_DIRECTORY, 1, err);
	if (s->run < 0)
		return s->run;
	s->lock = lock_take(s->run, err);
	if (s->lock < 0)
		return s->lock;
	s->state = own_directory(s->root, STATE_DIRECTORY, 1, err);
	return s->state < 0 ? s->state : 0;
}

static void tell(const struct strings *sentences, struct reply *reply)
{
	for (size_t i = 0; i < sentences->n; i++) {
		AUTO_FREE char *shown = escape_terminal(sentences->items[i]);

		reply_note(reply, "%s", shown);
	}
}

static bool recover(struct session *s, bool settles, struct reply *reply)
{
	struct error err = {0};
	int r = recover_unfinished(&s->host, &s->who, &s->recovery, &err);

	tell(&s->recovery.done, reply);
	tell(&s->recovery.left, reply);
	s->awaiting = r == -EBUSY;
	if (r == 0 || (s->awaiting && settles))
		return true;
	reply_fail(reply, r == -EBUSY ? EXIT_CODE_BUSY : r == -EIO ? EXIT_CODE_ROLLBACK_INCOMPLETE : EXIT_CODE_FAILED, &err);
	return false;
}

/* Root of a user namespace, or without capabilities, would fail half-way. */
static int check_privileges(struct error *err)
{
	AUTO_CLOSE int root = open_root(err);
	AUTO_FACTS struct facts facts = {0};

	if (root < 0)
		return root;
	read_host(root, false, &facts.host);
	if (facts.host.privileged)
		return 0;
	return geteuid() != 0 ? error_set(err, EPERM, "only root may change the host: run it with sudo")
			      : error_set(err, EPERM, "this root lacks capabilities, or is root of a user namespace only: it may not see and change "
						      "what is needed");
}

bool session_open(struct session *s, bool settles, struct reply *reply)
{
	struct error err = {0};
	int r;

	*s = (struct session)SESSION_NONE;
	if (check_privileges(&err) < 0) {
		reply_fail(reply, EXIT_CODE_PRIVILEGES, &err);
		return false;
	}
	hold_signals_back();
	r = take_all(s, &err);
	if (r < 0) {
		reply_fail(reply, r == -EWOULDBLOCK ? EXIT_CODE_BUSY : EXIT_CODE_FAILED, &err);
		return false;
	}
	s->host = (struct apply_host){.root = s->root, .state = s->state, .systemd = sd_booted() > 0};
	find_who(s->root, &s->who);
	return recover(s, settles, reply);
}

void session_close(struct session *s)
{
	const int fds[] = {s->lock, s->run, s->state, s->root};

	for (size_t i = 0; i < COUNT_OF(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(s->who.user);
	free(s->who.asked);
	recovery_free(&s->recovery);
	*s = (struct session)SESSION_NONE;
}
