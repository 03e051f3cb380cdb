/* SPDX-License-Identifier: MIT */
/* The one record of what was observed on a host (or in a tree). read_*.c fill it; diagnose and plan only read it. It owns every
 * string. Ids are kernel ids as this process sees them (initial user namespace on a host); times are seconds since the epoch.
 * Absolute paths are paths within their view. The JSON form is described in plans/FORMAT.md and plans/facts.schema.json. */
#ifndef PERMFIX_FACTS_H
#define PERMFIX_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/shape.h"

#define FACTS_SCHEMA "permfix.facts/v1"

/* What could not be read stands as "unknown" wherever a state is stored: never a guess. */
enum lsm_state { LSM_UNKNOWN, LSM_ABSENT, LSM_DISABLED, LSM_PERMISSIVE, LSM_ENFORCING, LSM_ENABLED };
extern const struct names lsm_state_names;

struct host {
	char *id;     /* /etc/machine-id; NULL with --root or where there is none */
	char *boot;   /* /proc/sys/kernel/random/boot_id; NULL with --root */
	char *distro; /* "debian 12", from os-release; "unknown" */
	int selinux;  /* enum lsm_state: unknown, absent, disabled, permissive, enforcing */
	int apparmor; /* enum lsm_state: unknown, absent, disabled, enabled */
	bool offline;    /* --root: a tree, not a running host */
	bool privileged; /* effective uid 0 in the initial user namespace: nothing is hidden from the reader */
	bool systemd;    /* PID 1 is systemd (/run/systemd/system exists) */
	bool probing;    /* connecting as the worker was allowed and possible in this run */
	uint64_t mntns, userns, netns; /* of the reader; 0 offline */
	int64_t taken;   /* when the facts were taken */
};

/* --- accounts ------------------------------------------------------------------------------------------------------- */

struct user {
	char *name;
	uint32_t uid, gid;
	char *home;
	char *shell;
};
struct group {
	char *name;
	uint32_t gid;
	struct strings members; /* supplementary members by name, as the group file lists them */
};
struct accounts {
	struct user *users;
	size_t n_users;
	struct group *groups;
	size_t n_groups;
	uint32_t uid_min;          /* UID_MIN of login.defs, 1000 where it says nothing */
	uint32_t gid_min_system;   /* SYS_GID_MIN, SYS_GID_MAX of login.defs (100, 999): where a new system group gets its id */
	uint32_t gid_max_system;
	struct strings sudo_groups; /* groups that sudoers names; "#gid" forms as they stand */
	bool sudo_unknown;          /* sudoers could not be read whole */
	char *elsewhere; /* nsswitch sources besides files that may hold more accounts ("sss"), NULL where there are none */
	bool unknown;    /* passwd or group could not be read */
};

/* --- paths ---------------------------------------------------------------------------------------------------------- */

enum acl_tag { ACL_TAG_USER_OBJ, ACL_TAG_USER, ACL_TAG_GROUP_OBJ, ACL_TAG_GROUP, ACL_TAG_MASK, ACL_TAG_OTHER };
extern const struct names acl_tag_names; /* "user_obj" … as in acl(5), lower case without ACL_ */

struct acl_entry {
	int tag;        /* enum acl_tag */
	uint32_t id;    /* uid or gid for user and group; 0 otherwise */
	uint32_t perms; /* 4 read, 2 write, 1 execute/search */
};

enum node_type { NODE_UNKNOWN, NODE_DIR, NODE_SYMLINK, NODE_SOCKET, NODE_FILE, NODE_FIFO, NODE_DEVICE };
extern const struct names node_type_names;

