/* SPDX-License-Identifier: MIT */
#include "apply_fixture.h"

#include "apply/frame.h"
#include "apply/history.h"
#include "apply/lock.h"

#include <sys/file.h>

static char records_path[256];

static int journal_setup(void **state)
{
	return fixture_begin(state);
}

/* A small journal of four records; what it is kept under goes to records_path. */
static void write_journal(void)
{
	struct begin_record begin = {
	        .digest = xstrdup("sha256:11"), .who = {0, xstrdup("root"), xstrdup("alice")}};
	struct journal j;
	struct error err;

	strings_add(&begin.upstreams, "unix:/run/php/www.sock");
	assert_int_equal(journal_begin(host.state, &begin, 1795201381, &j, &err), 0);
	snprintf(records_path, sizeof(records_path), "var/lib/permfix/journal/%s/records", j.id);
	assert_int_equal(journal_add(&j, (struct record){.type = RECORD_DONE, .done = {7}}, &err), 0);
	assert_int_equal(journal_add(&j, (struct record){.type = RECORD_COMMIT}, &err), 0);
	assert_int_equal(journal_add(&j,
	                         (struct record){.type = RECORD_ROLLBACK,
	                                 .rollback = {.why = (char *)(uintptr_t) "test"}},
	                         &err),
	        0);
	journal_close(&j);
	free(begin.digest);
	free(begin.id);
	free(begin.who.user);
	free(begin.who.asked);
	strings_free(&begin.upstreams);
}

static char *read_records(size_t *n)
{
	char *bytes;

	assert_int_equal(beneath_read(scratch_fd, records_path, 1 << 20, &bytes, n, NULL, NULL), 0);
	return bytes;
}

/* How many whole records there are; *damaged tells of damage. */
static size_t readable(bool *damaged, int *state)
{
	struct error err;
	struct tx *list;
	size_t n, records = 0;

	assert_int_equal(tx_list(host.state, &list, &n, &err), 0);
	*damaged = n && list[0].damage;
	*state = n ? list[0].state : -1;
	if (n)
		records = list[0].n_records;
	tx_list_free(list, n);
	return records;
}

