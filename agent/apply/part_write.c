/* SPDX-License-Identifier: MIT */
#include "apply/part_write.h"
#include "apply/make.h"
#include "apply/node.h"
#include "apply/precondition.h"
#include "apply/set_file.h"
#include "apply/set_service.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/diff.h"
#include "base/digest.h"
#include "facts/read_accounts.h"
#include "plan/edit_question.h"

#include <errno.h>

/* --- looking again
 * ------------------------------------------------------------------------------------------------------ */

static struct touched *touched_find(struct writing *w, const struct part *part)
{
	for (size_t i = 0; i < w->n_touched; i++)
		if (w->touched[i].writer == part->writer && streq(w->touched[i].object, part->object))
			return &w->touched[i];
	return NULL;
}

static void touch(struct writing *w, const struct part *part, const struct image *after)
{
	struct touched *t = touched_find(w, part);

	if (t)
		image_free(&t->after);
	else
		t = ARRAY_NEW(w->touched, w->n_touched);
	t->writer = part->writer;
	t->object = part->object;
	shape_copy(&image_shape, &t->after, after);
}

void writing_free(struct writing *w)
{
	for (size_t i = 0; i < w->n_touched; i++)
		image_free(&w->touched[i].after);
	free(w->touched);
	free(w->edits);
}

/* Whether an earlier step of the same write changes that target: what the plan saw of it is then said by that one. */
static bool changed_before(const struct part *part, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (streq(part->steps[k]->target, part->steps[i]->target))
			return true;
	return false;
}

/* An object that this transaction has written already must be as it was left; any other one as the plan saw it
 * before its first step. */
static int as_expected(
        struct writing *w, const struct part *part, const struct image *before, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(part->object);
	const struct touched *t = touched_find(w, part);
	const struct writer *writer = writer_of(part->writer);
	int r = 0;

	if (t && writer && !writer->same(before, &t->after))
		return error_set(err, ESTALE, "%s was changed while the transaction was under way", shown);
	for (size_t i = 0; i < part->n_steps && r == 0; i++)
		r = preconditions_hold(w->host, w->facts, part->steps[i], !t && !changed_before(part, i), err);
	return r;
}

/* --- what it shall be
 * ----------------------------------------------------------------------------------------------------- */

/* One write while it is made ready. */
struct draft {
	struct image before, after;
	char *blob_bytes, *bytes; /* files: content before, content after */
	size_t n_blob, n;
	char *temporary;
};

static void draft_free(struct draft *d)
{
	image_free(&d->before);
	image_free(&d->after);
	free(d->blob_bytes);
	free(d->bytes);
	free(d->temporary);
}

static int no_object(const struct part *part, struct error *err)
{
	AUTO_FREE char *shown = escape_terminal(part->object);

	return error_set(err, ESTALE, "%s is gone", shown);
}

static char *hidden_name(const struct writing *w, uint32_t number)
{
	return xasprintf(".permfix-%s-%u", w->journal.id, number);
}

/* A directory that is missing. 1: it is there. */
static int draft_directory(struct writing *w, const struct part *part, uint32_t number, struct draft *d, struct error *err)
{
	AUTO_FACTS struct facts now = {0};
	AUTO_FREE char *shown = escape_terminal(part->object);
	int r = node_writer.read(w->host, part->object, &d->before, err);

	if (r == 0 && !d->before.absent)
		return d->before.node->type == NODE_DIR ? 1 : error_set(err, ESTALE, "%s is there, and is no directory", shown);
	if (r == 0 && (r = read_accounts(w->host->root, &now.accounts, &now.notes)) < 0)
		r = error_errno(err, -r, "reading the accounts");
	if (r < 0)
		return r;
	d->after.node = xcalloc(1, sizeof(*d->after.node));
	d->temporary = hidden_name(w, number);
	return node_made(&now.accounts, part->directory, d->after.node, err);
}

static int draft_node(
        struct writing *w, const struct part *part, uint32_t number, struct draft *d, struct error *err)
{
	AUTO_FACTS struct facts now = {0};
	int r;

