/* SPDX-License-Identifier: MIT */
#include "cli/in_file.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int open_file(const char *path, int flags, struct error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags);
	AUTO_FREE char *shown = escape_terminal(path);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, errno, "cannot read %s", shown);
	if (S_ISDIR(st.st_mode))
		return error_errno(err, EISDIR, "cannot read %s", shown);
	return TAKE_FD(fd);
}

int in_descriptor_read(int fd, const char *shown, struct text *text, struct error *err)
{
	char buffer[65536];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) != 0 && !text->overflow) {
		if (n > 0)
			text_add_bytes(text, buffer, (size_t)n);
		else if (errno != EINTR)
			return error_errno(err, errno, "cannot read %s", shown);
	}
	if (text->overflow)
		return error_set(err, EFBIG, "cannot read %s: it is larger than %zu MiB", shown, TEXT_MAX >> 20);
	return 0;
}

int in_file_read(const char *path, struct text *text, struct error *err)
{
	AUTO_CLOSE int fd = open_file(path, 0, err);
	AUTO_FREE char *shown = escape_terminal(path);

	return fd < 0 ? fd : in_descriptor_read(fd, shown, text, err);
}

int in_file_check(const char *path, struct error *err)
{
	/* O_NONBLOCK: a FIFO without a writer must not hold the plan up */
	AUTO_CLOSE int fd = open_file(path, O_NONBLOCK, err);

	return fd < 0 ? fd : 0;
}
