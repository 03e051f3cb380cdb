/* SPDX-License-Identifier: MIT */
/* permfix-augeas: changes keys in a section of a configuration text. Text in, text out (base/edit_wire.h): it opens no file but the lenses,
 * and gives up every privilege before it looks at the text.
 *
 * Augeas sees the text without its prose comments (base/ini_lines.h): parsing 22 kB of them costs 8 ms, writing them back 14 ms.
 * What it made of the rest is carried back line by line; a line that was not meant to change must come back as it was, and the
 * result is parsed again and compared with the tree that was meant. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/confine.h"
#include "base/edit_wire.h"
#include "base/ini_lines.h"

#include <augeas.h>
#include <errno.h>
#include <strings.h>

/* Where every distribution puts the lenses that come with Augeas; a site's own lenses are not looked at. */
#define LENS_DIRECTORY "/usr/share/augeas/lenses/dist"
#define INPUT_MAX ((size_t)32 << 20) /* a text of 4 MiB in which every byte is escaped, and the rest */
#define MEMORY_MAX ((uint64_t)1 << 30)
#define CPU_SECONDS 20

static const struct format {
	const char *name, *lens;
	const char *warm_up; /* a text of that format */
} formats[] = {{"php-fpm", "PHP.lns", "[a]\nb = c\n"}};

/* A line of the short text, as the tree has it. */
struct node {
	char *path, *label, *value;
	bool mine;    /* in a section of the wanted name */
	bool comment;
};

enum op_kind { OP_SET, OP_REMOVE, OP_INSERT };

struct op {
	int kind;
	size_t line; /* of the short text: the one that changes, or after which the new one comes */
	const struct edit_change *change;
};

struct editor {
	augeas *aug;
	const struct edit_request *request;
	struct edit_reply *reply;
	struct ini_lines lines;
	struct node *nodes; /* one per line of the short text; a section's header is a node without value */
	size_t n_nodes;
	struct op *ops;
	size_t n_ops;
};

static int fail(struct editor *e, uint32_t line, const char *sentence)
{
	e->reply->error = xstrdup(sentence);
	e->reply->line = line;
	return -EINVAL;
}

/* Line k of the short text (from 0) as a line number of the whole. */
static uint32_t line_number(const struct editor *e, size_t k)
{
	return k < e->lines.n_shown ? (uint32_t)e->lines.shown[k] + 1 : 0;
}

/* --- the tree ------------------------------------------------------------------------------------------------------- */

