/* SPDX-License-Identifier: MIT */
#include "apply/undo.h"
#include "apply/set_file.h"
#include "apply/undo_object.h"
#include "apply/undo_service.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>

struct undo {
	const struct apply_host *host;
	const struct tx *tx;
	struct journal journal;
	struct undo_outcome *out;
};

void undo_outcome_free(struct undo_outcome *outcome)
{
	strings_free(&outcome->left);
	*outcome = (struct undo_outcome){0};
}

/* --- one object
 * ----------------------------------------------------------------------------------------------------------
 */

static int announce(struct undo *u, const struct undo_object *o, const struct image *now,
        const char *temporary, struct error *err)
{
	struct record record = {.type = RECORD_UNDO_INTENT,
	        .undo_intent = {.part = o->part, .temporary = (char *)(uintptr_t)temporary}};
	const struct writer *writer = writer_of(o->writer);
	struct node_state via[2];
	int r;

	record.undo_intent.via = via;
	record.undo_intent.n_via = writer->via ? writer->via(now, o->before, via) : 0;
	r = journal_add(&u->journal, record, err);
	for (size_t i = 0; i < record.undo_intent.n_via; i++)
		node_state_free(&via[i]);
	return r;
}

static int load_content(
        const struct undo *u, const struct undo_object *o, char **bytes, size_t *n, struct error *err)
{
	if (o->writer != WRITER_FILE || o->before->absent)
		return 0;
	if (!o->before->blob || !o->before->digest)
		return error_set(err, EBADMSG, "the journal has no content for it");
	return journal_kept(&u->journal, o->before->blob, o->before->digest, bytes, n, err);
}

/* The writer's own failure is the object's; only *fatal is the journal's. */
static int restore(
        struct undo *u, const struct undo_object *o, const struct image *now, bool *fatal, struct error *err)
{
	AUTO_FREE char *temporary = xasprintf(".permfix-%s-%u-undo", u->tx->id, o->part), *bytes = NULL;
	size_t n = 0;
	int r = load_content(u, o, &bytes, &n, err);

	if (r < 0)
		return r;
	r = announce(u, o, now, o->writer == WRITER_FILE ? temporary : NULL, err);
	*fatal = r < 0;
	if (r < 0)
		return r;
	return writer_of(o->writer)->bring(
	        &(struct write){u->host, o->object, now, o->before, temporary, bytes, n}, err);
}

static int conclude(
        struct undo *u, const struct undo_object *o, int result, const char *says, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(o->object);
	struct record record = {.type = RECORD_UNDONE, .undone = {.part = o->part, .result = result}};

	if (says)
		record.undone.says = starts_with(says, shown) ? xstrdup(says) : xasprintf("%s: %s", shown, says);
	if (record.undone.says)
		strings_add(&u->out->left, record.undone.says);
	if (result == UNDO_FAILED)
		u->out->complete = false;
	int r = journal_add(&u->journal, record, err);
	free(record.undone.says);
	return r;
}

static int remove_leftovers(struct undo *u, const struct undo_object *o, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < o->temporaries.n && r == 0; i++)
		r = file_remove_leftover(u->host, o->object, o->temporaries.items[i], err);
	return r;
}

/* What became something that is not written to (a link, a second name, immutable, changed this moment), or a directory of ours in which
 * something is now, is left alone for good; where there was no room or no disk, the next attempt may have more luck. */
static int result_of(int r)
{
	static const int for_good[] = {-ELOOP, -EPERM, -EMLINK, -ESTALE, -EINVAL, -ENOTEMPTY};

	for (size_t i = 0; i < COUNT_OF(for_good); i++)
		if (r == for_good[i])
			return UNDO_FOREIGN;
	return UNDO_FAILED;
}

static int undo_object(struct undo *u, const struct undo_object *o, struct error *err)
{
	const struct writer *writer = writer_of(o->writer);
	AUTO_IMAGE struct image now = {0};
	bool fatal = false;
	struct error why;
	int r = remove_leftovers(u, o, &why);

	if (r == 0)
		r = writer->read(u->host, o->object, &now, &why);
	if (r < 0)
		return conclude(u, o, result_of(r), why.text, err);
	if (writer->same(&now, o->before))
		return conclude(u, o, UNDO_SAME, NULL, err);
	if (now.absent)
		return conclude(u, o, UNDO_GONE, NULL, err);
	if (!undo_object_knows(o, &now))
		return conclude(u, o, UNDO_FOREIGN, "was changed since: left as it is", err);
	r = restore(u, o, &now, &fatal, &why);
	if (fatal) {
		if (err)
			*err = why;
		return r;
	}
	return r < 0 ? conclude(u, o, result_of(r), why.text, err) : conclude(u, o, UNDO_RESTORED, NULL, err);
}

