/* SPDX-License-Identifier: MIT */
#include "facts/nginx_command.h"
#include "base/alloc.h"

const struct nginx_place nginx_places[] = {
	{"/usr/sbin/nginx", "/etc/nginx/nginx.conf", "/usr/share/nginx/"},
	{"/usr/local/openresty/nginx/sbin/nginx", "/usr/local/openresty/nginx/conf/nginx.conf", "/usr/local/openresty/nginx/"},
	{"/usr/local/nginx/sbin/nginx", "/usr/local/nginx/conf/nginx.conf", "/usr/local/nginx/"},
	{"/usr/sbin/angie", "/etc/angie/angie.conf", "/etc/angie/"},
	{"/opt/nginx/sbin/nginx", "/opt/nginx/conf/nginx.conf", "/opt/nginx/"},
	{"/usr/local/sbin/nginx", "/usr/local/etc/nginx/nginx.conf", "/usr/local/etc/nginx/"},
	{0},
};

void nginx_build_assume(const char *exe, struct nginx_build *out)
{
	const struct nginx_place *place = nginx_places;

	while (place->program && !streq(place->program, exe))
		place++;
	if (!place->program)
		place = nginx_places;
	*out = (struct nginx_build){.prefix = xstrdup(place->prefix), .conf = xstrdup(place->conf)};
}
