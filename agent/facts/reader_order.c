/* SPDX-License-Identifier: MIT */
#include "facts/reader_order.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <string.h>

static bool line(struct text *out, char letter, const char *s)
{
	if (!s)
		return true;
	if (strchr(s, '\n'))
		return false;
	text_addf(out, "%c=%s\n", letter, s);
	return true;
}

static bool lines(struct text *out, char letter, const struct strings *list)
{
	bool all = true;

	for (size_t i = 0; i < list->n; i++)
		all = line(out, letter, list->items[i]) && all;
	return all;
}

bool order_write(const struct specifier_host *host, const struct unit_files *files, const struct strings *wanted, struct text *out)
{
	bool all = line(out, 'H', host->hostname);

	all = line(out, 'm', host->machine) && all;
	all = line(out, 'b', host->boot) && all;
	all = line(out, 'v', host->kernel) && all;
	if (files)
		all = line(out, 'f', files->fragment) && lines(out, 'd', &files->dropins) && all;
	return wanted ? lines(out, 'w', wanted) && all : all;
}

static void keep(char **to, char *s)
{
	free(*to);
	*to = s;
}

static void take(struct order *o, char letter, char *s)
{
	const struct {
		char letter;
		char **to;
	} places[] = {{'H', &o->host.hostname}, {'m', &o->host.machine}, {'b', &o->host.boot}, {'v', &o->host.kernel},
		{'f', &o->files.fragment}};

	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (places[i].letter == letter) {
			keep(places[i].to, s);
			return;
		}
	strings_own(letter == 'd' ? &o->files.dropins : &o->wanted, s);
}

void order_read(const char *text, struct order *out)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n >= 2 && text[1] == '=')
			take(out, text[0], xstrndup(text + 2, n - 2));
		text += n + (text[n] == '\n');
	}
}

void order_free(struct order *order)
{
	unit_files_free(&order->files);
	strings_free(&order->wanted);
	specifier_host_free(&order->host);
}
