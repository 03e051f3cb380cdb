/* SPDX-License-Identifier: MIT */
/* Facts built in C, for tests of the rooms that read them:
 *
 *	struct build b = build_host("debian 12");
 *	build_nginx(&b, "www-data");                               // a master and its worker w1
 *	build_ref(&b, "fastcgi_pass", "unix:/run/php/a.sock", "example.com");
 *	build_dir(&b, "/run/php", "www-data:www-data 0755");       // other directories are root's, 0755
 *	build_socket(&b, "/run/php/a.sock", "root:root 0660");
 *	struct backend *php = build_php(&b, 801);
 *	build_pool(&b, php, "www", "/run/php/a.sock", "listen.owner=www-data", "listen.mode=0660", NULL);
 *	build_listen(&b, "/run/php/a.sock", 801);
 *	build_done(&b);                                            // walks of all paths, in all views
 *	… b.facts …
 *	build_free(&b);
 *
 * Everything is owned by b.facts; a pointer that a builder returns is valid until the next call of the same builder. */
#ifndef PERMFIX_TESTS_BUILD_FACTS_H
#define PERMFIX_TESTS_BUILD_FACTS_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "facts/facts.h"

#define BUILD_DEV 26
#define BUILD_MNTNS 4026531841u
#define BUILD_USERNS 4026531837u
#define BUILD_NETNS 4026531840u

/* Said again, a file keeps its inode number. View NULL: the same for every view that has none of its own. */

/* A file in a view (NULL: in every view that has none of its own there). */
struct build_file {
	char *view;
	struct node node;
	int unreadable; /* the walk ends here with this errno */
};

struct build {
	struct facts facts;
	struct build_file *files;
	size_t n_files;
	uint64_t next_ino;
	int64_t now;
};

/* --- accounts --- */

static inline void build_group(struct build *b, const char *name, uint32_t gid, const char *member)
{
	struct accounts *a = &b->facts.accounts;
	struct group *group = ARRAY_NEW(a->groups, a->n_groups);

	group->name = xstrdup(name);
	group->gid = gid;
	if (member)
		strings_add(&group->members, member);
}

static inline void build_member(struct build *b, const char *name, const char *member)
{
	for (size_t i = 0; i < b->facts.accounts.n_groups; i++)
		if (streq(b->facts.accounts.groups[i].name, name))
			strings_add(&b->facts.accounts.groups[i].members, member);
}

/* A user with a group of its own, of the same number. */
static inline void build_user(struct build *b, const char *name, uint32_t uid, const char *home)
{
	struct accounts *a = &b->facts.accounts;
	struct user *user = ARRAY_NEW(a->users, a->n_users);

	*user = (struct user){.name = xstrdup(name), .uid = uid, .gid = uid, .home = xstrdup(home), .shell = xstrdup("/bin/sh")};
	build_group(b, name, uid, NULL);
}

static inline uint32_t build_uid(const struct build *b, const char *name)
{
	const struct user *user = user_by_name(&b->facts.accounts, name);

	return user ? user->uid : (uint32_t)strtoul(name, NULL, 10);
}

static inline uint32_t build_gid(const struct build *b, const char *name)
{
	const struct group *group = group_by_name(&b->facts.accounts, name);

	return group ? group->gid : (uint32_t)strtoul(name, NULL, 10);
}

/* --- the host: a privileged reader, no SELinux, no AppArmor, no systemd; accounts root, www-data, app, nobody --- */

