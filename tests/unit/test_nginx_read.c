/* SPDX-License-Identifier: MIT */
/* What the nginx reader makes of one file: passes, upstream blocks, addresses, problems. */
#include "tests/unit/cases.h"

#include "base/cleanup.h"
#include "facts/nginx_read.h"
#include "facts/nginx_url.h"
#include "tests/unit/nginx_source.h"
#include "tests/unit/nginx_summary.h"

struct read_case {
	const char *name;
	const char *text;
	const char *expected; /* as nginx_summary */
	size_t size;
};

static void read_text(const char *text, size_t size, struct nginx *out)
{
	const struct memory_file files[] = {{"/n/c", text, size, 0}, {0}};
	struct memory_source m = {.source.files = memory_files, .files = files};
	struct error err = {0};

	assert_int_equal(nginx_read(&m.source, "/n/c", "/n", out, &err), 0);
}

static void test_read(void **state)
{
	const struct read_case *c = *state;
	struct nginx out = {0};
	AUTO_FREE char *found = NULL;

	read_text(c->text, c->size, &out);
	found = nginx_summary(&out);
	assert_string_equal(found, c->expected);
	shape_free(&nginx_shape, &out);
}

#define P107 "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PASS(x) "http{server{location / {" x "}}}"

static const struct read_case address_cases[] = {
	{"fastcgi_pass unix", PASS("fastcgi_pass unix:/p;"), "/n/c:1 fastcgi_pass unix:/p s0\n"},
	{"fastcgi_pass unix with a suffix: part of the name", PASS("fastcgi_pass unix:/p:/u;"), "/n/c:1 fastcgi_pass unix:/p:/u s0\n"},
	{"fastcgi_pass unix with a trailing colon", PASS("fastcgi_pass unix:/p:;"), "/n/c:1 fastcgi_pass unix:/p: s0\n"},
	{"many slashes", PASS("fastcgi_pass unix:///run//php///p.sock;"), "/n/c:1 fastcgi_pass unix:/run/php/p.sock s0\n"},
	{"UNIX in upper case", PASS("fastcgi_pass UNIX:/P;"), "/n/c:1 fastcgi_pass unix:/P s0\n"},
	{"fastcgi_pass tcp", PASS("fastcgi_pass 127.0.0.1:9000;"), "/n/c:1 fastcgi_pass tcp:127.0.0.1:9000 s0\n"},
	{"localhost", PASS("fastcgi_pass localhost:9000;"), "/n/c:1 fastcgi_pass tcp:localhost:9000 s0\n"},
	{"host in upper case", PASS("fastcgi_pass LOCALHOST:9000;"), "/n/c:1 fastcgi_pass tcp:localhost:9000 s0\n"},
	{"IPv6", PASS("fastcgi_pass [::1]:9000;"), "/n/c:1 fastcgi_pass tcp:[::1]:9000 s0\n"},
	{"fastcgi_pass without port", PASS("fastcgi_pass 127.0.0.1;"),
		"/n/c:1 fastcgi_pass ? {\"127.0.0.1\": no port in upstream} s0\n! /n/c:1 \"127.0.0.1\": no port in upstream\n"},
	{"proxy_pass http", PASS("proxy_pass http://127.0.0.1;"), "/n/c:1 proxy_pass tcp:127.0.0.1:80 s0\n"},
	{"proxy_pass https", PASS("proxy_pass https://a.example/x?y;"), "/n/c:1 proxy_pass tcp:a.example:443 s0\n"},
	{"proxy_pass with port and URI", PASS("proxy_pass http://a:8080/x:y;"), "/n/c:1 proxy_pass tcp:a:8080 s0\n"},
	{"proxy_pass IPv6 with URI", PASS("proxy_pass http://[::1]:81/x;"), "/n/c:1 proxy_pass tcp:[::1]:81 s0\n"},
	{"proxy_pass IPv6 default port", PASS("proxy_pass https://[::1];"), "/n/c:1 proxy_pass tcp:[::1]:443 s0\n"},
	{"proxy_pass scheme in upper case", PASS("proxy_pass HTTP://a;"), "/n/c:1 proxy_pass tcp:a:80 s0\n"},
	{"proxy_pass unix", PASS("proxy_pass http://unix:/p.sock;"), "/n/c:1 proxy_pass unix:/p.sock s0\n"},
	{"proxy_pass unix, colon", PASS("proxy_pass http://unix:/p.sock:;"), "/n/c:1 proxy_pass unix:/p.sock s0\n"},
	{"proxy_pass unix, URI", PASS("proxy_pass http://unix:/p.sock:/u/v;"), "/n/c:1 proxy_pass unix:/p.sock s0\n"},
	{"proxy_pass unix without scheme", PASS("proxy_pass unix:/p;"),
		"/n/c:1 proxy_pass ? {\"unix:/p\": invalid URL prefix} s0\n! /n/c:1 \"unix:/p\": invalid URL prefix\n"},
	{"uwsgi_pass plain and with schemes", PASS("uwsgi_pass unix:/p;") PASS("uwsgi_pass uwsgi://h:1;") PASS("uwsgi_pass suwsgi://unix:/q;"),
		"/n/c:1 uwsgi_pass unix:/p s0\n/n/c:1 uwsgi_pass tcp:h:1 s1\n/n/c:1 uwsgi_pass unix:/q s2\n"},
	{"scgi_pass", PASS("scgi_pass unix:/p;"), "/n/c:1 scgi_pass unix:/p s0\n"},
	{"memcached_pass", PASS("memcached_pass 127.0.0.1:11211;"), "/n/c:1 memcached_pass tcp:127.0.0.1:11211 s0\n"},
	{"grpc_pass with and without scheme", PASS("grpc_pass grpc://unix:/p;") PASS("grpc_pass h:1;") PASS("grpc_pass grpcs://h:2;"),
		"/n/c:1 grpc_pass unix:/p s0\n/n/c:1 grpc_pass tcp:h:1 s1\n/n/c:1 grpc_pass tcp:h:2 s2\n"},
	{"grpc_pass has no default port", PASS("grpc_pass grpc://127.0.0.1;"),
		"/n/c:1 grpc_pass ? {\"grpc://127.0.0.1\": no port in upstream} s0\n! /n/c:1 \"grpc://127.0.0.1\": no port in upstream\n"},
	{"relative path", PASS("fastcgi_pass unix:p.sock;"),
		"/n/c:1 fastcgi_pass ? {\"unix:p.sock\": a relative path, which depends on the working directory of nginx} s0\n"
		"! /n/c:1 \"unix:p.sock\": a relative path, which depends on the working directory of nginx\n"},
	{"abstract socket", PASS("fastcgi_pass unix:@p;"),
		"/n/c:1 fastcgi_pass ? {\"unix:@p\": nginx has no abstract sockets: it looks for a file of that name in its working directory} s0\n"
		"! /n/c:1 \"unix:@p\": nginx has no abstract sockets: it looks for a file of that name in its working directory\n"},
	{"no path", PASS("fastcgi_pass unix:;"),
		"/n/c:1 fastcgi_pass ? {\"unix:\": no path in the unix domain socket} s0\n! /n/c:1 \"unix:\": no path in the unix domain socket\n"},
	{"path of 107 bytes", PASS("fastcgi_pass unix:" P107 ";"), "/n/c:1 fastcgi_pass unix:" P107 " s0\n"},
	{"path of 108 bytes", PASS("fastcgi_pass unix:" P107 "b;"),
		"/n/c:1 fastcgi_pass ? {\"unix:" P107 "b\": too long path in the unix domain socket: 108 bytes, the most is 107} s0\n"
		"! /n/c:1 \"unix:" P107 "b\": too long path in the unix domain socket: 108 bytes, the most is 107\n"},
	{"path with blanks in quotes", PASS("fastcgi_pass \"unix:/a b\";"), "/n/c:1 fastcgi_pass unix:/a b s0\n"},
	{"path with an escaped blank keeps the backslash", PASS("fastcgi_pass unix:/a\\ b;"), "/n/c:1 fastcgi_pass unix:/a\\ b s0\n"},
	{"path with quotes", PASS("fastcgi_pass 'unix:/a\\'\"b';"), "/n/c:1 fastcgi_pass unix:/a'\"b s0\n"},
	{"path with a newline", PASS("fastcgi_pass \"unix:/a\\nb\";"), "/n/c:1 fastcgi_pass unix:/a\nb s0\n"},
	{"path with a percent sign", PASS("fastcgi_pass unix:/a%20%s%n;"), "/n/c:1 fastcgi_pass unix:/a%20%s%n s0\n"},
	{"path with a leading dash", PASS("fastcgi_pass unix:/-rf;"), "/n/c:1 fastcgi_pass unix:/-rf s0\n"},
	{"path that is no UTF-8", PASS("fastcgi_pass unix:/a\xff\xc3(b;"), "/n/c:1 fastcgi_pass unix:/a\xff\xc3(b s0\n"},
	{"template that was not filled in", PASS("fastcgi_pass unix:<%= ENV['SOCKET'] %>;"),
		"! /n/c:1 invalid number of arguments in \"fastcgi_pass\" directive\n"},
	{"port 0", PASS("proxy_pass http://a:0;"), "/n/c:1 proxy_pass ? {\"http://a:0\": invalid port} s0\n! /n/c:1 \"http://a:0\": invalid port\n"},
	{"port 65536", PASS("fastcgi_pass a:65536;"), "/n/c:1 fastcgi_pass ? {\"a:65536\": invalid port} s0\n! /n/c:1 \"a:65536\": invalid port\n"},
	{"port that is none", PASS("fastcgi_pass a:http;"), "/n/c:1 fastcgi_pass ? {\"a:http\": invalid port} s0\n! /n/c:1 \"a:http\": invalid port\n"},
	{"no host", PASS("proxy_pass http:///x;"), "/n/c:1 proxy_pass ? {\"http:///x\": no host} s0\n! /n/c:1 \"http:///x\": no host\n"},
	{"IPv6 not closed", PASS("fastcgi_pass [::1;"), "/n/c:1 fastcgi_pass ? {\"[::1\": invalid host} s0\n! /n/c:1 \"[::1\": invalid host\n"},
	{"IPv6 that is none", PASS("fastcgi_pass [::g]:1;"),
		"/n/c:1 fastcgi_pass ? {\"[::g]:1\": invalid IPv6 address} s0\n! /n/c:1 \"[::g]:1\": invalid IPv6 address\n"},
	{"URI where none may be", PASS("fastcgi_pass a:1/x;"), "/n/c:1 fastcgi_pass ? {\"a:1/x\": invalid host} s0\n! /n/c:1 \"a:1/x\": invalid host\n"},
};

