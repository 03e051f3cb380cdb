/* SPDX-License-Identifier: MIT */
/* Asking nginx by URL, against a server of the test's own in a network namespace of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "validate/url_check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

enum { PORT = 8080, QUICK_MS = 400 };

static bool own_network(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	AUTO_CLOSE int fd = -1;

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	return fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
}

/* --- the server: answers one connection after the other with the next of its answers
 * ---------------------------------------- */

static pid_t server;
static char *asked; /* shared: the last request */

static _Noreturn void serve(int listener, const char *const *answers)
{
	for (;; answers += answers[1] != NULL) {
		int fd = accept(listener, NULL, NULL);
		ssize_t n = recv(fd, asked, 4095, 0);

		asked[n > 0 ? n : 0] = '\0';
		if (*answers)
			(void)!send(fd, *answers, strlen(*answers), MSG_NOSIGNAL);
		else
			pause();
		close(fd);
	}
}

static void start(const char *const *answers)
{
	struct sockaddr_in at = {
	        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1, fd;

	if (!own_network())
		skip();
	asked = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	server = fork();
	if (server == 0)
		serve(fd, answers);
	close(fd);
}

static int stop(void **state)
{
	(void)state;
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = 0;
	return 0;
}

static int validate(const char *text, struct error *err)
{
	AUTO_URL struct check_url url = {0};
	int r = url_parse(text, &url, err);

	return r < 0 ? r : url_validate(&url, QUICK_MS, NULL, err);
}

#define URL "http://shop.example.com:8080/a%20b?c=d#e"

static void any_answer_but_a_gateways_passes(void **state)
{
	static const char *const codes[] = {"200", "301", "403", "404", "500", "503"};
	char line[64];
	const char *answers[] = {line, NULL};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		struct error err;

		snprintf(line, sizeof(line), "HTTP/1.1 %s Words\r\n\r\n", codes[i]);
		start(answers);
		assert_int_equal(validate(URL, &err), 0);
		assert_string_equal(
		        asked, "GET /a%20b?c=d HTTP/1.1\r\nHost: shop.example.com:8080\r\nUser-Agent: "
		               "permfix/" PERMFIX_VERSION "\r\nAccept: */*\r\nConnection: close\r\n\r\n");
		stop(NULL);
	}
}

static void a_bad_gateway_fails(void **state)
{
	static const char *const bad[] = {"HTTP/1.1 502 Bad Gateway\r\n", NULL},
	                         *const late[] = {"HTTP/1.1 504 Time\r\n", NULL};
	struct error err;

	(void)state;
	start(bad);
	assert_int_equal(validate(URL, &err), -EIO);
	assert_string_equal(err.text, "nginx answers 502 to http://shop.example.com:8080/a%20b?c=d");
	stop(NULL);
	start(late);
	assert_int_equal(validate(URL, &err), -EIO);
}

/* Workers from before a reload may still accept. */
static void a_bad_gateway_that_passes_is_forgiven(void **state)
{
	static const char *const answers[] = {
	        "HTTP/1.1 502 Bad\r\n", "HTTP/1.1 502 Bad\r\n", "HTTP/1.0 204 None\r\n", NULL};
	struct error err;

	(void)state;
	start(answers);
	assert_int_equal(validate(URL, &err), 0);
}

static void silence_has_a_deadline(void **state)
{
	static const char *const answers[] = {NULL, NULL};
	struct timespec before, after;
	struct error err;

	(void)state;
	start(answers);
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(validate(URL, &err), -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(after.tv_sec - before.tv_sec < 3);
	assert_non_null(strstr(err.text, "did not answer in time"));
}

static void what_is_no_http_is_said(void **state)
{
	static const char *const answers[] = {
	        "SSH-2.0-x\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1 2000 x\r\n", "HTTP/1.1 700 x\r\n", "", NULL};
	struct error err;

	(void)state;
	start(answers);
	for (size_t i = 0; answers[i]; i++)
		assert_int_equal(validate(URL, &err), -EPROTO);
}

static void endless_lines_are_cut(void **state)
{
	static char line[1 << 16];
	static const char *const answers[] = {line, NULL};
	struct error err;

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	start(answers);
	assert_int_equal(validate(URL, &err), -EPROTO);
}

static void nobody_there(void **state)
{
	struct error err;

	(void)state;
	if (!own_network())
		skip();
	assert_int_equal(validate("http://localhost:9/", &err), -ECONNREFUSED);
	assert_string_equal(err.text, "http://localhost:9/: 127.0.0.1:9: Connection refused");
}

static void urls(void **state)
{
	static const struct {
		const char *text, *host, *target;
		uint16_t port;
	} good[] = {
	        {"http://a", "a", "/", 80},
	        {"HTTP://a/", "a", "/", 80},
	        {"http://a:81", "a:81", "/", 81},
	        {"http://a?b", "a", "/?b", 80},
	        {"http://a/b#c", "a", "/b", 80},
	        {"http://[::1]/", "[::1]", "/", 80},
	        {"http://[::1]:82/", "[::1]:82", "/", 82},
	        {"http://a/b:c@d", "a", "/b:c@d", 80},
	};
	static const char *const bad[] = {"", "a", "http:", "http://", "http:///b", "ftp://a/", "http://u@a/",
	        "http://a:/", "http://a:0/", "http://a:65536/", "http://a:+80/", "http://a:8x/",
	        "http://:80/", "http://a/b c", "http://a/\r\nX: y", "http://a/\x7f", "http://\xc3\xa4/",
	        "http://[::1]x/"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		AUTO_URL struct check_url url = {0};

		assert_int_equal(url_parse(good[i].text, &url, NULL), 0);
		assert_string_equal(url.host, good[i].host);
		assert_string_equal(url.target, good[i].target);
		assert_int_equal(url.port, good[i].port);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		AUTO_URL struct check_url url = {0};

		if (url_parse(bad[i], &url, NULL) != -EINVAL)
			fail_msg("'%s' is taken for a URL", bad[i]);
	}
}

static void https_is_refused_in_words(void **state)
{
	AUTO_URL struct check_url url = {0};
	struct error err;

	(void)state;
	assert_int_equal(url_parse("https://a/", &url, &err), -EPROTONOSUPPORT);
	assert_non_null(strstr(err.text, "does not speak TLS"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(urls),
	        cmocka_unit_test(https_is_refused_in_words),
	        cmocka_unit_test_teardown(any_answer_but_a_gateways_passes, stop),
	        cmocka_unit_test_teardown(a_bad_gateway_fails, stop),
	        cmocka_unit_test_teardown(a_bad_gateway_that_passes_is_forgiven, stop),
	        cmocka_unit_test_teardown(silence_has_a_deadline, stop),
	        cmocka_unit_test_teardown(what_is_no_http_is_said, stop),
	        cmocka_unit_test_teardown(endless_lines_are_cut, stop),
	        cmocka_unit_test(nobody_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