	if (part->directory)
		return draft_directory(w, part, number, d, err);
	r = node_writer.read(w->host, part->object, &d->before, err);
	if (r == 0 && d->before.absent)
		r = no_object(part, err);
	if (r == 0 && (r = read_accounts(w->host->root, &now.accounts, &now.notes)) < 0)
		r = error_errno(err, -r, "reading the accounts");
	if (r < 0)
		return r;
	shape_copy(&image_shape, &d->after, &d->before);
	for (size_t i = 0; i < part->n_steps && r == 0; i++)
		r = node_apply(&now.accounts, part->steps[i], d->after.node, err);
	return r < 0 ? error_wrap(err, "%s", part->object) : 0;
}

/* The edit must yield what the plan showed: its diff, and the digest that was promised with it where that is
 * known. */
static int as_promised(const struct writing *w, const struct step *step, const struct question *q,
        const struct draft *d, struct error *err)
{
	AUTO_FREE char *key = edit_key(q);
	AUTO_FREE char *diff = diff_unified(step->target, d->blob_bytes, d->n_blob, d->bytes, d->n);
	const struct edit *promised = edit_find(w->facts, key);

	if (!streq(diff, step->diff))
		return error_set(
		        err, ESTALE, "%s: the edit would not be the one that the plan shows", step->target);
	if (promised && promised->after && !streq(promised->after, d->after.digest))
		return error_set(
		        err, ESTALE, "%s: the edited text is not the one that was promised", step->target);
	return 0;
}

static int make_edit(struct writing *w, const struct step *step, struct draft *d, struct error *err)
{
	struct question q = edit_question(step, w->edits, w->n_edits);
	int r = -EOPNOTSUPP;

	if (w->hooks->edit)
		r = w->hooks->edit(w->hooks->context, &q, d->blob_bytes ? d->blob_bytes : "", d->n_blob, &d->bytes, &d->n, err);
	else
		error_set(err, EOPNOTSUPP, "%s: nobody edits files here", step->target);
	if (r == 0) {
		shape_copy(&image_shape, &d->after, &d->before);
		if (d->before.absent) /* owns nothing */
			d->after = (struct image){.node = new_file_state()};
		free(d->after.digest);
		d->after.digest = digest_of(d->bytes, d->n);
		r = as_promised(w, step, &q, d, err);
	}
	question_free(&q);
	return r;
}

/* Files of our own; any other one has to be there. */
static bool makes_file(const struct step *step)
{
	return step->kind == STEP_SYSTEMD_DROPIN || step->kind == STEP_TMPFILES_ENTRY;
}

static int draft_file(
        struct writing *w, const struct part *part, uint32_t number, struct draft *d, struct error *err)
{
	int r = file_content(w->host, part->object, &d->blob_bytes, &d->n_blob, &d->before, err);

	d->before.absent = r == -ENOENT || r == -ENOTDIR;
	if (d->before.absent)
		r = makes_file(part->steps[0]) ? may_make_file(part->object, err) : no_object(part, err);
	if (r == 0)
		r = make_edit(w, part->steps[0], d, err);
	if (r == 0 && !d->before.absent)
		r = journal_keep(&w->journal, number, d->blob_bytes, d->n_blob, &d->before.blob, err);
	if (r == 0)
		d->temporary = hidden_name(w, number);
	return r;
}

/* The highest free gid of the system range, as groupadd --system would take (find_new_gid() in shadow) and as
 * the plan assumed; named here so that a rollback after a crash knows the group as ours. */
static int free_system_gid(const struct accounts *accounts, uint32_t *gid)
{
	for (uint32_t id = accounts->gid_max_system; id >= accounts->gid_min_system && id > 0; id--)
		if (!group_by_gid(accounts, id)) {
			*gid = id;
			return 0;
		}
	return -ENOENT;
}

static int draft_group(
        struct writing *w, const struct part *part, uint32_t number, struct draft *d, struct error *err)
{
	AUTO_FACTS struct facts now = {0};
	int r = group_writer.read(w->host, part->object, &d->before, err);

	(void)number;
	if (r == 0 && !d->before.absent)
		r = error_set(err, ESTALE, "group %s is there already", part->object);
	if (r == 0 && (r = read_accounts(w->host->root, &now.accounts, &now.notes)) < 0)
		r = error_errno(err, -r, "reading the accounts");
	if (r < 0)
		return r;
	d->after.group = xcalloc(1, sizeof(*d->after.group));
	r = free_system_gid(&now.accounts, &d->after.group->gid);
	return r < 0 ? error_set(err, -r, "no free system group id") : 0;
}

