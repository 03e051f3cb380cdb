/* SPDX-License-Identifier: MIT */
/* Inside the room: how the effect of each step kind is computed, and the look-ups that it shares with the candidates. */
#ifndef PERMFIX_PLAN_EFFECT_KINDS_H
#define PERMFIX_PLAN_EFFECT_KINDS_H

#include "plan/effect.h"

struct effect_context {
	struct effects *list;
	struct world world; /* before this step */
	const struct step *step;
	struct error *err;
};

/* Adds to c->list what the step does; 0, or -EINVAL with a message. */
typedef int effect_function(struct effect_context *c);

effect_function effect_path_owner, effect_path_mode, effect_path_acl;              /* effect_path.c */
effect_function effect_group, effect_member;                                       /* effect_account.c */
effect_function effect_reload, effect_restart, effect_daemon_reload;               /* effect_service.c */
effect_function effect_nginx_user, effect_nginx_pass;                              /* effect_nginx.c */
effect_function effect_setting, effect_listen_path;                                /* effect_setting.c */
effect_function effect_dropin, effect_tmpfiles;                                    /* effect_unit.c */

/* "d MODE USER GROUP", a line of tmpfiles.d(5) for one directory; false where it is none of this form. The words are the caller's to free. */
struct tmpfiles_words {
	char *mode, *user, *group;
};
bool tmpfiles_parse(const char *text, struct tmpfiles_words *out);
void tmpfiles_words_free(struct tmpfiles_words *words);
#define AUTO_TMPFILES_WORDS __attribute__((cleanup(tmpfiles_words_free)))

/* Where drop-ins of this unit belong: "/etc/systemd/system/UNIT.d/". The caller frees. */
char *dropin_directory(const char *unit);

/* Whether a drop-in of this name (its last component) has the last word on a key of the unit: no other one that sorts after it sets it. */
bool dropin_wins(const struct unit *unit, const char *name, const char *key);

/* Permission bits as a configuration has them: three to five octal digits. */
bool octal_mode(const char *text, uint32_t *mode);

/* The server whose section it is; NULL for none of these facts. */
const struct backend *backend_of_section(const struct facts *facts, const struct backend_section *section);

/* The node that a canonical path names on the host; NULL where no walk met it. */
const struct node *node_at(const struct facts *facts, const char *path);

/* The section that stands under this name in this file. */
const struct backend_section *section_at(const struct facts *facts, const char *file, const char *name);

/* An account or group by name or, all digits, by number. */
bool user_id(const struct world *world, const char *text, uint32_t *uid);
bool group_id(const struct world *world, const char *text, uint32_t *gid);

#endif
