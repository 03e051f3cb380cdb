/* SPDX-License-Identifier: MIT */
/* worker-user: is nginx's user the odd one out among sockets that are all set up for another web account? The rule stands in diagnose.h. */
#include <string.h>

#include "base/cleanup.h"
#include "diagnose/exam.h"
#include "diagnose/shared.h"

/* First word of host.distro → the account that its nginx package runs under. */
static const struct {
	const char *distro, *account;
} distro_accounts[] = {
	{"debian", "www-data"},  {"ubuntu", "www-data"}, {"linuxmint", "www-data"}, {"raspbian", "www-data"}, {"devuan", "www-data"},
	{"kali", "www-data"},    {"rhel", "nginx"},      {"centos", "nginx"},       {"fedora", "nginx"},      {"rocky", "nginx"},
	{"almalinux", "nginx"},  {"ol", "nginx"},        {"amzn", "nginx"},         {"alpine", "nginx"},      {"opensuse-leap", "nginx"},
	{"opensuse-tumbleweed", "nginx"},                {"sles", "nginx"},         {"arch", "http"},
};

static const char *const known_accounts[] = {"www-data", "nginx", "apache", "http", "www", "wwwrun"};

static const char *distro_account(const struct facts *facts)
{
	const char *distro = facts->host.distro ? facts->host.distro : "";
	size_t n = strcspn(distro, " ");

	for (size_t i = 0; i < COUNT_OF(distro_accounts); i++)
		if (strlen(distro_accounts[i].distro) == n && strncmp(distro, distro_accounts[i].distro, n) == 0)
			return distro_accounts[i].account;
	return NULL;
}

const char *web_account(const struct facts *facts)
{
	const char *account = distro_account(facts);

	if (account && user_by_name(&facts->accounts, account))
		return account;
	for (size_t i = 0; i < COUNT_OF(known_accounts); i++)
		if (user_by_name(&facts->accounts, known_accounts[i]))
			return known_accounts[i];
	return NULL;
}

static const struct nginx *nginx_of(const struct facts *facts, size_t worker)
{
	return &facts->nginx[facts->workers[worker].nginx];
}

static bool is_socket(const struct upstream *up)
{
	const struct node *object = walk_object(up->walk);

	return up->n_refs && object && object->type == NODE_SOCKET && !up->hidden;
}

/* Whether there are two sockets at least: two spellings of one path are one. */
static bool are_several(const struct upstream *ups, size_t n)
{
	const struct node *first = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct node *object = is_socket(&ups[i]) ? walk_object(ups[i].walk) : NULL;

		if (object && first && (object->ino != first->ino || object->dev != first->dev))
			return true;
		first = object ? object : first;
	}
	return false;
}

/* How many of the sockets these ids reach. */
static size_t reached(const struct world *world, const struct ids *ids, const struct upstream *ups, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += is_socket(&ups[i]) && diagnose_access(world, ids, ups[i].walk, NULL);
	return count;
}

static bool is_candidate(const struct world *world, size_t worker, const struct user *user)
{
	return user && user->uid != 0 && user->uid != world->facts->workers[worker].as.uid &&
	       !streq(user->name, nginx_of(world->facts, worker)->user);
}

/* Several sockets: most of them are for this account. */
static bool is_for_most(const struct world *world, const struct user *user, const struct upstream *ups, size_t n, size_t sockets)
{
	struct ids ids AUTO_IDS = {0};
	size_t count;

	world_user_ids(world, user, &ids);
	count = reached(world, &ids, ups, n);
	return count >= 2 && count * 2 > sockets;
}

static bool says(const struct world *world, const struct backend_section *section, const char *key, const char *account)
{
	return streq(world_setting(world, section, key), account);
}

/* One socket: only where it and its pool are as the distribution ships them. */
static bool is_as_shipped(const struct world *world, const struct user *user, const struct upstream *up)
{
	const struct node *object = walk_object(up->walk);
	uint32_t gid;

	return up->section && object->uid == user->uid && world_group(world, user->name, &gid) && object->gid == gid &&
	       says(world, up->section, "listen.owner", user->name) && says(world, up->section, "listen.group", user->name);
}

/* An account that the package was built with is a choice. "nobody" for want of a user directive is none. */
static bool is_package_account(const struct facts *facts, size_t worker)
{
	const struct nginx *nginx = nginx_of(facts, worker);

	return streq(facts->workers[worker].user, nginx->default_user) && (nginx->user || !streq(nginx->default_user, "nobody"));
}

static const struct user *for_one(const struct world *world, size_t worker, const struct upstream *ups, size_t n)
{
	const struct facts *facts = world->facts;
	const struct user *user = user_by_name(&facts->accounts, distro_account(facts));

	if (!is_candidate(world, worker, user) || is_package_account(facts, worker))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (is_socket(&ups[i]))
			return is_as_shipped(world, user, &ups[i]) ? user : NULL;
	return NULL;
}

static const struct user *for_several(const struct world *world, size_t worker, const struct upstream *ups, size_t n, size_t sockets)
{
	const struct facts *facts = world->facts;
	const char *first[] = {distro_account(facts), nginx_of(facts, worker)->default_user};

	for (size_t i = 0; i < COUNT_OF(first) + COUNT_OF(known_accounts); i++) {
		const char *name = i < COUNT_OF(first) ? first[i] : known_accounts[i - COUNT_OF(first)];
		const struct user *user = name ? user_by_name(&facts->accounts, name) : NULL;

		if (is_candidate(world, worker, user) && !streq(name, "nobody") && is_for_most(world, user, ups, n, sockets))
			return user;
	}
	return NULL;
}

/* Another nginx on this host gets in: then this one is a second instance that was given a user of its own on purpose. */
static bool another_gets_in(const struct world *world, size_t worker, const struct upstream *ups, size_t n)
{
	const struct facts *facts = world->facts;

	for (size_t i = 0; i < facts->n_workers; i++) {
		struct ids ids AUTO_IDS = {0};

		if (facts->workers[i].nginx == facts->workers[worker].nginx || facts->workers[i].as.uid == facts->workers[worker].as.uid)
			continue;
		world_worker_ids(world, i, &ids);
		if (reached(world, &ids, ups, n))
			return true;
	}
	return false;
}

const struct user *find_web_user(const struct world *world, size_t worker, const struct upstream *ups, size_t n)
{
	struct ids ids AUTO_IDS = {0};
	size_t sockets = 0;

	for (size_t i = 0; i < n; i++)
		sockets += is_socket(&ups[i]);
	if (!sockets || nginx_of(world->facts, worker)->user_ignored)
		return NULL;
	world_worker_ids(world, worker, &ids);
	if (reached(world, &ids, ups, n) || another_gets_in(world, worker, ups, n))
		return NULL;
	return are_several(ups, n) ? for_several(world, worker, ups, n, sockets) : for_one(world, worker, ups, n);
}
