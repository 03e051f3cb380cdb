/* SPDX-License-Identifier: MIT */
/* The plan's JSON form. */
#ifndef PERMFIX_PLAN_CODEC_H
#define PERMFIX_PLAN_CODEC_H

#include "plan/plan.h"

/* Sets plan->created (RFC 3339 of epoch seconds) and plan->digest. */
void plan_seal(struct plan *plan, int64_t created);

/* Pretty JSON with a final newline; the caller frees. */
char *plan_write(const struct plan *plan);

/* Reads a plan; -EINVAL with a message where it is no plan, of another schema version, or where its digest does not match its content. */
int plan_read(const char *json, size_t size, struct plan *plan, struct error *err);

/* "sha256:…" of the canonical form (CONTRACT: as jq -cS prints it, without digest and created). */
char *plan_digest(const struct plan *plan);

/* The published schema of the plan, plans/plan.schema.json; the caller frees. */
char *plan_schema_text(void);

#endif
