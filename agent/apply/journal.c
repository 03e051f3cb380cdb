/* SPDX-License-Identifier: MIT */
#include "apply/journal.h"
#include "apply/frame.h"
#include "apply/journal_files.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <time.h>

#define KEPT_MAX ((size_t)64 << 20)

int write_whole(int fd, const void *bytes, size_t n, int64_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t w = pwrite(fd, (const char *)bytes + done, n - done, at + (int64_t)done);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		done += (size_t)w;
	}
	return 0;
}

/* What was written stays or goes as a whole: the file ends where it ended before. */
static int append(struct journal *j, const struct text *bytes, struct error *err)
{
	int r = write_whole(j->fd, bytes->bytes, bytes->size, j->size);

	if (r == 0 && fsync(j->fd) < 0)
		r = -errno;
	if (r < 0) {
		if (ftruncate(j->fd, j->size) < 0)
			return error_errno(err, -r,
			        "writing the journal of %s (and cutting it off again: errno %d)", j->id,
			        errno);
		return error_errno(err, -r, "writing the journal of %s", j->id);
	}
	j->size += (int64_t)bytes->size;
	return 0;
}

static int add_with(struct journal *j, struct text *bytes, struct record *record, struct error *err)
{
	AUTO_FREE char *payload = NULL;
	char *chain;
	int r;

	record->at = time(NULL);
	payload = record_write(record);
	if (strlen(payload) > FRAME_RECORD_MAX)
		return error_set(err, EFBIG, "a journal record is too large");
	chain = frame_add(bytes, j->chain, payload);
	r = append(j, bytes, err);
	if (r < 0) {
		free(chain);
		return r;
	}
	free(j->chain);
	j->chain = chain;
	return 0;
}

int journal_add(struct journal *journal, struct record record, struct error *err)
{
	AUTO_TEXT struct text bytes = {0};

	return add_with(journal, &bytes, &record, err);
}

static char *new_id(int64_t now, uint64_t counter)
{
	char stamp[32];
	time_t t = (time_t)now;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	return xasprintf("%s-%04" PRIu64, stamp, counter);
}

static int make_directory(int parent, const char *id, struct journal *j, struct error *err)
{
	if (mkdirat(parent, id, 0700) < 0)
		return error_errno(err, errno, "making the journal directory %s", id);
	j->dir = openat(parent, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (j->dir < 0)
		return error_errno(err, errno, "opening the journal directory %s", id);
	j->fd = openat(j->dir, RECORDS_FILE, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return j->fd < 0 ? error_errno(err, errno, "making the journal of %s", id) : 0;
}

int journal_begin(int state, struct begin_record *begin, int64_t now, struct journal *out, struct error *err)
{
	AUTO_TEXT struct text bytes = {0};
	AUTO_CLOSE int parent = journal_directory(state, true, err);
	struct record record = {.type = RECORD_BEGIN};
	uint64_t newest = 0;
	int r;

	*out = (struct journal)JOURNAL_NONE;
	r = parent < 0 ? parent : newest_counter(parent, &newest, err);
	if (r < 0)
		return r;
	out->id = new_id(now, newest + 1);
	r = make_directory(parent, out->id, out, err);
	if (r < 0)
		return r;
	begin->version = JOURNAL_VERSION;
	free(begin->id);
	begin->id = xstrdup(out->id);
	record.begin = *begin;
	text_add(&bytes, FRAME_HEADER);
	r = add_with(out, &bytes, &record, err);
	if (r == 0 && (fsync(out->dir) < 0 || fsync(parent) < 0))
		r = error_errno(err, errno, "syncing the journal directory");
	return r;
}

int journal_reserve(struct journal *journal, size_t bytes, struct error *err)
{
	if (fallocate(journal->fd, FALLOC_FL_KEEP_SIZE, journal->size, (off_t)bytes) == 0 ||
	        errno == EOPNOTSUPP || errno == ENOSYS)
		return 0;
	return error_errno(err, errno, "reserving room for the journal of %s", journal->id);
}

void journal_trim(struct journal *journal)
{
	/* only blocks beyond the end go; failing changes nothing that is read */
	if (ftruncate(journal->fd, journal->size) == 0)
		fsync(journal->fd);
}

int journal_keep(
        struct journal *journal, uint32_t part, const void *bytes, size_t n, char **name, struct error *err)
{
	AUTO_FREE char *file = xasprintf("before-%04u", part);
	AUTO_CLOSE int fd =
	        openat(journal->dir, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return error_errno(err, errno, "keeping the content in the journal of %s", journal->id);
	r = write_whole(fd, bytes, n, 0);
	if (r == 0 && (fsync(fd) < 0 || fsync(journal->dir) < 0))
		r = -errno;
	if (r < 0) {
		unlinkat(journal->dir, file, 0);
		return error_errno(err, -r, "keeping the content in the journal of %s", journal->id);
	}
	*name = TAKE_PTR(file);
	return 0;
}

int journal_kept(const struct journal *journal, const char *name, const char *digest, char **bytes, size_t *n,
        struct error *err)
{
	AUTO_FREE char *content = NULL, *found = NULL;
	int r = strchr(name, '/') ? -EBADMSG
	                          : beneath_read(journal->dir, name, KEPT_MAX, &content, n, NULL, NULL);

	if (r < 0)
		return error_errno(err, -r, "reading %s in the journal of %s", name, journal->id);
	found = digest_of(content, *n);
	if (!streq(found, digest))
		return error_set(err, EBADMSG, "%s in the journal of %s is damaged", name, journal->id);
	*bytes = TAKE_PTR(content);
	return 0;
}

void journal_close(struct journal *journal)
{
	cleanup_close(&journal->dir);
	cleanup_close(&journal->fd);
	free(journal->id);
	free(journal->chain);
	*journal = (struct journal)JOURNAL_NONE;
}
