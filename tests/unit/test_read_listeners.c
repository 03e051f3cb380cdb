/* SPDX-License-Identifier: MIT */
#include "proc_tree.h"

#include "facts/listeners_netlink.c"
#include "facts/listeners_text.c"
#include "facts/listeners_holders.c"
#include "facts/read_listeners.c"

#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/un.h>
#include <sys/wait.h>

static void list_free(struct listeners *list)
{
	struct facts facts = {.listeners = list->items, .n_listeners = list->n};

	facts_free(&facts);
}

static const struct listener *find(const struct listener *items, size_t n, int family, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].family == family && streq(items[i].name, name))
			return &items[i];
	return NULL;
}

/* Binds a unix socket; a name that begins with NUL is abstract. backlog -1: it does not listen. */
static int bind_unix(const char *name, size_t n, int backlog)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, name, n);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static int connect_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void read_live(struct facts *facts)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_PROC_TABLE struct proc_table table;
	struct process_reader reader;
	struct stat st;

	*facts = (struct facts){0};
	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	facts->host.netns = st.st_ino;
	process_reader_init(&reader, proc, &facts->host);
	assert_int_equal(proc_table_read(proc, &table), 0);
	read_listeners(&reader, &table, facts);
	process_reader_free(&reader);
}

static void a_listening_path_with_holder_queue_and_backlog(void **state)
{
	AUTO_FACTS struct facts facts;
	char dir[] = "/tmp/permfix-sock-XXXXXX";
	AUTO_FREE char *path = xasprintf("%s/a b.sock", mkdtemp(dir));
	AUTO_FREE char *quiet = xasprintf("%s/quiet.sock", dir);
	AUTO_CLOSE int fd = bind_unix(path, strlen(path) + 1, 7);
	AUTO_CLOSE int idle = bind_unix(quiet, strlen(quiet) + 1, -1);
	AUTO_CLOSE int one = connect_unix(path);
	AUTO_CLOSE int two = connect_unix(path);
	const struct listener *found;
	struct stat st;
	pid_t child = fork_bound();

	(void)state;
	if (child == 0) {
		pause();
		_exit(0);
	}
	read_live(&facts);
	assert_int_equal(stat(path, &st), 0);
	found = find(facts.listeners, facts.n_listeners, LISTENER_UNIX, path);
	assert_non_null(found);
	assert_true(found->listening);
	assert_int_equal(found->queued, 2);
	assert_int_equal(found->backlog, 7);
	assert_int_equal(found->file_ino, st.st_ino);
	assert_int_equal(found->file_dev, st.st_dev);
	assert_int_equal(found->netns, facts.host.netns);
	assert_int_equal(found->n_holders, 1); /* the child only repeats its parent */
	assert_int_equal(found->holders[0].pid, getpid());
	assert_false(found->holder_unknown);
	found = find(facts.listeners, facts.n_listeners, LISTENER_UNIX, quiet);
	assert_non_null(found);
	assert_false(found->listening);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	unlink(path);
	unlink(quiet);
	rmdir(dir);
}