/* One component as it was met on the way; a symbolic link is a component too, and what it leads to follows. */
struct node {
	char *path;      /* canonical: no symbolic link in it but possibly the last component */
	int type;        /* enum node_type */
	uint32_t mode;   /* permission bits, setuid, setgid, sticky: 07777 */
	uint32_t uid, gid;
	uint64_t dev, ino;
	uint64_t nlink;
	int64_t mtime, ctime;
	struct acl_entry *acl; /* empty: no access ACL beyond the mode */
	size_t n_acl;
	struct acl_entry *default_acl;
	size_t n_default_acl;
	bool acl_unknown;  /* the file system has ACLs, but they could not be read */
	char *fstype;      /* from the mount table: "ext4", "tmpfs", "fuse.sshfs" */
	bool mount_point;  /* a mount begins here */
	bool read_only;    /* mounted read-only */
	bool immutable;    /* FS_IMMUTABLE_FL or FS_APPEND_FL; false where it cannot be asked (sockets, tmpfs) */
	bool empty;        /* a directory whose emptiness was looked at: nothing in it */
	char *link;        /* what a symbolic link says */
	char *selinux;     /* label, NULL where none was read */
};

/* Every component of a path from the view's root, in the order in which the kernel meets them ("/" first). */
struct walk {
	char *view;     /* id of the view */
	char *path;     /* as it was asked for: an absolute path */
	struct node *nodes;
	size_t n_nodes;
	int failed;     /* 0: the last node is the object. Else the errno with which the next component ended the walk:
			   ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG; EACCES, EPERM: not readable for permfix, so unknown */
	char *missing;  /* canonical path of that component */
};

/* What a process sees: its mount namespace and root directory. "host" is permfix's own (or the tree of --root). */
struct view {
	char *id;       /* "host", or "pid:812" */
	uint64_t mntns; /* inode of the mount namespace, 0 unknown */
	char *root;     /* root directory as the host's mount table names it, "/" mostly */
	uint32_t pid;   /* a process that lives in it; 0 for the host */
	bool same_as_host; /* same mount namespace and same root as permfix */
	bool unknown;   /* could not be entered */
};

/* --- processes ------------------------------------------------------------------------------------------------------ */

struct process {
	uint32_t pid;
	char *comm;           /* from /proc/PID/stat */
	char *exe;            /* link target; NULL not readable. " (deleted)" taken off */
	uint32_t uid, gid;    /* file system ids: the ones that permission checks use */
	uint32_t ruid;        /* real uid */
	uint32_t *groups;     /* supplementary groups, sorted, without double ones */
	size_t n_groups;
	uint64_t caps;        /* effective capability set */
	char *umask;          /* of the files it makes, as four octal digits ("0022"); NULL unknown */
	uint64_t mntns, userns, netns, pidns;
	char *root;           /* /proc/PID/root as a path */
	char *view;           /* id of its view */
	char *unit;           /* systemd unit from the cgroup, NULL none */
	char *container;      /* container hint from the cgroup ("docker", "podman", "lxc", …), NULL none */
	char *apparmor;       /* "unconfined", "nginx (enforce)"; NULL: no AppArmor or unreadable */
	char *selinux;        /* context, NULL likewise */
	int64_t started;      /* epoch seconds */
};

/* A set of worker processes of one nginx master that the kernel treats alike. */
struct worker {
	char *id;             /* "w1"… in the order found */
	struct process as;    /* the lowest pid of the set stands for all; as.pid 0: assumed, no process was seen */
	uint32_t *pids;
	size_t n_pids;
	uint32_t nginx;       /* index into facts.nginx */
	char *user;           /* account name of as.uid, or the number as text */
	char *assumed;        /* why it is assumed rather than seen, NULL seen */
};

/* --- nginx ---------------------------------------------------------------------------------------------------------- */

struct place {
	char *file; /* path within the view of the master */
	uint32_t line;
};

struct nginx_server {
	struct place at;
	struct strings names;   /* server_name words as written ("" is kept) */
	struct strings listens; /* first word of each listen: "80", "[::]:443", "unix:/x" */
};

/* One pass directive, once per server that its upstream block lists. */
struct nginx_ref {
	char *endpoint;       /* "unix:/p", "unix:@name", "tcp:host:port"; NULL: unresolved */
	char *unresolved;     /* why the endpoint is not known: the variable ("$backend"), or the reason */
	char *written;        /* the argument as it stands in the file (of pass, or of server in the upstream block) */
	char *directive;      /* "fastcgi_pass" … */
	struct place at;      /* the pass directive */
	uint64_t offset;      /* byte range of the pass directive's first argument in that file, quotes included */
	uint64_t length;
	char *upstream;       /* name of the upstream block it goes through, NULL none */
	struct place server_at; /* the `server` line within that block; file NULL when none */
	uint64_t server_offset;
	uint64_t server_length;
	bool down;            /* server … down; */
	int server;           /* index into servers, -1 none */
};

