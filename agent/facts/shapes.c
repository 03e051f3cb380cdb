/* SPDX-License-Identifier: MIT */
/* The facts record as tables: what its JSON form, its copies and its release go by. */
#include "facts/facts.h"

static const char *const lsm_state_words[] = {"unknown", "absent", "disabled", "permissive", "enforcing", "enabled"};
const struct names lsm_state_names = NAMES(lsm_state_words);

static const char *const acl_tag_words[] = {"user_obj", "user", "group_obj", "group", "mask", "other"};
const struct names acl_tag_names = NAMES(acl_tag_words);

static const char *const node_type_words[] = {"unknown", "dir", "symlink", "socket", "file", "fifo", "device"};
const struct names node_type_names = NAMES(node_type_words);

static const char *const backend_kind_words[] = {
	"unknown", "php-fpm", "gunicorn", "uwsgi", "node", "puma", "unicorn", "systemd",
};
const struct names backend_kind_names = NAMES(backend_kind_words);

static const char *const listener_family_words[] = {"unix", "abstract", "tcp"};
const struct names listener_family_names = NAMES(listener_family_words);

static const struct field host_fields[] = {
	FIELD_ALWAYS(STRING, struct host, id),
	FIELD_ALWAYS(STRING, struct host, boot),
	FIELD_ALWAYS(STRING, struct host, distro),
	FIELD_NAME(struct host, selinux, lsm_state_names),
	FIELD_NAME(struct host, apparmor, lsm_state_names),
	FIELD_PLAIN(BOOL, struct host, offline),
	FIELD_ALWAYS(BOOL, struct host, privileged),
	FIELD_ALWAYS(BOOL, struct host, systemd),
	FIELD_ALWAYS(BOOL, struct host, probing),
	FIELD_PLAIN(U64, struct host, mntns),
	FIELD_PLAIN(U64, struct host, userns),
	FIELD_PLAIN(U64, struct host, netns),
	FIELD_ALWAYS(I64, struct host, taken),
};
static const struct shape host_shape = SHAPE("host", struct host, host_fields);

static const struct field user_fields[] = {
	FIELD_ALWAYS(STRING, struct user, name), FIELD_ALWAYS(U32, struct user, uid), FIELD_ALWAYS(U32, struct user, gid),
	FIELD_PLAIN(STRING, struct user, home),  FIELD_PLAIN(STRING, struct user, shell),
};
static const struct shape user_shape = SHAPE("user", struct user, user_fields);

static const struct field group_fields[] = {
	FIELD_ALWAYS(STRING, struct group, name),
	FIELD_ALWAYS(U32, struct group, gid),
	FIELD_PLAIN(STRINGS, struct group, members),
};
static const struct shape group_shape = SHAPE("group", struct group, group_fields);

static const struct field accounts_fields[] = {
	FIELD_ARRAY(struct accounts, users, user_shape),
	FIELD_ARRAY(struct accounts, groups, group_shape),
	FIELD_ALWAYS(U32, struct accounts, uid_min),
	FIELD_ALWAYS(U32, struct accounts, gid_min_system),
	FIELD_ALWAYS(U32, struct accounts, gid_max_system),
	FIELD_PLAIN(STRINGS, struct accounts, sudo_groups),
	FIELD_PLAIN(BOOL, struct accounts, sudo_unknown),
	FIELD_PLAIN(STRING, struct accounts, elsewhere),
	FIELD_PLAIN(BOOL, struct accounts, unknown),
};
static const struct shape accounts_shape = SHAPE("accounts", struct accounts, accounts_fields);

static const struct field acl_entry_fields[] = {
	FIELD_NAME(struct acl_entry, tag, acl_tag_names),
	FIELD_PLAIN(U32, struct acl_entry, id),
	FIELD_ALWAYS(U32, struct acl_entry, perms),
};
static const struct shape acl_entry_shape = SHAPE("acl_entry", struct acl_entry, acl_entry_fields);

