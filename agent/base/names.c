/* SPDX-License-Identifier: MIT */
#include "base/names.h"
#include "base/text.h"

const char *name_of(struct names names, int value)
{
	return value >= 0 && (size_t)value < names.n && names.words[value] ? names.words[value] : "?";
}

int name_find(struct names names, const char *word)
{
	for (size_t i = 0; i < names.n; i++)
		if (names.words[i] && streq(names.words[i], word))
			return (int)i;
	return -1;
}
