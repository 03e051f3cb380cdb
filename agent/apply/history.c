/* SPDX-License-Identifier: MIT */
#include "apply/history.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/when.h"

static const struct field step_fields[] = {
        FIELD_ALWAYS(STRING, struct history_step, id),
        FIELD_ALWAYS(STRING, struct history_step, kind),
        FIELD_ALWAYS(STRING, struct history_step, target),
};
static const struct shape history_step_shape = SHAPE("step", struct history_step, step_fields);

static const struct field entry_fields[] = {
        FIELD_ALWAYS(STRING, struct history_entry, id),
        FIELD_ALWAYS(STRING, struct history_entry, when),
        FIELD_ALWAYS(STRING, struct history_entry, who),
        FIELD_ALWAYS(STRINGS, struct history_entry, upstreams),
        FIELD_LIST(struct history_entry, steps, history_step_shape),
        FIELD_ALWAYS(STRING, struct history_entry, outcome),
        FIELD_PLAIN(STRING, struct history_entry, because),
        FIELD_ALWAYS(STRING, struct history_entry, undone),
        FIELD_PLAIN(STRINGS, struct history_entry, left),
        FIELD_ALWAYS(STRING, struct history_entry, digest),
};
const struct shape history_entry_shape = SHAPE("transaction", struct history_entry, entry_fields);

static char *who_text(const struct who *who)
{
	if (who->asked)
		return xstrdup(who->asked);
	return who->user ? xstrdup(who->user) : xasprintf("uid %u", who->uid);
}

static void copy_strings(struct strings *to, const struct strings *from)
{
	for (size_t i = 0; i < from->n; i++)
		strings_add(to, from->items[i]);
}

static void from_begin(const struct tx *tx, struct history_entry *e)
{
	const struct begin_record *begin = tx_begin(tx);

	if (!begin)
		return;
	e->when = rfc3339(tx->records[0].at);
	e->who = who_text(&begin->who);
	e->digest = xstrdup(begin->digest);
	copy_strings(&e->upstreams, &begin->upstreams);
	for (size_t i = 0; i < begin->n_steps; i++)
		ARRAY_ADD(e->steps, e->n_steps,
		        (struct history_step){xstrdup(begin->steps[i].id),
		                xstrdup(name_of(step_kind_names, begin->steps[i].kind)),
		                xstrdup(begin->steps[i].target)});
}

static void from_end(const struct tx *tx, struct history_entry *e)
{
	const struct record *rollback = tx_last(tx, RECORD_ROLLBACK), *end = tx_last(tx, RECORD_ROLLED_BACK);

	e->outcome = xstrdup(tx->damage ? "damaged" : name_of(tx_state_names, tx->state));
	if (tx->damage || rollback)
		e->because = xstrdup(tx->damage ? tx->damage : rollback->rollback.why);
	if (end) {
		e->undone = rfc3339(end->at);
		copy_strings(&e->left, &end->rolled_back.left);
	}
}

int history_read(int state, struct history *out, struct error *err)
{
	struct tx *list;
	size_t n;
	int r = tx_list(state, &list, &n, err);

	*out = (struct history){0};
	for (size_t i = 0; i < n && r == 0; i++) {
		struct history_entry *e = ARRAY_NEW(out->entries, out->n_entries);

		e->id = xstrdup(list[i].id);
		from_begin(&list[i], e);
		from_end(&list[i], e);
	}
	tx_list_free(list, n);
	return r;
}

void history_free(struct history *history)
{
	for (size_t i = 0; i < history->n_entries; i++)
		shape_free(&history_entry_shape, &history->entries[i]);
	free(history->entries);
	*history = (struct history){0};
}

char *history_write(const struct history *history)
{
	json_t *array = json_array();
	AUTO_FREE char *text = NULL;

	for (size_t i = 0; i < history->n_entries; i++)
		json_array_append_new(array, shape_encode(&history_entry_shape, &history->entries[i]));
	text = json_dumps(array, JSON_INDENT(2));
	json_decref(array);
	return xasprintf("%s\n", text ? text : "[]");
}