static int parse(struct editor *e, const char *text, const char *path)
{
	const char *lens = formats[0].lens, *message = NULL, *line = NULL;
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

static void add_node(struct editor *e, const char *path, bool mine)
{
	struct node *node = ARRAY_NEW(e->nodes, e->n_nodes);
	const char *label = NULL, *value = NULL;

	aug_label(e->aug, path, &label);
	aug_get(e->aug, path, &value);
	*node = (struct node){xstrdup(path), xstrdup(label ? label : ""), xstrdup(value), mine, false};
	node->comment = streq(node->label, "#comment");
}

/* PHP's scanner takes quotes off a section's name, and PHP-FPM compares without regard to case. */
static bool is_section(const char *label, const char *name)
{
	size_t n = strlen(label);
	bool quoted = n > 1 && label[0] == label[n - 1] && (label[0] == '"' || label[0] == '\'');
	AUTO_FREE char *bare = quoted ? xstrndup(label + 1, n - 2) : xstrdup(label);

	return strcasecmp(bare, name) == 0;
}

static void free_paths(char **paths, int n)
{
	for (int i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
}

static void load_section(struct editor *e, const char *path)
{
	AUTO_FREE char *children = xasprintf("%s/*", path);
	const char *label = NULL;
	char **paths = NULL;
	bool mine;
	int n;

	aug_label(e->aug, path, &label);
	mine = label && is_section(label, e->request->section);
	if (!streq(label, ".anon")) { /* what stands before the first header */
		add_node(e, path, mine);
		free(e->nodes[e->n_nodes - 1].label);
		e->nodes[e->n_nodes - 1].label = xstrdup("");
	}
	n = aug_match(e->aug, children, &paths);
	for (int i = 0; i < n; i++)
		add_node(e, paths[i], mine);
	free_paths(paths, n);
}

static int load_tree(struct editor *e)
{
	char **paths = NULL;
	int n = aug_match(e->aug, "/text/*", &paths);

	for (int i = 0; i < n; i++)
		load_section(e, paths[i]);
	free_paths(paths, n);
	for (size_t i = 0; i < e->n_nodes; i++)
		if (e->nodes[i].mine)
			return e->n_nodes == e->lines.n_shown ? 0 : fail(e, 0, "Augeas counts other lines than the text has");
	return fail(e, 0, "the section does not stand in the text");
}

/* --- what is to be done --------------------------------------------------------------------------------------------- */

#define NOT_FOUND SIZE_MAX

static bool holds_key(const struct editor *e, size_t k, const char *key, bool comment)
{
	const struct node *node = &e->nodes[k];
	const struct ini_line *line = &e->lines.items[e->lines.shown[k]];
	AUTO_FREE char *commented = NULL;

	if (!node->mine || node->comment != comment)
		return false;
	if (!comment)
		return strcasecmp(node->label, key) == 0;
	commented = ini_commented_key(line->s, line->n);
	return commented && strcasecmp(commented, key) == 0;
}

static size_t last_with_key(const struct editor *e, const char *key, bool comment)
{
	for (size_t k = e->n_nodes; k-- > 0;)
		if (holds_key(e, k, key, comment))
			return k;
	return NOT_FOUND;
}

static size_t last_listen(const struct editor *e)
{
	for (size_t k = e->n_nodes; k-- > 0;)
		if (e->nodes[k].mine && !e->nodes[k].comment &&
			strncasecmp(e->nodes[k].label, "listen.", strlen("listen.")) == 0)
			return k;
	return last_with_key(e, "listen", false);
}

static size_t last_of_section(const struct editor *e)
{
	for (size_t k = e->n_nodes; k-- > 0;)
		if (e->nodes[k].mine)
			return k;
	return NOT_FOUND;
}

/* Beside its comment, else after the last listen.* line, else after listen, else at the end. */
static size_t place_for(const struct editor *e, const char *key)
{
	size_t k = last_with_key(e, key, true);

	if (k == NOT_FOUND)
		k = last_listen(e);
	return k == NOT_FOUND ? last_of_section(e) : k;
}

static void plan_removal(struct editor *e, const struct edit_change *change)
{
	for (size_t k = 0; k < e->n_nodes; k++)
		if (holds_key(e, k, change->key, false))
			ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_REMOVE, k, change});
}

static void plan_value(struct editor *e, const struct edit_change *change)
{
	size_t k = last_with_key(e, change->key, false); /* the one in force */

	if (k == NOT_FOUND)
		ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_INSERT, place_for(e, change->key), change});
	else if (!streq(e->nodes[k].value ? e->nodes[k].value : "", change->value))
		ARRAY_ADD(e->ops, e->n_ops, (struct op){OP_SET, k, change});
}

static int plan(struct editor *e)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	for (size_t i = 0; i < e->request->n_changes; i++) {
		const struct edit_change *change = &e->request->changes[i];

		if (!change->key || !*change->key || strspn(change->key, allowed) != strlen(change->key))
			return fail(e, 0, "a key has characters that a key cannot have");
		if (change->value && strpbrk(change->value, "\r\n"))
			return fail(e, 0, "a value has an end of line in it");
		for (size_t k = 0; k < i; k++)
			if (strcasecmp(e->request->changes[k].key, change->key) == 0)
				return fail(e, 0, "a key is to be changed twice");
		if (change->value)
			plan_value(e, change);
		else
			plan_removal(e, change);
	}
	return 0;
}

/* --- doing it ------------------------------------------------------------------------------------------------------- */

/* The path of the section that node k is in: of its header, which has no label here. */
static char *section_path(const struct editor *e, size_t k)
{
	while (k > 0 && *e->nodes[k].label)
		k--;
	return xstrdup(e->nodes[k].path);
}

static int insert_key(struct editor *e, const struct op *op)
{
	AUTO_FREE char *section = section_path(e, op->line), *fresh = xasprintf("%s/%s[last()]", section, op->change->key);
	const struct node *anchor = &e->nodes[op->line];
	AUTO_FREE char *first = xasprintf("%s/*[1]", section);
	bool at_header = !*anchor->label;
	int r;

	if (at_header && aug_match(e->aug, first, NULL) == 0)
		r = 0; /* an empty section: aug_set makes its first child */
	else
		r = aug_insert(e->aug, at_header ? first : anchor->path, op->change->key, at_header);
	if (at_header && r == 0 && aug_match(e->aug, fresh, NULL) == 0) {
		free(fresh);
		fresh = xasprintf("%s/%s", section, op->change->key);
	}
	return r < 0 ? r : aug_set(e->aug, fresh, *op->change->value ? op->change->value : NULL);
}

