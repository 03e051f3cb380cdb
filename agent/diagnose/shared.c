/* SPDX-License-Identifier: MIT */
#include "diagnose/shared.h"
#include "base/cleanup.h"

#define OVERFLOW_ID 65534U

bool is_shared_uid(const struct accounts *accounts, uint32_t uid)
{
	const struct user *nobody = user_by_name(accounts, "nobody");

	return uid == OVERFLOW_ID || (nobody && nobody->uid == uid);
}

bool is_shared_gid(const struct accounts *accounts, uint32_t gid)
{
	static const char *const names[] = {"nogroup", "nobody"};
	const struct user *nobody = user_by_name(accounts, "nobody");

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct group *group = group_by_name(accounts, names[i]);

		if (group && group->gid == gid)
			return true;
	}
	return gid == OVERFLOW_ID || (nobody && nobody->gid == gid && gid != 0);
}