struct config_problem {
	struct place at;
	char *text;   /* one sentence without the place; outside text stands in it as it is: escape it when it is shown */
};

struct config_file {
	char *path;
	int64_t mtime;
	uint32_t uid, gid, mode;
};

struct nginx {
	uint32_t pid;         /* of the master; 0: none runs, the distribution's default configuration was read */
	struct process as;    /* the master; as.pid 0 likewise */
	char *exe;
	char *conf;           /* main configuration file, in the master's view */
	char *prefix;         /* with final slash */
	char *user;           /* of the user directive, NULL missing */
	char *group;          /* its second argument, NULL none */
	struct place user_at;
	uint64_t user_offset, user_length;  /* byte range of the first argument, quotes included */
	char *default_user;   /* compiled-in --user, NULL unknown */
	char *default_group;
	bool user_ignored;    /* master is not root */
	struct nginx_server *servers;
	size_t n_servers;
	struct nginx_ref *refs;
	size_t n_refs;
	struct config_problem *problems;
	size_t n_problems;
	struct config_file *files;
	size_t n_files;
};

/* --- upstream servers ----------------------------------------------------------------------------------------------- */

enum backend_kind { BACKEND_UNKNOWN, BACKEND_PHP_FPM, BACKEND_GUNICORN, BACKEND_UWSGI, BACKEND_NODE, BACKEND_PUMA,
	BACKEND_UNICORN, BACKEND_SYSTEMD };
extern const struct names backend_kind_names; /* "unknown", "php-fpm", … as the plan's server.kind */

/* A key that stands in a section of the configuration, in force (the last one wins) or only as a comment. */
struct setting {
	char *key;
	char *value;        /* unquoted, $pool replaced */
	char *file;
	uint32_t line;
	bool commented;     /* stands only as a comment ";listen.owner = www-data" */
};

/* A section of a server's configuration that makes one socket. What the keys of its settings are, by the kind of its backend:
 *   php-fpm            those of a pool: listen, listen.owner … user, group, chroot
 *   systemd            none: facts.units has them, the section stands for one ListenStream= of the socket unit named `name`
 *   gunicorn           umask, user, group (config file, GUNICORN_CMD_ARGS, command line; the last one wins)
 *   uwsgi              chmod-socket ("" where it stands without a value), chown-socket, umask, uid, gid; "true" for master-as-root,
 *                      drop-after-init, drop-after-apps
 *   puma               umask, mode (of the bind URL's query)
 *   unicorn            umask (of listen's options)
 *   node, unknown      none: what the process or its unit has is all there is. But unknown with a section "fcgi-program:NAME" is
 *                      supervisord, which makes the sockets of these programs: socket_owner, socket_mode, user
 * umask, mode and socket_mode are four octal digits, however they were written; where they stand tells setting.file and line (no file:
 * on the command line). */
struct backend_section {
	char *name;         /* pool name; socket unit; section of an ini file ("uwsgi"); NULL none */
	struct place at;    /* its [header], or where the socket's address stands; file NULL: on the command line, or nowhere */
	struct setting *settings;
	size_t n_settings;
	char *endpoint;     /* what it listens on, in the form of an endpoint; NULL none given */
	char *managed_by;   /* "ansible", "puppet", "chef", … where the file's header says so; NULL */
	char *unclear;      /* why the settings are not known whole (an expression in a Python or Ruby file): a sentence; NULL */
};

