/* SPDX-License-Identifier: MIT */
#include "diagnose/home.h"

#include <string.h>

#include "base/alloc.h"

#define NOBODY 65534u

static const char homes[] = "/home";

static bool within(const char *path, const char *directory, size_t n)
{
	return strncmp(path, directory, n) == 0 && (!path[n] || path[n] == '/');
}

/* Length of the home of this account if path lies in it, else 0. Accounts like systemd-network have "/" for a home; that makes nothing
 * beneath it a home. */
static size_t account_home(const struct accounts *accounts, const struct user *user, const char *path)
{
	size_t n = user->home ? strlen(user->home) : 0;

	while (n > 1 && user->home[n - 1] == '/')
		n--;
	if (n <= 1 || user->uid < accounts->uid_min || user->uid == NOBODY || streq(user->name, "nobody"))
		return 0;
	return within(path, user->home, n) ? n : 0;
}

static size_t longest_home(const struct accounts *accounts, const char *path)
{
	size_t best = 0;

	for (size_t i = 0; i < accounts->n_users; i++) {
		size_t n = account_home(accounts, &accounts->users[i], path);

		best = n > best ? n : best;
	}
	return best;
}

bool is_home(const struct accounts *accounts, const char *path)
{
	return within(path, "/root", strlen("/root")) || starts_with(path, "/home/") || longest_home(accounts, path);
}

char *home_of(const struct accounts *accounts, const char *path)
{
	size_t best = longest_home(accounts, path), n = 0;

	if (within(path, homes, strlen(homes))) {
		n = strlen(homes);
		if (path[n])
			n += 1 + strcspn(path + n + 1, "/");
	}
	best = n > best ? n : best;
	return best ? xstrndup(path, best) : NULL;
}