static const struct field node_fields[] = {
	FIELD_ALWAYS(STRING, struct node, path),
	FIELD_NAME(struct node, type, node_type_names),
	FIELD_ALWAYS(MODE, struct node, mode),
	FIELD_ALWAYS(U32, struct node, uid),
	FIELD_ALWAYS(U32, struct node, gid),
	FIELD_PLAIN(U64, struct node, dev),
	FIELD_PLAIN(U64, struct node, ino),
	FIELD_PLAIN(U64, struct node, nlink),
	FIELD_PLAIN(I64, struct node, mtime),
	FIELD_PLAIN(I64, struct node, ctime),
	FIELD_ARRAY(struct node, acl, acl_entry_shape),
	FIELD_ARRAY(struct node, default_acl, acl_entry_shape),
	FIELD_PLAIN(BOOL, struct node, acl_unknown),
	FIELD_PLAIN(STRING, struct node, fstype),
	FIELD_PLAIN(BOOL, struct node, mount_point),
	FIELD_PLAIN(BOOL, struct node, read_only),
	FIELD_PLAIN(BOOL, struct node, immutable),
	FIELD_PLAIN(BOOL, struct node, empty),
	FIELD_PLAIN(STRING, struct node, link),
	FIELD_PLAIN(STRING, struct node, selinux),
};
const struct shape node_shape = SHAPE("node", struct node, node_fields);

static const struct field walk_fields[] = {
	FIELD_ALWAYS(STRING, struct walk, view), FIELD_ALWAYS(STRING, struct walk, path),
	FIELD_ARRAY(struct walk, nodes, node_shape), FIELD_PLAIN(INT, struct walk, failed),
	FIELD_PLAIN(STRING, struct walk, missing),
};
const struct shape walk_shape = SHAPE("walk", struct walk, walk_fields);

static const struct field view_fields[] = {
	FIELD_ALWAYS(STRING, struct view, id),    FIELD_PLAIN(U64, struct view, mntns),
	FIELD_ALWAYS(STRING, struct view, root),  FIELD_PLAIN(U32, struct view, pid),
	FIELD_PLAIN(BOOL, struct view, same_as_host), FIELD_PLAIN(BOOL, struct view, unknown),
};
static const struct shape view_shape = SHAPE("view", struct view, view_fields);

static const struct field process_fields[] = {
	FIELD_ALWAYS(U32, struct process, pid),
	FIELD_PLAIN(STRING, struct process, comm),
	FIELD_PLAIN(STRING, struct process, exe),
	FIELD_ALWAYS(U32, struct process, uid),
	FIELD_ALWAYS(U32, struct process, gid),
	FIELD_PLAIN(U32, struct process, ruid),
	FIELD_IDS(struct process, groups),
	FIELD_PLAIN(U64, struct process, caps),
	FIELD_PLAIN(STRING, struct process, umask),
	FIELD_PLAIN(U64, struct process, mntns),
	FIELD_PLAIN(U64, struct process, userns),
	FIELD_PLAIN(U64, struct process, netns),
	FIELD_PLAIN(U64, struct process, pidns),
	FIELD_PLAIN(STRING, struct process, root),
	FIELD_PLAIN(STRING, struct process, view),
	FIELD_PLAIN(STRING, struct process, unit),
	FIELD_PLAIN(STRING, struct process, container),
	FIELD_PLAIN(STRING, struct process, apparmor),
	FIELD_PLAIN(STRING, struct process, selinux),
	FIELD_PLAIN(I64, struct process, started),
};
const struct shape process_shape = SHAPE("process", struct process, process_fields);

static const struct field worker_fields[] = {
	FIELD_ALWAYS(STRING, struct worker, id), FIELD_RECORD(struct worker, as, process_shape),
	FIELD_IDS(struct worker, pids),          FIELD_ALWAYS(U32, struct worker, nginx),
	FIELD_ALWAYS(STRING, struct worker, user), FIELD_PLAIN(STRING, struct worker, assumed),
};
const struct shape worker_shape = SHAPE("worker", struct worker, worker_fields);

