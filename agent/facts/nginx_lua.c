/* SPDX-License-Identifier: MIT */
#include "facts/nginx_lua.h"
#include "base/text.h"

#include <string.h>

struct lua {
	const char *bytes;
	size_t size;
};

/* The level of the long bracket that opens at `at` ("[[" 0, "[=[" 1 …), -1 where none does. */
static int long_level(const struct lua *lua, size_t at)
{
	size_t i = at + 1;

	if (at >= lua->size || lua->bytes[at] != '[')
		return -1;
	while (i < lua->size && lua->bytes[i] == '=' && i - at < 4096)
		i++;
	return i < lua->size && lua->bytes[i] == '[' ? (int)(i - at - 1) : -1;
}

static bool closes(const struct lua *lua, size_t at, size_t level)
{
	const char *s = lua->bytes + at;

	if (lua->size - at < level + 2 || s[0] != ']' || s[level + 1] != ']')
		return false;
	for (size_t i = 1; i <= level; i++)
		if (s[i] != '=')
			return false;
	return true;
}

static size_t skip_long(const struct lua *lua, size_t at, size_t level)
{
	for (at += level + 2; at < lua->size; at++)
		if (closes(lua, at, level))
			return at + level + 2;
	return lua->size;
}

static size_t skip_string(const struct lua *lua, size_t at)
{
	char quote = lua->bytes[at];

	for (at++; at < lua->size && lua->bytes[at] != quote; at++)
		if (lua->bytes[at] == '\\')
			at++;
	return at + 1;
}

static size_t skip_comment(const struct lua *lua, size_t at)
{
	int level = long_level(lua, at + 2);
	const char *end;

	if (level >= 0)
		return skip_long(lua, at + 2, (size_t)level);
	end = memchr(lua->bytes + at, '\n', lua->size - at);
	return end ? (size_t)(end - lua->bytes) : lua->size;
}

/* Passes over what begins at `at` and in which braces do not count; one byte where nothing such does. */
static size_t skip_one(const struct lua *lua, size_t at)
{
	char c = lua->bytes[at];
	int level;

	if (c == '"' || c == '\'')
		return skip_string(lua, at);
	if (c == '-' && at + 1 < lua->size && lua->bytes[at + 1] == '-')
		return skip_comment(lua, at);
	level = c == '[' ? long_level(lua, at) : -1;
	return level >= 0 ? skip_long(lua, at, (size_t)level) : at + 1;
}

size_t nginx_lua_end(const char *bytes, size_t size, size_t at)
{
	struct lua lua = {bytes, size};
	size_t depth = 1;

	while (at < size) {
		depth += bytes[at] == '{';
		depth -= bytes[at] == '}';
		if (depth == 0)
			return at + 1;
		at = skip_one(&lua, at);
	}
	return 0;
}