static const struct read_case block_cases[] = {
	{"upstream", "http{upstream b{server unix:/a;server 10.0.0.1:8 weight=2;}" "server{location /{proxy_pass http://b/x;}}}",
		"/n/c:1 proxy_pass unix:/a via b at /n/c:1 s0\n/n/c:1 proxy_pass tcp:10.0.0.1:8 via b at /n/c:1 s0\n"},
	{"upstream defined later, name in another case", "http{\nserver{location /{fastcgi_pass Back;}}\nupstream bACK{\nserver unix:/a;}}",
		"/n/c:2 fastcgi_pass unix:/a via bACK at /n/c:4 s0\n"},
	{"server line: suffix belongs to the name", "http{upstream b{server unix:/a:/u;}server{location /{proxy_pass http://b;}}}",
		"/n/c:1 proxy_pass unix:/a:/u via b at /n/c:1 s0\n"},
	{"server line: port 80 by default, also for https", "http{upstream b{server h;}server{location /{proxy_pass https://b;}}}",
		"/n/c:1 proxy_pass tcp:h:80 via b at /n/c:1 s0\n"},
	{"down and backup", "http{upstream b{server unix:/a down;server unix:/c backup;}server{location /{scgi_pass b;}}}",
		"/n/c:1 scgi_pass unix:/a via b at /n/c:1 down s0\n/n/c:1 scgi_pass unix:/c via b at /n/c:1 s0\n"},
	{"unknown directives in upstream", "http{upstream b{zone z 64k;least_conn;server unix:/a;keepalive 4;}server{location /{scgi_pass b;}}}",
		"/n/c:1 scgi_pass unix:/a via b at /n/c:1 s0\n"},
	{"bad server line", "http{upstream b{server unix:a;server h:x;}server{location /{scgi_pass b;}}}",
		"/n/c:1 scgi_pass ? {\"unix:a\": a relative path, which depends on the working directory of nginx} via b at /n/c:1 s0\n"
		"/n/c:1 scgi_pass ? {\"h:x\": invalid port} via b at /n/c:1 s0\n"
		"! /n/c:1 \"unix:a\": a relative path, which depends on the working directory of nginx\n! /n/c:1 \"h:x\": invalid port\n"},
	{"upstream without servers", "http{upstream b{zone z 64k;}server{location /{scgi_pass b;}}}",
		"/n/c:1 scgi_pass ? {no servers are inside upstream} via b s0\n! /n/c:1 no servers are inside upstream\n"},
	{"balancer_by_lua", "http{upstream b{server 0.0.0.1;balancer_by_lua_block{ x = '}' }}server{location /{proxy_pass http://b;}}}",
		"/n/c:1 proxy_pass ? {balancer_by_lua chooses the server} via b s0\n"},
	{"upstream name with a port", "http{upstream b{server unix:/a;}server{location /{proxy_pass http://b:80;}}}",
		"/n/c:1 proxy_pass ? {\"http://b:80\": an upstream block of that name exists, so it may not have a port} s0\n"
		"! /n/c:1 \"http://b:80\": an upstream block of that name exists, so it may not have a port\n"},
	{"duplicate upstream: the first stands", "http{upstream b{server unix:/a;}\nupstream b{server unix:/c;}server{location /{scgi_pass b;}}}",
		"/n/c:2 scgi_pass unix:/a via b at /n/c:1 s0\n! /n/c:2 duplicate upstream \"b\"\n"},
	{"in server, nested location, if, limit_except",
		"http{server{\nlocation /{\nlocation /a{\nscgi_pass unix:/a;}\nif ($x){\nscgi_pass unix:/b;}\nlimit_except GET{\nproxy_pass http://unix:/c;}}}}",
		"/n/c:4 scgi_pass unix:/a s0\n/n/c:6 scgi_pass unix:/b s0\n/n/c:8 proxy_pass unix:/c s0\n"},
	{"several servers", "http{server{location /{scgi_pass unix:/a;}}server{location /{scgi_pass unix:/b;}}}",
		"/n/c:1 scgi_pass unix:/a s0\n/n/c:1 scgi_pass unix:/b s1\n"},
	{"a bare site file", "server{location /{scgi_pass unix:/a;}}", "/n/c:1 scgi_pass unix:/a s0\n"},
	{"a bare location", "location /{scgi_pass unix:/a;}", "/n/c:1 scgi_pass unix:/a\n"},
	{"stream", "stream{upstream b{server unix:/a;}server{listen 1;proxy_pass b;}server{proxy_pass h:1;}server{proxy_pass unix:/x:y;}}",
		"/n/c:1 proxy_pass unix:/a via b at /n/c:1 s0\n/n/c:1 proxy_pass tcp:h:1 s1\n/n/c:1 proxy_pass unix:/x:y s2\n"},
	{"upstreams of stream and http are two worlds", "stream{upstream b{server unix:/a;}}http{server{location /{proxy_pass http://b;}}}",
		"/n/c:1 proxy_pass tcp:b:80 s0\n"},
	{"other blocks are opaque", "mail{server{proxy_pass x;}}rtmp{server{proxy_pass y;}}http{types{a proxy_pass;}}", ""},
	{"Lua blocks are passed over", "http{server{content_by_lua_block{ -- }\n proxy_pass unix:/no; }\nlocation /{scgi_pass unix:/a;}}}",
		"/n/c:3 scgi_pass unix:/a s0\n"},
	{"Lua block not closed", "http{server{location /{scgi_pass unix:/a;}\ncontent_by_lua_block{ }",
		"/n/c:1 scgi_pass unix:/a s0\n! /n/c:2 unexpected end of file, expecting \"}\"\n"},
	{"Lua string not closed", "http{server{location /{scgi_pass unix:/a;}\ncontent_by_lua_block{ ' }",
		"/n/c:1 scgi_pass unix:/a s0\n! /n/c:2 unexpected end of file, the Lua code that begins here has no closing \"}\"\n"},
	{"commented pass", "http{server{location /{\n#fastcgi_pass unix:/a;\nfastcgi_pass unix:/b; # unix:/c;\n}}}", "/n/c:3 fastcgi_pass unix:/b s0\n"},
	{"try_files on one line with braces", "http{server{location / { try_files $uri $uri/ =404; }location ~ \\.php$ { fastcgi_pass unix:/b; }}}",
		"/n/c:1 fastcgi_pass unix:/b s0\n"},
	{"regular expression with braces in quotes", "http{server{location ~ \"^/a{2}$\" { fastcgi_pass unix:/b; }}}", "/n/c:1 fastcgi_pass unix:/b s0\n"},
	{"types and map do not confuse", "http{types{text/html html;}map $a $b{default server;x location;}server{location /{scgi_pass unix:/a;}}}",
		"/n/c:1 scgi_pass unix:/a s0\n"},
	{"user", "user www-data;", "user www-data -\n"},
	{"user with group", "user 'www data' web;http{}", "user www data web\n"},
	{"user twice", "user a;\nuser b;", "user a -\n! /n/c:2 \"user\" directive is duplicate\n"},
	{"user in http is none", "http{user a;}", ""},
	{"unterminated quote: what was read stands", "http{server{location /{scgi_pass unix:/a;}\nroot \"/x;\n}}",
		"/n/c:1 scgi_pass unix:/a s0\n! /n/c:2 unexpected end of file, the quote \" that begins here is not closed\n"},
	{"unexpected brace", "http{server{location /{scgi_pass unix:/a;}}}\n}\nuser x;", "/n/c:1 scgi_pass unix:/a s0\n! /n/c:2 unexpected \"}\"\n"},
	{"missing semicolon", "http{server{location /{\nscgi_pass unix:/a\n}}}", "! /n/c:3 unexpected \"}\"\n"},
	{"missing semicolon before another directive", "http{server{location /{\nscgi_pass unix:/a\ninclude x;\n}location /b{scgi_pass unix:/b;}}}",
		"/n/c:4 scgi_pass unix:/b s0\n! /n/c:2 invalid number of arguments in \"scgi_pass\" directive\n"},
	{"pass with a block", "http{server{location /{scgi_pass unix:/a {x;}scgi_pass unix:/b;}}}",
		"/n/c:1 scgi_pass unix:/b s0\n! /n/c:1 directive \"scgi_pass\" is not terminated by \";\"\n"},
	{"location without a block", "http{server{location /;scgi_pass unix:/b;}}", "/n/c:1 scgi_pass unix:/b s0\n! /n/c:1 directive \"location\" has no opening \"{\"\n"},
	{"server without a block", "http{server;}", "! /n/c:1 directive \"server\" has no opening \"{\"\n"},
	{"end of file in a block", "http{server{location /{scgi_pass unix:/a;}", "/n/c:1 scgi_pass unix:/a s0\n! /n/c:1 unexpected end of file, expecting \"}\"\n"},
	{"NUL byte", "scgi_pass unix:/a;\nscgi_pass unix:/b\0;", "/n/c:1 scgi_pass unix:/a\n! /n/c:2 a NUL byte\n", 38},
	{"byte order mark", "\xef\xbb\xbfscgi_pass unix:/a;",
		"/n/c:1 scgi_pass unix:/a\n! /n/c:1 a byte order mark at the start of the file, which nginx takes for a part of the first directive\n"},
	{"empty file", "", ""},
};