static const struct field place_fields[] = {
	FIELD_PLAIN(STRING, struct place, file),
	FIELD_PLAIN(U32, struct place, line),
};
static const struct shape place_shape = SHAPE("place", struct place, place_fields);

static const struct field nginx_server_fields[] = {
	FIELD_RECORD(struct nginx_server, at, place_shape),
	FIELD_PLAIN(STRINGS, struct nginx_server, names),
	FIELD_PLAIN(STRINGS, struct nginx_server, listens),
};
const struct shape nginx_server_shape = SHAPE("server", struct nginx_server, nginx_server_fields);

static const struct field nginx_ref_fields[] = {
	FIELD_ALWAYS(STRING, struct nginx_ref, endpoint),
	FIELD_PLAIN(STRING, struct nginx_ref, unresolved),
	FIELD_PLAIN(STRING, struct nginx_ref, written),
	FIELD_ALWAYS(STRING, struct nginx_ref, directive),
	FIELD_RECORD(struct nginx_ref, at, place_shape),
	FIELD_PLAIN(U64, struct nginx_ref, offset),
	FIELD_PLAIN(U64, struct nginx_ref, length),
	FIELD_PLAIN(STRING, struct nginx_ref, upstream),
	FIELD_RECORD(struct nginx_ref, server_at, place_shape),
	FIELD_PLAIN(U64, struct nginx_ref, server_offset),
	FIELD_PLAIN(U64, struct nginx_ref, server_length),
	FIELD_PLAIN(BOOL, struct nginx_ref, down),
	FIELD_ALWAYS(INT, struct nginx_ref, server),
};
const struct shape nginx_ref_shape = SHAPE("ref", struct nginx_ref, nginx_ref_fields);

static const struct field config_problem_fields[] = {
	FIELD_RECORD(struct config_problem, at, place_shape),
	FIELD_ALWAYS(STRING, struct config_problem, text),
};
const struct shape config_problem_shape = SHAPE("problem", struct config_problem, config_problem_fields);

static const struct field config_file_fields[] = {
	FIELD_ALWAYS(STRING, struct config_file, path), FIELD_PLAIN(I64, struct config_file, mtime),
	FIELD_ALWAYS(U32, struct config_file, uid),     FIELD_ALWAYS(U32, struct config_file, gid),
	FIELD_ALWAYS(MODE, struct config_file, mode),
};
const struct shape config_file_shape = SHAPE("file", struct config_file, config_file_fields);

static const struct field nginx_fields[] = {
	FIELD_ALWAYS(U32, struct nginx, pid),
	FIELD_RECORD(struct nginx, as, process_shape),
	FIELD_PLAIN(STRING, struct nginx, exe),
	FIELD_ALWAYS(STRING, struct nginx, conf),
	FIELD_PLAIN(STRING, struct nginx, prefix),
	FIELD_ALWAYS(STRING, struct nginx, user),
	FIELD_PLAIN(STRING, struct nginx, group),
	FIELD_RECORD(struct nginx, user_at, place_shape),
	FIELD_PLAIN(U64, struct nginx, user_offset),
	FIELD_PLAIN(U64, struct nginx, user_length),
	FIELD_PLAIN(STRING, struct nginx, default_user),
	FIELD_PLAIN(STRING, struct nginx, default_group),
	FIELD_PLAIN(BOOL, struct nginx, user_ignored),
	FIELD_ARRAY(struct nginx, servers, nginx_server_shape),
	FIELD_ARRAY(struct nginx, refs, nginx_ref_shape),
	FIELD_ARRAY(struct nginx, problems, config_problem_shape),
	FIELD_ARRAY(struct nginx, files, config_file_shape),
};
const struct shape nginx_shape = SHAPE("nginx", struct nginx, nginx_fields);

