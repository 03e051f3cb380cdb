/* SPDX-License-Identifier: MIT */
#include "apply/node.h"
#include "apply/node_acl.h"
#include "apply/node_xattr.h"
#include "apply/pin.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/read_acl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define NOT_OWNER 0077U

static int type_of(mode_t mode)
{
	static const struct {
		mode_t format;
		int type;
	} types[] = {{S_IFDIR, NODE_DIR}, {S_IFREG, NODE_FILE}, {S_IFSOCK, NODE_SOCKET}, {S_IFIFO, NODE_FIFO},
	        {S_IFLNK, NODE_SYMLINK}, {S_IFCHR, NODE_DEVICE}, {S_IFBLK, NODE_DEVICE}};

	for (size_t i = 0; i < COUNT_OF(types); i++)
		if ((mode & S_IFMT) == types[i].format)
			return types[i].type;
	return NODE_UNKNOWN;
}

int node_read(int fd, struct node_state *out, struct error *err)
{
	struct node node = {0};
	struct stat st;
	char link[32];
	int r;

	*out = (struct node_state){0};
	if (fstat(fd, &st) < 0)
		return error_errno(err, errno, "fstat");
	*out = (struct node_state){.type = type_of(st.st_mode),
	        .uid = st.st_uid,
	        .gid = st.st_gid,
	        .mode = st.st_mode & 07777,
	        .dev = st.st_dev,
	        .ino = st.st_ino};
	if (out->type == NODE_SYMLINK)
		return 0;
	pin_link(fd, link);
	node.type = NODE_FILE; /* whatever it is, its default ACL is an attribute like others here */
	read_acl(link, &node);
	out->acl = node.acl;
	out->n_acl = node.n_acl;
	if (node.acl_unknown)
		return error_set(err, EIO, "its ACL could not be read");
	r = xattrs_read(link, out, err);
	return r;
}

static bool acl_same(const struct node_state *a, const struct node_state *b)
{
	if (a->n_acl != b->n_acl)
		return false;
	for (size_t i = 0; i < a->n_acl; i++)
		if (a->acl[i].tag != b->acl[i].tag || a->acl[i].id != b->acl[i].id ||
		        a->acl[i].perms != b->acl[i].perms)
			return false;
	return true;
}

static bool owner_same(const struct node_state *a, const struct node_state *b)
{
	return a->uid == b->uid && a->gid == b->gid;
}

static bool access_same(const struct node_state *a, const struct node_state *b)
{
	return a->mode == b->mode && acl_same(a, b);
}

bool node_same(const struct node_state *a, const struct node_state *b)
{
	return a->type == b->type && owner_same(a, b) && access_same(a, b);
}

/* Bits that both states grant; the sticky bit restricts, so it stays where either has it. Where one has an
 * ACL, classes cannot be compared (its entry may deny somebody whom the group, or everybody's bits, would let
 * in): only the owner keeps what he has in both. */
static uint32_t shared_mode(const struct node_state *a, const struct node_state *b)
{
	uint32_t mode = (a->mode & b->mode) | ((a->mode | b->mode) & S_ISVTX);

	return a->n_acl || b->n_acl ? mode & ~NOT_OWNER : mode;
}

static bool narrows(const struct node_state *from, const struct node_state *to)
{
	return !owner_same(from, to) && !access_same(from, to) && shared_mode(from, to) != from->mode;
}

size_t node_via(
        const struct node_state *from, const struct node_state *to, struct node_state via[NODE_VIA_MAX])
{
	size_t n = 0;

	if (owner_same(from, to) || access_same(from, to))
		return 0;
	shape_copy(&node_state_shape, &via[0], from);
	if (narrows(from, to)) {
		node_set_mode(&via[0], shared_mode(from, to));
		shape_copy(&node_state_shape, &via[++n], &via[0]);
	}
	via[n].uid = to->uid;
	via[n].gid = to->gid;
	return n + 1;
}

static int change_mode(const char *link, uint32_t mode, struct error *err)
{
	return chmod(link, mode) < 0 ? error_errno(err, errno, "chmod %04o", mode) : 0;
}

/* The ACL first, whose entries carry all permission bits; then setgid and sticky, which it has not. */
static int change_access(
        const char *link, const struct node_state *from, const struct node_state *to, struct error *err)
{
	int r = 0;

	if (!acl_same(from, to))
		r = node_write_acl(link, to, err);
	if (r == 0 && (acl_same(from, to) || (from->mode & 07000) != (to->mode & 07000)))
		r = change_mode(link, to->mode, err);
	return r;
}

static int change(int fd, const struct node_state *from, const struct node_state *to, struct error *err)
{
	char link[32];
	int r = 0;

	pin_link(fd, link);
	if (narrows(from, to))
		r = change_mode(link, shared_mode(from, to), err);
	if (r == 0 && !owner_same(from, to) && fchownat(fd, "", to->uid, to->gid, AT_EMPTY_PATH) < 0)
		r = error_errno(err, errno, "chown %u:%u", to->uid, to->gid);
	if (r == 0 && (narrows(from, to) || !access_same(from, to)))
		r = change_access(link, from, to, err);
	return r;
}

int node_bring(int fd, const struct node_state *from, const struct node_state *to, struct error *err)
{
	struct node_state now;
	int r = change(fd, from, to, err);

	if (r < 0)
		return r;
	r = node_read(fd, &now, err);
	if (r == 0 && !node_same(&now, to))
		r = error_set(err, EIO, "the kernel did not take it: %u:%u %04o instead of %u:%u %04o",
		        now.uid, now.gid, now.mode, to->uid, to->gid, to->mode);
	node_state_free(&now);
	return r;
}