/* A running or configured upstream server. */
struct backend {
	int kind;           /* enum backend_kind */
	uint32_t pid;       /* master; 0 configured but not running */
	struct process as;  /* the master */
	char *exe;
	char *version;      /* "8.2", NULL unknown */
	char *config;       /* main configuration file in its view */
	char *view;         /* id of its view */
	char *unit;         /* systemd unit: of the service; for kind systemd the socket unit */
	char *supervisor;   /* name of its [program:NAME] where supervisord runs it; NULL */
	struct place supervisor_at;
	struct backend_section *sections;
	size_t n_sections;
	struct config_problem *problems;
	size_t n_problems;
	struct config_file *files;
	size_t n_files;
};

enum listener_family { LISTENER_UNIX, LISTENER_ABSTRACT, LISTENER_TCP };
extern const struct names listener_family_names;

/* A socket that listens, from the kernel's socket tables. */
struct listener {
	int family;         /* enum listener_family */
	char *name;         /* path as bound, abstract name without @, or "addr:port" (IPv6 in brackets) */
	uint64_t netns;     /* 0 unknown */
	uint64_t inode;     /* of the socket itself (sockfs) */
	uint64_t file_dev, file_ino; /* of the path's inode (unix_diag_vfs), 0 unknown */
	uint32_t queued;    /* connections waiting */
	uint32_t backlog;   /* maximum, 0 unknown */
	bool listening;     /* false: bound but listen() was not called */
	bool holder_unknown; /* the processes that hold it could not be looked at */
	struct process *holders; /* processes that have it open: the one nearest to the root of the process tree first */
	size_t n_holders;
};

/* --- systemd ---------------------------------------------------------------------------------------------------------- */

/* A service or socket unit that has a part in an upstream. Units are read where systemd is PID 1, and of a tree. */
struct unit {
	char *name;           /* "gunicorn.socket", "gunicorn@app.service" */
	char *fragment;       /* its main file; NULL: none (not found, masked, or made at run time) */
	char *load;           /* LoadState: "loaded", "masked", "not-found", "bad-setting", "error" */
	char *active;         /* ActiveState: "active", "inactive", "failed", "activating", …; NULL unknown (a tree) */
	char *at_boot;        /* "yes": enabled, or pulled in by another unit; "no"; NULL unknown */
	bool stale;           /* its files are newer than what systemd has loaded (NeedDaemonReload) */
	bool incomplete;      /* not all of its files could be read: what it sets is not known */
	uint32_t pid;         /* main process; 0 none */
	struct setting *settings; /* as its files say, drop-ins included. Key "Socket.SocketMode"; what is a list ("Service.RuntimeDirectory",
				     "Socket.ListenStream") stands once for each item that is left; specifiers are resolved */
	size_t n_settings;
	struct setting *loaded;   /* what systemd has loaded instead, where stale */
	size_t n_loaded;
	struct config_file *files; /* the fragment, then the drop-ins in the order in which they are applied */
	size_t n_files;
	struct config_problem *problems;
	size_t n_problems;
};

/* A line of tmpfiles.d(5) about something on the way to an upstream, in the order in which systemd-tmpfiles goes by them: a file of the same
 * name in a directory of higher precedence has masked the others, files are sorted by name. */
struct tmpfiles_line {
	char *type;           /* as written, with its modifiers: "d", "D!", "z" */
	char *path;           /* specifiers resolved; may be a glob(7) pattern where the type allows it */
	char *mode;           /* four octal digits, a leading "~" or ":" kept; NULL: "-" or missing */
	char *user, *group;   /* names or numbers, a leading ":" kept; NULL likewise */
	char *argument;       /* NULL none */
	struct place at;
};

/* --- answers -------------------------------------------------------------------------------------------------------- */

/* An attempt to connect as the worker. */
struct probe {
	char *worker;   /* id */
	char *endpoint;
	int error;      /* errno; 0 connected; -1 not possible (reason says why) */
	char *reason;
};

/* What an edit of a configuration file would yield: made by the helper that owns the format, text in, text out. */
struct edit {
	char *key;      /* edit_key() of plan/question.h */
	char *before;   /* "sha256:…" of the file as read; "absent": there is none */
	char *after;    /* of the text that would be written */
	char *diff;     /* unified diff, file names a/… b/… */
	char *failed;   /* why there is no edit; then the others are NULL */
};

