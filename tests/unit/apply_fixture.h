/* SPDX-License-Identifier: MIT */
/* For the tests of apply: a small host in a scratch directory, plans for it, and its state as text to
 * compare. */
#ifndef PERMFIX_TESTS_APPLY_FIXTURE_H
#define PERMFIX_TESTS_APPLY_FIXTURE_H

#include "scratch.h"

#include <inttypes.h>
#include <sys/acl.h>
#include <sys/xattr.h>

#include "apply/recover.h"
#include "apply/split.h"
#include "apply/transaction.h"
#include "apply/undo.h"
#include "base/beneath.h"
#include "base/diff.h"
#include "base/digest.h"

#define POOL      "/etc/php/pool.d/www.conf"
#define SOCK      "/run/php/www.sock"
#define POOL_TEXT "[www]\nuser = app\nlisten = " SOCK "\nlisten.mode = 0600\n"

/* The guard's part, for these tests alone: its approve() needs facts of a whole host. Defined here, the
 * library's object is not linked. */
struct approved_plan {
	const struct plan *plan;
	const struct facts *facts;
};
const struct plan *approved_steps_of(const struct approved_plan *a)
{
	return a->plan;
}
const struct facts *approved_facts_of(const struct approved_plan *a)
{
	return a->facts;
}

static struct apply_host host;
static struct facts facts;