#define IN_SERVER(http, server) "http{" http "server{" server "}}"
static const struct read_case variable_cases[] = {
	{"set", IN_SERVER("", "set $s unix:/a;location /{fastcgi_pass $s;}"), "/n/c:1 fastcgi_pass unix:/a s0\n"},
	{"set after the pass", IN_SERVER("", "location /{fastcgi_pass ${s};}set $s unix:/a;"), "/n/c:1 fastcgi_pass unix:/a s0\n"},
	{"set names an upstream", IN_SERVER("upstream u{server unix:/a;}", "set $s u;location /{proxy_pass http://$s/x;}"),
		"/n/c:1 proxy_pass unix:/a via u at /n/c:1 s0\n"},
	{"set of another server does not count", "http{server{set $s unix:/a;}server{location /{fastcgi_pass $s;}}}",
		"/n/c:1 fastcgi_pass ? {$s: known at run time only (/n/c:1)} s1\n"},
	{"the location's own set decides", IN_SERVER("", "set $s unix:/a;location /{set $s unix:/b;fastcgi_pass $s;}"), "/n/c:1 fastcgi_pass unix:/b s0\n"},
	{"the last set decides", IN_SERVER("", "location /{set $s unix:/a;set $s unix:/b;fastcgi_pass $s;}"), "/n/c:1 fastcgi_pass unix:/b s0\n"},
	{"set in an if: both", IN_SERVER("", "location /{set $s unix:/a;if ($x){set $s unix:/b;}fastcgi_pass $s;}"),
		"/n/c:1 fastcgi_pass unix:/b s0\n/n/c:1 fastcgi_pass unix:/a s0\n"},
	{"pass in an if with its own set", IN_SERVER("", "location /{set $s unix:/a;if ($x){set $s unix:/b;fastcgi_pass $s;}}"), "/n/c:1 fastcgi_pass unix:/b s0\n"},
	{"set in other locations: any of them", IN_SERVER("", "location /{set $s unix:/a;}location /b{set $s unix:/b;}location @c{fastcgi_pass $s;}"),
		"/n/c:1 fastcgi_pass unix:/a s0\n/n/c:1 fastcgi_pass unix:/b s0\n"},
	{"the same constant everywhere", IN_SERVER("", "location /{set $s unix:/a;}location /b{set $s unix:/a;}location @c{fastcgi_pass $s;}"),
		"/n/c:1 fastcgi_pass unix:/a s0\n"},
	{"set from a set", IN_SERVER("", "set $d /run;set $s unix:$d/a;location /{fastcgi_pass $s;}"), "/n/c:1 fastcgi_pass unix:/run/a s0\n"},
	{"set to itself", IN_SERVER("", "\nset $s $s;location /{fastcgi_pass $s;}"),
		"/n/c:2 fastcgi_pass ? {$s: variables within variables, too deep} s0\n"},
	{"set from a request variable", IN_SERVER("", "\nset $s unix:/$host;location /{fastcgi_pass $s;}"),
		"/n/c:2 fastcgi_pass ? {$host: known at run time only (/n/c:2)} s0\n"},
	{"set to nothing", IN_SERVER("", "set $s '';\nlocation /{fastcgi_pass $s;}"),
		"/n/c:2 fastcgi_pass ? {$s: set to nothing, so its value comes from elsewhere (/n/c:1)} s0\n"},
	{"set by Lua", IN_SERVER("", "set_by_lua_block $s { return 1 }\nlocation /{fastcgi_pass $s;}"),
		"/n/c:2 fastcgi_pass ? {$s: known at run time only (/n/c:1)} s0\n"},
	{"set and set by an authentication request", IN_SERVER("", "set $s unix:/a;\nauth_request_set $s $upstream_http_x;location /{fastcgi_pass $s;}"),
		"/n/c:2 fastcgi_pass ? {$s: known at run time only (/n/c:2)} s0\n"},
	{"js_set at the level of http", IN_SERVER("js_set $s m.f;", "\nlocation /{fastcgi_pass $s;}"),
		"/n/c:2 fastcgi_pass ? {$s: known at run time only (/n/c:1)} s0\n"},
	{"map", IN_SERVER("map $host $s{default unix:/a;x unix:/b;y unix:/a;~^z unix:/c;}", "location /{fastcgi_pass $s;}"),
		"/n/c:1 fastcgi_pass unix:/a s0\n/n/c:1 fastcgi_pass unix:/b s0\n/n/c:1 fastcgi_pass unix:/c s0\n"},
	{"map after the server", "http{server{location /{proxy_pass http://$S;}}map $host $s{hostnames;volatile;default u;}upstream u{server h:1;}}",
		"/n/c:1 proxy_pass tcp:h:1 via u at /n/c:1 s0\n"},
	{"map with a capture", IN_SERVER("map $host $s{~^(?<n>.*)$ unix:/$n;}", "\nlocation /{fastcgi_pass $s;}"),
		"/n/c:2 fastcgi_pass ? {$n: known at run time only (/n/c:2)} s0\n"},
	{"empty map", IN_SERVER("map $host $s{}", "\nlocation /{fastcgi_pass $s;}"), "/n/c:2 fastcgi_pass ? {$s: a map without values (/n/c:1)} s0\n"},
	{"geo and split_clients", IN_SERVER("geo $g{default unix:/a;10.0.0.0/8 unix:/b;delete 1.1.1.1;}split_clients $x $c{1% unix:/c;* unix:/d;}",
		"location /{fastcgi_pass $g;}location /c{fastcgi_pass $c;}"),
		"/n/c:1 fastcgi_pass unix:/a s0\n/n/c:1 fastcgi_pass unix:/b s0\n/n/c:1 fastcgi_pass unix:/c s0\n/n/c:1 fastcgi_pass unix:/d s0\n"},
	{"variable in the URI only", IN_SERVER("", "location /{proxy_pass http://127.0.0.1:80$request_uri;}location /b{proxy_pass http://unix:/a:$uri;}"
		"location /c{proxy_pass http://h/$1$is_args$args;}location /d{proxy_pass http://h:1$is_args$args;}"),
		"/n/c:1 proxy_pass tcp:127.0.0.1:80 s0\n/n/c:1 proxy_pass unix:/a s0\n/n/c:1 proxy_pass tcp:h:80 s0\n/n/c:1 proxy_pass tcp:h:1 s0\n"},
	{"variable in the socket of proxy_pass", IN_SERVER("", "set $s /a;location /{proxy_pass http://unix:$s:/x$host;}"), "/n/c:1 proxy_pass unix:/a s0\n"},
	{"whole URL in a variable", IN_SERVER("", "set $s http://unix:/a:/;location /{proxy_pass $s;}"), "/n/c:1 proxy_pass unix:/a s0\n"},
	{"scheme in a variable", IN_SERVER("upstream u{server unix:/a;}", "location /{proxy_pass $scheme://u;}location /b{proxy_pass $scheme://h:8/$host;}"),
		"/n/c:1 proxy_pass unix:/a via u at /n/c:1 s0\n/n/c:1 proxy_pass tcp:h:8 s0\n"},
	{"request variable", IN_SERVER("", "location /{proxy_pass http://$host:8080;}"),
		"/n/c:1 proxy_pass ? {$host: known at run time only (/n/c:1)} s0\n"},
	{"value that nginx would refuse at run time", IN_SERVER("", "set $s p;location /{fastcgi_pass unix:$s;}"),
		"/n/c:1 fastcgi_pass ? {\"unix:p\": a relative path, which depends on the working directory of nginx} s0\n"},
	{"dollar without a name", IN_SERVER("", "location /{fastcgi_pass unix:/a$;}"),
		"/n/c:1 fastcgi_pass ? {$: no variable name behind the dollar sign (/n/c:1)} s0\n"},
};

