/* SPDX-License-Identifier: MIT */
#include "facts/reader_wire.h"
#include "facts/facts.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

bool wire_streams(const struct field *f)
{
	return f->type == FIELD_TYPE_ARRAY && f->shape != &config_file_shape;
}

/* Waits until the socket can be used. */
static int wait_for(int fd, short events, const struct timespec *deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	struct timespec now;
	long ms;
	int r;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (deadline->tv_sec - now.tv_sec) * 1000 + (deadline->tv_nsec - now.tv_nsec) / 1000000;
	if (ms <= 0)
		return -ETIME;
	r = poll(&p, 1, (int)ms);
	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	return r == 0 ? -ETIME : 0;
}

/* What to do about a call that moved no byte: 0 try again. */
static int again(int fd, short events, const struct timespec *deadline)
{
	if (errno == EINTR)
		return 0;
	if (errno == EAGAIN && deadline)
		return wait_for(fd, events, deadline);
	return errno == ECONNRESET ? -EPIPE : -errno;
}

static int send_all(int fd, struct iovec *iov, size_t n, const struct timespec *deadline)
{
	struct msghdr message = {.msg_iov = iov, .msg_iovlen = n};

	while (message.msg_iovlen) {
		ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL | (deadline ? MSG_DONTWAIT : 0));
		int r = sent < 0 ? again(fd, POLLOUT, deadline) : 0;

		if (r < 0)
			return r;
		for (; message.msg_iovlen && sent >= (ssize_t)message.msg_iov->iov_len; message.msg_iov++, message.msg_iovlen--)
			sent -= (ssize_t)message.msg_iov->iov_len;
		if (message.msg_iovlen && sent > 0) {
			message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
			message.msg_iov->iov_len -= (size_t)sent;
		}
	}
	return 0;
}

int wire_send(int fd, enum wire_type type, const void *bytes, size_t size, const struct timespec *deadline)
{
	struct wire_header header = {(uint32_t)type, (uint32_t)size};
	struct iovec iov[2] = {{&header, sizeof(header)}, {(void *)(uintptr_t)bytes, size}};

	if (size > UINT32_MAX)
		return -EFBIG;
	return send_all(fd, iov, size ? 2 : 1, deadline);
}

static int receive_all(int fd, void *bytes, size_t size, const struct timespec *deadline)
{
	char *at = bytes;

	while (size) {
		ssize_t n = recv(fd, at, size, deadline ? MSG_DONTWAIT : 0);
		int r = n == 0 ? -EPIPE : n < 0 ? again(fd, POLLIN, deadline) : 0;

		if (r < 0)
			return r;
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

int wire_receive(int fd, uint32_t *type, struct text *frame, size_t max, const struct timespec *deadline)
{
	struct wire_header header;
	int r = receive_all(fd, &header, sizeof(header), deadline);

	if (r < 0)
		return r;
	if (header.size > max)
		return -EMSGSIZE;
	*type = header.type;
	frame->size = 0;
	text_room(frame, header.size);
	r = receive_all(fd, frame->bytes, header.size, deadline);
	if (r < 0)
		return r;
	frame->size = header.size;
	frame->bytes[frame->size] = '\0';
	return 0;
}
