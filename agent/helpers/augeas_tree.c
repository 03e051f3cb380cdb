/* SPDX-License-Identifier: MIT */
/* The short text as a tree, and back. */
#include "helpers/augeas_editor.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <strings.h>

int fail(struct editor *e, uint32_t line, const char *sentence)
{
	e->reply->error = xstrdup(sentence);
	e->reply->line = line;
	return -EINVAL;
}

uint32_t line_number(const struct editor *e, size_t k)
{
	return k < e->lines.n_shown ? (uint32_t)e->lines.shown[k] + 1 : 0;
}

int parse(struct editor *e, const char *text, const char *path)
{
	const char *lens = e->format->lens, *message = NULL, *line = NULL;
	AUTO_FREE char *error = xasprintf("/augeas/text%s/error", path), *at = xasprintf("%s/line", error);
	AUTO_FREE char *says = xasprintf("%s/message", error), *shown = NULL, *sentence = NULL;

	aug_set(e->aug, "/input", text);
	if (aug_text_store(e->aug, lens, "/input", path) == 0)
		return 0;
	aug_get(e->aug, says, &message);
	aug_get(e->aug, at, &line);
	shown = escape_terminal(message ? message : aug_error_message(e->aug));
	sentence = xasprintf("Augeas cannot read the text: %s", shown);
	return fail(e, line ? line_number(e, strtoul(line, NULL, 10) - 1) : 0, sentence);
}

static void free_paths(char **paths, int n)
{
	for (int i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
}

static char *words_of(struct editor *e, const char *path)
{
	AUTO_FREE char *pattern = xasprintf("%s/value", path);
	struct text out = {0};
	char **paths = NULL;
	int n = aug_match(e->aug, pattern, &paths);

	for (int i = 0; i < n; i++) {
		const char *word = NULL;

		aug_get(e->aug, paths[i], &word);
		text_addf(&out, "%s%s", i ? " " : "", word ? word : "");
	}
	free_paths(paths, n);
	return text_steal(&out);
}

static void add_node(struct editor *e, const char *path)
{
	struct node *node = ARRAY_NEW(e->nodes, e->n_nodes);
	const char *label = NULL, *value = NULL;

	aug_label(e->aug, path, &label);
	aug_get(e->aug, path, &value);
	*node = (struct node){xstrdup(path), xstrdup(label ? label : ""), xstrdup(value), false};
	node->comment = streq(node->label, "#comment");
	if (e->format->words && !node->comment)
		node->value = words_of(e, path);
}

static void load_section(struct editor *e, const char *path)
{
	AUTO_FREE char *children = xasprintf("%s/*", path);
	char **paths = NULL;
	int n;

	add_node(e, path);
	*e->nodes[e->n_nodes - 1].label = '\0';
	n = aug_match(e->aug, children, &paths);
	for (int i = 0; i < n; i++) {
		/* by its place, which stays when others of its name are put in after it */
		AUTO_FREE char *child = xasprintf("%s/*[%d]", path, i + 1);

		add_node(e, child);
	}
	free_paths(paths, n);
}

int load_tree(struct editor *e)
{
	char **paths = NULL;
	int n = aug_match(e->aug, "/text/*", &paths);

	for (int i = 0; i < n; i++)
		load_section(e, paths[i]);
	free_paths(paths, n);
	if (e->n_nodes == 0)
		return fail(e, 0, "the section does not stand in the text");
	return e->n_nodes == e->lines.n_shown ? 0 : fail(e, 0, "Augeas counts other lines than the text has");
}

static char *tree_text(augeas *aug, const char *root)
{
	AUTO_FREE char *pattern = xasprintf("%s//*", root);
	struct text out = {0};
	char **paths = NULL;
	int n = aug_match(aug, pattern, &paths);

	for (int i = 0; i < n; i++) {
		const char *value = NULL;

		aug_get(aug, paths[i], &value);
		text_addf(&out, "%s=%s\n", paths[i] + strlen(root), value ? value : "");
	}
	free_paths(paths, n);
	return text_steal(&out);
}

int prove(struct editor *e)
{
	AUTO_FREE char *text = ini_lines_short(&e->lines), *meant = NULL, *got = NULL;
	int r = parse(e, text, "/proof");

	if (r < 0)
		return r;
	meant = tree_text(e->aug, "/text");
	got = tree_text(e->aug, "/proof");
	return streq(meant, got) ? 0 : fail(e, 0, "the changed text would not be read as it was meant");
}
