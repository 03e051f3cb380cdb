/* SPDX-License-Identifier: MIT */
/* The journal as it is found: transactions, their states, damage. */
#include "apply/frame.h"
#include "apply/journal.h"
#include "apply/journal_files.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define RECORDS_MAX ((size_t)256 << 20)

static const char *const state_words[] = {
        "unfinished", "awaiting-confirm", "applied", "unfinished-rollback", "rolled-back"};
const struct names tx_state_names = NAMES(state_words);

/* The state that a record of this type puts a transaction into; -1: it stays. */
static const int state_after[RECORD_COUNT] = {
        [RECORD_BEGIN] = TX_OPEN,
        [RECORD_INTENT] = -1,
        [RECORD_DONE] = -1,
        [RECORD_AWAITING] = TX_AWAITING,
        [RECORD_COMMIT] = TX_COMMITTED,
        [RECORD_ROLLBACK] = TX_ROLLING_BACK,
        [RECORD_UNDO_INTENT] = -1,
        [RECORD_UNDONE] = -1,
        [RECORD_ROLLED_BACK] = TX_ROLLED_BACK,
};

static void take_record(struct tx *tx, const char *payload, size_t length)
{
	struct record record;
	struct error err;

	if (record_read(payload, length, &record, &err) < 0) {
		tx->damage = xasprintf("record %zu: %s", tx->n_records + 1, err.text);
		record_free(&record);
		return;
	}
	if ((record.type == RECORD_BEGIN) != (tx->n_records == 0))
		tx->damage = xasprintf("record %zu is out of place", tx->n_records + 1);
	ARRAY_ADD(tx->records, tx->n_records, record);
	if (state_after[record.type] >= 0)
		tx->state = state_after[record.type];
}

static void take_records(struct tx *tx, const char *bytes, size_t n)
{
	size_t header = strlen(FRAME_HEADER), at = header, length = 0;
	enum frame_result r = FRAME_TORN;
	const char *payload;

	if (n >= header && strncmp(bytes, FRAME_HEADER, header) != 0 && bytes[n - 1] != '\0') {
		tx->damage = xstrdup("it is no journal of this version");
		return;
	}
	while (n >= header && !tx->damage &&
	        (r = frame_next(bytes, n, &at, &tx->chain, &payload, &length)) == FRAME_RECORD) {
		take_record(tx, payload, length);
		tx->size = (int64_t)at;
	}
	if (r == FRAME_DAMAGED)
		tx->damage = xasprintf("record %zu does not match its digest", tx->n_records + 1);
}

