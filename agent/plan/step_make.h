/* SPDX-License-Identifier: MIT */
/* Inside the room: how steps are made. Each function adds one step to a list, complete but for id, reach and diff. Strings are copied. */
#ifndef PERMFIX_PLAN_STEP_MAKE_H
#define PERMFIX_PLAN_STEP_MAKE_H

#include "diagnose/creation.h"
#include "plan/plan.h"

struct step *step_add(struct steps *list, int kind, const char *target, char *because); /* takes over because */
void step_change(struct step *step, const char *key, const char *from, const char *to);
void step_expects(struct step *step, const char *what, const char *path, char *value);  /* takes over value */
void step_expects_node(struct step *step, const struct node *node);

/* Account and group names by id, the number as text where there is none; the caller frees. */
char *user_label(const struct facts *facts, uint32_t uid);
char *group_label(const struct world *world, uint32_t gid);

/* A process as the target of a service.* step: its unit, or "pid N"; the caller frees. */
char *service_label(const struct process *process);

void step_path_group(struct steps *list, const struct world *world, const struct node *node, uint32_t gid, char *because);
void step_path_user(struct steps *list, const struct world *world, const struct node *node, uint32_t uid, char *because);
/* Owner and group in one step: one chown(2), and nothing in between. */
void step_path_both(struct steps *list, const struct world *world, const struct node *node, uint32_t uid, uint32_t gid, char *because);
void step_path_mode(struct steps *list, const struct node *node, uint32_t mode, char *because);
struct step *step_path_acl(struct steps *list, const struct node *node, char *because);
/* One entry of such a step, and the command line for it. perms NULL takes the entry out. */
void step_acl_entry(struct step *step, const struct facts *facts, const struct node *node, const struct acl_entry *entry, const char *perms);
void step_acl_done(struct step *step);

struct step *step_pool(struct steps *list, const struct backend_section *section, char *because);
void step_pool_key(struct step *step, const struct world *world, const struct backend_section *section, const char *key, const char *value);

void step_group_create(struct steps *list, const char *group, char *because);
void step_member(struct steps *list, const char *group, const char *user, char *because);
void step_reload(struct steps *list, const struct process *master, char *because);
void step_manual(struct steps *list, const char *target, char *because);

/* --- step_place.c: where sockets and their directories come from --- */

/* A drop-in of a unit, "zz-permfix.conf" among those of the system, and keys for it ("Socket.SocketMode"). A key that has the value already, in
 * the files of the unit and what is planned for them, adds nothing. */
struct step *step_dropin(struct steps *list, const struct unit *unit, char *because);
void step_dropin_key(struct step *step, const struct world *world, const struct unit *unit, const char *key, const char *value);

/* All values of a key of the unit's files with what is planned for them, a blank between; NULL where there is none. The caller frees. */
char *unit_list_text(const struct world *world, const struct unit *unit, const char *key);

/* The service manager reads its files anew. */
void step_daemon_reload(struct steps *list, char *because);

/* A unit is started anew; server: its process, NULL where none runs. */
void step_restart(struct steps *list, const char *unit, const struct process *server, char *because);

/* One directory in "00-permfix.conf" of tmpfiles.d, as owner, group and mode of the node say. */
void step_tmpfiles(struct steps *list, const struct world *world, const struct node *directory, char *because);

/* An option of uWSGI's ini file; from is what stands there. */
struct step *step_uwsgi(struct steps *list, const struct backend_section *section, char *because);
void step_uwsgi_option(struct step *step, const struct world *world, const struct backend_section *section, const char *key, const char *value);

/* A pool listens on another path. */
void step_listen_path(struct steps *list, const struct world *world, const struct backend_section *section, const char *path, char *because);

/* Says that a configuration manager writes the file, where the section's header says so. */
void step_warn_managed(struct step *step, const struct backend_section *section);

#endif