static int do_op(struct editor *e, const struct op *op)
{
	const char *path = e->nodes[op->line].path;

	if (op->kind == OP_REMOVE)
		return aug_rm(e->aug, path) > 0 ? 0 : -1;
	if (op->kind == OP_SET)
		return aug_set(e->aug, path, *op->change->value ? op->change->value : NULL);
	return insert_key(e, op);
}

static int by_line_backwards(const void *a, const void *b)
{
	const struct op *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? 1 : -1;
	/* What is put in after a line that is taken out needs it as long as it is there. */
	if ((x->kind == OP_INSERT) != (y->kind == OP_INSERT))
		return x->kind == OP_INSERT ? -1 : 1;
	/* At one line the first in the request comes last: each is put in right after the line, before those put in earlier. */
	return x->change < y->change ? 1 : x->change > y->change ? -1 : 0;
}

/* From the end to the begin, so that no path of a node that is still to be changed shifts. */
static int change_tree(struct editor *e)
{
	if (e->n_ops)
		qsort(e->ops, e->n_ops, sizeof(*e->ops), by_line_backwards);
	for (size_t i = 0; i < e->n_ops; i++)
		if (do_op(e, &e->ops[i]) < 0)
			return fail(e, line_number(e, e->ops[i].line), "Augeas refuses the change");
	return 0;
}

/* --- back into the text ---------------------------------------------------------------------------------------------- */

/* The nearest line with a key in the section, before line k if there is one; else line k itself (a comment that holds the key). */
static const struct ini_line *neighbour(const struct editor *e, size_t k)
{
	size_t found = k;

	for (size_t i = 0; i < e->n_nodes && (i <= k || found == k); i++)
		if (e->nodes[i].mine && !e->nodes[i].comment && *e->nodes[i].label)
			found = i;
	return &e->lines.items[e->lines.shown[found]];
}

static char *spaced(const struct editor *e, const char *line, size_t n, size_t k)
{
	AUTO_FREE char *written = xstrndup(line, n);
	const struct ini_line *like = neighbour(e, k);

	return ini_spaced_like(written, like->s, like->n);
}

/* Lines that the parser wrote anew, in order. */
struct written {
	const char *p;
};

static size_t next_line(const struct written *w)
{
	const char *newline = strchr(w->p, '\n');

	return newline ? (size_t)(newline - w->p) + 1 : strlen(w->p);
}

static bool same_as(const struct ini_line *line, const char *s, size_t n)
{
	return (line->n == n && memcmp(line->s, s, n) == 0) ||
	       (line->n + 1 == n && memcmp(line->s, s, line->n) == 0 && s[n - 1] == '\n' && line->s[line->n - 1] != '\n');
}

static void take_back_set(struct editor *e, struct ini_line *line, const struct op *op, const char *s, size_t n)
{
	/* A key without value has no blanks after its equals sign that could be kept. */
	line->changed = e->nodes[op->line].value ? xstrndup(s, n) : ini_spaced_like(s, line->s, line->n);
}

static int take_back_line(struct editor *e, size_t k, struct written *w)
{
	struct ini_line *line = &e->lines.items[e->lines.shown[k]];
	bool touched = false;

	for (size_t i = e->n_ops; i-- > 0;) {
		if (e->ops[i].line != k || e->ops[i].kind == OP_INSERT)
			continue;
		touched = true;
		line->removed = e->ops[i].kind == OP_REMOVE;
		if (!line->removed) {
			AUTO_FREE char *s = xstrndup(w->p, next_line(w));

			take_back_set(e, line, &e->ops[i], s, strlen(s));
			w->p += strlen(s);
		}
	}
	if (!touched && !same_as(line, w->p, next_line(w)))
		return fail(e, line_number(e, k), "Augeas would change a line that was not meant");
	w->p += touched ? 0 : next_line(w);
	for (size_t i = e->n_ops; i-- > 0;) { /* sorted backwards */
		if (e->ops[i].line == k && e->ops[i].kind == OP_INSERT) {
			strings_own(&line->after, spaced(e, w->p, next_line(w), k));
			w->p += next_line(w);
		}
	}
	return 0;
}

static int take_back(struct editor *e, const char *text)
{
	struct written w = {text};
	int r = 0;

	for (size_t k = 0; k < e->lines.n_shown && r == 0; k++)
		r = take_back_line(e, k, &w);
	return r == 0 && *w.p ? fail(e, 0, "Augeas wrote more lines than were meant") : r;
}

/* --- proof ----------------------------------------------------------------------------------------------------------- */

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