static void test_records(void **state)
{
	static const char text[] = "user \"u\";\nhttp{server{\nlisten 80 default;listen [::]:443 ssl;\nserver_name a *.b \"\";"
				   "location /{fastcgi_pass 'unix:/a';}}upstream x{server \"h:1\";}server{location /{scgi_pass x;}}}";
	struct nginx out = {0};

	(void)state;
	read_text(text, 0, &out);
	assert_string_equal(out.conf, "/n/c");
	assert_string_equal(out.prefix, "/n/");
	assert_int_equal(out.user_offset, 5);
	assert_int_equal(out.user_length, 3);
	assert_int_equal(out.user_at.line, 1);
	assert_int_equal(out.n_servers, 2);
	assert_int_equal(out.servers[0].at.line, 2);
	assert_int_equal(out.servers[0].names.n, 3);
	assert_string_equal(out.servers[0].names.items[2], "");
	assert_int_equal(out.servers[0].listens.n, 2);
	assert_string_equal(out.servers[0].listens.items[1], "[::]:443");
	assert_string_equal(out.refs[0].written, "'unix:/a'");
	assert_memory_equal(text + out.refs[0].offset, out.refs[0].written, out.refs[0].length);
	assert_int_equal(out.refs[0].length, 9);
	assert_string_equal(out.refs[1].written, "\"h:1\"");
	assert_memory_equal(text + out.refs[1].server_offset, "\"h:1\"", out.refs[1].server_length);
	assert_memory_equal(text + out.refs[1].offset, "x", out.refs[1].length);
	assert_int_equal(out.n_files, 1);
	assert_int_equal(out.files[0].mode, 0644);
	shape_free(&nginx_shape, &out);
}

