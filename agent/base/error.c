/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, int errnum, const char *format, ...)
{
	va_list args;

	if (!err)
		return -errnum;
	err->errnum = errnum;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -errnum;
}

int error_errno(struct error *err, int errnum, const char *format, ...)
{
	char message[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return error_set(err, errnum, "%s: %s", message, strerror(errnum));
}

int error_wrap(struct error *err, const char *format, ...)
{
	char context[sizeof(err->text)];
	char inner[sizeof(err->text)];
	va_list args;

	if (!err)
		return -EINVAL;
	va_start(args, format);
	vsnprintf(context, sizeof(context), format, args);
	va_end(args);
	memcpy(inner, err->text, sizeof(inner));
	return error_set(err, err->errnum, "%s: %s", context, inner);
}
