/* SPDX-License-Identifier: MIT */
#include "facts/nginx_words.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <stdint.h>
#include <string.h>

#define ANY SIZE_MAX

/* Measured with nginx 1.22: only proxy_pass has default ports and a URI part; grpc:// without a port is refused. */
static const struct nginx_pass fastcgi = {.name = "fastcgi_pass", .schemes = {{""}}};
static const struct nginx_pass proxy = {.name = "proxy_pass", .uri = true, .scheme_required = true,
	.schemes = {{"http://", 80}, {"https://", 443}}};
static const struct nginx_pass uwsgi = {.name = "uwsgi_pass", .schemes = {{"uwsgi://"}, {"suwsgi://"}}};
static const struct nginx_pass scgi = {.name = "scgi_pass", .schemes = {{""}}};
static const struct nginx_pass grpc = {.name = "grpc_pass", .schemes = {{"grpc://"}, {"grpcs://"}}};
static const struct nginx_pass memcached = {.name = "memcached_pass", .schemes = {{""}}};
const struct nginx_pass nginx_stream_pass = {.name = "proxy_pass", .schemes = {{""}}};

static const struct nginx_keyword keywords[] = {
	{"user", NGINX_USER, NGINX_FORM_LINE, 1, 2, NULL},
	{"include", NGINX_INCLUDE, NGINX_FORM_LINE, 1, 1, NULL},
	{"http", NGINX_HTTP, NGINX_FORM_BLOCK, 0, 0, NULL},
	{"stream", NGINX_STREAM, NGINX_FORM_BLOCK, 0, 0, NULL},
	{"server", NGINX_SERVER, NGINX_FORM_BOTH, 0, ANY, NULL},
	{"location", NGINX_LOCATION, NGINX_FORM_BLOCK, 1, 2, NULL},
	{"limit_except", NGINX_LOCATION, NGINX_FORM_BLOCK, 1, ANY, NULL},
	{"if", NGINX_IF, NGINX_FORM_BLOCK, 1, ANY, NULL},
	{"upstream", NGINX_UPSTREAM, NGINX_FORM_BLOCK, 1, 1, NULL},
	{"server_name", NGINX_SERVER_NAME, NGINX_FORM_LINE, 1, ANY, NULL},
	{"listen", NGINX_LISTEN, NGINX_FORM_LINE, 1, ANY, NULL},
	{"set", NGINX_SET, NGINX_FORM_LINE, 2, 2, NULL},
	{"map", NGINX_MAP, NGINX_FORM_BLOCK, 2, 2, NULL},
	{"geo", NGINX_GEO, NGINX_FORM_BLOCK, 1, 2, NULL},
	{"split_clients", NGINX_GEO, NGINX_FORM_BLOCK, 2, 2, NULL},
	{"fastcgi_pass", NGINX_PASS, NGINX_FORM_LINE, 1, 1, &fastcgi},
	{"proxy_pass", NGINX_PASS, NGINX_FORM_LINE, 1, 1, &proxy},
	{"uwsgi_pass", NGINX_PASS, NGINX_FORM_LINE, 1, 1, &uwsgi},
	{"scgi_pass", NGINX_PASS, NGINX_FORM_LINE, 1, 1, &scgi},
	{"grpc_pass", NGINX_PASS, NGINX_FORM_LINE, 1, 1, &grpc},
	{"memcached_pass", NGINX_PASS, NGINX_FORM_LINE, 1, 1, &memcached},
};

static const struct nginx_keyword balancer = {"balancer_by_lua", NGINX_BALANCER, NGINX_FORM_BOTH, 0, ANY, NULL};
static const struct nginx_keyword setter = {"set", NGINX_SETTER, NGINX_FORM_BOTH, 1, ANY, NULL};

static bool begins(const struct nginx_word *word, const char *s, size_t n)
{
	return word->size >= n && memcmp(word->bytes, s, n) == 0;
}

static bool ends(const struct nginx_word *word, const char *s, size_t n)
{
	return word->size >= n && memcmp(word->bytes + word->size - n, s, n) == 0;
}

/* auth_request_set, js_set, perl_set, set_by_lua, set_random …: by their names, since modules add more of them. */
static bool is_setter(const struct nginx_word *words, size_t n)
{
	if (n < 2 || words[1].size < 2 || words[1].bytes[0] != '$')
		return false;
	return begins(&words[0], "set_", 4) || ends(&words[0], "_set", 4) || nginx_word_is(&words[0], "js_var");
}

const struct nginx_keyword *nginx_keyword_find(const struct nginx_word *words, size_t n)
{
	for (size_t i = 0; i < COUNT_OF(keywords); i++)
		if (keywords[i].name[0] == words[0].bytes[0] && nginx_word_is(&words[0], keywords[i].name))
			return &keywords[i];
	if (begins(&words[0], balancer.name, strlen(balancer.name)))
		return &balancer;
	return is_setter(words, n) ? &setter : NULL;
}
