/* SPDX-License-Identifier: MIT */
#include "facts/unit_paths.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* lookup_paths_init() of its source, RUNTIME_SCOPE_SYSTEM. Where /lib is a link to /usr/lib its directory is the same one. */
static const char *const search_path[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient", "/run/systemd/generator.early",
	"/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system", "/run/systemd/system.attached",
	"/run/systemd/generator", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
	"/run/systemd/generator.late",
};

static const char *const link_suffixes[] = {".wants", ".requires", ".upholds"};

/* --- listing ------------------------------------------------------------------------------------------------------- */

static bool same_directory(int root, const char *a, const char *b)
{
	AUTO_CLOSE int x = beneath_open(root, a, O_PATH), y = beneath_open(root, b, O_PATH);
	struct stat s, t;

	return x >= 0 && y >= 0 && fstat(x, &s) == 0 && fstat(y, &t) == 0 && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct strings *s)
{
	if (s->n)
		qsort(s->items, s->n, sizeof(*s->items), by_name);
}

static void read_dir(struct unit_paths *p, const char *path, struct string_index *seen)
{
	struct unit_dir *dir = ARRAY_NEW(p->dirs, p->n_dirs);
	AUTO_STRINGS struct strings names = {0};

	dir->path = path;
	if (beneath_names(p->root, path, "*", &names) < 0)
		p->unknown = true;
	for (size_t i = 0; i < names.n; i++) {
		string_index_put(&dir->names, names.items[i], 0);
		if (string_index_get(seen, names.items[i]) < 0)
			strings_add(&p->names, names.items[i]);
		string_index_put(seen, names.items[i], 0);
	}
}

void unit_paths_read(int root, struct unit_paths *out)
{
	struct string_index seen = {0};

	*out = (struct unit_paths){.root = root};
	for (size_t i = 0; i < COUNT_OF(search_path); i++)
		if (!streq(search_path[i], "/lib/systemd/system") || !same_directory(root, search_path[i], "/usr/lib/systemd/system"))
			read_dir(out, search_path[i], &seen);
	sort(&out->names);
	string_index_free(&seen);
}

static void add_links(struct unit_paths *p, const char *dir, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(link_suffixes); i++) {
		AUTO_STRINGS struct strings units = {0};
		AUTO_FREE char *path = NULL;

		if (!ends_with(name, link_suffixes[i]))
			continue;
		path = xasprintf("%s/%s", dir, name);
		if (beneath_names(p->root, path, "*", &units) < 0)
			p->unknown = true;
		for (size_t k = 0; k < units.n; k++)
			ARRAY_ADD(p->links, p->n_links, (struct unit_link){
				xstrndup(name, strlen(name) - strlen(link_suffixes[i])), xstrdup(units.items[k])});
	}
}

void unit_paths_links(struct unit_paths *paths)
{
	if (paths->linked)
		return;
	paths->linked = true;
	for (size_t i = 0; i < paths->names.n; i++)
		for (size_t d = 0; d < paths->n_dirs; d++)
			if (string_index_get(&paths->dirs[d].names, paths->names.items[i]) >= 0)
				add_links(paths, paths->dirs[d].path, paths->names.items[i]);
}

void unit_paths_free(struct unit_paths *paths)
{
	for (size_t i = 0; i < paths->n_dirs; i++)
		string_index_free(&paths->dirs[i].names);
	for (size_t i = 0; i < paths->n_links; i++) {
		free(paths->links[i].by);
		free(paths->links[i].unit);
	}
	free(paths->dirs);
	free(paths->links);
	strings_free(&paths->names);
	*paths = (struct unit_paths){.root = -1};
}

/* --- the fragment -------------------------------------------------------------------------------------------------- */

/* What the link at path says, as an absolute path without ".." where that can be done by text alone; NULL: no link. */
static char *link_target(int root, const char *path)
{
	AUTO_CLOSE int fd = beneath_open(root, path, O_PATH | O_NOFOLLOW);
	char target[PATH_MAX];
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", target, sizeof(target) - 1);

	if (n <= 0)
		return NULL;
	target[n] = '\0';
	if (target[0] == '/')
		return xstrdup(target);
	AUTO_FREE char *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	char *rest = target;
	while (starts_with(rest, "../") && strrchr(dir, '/')) {
		*strrchr(dir, '/') = '\0';
		rest += 3;
	}
	return xasprintf("%s/%s", dir, rest);
}

static const struct unit_dir *dir_of(const struct unit_paths *p, const char *path)
{
	for (size_t i = 0; i < p->n_dirs; i++) {
		size_t n = strlen(p->dirs[i].path);

		if (strncmp(path, p->dirs[i].path, n) == 0 && path[n] == '/' && !strchr(path + n + 1, '/'))
			return &p->dirs[i];
	}
	return starts_with(path, "/lib/systemd/system/") && p->n_dirs ? &p->dirs[0] : NULL;
}

static char *first_with(const struct unit_paths *p, const char *name)
{
	for (size_t i = 0; i < p->n_dirs; i++)
		if (string_index_get(&p->dirs[i].names, name) >= 0)
			return xasprintf("%s/%s", p->dirs[i].path, name);
	return NULL;
}

/* The name that a link within the search path leads to, where it is another unit's; NULL: none. The instance goes along: app@x.service as a
 * link to web@.service is web@x.service. */
