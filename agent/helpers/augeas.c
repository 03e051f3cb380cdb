/* SPDX-License-Identifier: MIT */
/* permfix-augeas: changes keys in a section of a configuration text. Text in, text out (base/edit_wire.h): it opens no file but the lenses,
 * and gives up every privilege before it looks at the text.
 *
 * Augeas sees the section without its prose comments (base/ini_lines.h): parsing 22 kB of them costs 8 ms, writing them back 14 ms, and
 * its time grows with the square of the number of sections.
 * What it made of the rest is carried back line by line; a line that was not meant to change must come back as it was, and the
 * result is parsed again and compared with the tree that was meant. */
#include "helpers/augeas_editor.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/confine.h"

/* Where every distribution puts the lenses that come with Augeas; a site's own lenses are not looked at. */
#define LENS_DIRECTORY "/usr/share/augeas/lenses/dist"
#define INPUT_MAX ((size_t)32 << 20) /* a text of 4 MiB in which every byte is escaped, and the rest */
#define MEMORY_MAX ((uint64_t)1 << 30)
#define CPU_SECONDS 20
/* A text of each format. */
#define WARM_UP "[ab]\ncd=e\n"

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
	if (aug_text_retrieve(e->aug, e->format->lens, "/before", "/text", "/after") < 0 || aug_get(e->aug, "/after", &written) != 1)
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

static void answer(augeas *aug, const struct format *format, const struct edit_request *request, struct edit_reply *reply)
{
	AUTO_STRINGS struct strings keys = {0};
	struct editor e = {.aug = aug, .format = format, .request = request, .reply = reply};

	if (!streq(request->format, format->name) || !request->section || !request->text || !request->n_changes) {
		fail(&e, 0, "the request has no known format, no section, no change or no text");
		return;
	}
	for (size_t i = 0; i < request->n_changes; i++)
		strings_add(&keys, request->changes[i].key ? request->changes[i].key : "");
	e.view = (struct ini_view){request->section, &keys, format->begins, format->ends, format->only_related};
	ini_lines_split(request->text, &e.view, &e.lines);
	if (edit(&e) == 0)
		reply->text = ini_lines_whole(&e.lines);
	editor_free(&e);
}

/* --- the program ------------------------------------------------------------------------------------------------------ */

/* Parsing a first text makes Augeas read its lenses: after that it needs no file. */
static augeas *prepare(const struct format *format)
{
	augeas *aug = aug_init("/", LENS_DIRECTORY, AUG_NO_STDINC | AUG_NO_LOAD | AUG_NO_MODL_AUTOLOAD | AUG_NO_ERR_CLOSE);

	if (!aug || aug_error(aug) != AUG_NOERROR || aug_set(aug, "/input", WARM_UP) < 0 ||
		aug_text_store(aug, format->lens, "/input", "/warm-up") < 0)
		return NULL;
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

static void work(augeas *aug, const struct format *format, struct edit_reply *reply)
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
		answer(aug, format, &request, reply);
}

static int send_reply(const struct edit_reply *reply)
{
	AUTO_FREE char *json = edit_wire_write(&edit_reply_shape, reply);

	return printf("%s\n", json) < 0 || fflush(stdout) != 0;
}

/* The format is its argument: its lens has to be there before the request is read, and a second one would cost 10 ms. */
int main(int argc, char **argv)
{
	static const int fds[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
	AUTO_EDIT_REPLY struct edit_reply reply = {0};
	const struct format *format = format_named(argc > 1 ? argv[1] : NULL);
	augeas *aug = format ? prepare(format) : NULL;
	struct error err;

	if (!format) {
		reply.error = xstrdup("the request has no known format");
	} else if (!aug) {
		reply.error = xstrdup("Augeas cannot use its lenses in " LENS_DIRECTORY);
	} else if (confine_self(&(struct confine){fds, COUNT_OF(fds), MEMORY_MAX, CPU_SECONDS}, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	} else {
		work(aug, format, &reply);
	}
	return send_reply(&reply); /* the tree is left to the kernel */
}
