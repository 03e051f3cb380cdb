/* SPDX-License-Identifier: MIT */
/* Lines of tmpfiles.d about what stands on the way to an upstream. */
#include "facts/gather_state.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/string_index.h"
#include "facts/reader.h"
#include "facts/specifier_host.h"

#include <string.h>

struct ways {
	struct string_index seen;
	struct strings paths;
};

static void add(struct ways *w, const char *path)
{
	if (string_index_get(&w->seen, path) >= 0)
		return;
	string_index_put(&w->seen, path, 0);
	strings_add(&w->paths, path);
}

/* The path and all directories above it, without the root. */
static void add_way(struct ways *w, const char *path)
{
	AUTO_FREE char *part = starts_with(path, "/var/run/") ? xstrdup(path + strlen("/var")) : xstrdup(path);

	while (*part == '/') {
		add(w, part);
		*strrchr(part, '/') = '\0';
	}
}

/* As asked for, and as the kernel met them: a line may name either. */
static void ways_of(const struct facts *facts, struct ways *w)
{
	for (size_t i = 0; i < facts->n_walks; i++) {
		const struct walk *walk = &facts->walks[i];

		add_way(w, walk->path);
		if (walk->missing)
			add_way(w, walk->missing);
		for (size_t k = 0; k < walk->n_nodes; k++)
			if (!streq(walk->nodes[k].path, "/"))
				add(w, walk->nodes[k].path);
	}
}

/* Instead of those that were read before some walks were made. */
static void replace_lines(struct facts *facts, struct tmpfiles *read)
{
	for (size_t i = 0; i < facts->n_tmpfiles; i++)
		shape_free(&tmpfiles_line_shape, &facts->tmpfiles[i]);
	free(facts->tmpfiles);
	facts->tmpfiles = TAKE_PTR(read->lines);
	facts->n_tmpfiles = read->n_lines;
	facts->tmpfiles_unknown = read->incomplete;
	read->n_lines = 0;
}

static void note(struct facts *facts, char *sentence)
{
	if (strings_has(&facts->notes, sentence))
		free(sentence);
	else
		strings_own(&facts->notes, sentence);
}

static void take(struct facts *facts, struct tmpfiles *read)
{
	replace_lines(facts, read);
	for (size_t i = 0; i < read->n_problems; i++) {
		const struct config_problem *p = &read->problems[i];

		if (p->at.line)
			note(facts, xasprintf("%s:%u: %s", p->at.file, p->at.line, p->text));
		else
			note(facts, xasprintf("%s: %s", p->at.file, p->text));
	}
}

void gather_tmpfiles(struct gather *g)
{
	struct specifier_host host = {0};
	struct tmpfiles read = {0};
	struct ways ways = {0};
	struct error err = {0};
	struct reader *reader;

	if (!g->facts->host.systemd && !g->facts->host.offline)
		return;
	ways_of(g->facts, &ways);
	reader = ways.paths.n ? gather_reader(g) : NULL;
	specifier_host_read(g->root, g->facts->host.offline, &host);
	if (reader && reader_tmpfiles(reader, g->root, &ways.paths, &host, &read, &err) == 0) {
		take(g->facts, &read);
	} else if (ways.paths.n) {
		g->facts->tmpfiles_unknown = true;
		strings_addf(&g->facts->notes, "tmpfiles.d could not be read: %s", reader ? err.text : "no reader");
	}
	shape_free(&tmpfiles_shape, &read);
	specifier_host_free(&host);
	string_index_free(&ways.seen);
	strings_free(&ways.paths);
}
