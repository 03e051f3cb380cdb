/* SPDX-License-Identifier: MIT */
#include "apply/journal_files.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#define JOURNAL_DIRECTORY "journal"
#define STAMP             "00000000T000000Z-"

int journal_directory(int state, bool make, struct error *err)
{
	struct stat st;
	int fd;

	if (make && mkdirat(state, JOURNAL_DIRECTORY, 0700) < 0 && errno != EEXIST)
		return error_errno(err, errno, "making the journal's directory");
	fd = openat(state, JOURNAL_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "opening the journal's directory");
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 077)) {
		close(fd);
		return error_set(err, EPERM, "the journal's directory must belong to root and be closed to everybody else (mode 0700)");
	}
	if (make && fsync(state) < 0) {
		close(fd);
		return error_errno(err, errno, "syncing the state directory");
	}
	return fd;
}

int directory_names(int dir, struct strings *names, struct error *err)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!d) {
		cleanup_close(&fd);
		return error_errno(err, errno, "listing the journal");
	}
	while ((entry = readdir(d)))
		if (!streq(entry->d_name, ".") && !streq(entry->d_name, ".."))
			strings_add(names, entry->d_name);
	closedir(d);
	return 0;
}

bool id_counter(const char *id, uint64_t *counter)
{
	static const char form[] = STAMP;
	char *end;

	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '0' ? id[i] < '0' || id[i] > '9' : id[i] != form[i])
			return false;
	id += sizeof(form) - 1;
	if (strspn(id, "0123456789") < 4 || strlen(id) > 18)
		return false;
	*counter = strtoull(id, &end, 10);
	return *end == '\0';
}

int newest_counter(int parent, uint64_t *counter, struct error *err)
{
	AUTO_STRINGS struct strings names = {0};
	int r = directory_names(parent, &names, err);

	*counter = 0;
	for (size_t i = 0; i < names.n; i++) {
		uint64_t one;

		if (id_counter(names.items[i], &one) && one > *counter)
			*counter = one;
	}
	return r;
}
