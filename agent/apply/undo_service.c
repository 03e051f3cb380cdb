/* SPDX-License-Identifier: MIT */
#include "apply/undo_service.h"
#include "apply/set_service.h"
#include "apply/successor.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "plan/edit_question.h"

/* Whether the transaction had written a file that this server reads: then it reads the restored one. A drop-in is read by the service manager, and
 * takes effect on the unit's own processes when they are started anew. */
static bool reads_restored(const struct tx *tx, const struct service_state *service)
{
	const struct begin_record *begin = tx_begin(tx);

	for (size_t i = 0; i < begin->n_steps; i++) {
		const struct step *step = &begin->steps[i];

		if (service->program && streq(edit_format_of(step->kind), service->program))
			return true;
		if (service->restarted && service->unit && step->kind == STEP_SYSTEMD_DROPIN && streq(step->section, service->unit))
			return true;
	}
	return false;
}

bool undo_service_before(const struct service_state *service)
{
	return service && service->restarted && service->was_down;
}

/* The service whose restored drop-in the socket unit was restarted with. What that service keeps or removes when it stops is in force again only once
 * it has stopped: the socket unit's own restart would make the socket, which was not there, once more. NULL: none. */
static const char *service_of_socket(const struct tx *tx, const struct service_state *service)
{
	const struct begin_record *begin = tx_begin(tx);

	for (size_t i = 0; ends_with(service->unit, ".socket") && i < begin->n_steps; i++)
		if (begin->steps[i].kind == STEP_SYSTEMD_DROPIN && begin->steps[i].section && ends_with(begin->steps[i].section, ".service"))
			return begin->steps[i].section;
	return NULL;
}

static int undo_socket(const struct apply_host *host, const char *unit, struct error *err)
{
	AUTO_FREE char *name = xstrdup(unit);
	const struct service_state service = {.unit = name};
	bool running = false;
	int r = service_running(host, &service, &running, err);

	if (r == 0 && running)
		r = service_restart(host, &service, err) < 0 ? -err->errnum : 1;
	return r;
}

static int undo_restart(const struct apply_host *host, const struct tx *tx, const struct service_state *service, struct error *err)
{
	bool running = true;
	int r;

	if (!host->systemd || !service->unit)
		return 0; /* it was refused */
	if (service_of_socket(tx, service))
		return undo_socket(host, service_of_socket(tx, service), err);
	r = service_running(host, service, &running, err);
	if (r == 0 && (!running || reads_restored(tx, service)))
		r = service_restart(host, service, err) < 0 ? -err->errnum : 1;
	return r;
}

/* Where no service manager knows it, the one that was reloaded may have been stopped and started by hand since: the one in its place has read what is
 * taken back now. */
static int reload_restored(const struct apply_host *host, const struct service_state *service, struct error *err)
{
	bool by_pid = service->pid > 1 && !(host->systemd && service->unit), running = true;
	struct service_state successor = {0};
	int r = by_pid ? service_running(host, service, &running, err) : 0;

	if (r < 0 || running)
		return r < 0 ? r : service_reload(host, service, err);
	r = service_successor(host, service, &successor, err);
	if (r == 0)
		r = service_reload(host, &successor, err);
	service_state_free(&successor);
	return r;
}

int undo_service(const struct apply_host *host, const struct tx *tx, const struct service_state *service, struct error *err)
{
	int r;

	if (!service)
		return 0;
	if (undo_service_before(service)) {
		r = service_stop(host, service, err);
		return r < 0 ? r : 1;
	}
	if (service->restarted)
		return undo_restart(host, tx, service, err);
	if (!reads_restored(tx, service))
		return 0;
	r = reload_restored(host, service, err);
	return r < 0 ? r : 1;
}