static const struct field setting_fields[] = {
	FIELD_ALWAYS(STRING, struct setting, key), FIELD_ALWAYS(STRING, struct setting, value),
	FIELD_PLAIN(STRING, struct setting, file), FIELD_PLAIN(U32, struct setting, line),
	FIELD_PLAIN(BOOL, struct setting, commented),
};
static const struct shape setting_shape = SHAPE("setting", struct setting, setting_fields);

static const struct field backend_section_fields[] = {
	FIELD_ALWAYS(STRING, struct backend_section, name),
	FIELD_RECORD(struct backend_section, at, place_shape),
	FIELD_ARRAY(struct backend_section, settings, setting_shape),
	FIELD_ALWAYS(STRING, struct backend_section, endpoint),
	FIELD_PLAIN(STRING, struct backend_section, managed_by),
	FIELD_PLAIN(STRING, struct backend_section, unclear),
};
const struct shape backend_section_shape = SHAPE("section", struct backend_section, backend_section_fields);

static const struct field backend_fields[] = {
	FIELD_NAME(struct backend, kind, backend_kind_names),
	FIELD_ALWAYS(U32, struct backend, pid),
	FIELD_RECORD(struct backend, as, process_shape),
	FIELD_PLAIN(STRING, struct backend, exe),
	FIELD_PLAIN(STRING, struct backend, version),
	FIELD_ALWAYS(STRING, struct backend, config),
	FIELD_PLAIN(STRING, struct backend, view),
	FIELD_PLAIN(STRING, struct backend, unit),
	FIELD_PLAIN(STRING, struct backend, supervisor),
	FIELD_RECORD(struct backend, supervisor_at, place_shape),
	FIELD_ARRAY(struct backend, sections, backend_section_shape),
	FIELD_ARRAY(struct backend, problems, config_problem_shape),
	FIELD_ARRAY(struct backend, files, config_file_shape),
};
const struct shape backend_shape = SHAPE("backend", struct backend, backend_fields);

static const struct field unit_fields[] = {
	FIELD_ALWAYS(STRING, struct unit, name),
	FIELD_PLAIN(STRING, struct unit, fragment),
	FIELD_PLAIN(STRING, struct unit, load),
	FIELD_PLAIN(STRING, struct unit, active),
	FIELD_PLAIN(STRING, struct unit, at_boot),
	FIELD_PLAIN(BOOL, struct unit, stale),
	FIELD_PLAIN(BOOL, struct unit, incomplete),
	FIELD_PLAIN(U32, struct unit, pid),
	FIELD_ARRAY(struct unit, settings, setting_shape),
	FIELD_ARRAY(struct unit, loaded, setting_shape),
	FIELD_ARRAY(struct unit, files, config_file_shape),
	FIELD_ARRAY(struct unit, problems, config_problem_shape),
};
const struct shape unit_shape = SHAPE("unit", struct unit, unit_fields);

static const struct field tmpfiles_line_fields[] = {
	FIELD_ALWAYS(STRING, struct tmpfiles_line, type),
	FIELD_ALWAYS(STRING, struct tmpfiles_line, path),
	FIELD_PLAIN(STRING, struct tmpfiles_line, mode),
	FIELD_PLAIN(STRING, struct tmpfiles_line, user),
	FIELD_PLAIN(STRING, struct tmpfiles_line, group),
	FIELD_PLAIN(STRING, struct tmpfiles_line, argument),
	FIELD_RECORD(struct tmpfiles_line, at, place_shape),
};
const struct shape tmpfiles_line_shape = SHAPE("tmpfiles_line", struct tmpfiles_line, tmpfiles_line_fields);