static inline struct build build_host(const char *distro)
{
	struct build b = {.next_ino = 100, .now = 1700000000};
	struct host *host = &b.facts.host;
	struct view *view = ARRAY_NEW(b.facts.views, b.facts.n_views);

	b.facts.schema = xstrdup(FACTS_SCHEMA);
	*host = (struct host){.id = xstrdup("0123456789abcdef0123456789abcdef"), .boot = xstrdup("b"), .distro = xstrdup(distro),
		.selinux = LSM_ABSENT, .apparmor = LSM_ABSENT, .privileged = true, .mntns = BUILD_MNTNS, .userns = BUILD_USERNS,
		.netns = BUILD_NETNS, .taken = b.now};
	*view = (struct view){.id = xstrdup("host"), .mntns = BUILD_MNTNS, .root = xstrdup("/"), .same_as_host = true};
	b.facts.accounts.uid_min = 1000;
	b.facts.accounts.gid_min_system = 100;
	b.facts.accounts.gid_max_system = 999;
	build_user(&b, "root", 0, "/root");
	build_user(&b, "www-data", 33, "/var/www");
	build_user(&b, "app", 1000, "/home/app");
	build_user(&b, "nobody", 65534, "/nonexistent");
	return b;
}

/* Another view: a mount namespace of its own, with a process in it. */
static inline struct view *build_view(struct build *b, const char *id, uint32_t pid)
{
	struct view *view = ARRAY_NEW(b->facts.views, b->facts.n_views);

	*view = (struct view){.id = xstrdup(id), .mntns = BUILD_MNTNS + pid, .root = xstrdup("/"), .pid = pid};
	return view;
}

/* --- files --- */

/* "owner:group 0660" */
static inline void build_perms(const struct build *b, const char *perms, struct node *node)
{
	char *words = xstrdup(perms), *group = strchr(words, ':'), *mode = strchr(words, ' ');

	*group++ = *mode++ = '\0';
	node->uid = build_uid(b, words);
	node->gid = build_gid(b, group);
	node->mode = (uint32_t)strtoul(mode, NULL, 8);
	free(words);
}

static inline struct build_file *build_find(struct build *b, const char *view, const char *path)
{
	struct build_file *common = NULL;

	for (size_t i = 0; i < b->n_files; i++) {
		if (!streq(b->files[i].node.path, path))
			continue;
		if (streq(b->files[i].view, view))
			return &b->files[i];
		if (!b->files[i].view)
			common = &b->files[i];
	}
	return common;
}

static inline struct node *build_file_in(struct build *b, const char *view, int type, const char *path, const char *perms)
{
	struct build_file *file = build_find(b, view, path);
	uint64_t ino = b->next_ino++;

	if (!file || !streq(file->view, view)) {
		file = ARRAY_NEW(b->files, b->n_files);
	} else {
		ino = file->node.ino;
		shape_free(&node_shape, &file->node);
	}
	file->view = file->view ? file->view : xstrdup(view);
	file->node = (struct node){.path = xstrdup(path), .type = type, .dev = BUILD_DEV, .ino = ino, .nlink = 1,
		.mtime = b->now - 1000, .ctime = b->now - 1000, .fstype = xstrdup("tmpfs")};
	build_perms(b, perms, &file->node);
	return &file->node;
}

static inline struct node *build_dir(struct build *b, const char *path, const char *perms)
{
	return build_file_in(b, NULL, NODE_DIR, path, perms);
}

static inline struct node *build_socket(struct build *b, const char *path, const char *perms)
{
	return build_file_in(b, NULL, NODE_SOCKET, path, perms);
}

static inline struct node *build_link(struct build *b, const char *path, const char *to)
{
	struct node *node = build_file_in(b, NULL, NODE_SYMLINK, path, "root:root 0777");

	node->link = xstrdup(to);
	return node;
}

/* The walk to this path fails with an errno (EACCES: permfix may not look). */
static inline void build_unreadable(struct build *b, const char *path, int error)
{
	build_file_in(b, NULL, NODE_UNKNOWN, path, "root:root 0000");
	build_find(b, NULL, path)->unreadable = error;
}

/* Nothing is at this path in this view, whatever other views have. */
static inline void build_absent(struct build *b, const char *view, const char *path)
{
	build_file_in(b, view, NODE_UNKNOWN, path, "root:root 0000");
	build_find(b, view, path)->unreadable = ENOENT;
}

