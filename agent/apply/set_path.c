/* SPDX-License-Identifier: MIT */
/* Owner, mode and ACL of a directory, socket or file. */
#include "apply/make.h"
#include "apply/node.h"
#include "apply/pin.h"
#include "apply/writer.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>

static bool not_there(int r)
{
	return r == -ENOENT || r == -ENOTDIR;
}

static int read_pinned(const struct pinned *p, const char *path, struct image *out, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);
	int r;

	*out = (struct image){.node = xcalloc(1, sizeof(*out->node))};
	r = node_read(p->fd, out->node, err);
	return r < 0 ? error_wrap(err, "%s", shown) : 0;
}

static int node_image(const struct apply_host *host, const char *path, struct image *out, struct error *err)
{
	AUTO_PINNED struct pinned p = PINNED_NONE;
	int r = pin_path(host->root, path, &p, err);

	*out = (struct image){.absent = not_there(r)};
	if (r < 0)
		return not_there(r) ? 0 : r;
	return read_pinned(&p, path, out, err);
}

static bool image_same(const struct image *a, const struct image *b)
{
	if (a->absent || b->absent || !a->node || !b->node)
		return a->absent && b->absent;
	return node_same(a->node, b->node);
}

static int still(const struct image *now, const struct image *from, const char *path, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(path);

	if (!from->node || !node_same(now->node, from->node) || now->node->dev != from->node->dev ||
	        now->node->ino != from->node->ino)
		return error_set(err, ESTALE, "%s was changed or replaced a moment ago", shown);
	return 0;
}

static int change(const struct write *w, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(w->object);
	AUTO_PINNED struct pinned p = PINNED_NONE;
	AUTO_IMAGE struct image now = {0};
	int r = pin_path(w->host->root, w->object, &p, err);

	if (r == 0)
		r = pinned_writable(&p, w->object, err);
	if (r == 0)
		r = read_pinned(&p, w->object, &now, err);
	if (r == 0)
		r = still(&now, w->from, w->object, err);
	if (r < 0)
		return r;
	r = w->to->absent ? directory_unmake(&p, w, err) : node_bring(p.fd, now.node, w->to->node, err);
	return r < 0 ? error_wrap(err, "%s", shown) : 0;
}

static int node_write(const struct write *w, struct error *err)
{
	int r = w->from->absent ? directory_make(w, err) : change(w, err);

	return r < 0 ? r : writer_verify(&node_writer, w, err);
}

static size_t image_via(const struct image *from, const struct image *to, struct node_state *via)
{
	return from->node && to->node ? node_via(from->node, to->node, via) : 0;
}

const struct writer node_writer = {node_image, image_same, node_write, image_via};
