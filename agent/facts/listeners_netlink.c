/* SPDX-License-Identifier: MIT */
#include "facts/listeners.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

/* States of include/net/tcp_states.h, which unix sockets share; no header for programs has them. */
enum { STATE_CLOSE = 7, STATE_LISTEN = 10 };

typedef void take_message(const struct nlmsghdr *message, uint64_t netns, struct listeners *out);

/* --- unix ------------------------------------------------------------------------------------------------------------ */

/* A path ends at its first NUL; an abstract name begins with one and may hold more, shown as @ as /proc/net/unix does. */
static void take_name(const char *bytes, size_t n, struct listener *out)
{
	out->family = n && bytes[0] ? LISTENER_UNIX : LISTENER_ABSTRACT;
	if (out->family == LISTENER_UNIX) {
		out->name = xstrndup(bytes, strnlen(bytes, n));
		return;
	}
	out->name = xcalloc(n ? n : 1, 1);
	for (size_t i = 1; i < n; i++)
		out->name[i - 1] = bytes[i] ? bytes[i] : '@';
}

static void take_unix_attribute(const struct rtattr *attribute, struct listener *out)
{
	const void *data = RTA_DATA(attribute);
	size_t n = RTA_PAYLOAD(attribute);

	if (attribute->rta_type == UNIX_DIAG_NAME && n && !out->name) {
		take_name(data, n, out);
	} else if (attribute->rta_type == UNIX_DIAG_VFS && n >= sizeof(struct unix_diag_vfs)) {
		struct unix_diag_vfs vfs;

		memcpy(&vfs, data, sizeof(vfs));
		/* The kernel's own form of a device number: 12 bits of major, 20 of minor. */
		out->file_dev = makedev(vfs.udiag_vfs_dev >> 20, vfs.udiag_vfs_dev & 0xfffff);
		out->file_ino = vfs.udiag_vfs_ino;
	} else if (attribute->rta_type == UNIX_DIAG_RQLEN && n >= sizeof(struct unix_diag_rqlen)) {
		struct unix_diag_rqlen queue;

		memcpy(&queue, data, sizeof(queue));
		out->queued = queue.udiag_rqueue;
		out->backlog = queue.udiag_wqueue;
	}
}

static void take_unix(const struct nlmsghdr *message, uint64_t netns, struct listeners *out)
{
	const struct unix_diag_msg *socket = NLMSG_DATA(message);
	struct listener found = {.netns = netns};
	const struct rtattr *attribute;
	int left;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*socket)) || socket->udiag_type != SOCK_STREAM)
		return;
	left = (int)(message->nlmsg_len - NLMSG_LENGTH(sizeof(*socket)));
	found.inode = socket->udiag_ino;
	found.listening = socket->udiag_state == STATE_LISTEN;
	for (attribute = (const void *)(socket + 1); RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		take_unix_attribute(attribute, &found);
	if (!found.name) /* not bound */
		return;
	if (!found.listening)
		found.queued = found.backlog = 0;
	ARRAY_ADD(out->items, out->n, found);
}

/* --- TCP ------------------------------------------------------------------------------------------------------------- */

char *tcp_name(int af, const void *addr, uint16_t port)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(af, addr, text, sizeof(text));
	return xasprintf(af == AF_INET6 ? "[%s]:%u" : "%s:%u", text, port);
}

static void take_tcp(const struct nlmsghdr *message, uint64_t netns, struct listeners *out)
{
	const struct inet_diag_msg *socket = NLMSG_DATA(message);
	struct listener found = {.family = LISTENER_TCP, .netns = netns, .listening = true};

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*socket)))
		return;
	found.name = tcp_name(socket->idiag_family, socket->id.idiag_src, ntohs(socket->id.idiag_sport));
	found.inode = socket->idiag_inode;
	found.queued = socket->idiag_rqueue;
	found.backlog = socket->idiag_wqueue;
	ARRAY_ADD(out->items, out->n, found);
}

/* --- netlink --------------------------------------------------------------------------------------------------------- */

/* 1 at the end of the answer, 0 where more follows, -errno. */
static int take_answer(const char *bytes, size_t n, take_message *take, uint64_t netns, struct listeners *out)
{
	const struct nlmsghdr *message = (const void *)bytes;

	for (; NLMSG_OK(message, n); message = NLMSG_NEXT(message, n)) {
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			return -EINTR;
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = NLMSG_DATA(message);

			return message->nlmsg_len < NLMSG_LENGTH(sizeof(*error)) || !error->error ? -EPROTO : error->error;
		}
		if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY)
			take(message, netns, out);
	}
	return 0;
}

static int receive(int fd, take_message *take, uint64_t netns, struct listeners *out)
{
	_Alignas(struct nlmsghdr) char bytes[32768];
	int r = 0;

	while (r == 0) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EPROTO;
		r = take_answer(bytes, (size_t)n, take, netns, out);
	}
	return r < 0 ? r : 0;
}

static void cut(struct listeners *list, size_t n)
{
	while (list->n > n)
		free(list->items[--list->n].name);
}

/* request: what follows the header. */
static int dump_once(const void *request, size_t size, take_message *take, uint64_t netns, struct listeners *out)
{
	struct {
		struct nlmsghdr header;
		char payload[64];
	} message = {.header = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(size), .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			     .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};
	struct timeval patience = {.tv_sec = 5};
	AUTO_CLOSE int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	size_t before = out->n;
	int r;

	if (fd < 0)
		return -errno;
	memcpy(message.payload, request, size);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(fd, &message, message.header.nlmsg_len, 0) < 0)
		return -errno;
	r = receive(fd, take, netns, out);
	if (r < 0)
		cut(out, before);
	return r;
}

/* A table that changed while it was written may lack sockets: then it is asked for anew. */
static int dump(const void *request, size_t size, take_message *take, uint64_t netns, struct listeners *out)
{
	int r = -EINTR;

	for (int attempt = 0; r == -EINTR && attempt < 5; attempt++)
		r = dump_once(request, size, take, netns, out);
	return r;
}

int listeners_unix(uint64_t netns, struct listeners *out)
{
	struct unix_diag_req request = {
		.sdiag_family = AF_UNIX,
		.udiag_states = 1U << STATE_LISTEN | 1U << STATE_CLOSE,
		.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_RQLEN,
	};

	return dump(&request, sizeof(request), take_unix, netns, out);
}

int listeners_tcp(uint64_t netns, struct listeners *out)
{
	struct inet_diag_req_v2 request = {
		.sdiag_family = AF_INET,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = 1U << STATE_LISTEN,
	};
	int r = dump(&request, sizeof(request), take_tcp, netns, out);

	if (r < 0)
		return r;
	request.sdiag_family = AF_INET6;
	dump(&request, sizeof(request), take_tcp, netns, out); /* a kernel without IPv6 knows no such table */
	return 0;
}