static inline uint32_t build_bits(const char *s)
{
	return (strchr(s, 'r') ? 4u : 0) | (strchr(s, 'w') ? 2u : 0) | (strchr(s, 'x') ? 1u : 0);
}

static inline struct acl_entry build_entry(const struct build *b, char *text)
{
	static const char *const tags[] = {"user", "group", "mask", "other"};
	char *name = strchr(text, ':'), *perms = name ? strchr(name + 1, ':') : NULL;
	struct acl_entry entry = {0};

	if (!perms)
		abort();
	*name++ = *perms++ = '\0';
	entry.perms = build_bits(perms);
	entry.tag = streq(text, tags[0])   ? (*name ? ACL_TAG_USER : ACL_TAG_USER_OBJ) :
		    streq(text, tags[1])   ? (*name ? ACL_TAG_GROUP : ACL_TAG_GROUP_OBJ) :
		    streq(text, tags[2])   ? ACL_TAG_MASK :
					     ACL_TAG_OTHER;
	if (*name)
		entry.id = entry.tag == ACL_TAG_USER ? build_uid(b, name) : build_gid(b, name);
	return entry;
}

static inline int build_entry_order(const void *a, const void *b)
{
	const struct acl_entry *x = a, *y = b;

	return x->tag != y->tag ? (int)x->tag - (int)y->tag : x->id < y->id ? -1 : x->id > y->id;
}

/* "user::rw-,user:www-data:rw-,group::r--,mask::rw-,other::---" in any order; sorted as the kernel has it. */
static inline size_t build_entries(const struct build *b, const char *text, struct acl_entry **acl)
{
	char *words = xstrdup(text), *rest = words, *word;
	size_t n = 0;

	*acl = NULL;
	while ((word = strsep(&rest, ",")))
		ARRAY_ADD(*acl, n, build_entry(b, word));
	qsort(*acl, n, sizeof(**acl), build_entry_order);
	free(words);
	return n;
}

static inline uint32_t build_perms_of(const struct acl_entry *acl, size_t n, int tag, uint32_t otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (acl[i].tag == tag)
			return acl[i].perms;
	return otherwise;
}

/* The access ACL; base entries that are not given come from the mode, and the mode follows. */
static inline void build_acl(struct build *b, const char *path, const char *text)
{
	struct node *node = &build_find(b, NULL, path)->node;
	uint32_t m = node->mode;
	const struct acl_entry base[] = {
		{.tag = ACL_TAG_USER_OBJ, .perms = m >> 6 & 7}, {.tag = ACL_TAG_GROUP_OBJ, .perms = m >> 3 & 7}, {.tag = ACL_TAG_OTHER, .perms = m & 7}};

	free(node->acl);
	node->n_acl = build_entries(b, text, &node->acl);
	for (size_t i = 0; i < 3; i++)
		if (build_perms_of(node->acl, node->n_acl, base[i].tag, 8) == 8)
			ARRAY_ADD(node->acl, node->n_acl, base[i]);
	qsort(node->acl, node->n_acl, sizeof(*node->acl), build_entry_order);
	m = build_perms_of(node->acl, node->n_acl, ACL_TAG_GROUP_OBJ, 0);
	m = build_perms_of(node->acl, node->n_acl, ACL_TAG_MASK, m) << 3;
	m |= build_perms_of(node->acl, node->n_acl, ACL_TAG_USER_OBJ, 0) << 6 | build_perms_of(node->acl, node->n_acl, ACL_TAG_OTHER, 0);
	node->mode = (node->mode & 07000) | m;
}

/* A whole default ACL, base entries included. */
static inline void build_default_acl(struct build *b, const char *path, const char *text)
{
	struct node *node = &build_find(b, NULL, path)->node;

	free(node->default_acl);
	node->n_default_acl = build_entries(b, text, &node->default_acl);
}

/* --- walks --- */

static inline char *build_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

