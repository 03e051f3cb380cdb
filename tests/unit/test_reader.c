/* SPDX-License-Identifier: MIT */
/* The reader's two sides: real jobs in the confined child, and what this side does with a child that lies, dies or dawdles. */
#include "tests/unit/cases.h"

#include "agent/facts/reader.c"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "facts/fpm_read.h"
#include "tests/unit/nginx_summary.h"

/* The second kind of job, here with what a test wants to happen in the child: the name of the file says what. */
int fpm_read(struct source *source, const char *conf, struct backend *out, struct error *err)
{
	struct backend_section *section;

	(void)source;
	if (streq(conf, "/die"))
		__builtin_trap();
	if (streq(conf, "/spin"))
		for (;;)
			;
	if (streq(conf, "/fail"))
		return error_set(err, ENOTSUP, "no such \033 thing");
	section = ARRAY_NEW(out->sections, out->n_sections);
	section->name = xasprintf("%d", open(conf, O_RDONLY) < 0 ? errno : 0);
	section->endpoint = xstrdup(streq(conf, "/lie") ? "bogus:1" : "unix:/x");
	ARRAY_ADD(out->problems, out->n_problems, (struct config_problem){.text = xstrdup(out->exe ? out->exe : "-")});
	return 0;
}

static char tree[] = "/tmp/permfix-reader-XXXXXX";
static int root;

