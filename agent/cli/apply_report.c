/* SPDX-License-Identifier: MIT */
/* What an apply has done: exit code, JSON, text. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "cli/apply_run.h"
#include "cli/page.h"
#include "cli/render.h"
#include "plan/planner.h"

static const char *const ending_words[] = {
        "applied", "left-out", "refused", "stale", "failed", "validation-failed", "rollback-incomplete"};
const struct names ending_names = NAMES(ending_words);

/* --- exit code
 * --------------------------------------------------------------------------------------------------------------
 */

/* The first of these that applies is the exit code. */
static const int order[] = {EXIT_CODE_ROLLBACK_INCOMPLETE, EXIT_CODE_ROLLED_BACK, EXIT_CODE_STALE,
        EXIT_CODE_FAILED, EXIT_CODE_NO_SAFE_FIX};

static bool all_reachable(const struct plan *plan, const struct applied_set *set)
{
	for (size_t i = 0; i < plan->n_upstreams; i++)
		if (strings_has(&set->upstreams,
		            plan->upstreams[i].endpoint ? plan->upstreams[i].endpoint : "") &&
		        !streq(plan->upstreams[i].verdict, "reachable"))
			return false;
	return true;
}

static int code_of(const struct apply_run *run, const struct applied_set *set, int stale)
{
	switch (set->outcome) {
	case ENDING_APPLIED:
		return EXIT_CODE_OK;
	case ENDING_LEFT_OUT:
		return all_reachable(run->plan, set) ? EXIT_CODE_OK : EXIT_CODE_NO_SAFE_FIX;
	case ENDING_REFUSED:
		return EXIT_CODE_NO_SAFE_FIX;
	case ENDING_STALE:
		return stale;
	case ENDING_VALIDATION_FAILED:
		return EXIT_CODE_ROLLED_BACK;
	case ENDING_INCOMPLETE:
		return EXIT_CODE_ROLLBACK_INCOMPLETE;
	default:
		return EXIT_CODE_FAILED;
	}
}

int apply_run_code(const struct apply_run *run, int stale)
{
	bool open = plan_exit_code(run->plan) == EXIT_CODE_NO_SAFE_FIX;

	for (size_t i = 0; i < COUNT_OF(order); i++) {
		if (open && order[i] == EXIT_CODE_NO_SAFE_FIX)
			return EXIT_CODE_NO_SAFE_FIX;
		for (size_t k = 0; k < run->n_sets; k++)
			if (code_of(run, &run->sets[k], stale) == order[i])
				return order[i];
	}
	return EXIT_CODE_OK;
}

/* --- JSON
 * ---------------------------------------------------------------------------------------------------------------------
 */

/* An upstream for which there is nothing to apply. */
struct still_open {
	char *endpoint; /* NULL: not known */
	struct strings causes;
	char *because;
};

struct document {
	char *schema, *permfix, *plan;
	uint32_t exit;
	struct applied_set *transactions;
	size_t n_transactions;
	struct still_open *open;
	size_t n_open;
	struct strings recovered, left;
};

static const struct field proof_fields[] = {
        FIELD_ALWAYS(STRING, struct proof, check),
        FIELD_ALWAYS(BOOL, struct proof, passed),
        FIELD_ALWAYS(STRING, struct proof, says),
};
static const struct shape proof_shape = SHAPE("proof", struct proof, proof_fields);

static const struct field set_fields[] = {
        FIELD_ALWAYS(STRING, struct applied_set, id),
        FIELD_ALWAYS(STRINGS, struct applied_set, upstreams),
        FIELD_ALWAYS(STRINGS, struct applied_set, steps),
        FIELD_NAME(struct applied_set, outcome, ending_names),
        FIELD_ALWAYS(STRING, struct applied_set, message),
        FIELD_LIST(struct applied_set, validation, proof_shape),
        FIELD_ALWAYS(STRINGS, struct applied_set, left),
};
static const struct shape set_shape = SHAPE("transaction", struct applied_set, set_fields);

static const struct field open_fields[] = {
        FIELD_ALWAYS(STRING, struct still_open, endpoint),
        FIELD_ALWAYS(STRINGS, struct still_open, causes),
        FIELD_ALWAYS(STRING, struct still_open, because),
};
static const struct shape open_shape = SHAPE("open", struct still_open, open_fields);