static char *alias(const struct unit_paths *p, const char *name, const char *target)
{
	const char *base = target && dir_of(p, target) ? strrchr(target, '/') + 1 : NULL;
	AUTO_UNIT_NAME struct unit_name from = {0}, to = {0};

	if (!base || streq(base, name) || !unit_name_split(name, &from) || !unit_name_split(base, &to) || !streq(from.type, to.type))
		return NULL;
	if (!to.instance || *to.instance)
		return xstrdup(base);
	if (!from.instance || streq(from.prefix, to.prefix))
		return NULL;
	return xasprintf("%s@%s.%s", to.prefix, from.instance, to.type);
}

/* "loaded", "masked", "not-found": by what the path leads to. */
static const char *state_of(int root, const char *path)
{
	AUTO_CLOSE int fd = beneath_open(root, path, O_PATH);
	AUTO_FREE char *target = link_target(root, path);
	struct stat st;

	if (streq(target, "/dev/null"))
		return "masked";
	if (fd < 0)
		return fd == -ELOOP ? "error" : "not-found";
	if (fstat(fd, &st) < 0)
		return "not-found";
	return st.st_size == 0 && S_ISREG(st.st_mode) ? "masked" : S_ISREG(st.st_mode) ? "loaded" : "error";
}

static const char *find_fragment(const struct unit_paths *p, struct unit_files *out, struct strings *names)
{
	for (unsigned links = 0; links < 16; links++) {
		AUTO_FREE char *template = unit_name_template(out->name);
		AUTO_FREE char *own = first_with(p, out->name);
		AUTO_FREE char *path = own || !template ? xstrdup(own) : first_with(p, template);
		AUTO_FREE char *target = path ? link_target(p->root, path) : NULL;
		char *other = alias(p, out->name, target);
		const char *state;

		if (!strings_has(names, out->name))
			strings_add(names, out->name);
		if (!path)
			return "not-found";
		if (other) {
			free(out->name);
			out->name = other;
			continue;
		}
		state = state_of(p->root, path);
		if (streq(state, "loaded"))
			out->fragment = TAKE_PTR(path);
		return state;
	}
	return "error";
}

/* --- drop-ins ------------------------------------------------------------------------------------------------------- */

struct chosen {
	struct string_index names;
	struct strings paths;
};

static const char *after_slash(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int by_file_name(const void *a, const void *b)
{
	return strcmp(after_slash(*(char *const *)a), after_slash(*(char *const *)b));
}

/* Files NAME.conf of the directory that have not been masked. */
static void add_dropins(const struct unit_paths *p, const struct unit_dir *dir, const char *name, struct chosen *c)
{
	AUTO_FREE char *of = xasprintf("%s.d", name);
	AUTO_FREE char *path = xasprintf("%s/%s", dir->path, of);
	AUTO_STRINGS struct strings found = {0};

	if (string_index_get(&dir->names, of) < 0)
		return;
	beneath_names(p->root, path, "*", &found);
	for (size_t i = 0; i < found.n; i++) {
		AUTO_FREE char *file = xasprintf("%s/%s", path, found.items[i]);

		if (!ends_with(file, ".conf") || string_index_get(&c->names, found.items[i]) >= 0)
			continue;
		string_index_put(&c->names, found.items[i], 0);
		if (!streq(state_of(p->root, file), "masked"))
			strings_own(&c->paths, TAKE_PTR(file));
	}
}

/* unit_file_find_dirs(): the name, its template, then the same for what stands before its last dash. */
static void add_names(const char *name, struct strings *out)
{
	AUTO_FREE char *template = unit_name_template(name), *shorter = NULL;
	AUTO_UNIT_NAME struct unit_name parts = {0};
	char *dash;

	strings_add(out, name);
	if (template)
		strings_add(out, template);
	if (!unit_name_split(name, &parts))
		return;
	if (ends_with(parts.prefix, "-"))
		parts.prefix[strlen(parts.prefix) - 1] = '\0';
	dash = strrchr(parts.prefix, '-');
	if (!dash || dash == parts.prefix)
		return;
	dash[1] = '\0';
	shorter = parts.instance ? xasprintf("%s@%s.%s", parts.prefix, parts.instance, parts.type)
				 : xasprintf("%s.%s", parts.prefix, parts.type);
	add_names(shorter, out);
}

static void find_dropins(const struct unit_paths *p, const struct strings *names, struct unit_files *out)
{
	struct chosen c = {0};
	const char *dot = strrchr(out->name, '.');

	for (size_t n = 0; n < names->n; n++) {
		AUTO_STRINGS struct strings dirs = {0};

		add_names(names->items[n], &dirs);
		for (size_t d = 0; d < p->n_dirs; d++)
			for (size_t i = 0; i < dirs.n; i++)
				add_dropins(p, &p->dirs[d], dirs.items[i], &c);
	}
	for (size_t d = 0; dot && d < p->n_dirs; d++)
		add_dropins(p, &p->dirs[d], dot + 1, &c);
	if (c.paths.n)
		qsort(c.paths.items, c.paths.n, sizeof(*c.paths.items), by_file_name);
	out->dropins = c.paths;
	string_index_free(&c.names);
}

const char *unit_paths_find(const struct unit_paths *paths, const char *name, struct unit_files *out)
{
	AUTO_STRINGS struct strings names = {0};
	const char *state;

	*out = (struct unit_files){.name = xstrdup(name)};
	state = find_fragment(paths, out, &names);
	if (streq(state, "loaded"))
		find_dropins(paths, &names, out);
	return state;
}