/* More values than can be looked at: unresolved, and memory stays small. */
static void test_huge_map(void **state)
{
	AUTO_TEXT struct text t = {0};
	struct nginx out = {0};

	(void)state;
	text_add(&t, "http{geo $s{");
	for (int i = 0; i < 5000; i++)
		text_addf(&t, "10.0.%d.%d unix:/s%d;", i / 250, i % 250, i);
	text_add(&t, "}server{location /{scgi_pass $s;}}}");
	read_text(t.bytes, t.size, &out);
	assert_int_equal(out.n_refs, 1);
	assert_string_equal(out.refs[0].unresolved, "$s: has more values than can be looked at (/n/c:1)");
	shape_free(&nginx_shape, &out);
}

/* Few values, but more entries than are kept: what was not looked at may be another value. */
static void test_long_map(void **state)
{
	AUTO_TEXT struct text t = {0};
	struct nginx out = {0};

	(void)state;
	text_add(&t, "http{map $x $s{");
	for (int i = 0; i < 1100; i++)
		text_addf(&t, "a%d unix:/s%d;", i, i % 20);
	text_add(&t, "}server{location /{scgi_pass $s;}}}");
	read_text(t.bytes, t.size, &out);
	assert_int_equal(out.n_refs, 1);
	assert_string_equal(out.refs[0].unresolved, "$s: has more values than can be looked at (/n/c:1)");
	shape_free(&nginx_shape, &out);
}

