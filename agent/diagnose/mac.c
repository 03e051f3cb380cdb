/* SPDX-License-Identifier: MIT */
/* Mandatory access control is not judged by this version: where it may deny, that is said instead of guessed. */
#include <string.h>

#include "base/alloc.h"
#include "diagnose/exam.h"

#define NOT_JUDGED "not judged by this version"

static void add(struct exam *exam, int layer, const char *class, const char *needs, int verdict, char *because)
{
	const char *path = endpoint_path(exam->up->endpoint);

	exam_add(exam, layer, xstrdup(path && streq(class, "sock_file") ? path : exam->up->endpoint), class, needs, verdict, because);
}

static char *selinux_because(const struct exam *exam)
{
	const char *label = exam->worker->as.selinux;

	if (exam->world->facts->host.selinux == LSM_UNKNOWN)
		return xstrdup("whether SELinux enforces is not known");
	return label ? xasprintf("SELinux enforces; %s is " NOT_JUDGED, label) : xstrdup("SELinux enforces; its policy is " NOT_JUDGED);
}

static void check_selinux(struct exam *exam)
{
	bool path = endpoint_path(exam->up->endpoint), tcp = starts_with(exam->up->endpoint, "tcp:");
	int state = exam->world->facts->host.selinux;

	if (state == LSM_PERMISSIVE)
		add(exam, LAYER_SELINUX, path ? "sock_file" : "socket", "write", VERDICT_ALLOW, xstrdup("SELinux is permissive: it denies nothing"));
	if (state != LSM_ENFORCING && state != LSM_UNKNOWN)
		return;
	if (path)
		add(exam, LAYER_SELINUX, "sock_file", "write", VERDICT_UNKNOWN, selinux_because(exam));
	add(exam, LAYER_SELINUX, tcp ? "tcp_socket" : "unix_stream_socket", tcp ? "name_connect" : "connectto", VERDICT_UNKNOWN,
		selinux_because(exam));
}

/* A label that says "unconfined", or a profile in that mode. */
static bool confines(const char *label)
{
	return label && *label && !streq(label, "unconfined") && !ends_with(label, "(unconfined)");
}

static const char *server_label(const struct upstream *up)
{
	if (up->listener && up->listener->n_holders)
		return up->listener->holders[0].apparmor;
	return up->backend ? up->backend->as.apparmor : NULL;
}

static void check_apparmor(struct exam *exam)
{
	int state = exam->world->facts->host.apparmor;
	const char *worker = exam->worker->as.apparmor, *server = server_label(exam->up);
	const char *class = endpoint_path(exam->up->endpoint) ? "sock_file" : "socket";

	if (confines(worker))
		add(exam, LAYER_APPARMOR, class, "connect", VERDICT_UNKNOWN,
			xasprintf("AppArmor confines the worker: %s; " NOT_JUDGED, worker));
	else if (!worker && (state == LSM_ENABLED || state == LSM_UNKNOWN))
		add(exam, LAYER_APPARMOR, class, "connect", VERDICT_UNKNOWN,
			xstrdup(state == LSM_ENABLED ? "the worker's AppArmor label could not be read" :
						       "whether AppArmor confines the worker is not known"));
	if (confines(server))
		add(exam, LAYER_APPARMOR, "socket", "accept", VERDICT_UNKNOWN,
			xasprintf("AppArmor confines the server: %s; " NOT_JUDGED, server));
}

void check_mac(struct exam *exam)
{
	check_selinux(exam);
	check_apparmor(exam);
}