static int draft_member(
        struct writing *w, const struct part *part, uint32_t number, struct draft *d, struct error *err)
{
	const char *user = strchr(part->object, ':') + 1;
	const char *group = part->steps[0]->target;
	AUTO_FACTS struct facts now = {0};
	int r = member_writer.read(w->host, part->object, &d->before, err);

	(void)number;
	if (r == 0 && (r = read_accounts(w->host->root, &now.accounts, &now.notes)) < 0)
		r = error_errno(err, -r, "reading the accounts");
	if (r == 0 && !user_by_name(&now.accounts, user))
		r = error_set(err, ESTALE, "there is no account %s any more", user);
	if (r == 0 && !group_by_name(&now.accounts, group))
		r = error_set(err, ESTALE, "there is no group %s any more", group);
	return r;
}

static int draft_service(
        struct writing *w, const struct part *part, uint32_t number, struct draft *d, struct error *err)
{
	int r;

	(void)number;
	d->before.service = xcalloc(1, sizeof(*d->before.service));
	r = service_find(w->facts, part->object, d->before.service, err);
	if (r == 0 && part->steps[0]->kind == STEP_SERVICE_RESTART)
		r = service_note_restart(w->host, d->before.service, err);
	return r;
}

static int (*const drafts[WRITER_COUNT])(
        struct writing *, const struct part *, uint32_t, struct draft *, struct error *) = {
        [WRITER_NODE] = draft_node,
        [WRITER_FILE] = draft_file,
        [WRITER_GROUP] = draft_group,
        [WRITER_MEMBER] = draft_member,
        [WRITER_SERVICE] = draft_service,
};

/* --- writing
 * ----------------------------------------------------------------------------------------------------------------
 */

static int announce(
        struct writing *w, const struct part *part, uint32_t number, const struct draft *d, struct error *err)
{
	const struct writer *writer = writer_of(part->writer);
	struct record record = {.type = RECORD_INTENT,
	        .intent = {
	                number, {0}, part->writer, part->object, d->temporary, d->before, d->after, NULL, 0}};
	struct node_state via[NODE_VIA_MAX];
	int r;

	for (size_t i = 0; i < part->n_steps; i++)
		strings_add(&record.intent.steps, part->steps[i]->id);
	record.intent.via = via;
	record.intent.n_via = writer && writer->via ? writer->via(&d->before, &d->after, via) : 0;
	r = journal_add(&w->journal, record, err);
	for (size_t i = 0; i < record.intent.n_via; i++)
		node_state_free(&via[i]);
	strings_free(&record.intent.steps);
	return r;
}

static int control(const struct writing *w, const struct part *part, const struct draft *d, struct error *err)
{
	bool restart = part->steps[0]->kind == STEP_SERVICE_RESTART;

	return restart ? service_restart(w->host, d->before.service, err)
	               : service_reload(w->host, d->before.service, err);
}

static int perform(struct writing *w, const struct part *part, const struct draft *d, struct error *err)
{
	const struct writer *writer = writer_of(part->writer);

	if (!writer)
		return control(w, part, d, err);
	if (writer->same(&d->before, &d->after))
		return 0;
	return writer->bring(
	        &(struct write){w->host, part->object, &d->before, &d->after, d->temporary, d->bytes, d->n},
	        err);
}

int part_write(struct writing *w, const struct part *part, uint32_t number, struct error *err)
{
	__attribute__((cleanup(draft_free))) struct draft d = {0};
	int r = drafts[part->writer](w, part, number, &d, err);

	if (r == 0)
		r = as_expected(w, part, &d.before, err);
	if (r == 0)
		r = w->hooks->judge_again(w->hooks->context, part->steps, part->n_steps, err);
	if (r == 0)
		r = announce(w, part, number, &d, err);
	if (r == 0)
		r = perform(w, part, &d, err);
	if (r != 0)
		return r;
	touch(w, part, &d.after);
	if (part->writer == WRITER_FILE)
		ARRAY_ADD(w->edits, w->n_edits, part->steps[0]);
	return 0;
}
