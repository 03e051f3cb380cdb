/* SPDX-License-Identifier: MIT */
#ifndef PERMFIX_FACTS_NGINX_LUA_H
#define PERMFIX_FACTS_NGINX_LUA_H

#include <stddef.h>

/* The offset right behind the brace that closes the Lua code which begins at `at` (behind its opening brace), 0 where none does.
 * As lua-nginx-module's lexer does it: braces in strings, long brackets and comments do not count (Lua 5.1 manual, 2.1). */
size_t nginx_lua_end(const char *bytes, size_t size, size_t at);

#endif