static void reads_what_was_written(void **state)
{
	struct error err;
	struct tx *list;
	size_t n;

	(void)state;
	write_journal();
	assert_int_equal(tx_list(host.state, &list, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_null(list[0].damage);
	assert_string_equal(list[0].id, "20261120T190301Z-0001");
	assert_int_equal(list[0].state, TX_ROLLING_BACK);
	assert_int_equal(list[0].n_records, 4);
	assert_string_equal(tx_begin(&list[0])->who.asked, "alice");
	assert_string_equal(tx_begin(&list[0])->upstreams.items[0], "unix:/run/php/www.sock");
	assert_int_equal(tx_last(&list[0], RECORD_DONE)->done.part, 7);
	assert_null(tx_last(&list[0], RECORD_UNDONE));
	tx_list_free(list, n);
}

/* However much of its end is missing, what is left is read, and the rest is no damage. */
static void a_torn_end_is_no_damage(void **state)
{
	AUTO_FREE char *bytes = NULL;
	size_t n, whole = 4;
	bool damaged;
	int tx_state;

	(void)state;
	write_journal();
	bytes = read_records(&n);
	for (size_t left = n; left-- > 0;) {
		size_t records;

		scratch_bytes(records_path, bytes, left);
		records = readable(&damaged, &tx_state);
		if (damaged || records > whole || records + 1 < whole)
			fail_msg("%zu of %zu bytes: %zu records%s", left, n, records,
			        damaged ? ", damaged" : "");
		whole = records;
	}
	assert_int_equal(whole, 0);
}

/* … nor is one of which only NUL bytes arrived. */
static void a_torn_end_of_nothing_is_no_damage(void **state)
{
	AUTO_FREE char *bytes = NULL;
	size_t n;
	bool damaged;
	int tx_state;

	(void)state;
	write_journal();
	bytes = read_records(&n);
	for (size_t from = n - 1; from > n - 150; from--) {
		memset(bytes + from, 0, n - from);
		scratch_bytes(records_path, bytes, n);
		assert_int_equal(readable(&damaged, &tx_state), 3);
		assert_false(damaged);
	}
}

/* One flipped bit anywhere is reported, whatever it is in, and no record from there on is believed. */
static void a_flipped_bit_is_damage(void **state)
{
	AUTO_FREE char *bytes = NULL;
	size_t n;
	bool damaged;
	int tx_state;

	(void)state;
	write_journal();
	bytes = read_records(&n);
	for (size_t i = 0; i < n; i++) {
		for (int bit = 0; bit < 8; bit += 3) {
			bytes[i] ^= (char)(1 << bit);
			scratch_bytes(records_path, bytes, n);
			readable(&damaged, &tx_state);
			if (!damaged)
				fail_msg("bit %d of byte %zu of %zu was flipped, and nobody noticed", bit, i,
				        n);
			bytes[i] ^= (char)(1 << bit);
		}
	}
}

static void a_record_that_was_taken_out_is_damage(void **state)
{
	AUTO_FREE char *bytes = NULL, *chain = NULL;
	size_t n, at = strlen(FRAME_HEADER), second = 0, third = 0, length;
	const char *payload;
	bool damaged;
	int tx_state;

	(void)state;
	write_journal();
	bytes = read_records(&n);
	assert_int_equal(frame_next(bytes, n, &at, &chain, &payload, &length), FRAME_RECORD);
	second = at;
	assert_int_equal(frame_next(bytes, n, &at, &chain, &payload, &length), FRAME_RECORD);
	third = at;
	memmove(bytes + second, bytes + third, n - third);
	scratch_bytes(records_path, bytes, n - (third - second));
	assert_int_equal(readable(&damaged, &tx_state), 1);
	assert_true(damaged);
}

static void damage_stops_writers(void **state)
{
	AUTO_RECOVERY struct recovery recovery = {0};
	AUTO_STRINGS struct strings says = {0};
	AUTO_HISTORY struct history history = {0};
	AUTO_FREE char *bytes = NULL;
	struct error err;
	size_t n;

	(void)state;
	write_journal();
	bytes = read_records(&n);
	bytes[n - 20] ^= 1; /* in the last record: the ones before say that it was committed */
	scratch_bytes(records_path, bytes, n);
	assert_int_equal(recover(&recovery, &err), 0);
	bytes[n / 4] ^= 1; /* in the first one */
	scratch_bytes(records_path, bytes, n);
	recovery_free(&recovery);
	assert_int_equal(recover(&recovery, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "is damaged"));
	assert_int_equal(recover_report(host.state, &says, &err), 0);
	assert_int_equal(says.n, 1);
	assert_int_equal(history_read(host.state, &history, &err), 0);
	assert_string_equal(history.entries[0].outcome, "damaged");
}

static void appending_cuts_the_torn_end_off(void **state)
{
	AUTO_FREE char *bytes = NULL;
	struct journal j;
	struct error err;
	struct tx *list;
	size_t n, n_tx;
	bool damaged;
	int tx_state;

	(void)state;
	write_journal();
	bytes = read_records(&n);
	scratch_bytes(records_path, bytes, n - 5);
	assert_int_equal(tx_list(host.state, &list, &n_tx, &err), 0);
	assert_int_equal(journal_reopen(host.state, &list[0], &j, &err), 0);
	assert_int_equal(journal_add(&j, (struct record){.type = RECORD_ROLLED_BACK}, &err), 0);
	journal_close(&j);
	tx_list_free(list, n_tx);
	assert_int_equal(readable(&damaged, &tx_state), 4);
	assert_false(damaged);
	assert_int_equal(tx_state, TX_ROLLED_BACK);
}

static void kept_content_is_checked(void **state)
{
	struct begin_record begin = {0};
	AUTO_FREE char *name = NULL, *digest = digest_of("text\0more", 9), *bytes = NULL;
	struct journal j;
	struct error err;
	size_t n;

	(void)state;
	assert_int_equal(journal_begin(host.state, &begin, 0, &j, &err), 0);
	assert_int_equal(journal_keep(&j, 3, "text\0more", 9, &name, &err), 0);
	assert_int_equal(journal_kept(&j, name, digest, &bytes, &n, &err), 0);
	assert_int_equal(n, 9);
	free(bytes);
	bytes = NULL;
	assert_int_equal(journal_kept(&j, name, "sha256:0", &bytes, &n, &err), -EBADMSG);
	assert_int_equal(journal_kept(&j, "../../x", digest, &bytes, &n, &err), -EBADMSG);
	journal_close(&j);
	free(begin.id);
}

static void ids_go_up_whatever_the_clock_says(void **state)
{
	static const int64_t clock[] = {1795201381, 1795201380, 0};
	struct error err;
	struct tx *list;
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(clock); i++) {
		struct begin_record begin = {0};
		struct journal j;

		assert_int_equal(journal_begin(host.state, &begin, clock[i], &j, &err), 0);
		journal_close(&j);
		free(begin.id);
	}
	assert_int_equal(tx_list(host.state, &list, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_string_equal(list[2].id, "19700101T000000Z-0003");
	tx_list_free(list, n);
}

static void pruning_keeps_the_newest_and_the_unfinished(void **state)
{
	AUTO_PLAN struct plan plan = {0};
	struct begin_record begin = {0};
	struct journal j;
	struct error err;
	struct tx *list;
	size_t n;

	(void)state;
	assert_int_equal(journal_begin(host.state, &begin, 0, &j, &err), 0); /* unfinished */
	journal_close(&j);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(journal_begin(host.state, &begin, 0, &j, &err), 0);
		assert_int_equal(journal_add(&j, (struct record){.type = RECORD_COMMIT}, &err), 0);
		journal_close(&j);
	}
	scratch_dirs("var/lib/permfix/journal/20261120T190301Z-0009/");
	assert_int_equal(tx_list(host.state, &list, &n, &err), 0);
	assert_int_equal(n, 5);
	assert_int_equal(journal_prune(host.state, list, n, 2, &err), 0);
	tx_list_free(list, n);
	assert_int_equal(tx_list(host.state, &list, &n, &err), 0);
	assert_int_equal(n, 3);
	assert_int_equal(list[0].counter, 1);
	assert_int_equal(list[1].counter, 4);
	tx_list_free(list, n);
	assert_int_equal(faccessat(scratch_fd, "var/lib/permfix/journal/20261120T190301Z-0009", F_OK, 0), -1);
	free(begin.id);
}

static void history_tells(void **state)
{
	AUTO_HISTORY struct history history = {0};
	AUTO_FREE char *json = NULL;
	struct error err;

	(void)state;
	write_journal();
	assert_int_equal(history_read(host.state, &history, &err), 0);
	assert_int_equal(history.n_entries, 1);
	assert_string_equal(history.entries[0].who, "alice");
	assert_string_equal(history.entries[0].outcome, "unfinished-rollback");
	assert_string_equal(history.entries[0].digest, "sha256:11");
	json = history_write(&history);
	assert_non_null(strstr(json, "\"upstreams\""));
	assert_int_equal(json[0], '[');
}

/* --- the lock
 * -------------------------------------------------------------------------------------------------------------
 */

static void one_holds_the_lock(void **state)
{
	struct error err;
	int run, one, two;

	(void)state;
	scratch_dirs("run/");
	run = own_directory(scratch_fd, "/run/permfix", 1, &err);
	assert_true(run >= 0);
	one = lock_take(run, &err);
	assert_true(one >= 0);
	two = lock_take(run, &err);
	assert_int_equal(two, -EWOULDBLOCK);
	close(one);
	two = lock_take(run, &err);
	assert_true(two >= 0);
	close(two);
	close(run);
}

static void own_directories_are_closed_to_others(void **state)
{
	struct error err;
	int fd;

	(void)state;
	assert_int_equal(own_directory(scratch_fd, "/run/permfix", 0, &err), -ENOENT);
	scratch_dirs("run/permfix/");
	fchmodat(scratch_fd, "run/permfix", 0755, 0);
	assert_int_equal(own_directory(scratch_fd, "/run/permfix", 1, &err), -EPERM);
	fchmodat(scratch_fd, "run/permfix", 0700, 0);
	fd = own_directory(scratch_fd, "/run/permfix", 1, &err);
	assert_true(fd >= 0);
	close(fd);
	unlinkat(scratch_fd, "run/permfix", AT_REMOVEDIR);
	scratch_link("/etc", "run/permfix");
	assert_true(own_directory(scratch_fd, "/run/permfix", 1, &err) < 0);
}

#define JOURNAL_TEST(f) cmocka_unit_test_setup_teardown(f, journal_setup, fixture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        JOURNAL_TEST(reads_what_was_written),
	        JOURNAL_TEST(a_torn_end_is_no_damage),
	        JOURNAL_TEST(a_torn_end_of_nothing_is_no_damage),
	        JOURNAL_TEST(a_flipped_bit_is_damage),
	        JOURNAL_TEST(a_record_that_was_taken_out_is_damage),
	        JOURNAL_TEST(damage_stops_writers),
	        JOURNAL_TEST(appending_cuts_the_torn_end_off),
	        JOURNAL_TEST(kept_content_is_checked),
	        JOURNAL_TEST(ids_go_up_whatever_the_clock_says),
	        JOURNAL_TEST(pruning_keeps_the_newest_and_the_unfinished),
	        JOURNAL_TEST(history_tells),
	        JOURNAL_TEST(one_holds_the_lock),
	        JOURNAL_TEST(own_directories_are_closed_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