static void test_deep_blocks(void **state)
{
	AUTO_TEXT struct text t = {0};
	struct nginx out = {0};

	(void)state;
	for (int i = 0; i < 100000; i++)
		text_add(&t, "location a{");
	read_text(t.bytes, t.size, &out);
	assert_int_equal(out.n_problems, 1);
	assert_string_equal(out.problems[0].text, "blocks nested more than 100 deep");
	shape_free(&nginx_shape, &out);
}

static void test_head(void **state)
{
	(void)state;
	assert_int_equal(nginx_url_head("http://a:1/b"), 10);
	assert_int_equal(nginx_url_head("http://$a$request_uri"), 9);
	assert_int_equal(nginx_url_head("http://$a${uri}"), 9);
	assert_int_equal(nginx_url_head("http://$uris/"), 12);
	assert_int_equal(nginx_url_head("http://unix:/a/b:/c"), 17);
	assert_int_equal(nginx_url_head("http://unix:/a"), 14);
	assert_int_equal(nginx_url_head("$scheme://h/x"), 11);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_huge_map),
		cmocka_unit_test(test_long_map),
		cmocka_unit_test(test_deep_blocks),
		cmocka_unit_test(test_head),
	};

	return RUN_CASES(address_cases, test_read) + RUN_CASES(block_cases, test_read) + RUN_CASES(variable_cases, test_read) +
	       cmocka_run_group_tests_name("read", tests, NULL, NULL);
}
