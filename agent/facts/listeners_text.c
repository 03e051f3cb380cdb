/* SPDX-License-Identifier: MIT */
#include "facts/listeners.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#define ACCEPTS_CONNECTIONS 0x10000U /* __SO_ACCEPTCON, include/linux/net.h */

/* net/unix/af_unix.c, unix_seq_show: "Num RefCount Protocol Flags Type St Inode Path". */
static void take_unix_line(const char *line, uint64_t netns, struct listeners *out)
{
	struct listener found = {.netns = netns};
	unsigned flags, type, state;
	int at = 0;

	if (sscanf(line, "%*[0-9a-fA-F]: %*x %*x %x %x %x %" SCNu64 "%n", &flags, &type, &state, &found.inode, &at) != 4 ||
		line[at] != ' ' || type != 1 || state != 1)
		return;
	line += at + 1;
	found.family = *line == '@' ? LISTENER_ABSTRACT : LISTENER_UNIX;
	found.name = xstrdup(line + (*line == '@'));
	found.listening = flags & ACCEPTS_CONNECTIONS;
	ARRAY_ADD(out->items, out->n, found);
}

/* Each group of eight digits is one 32-bit word of the address in memory order. */
static bool parse_address(const char *digits, bool v6, uint32_t address[4])
{
	for (int i = 0; i < (v6 ? 4 : 1); i++)
		if (sscanf(digits + 8 * i, "%8" SCNx32, &address[i]) != 1)
			return false;
	return true;
}

/* net/ipv4/tcp_ipv4.c, get_tcp4_sock: a listening socket shows its queue of connections as rx_queue. */
static void take_tcp_line(const char *line, bool v6, uint64_t netns, struct listeners *out)
{
	struct listener found = {.family = LISTENER_TCP, .netns = netns, .listening = true};
	uint32_t address[4] = {0};
	unsigned port, state;
	char digits[33];

	if (sscanf(line, " %*d: %32[0-9A-F]:%x %*s %x %*x:%" SCNx32 " %*s %*s %*s %*s %" SCNu64, digits, &port, &state,
		    &found.queued, &found.inode) != 5 ||
		state != 0x0A || strlen(digits) != (v6 ? 32 : 8) || !parse_address(digits, v6, address))
		return;
	found.name = tcp_name(v6 ? AF_INET6 : AF_INET, address, (uint16_t)port);
	ARRAY_ADD(out->items, out->n, found);
}

/* The first line of these files is a heading; it does not parse as a socket. */
void listeners_unix_text(const char *text, uint64_t netns, struct listeners *out)
{
	AUTO_FREE char *copy = xstrdup(text);
	char *save, *line = strtok_r(copy, "\n", &save);

	for (; line; line = strtok_r(NULL, "\n", &save))
		take_unix_line(line, netns, out);
}

void listeners_tcp_text(const char *text, bool v6, uint64_t netns, struct listeners *out)
{
	AUTO_FREE char *copy = xstrdup(text);
	char *save, *line = strtok_r(copy, "\n", &save);

	for (; line; line = strtok_r(NULL, "\n", &save))
		take_tcp_line(line, v6, netns, out);
}
