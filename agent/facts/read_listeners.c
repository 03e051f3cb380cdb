/* SPDX-License-Identifier: MIT */
#include "facts/read_listeners.h"
#include "facts/listeners.h"
#include "base/alloc.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TEXT_COMPLETE ((size_t)1 << 20) /* proc_read leaves out what is beyond */

enum table { TABLE_UNIX, TABLE_TCP, TABLE_TCP6 };

/* One table of one process's network namespace as text; false where it could not be read whole. */
static bool read_text(int proc, const char *process, enum table which, uint64_t netns, struct listeners *out)
{
	static const char *const files[] = {"unix", "tcp", "tcp6"};
	AUTO_TEXT struct text text = {0};
	char path[48];
	int r;

	snprintf(path, sizeof(path), "%s/net/%s", process, files[which]);
	r = proc_read(proc, path, &text);
	if (r < 0)
		return which == TABLE_TCP6 && r == -ESRCH; /* a kernel without IPv6 has none */
	if (which == TABLE_UNIX)
		listeners_unix_text(text.bytes, netns, out);
	else
		listeners_tcp_text(text.bytes, which == TABLE_TCP6, netns, out);
	return text.size < TEXT_COMPLETE;
}

static bool own_tables(int proc, uint64_t netns, struct listeners *out)
{
	bool whole = listeners_unix(netns, out) == 0 || read_text(proc, "self", TABLE_UNIX, netns, out);

	if (listeners_tcp(netns, out) == 0)
		return whole;
	whole = read_text(proc, "self", TABLE_TCP, netns, out) && whole;
	return read_text(proc, "self", TABLE_TCP6, netns, out) && whole;
}

static bool seen(const struct proc_table *table, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (table->items[i].netns == table->items[before].netns)
			return true;
	return false;
}

/* One process stands for its network namespace. */
static void other_tables(const struct proc_table *table, uint64_t own, struct listeners *out, struct facts *facts)
{
	for (size_t i = 0; i < table->n; i++) {
		uint64_t netns = table->items[i].netns;
		char process[16];

		if (!netns)
			facts->other_netns_unknown = true;
		if (!netns || netns == own || seen(table, i))
			continue;
		snprintf(process, sizeof(process), "%" PRIu32, table->items[i].pid);
		for (enum table which = TABLE_UNIX; which <= TABLE_TCP6; which++)
			if (!read_text(table->proc, process, which, netns, out))
				facts->other_netns_unknown = true;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;
	int order = x->family - y->family;

	if (!order)
		order = strcmp(x->name, y->name);
	return order ? order : (x->inode > y->inode) - (x->inode < y->inode);
}

void read_listeners(const struct process_reader *reader, const struct proc_table *table, struct facts *facts)
{
	struct listeners list = {0};

	facts->listeners_unknown = !own_tables(reader->proc, facts->host.netns, &list);
	other_tables(table, facts->host.netns, &list, facts);
	if (table->hidden)
		facts->other_netns_unknown = true;
	if (list.n)
		qsort(list.items, list.n, sizeof(*list.items), by_name);
	listeners_holders(reader, table, &list);
	facts->listeners = list.items;
	facts->n_listeners = list.n;
}
