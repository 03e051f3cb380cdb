/* SPDX-License-Identifier: MIT */
#include "plan/edit_ask.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/edit_question.h"

#define EDIT_ABSENT "absent" /* edit.before of a file that is not there yet */

bool edits_file(const struct step *step)
{
	return edit_format_of(step->kind) != NULL;
}

/* The same change for a person to type: patch(1) with the diff, in a here-document that nothing in the diff can end. */
static void add_patch_line(const struct facts *facts, struct step *step)
{
	AUTO_FREE char *end = xstrdup("END-OF-PATCH");

	while (strstr(step->diff, end)) {
		char *longer = xasprintf("%s-", end);

		free(end);
		end = longer;
	}
	/* a tree is patched from within: this host's file of that name is another one */
	strings_addf(&step->sh, "patch --follow-symlinks %s-p1 <<'%s'\n%s%s", facts->host.offline ? "" : "-d / ", end, step->diff, end);
}

/* What a person has to make first where the drop-in's directory may not be there yet. */
static void add_directory_line(const struct facts *facts, struct step *step)
{
	const char *slash = strrchr(step->target, '/');
	AUTO_FREE char *directory = xstrndup(step->target + (facts->host.offline ? 1 : 0),
		(size_t)(slash - step->target) - (facts->host.offline ? 1 : 0));
	AUTO_FREE char *word = shell_quote(directory);

	strings_addf(&step->sh, "install -d -m 0750 -- %s", word);
}

static const struct edit *answer_of(const struct facts *facts, const struct question *q)
{
	AUTO_FREE char *key = edit_key(q);

	return edit_find(facts, key);
}

char *edits_failed(const struct situation *s, const struct steps *steps)
{
	char *failed = NULL;

	for (size_t i = 0; i < steps->n && !failed; i++) {
		const struct step *step = &steps->items[i];
		const struct edit *edit;
		struct question q;

		if (!edit_format_of(step->kind))
			continue;
		q = edit_question(step, s->chosen, s->n_chosen);
		edit = answer_of(s->facts, &q);
		if (edit && edit->failed)
			failed = xasprintf("%s cannot be edited: %s", step->target, edit->failed);
		question_free(&q);
	}
	return failed;
}

static void fill(const struct facts *facts, struct step *step, struct question *q, struct questions *questions)
{
	const struct edit *edit = answer_of(facts, q);

	if (!edit) {
		questions_add(questions, *q);
		*q = (struct question){0};
		return;
	}
	if (edit->failed)
		return;
	step->diff = xstrdup(edit->diff);
	if (step->kind == STEP_SYSTEMD_DROPIN && streq(edit->before, EDIT_ABSENT))
		add_directory_line(facts, step);
	add_patch_line(facts, step);
	step_expects(step, "file", step->target, xstrdup(edit->before));
}

void edits_fill(const struct facts *facts, struct plan *plan, struct questions *questions)
{
	AUTO_FREE const struct step **before = xcalloc(plan->n_steps, sizeof(*before));

	for (size_t i = 0; i < plan->n_steps; i++) {
		before[i] = &plan->steps[i];
		if (edit_format_of(plan->steps[i].kind)) {
			struct question q = edit_question(&plan->steps[i], before, i);

			fill(facts, &plan->steps[i], &q, questions);
			question_free(&q);
		}
	}
}
