/* SPDX-License-Identifier: MIT */
#include "diagnose/diagnose.h"

static const char *const verdict_words[] = {"allow", "deny", "unknown"};
const struct names verdict_names = NAMES(verdict_words);

static const char *const upstream_verdict_words[] = {"reachable", "blocked", "absent", "refusing", "unknown"};
const struct names upstream_verdict_names = NAMES(upstream_verdict_words);

static const char *const layer_words[] = {"dac", "acl", "selinux", "apparmor", "namespace", "listener"};
const struct names layer_names = NAMES(layer_words);

static const char *const moment_words[] = {"now", "restart", "boot"};
const struct names moment_names = NAMES(moment_words);

static const char *const cause_words[] = {
	NULL,
#define CAUSE(id, word, meaning) word,
#include "diagnose/causes.def"
#undef CAUSE
};
const struct names cause_names = NAMES(cause_words);

static const char *const cause_sentences[] = {
	NULL,
#define CAUSE(id, word, meaning) meaning,
#include "diagnose/causes.def"
#undef CAUSE
};
const struct names cause_meanings = NAMES(cause_sentences);