/* Directories above every file are there, as root's with 0755, unless given. */
static inline void build_above(struct build *b, const char *view, const char *path)
{
	char *above = build_parent(path);

	if (!build_find(b, view, above))
		build_file_in(b, NULL, NODE_DIR, above, "root:root 0755");
	if (!streq(above, "/"))
		build_above(b, view, above);
	free(above);
}

static inline bool build_has_node(const struct walk *walk, const char *path)
{
	for (size_t i = 0; i < walk->n_nodes; i++)
		if (streq(walk->nodes[i].path, path))
			return true;
	return false;
}

/* One step of a walk: adds the node of path, yields the canonical path to go on from (NULL: the walk has ended). */
static inline char *build_step(struct build *b, struct walk *walk, char *path, int depth)
{
	struct build_file *file = build_find(b, walk->view, path);
	char *to, *above;

	if (!file || file->unreadable) {
		walk->failed = file ? file->unreadable : ENOENT;
		walk->missing = path;
		return NULL;
	}
	if (file->node.type != NODE_DIR || !build_has_node(walk, path)) {
		struct node *node = ARRAY_NEW(walk->nodes, walk->n_nodes);

		shape_copy(&node_shape, node, &file->node);
	}
	if (file->node.type != NODE_SYMLINK || depth > 8)
		return path;
	above = build_parent(path);
	to = file->node.link[0] == '/' ? xstrdup(file->node.link) : xasprintf("%s/%s", streq(above, "/") ? "" : above, file->node.link);
	free(above);
	free(path);
	for (char *slash = strchr(to + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *next = xstrndup(to, (size_t)(slash - to)), *done = build_step(b, walk, next, depth + 1);

		if (!done) {
			free(to);
			return NULL;
		}
		free(done);
	}
	return build_step(b, walk, to, depth + 1);
}

static inline void build_walk(struct build *b, const char *view, const char *path)
{
	struct walk *walk;
	char *at, *words = xstrdup(path + 1), *rest = words, *word;

	if (walk_find(&b->facts, view, path)) {
		free(words);
		return;
	}
	walk = ARRAY_NEW(b->facts.walks, b->facts.n_walks);
	walk->view = xstrdup(view);
	walk->path = xstrdup(path);
	at = build_step(b, walk, xstrdup("/"), 0);
	while (at && (word = strsep(&rest, "/"))) {
		char *next = xasprintf("%s/%s", streq(at, "/") ? "" : at, word);
		struct build_file *here = build_find(b, view, at);

		if (here && here->node.type != NODE_DIR) {
			walk->failed = ENOTDIR;
			walk->missing = at;
			at = NULL;
			free(next);
			break;
		}
		free(at);
		at = build_step(b, walk, next, 0);
	}
	free(at);
	free(words);
}

/* Walks of every unix endpoint that references, targets and pools name, in every view. */
static inline void build_done(struct build *b)
{
	struct facts *f = &b->facts;

	for (size_t i = b->n_files; i-- > 0;) {
		char *path = xstrdup(b->files[i].node.path), *view = xstrdup(b->files[i].view);

		build_above(b, view, path);
		free(path);
		free(view);
	}
	for (size_t v = 0; v < f->n_views; v++) {
		if (f->views[v].unknown)
			continue;
		for (size_t i = 0; i < f->n_nginx; i++)
			for (size_t j = 0; j < f->nginx[i].n_refs; j++)
				if (endpoint_path(f->nginx[i].refs[j].endpoint))
					build_walk(b, f->views[v].id, endpoint_path(f->nginx[i].refs[j].endpoint));
		for (size_t i = 0; i < f->n_targets; i++)
			if (endpoint_path(f->targets[i].endpoint))
				build_walk(b, f->views[v].id, endpoint_path(f->targets[i].endpoint));
	}
}

static inline void build_free(struct build *b)
{
	for (size_t i = 0; i < b->n_files; i++) {
		free(b->files[i].view);
		shape_free(&node_shape, &b->files[i].node);
	}
	free(b->files);
	facts_free(&b->facts);
}

/* --- processes --- */

static inline void build_process(const struct build *b, const char *comm, uint32_t pid, const char *user, struct process *as)
{
	*as = (struct process){.pid = pid, .comm = xstrdup(comm), .uid = build_uid(b, user), .mntns = BUILD_MNTNS, .userns = BUILD_USERNS,
		.netns = BUILD_NETNS, .root = xstrdup("/"), .view = xstrdup("host"), .started = b->now - 900};
	as->gid = as->ruid = as->uid;
	as->caps = as->uid == 0 ? ~(uint64_t)0 : 0;
	if (as->uid)
		ARRAY_ADD(as->groups, as->n_groups, as->gid);
}

/* A master (pid 800) and one worker (812) of this user; groups are those that the account data give. */
static inline struct worker *build_worker(struct build *b, uint32_t nginx, const char *user, uint32_t pid)
{
	struct worker *worker = ARRAY_NEW(b->facts.workers, b->facts.n_workers);
	struct accounts *a = &b->facts.accounts;

	worker->id = xasprintf("w%zu", b->facts.n_workers);
	worker->nginx = nginx;
	worker->user = xstrdup(user);
	build_process(b, "nginx", pid, user, &worker->as);
	ARRAY_ADD(worker->pids, worker->n_pids, pid);
	for (size_t i = 0; i < a->n_groups; i++)
		if (strings_has(&a->groups[i].members, user))
			ARRAY_ADD(worker->as.groups, worker->as.n_groups, a->groups[i].gid);
	return worker;
}

static inline struct nginx *build_nginx(struct build *b, const char *user)
{
	struct nginx *nginx = ARRAY_NEW(b->facts.nginx, b->facts.n_nginx);

	*nginx = (struct nginx){.pid = 800, .exe = xstrdup("/usr/sbin/nginx"), .conf = xstrdup("/etc/nginx/nginx.conf"),
		.prefix = xstrdup("/usr/share/nginx/"), .user = xstrdup(user), .user_at = {xstrdup("/etc/nginx/nginx.conf"), 1},
		.user_offset = 5, .user_length = strlen(user)};
	build_process(b, "nginx", 800, "root", &nginx->as);
	build_worker(b, (uint32_t)b->facts.n_nginx - 1, user, 812);
	return nginx;
}

/* A server block of the newest nginx; names are separated by blanks. Yields its index. */
static inline int build_server(struct build *b, const char *names)
{
	struct nginx *nginx = &b->facts.nginx[b->facts.n_nginx - 1];
	struct nginx_server *server = ARRAY_NEW(nginx->servers, nginx->n_servers);
	char *words = xstrdup(names), *rest = words, *word;

	server->at = (struct place){xstrdup("/etc/nginx/sites-enabled/default"), (uint32_t)nginx->n_servers * 10};
	strings_add(&server->listens, "80");
	while ((word = strsep(&rest, " ")))
		strings_add(&server->names, word);
	free(words);
	return (int)nginx->n_servers - 1;
}

/* A pass directive of the newest nginx, in a server block of its own. */
static inline struct nginx_ref *build_ref(struct build *b, const char *directive, const char *endpoint, const char *server_names)
{
	int server = build_server(b, server_names);
	struct nginx *nginx = &b->facts.nginx[b->facts.n_nginx - 1];
	struct nginx_ref *ref = ARRAY_NEW(nginx->refs, nginx->n_refs);

	*ref = (struct nginx_ref){.endpoint = xstrdup(endpoint), .written = xstrdup(endpoint), .directive = xstrdup(directive),
		.at = {xstrdup("/etc/nginx/sites-enabled/default"), (uint32_t)nginx->n_refs * 10 + 2}, .offset = nginx->n_refs * 100,
		.length = strlen(endpoint), .server = server};
	return ref;
}

static inline struct nginx_ref *build_unresolved(struct build *b, const char *directive, const char *written)
{
	struct nginx_ref *ref = build_ref(b, directive, written, "example.com");

	free(ref->endpoint);
	ref->endpoint = NULL;
	ref->unresolved = xasprintf("the variable %s is set by the request", written);
	return ref;
}

/* A PHP-FPM master; pid 0: configured, not running. */
static inline struct backend *build_php(struct build *b, uint32_t pid)
{
	struct backend *backend = ARRAY_NEW(b->facts.backends, b->facts.n_backends);

	*backend = (struct backend){.kind = BACKEND_PHP_FPM, .pid = pid, .version = xstrdup("8.2"),
		.config = xstrdup("/etc/php/8.2/fpm/php-fpm.conf"), .view = xstrdup("host"), .unit = xstrdup("php8.2-fpm.service")};
	if (pid)
		build_process(b, "php-fpm8.2", pid, "root", &backend->as);
	return backend;
}

/* Another server: Gunicorn, uWSGI, Node … */
static inline struct backend *build_backend(struct build *b, int kind, uint32_t pid, const char *user)
{
	struct backend *backend = ARRAY_NEW(b->facts.backends, b->facts.n_backends);

	*backend = (struct backend){.kind = kind, .pid = pid, .view = xstrdup("host")};
	if (pid)
		build_process(b, name_of(backend_kind_names, kind), pid, user, &backend->as);
	return backend;
}

static inline void build_setting(struct backend_section *section, const char *text, bool commented)
{
	struct setting *setting = ARRAY_NEW(section->settings, section->n_settings);
	const char *equals = strchr(text, '=');

	*setting = (struct setting){.key = xstrndup(text, (size_t)(equals - text)), .value = xstrdup(equals + 1),
		.file = xstrdup(section->at.file), .line = (uint32_t)section->n_settings + 1, .commented = commented};
}

/* A pool, or the configuration of one socket of another server. Settings are "key=value", ";key=value" for a commented one; the list ends with NULL. */
static inline struct backend_section *build_pool(struct build *b, struct backend *backend, const char *name, const char *listen, ...)
{
	struct backend_section *section = ARRAY_NEW(backend->sections, backend->n_sections);
	const char *text;
	va_list args;

	(void)b;
	section->name = xstrdup(name);
	section->at = (struct place){xasprintf("/etc/php/8.2/fpm/pool.d/%s.conf", name), 4};
	section->endpoint = listen[0] == '/' ? xasprintf("unix:%s", listen) : xstrdup(listen);
	text = xasprintf("listen=%s", listen);
	build_setting(section, text, false);
	free((char *)text);
	va_start(args, listen);
	while ((text = va_arg(args, const char *)))
		build_setting(section, *text == ';' ? text + 1 : text, *text == ';');
	va_end(args);
	return section;
}

/* A unit as its fragment says: settings are "Section.Key=value", the list ends with NULL. Enabled and active; units stand in the order of their names. */
static inline struct unit *build_unit(struct build *b, const char *name, ...)
{
	struct facts *f = &b->facts;
	struct unit unit = {.name = xstrdup(name), .fragment = xasprintf("/usr/lib/systemd/system/%s", name), .load = xstrdup("loaded"),
		.active = xstrdup("active"), .at_boot = xstrdup("yes")};
	const char *text;
	size_t at = 0;
	va_list args;

	va_start(args, name);
	while ((text = va_arg(args, const char *))) {
		const char *equals = strchr(text, '=');
		struct setting *setting = ARRAY_NEW(unit.settings, unit.n_settings);

		*setting = (struct setting){.key = xstrndup(text, (size_t)(equals - text)), .value = xstrdup(equals + 1),
			.file = xstrdup(unit.fragment), .line = (uint32_t)unit.n_settings};
	}
	va_end(args);
	*ARRAY_NEW(unit.files, unit.n_files) = (struct config_file){.path = xstrdup(unit.fragment), .mode = 0644};
	(void)ARRAY_NEW(f->units, f->n_units);
	while (at + 1 < f->n_units && strcmp(f->units[at].name, name) < 0)
		at++;
	memmove(&f->units[at + 1], &f->units[at], (f->n_units - 1 - at) * sizeof(*f->units));
	f->units[at] = unit;
	f->host.systemd = true;
	return &f->units[at];
}

static inline void build_tmpfiles(struct build *b, const char *type, const char *path, const char *mode, const char *user, const char *group)
{
	struct tmpfiles_line *line = ARRAY_NEW(b->facts.tmpfiles, b->facts.n_tmpfiles);

	*line = (struct tmpfiles_line){.type = xstrdup(type), .path = xstrdup(path), .mode = xstrdup(mode), .user = xstrdup(user),
		.group = xstrdup(group), .at = {xstrdup("/usr/lib/tmpfiles.d/host.conf"), (uint32_t)b->facts.n_tmpfiles}};
}

static inline struct process *build_process_of(struct build *b, uint32_t pid)
{
	for (size_t i = 0; i < b->facts.n_backends; i++)
		if (pid && b->facts.backends[i].pid == pid)
			return &b->facts.backends[i].as;
	return NULL;
}

/* A socket that listens at a path (its inode the one that stands there now), an abstract name "@x", or "127.0.0.1:9000". */
static inline struct listener *build_listen(struct build *b, const char *name, uint32_t pid)
{
	struct listener *listener = ARRAY_NEW(b->facts.listeners, b->facts.n_listeners);
	struct build_file *file = build_find(b, NULL, name);
	struct process *holder = ARRAY_NEW(listener->holders, listener->n_holders), *as = build_process_of(b, pid);

	listener->family = name[0] == '/' ? LISTENER_UNIX : name[0] == '@' ? LISTENER_ABSTRACT : LISTENER_TCP;
	listener->name = xstrdup(name + (name[0] == '@'));
	listener->netns = BUILD_NETNS;
	listener->inode = 5000 + b->facts.n_listeners;
	listener->file_dev = file ? file->node.dev : 0;
	listener->file_ino = file ? file->node.ino : 0;
	listener->backlog = 511;
	listener->listening = true;
	if (as)
		shape_copy(&process_shape, holder, as);
	else
		build_process(b, "app", pid, "app", holder);
	return listener;
}

static inline struct probe *build_probe(struct build *b, const char *worker, const char *endpoint, int error)
{
	struct probe *probe = ARRAY_NEW(b->facts.probes, b->facts.n_probes);

	*probe = (struct probe){.worker = xstrdup(worker), .endpoint = xstrdup(endpoint), .error = error};
	b->facts.host.probing = true;
	return probe;
}

static inline void build_target(struct build *b, const char *endpoint, const char *server_name)
{
	struct target *target = ARRAY_NEW(b->facts.targets, b->facts.n_targets);

	*target = (struct target){.given = xstrdup(endpoint ? endpoint : server_name), .endpoint = xstrdup(endpoint),
		.server_name = xstrdup(server_name)};
}

/* The stock Debian site: nginx as www-data, one pool with the distribution's settings, all in order. */
#define BUILD_PHP_SOCKET "/run/php/php8.2-fpm.sock"
static inline struct build build_site(const char *socket_perms, const char *owner, const char *group, const char *mode)
{
	struct build b = build_host("debian 12");
	char *o = xasprintf("listen.owner=%s", owner), *g = xasprintf("listen.group=%s", group), *m = xasprintf("listen.mode=%s", mode);

	build_nginx(&b, "www-data");
	build_ref(&b, "fastcgi_pass", "unix:" BUILD_PHP_SOCKET, "example.com");
	build_dir(&b, "/run/php", "www-data:www-data 0755");
	build_socket(&b, BUILD_PHP_SOCKET, socket_perms);
	build_pool(&b, build_php(&b, 801), "www", BUILD_PHP_SOCKET, o, g, m, "user=www-data", NULL);
	build_listen(&b, BUILD_PHP_SOCKET, 801);
	free(o);
	free(g);
	free(m);
	return b;
}

#endif