/* The one that bound it is gone: its child is found all the same. */
static void an_heir_is_found_when_its_parent_let_go(void **state)
{
	AUTO_FACTS struct facts facts;
	char name[] = "\0permfix-heir";
	int fd = bind_unix(name, sizeof(name) - 1, 1);
	const struct listener *found;
	pid_t child = fork_bound();

	(void)state;
	if (child == 0) {
		pause();
		_exit(0);
	}
	close(fd);
	read_live(&facts);
	found = find(facts.listeners, facts.n_listeners, LISTENER_ABSTRACT, "permfix-heir");
	assert_non_null(found);
	assert_int_equal(found->n_holders, 1);
	assert_int_equal(found->holders[0].pid, child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void abstract_names_and_tcp(void **state)
{
	AUTO_FACTS struct facts facts;
	char name[] = "\0permfix\0test";
	AUTO_CLOSE int fd = bind_unix(name, sizeof(name) - 1, 3);
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(v4);
	AUTO_CLOSE int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct listener *found;

	(void)state;
	assert_int_equal(bind(tcp, (struct sockaddr *)&v4, n), 0);
	assert_int_equal(listen(tcp, 5), 0);
	getsockname(tcp, (struct sockaddr *)&v4, &n);
	read_live(&facts);
	found = find(facts.listeners, facts.n_listeners, LISTENER_ABSTRACT, "permfix@test");
	assert_non_null(found);
	assert_int_equal(found->backlog, 3);
	AUTO_FREE char *endpoint = xasprintf("127.0.0.1:%u", ntohs(v4.sin_port));
	found = find(facts.listeners, facts.n_listeners, LISTENER_TCP, endpoint);
	assert_non_null(found);
	assert_int_equal(found->backlog, 5);
	assert_int_equal(found->holders[0].pid, getpid());
}

static void another_network_namespace(void **state)
{
	AUTO_FACTS struct facts facts;
	const struct listener *found;
	int ready[2];
	pid_t child;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork_bound();
	if (child == 0) {
		char name[] = "\0permfix-elsewhere";

		if (unshare(CLONE_NEWNET) == 0)
			bind_unix(name, sizeof(name) - 1, 1);
		if (write(ready[1], "x", 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	read_live(&facts);
	found = find(facts.listeners, facts.n_listeners, LISTENER_ABSTRACT, "permfix-elsewhere");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	if (geteuid() != 0)
		skip();
	assert_non_null(found);
	assert_true(found->listening);
	assert_int_not_equal(found->netns, facts.host.netns);
	assert_int_equal(found->holders[0].pid, child);
}

static void the_text_form_says_the_same(void **state)
{
	static const char text[] =
		"Num       RefCount Protocol Flags    Type St Inode Path\n"
		"0000000000000000: 00000002 00000000 00010000 0001 01 101 /run/a b.sock\n"
		"0000000000000000: 00000002 00000000 00010000 0001 01 102 @abstract@name\n"
		"0000000000000000: 00000002 00000000 00000000 0001 01 103 /run/quiet\n"
		"0000000000000000: 00000003 00000000 00000000 0001 03 104 /run/a b.sock\n"
		"0000000000000000: 00000002 00000000 00000000 0002 01 105 /run/datagram\n"
		"0000000000000000: 00000002 00000000 00010000 0001 01 106\n";
	static const char tcp[] =
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
		"   0: 0100007F:2328 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 201 1 0 100 0 0 10 0\n"
		"   1: 0100007F:2328 0100007F:1234 01 00000000:00000000 00:00000000 00000000  1000        0 202 1 0 100 0 0 10 0\n";
	static const char tcp6[] =
		"   0: 00000000000000000000000001000000:2328 00000000000000000000000000000000:0000 0A 00000000:00000000 "
		"00:00000000 00000000     0        0 203 1 0 100 0 0 10 0\n";
	struct listeners list = {0};

	(void)state;
	listeners_unix_text(text, 9, &list);
	listeners_tcp_text(tcp, false, 9, &list);
	listeners_tcp_text(tcp6, true, 9, &list);
	assert_int_equal(list.n, 5);
	assert_true(find(list.items, list.n, LISTENER_UNIX, "/run/a b.sock")->listening);
	assert_int_equal(find(list.items, list.n, LISTENER_UNIX, "/run/a b.sock")->inode, 101);
	assert_false(find(list.items, list.n, LISTENER_UNIX, "/run/quiet")->listening);
	assert_non_null(find(list.items, list.n, LISTENER_ABSTRACT, "abstract@name"));
	assert_int_equal(find(list.items, list.n, LISTENER_TCP, "127.0.0.1:9000")->queued, 3);
	assert_int_equal(find(list.items, list.n, LISTENER_TCP, "[::1]:9000")->inode, 203);
	list_free(&list);
}

static void a_table_that_cannot_be_read_is_unknown(void **state)
{
	AUTO_FACTS struct facts facts = {.host.netns = 2};
	AUTO_PROC_TABLE struct proc_table table;
	static char no_root[] = "";
	int tree = tree_new();
	struct process_reader reader = {.proc = tree, .cgroup_root = no_root};

	(void)state;
	fake_process(tree, (struct fake){.pid = 1, .exe = "/sbin/init"});
	fake_process(tree, (struct fake){.pid = 5, .exe = "/x", .net = 77});
	assert_int_equal(proc_table_read(tree, &table), 0);
	read_listeners(&reader, &table, &facts);
	assert_true(facts.other_netns_unknown);
	tree_remove(tree);
}

static void holders_nearest_to_the_root_first(void **state)
{
	AUTO_PROC_TABLE struct proc_table table;
	static char no_root[] = "";
	int tree = tree_new();
	struct process_reader reader = {.proc = tree, .cgroup_root = no_root};
	struct listener socket = {.name = xstrdup("/run/x"), .inode = 4711};
	struct listener orphan = {.name = xstrdup("/run/y"), .inode = 4712};
	struct listeners list = {0};

	(void)state;
	ARRAY_ADD(list.items, list.n, socket);
	ARRAY_ADD(list.items, list.n, orphan);
	fake_process(tree, (struct fake){.pid = 1, .exe = "/sbin/init"});
	fake_process(tree, (struct fake){.pid = 9, .ppid = 20, .exe = "/worker"});
	fake_process(tree, (struct fake){.pid = 20, .ppid = 1, .exe = "/master"});
	fake_process(tree, (struct fake){.pid = 21, .ppid = 20, .exe = "/master"});
	tree_link(tree, "9/fd/3", "socket:[4711]");
	tree_link(tree, "20/fd/7", "socket:[4711]");
	tree_link(tree, "20/fd/8", "socket:[4711]");
	tree_link(tree, "20/fd/9", "pipe:[4712]");
	tree_link(tree, "21/fd/7", "socket:[4711]");
	assert_int_equal(proc_table_read(tree, &table), 0);
	listeners_holders(&reader, &table, &list);
	assert_int_equal(list.items[0].n_holders, 2);
	assert_int_equal(list.items[0].holders[0].pid, 20);
	assert_int_equal(list.items[0].holders[1].pid, 9);
	assert_int_equal(list.items[1].n_holders, 0);
	assert_true(list.items[1].holder_unknown);
	list_free(&list);
	tree_remove(tree);
}

/* What the kernel would never send must not lead out of the message. */
static void broken_answers_are_refused(void **state)
{
	_Alignas(struct nlmsghdr) char bytes[256] = {0};
	struct nlmsghdr *message = (void *)bytes;
	struct nlmsghdr *brief = xcalloc(1, NLMSG_LENGTH(4)); /* the sanitizer sees every byte beyond */
	struct listeners list = {0};

	(void)state;
	brief->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	brief->nlmsg_len = NLMSG_LENGTH(4);
	((struct unix_diag_msg *)NLMSG_DATA(brief))->udiag_type = SOCK_STREAM;
	assert_int_equal(take_answer((char *)brief, NLMSG_LENGTH(4), take_unix, 0, &list), 0);
	assert_int_equal(take_answer((char *)brief, NLMSG_LENGTH(4), take_tcp, 0, &list), 0);
	free(brief);
	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message->nlmsg_len = 4096;
	assert_int_equal(take_answer(bytes, sizeof(bytes), take_unix, 0, &list), 0);
	message->nlmsg_len = NLMSG_LENGTH(0);
	message->nlmsg_type = NLMSG_ERROR;
	assert_int_equal(take_answer(bytes, NLMSG_LENGTH(0), take_unix, 0, &list), -EPROTO);
	message->nlmsg_type = NLMSG_DONE;
	message->nlmsg_flags = NLM_F_DUMP_INTR;
	assert_int_equal(take_answer(bytes, NLMSG_LENGTH(0), take_unix, 0, &list), -EINTR);
	assert_int_equal(list.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listening_path_with_holder_queue_and_backlog),
		cmocka_unit_test(an_heir_is_found_when_its_parent_let_go),
		cmocka_unit_test(abstract_names_and_tcp),
		cmocka_unit_test(another_network_namespace),
		cmocka_unit_test(the_text_form_says_the_same),
		cmocka_unit_test(a_table_that_cannot_be_read_is_unknown),
		cmocka_unit_test(holders_nearest_to_the_root_first),
		cmocka_unit_test(broken_answers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