static inline int fixture_begin(void **state)
{
	if (scratch_begin(state) < 0)
		return -1;
	scratch_file("etc/passwd", "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/"
	                           "sh\napp:x:1000:1000::/:/bin/sh\n");
	scratch_file("etc/group", "root:x:0:\nwww-data:x:33:\napp:x:1000:\n");
	scratch_file(POOL + 1, POOL_TEXT);
	scratch_dirs("run/php/");
	scratch_dirs("etc/systemd/system/");
	scratch_dirs("etc/tmpfiles.d/");
	close(scratch_socket(SOCK + 1, 1));
	fchmodat(scratch_fd, SOCK + 1, 0600, 0);
	scratch_dirs("var/lib/permfix/");
	fchmodat(scratch_fd, "var/lib/permfix", 0700, 0);
	host = (struct apply_host){.root = scratch_fd,
	        .state = openat(scratch_fd, "var/lib/permfix", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	facts = (struct facts){0};
	return host.state < 0 ? -1 : 0;
}

static inline int fixture_end(void **state)
{
	close(host.state);
	return scratch_end(state);
}
#define APPLY_TEST(f) cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)

#define NEEDS_ROOT()                                                            \
	do {                                                                    \
		if (geteuid() != 0) {                                           \
			print_message("skipped: changing owners needs root\n"); \
			skip();                                                 \
		}                                                               \
	} while (0)

/* --- the host as text
 * -------------------------------------------------------------------------------------------------- */

static struct text tree_text;

static inline int tree_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char acl[512];
	ssize_t n = S_ISLNK(st->st_mode) ? 0 : getxattr(path, "system.posix_acl_access", acl, sizeof(acl));
	AUTO_FREE char *digest = digest_of(acl, n > 0 ? (size_t)n : 0);

	(void)type, (void)ftw;
	if (strstr(path, "/var/lib/permfix"))
		return 0;
	text_addf(&tree_text, "%s %o %u:%u %s", path + strlen(scratch), st->st_mode, st->st_uid, st->st_gid,
	        n > 0 ? digest : "-");
	if (!S_ISLNK(st->st_mode) && (n = getxattr(path, "user.note", acl, sizeof(acl) - 1)) > 0)
		text_addf(&tree_text, " note=%.*s", (int)n, acl);
	if (S_ISREG(st->st_mode)) {
		AUTO_FREE char *bytes = NULL, *content = NULL;
		size_t size = 0;

		assert_int_equal(
		        beneath_read(scratch_fd, path + strlen(scratch), 1 << 20, &bytes, &size, NULL, NULL),
		        0);
		content = digest_of(bytes, size);
		text_addf(&tree_text, " %s", content);
	}
	text_add_char(&tree_text, '\n');
	return 0;
}

static inline int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Everything of the scratch host but its journal, one line for each object, sorted; the caller frees. */
static inline char *tree(void)
{
	AUTO_STRINGS struct strings lines = {0};
	struct text sorted = {0};
	char *save = NULL, *all;

	tree_text = (struct text){0};
	assert_int_equal(nftw(scratch, tree_one, 16, FTW_PHYS), 0);
	all = text_steal(&tree_text);
	for (char *line = strtok_r(all, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		strings_add(&lines, line);
	free(all);
	qsort(lines.items, lines.n, sizeof(char *), by_line);
	for (size_t i = 0; i < lines.n; i++)
		text_addf(&sorted, "%s\n", lines.items[i]);
	return text_steal(&sorted);
}

/* --- plans
 * ---------------------------------------------------------------------------------------------------------------
 */

static inline struct step *plan_step(struct plan *plan, int kind, const char *target)
{
	struct step *step = ARRAY_NEW(plan->steps, plan->n_steps);

	step->id = xasprintf("s%zu", plan->n_steps);
	step->kind = kind;
	step->target = xstrdup(target);
	step->because = xstrdup("a test");
	return step;
}

static inline void change(struct step *step, const char *key, const char *from, const char *to)
{
	ARRAY_ADD(step->changes, step->n_changes,
	        (struct step_change){xstrdup(key), xstrdup(from), xstrdup(to)});
}

static inline void expects(struct step *step, const char *what, const char *path, char *value)
{
	ARRAY_ADD(step->preconditions, step->n_preconditions,
	        (struct precondition){xstrdup(what), xstrdup(path), value});
}

/* The node as it is now, in the form of a plan. */
static inline void expects_node(struct step *step)
{
	AUTO_IMAGE struct image now = {0};

	assert_int_equal(node_writer.read(&host, step->target, &now, NULL), 0);
	assert_false(now.absent);
	expects(step, "node", step->target,
	        xasprintf("%" PRIu64 ":%" PRIu64 " %u:%u %04o %s", now.node->dev, now.node->ino,
	                now.node->uid, now.node->gid, now.node->mode,
	                name_of(node_type_names, now.node->type)));
}

/* Files of our own: a line "KEY=VALUE" is put at the end. */
static inline int test_append(const struct question *q, const char *before, char **after, size_t *after_n)
{
	*after = xasprintf("%s%s=%s\n", before, q->changes[0].key, q->changes[0].value);
	*after_n = strlen(*after);
	return 0;
}

/* Instead of Augeas: "listen.mode = 0600" becomes "KEY = VALUE" of the first change. */
static inline int test_edit(void *context, const struct question *q, const char *before, size_t n,
        char **after, size_t *after_n, struct error *err)
{
	const char *line = strstr(before, "listen.mode = ");

	(void)context, (void)n;
	if (streq(q->format, "systemd") || streq(q->format, "tmpfiles"))
		return test_append(q, before, after, after_n);
	if (!line || !q->changes[0].value)
		return error_set(err, EINVAL, "the helper refuses");
	*after = xasprintf("%.*slisten.mode = %s\n", (int)(line - before), before, q->changes[0].value);
	*after_n = strlen(*after);
	return 0;
}

static inline void expects_edit(struct step *step)
{
	AUTO_FREE char *before = NULL, *after = NULL;
	struct key_value value = {step->changes[0].key, step->changes[0].to};
	struct question q = {.changes = &value, .n_changes = 1};
	size_t n, after_n;

	assert_int_equal(beneath_read(host.root, step->target, 1 << 20, &before, &n, NULL, NULL), 0);
	assert_int_equal(test_edit(NULL, &q, before, n, &after, &after_n, NULL), 0);
	step->diff = diff_unified(step->target, before, n, after, after_n);
	expects(step, "file", step->target, digest_of(before, n));
}

/* Pool file and live socket: what the fix of a pool fault looks like, with every kind of path step. */
static inline void pool_fix(struct plan *plan)
{
	struct step *step = plan_step(plan, STEP_PHPFPM_LISTEN, POOL);

	*plan = (struct plan){.digest = xstrdup("sha256:00"), .steps = plan->steps, .n_steps = plan->n_steps};
	step->section = xstrdup("www");
	change(step, "listen.mode", "0600", "0660");
	expects_edit(step);
	step = plan_step(plan, STEP_PATH_OWNER, SOCK);
	change(step, "group", "root", "www-data");
	expects_node(step);
	step = plan_step(plan, STEP_PATH_MODE, SOCK);
	change(step, "mode", "0600", "0660");
	expects_node(step);
	step = plan_step(plan, STEP_PATH_ACL, "/run/php");
	change(step, "user:app", NULL, "--x");
	change(step, "mask", NULL, "r-x");
	expects_node(step);
	ARRAY_ADD(plan->upstreams, plan->n_upstreams,
	        (struct plan_upstream){.id = xstrdup("u1"), .endpoint = xstrdup("unix:" SOCK)});
	for (size_t i = 0; i < plan->n_steps; i++)
		strings_add(&plan->upstreams[0].steps, plan->steps[i].id);
}

#define DROPIN_DIR "/etc/systemd/system/app.socket.d"
#define DROPIN     DROPIN_DIR "/zz-permfix.conf"
#define ENTRIES    "/etc/tmpfiles.d/00-permfix.conf"
#define MADE_DIR   "/run/app"

static inline struct step *made_step(struct plan *plan, int kind, const char *target, const char *key, const char *to)
{
	struct step *step = plan_step(plan, kind, target);

	change(step, key, NULL, to);
	strings_add(&plan->upstreams[0].steps, step->id);
	return step;
}

/* What a step shows that makes its file. */
static inline void expects_made(struct step *step)
{
	AUTO_FREE char *after = xasprintf("%s=%s\n", step->changes[0].key, step->changes[0].to);

	step->diff = diff_unified(step->target, NULL, 0, after, strlen(after));
	expects(step, "file", step->target, xstrdup("absent"));
}

/* A drop-in and an entry of tmpfiles.d where there is nothing of ours yet, the second edit of the drop-in, and the live socket. */
static inline void made_fix(struct plan *plan)
{
	AUTO_FREE char *first = xstrdup("Socket.SocketMode=0660\n"), *second = xasprintf("%sSocket.SocketGroup=www-data\n", first);
	struct step *step;

	*plan = (struct plan){.digest = xstrdup("sha256:00")};
	ARRAY_ADD(plan->upstreams, plan->n_upstreams,
	        (struct plan_upstream){.id = xstrdup("u1"), .endpoint = xstrdup("unix:" SOCK)});
	expects_made(made_step(plan, STEP_SYSTEMD_DROPIN, DROPIN, "Socket.SocketMode", "0660"));
	expects_made(made_step(plan, STEP_TMPFILES_ENTRY, ENTRIES, MADE_DIR, "d 0710 app www-data"));
	step = made_step(plan, STEP_SYSTEMD_DROPIN, DROPIN, "Socket.SocketGroup", "www-data");
	step->diff = diff_unified(DROPIN, first, strlen(first), second, strlen(second));
	expects(step, "file", DROPIN, xstrdup("sha256:x"));
	step = made_step(plan, STEP_PATH_MODE, SOCK, "mode", "0660");
	free(step->changes[0].from);
	step->changes[0].from = xstrdup("0600");
	expects_node(step);
}

/* --- running
 * -------------------------------------------------------------------------------------------------------------
 */

static inline int judge_all(void *context, const struct step *const *steps, size_t n, struct error *err)
{
	(void)context, (void)steps, (void)n, (void)err;
	return 0;
}

static const struct apply_hooks plain_hooks = {.judge_again = judge_all, .edit = test_edit};

static inline int run_with(const struct plan *plan, struct apply_hooks hooks, struct outcome *out)
{
	struct approved_plan approved = {plan, &facts};
	struct apply_request request = {.who = {0, (char *)(uintptr_t) "root", NULL}, .hooks = hooks};

	return transaction_run(&host, &approved, &request, out);
}

static inline void apply_all(const struct plan *plan)
{
	AUTO_OUTCOME struct outcome out = {0};
	int r = run_with(plan, plain_hooks, &out);

	if (r < 0)
		fail_msg("%s", out.message);
	assert_true(out.applied);
}

/* As the rollback command does. */
static inline int roll_back(struct undo_outcome *out, struct error *err)
{
	const struct who who = {0, (char *)(uintptr_t) "root", NULL};
	const struct tx *tx;
	struct tx *list;
	size_t n;
	int r = tx_list(host.state, &list, &n, err);

	*out = (struct undo_outcome){0};
	if (r == 0)
		r = rollback_choose(list, n, NULL, &tx, err);
	if (r == 0)
		r = undo_transaction(&host, tx, "asked for", &who, out, err);
	tx_list_free(list, n);
	return r;
}

static inline int recover(struct recovery *out, struct error *err)
{
	const struct who who = {0, (char *)(uintptr_t) "root", NULL};

	return recover_unfinished(&host, &who, out, err);
}

#endif