static int records_open(int parent, const char *id, int flags)
{
	AUTO_CLOSE int dir = openat(parent, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fd = dir < 0 ? -1 : openat(dir, RECORDS_FILE, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Content is kept only once the first record is on the disk, and goes only after the records have gone. */
static bool has_kept(int parent, const char *id)
{
	AUTO_CLOSE int dir = openat(parent, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	AUTO_STRINGS struct strings names = {0};

	return dir >= 0 && directory_names(dir, &names, NULL) == 0 && names.n > 1;
}

static void load(int parent, const char *id, struct tx *tx)
{
	AUTO_FREE char *bytes = NULL, *path = xasprintf("%s/" RECORDS_FILE, id);
	struct error err;
	size_t n = 0;
	int r;

	*tx = (struct tx){.id = xstrdup(id)};
	id_counter(id, &tx->counter);
	r = beneath_read(parent, path, RECORDS_MAX, &bytes, &n, NULL, &err);
	if (r == 0)
		take_records(tx, bytes, n);
	else if (r != -ENOENT)
		tx->damage = xasprintf("its records cannot be read: %s", err.text);
	if (r == 0 && !tx->n_records && !tx->damage && has_kept(parent, id))
		tx->damage = xstrdup("its records were cut off: it keeps content that none of them names");
}

void tx_free(struct tx *tx)
{
	for (size_t i = 0; i < tx->n_records; i++)
		record_free(&tx->records[i]);
	free(tx->records);
	free(tx->chain);
	free(tx->damage);
	free(tx->id);
}

void tx_list_free(struct tx *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tx_free(&list[i]);
	free(list);
}

static int by_counter(const void *a, const void *b)
{
	const struct tx *x = a, *y = b;

	return x->counter < y->counter ? -1 : x->counter > y->counter;
}

int tx_list(int state, struct tx **list, size_t *n, struct error *err)
{
	AUTO_CLOSE int parent = journal_directory(state, false, err);
	AUTO_STRINGS struct strings names = {0};
	int r;

	*list = NULL;
	*n = 0;
	if (parent < 0)
		return parent == -ENOENT ? 0 : parent;
	r = directory_names(parent, &names, err);
	for (size_t i = 0; i < names.n && r == 0; i++) {
		uint64_t counter;
		struct tx tx;

		if (!id_counter(names.items[i], &counter))
			continue;
		load(parent, names.items[i], &tx);
		if (tx.n_records || tx.damage)
			ARRAY_ADD(*list, *n, tx);
		else
			tx_free(&tx);
	}
	if (*n)
		qsort(*list, *n, sizeof(**list), by_counter);
	return r;
}

const struct begin_record *tx_begin(const struct tx *tx)
{
	return tx->n_records ? &tx->records[0].begin : NULL;
}

const struct record *tx_last(const struct tx *tx, int type)
{
	for (size_t i = tx->n_records; i-- > 0;)
		if (tx->records[i].type == type)
			return &tx->records[i];
	return NULL;
}

/* Only where there is something to cut: truncating gives back the room that was reserved, too. */
static int cut_torn_end(int fd, int64_t size)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size != size && (ftruncate(fd, size) < 0 || fsync(fd) < 0))
		return -errno;
	return 0;
}

int journal_reopen(int state, const struct tx *tx, struct journal *out, struct error *err)
{
	AUTO_CLOSE int parent = journal_directory(state, false, err);
	int r;

	*out = (struct journal)JOURNAL_NONE;
	if (parent < 0)
		return parent;
	if (tx->damage)
		return error_set(err, EBADMSG, "the journal of %s is damaged: %s", tx->id, tx->damage);
	out->dir = openat(parent, tx->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	out->fd = out->dir < 0 ? -1 : records_open(parent, tx->id, O_RDWR);
	if (out->dir < 0 || out->fd < 0)
		return error_errno(err, errno, "opening the journal of %s", tx->id);
	r = cut_torn_end(out->fd, tx->size);
	if (r < 0)
		return error_errno(err, -r, "cutting off the torn end of the journal of %s", tx->id);
	out->id = xstrdup(tx->id);
	out->chain = xstrdup(tx->chain);
	out->size = tx->size;
	return 0;
}

/* --- pruning
 * ----------------------------------------------------------------------------------------------------------
 */

static int remove_transaction(int parent, const char *id, struct error *err)
{
	AUTO_CLOSE int dir = openat(parent, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	AUTO_STRINGS struct strings names = {0};
	int r = dir < 0 ? error_errno(err, errno, "opening %s", id) : directory_names(dir, &names, err);

	/* the records first: without them the rest is a directory that never began */
	if (r == 0 && unlinkat(dir, RECORDS_FILE, 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "removing the journal of %s", id);
	for (size_t i = 0; i < names.n && r == 0; i++)
		if (unlinkat(dir, names.items[i], 0) < 0 && errno != ENOENT)
			r = error_errno(err, errno, "removing the journal of %s", id);
	if (r == 0 && unlinkat(parent, id, AT_REMOVEDIR) < 0)
		r = error_errno(err, errno, "removing the journal of %s", id);
	return r;
}

void journal_discard(int state, struct journal *journal)
{
	AUTO_CLOSE int parent = journal_directory(state, false, NULL);

	if (parent >= 0 && journal->id)
		remove_transaction(parent, journal->id, NULL);
}

static bool listed(const struct tx *list, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (streq(list[i].id, id))
			return true;
	return false;
}

/* Directories of transactions that never began: their first record was not whole when a crash came. */
static int remove_recordless(int parent, const struct tx *list, size_t n, struct error *err)
{
	AUTO_STRINGS struct strings names = {0};
	int r = directory_names(parent, &names, err);

	for (size_t i = 0; i < names.n && r == 0; i++) {
		uint64_t counter;

		if (id_counter(names.items[i], &counter) && !listed(list, n, names.items[i]))
			r = remove_transaction(parent, names.items[i], err);
	}
	return r;
}

int journal_prune(int state, const struct tx *list, size_t n, size_t keep, struct error *err)
{
	AUTO_CLOSE int parent = journal_directory(state, false, err);
	int r = parent;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = remove_recordless(parent, list, n, err);
	for (size_t i = 0; i + keep < n && r == 0; i++)
		if (!list[i].damage && (list[i].state == TX_COMMITTED || list[i].state == TX_ROLLED_BACK))
			r = remove_transaction(parent, list[i].id, err);
	return r;
}

int tx_load(int state, const char *id, struct tx *tx, struct error *err)
{
	AUTO_CLOSE int parent = journal_directory(state, false, err);

	*tx = (struct tx){0};
	if (parent < 0)
		return parent;
	load(parent, id, tx);
	return tx->damage ? error_set(err, EBADMSG, "the journal of %s is damaged: %s", id, tx->damage) : 0;
}