static const struct field listener_fields[] = {
	FIELD_NAME(struct listener, family, listener_family_names),
	FIELD_ALWAYS(STRING, struct listener, name),
	FIELD_PLAIN(U64, struct listener, netns),
	FIELD_PLAIN(U64, struct listener, inode),
	FIELD_PLAIN(U64, struct listener, file_dev),
	FIELD_PLAIN(U64, struct listener, file_ino),
	FIELD_PLAIN(U32, struct listener, queued),
	FIELD_PLAIN(U32, struct listener, backlog),
	FIELD_ALWAYS(BOOL, struct listener, listening),
	FIELD_PLAIN(BOOL, struct listener, holder_unknown),
	FIELD_ARRAY(struct listener, holders, process_shape),
};
static const struct shape listener_shape = SHAPE("listener", struct listener, listener_fields);

static const struct field probe_fields[] = {
	FIELD_ALWAYS(STRING, struct probe, worker),
	FIELD_ALWAYS(STRING, struct probe, endpoint),
	FIELD_ALWAYS(INT, struct probe, error),
	FIELD_PLAIN(STRING, struct probe, reason),
};
static const struct shape probe_shape = SHAPE("probe", struct probe, probe_fields);

static const struct field edit_fields[] = {
	FIELD_ALWAYS(STRING, struct edit, key), FIELD_PLAIN(STRING, struct edit, before),
	FIELD_PLAIN(STRING, struct edit, after), FIELD_PLAIN(STRING, struct edit, diff),
	FIELD_PLAIN(STRING, struct edit, failed),
};
static const struct shape edit_shape = SHAPE("edit", struct edit, edit_fields);

static const struct field change_seen_fields[] = {
	FIELD_ALWAYS(STRING, struct change_seen, what),
	FIELD_ALWAYS(STRING, struct change_seen, path),
	FIELD_ALWAYS(I64, struct change_seen, when),
};
static const struct shape change_seen_shape = SHAPE("change", struct change_seen, change_seen_fields);

static const struct field target_fields[] = {
	FIELD_ALWAYS(STRING, struct target, given),
	FIELD_PLAIN(STRING, struct target, endpoint),
	FIELD_PLAIN(STRING, struct target, server_name),
};
static const struct shape target_shape = SHAPE("target", struct target, target_fields);

static const struct field policy_text_fields[] = {
	FIELD_ALWAYS(STRING, struct policy_text, file),
	FIELD_ALWAYS(STRING, struct policy_text, text),
};
static const struct shape policy_text_shape = SHAPE("policy", struct policy_text, policy_text_fields);

static const struct field facts_fields[] = {
	FIELD_ALWAYS(STRING, struct facts, schema),
	FIELD_RECORD(struct facts, host, host_shape),
	FIELD_RECORD(struct facts, accounts, accounts_shape),
	FIELD_ARRAY(struct facts, views, view_shape),
	FIELD_ARRAY(struct facts, walks, walk_shape),
	FIELD_ARRAY(struct facts, nginx, nginx_shape),
	FIELD_ARRAY(struct facts, workers, worker_shape),
	FIELD_ARRAY(struct facts, backends, backend_shape),
	FIELD_ARRAY(struct facts, units, unit_shape),
	FIELD_PLAIN(BOOL, struct facts, units_unknown),
	FIELD_ARRAY(struct facts, tmpfiles, tmpfiles_line_shape),
	FIELD_PLAIN(BOOL, struct facts, tmpfiles_unknown),
	FIELD_ARRAY(struct facts, listeners, listener_shape),
	FIELD_PLAIN(BOOL, struct facts, listeners_unknown),
	FIELD_PLAIN(BOOL, struct facts, other_netns_unknown),
	FIELD_PLAIN(BOOL, struct facts, processes_hidden),
	FIELD_ARRAY(struct facts, probes, probe_shape),
	FIELD_ARRAY(struct facts, edits, edit_shape),
	FIELD_ARRAY(struct facts, changed, change_seen_shape),
	FIELD_ARRAY(struct facts, targets, target_shape),
	FIELD_ARRAY(struct facts, policies, policy_text_shape),
	FIELD_PLAIN(STRINGS, struct facts, assumed),
	FIELD_PLAIN(STRINGS, struct facts, notes),
};
const struct shape facts_shape = SHAPE("facts", struct facts, facts_fields);
