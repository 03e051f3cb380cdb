/* SPDX-License-Identifier: MIT */
#include "apply/node_xattr.h"
#include "apply/node.h"
#include "apply/pin.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <linux/limits.h>
#include <linux/xattr.h>
#include <sys/xattr.h>

static char *to_hex(const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = xcalloc(2 * n + 1, 1);

	for (size_t i = 0; i < n; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	return hex;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes, *n of them, in the caller's hands; NULL where it is no hexadecimal text. */
static unsigned char *from_hex(const char *hex, size_t *n)
{
	size_t digits = hex ? strlen(hex) : 1;
	AUTO_FREE unsigned char *bytes = xcalloc(digits / 2 + 1, 1);

	*n = digits / 2;
	for (size_t i = 0; i < digits; i++) {
		if (digits % 2 || digit(hex[i]) < 0)
			return NULL;
		bytes[i / 2] = (unsigned char)(bytes[i / 2] << 4 | digit(hex[i]));
	}
	return TAKE_PTR(bytes);
}

/* An attribute that vanishes between list and read is as one that was never there. */
static int read_one(const char *link, const char *name, struct node_state *out)
{
	AUTO_FREE unsigned char *value = xcalloc(XATTR_SIZE_MAX, 1);
	ssize_t n = getxattr(link, name, value, XATTR_SIZE_MAX);

	if (n < 0)
		return errno == ENODATA || errno == EOPNOTSUPP ? 0 : -errno;
	ARRAY_ADD(out->xattrs, out->n_xattrs, (struct xattr){xstrdup(name), to_hex(value, (size_t)n)});
	return 0;
}

int xattrs_read(const char *link, struct node_state *out, struct error *err)
{
	AUTO_FREE char *names = xcalloc(XATTR_LIST_MAX + 1, 1);
	ssize_t n = listxattr(link, names, XATTR_LIST_MAX);

	if (n < 0 && errno == EOPNOTSUPP)
		return 0;
	if (n < 0)
		return error_errno(err, errno, "listing extended attributes");
	for (const char *name = names; name < names + n; name += strlen(name) + 1) {
		int r = streq(name, XATTR_NAME_POSIX_ACL_ACCESS) ? 0 : read_one(link, name, out);

		if (r < 0)
			return error_errno(err, -r, "reading attribute %s", name);
	}
	return 0;
}

static const struct xattr *find(const struct node_state *s, const char *name)
{
	for (size_t i = 0; i < s->n_xattrs; i++)
		if (streq(s->xattrs[i].name, name))
			return &s->xattrs[i];
	return NULL;
}

static int write_one(const char *link, const struct xattr *x, struct error *err)
{
	size_t n;
	AUTO_FREE unsigned char *bytes = from_hex(x->value, &n);

	if (!bytes)
		return error_set(err, EINVAL, "the value of attribute %s is damaged", x->name);
	return setxattr(link, x->name, bytes, n, 0) < 0
	               ? error_errno(err, errno, "setting attribute %s", x->name)
	               : 0;
}

int node_bring_xattrs(int fd, const struct node_state *to, struct error *err)
{
	struct node_state now = {0};
	char link[32];
	int r;

	pin_link(fd, link);
	r = xattrs_read(link, &now, err);
	for (size_t i = 0; i < now.n_xattrs && r == 0; i++)
		if (!find(to, now.xattrs[i].name) && removexattr(link, now.xattrs[i].name) < 0)
			r = error_errno(err, errno, "removing attribute %s", now.xattrs[i].name);
	for (size_t i = 0; i < to->n_xattrs && r == 0; i++) {
		const struct xattr *there = find(&now, to->xattrs[i].name);

		if (!there || !streq(there->value, to->xattrs[i].value))
			r = write_one(link, &to->xattrs[i], err);
	}
	node_state_free(&now);
	return r;
}