/* What will be written, parsed from the start, must be the tree that was meant. */
static int prove(struct editor *e)
{
	AUTO_FREE char *text = ini_lines_short(&e->lines), *meant = NULL, *got = NULL;
	int r = parse(e, text, "/proof");

	if (r < 0)
		return r;
	meant = tree_text(e->aug, "/text");
	got = tree_text(e->aug, "/proof");
	return streq(meant, got) ? 0 : fail(e, 0, "the changed text would not be read as it was meant");
}

static int edit(struct editor *e)
{
	AUTO_FREE char *text = ini_lines_short(&e->lines);
	const char *written = NULL;
	int r = parse(e, text, "/text");

	if (r == 0)
		r = load_tree(e);
	if (r == 0)
		r = plan(e);
	if (r == 0)
		r = change_tree(e);
	if (r < 0)
		return r;
	aug_set(e->aug, "/before", text);
	if (aug_text_retrieve(e->aug, formats[0].lens, "/before", "/text", "/after") < 0 || aug_get(e->aug, "/after", &written) != 1)
		return fail(e, 0, "Augeas cannot write the change in this format");
	r = take_back(e, written ? written : "");
	return r == 0 ? prove(e) : r;
}

static void editor_free(struct editor *e)
{
	for (size_t i = 0; i < e->n_nodes; i++) {
		free(e->nodes[i].path);
		free(e->nodes[i].label);
		free(e->nodes[i].value);
	}
	free(e->nodes);
	free(e->ops);
	ini_lines_free(&e->lines);
}

static void answer(augeas *aug, const struct edit_request *request, struct edit_reply *reply)
{
	struct editor e = {.aug = aug, .request = request, .reply = reply};
	AUTO_STRINGS struct strings keys = {0};

	if (!streq(request->format, formats[0].name) || !request->section || !request->text || !request->n_changes) {
		fail(&e, 0, "the request has no known format, no section, no change or no text");
		return;
	}
	for (size_t i = 0; i < request->n_changes; i++)
		strings_add(&keys, request->changes[i].key ? request->changes[i].key : "");
	ini_lines_split(request->text, &keys, &e.lines);
	if (edit(&e) == 0)
		reply->text = ini_lines_whole(&e.lines);
	editor_free(&e);
}

/* --- the program ------------------------------------------------------------------------------------------------------ */

/* Parsing a first text makes Augeas read its lenses: after that it needs no file. */
static augeas *prepare(void)
{
	augeas *aug = aug_init("/", LENS_DIRECTORY, AUG_NO_STDINC | AUG_NO_LOAD | AUG_NO_MODL_AUTOLOAD | AUG_NO_ERR_CLOSE);

	if (!aug || aug_error(aug) != AUG_NOERROR || aug_set(aug, "/input", formats[0].warm_up) < 0 ||
		aug_text_store(aug, formats[0].lens, "/input", "/warm-up") < 0)
		return NULL;
	aug_set(aug, "/before", formats[0].warm_up);
	aug_text_retrieve(aug, formats[0].lens, "/before", "/warm-up", "/after");
	aug_rm(aug, "/warm-up");
	return aug;
}

static char *read_input(size_t *n)
{
	struct text in = {0};
	char buffer[65536];
	ssize_t got;

	while ((got = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0 && in.size <= INPUT_MAX)
		text_add_bytes(&in, buffer, (size_t)got);
	*n = in.size;
	return text_steal(&in);
}

static void work(augeas *aug, struct edit_reply *reply)
{
	AUTO_EDIT_REQUEST struct edit_request request = {0};
	size_t n = 0;
	AUTO_FREE char *input = read_input(&n);
	struct error err;

	if (n > INPUT_MAX)
		reply->error = xstrdup("the request is too long");
	else if (edit_wire_read(&edit_request_shape, input, n, &request, &err) < 0)
		reply->error = xstrdup(err.text);
	else
		answer(aug, &request, reply);
}

static int send_reply(const struct edit_reply *reply)
{
	AUTO_FREE char *json = edit_wire_write(&edit_reply_shape, reply);

	return printf("%s\n", json) < 0 || fflush(stdout) != 0;
}

int main(void)
{
	static const int fds[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
	AUTO_EDIT_REPLY struct edit_reply reply = {0};
	augeas *aug = prepare();
	struct error err;

	if (!aug) {
		reply.error = xstrdup("Augeas cannot use its lenses in " LENS_DIRECTORY);
	} else if (confine_self(&(struct confine){fds, COUNT_OF(fds), MEMORY_MAX, CPU_SECONDS}, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	} else {
		work(aug, &reply);
	}
	return send_reply(&reply); /* the tree is left to the kernel */
}
