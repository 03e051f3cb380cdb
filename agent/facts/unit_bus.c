/* SPDX-License-Identifier: MIT */
#include "facts/unit_bus.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/systemd_bus.h"
#include "facts/unit_bus_reply.h"

#include <errno.h>
#include <time.h>

#define UNIT_INTERFACE "org.freedesktop.systemd1.Unit"
#define PROPERTIES     "org.freedesktop.DBus.Properties"

struct unit_bus {
	sd_bus *bus;
	int64_t deadline; /* microseconds of the monotonic clock, 0 before the first call */
	size_t pending;   /* calls without an answer */
	bool dead;
};

/* A call on its way. */
struct call {
	struct unit_bus *bus;
	struct unit_state *state;
	const char *section; /* "Service", "Socket", NULL: of every unit */
};

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

int unit_bus_open(struct unit_bus **out, struct error *err)
{
	sd_bus *bus = NULL;
	int r = systemd_bus_open(&bus);

	if (r < 0)
		return error_errno(err, -r, "systemd could not be asked about its units");
	*out = xcalloc(1, sizeof(**out));
	(*out)->bus = bus;
	return 0;
}

void unit_bus_close(struct unit_bus *bus)
{
	if (!bus)
		return;
	sd_bus_close_unref(bus->bus);
	free(bus);
}

void unit_state_free(struct unit_state *s)
{
	free(s->id);
	free(s->load);
	free(s->active);
	free(s->file_state);
	free(s->fragment);
	strings_free(&s->dropins);
	strings_free(&s->pulled_by);
	strings_free(&s->triggered_by);
	strings_free(&s->triggers);
	for (size_t i = 0; i < s->n_loaded; i++) {
		free(s->loaded[i].key);
		free(s->loaded[i].value);
	}
	free(s->loaded);
	*s = (struct unit_state){0};
}

/* --- calls ------------------------------------------------------------------------------------------------------------ */

static int on_properties(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct call *c = userdata;

	(void)error;
	c->bus->pending--;
	if (sd_bus_message_is_method_error(m, NULL))
		return 0;
	if (c->section)
		unit_reply_loaded(m, c->section, c->state);
	else
		c->state->answered = unit_reply_state(m, c->state) >= 0;
	return 0;
}

static int on_pid(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct call *c = userdata;

	(void)error;
	c->bus->pending--;
	if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_read(m, "v", "u", &c->state->pid) < 0)
		c->state->pid = 0;
	return 0;
}

/* Calls GetAll of an interface, or Get of one property. */
static int post(struct call *c, const char *path, const char *interface, const char *property)
{
	__attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(c->bus->bus, &m, SYSTEMD_SERVICE, path, PROPERTIES, property ? "Get" : "GetAll");

	if (r >= 0)
		r = sd_bus_message_append(m, property ? "ss" : "s", interface, property);
	if (r >= 0)
		r = sd_bus_call_async(c->bus->bus, NULL, m, property ? on_pid : on_properties, c, UNIT_BUS_MS * UINT64_C(1000));
	if (r >= 0)
		c->bus->pending++;
	return r;
}

/* What is left of the two seconds, in microseconds. */
static int64_t time_left(struct unit_bus *bus)
{
	if (!bus->deadline)
		bus->deadline = now_us() + UNIT_BUS_MS * INT64_C(1000);
	return bus->deadline - now_us();
}

static int wait_all(struct unit_bus *bus, int r)
{
	while (r >= 0 && bus->pending) {
		int64_t left = time_left(bus);

		r = sd_bus_process(bus->bus, NULL);
		if (r == 0 && left <= 0)
			r = -ETIMEDOUT;
		else if (r == 0)
			r = sd_bus_wait(bus->bus, (uint64_t)left);
		if (r == -EINTR)
			r = 0;
	}
	bus->dead = bus->dead || r < 0;
	return r < 0 ? r : 0;
}

static int path_of(const char *name, char **path)
{
	return sd_bus_path_encode(SYSTEMD_OBJECT "/unit", name, path);
}

static int post_unit(struct call *c, const char *name)
{
	AUTO_FREE char *path = NULL;
	int r = path_of(name, &path);

	if (r >= 0)
		r = post(c, path, UNIT_INTERFACE, NULL);
	if (r >= 0 && ends_with(name, ".service"))
		r = post(c, path, "org.freedesktop.systemd1.Service", "MainPID");
	return r;
}

static int post_loaded(struct call *c, const char *name)
{
	AUTO_FREE char *path = NULL, *interface = NULL;
	int r = c->state->stale ? path_of(name, &path) : 0;

	if (!path)
		return r;
	c->section = ends_with(name, ".service") ? "Service" : "Socket";
	interface = xasprintf("org.freedesktop.systemd1.%s", c->section);
	return post(c, path, interface, NULL);
}

/* The calls of one batch. */
struct batch {
	struct unit_bus *bus;
	struct call *calls;
	int result;
};

static void batch_post(struct batch *b, struct unit_bus *bus, char *const *names, size_t n, struct unit_state *states,
	int (*post_one)(struct call *, const char *))
{
	*b = (struct batch){bus, xcalloc(n + 1, sizeof(struct call)), bus->dead ? -ENOTCONN : 0};
	for (size_t i = 0; b->result >= 0 && i < n; i++) {
		b->calls[i] = (struct call){.bus = bus, .state = &states[i]};
		b->result = post_one(&b->calls[i], names[i]);
	}
}

static int batch_wait(struct batch *b, struct error *err)
{
	int r = wait_all(b->bus, b->result);

	if (r < 0) /* what is still on its way must not meet states that are gone */
		sd_bus_close(b->bus->bus);
	free(b->calls);
	return r < 0 ? error_errno(err, -r, "systemd could not be asked about its units") : 0;
}

int unit_bus_ask(struct unit_bus *bus, char *const *names, size_t n, struct unit_state *states, void (*meanwhile)(void *), void *context,
	struct error *err)
{
	struct batch b;

	batch_post(&b, bus, names, n, states, post_unit);
	if (b.result >= 0 && sd_bus_process(bus->bus, NULL) >= 0 && meanwhile) /* which sends what did not go out at once */
		meanwhile(context);
	return batch_wait(&b, err);
}

int unit_bus_ask_loaded(struct unit_bus *bus, char *const *names, size_t n, struct unit_state *states, struct error *err)
{
	struct batch b;

	batch_post(&b, bus, names, n, states, post_loaded);
	return batch_wait(&b, err);
}

int unit_bus_list(struct unit_bus *bus, const char *pattern, struct strings *names, struct error *err)
{
	__attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL, *reply = NULL;
	const char *name, *text, *path;
	uint32_t number;
	int64_t left = time_left(bus);
	int r = bus->dead ? -ENOTCONN : left <= 0 ? -ETIMEDOUT : 0;

	if (r >= 0)
		r = sd_bus_message_new_method_call(bus->bus, &m, SYSTEMD_SERVICE, SYSTEMD_OBJECT, SYSTEMD_MANAGER, "ListUnitsByPatterns");
	if (r >= 0)
		r = sd_bus_message_append(m, "asas", 0, 1, pattern);
	if (r >= 0)
		r = sd_bus_call(bus->bus, m, (uint64_t)left, NULL, &reply);
	if (r >= 0)
		r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
	while (r >= 0 && (r = sd_bus_message_read(reply, "(ssssssouso)", &name, &text, &text, &text, &text, &text, &path, &number,
				  &text, &path)) > 0)
		strings_add(names, name);
	if (r < 0)
		bus->dead = true;
	return r < 0 ? error_errno(err, -r, "systemd could not be asked about its units") : 0;
}
