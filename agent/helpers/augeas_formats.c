/* SPDX-License-Identifier: MIT */
/* What the helper can edit. */
#include "helpers/augeas_editor.h"
#include "base/cleanup.h"

static const struct format formats[] = {
	{.name = "php-fpm", .lens = "PHP.lns", .begins = "listen.", .fallback = "listen"},
	/* No lens knows uWSGI's ini files. PHP's reads what people write there: keys that come several times, keys with dashes, values with
	 * colons. Lines that are none of the socket's are not shown to it, since uWSGI takes all that follows = as it is. */
	{.name = "uwsgi", .lens = "PHP.lns", .ends = "socket", .only_related = true},
	{.name = "systemd", .lens = "Systemd.lns", .words = true},
};

const struct format *format_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (streq(formats[i].name, name))
			return &formats[i];
	return NULL;
}
