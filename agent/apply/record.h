/* SPDX-License-Identifier: MIT */
/* The records of a transaction's journal, as plans/JOURNAL.md describes them. */
#ifndef PERMFIX_APPLY_RECORD_H
#define PERMFIX_APPLY_RECORD_H

#include "apply/image.h"
#include "plan/plan.h"

#define JOURNAL_VERSION 1

enum record_type {
	RECORD_BEGIN,
	RECORD_INTENT,
	RECORD_DONE,
	RECORD_AWAITING,
	RECORD_COMMIT,
	RECORD_ROLLBACK,
	RECORD_UNDO_INTENT,
	RECORD_UNDONE,
	RECORD_ROLLED_BACK,
	RECORD_COUNT
};

/* What kind of object a write concerns; how `object` names it. */
enum writer_kind {
	WRITER_NODE,    /* path: owner, mode, ACL */
	WRITER_FILE,    /* path: content */
	WRITER_GROUP,   /* group name */
	WRITER_MEMBER,  /* "GROUP:ACCOUNT" */
	WRITER_SERVICE, /* unit, or "pid N" */
	WRITER_COUNT
};
extern const struct names writer_kind_names;

enum undo_result {
	UNDO_RESTORED, /* the state before is back, and was compared with the pre-image */
	UNDO_SAME,     /* it was in the state before already */
	UNDO_GONE,     /* there is no such object any more: counts as undone */
	UNDO_FOREIGN,  /* in neither the state before nor one of ours: left alone */
	UNDO_FAILED,   /* could not be written: tried again by the next command that may write */
};
extern const struct names undo_result_names;

struct who {
	uint32_t uid;
	char *user;  /* account name; NULL unknown */
	char *asked; /* who became root by sudo (SUDO_USER); NULL nobody */
};

struct begin_record {
	uint32_t version;
	char *id;
	char *digest; /* of the plan */
	char *boot;   /* id of the boot; NULL unknown */
	struct who who;
	struct strings upstreams; /* endpoints */
	struct step *steps;
	size_t n_steps;
};
struct intent_record {
	uint32_t part;
	struct strings steps; /* ids */
	int writer;           /* enum writer_kind */
	char *object;
	char *temporary; /* file: the hidden name under which the new one is made, beside it */
	struct image before, after;
	struct node_state *via; /* states passed through */
	size_t n_via;
};
struct done_record {
	uint32_t part;
};
struct awaiting_record {
	int64_t until; /* epoch seconds */
};
struct rollback_record {
	char *why;
	struct who who;
};
struct undo_intent_record {
	uint32_t part; /* the first one that touched the object */
	char *temporary;
	struct node_state *via;
	size_t n_via;
};
struct undone_record {
	uint32_t part;
	int result; /* enum undo_result */
	char *says; /* what is left to do, NULL nothing */
};
struct rolled_back_record {
	struct strings left; /* sentences: what was left alone and why */
};

/* One record: the member that `type` names is filled (commit has none). */
struct record {
	int type;
	int64_t at; /* epoch seconds */
	struct begin_record begin;
	struct intent_record intent;
	struct done_record done;
	struct awaiting_record awaiting;
	struct rollback_record rollback;
	struct undo_intent_record undo_intent;
	struct undone_record undone;
	struct rolled_back_record rolled_back;
};

/* One line of JSON without a newline; the caller frees. */
char *record_write(const struct record *record);
/* Fills *record (overwritten); -EINVAL with a message. */
int record_read(const char *json, size_t n, struct record *record, struct error *err);
void record_free(struct record *record);

#endif
