/* SPDX-License-Identifier: MIT */
#include "apply/recover.h"
#include "apply/undo.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <time.h>

void recovery_free(struct recovery *recovery)
{
	strings_free(&recovery->ids);
	strings_free(&recovery->done);
	strings_free(&recovery->left);
}

static bool finished(const struct tx *tx)
{
	return tx->state == TX_COMMITTED || tx->state == TX_ROLLED_BACK;
}

static bool waits(const struct tx *tx)
{
	const struct record *awaiting = tx_last(tx, RECORD_AWAITING);

	return tx->state == TX_AWAITING && awaiting && time(NULL) <= awaiting->awaiting.until;
}

static int damaged(const struct tx *tx, struct error *err)
{
	return error_set(err, EBADMSG,
	        "the journal of transaction %s is damaged (%s): what it did is not guessed at. See "
	        "plans/JOURNAL.md; when the host is in "
	        "order, move its directory out of the journal",
	        tx->id, tx->damage);
}

/* All that is in the way is found before anything is written. */
static int check(const struct tx *list, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].damage && !finished(&list[i]))
			return damaged(&list[i], err);
		if (!list[i].damage && waits(&list[i]))
			return error_set(err, EBUSY,
			        "transaction %s waits for `permfix confirm` (or `permfix rollback`)",
			        list[i].id);
	}
	return 0;
}

static int take_back(const struct apply_host *host, const struct tx *tx, const struct who *who,
        struct recovery *out, struct error *err)
{
	const char *why = tx->state == TX_AWAITING ? "it was not confirmed in time" : "it was unfinished";
	struct undo_outcome undone = {0};
	int r = undo_transaction(host, tx, why, who, &undone, err);

	for (size_t i = 0; i < undone.left.n; i++)
		strings_addf(&out->left, "transaction %s: %s", tx->id, undone.left.items[i]);
	if (r == 0 && undone.complete) {
		strings_add(&out->ids, tx->id);
		strings_addf(&out->done, "transaction %s was taken back: %s", tx->id, why);
	} else if (r == 0) {
		r = error_set(err, EIO, "transaction %s could not be taken back: %s", tx->id,
		        undone.left.n ? undone.left.items[undone.left.n - 1] : "unknown");
	}
	undo_outcome_free(&undone);
	return r;
}

int recover_unfinished(
        const struct apply_host *host, const struct who *who, struct recovery *out, struct error *err)
{
	struct tx *list;
	size_t n;
	int r = tx_list(host->state, &list, &n, err);

	*out = (struct recovery){0};
	if (r == 0)
		r = check(list, n, err);
	for (size_t i = n; i-- > 0 && r == 0;)
		if (!list[i].damage && !finished(&list[i]))
			r = take_back(host, &list[i], who, out, err);
	if (r == 0)
		r = journal_prune(host->state, list, n, JOURNAL_KEEP, err);
	tx_list_free(list, n);
	return r;
}

int recover_report(int state, struct strings *says, struct error *err)
{
	struct tx *list;
	size_t n;
	int r = tx_list(state, &list, &n, err);

	for (size_t i = 0; i < n; i++) {
		struct error what;

		if (list[i].damage) {
			damaged(&list[i], &what);
			strings_add(says, what.text);
		} else if (waits(&list[i])) {
			strings_addf(says, "transaction %s waits for `permfix confirm`", list[i].id);
		} else if (!finished(&list[i])) {
			strings_addf(says,
			        "transaction %s is unfinished: the next command that may write takes it back "
			        "first",
			        list[i].id);
		}
	}
	tx_list_free(list, n);
	return r;
}

static const struct tx *named(const struct tx *list, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (streq(list[i].id, id))
			return &list[i];
	return NULL;
}

static const struct tx *newest(const struct tx *list, size_t n, bool (*fits)(const struct tx *))
{
	for (size_t i = n; i-- > 0;)
		if (fits(&list[i]))
			return &list[i];
	return NULL;
}

static bool was_applied(const struct tx *tx)
{
	return tx->state == TX_COMMITTED || tx->state == TX_AWAITING;
}

static bool is_waiting(const struct tx *tx)
{
	return tx->state == TX_AWAITING;
}

static int choose(const struct tx *list, size_t n, const char *id, bool (*fits)(const struct tx *),
        const char *none, const char *unfit, const struct tx **tx, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(id ? id : "");

	*tx = id ? named(list, n, id) : newest(list, n, fits);
	if (!*tx)
		return id ? error_set(err, ENOENT, "there is no transaction %s", shown)
		          : error_set(err, ENOENT, "%s", none);
	if ((*tx)->damage)
		return damaged(*tx, err);
	return fits(*tx) ? 0 : error_set(err, EINVAL, "transaction %s %s", (*tx)->id, unfit);
}

int rollback_choose(const struct tx *list, size_t n, const char *id, const struct tx **tx, struct error *err)
{
	return choose(
	        list, n, id, was_applied, "there is nothing to roll back", "was taken back already", tx, err);
}

int confirm_choose(const struct tx *list, size_t n, const char *id, const struct tx **tx, struct error *err)
{
	return choose(list, n, id, is_waiting, "no transaction waits for confirm",
	        "does not wait for confirm", tx, err);
}
