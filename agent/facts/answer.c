/* SPDX-License-Identifier: MIT */
#include "facts/edit.h"
#include "facts/gather_state.h"
#include "base/alloc.h"

#include <errno.h>
#include <string.h>

static void answer_edit(struct gather *g, const struct question *q, const char *failed)
{
	char *key = edit_key(q);
	struct edit edit = {0};
	int root;

	if (edit_find(g->facts, key)) {
		free(key);
		return;
	}
	root = failed ? -EINVAL : gather_root(g, q->view);
	if (root >= 0)
		edit_answer(root, q, &edit);
	else if (!failed)
		failed = strerror(-root);
	free(edit.key);
	edit.key = key;
	if (!edit.failed && !edit.after)
		edit.failed = xstrdup(failed ? failed : "no edit was made");
	ARRAY_ADD(g->facts->edits, g->facts->n_edits, edit);
}

/* False where it was answered before. */
static bool answer_walk(struct gather *g, const struct question *q)
{
	const char *view = q->view ? q->view : "host";

	if (walk_find(g->facts, view, q->path))
		return false;
	gather_walk(g, view, q->path);
	return true;
}

/* Where the host cannot even be opened again, every question still gets its answer: that nothing is known. */
void facts_answer(struct facts *facts, const struct gather_options *options, const struct questions *questions)
{
	AUTO_GATHER struct gather g = {.root = -1, .proc = -1};
	struct error err = {0};
	bool open = gather_open(&g, options, facts, &err) == 0, walked = false;

	if (!open)
		g.roots.host = -EACCES;
	g.paths.labels = facts->host.selinux == LSM_ENFORCING || facts->host.selinux == LSM_PERMISSIVE;
	g.paths.look_inside = true;
	for (size_t i = 0; i < questions->n; i++) {
		if (questions->items[i].kind == QUESTION_WALK)
			walked |= answer_walk(&g, &questions->items[i]);
		else
			answer_edit(&g, &questions->items[i], open ? NULL : err.text);
	}
	if (walked && open)
		gather_tmpfiles(&g); /* a new way may have lines of its own */
}
