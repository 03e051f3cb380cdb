/* SPDX-License-Identifier: MIT */
/* What systemd answers, and does not: a process that speaks its part at the other end of a socket pair. */
#include "tests/unit/cases.h"

#include "base/systemd_bus.h"
#include "facts/unit_bus.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int other_end = -1;

/* Instead of the host's. */
int systemd_bus_open(sd_bus **out)
{
	sd_bus *bus = NULL;

	if (other_end < 0)
		return -ENOENT;
	assert_true(sd_bus_new(&bus) >= 0);
	assert_true(sd_bus_set_fd(bus, other_end, other_end) >= 0);
	assert_true(sd_bus_start(bus) >= 0);
	other_end = -1;
	*out = bus;
	return 0;
}

/* --- systemd's part ----------------------------------------------------------------------------------------------------- */

#define STRING(name, value) "{sv}", (name), "s", (value)

static int unit_properties(sd_bus_message *m, bool gone)
{
	int r = sd_bus_message_open_container(m, 'a', "{sv}");

	r = r < 0 ? r : sd_bus_message_append(m, STRING("Id", gone ? "gone.service" : "app.socket"));
	r = r < 0 ? r : sd_bus_message_append(m, STRING("LoadState", gone ? "not-found" : "loaded"));
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "Unknown", "a(st)", 1, "x", UINT64_C(7));
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "ActiveState", "t", UINT64_C(7)); /* of a type that nobody expects */
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "DropInPaths", "as", 2, "/d/1", "/d/2");
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "NeedDaemonReload", "b", !gone);
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "WantedBy", "as", 1, "sockets.target");
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "RequiredBy", "as", 1, "app.service");
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "Triggers", "as", 1, "app.service");
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int socket_properties(sd_bus_message *m)
{
	int r = sd_bus_message_open_container(m, 'a', "{sv}");

	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "SocketMode", "u", 0660);
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "Backlog", "u", 128);
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "Accept", "b", 0);
	r = r < 0 ? r : sd_bus_message_append(m, STRING("SocketUser", ""));
	r = r < 0 ? r : sd_bus_message_append(m, STRING("ExecStartPost", "secret"));
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "Listen", "a(ss)", 2, "Stream", "/run/a", "Datagram", "/run/b");
	r = r < 0 ? r : sd_bus_message_append(m, "{sv}", "Symlinks", "as", 1, "/run/l");
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int answer(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
	sd_bus_message *m = NULL;
	const char *interface = NULL, *path = sd_bus_message_get_path(call), *member = sd_bus_message_get_member(call);

	(void)userdata;
	if (!member || !path || sd_bus_message_is_signal(call, NULL, NULL))
		return 0;
	if (strstr(path, "broken"))
		return sd_bus_error_set_const(error, "org.example.No", "no");
	sd_bus_message_read(call, "s", &interface);
	sd_bus_message_new_method_return(call, &m);
	if (streq(member, "Get"))
		sd_bus_message_append(m, "v", "u", 42);
	else if (ends_with(interface, ".Socket"))
		socket_properties(m);
	else
		unit_properties(m, strstr(path, "gone"));
	sd_bus_send(NULL, m, NULL);
	sd_bus_message_unref(m);
	return 1;
}

static _Noreturn void serve(int fd)
{
	sd_bus *bus = NULL;
	sd_id128_t id = {0};

	sd_bus_new(&bus);
	sd_bus_set_fd(bus, fd, fd);
	sd_bus_set_server(bus, 1, id);
	sd_bus_start(bus);
	sd_bus_add_filter(bus, NULL, answer, NULL);
	while (sd_bus_process(bus, NULL) >= 0)
		sd_bus_wait(bus, UINT64_MAX);
	_exit(0);
}

static pid_t start(bool silent)
{
	int fds[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		if (silent)
			pause();
		serve(fds[1]);
	}
	close(fds[1]);
	other_end = fds[0];
	return pid;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* --- tests --------------------------------------------------------------------------------------------------------------- */

static char *loaded_of(const struct unit_state *state)
{
	AUTO_TEXT struct text out = {0};

	for (size_t i = 0; i < state->n_loaded; i++)
		text_addf(&out, "%s=%s ", state->loaded[i].key, state->loaded[i].value);
	return text_steal(&out);
}

static void test_answers(void **state)
{
	char *names[] = {(char *)"app.socket", (char *)"gone.service", (char *)"broken.service"};
	struct unit_state states[3] = {0};
	struct unit_bus *bus = NULL;
	struct error err = {0};
	pid_t pid = start(false);
	char *loaded;

	(void)state;
	assert_int_equal(unit_bus_open(&bus, &err), 0);
	assert_int_equal(unit_bus_ask(bus, names, 3, states, NULL, NULL, &err), 0);
	assert_true(states[0].answered && states[1].answered && !states[2].answered);
	assert_string_equal(states[0].id, "app.socket");
	assert_string_equal(states[0].load, "loaded");
	assert_null(states[0].active);
	assert_int_equal(states[0].dropins.n, 2);
	assert_true(states[0].stale);
	assert_int_equal(states[0].pulled_by.n, 2);
	assert_string_equal(states[0].triggers.items[0], "app.service");
	assert_int_equal(states[0].pid, 0);
	assert_string_equal(states[1].load, "not-found");
	assert_int_equal(states[1].pid, 42);
	assert_int_equal(unit_bus_ask_loaded(bus, names, 3, states, &err), 0);
	loaded = loaded_of(&states[0]);
	assert_string_equal(loaded, "Socket.SocketMode=0660 Socket.Backlog=128 Socket.Accept=no Socket.ListenStream=/run/a Socket.Symlinks=/run/l ");
	assert_int_equal(states[1].n_loaded, 0);
	free(loaded);
	unit_bus_close(bus);
	for (size_t i = 0; i < 3; i++)
		unit_state_free(&states[i]);
	stop(pid);
}

/* Two seconds for all calls together, then nothing more. */
static void test_silence(void **state)
{
	char *names[] = {(char *)"app.socket"};
	struct unit_state states[1] = {0};
	struct strings list = {0};
	struct unit_bus *bus = NULL;
	struct error err = {0};
	struct timespec before, after;
	pid_t pid = start(true);

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(unit_bus_open(&bus, &err), 0);
	assert_true(unit_bus_ask(bus, names, 1, states, NULL, NULL, &err) < 0);
	assert_true(unit_bus_ask(bus, names, 1, states, NULL, NULL, &err) < 0);
	assert_true(unit_bus_list(bus, "*.socket", &list, &err) < 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_in_range(after.tv_sec - before.tv_sec, 1, 4);
	assert_false(states[0].answered);
	unit_bus_close(bus);
	unit_state_free(&states[0]);
	stop(pid);
}

static void test_no_systemd(void **state)
{
	struct unit_bus *bus = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(unit_bus_open(&bus, &err), -ENOENT);
	assert_null(bus);
	unit_bus_close(bus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers), cmocka_unit_test(test_silence), cmocka_unit_test(test_no_systemd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
