/* SPDX-License-Identifier: MIT */
#include "cli/reply.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <stdarg.h>

void reply_note(struct reply *reply, const char *format, ...)
{
	AUTO_FREE char *line = NULL;
	va_list args;

	va_start(args, format);
	line = xvasprintf(format, args);
	va_end(args);
	text_addf(&reply->err, "permfix: %s\n", line);
}

int reply_fail(struct reply *reply, int code, const struct error *err)
{
	reply_note(reply, "%s", err->text);
	reply->code = code;
	return code;
}

void reply_usage(struct reply *reply, const char *command, const struct error *err)
{
	reply_fail(reply, EXIT_CODE_USAGE, err);
	reply_note(reply, "'permfix help %s' lists its options", command);
}

/* Returns 0 or the errno with which the rest could not be written. */
static int write_all(int fd, const struct text *text)
{
	for (size_t done = 0; done < text->size;) {
		ssize_t n = write(fd, text->bytes + done, text->size - done);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			done += (size_t)n;
	}
	return 0;
}

int reply_print(struct reply *reply)
{
	int failed;

	/* Text that was cut off must not look whole: half a plan reads like a smaller plan. */
	if (reply->out.overflow) {
		text_free(&reply->out);
		reply_note(reply, "the output is larger than %zu MiB", TEXT_MAX >> 20);
		reply->code = EXIT_CODE_FAILED;
	}
	write_all(STDERR_FILENO, &reply->err);
	failed = write_all(STDOUT_FILENO, &reply->out);
	if (failed == 0)
		return reply->code;
	if (failed != EPIPE) {
		text_free(&reply->err);
		reply_note(reply, "cannot write the output: %s", strerror(failed));
		write_all(STDERR_FILENO, &reply->err);
	}
	return reply->stands ? reply->code : EXIT_CODE_FAILED;
}

int reply_flush(struct reply *reply)
{
	int failed;

	write_all(STDERR_FILENO, &reply->err);
	failed = write_all(STDOUT_FILENO, &reply->out);
	reply_free(reply);
	return failed;
}

void reply_free(struct reply *reply)
{
	text_free(&reply->out);
	text_free(&reply->err);
}
