/* SPDX-License-Identifier: MIT */
/* Is somebody listening, and is there room in the queue? unix_stream_connect(): TCP_LISTEN or ECONNREFUSED; a queue longer than its
 * maximum or EAGAIN. sk_acceptq_is_full() likewise. */
#include <string.h>

#include "base/alloc.h"
#include "diagnose/exam.h"
#include "diagnose/unit.h"

static const char *server_word(const struct exam *exam)
{
	const struct upstream *up = exam->up;

	if (up->backend && up->backend->kind != BACKEND_UNKNOWN)
		return name_of(backend_kind_names, up->backend->kind);
	if (up->listener && up->listener->n_holders && up->listener->holders[0].comm)
		return up->listener->holders[0].comm;
	return "a process";
}

static void add(struct exam *exam, int verdict, int cause, const char *needs, char *because)
{
	struct check *check = exam_add(exam, LAYER_LISTENER, xstrdup(exam->up->endpoint), "socket", needs, verdict, because);

	check->cause = cause;
}

/* Under a socket unit systemd holds the socket too; the server's process is the one to name. */
static uint32_t server_pid(const struct upstream *up)
{
	for (size_t i = 0; up->backend && i < up->listener->n_holders; i++)
		if (up->listener->holders[i].pid == up->backend->pid)
			return up->backend->pid;
	return up->listener->n_holders ? up->listener->holders[0].pid : 0;
}

static void judge_listener(struct exam *exam)
{
	const struct listener *listener = exam->up->listener;
	uint32_t pid = server_pid(exam->up);

	if (!listener->listening) {
		add(exam, VERDICT_DENY, CAUSE_NOT_LISTENING, "listen", xstrdup("the socket is bound, but listen() was not called"));
		return;
	}
	add(exam, VERDICT_ALLOW, CAUSE_NONE, "listen",
		pid ? xasprintf("%s (pid %u) listens", server_word(exam), pid) : xstrdup("a process listens that could not be looked at"));
	if (listener->backlog && listener->queued > listener->backlog)
		add(exam, VERDICT_DENY, CAUSE_BACKLOG_FULL, "room in the queue",
			xasprintf("%u connections wait, the backlog is %u", listener->queued, listener->backlog));
}

/* Why it cannot be said that nobody listens; NULL where it can. */
static char *why_unknown(const struct facts *facts)
{
	if (facts->host.offline)
		return xstrdup("a tree has no running servers");
	if (facts->listeners_unknown)
		return xstrdup("the kernel's socket tables could not be read");
	if (facts->other_netns_unknown)
		return xstrdup("a process in another network namespace may listen on it");
	return NULL;
}

static char *nobody(const struct exam *exam)
{
	const struct upstream *up = exam->up;
	const struct unit *service = service_of(exam->world->facts, up->backend);

	if (up->backend && up->section && !up->backend->pid && service && service->active)
		return xasprintf("nobody listens on it; %s is %s", service->name, service->active);
	if (up->backend && up->section && !up->backend->pid)
		return xasprintf("nobody listens on it; %s does not run", name_of(backend_kind_names, up->backend->kind));
	return xstrdup("no process listens on it");
}

void check_listener(struct exam *exam)
{
	char *unknown;

	if (!exam->has_object || exam->object.type != NODE_SOCKET || exam->up->hidden)
		return;
	if (exam->remade) {
		add(exam, VERDICT_ALLOW, CAUSE_NONE, "listen", xasprintf("%s listens after its start", server_word(exam)));
		return;
	}
	if (exam->up->listener) {
		judge_listener(exam);
		return;
	}
	unknown = why_unknown(exam->world->facts);
	if (unknown)
		add(exam, VERDICT_UNKNOWN, CAUSE_NONE, "listen", unknown);
	else
		add(exam, VERDICT_DENY, CAUSE_NOT_LISTENING, "listen", nobody(exam));
}

/* --- TCP and abstract endpoints: the tables of the worker's network namespace --- */

static bool table_is_known(const struct exam *exam)
{
	const struct facts *facts = exam->world->facts;
	uint64_t netns = exam->worker->as.netns;

	if (!netns || netns == facts->host.netns)
		return netns || !facts->other_netns_unknown;
	for (size_t i = 0; i < facts->n_listeners; i++)
		if (facts->listeners[i].netns == netns)
			return true;
	return false;
}

static bool is_remote(const char *endpoint)
{
	const char *host = starts_with(endpoint, "tcp:") ? endpoint + strlen("tcp:") : NULL;
	const char *port = host ? strrchr(host, ':') : NULL;

	return host && !is_loopback(host, port ? (size_t)(port - host) : strlen(host));
}

static char *why_remote_unknown(const struct exam *exam)
{
	const struct facts *facts = exam->world->facts;

	if (is_remote(exam->up->endpoint))
		return xstrdup("the address may be another machine's");
	if (facts->host.offline)
		return xstrdup("a tree has no running servers");
	if (facts->listeners_unknown)
		return xstrdup("the kernel's socket tables could not be read");
	return table_is_known(exam) ? NULL : xstrdup("the tables of the worker's network namespace were not read");
}

void check_remote(struct exam *exam)
{
	char *unknown;

	if (exam->remade) {
		add(exam, VERDICT_ALLOW, CAUSE_NONE, "listen", xasprintf("%s listens after its start", server_word(exam)));
		return;
	}
	if (exam->up->listener) {
		judge_listener(exam);
		return;
	}
	unknown = why_remote_unknown(exam);
	if (unknown)
		add(exam, VERDICT_UNKNOWN, CAUSE_NONE, "listen", unknown);
	else
		add(exam, VERDICT_DENY, CAUSE_NOT_LISTENING, "listen", nobody(exam));
}