static void put(const char *path, const char *bytes, size_t size)
{
	AUTO_FREE char *full = xasprintf("%s/%s", tree, path);
	int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static void put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

static void make_dir(const char *path)
{
	AUTO_FREE char *full = xasprintf("%s/%s", tree, path);

	assert_int_equal(mkdir(full, 0755), 0);
}

static int make_tree(void **state)
{
	(void)state;
	if (!mkdtemp(tree))
		return -1;
	make_dir("n");
	make_dir("n/s");
	root = open(tree, O_RDONLY | O_DIRECTORY);
	return root < 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int remove_tree(void **state)
{
	(void)state;
	close(root);
	return nftw(tree, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static char *read_with(struct reader *r, struct error *err)
{
	struct nginx out = {0};
	char *found = NULL;

	if (reader_nginx(r, root, "/n/c", "/n", &out, err) == 0)
		found = nginx_summary(&out);
	shape_free(&nginx_shape, &out);
	return found;
}

static char *read_new(struct error *err)
{
	struct reader *r = NULL;
	char *found;

	assert_int_equal(reader_start(&r, err), 0);
	found = read_with(r, err);
	reader_stop(r);
	return found;
}

static void test_small(void **state)
{
	struct error err = {0};
	AUTO_FREE char *found = NULL;

	(void)state;
	put_text("n/c", "user u g;http{upstream b{server unix:/a\xff\n;}server{server_name x;location /{scgi_pass b;}}include a;}\n}");
	found = read_new(&err);
	assert_string_equal(err.text, "");
	assert_string_equal(found, "user u g\n/n/c:2 scgi_pass unix:/a\xff via b at /n/c:1 s0\n"
				   "! /n/c:2 /n/a: No such file or directory\n! /n/c:3 unexpected \"}\"\n");
}

/* What is known of the process beforehand stays; files come with their owners. */
static void test_record(void **state)
{
	struct nginx out = {.pid = 7, .exe = xstrdup("/usr/sbin/nginx"), .default_user = xstrdup("d")};
	struct reader *r = NULL;
	struct error err = {0};

	(void)state;
	put_text("n/c", "user 'u';server{listen 80;}");
	assert_int_equal(reader_start(&r, &err), 0);
	assert_int_equal(reader_nginx(r, root, "c", "/n", &out, &err), 0);
	assert_int_equal(out.pid, 7);
	assert_string_equal(out.exe, "/usr/sbin/nginx");
	assert_string_equal(out.default_user, "d");
	assert_string_equal(out.conf, "/n/c");
	assert_string_equal(out.user, "u");
	assert_int_equal(out.user_offset, 5);
	assert_int_equal(out.user_length, 3);
	assert_int_equal(out.n_files, 1);
	assert_string_equal(out.files[0].path, "/n/c");
	assert_int_equal(out.files[0].uid, geteuid());
	assert_int_equal(out.files[0].mode, 0644);
	assert_string_equal(out.servers[0].listens.items[0], "80");
	shape_free(&nginx_shape, &out);
	reader_stop(r);
}

/* Several batches, and within each file of them an include that is asked for while the rest of the batch waits. */
static void test_batches(void **state)
{
	AUTO_TEXT struct text t = {0};
	AUTO_FREE char *found = NULL;
	struct error err = {0};
	size_t refs = 0;

	(void)state;
	put_text("n/c", "http{include s/*;scgi_pass unix:/last;}");
	put_text("n/snippet", "include inner;");
	put_text("n/inner", "scgi_pass unix:/inner;");
	for (int i = 0; i < 300; i++) {
		AUTO_FREE char *path = xasprintf("n/s/%03d", i);

		t.size = 0;
		text_addf(&t, "server{location /{scgi_pass unix:/s%d;}include own%d;include snippet;}\n", i, i);
		for (int k = 0; k < 40; k++)
			text_add(&t, "# a comment that makes the file longer\n");
		put_text(path, t.bytes);
	}
	found = read_new(&err);
	assert_string_equal(err.text, "");
	for (const char *s = found; (s = strstr(s, "scgi_pass")); s++)
		refs++;
	assert_int_equal(refs, 601);
	assert_non_null(strstr(found, "/n/s/299:1 scgi_pass unix:/s299 s299\n/n/inner:1 scgi_pass unix:/inner s299\n/n/c:1 scgi_pass unix:/last\n"));
	assert_non_null(strstr(found, "! /n/s/123:1 /n/own123: No such file or directory\n"));
}

static void test_not_a_file(void **state)
{
	AUTO_FREE char *fifo = xasprintf("%s/n/fifo", tree);
	AUTO_FREE char *big = xasprintf("%s/n/big", tree);
	AUTO_FREE char *link = xasprintf("%s/n/link", tree);
	AUTO_FREE char *found = NULL;
	struct error err = {0};

	(void)state;
	put_text("n/c", "include fifo;include s;include link;include big;user u;");
	assert_int_equal(mkfifo(fifo, 0644), 0);
	assert_int_equal(symlink("/../../etc/passwd", link), 0);
	put_text("n/big", "");
	assert_int_equal(truncate(big, (off_t)READER_FILE_MAX + 1), 0);
	found = read_new(&err);
	assert_string_equal(err.text, "");
	assert_string_equal(found, "user u -\n! /n/c:1 /n/fifo: Invalid argument\n! /n/c:1 /n/s: Invalid argument\n"
				   "! /n/c:1 /n/link: No such file or directory\n! /n/c:1 /n/big: File too large\n");
}

/* One child for all jobs; it cannot open what this process can. */
static void test_child_cannot_open(void **state)
{
	struct backend out = {.exe = xstrdup("/usr/sbin/php-fpm8.2")};
	struct reader *r = NULL;
	struct error err = {0};
	AUTO_FREE char *found = NULL;
	pid_t child;

	(void)state;
	put_text("n/c", "user u;");
	assert_int_equal(access("/etc/passwd", R_OK), 0);
	assert_int_equal(reader_start(&r, &err), 0);
	found = read_with(r, &err);
	child = r->pid;
	assert_int_equal(reader_fpm(r, root, "/etc/passwd", &out, &err), 0);
	assert_int_equal(r->pid, child);
	assert_int_equal(out.n_sections, 1);
	assert_int_equal(atoi(out.sections[0].name), EACCES);
	assert_string_equal(out.problems[0].text, "/usr/sbin/php-fpm8.2");
	shape_free(&backend_shape, &out);
	reader_stop(r);
}

static int fpm_error(struct reader *r, const char *conf, struct error *err)
{
	struct backend out = {0};
	int result = reader_fpm(r, root, conf, &out, err);

	assert_int_equal(out.n_sections, 0);
	shape_free(&backend_shape, &out);
	return result;
}

/* A job that goes wrong is an error, and the next one works. */
static void test_child_dies(void **state)
{
	struct reader *r = NULL;
	struct error err = {0};
	AUTO_FREE char *found = NULL;

	(void)state;
	put_text("n/c", "user u;");
	assert_int_equal(reader_start(&r, &err), 0);
	assert_true(fpm_error(r, "/die", &err) < 0);
	assert_non_null(strstr(err.text, "the confined reader for php-fpm"));
	assert_int_equal(r->pid, 0);
	found = read_with(r, &err);
	assert_string_equal(found, "user u -\n");
	assert_int_equal(fpm_error(r, "/fail", &err), -ENOTSUP);
	assert_string_equal(err.text, "php-fpm: no such \\x1b thing");
	assert_int_equal(fpm_error(r, "/lie", &err), -EPROTO);
	assert_string_equal(err.text, "the confined reader sent a section that cannot be");
	reader_stop(r);
}

static void test_deadline(void **state)
{
	struct reader *r = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(reader_start(&r, &err), 0);
	r->seconds = 1;
	assert_int_equal(fpm_error(r, "/spin", &err), -ETIME);
	assert_string_equal(err.text, "the confined reader for php-fpm: Timer expired");
	assert_int_equal(r->pid, 0);
	reader_stop(r);
}

/* A child that is not ours: it sends what the table says. */
struct message {
	uint32_t type;
	const char *bytes;
	uint32_t size;      /* 0: strlen */
	uint32_t claimed;   /* size that the header claims, 0: the true one */
	uint32_t field;     /* WIRE_RECORDS: of the record */
	bool raw;           /* WIRE_RECORDS: no record header */
	bool answered;      /* wait for an answer after it */
};
struct liar_case {
	const char *name;
	struct message messages[4];
	const char *expected;
};

static uint32_t field_named(const char *name)
{
	for (size_t i = 0; i < nginx_shape.n; i++)
		if (streq(nginx_shape.fields[i].name, name))
			return (uint32_t)i;
	return 0;
}

static void tell(int fd, const struct message *m)
{
	AUTO_TEXT struct text t = {0};
	struct wire_header header = {.type = m->type};
	struct wire_record record = {.field = m->field, .size = m->size ? m->size : (uint32_t)strlen(m->bytes)};

	text_add_bytes(&t, &header, sizeof(header));
	if (m->type == WIRE_RECORDS && !m->raw)
		text_add_bytes(&t, &record, sizeof(record));
	text_add_bytes(&t, m->bytes, record.size);
	header.size = m->claimed ? m->claimed : (uint32_t)(t.size - sizeof(header));
	memcpy(t.bytes, &header, sizeof(header));
	(void)!write(fd, t.bytes, t.size);
}

static _Noreturn void lie(int fd, const struct liar_case *c)
{
	struct text frame = {0};
	uint32_t type;

	wire_receive(fd, &type, &frame, 1 << 20, NULL);
	for (size_t i = 0; i < COUNT_OF(c->messages) && c->messages[i].type; i++) {
		tell(fd, &c->messages[i]);
		if (c->messages[i].answered)
			wire_receive(fd, &type, &frame, 1 << 20, NULL);
	}
	_exit(0);
}

static void test_liar(void **state)
{
	const struct liar_case *c = *state;
	struct reader r = {.seconds = 5};
	struct error err = {0};
	AUTO_FREE char *found = NULL;
	int fds[2];

	put_text("n/c", "user u;");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	r.fd = fds[0];
	r.pid = fork();
	if (r.pid == 0)
		lie(fds[1], c);
	close(fds[1]);
	found = read_with(&r, &err);
	assert_null(found);
	assert_string_equal(err.text, c->expected);
	end_child(&r);
	text_free(&r.frame);
}

#define RECORD(name, json) {.type = WIRE_RECORDS, .bytes = json, .field = name}
#define F_SERVERS 1000
#define F_REFS    1001
#define F_FILES   1002
#define DONE_OK   {.type = WIRE_DONE, .bytes = done_ok, .size = sizeof(done_ok)}
#define ASK_C     {.type = WIRE_OPEN, .bytes = "/n/c", .answered = true}
#define REF(more) "{\"endpoint\":\"unix:/a\",\"directive\":\"scgi_pass\",\"written\":\"a\"," more "}"
static const char done_ok[sizeof(struct error)];

static struct liar_case liar_cases[] = {
	{"nothing", {{0}}, "the confined reader for nginx: Broken pipe"},
	{"unknown message", {{.type = 99, .bytes = ""}}, "the confined reader sent a message of an unknown kind"},
	{"a message of this side", {{.type = WIRE_FILES, .bytes = ""}}, "the confined reader sent a message of an unknown kind"},
	{"huge frame", {{.type = WIRE_RECORDS, .bytes = "x", .raw = true, .claimed = 1U << 30}}, "the confined reader for nginx: Message too long"},
	{"half a frame", {{.type = WIRE_RECORDS, .bytes = "x", .raw = true, .claimed = 100}}, "the confined reader for nginx: Broken pipe"},
	{"half a record header", {{.type = WIRE_RECORDS, .bytes = "xyz", .raw = true}}, "the confined reader sent half a record"},
	{"record larger than the frame", {{.type = WIRE_RECORDS, .bytes = "\1\0\0\0\xff\0\0\0{", .size = 9, .raw = true}}, "the confined reader sent half a record"},
	{"no JSON", {RECORD(F_REFS, "{")}, "the confined reader sent what is no JSON"},
	{"an array instead of a record", {RECORD(F_REFS, "[]")}, "ref: expected an object"},
	{"wrong type", {RECORD(F_SERVERS, "{\"names\":[1]}")}, "server.names: expected a string or null"},
	{"deep JSON", {RECORD(F_REFS, "{\"at\":{\"file\":[[[[]]]]}}")}, "ref.at.file: expected a string or null"},
	{"unknown array", {RECORD(12345, "{}")}, "the confined reader sent a record of an unknown kind"},
	{"files are this side's own", {RECORD(F_FILES, "{\"path\":\"/x\"}")}, "the confined reader sent a record of an unknown kind"},
	{"result of the wrong size", {{.type = WIRE_DONE, .bytes = "x"}}, "the confined reader sent a broken result"},
	{"relative pattern", {{.type = WIRE_OPEN, .bytes = "n/c"}}, "the confined reader asks for what it may not"},
	{"pattern with NUL", {{.type = WIRE_OPEN, .bytes = "/n\0c", .size = 4}}, "the confined reader asks for what it may not"},
	{"more files without a pattern", {{.type = WIRE_NEXT, .bytes = ""}}, "the confined reader asks for what it may not"},
	{"more files of a pattern that is done", {ASK_C, {.type = WIRE_NEXT, .bytes = ""}}, "the confined reader asks for what it may not"},
	{"giving up without a pattern", {{.type = WIRE_CLOSE, .bytes = ""}}, "the confined reader asks for what it may not"},
	{"reference in a file that was not read", {ASK_C, RECORD(F_REFS, REF("\"at\":{\"file\":\"/etc/shadow\"},\"server\":-1")), DONE_OK},
		"the confined reader sent a reference that cannot be"},
	{"reference without a place", {ASK_C, RECORD(F_REFS, REF("\"server\":-1")), DONE_OK}, "the confined reader sent a reference that cannot be"},
	{"reference through a file that was not read",
		{ASK_C, RECORD(F_REFS, REF("\"at\":{\"file\":\"/n/c\"},\"server_at\":{\"file\":\"/etc/shadow\"},\"server\":-1")), DONE_OK},
		"the confined reader sent a reference that cannot be"},
	{"reference to a server that is not there", {ASK_C, RECORD(F_REFS, REF("\"at\":{\"file\":\"/n/c\"},\"server\":0")), DONE_OK},
		"the confined reader sent a reference that cannot be"},
	{"reference with both endpoint and reason", {ASK_C, RECORD(F_REFS, REF("\"at\":{\"file\":\"/n/c\"},\"server\":-1,\"unresolved\":\"x\"")), DONE_OK},
		"the confined reader sent a reference that cannot be"},
	{"reference beyond every file", {ASK_C, RECORD(F_REFS, REF("\"at\":{\"file\":\"/n/c\"},\"server\":-1,\"offset\":99999999999")), DONE_OK},
		"the confined reader sent a reference that cannot be"},
	{"server in a file that was not read", {ASK_C, RECORD(F_SERVERS, "{\"at\":{\"file\":\"/x\"}}"), DONE_OK},
		"the confined reader sent a server that cannot be"},
	{"user in a file that was not read", {ASK_C, RECORD(WIRE_HEAD, "{\"user\":\"u\",\"user_at\":{\"file\":\"/x\"}}"), DONE_OK},
		"the confined reader sent a user that cannot be"},
	{"user nowhere", {ASK_C, RECORD(WIRE_HEAD, "{\"user\":\"u\"}"), DONE_OK}, "the confined reader sent a user that cannot be"},
};

static void name_fields(void)
{
	for (size_t i = 0; i < COUNT_OF(liar_cases); i++)
		for (size_t k = 0; k < COUNT_OF(liar_cases[i].messages); k++) {
			uint32_t *field = &liar_cases[i].messages[k].field;

			*field = *field == F_SERVERS ? field_named("servers") : *field == F_REFS ? field_named("refs") : *field == F_FILES ? field_named("files") : *field;
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_small, make_tree, NULL),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_not_a_file),
		cmocka_unit_test(test_child_cannot_open),
		cmocka_unit_test(test_child_dies),
		cmocka_unit_test(test_deadline),
	};
	int failed = cmocka_run_group_tests_name("reader", tests, NULL, NULL);

	name_fields();
	failed += RUN_CASES(liar_cases, test_liar);
	remove_tree(NULL);
	return failed;
}
