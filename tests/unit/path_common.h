/* SPDX-License-Identifier: MIT */
/* For the tests of the path reader: a tree with sockets and links in it. */
#ifndef PERMFIX_TESTS_PATH_COMMON_H
#define PERMFIX_TESTS_PATH_COMMON_H

#include "scratch.h"

#include "facts/read_path.h"

#include <sys/wait.h>

static const struct view host = {.id = (char *)"host", .root = (char *)"/"};

static inline void free_walk(struct walk *walk)
{
	for (size_t i = 0; i < walk->n_nodes; i++)
		shape_free(&node_shape, &walk->nodes[i]);
	free(walk->nodes);
	free(walk->view);
	free(walk->path);
	free(walk->missing);
	*walk = (struct walk){0};
}
#define AUTO_WALK __attribute__((cleanup(free_walk)))

static inline void make_tree(void)
{
	close(scratch_socket("run/php/fpm.sock", 5));
	close(scratch_socket("run/php/ b\n\"'%$\xff", 5));
	close(scratch_socket("run/-v", 5));
	scratch_file("etc/file", "x");
	scratch_link("/run", "var/run");
	scratch_link("../run/php", "var/up");
	scratch_link("loop", "run/loop");
	scratch_link("../../../../..", "run/root");
	scratch_link("fpm.sock", "run/php/alias");
	scratch_link("/gone/away", "run/dangling");
	assert_int_equal(mkfifoat(scratch_fd, "run/pipe", 0600), 0);
}

static inline void in_child(int (*f)(void))
{
	int status = 0;
	pid_t child;

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	child = fork();
	if (child == 0)
		_exit(f());
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("not possible in this sandbox\n");
		skip();
	}
	assert_int_equal(status, 0);
}

#endif