/* The newest change of something that matters for "what changed?". */
struct change_seen {
	char *what;     /* "pool file", "configuration file", "unit file", "nginx file", "socket", "service start", "package php8.2-fpm" */
	char *path;
	int64_t when;
};

/* A file of the site policy, /etc/permfix/policy.d/ *.policy, as it was in force: a replay judges by the same rules. */
struct policy_text {
	char *file;
	char *text;
};

struct target {
	char *given;          /* as on the command line */
	char *endpoint;       /* where it is one */
	char *server_name;    /* where it is a name or a URL */
};

struct facts {
	char *schema;
	struct host host;
	struct accounts accounts;
	struct view *views;
	size_t n_views;
	struct walk *walks;
	size_t n_walks;
	struct nginx *nginx;
	size_t n_nginx;
	struct worker *workers;
	size_t n_workers;
	struct backend *backends;
	size_t n_backends;
	struct unit *units;         /* sorted by name */
	size_t n_units;
	bool units_unknown;         /* systemd is there, but could not be asked, and files of units not (all) be read */
	struct tmpfiles_line *tmpfiles;
	size_t n_tmpfiles;
	bool tmpfiles_unknown;      /* not (all) read: what is made at boot is not known */
	struct listener *listeners;
	size_t n_listeners;
	bool listeners_unknown;     /* the tables could not be read at all */
	bool other_netns_unknown;   /* there are network namespaces whose tables were not read */
	bool processes_hidden;      /* some processes could not be looked at */
	struct probe *probes;
	size_t n_probes;
	struct edit *edits;
	size_t n_edits;
	struct change_seen *changed;
	size_t n_changed;
	struct target *targets;
	size_t n_targets;
	struct policy_text *policies; /* in the order of their names */
	size_t n_policies;
	struct strings assumed;     /* sentences, for the plan */
	struct strings notes;       /* what could not be read, as sentences; shown as diagnostics */
};

extern const struct shape facts_shape;
extern const struct shape node_shape;
extern const struct shape walk_shape;
extern const struct shape worker_shape;
extern const struct shape nginx_shape;
extern const struct shape backend_shape;
extern const struct shape process_shape;
extern const struct shape nginx_server_shape; /* the records that come from a confined reader one by one */
extern const struct shape nginx_ref_shape;
extern const struct shape backend_section_shape;
extern const struct shape config_problem_shape;
extern const struct shape config_file_shape;
extern const struct shape unit_shape;
extern const struct shape tmpfiles_line_shape;

void facts_free(struct facts *facts);
#define AUTO_FACTS __attribute__((cleanup(facts_free)))

/* Look-ups. All return NULL where there is no such thing; nothing is owned by the caller. */
const struct user *user_by_uid(const struct accounts *accounts, uint32_t uid);
const struct user *user_by_name(const struct accounts *accounts, const char *name);
const struct group *group_by_gid(const struct accounts *accounts, uint32_t gid);
const struct group *group_by_name(const struct accounts *accounts, const char *name);
const struct view *view_by_id(const struct facts *facts, const char *id);
const struct walk *walk_find(const struct facts *facts, const char *view, const char *path);
const struct node *walk_object(const struct walk *walk); /* the last node where the walk reached the end, else NULL */
const struct probe *probe_find(const struct facts *facts, const char *worker, const char *endpoint);
const struct edit *edit_find(const struct facts *facts, const char *key);
const struct setting *setting_find(const struct backend_section *section, const char *key); /* in force only */
const struct unit *unit_find(const struct facts *facts, const char *name);
/* The last setting of this key in its files ("Socket.SocketMode"). */
const struct setting *unit_setting(const struct unit *unit, const char *key);

/* Whether the process has this listener open; false for no listener and for pid 0. */
bool listener_held_by(const struct listener *listener, uint32_t pid);

/* path without a leading "/var" before "/run/": the two are one directory. */
const char *run_path(const char *path);

/* "unix:/p" → "/p"; NULL for every other endpoint. */
const char *endpoint_path(const char *endpoint);

#endif
