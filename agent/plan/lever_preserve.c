/* SPDX-License-Identifier: MIT */
/* A service takes its runtime directory away when it stops, with a socket in it that it does not make itself, while the socket unit stays active
 * (systemd.exec(5), RuntimeDirectoryPreserve=). What is still there is kept from now on; what is gone is made anew by the socket unit. */
#include "base/alloc.h"
#include "base/cleanup.h"
#include "diagnose/place.h"
#include "diagnose/unit.h"
#include "plan/manual.h"
#include "plan/maker.h"

#define PRESERVE "RuntimeDirectoryPreserve"

static void keep_directory(const struct situation *s, const struct unit *remover, struct steps *steps)
{
	struct step *step = step_dropin(steps, remover,
		xasprintf("%s removes its runtime directory when it stops, with a socket in it that it does not make itself", remover->name));

	step_dropin_key(step, &s->world, remover, "Service." PRESERVE, "yes");
	step_daemon_reload(steps, xstrdup("systemd takes what units say from its memory until it has read their files anew"));
}

void lever_preserve(const struct situation *s, struct candidates *out)
{
	const char *path = s->check->object;
	const struct unit *unit = path ? place_remover(&s->world, s->upstream, path, true) : NULL;
	struct steps steps = {0};

	if (path && !unit)
		unit = place_remover(&s->world, s->upstream, path, false);
	if (!unit_takes_dropins(unit))
		return;
	keep_directory(s, unit, &steps);
	candidate_add(out, &steps);
}

/* The socket unit that is active though its socket is gone, with its service; NULL: it is another matter. */
static const struct unit *active_socket(const struct situation *s, const struct unit **service)
{
	const struct backend *maker = s->upstream->maker;
	const struct unit *socket = maker && maker->kind == BACKEND_SYSTEMD ? unit_find(s->facts, maker->unit) : NULL;

	*service = socket ? service_of(s->facts, maker) : NULL;
	return *service && streq(socket->active, "active") && endpoint_path(s->upstream->endpoint) ? socket : NULL;
}

static const struct unit *remover_of(const struct situation *s)
{
	return place_remover(&s->world, s->upstream, endpoint_path(s->upstream->endpoint), true);
}

/* systemd refuses to start a socket unit anew beside its running service: that one has to stop first, which only a person may decide. */
char *manual_socket_again(const struct situation *s)
{
	const struct unit *service, *socket = active_socket(s, &service), *remover = socket ? remover_of(s) : NULL;
	AUTO_FREE char *keep = NULL;

	if (!socket)
		return NULL;
	keep = remover ? xasprintf("with `systemctl edit %s` give it [Service] " PRESERVE "=yes, else its next stop removes the socket again; then ",
				 remover->name) : xstrdup("");
	if (socket_restarts(&s->world, socket, service))
		return xasprintf("%s is active, but its socket is gone: %s`systemctl restart %s`", socket->name, keep, socket->name);
	return xasprintf("%s runs and %s is active, but its socket is gone; systemd would refuse to restart %s alone, and leave it inactive: "
			 "%s`systemctl stop %s`, `systemctl restart %s`, `systemctl start %s`, in this order",
		service->name, socket->name, socket->name, keep, service->name, socket->name, service->name);
}

void lever_socket_again(const struct situation *s, struct candidates *out)
{
	const struct unit *service, *socket = active_socket(s, &service), *remover = socket ? remover_of(s) : NULL;
	struct steps steps = {0};

	if (!socket || !socket_restarts(&s->world, socket, service) || (remover && !unit_takes_dropins(remover)))
		return;
	if (remover)
		keep_directory(s, remover, &steps);
	step_restart(&steps, socket->name, NULL, xasprintf("%s is active, but its socket is gone: it makes it anew%s%s%s", socket->name,
		unit_runs(service) ? ", and " : "", unit_runs(service) ? service->name : "", unit_runs(service) ? " is restarted with it" : ""));
	candidate_add(out, &steps);
}
