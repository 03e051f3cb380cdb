/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "facts/edit_formats.h"
#include "facts/edit_helper.h"
#include "facts/fpm_read.h"

#include <errno.h>
#include <strings.h>

/* --- proof ---------------------------------------------------------------------------------------------------------------- */

/* The one text that is read, whatever is asked for; what it includes stays out. */
struct one_text {
	struct source source;
	const char *path, *bytes;
	size_t n;
};

static int one_file(struct source *source, const char *pattern, source_each *each, void *context, struct error *err)
{
	const struct one_text *one = (const struct one_text *)source;
	struct source_file file = {.path = one->path, .bytes = one->bytes, .size = one->n};

	(void)err;
	return streq(pattern, one->path) ? each(context, &file) : 0;
}

static void read_one(const char *path, const char *bytes, size_t n, struct backend *out)
{
	struct one_text one = {{one_file}, path, bytes, n};

	fpm_read(&one.source, path, out, NULL);
}

static const struct backend_section *section_of(const struct backend *b, const char *name)
{
	for (size_t i = 0; i < b->n_sections; i++)
		if (strcasecmp(b->sections[i].name, name) == 0)
			return &b->sections[i];
	return NULL;
}

static const struct key_value *change_of(const struct question *q, const char *key)
{
	for (size_t i = 0; i < q->n_changes; i++)
		if (strcasecmp(q->changes[i].key, key) == 0)
			return &q->changes[i];
	return NULL;
}

static const char *value_in(const struct backend_section *section, const char *key)
{
	const struct setting *setting = setting_find(section, key);

	return setting ? setting->value : NULL;
}

/* Every setting of a that is in force is one of b too, but for those that q changes in its section. */
static bool kept(const struct backend *a, const struct backend *b, const struct question *q)
{
	for (size_t i = 0; i < a->n_sections; i++) {
		const struct backend_section *one = &a->sections[i], *other = section_of(b, one->name);
		bool changes = strcasecmp(one->name, q->section) == 0;

		if (!other)
			return false;
		for (size_t k = 0; k < one->n_settings; k++)
			if (!one->settings[k].commented && !(changes && change_of(q, one->settings[k].key)) &&
				!streq(one->settings[k].value, value_in(other, one->settings[k].key)))
				return false;
	}
	return true;
}

static bool changed(const struct backend *b, const struct question *q)
{
	const struct backend_section *section = section_of(b, q->section);

	for (size_t i = 0; section && i < q->n_changes; i++)
		if (!streq(value_in(section, q->changes[i].key), q->changes[i].value))
			return false;
	return section != NULL;
}

/* Augeas and PHP do not agree on everything (a # in a value, an = without quotes): what PHP-FPM will read decides. */
static int prove(const struct question *q, const char *before, size_t n, const struct text *after, struct error *err)
{
	struct backend old = {0}, new = {0};
	int r = 0;

	read_one(q->path, before, n, &old);
	read_one(q->path, after->bytes ? after->bytes : "", after->size, &new);
	if (!changed(&new, q) || !kept(&old, &new, q) || !kept(&new, &old, q) || new.n_problems > old.n_problems)
		r = error_set(err, EINVAL, "PHP-FPM would not read the changed file as it is meant");
	shape_free(&backend_shape, &old);
	shape_free(&backend_shape, &new);
	return r;
}

int edit_php_fpm(const struct question *q, const char *before, size_t n, struct text *after, struct error *err)
{
	AUTO_EDIT_REQUEST struct edit_request request = {.format = xstrdup(q->format), .section = xstrdup(q->section),
		.text = xstrdup(before)};
	int r;

	if (!q->section || q->n_changes == 0)
		return error_set(err, EINVAL, "an edit of a pool file needs a section and a change");
	for (size_t i = 0; i < q->n_changes; i++)
		ARRAY_ADD(request.changes, request.n_changes,
			(struct edit_change){xstrdup(q->changes[i].key), xstrdup(q->changes[i].value), false});
	r = edit_by_helper(&request, after, err);
	return r == 0 ? prove(q, before, n, after, err) : r;
}