/* --- services
 * -----------------------------------------------------------------------------------------------------------
 */

/* What the decision about a service became; r is its own failure. Where nobody runs in its place, the next one reads
 * what is there when it starts. */
static int conclude_service(struct undo *u, const struct undo_object *o, int r, const struct error *why, struct error *err)
{
	if (r == -ESRCH)
		return conclude(u, o, UNDO_GONE, NULL, err);
	if (r < 0)
		return conclude(u, o, UNDO_FOREIGN, why->text, err);
	return conclude(u, o, r ? UNDO_RESTORED : UNDO_SAME, NULL, err);
}

/* before: what has to come before the files are restored, or what comes after. */
static int undo_services(struct undo *u, const struct undo_objects *objects, bool before, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < objects->n && r == 0; i++) {
		const struct undo_object *o = &objects->items[i];
		struct error why;

		if (o->writer == WRITER_SERVICE && undo_service_before(o->before->service) == before)
			r = conclude_service(u, o, undo_service(u->host, u->tx, o->before->service, &why), &why, err);
	}
	return r;
}

/* --- the transaction
 * ---------------------------------------------------------------------------------------------------- */

/* What this transaction started is stopped first. Then files, nodes and groups, so that a server that is reloaded finds everything in its old state; and
 * servers in the order of the transaction, in which systemd reads its unit files before a unit is started anew. */
static int undo_all(struct undo *u, const struct undo_objects *objects, struct error *err)
{
	int r = undo_services(u, objects, true, err);

	for (size_t i = objects->n; i-- > 0 && r == 0;)
		if (objects->items[i].writer != WRITER_SERVICE)
			r = undo_object(u, &objects->items[i], err);
	return r == 0 ? undo_services(u, objects, false, err) : r;
}

/* A damaged journal changes nothing: all that may have to be written is looked at before the first record of the rollback. */
static int check_content(struct undo *u, const struct undo_objects *objects, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < objects->n && r == 0; i++) {
		AUTO_FREE char *bytes = NULL;
		size_t n;

		r = load_content(u, &objects->items[i], &bytes, &n, err);
	}
	if (r < 0)
		error_wrap(err, "the journal of transaction %s is damaged, nothing was taken back (see plans/JOURNAL.md)", u->tx->id);
	return r < 0 ? -EBADMSG : 0;
}

static int begin_rollback(struct undo *u, const char *why, const struct who *who, struct error *err)
{
	struct record record = {.type = RECORD_ROLLBACK, .rollback = {.why = (char *)(uintptr_t)why}};

	if (who)
		record.rollback.who = *who;
	return u->tx->state == TX_ROLLING_BACK ? 0 : journal_add(&u->journal, record, err);
}

int undo_transaction(const struct apply_host *host, const struct tx *tx, const char *why,
        const struct who *who, struct undo_outcome *outcome, struct error *err)
{
	struct undo u = {.host = host, .tx = tx, .journal = JOURNAL_NONE, .out = outcome};
	AUTO_UNDO_OBJECTS struct undo_objects objects = {0};
	int r = journal_reopen(host->state, tx, &u.journal, err);

	*outcome = (struct undo_outcome){.complete = true};
	if (r == 0) {
		undo_objects_of(tx, &objects);
		r = check_content(&u, &objects, err);
	}
	if (r == 0)
		r = begin_rollback(&u, why, who, err);
	if (r == 0)
		r = undo_all(&u, &objects, err);
	if (r == 0 && outcome->complete)
		r = journal_add(&u.journal,
		        (struct record){.type = RECORD_ROLLED_BACK, .rolled_back = {outcome->left}}, err);
	if (r == 0 && outcome->complete)
		journal_trim(&u.journal);
	outcome->complete &= r == 0;
	outcome->verified = outcome->complete && outcome->left.n == 0;
	journal_close(&u.journal);
	return r;
}
