/* SPDX-License-Identifier: MIT */
#include "facts/fpm_keys.h"
#include "base/cleanup.h"

#include <string.h>
#include <strings.h>

#define POOL FPM_KEY_POOL
#define GLOBAL FPM_KEY_GLOBAL
#define BOTH (FPM_KEY_POOL | FPM_KEY_GLOBAL)
#define ARRAY (FPM_KEY_POOL | FPM_KEY_ARRAY)
#define KEPT (FPM_KEY_POOL | FPM_KEY_KEPT)
#define LISTEN (FPM_KEY_POOL | FPM_KEY_KEPT | FPM_KEY_LISTEN)

/* ini_fpm_global_options, ini_fpm_pool_options and fpm_conf_ini_parser_array() of sapi/fpm/fpm/fpm_conf.c, up to PHP 8.4. */
static const struct fpm_key keys[] = {
	{"listen", KEPT}, {"listen.owner", LISTEN}, {"listen.group", LISTEN}, {"listen.mode", LISTEN},
	{"listen.acl_users", LISTEN}, {"listen.acl_groups", LISTEN}, {"listen.backlog", LISTEN},
	{"listen.allowed_clients", LISTEN}, {"listen.setfib", POOL},
	{"user", KEPT}, {"group", KEPT}, {"prefix", KEPT}, {"chroot", KEPT}, {"chdir", POOL},
	{"pm", POOL}, {"pm.max_children", POOL}, {"pm.start_servers", POOL}, {"pm.min_spare_servers", POOL},
	{"pm.max_spare_servers", POOL}, {"pm.max_spawn_rate", POOL}, {"pm.process_idle_timeout", POOL},
	{"pm.max_requests", POOL}, {"pm.status_path", POOL}, {"pm.status_listen", POOL},
	{"ping.path", POOL}, {"ping.response", POOL}, {"access.log", POOL}, {"access.format", POOL},
	{"slowlog", POOL}, {"request_slowlog_timeout", POOL}, {"request_slowlog_trace_depth", POOL},
	{"request_terminate_timeout", POOL}, {"request_terminate_timeout_track_finished", POOL},
	{"catch_workers_output", POOL}, {"decorate_workers_output", POOL}, {"clear_env", POOL},
	{"security.limit_extensions", POOL}, {"apparmor_hat", POOL}, {"process.dumpable", POOL},
	{"rlimit_files", BOTH}, {"rlimit_core", BOTH}, {"process.priority", BOTH},
	{"pid", GLOBAL}, {"error_log", GLOBAL}, {"syslog.facility", GLOBAL}, {"syslog.ident", GLOBAL},
	{"log_buffering", GLOBAL}, {"log_level", GLOBAL}, {"log_limit", GLOBAL},
	{"emergency_restart_threshold", GLOBAL}, {"emergency_restart_interval", GLOBAL},
	{"process_control_timeout", GLOBAL}, {"process.max", GLOBAL}, {"daemonize", GLOBAL},
	{"events.mechanism", GLOBAL}, {"systemd_interval", GLOBAL},
	{"env", ARRAY}, {"php_value", ARRAY}, {"php_admin_value", ARRAY}, {"php_flag", ARRAY},
	{"php_admin_flag", ARRAY}, {"access.suppress_path", ARRAY},
};

const struct fpm_key *fpm_key_find(const char *name, size_t n, bool array)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (((keys[i].use & FPM_KEY_ARRAY) != 0) == array && strlen(keys[i].name) == n &&
			strncasecmp(keys[i].name, name, n) == 0)
			return &keys[i];
	return NULL;
}