static const struct field document_fields[] = {
        FIELD_ALWAYS(STRING, struct document, schema),
        FIELD_ALWAYS(STRING, struct document, permfix),
        FIELD_ALWAYS(STRING, struct document, plan),
        FIELD_ALWAYS(U32, struct document, exit),
        FIELD_LIST(struct document, transactions, set_shape),
        FIELD_LIST(struct document, open, open_shape),
        FIELD_ALWAYS(STRINGS, struct document, recovered),
        FIELD_ALWAYS(STRINGS, struct document, left),
};
static const struct shape document_shape = SHAPE("apply", struct document, document_fields);

/* Borrows from the plan. */
static void add_open(const struct plan *plan, struct document *d)
{
	for (size_t i = 0; i < plan->n_upstreams; i++) {
		const struct plan_upstream *u = &plan->upstreams[i];

		if (u->open)
			ARRAY_ADD(d->open, d->n_open, (struct still_open){u->endpoint, u->causes, u->open});
	}
}

char *apply_run_json(const struct apply_run *run, int code)
{
	struct document d = {(char *)"permfix.apply/v1", (char *)PERMFIX_VERSION, run->plan->digest,
	        (uint32_t)code, run->sets, run->n_sets, NULL, 0, run->session->recovery.done,
	        run->session->recovery.left};
	json_t *json;
	AUTO_FREE char *text = NULL;

	add_open(run->plan, &d);
	json = shape_encode(&document_shape, &d);
	text = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS);
	json_decref(json);
	free(d.open);
	return xasprintf("%s\n", text ? text : "{}");
}

/* --- text
 * -----------------------------------------------------------------------------------------------------------------------
 */

static const char *const sentences[] = {
        [ENDING_APPLIED] = "repaired and validated",
        [ENDING_LEFT_OUT] = "left as it is",
        [ENDING_REFUSED] = "refused; as it was before",
        [ENDING_STALE] = "changed meanwhile; nothing was done",
        [ENDING_FAILED] = "could not be repaired; as it was before",
        [ENDING_VALIDATION_FAILED] = "validation failed; taken back, and everything is as it was before",
        [ENDING_INCOMPLETE] = "could not be taken back whole",
};

static int style_of(int ending)
{
	return ending == ENDING_APPLIED ? STYLE_GOOD : ending == ENDING_LEFT_OUT ? STYLE_DOUBT : STYLE_BAD;
}

static void show_set(const struct applied_set *set, struct page *page)
{
	page_begin(page, 0, 4);
	for (size_t i = 0; i < set->upstreams.n; i++)
		page_atomf(page, STYLE_TITLE, "%s%s", set->upstreams.items[i],
		        i + 1 < set->upstreams.n ? "," : ":");
	page_words(page, style_of(set->outcome), sentences[set->outcome]);
	page_end(page);
	if (set->id)
		page_line(page, 4, 16, STYLE_FAINT, "transaction %s", set->id);
	if (set->message)
		page_line(page, 4, 6, STYLE_PLAIN, "%s", set->message);
	for (size_t i = 0; i < set->left.n; i++)
		page_line(page, 4, 6, STYLE_BAD, "left: %s", set->left.items[i]);
}

static void show_open(const struct plan_upstream *u, struct page *page)
{
	AUTO_FREE char *name = upstream_name(u);

	page_begin(page, 0, 4);
	page_atomf(page, STYLE_TITLE, "%s:", name);
	page_words(page, STYLE_BAD, "not repaired:");
	page_words(page, STYLE_PLAIN, u->open);
	page_end(page);
}

void apply_run_text(const struct apply_run *run, struct page *page)
{
	bool applied = false;

	for (size_t i = 0; i < run->n_sets; i++) {
		show_set(&run->sets[i], page);
		applied |= run->sets[i].outcome == ENDING_APPLIED;
	}
	for (size_t i = 0; i < run->plan->n_upstreams; i++)
		if (run->plan->upstreams[i].open)
			show_open(&run->plan->upstreams[i], page);
	if (applied)
		page_line(page, 0, 0, STYLE_PLAIN, "'permfix rollback' takes the newest transaction back.");
	else if (run->n_sets == 0 && plan_exit_code(run->plan) == EXIT_CODE_OK)
		page_line(page, 0, 0, STYLE_PLAIN, "There is nothing to do.");
	else if (run->n_sets == 0)
		page_line(page, 0, 0, STYLE_PLAIN,
		        "There is no safe step to apply: nothing was changed. 'permfix plan' says more.");
}
