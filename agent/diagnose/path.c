/* SPDX-License-Identifier: MIT */
/* The way to the socket: search on each directory, write on the inode, and what it is. unix_find_bsd() in net/unix/af_unix.c asks in this
 * order: path walk, write permission, type. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "diagnose/because.h"
#include "diagnose/exam.h"

static const char *class_of(const struct node *node)
{
	static const char *const words[] = {
		[NODE_UNKNOWN] = "file", [NODE_DIR] = "dir",   [NODE_SYMLINK] = "lnk_file", [NODE_SOCKET] = "sock_file",
		[NODE_FILE] = "file",    [NODE_FIFO] = "fifo", [NODE_DEVICE] = "device",
	};

	return words[node->type];
}

/* The ACL is named as the layer where one of its own entries or its mask decided; base entries are the mode by another name. */
static int layer_of(const struct dac_answer *answer)
{
	return answer->acl_unknown || answer->masked || answer->by == DAC_ACL_USER || answer->by == DAC_ACL_GROUP ? LAYER_ACL : LAYER_DAC;
}

static struct check *judge_node(struct exam *exam, const struct node *node, uint32_t want, struct dac_answer *answer)
{
	int verdict;

	*answer = dac_decide(&exam->ids, node, want);
	verdict = answer->allowed ? VERDICT_ALLOW : answer->acl_unknown ? VERDICT_UNKNOWN : VERDICT_DENY;
	return exam_add(exam, layer_of(answer), xstrdup(node->path), class_of(node), want == DAC_SEARCH ? "search" : "write", verdict,
		because_dac(exam->world, exam->who, &exam->ids, node, answer, want));
}

static bool walk_has(const struct walk *walk, const char *path)
{
	for (size_t i = 0; i < walk->n_nodes; i++)
		if (streq(walk->nodes[i].path, path))
			return true;
	return false;
}

void check_directories(struct exam *exam)
{
	const struct walk *walk = exam->up->walk;
	size_t n = walk ? walk->n_nodes - (walk_object(walk) != NULL) : 0;

	for (size_t i = 0; i < n; i++) {
		struct dac_answer answer;
		struct check *check;
		struct node node;

		if (walk->nodes[i].type != NODE_DIR)
			continue;
		world_node(exam->world, &walk->nodes[i], &node);
		check = judge_node(exam, &node, DAC_SEARCH, &answer);
		check->node = (int)i;
		if (check->verdict == VERDICT_DENY)
			check->cause = cause_of_directory(exam, &node, &answer);
	}
}

/* Directories that are not there yet: those that a step makes for a server that moves, and of a tree those that are made at boot. */
static void check_new_directories(struct exam *exam)
{
	const struct way *way = &exam->ways[exam->moment];

	for (size_t i = 0; i < way->n; i++) {
		const struct directory *directory = &way->dirs[i];
		struct dac_answer answer;
		struct check *check;

		if (!directory->exists || walk_has(exam->up->walk, directory->node.path))
			continue;
		check = judge_node(exam, &directory->node, DAC_SEARCH, &answer);
		if (check->verdict == VERDICT_DENY)
			check->cause = cause_of_directory(exam, &directory->node, &answer);
	}
}

static const char *word_for(int type)
{
	static const char *const words[] = {
		[NODE_DIR] = "a directory", [NODE_SYMLINK] = "a symbolic link", [NODE_FILE] = "a plain file",
		[NODE_FIFO] = "a FIFO",     [NODE_DEVICE] = "a device",
	};

	return words[type];
}

static void check_type(struct exam *exam)
{
	const struct node *node = &exam->object;

	if (node->type == NODE_UNKNOWN)
		exam_add(exam, LAYER_LISTENER, xstrdup(node->path), class_of(node), "socket", VERDICT_UNKNOWN,
			xstrdup("what is there could not be looked at"));
	else if (node->type != NODE_SOCKET)
		exam_deny(exam, LAYER_LISTENER, xstrdup(node->path), class_of(node), "socket", CAUSE_NOT_A_SOCKET,
			xasprintf("%s is there, no socket", word_for(node->type)));
}

static char *unread_because(const struct walk *walk)
{
	return walk ? xasprintf("permfix could not look at it: %s", strerror(walk->failed)) : xstrdup("the path was not looked at");
}

void check_object(struct exam *exam)
{
	const struct walk *walk = exam->up->walk;
	struct dac_answer answer;
	struct check *check;

	if (exam->has_object && exam->remade && walk)
		check_new_directories(exam);
	if (exam->has_object) {
		check = judge_node(exam, &exam->object, DAC_WRITE, &answer);
		check->node = exam->object_at;
		if (check->verdict == VERDICT_DENY)
			check->cause = cause_of_socket(exam, &exam->object, &answer);
		check_type(exam);
	} else if (!walk || walk->failed == EACCES || walk->failed == EPERM) {
		exam_add(exam, LAYER_DAC, xstrdup(walk && walk->missing ? walk->missing : endpoint_path(exam->up->endpoint)), "sock_file",
			"write", VERDICT_UNKNOWN, unread_because(walk));
	} else if (!exam->up->hidden) {
		check_absent(exam);
	}
}

bool diagnose_access(const struct world *world, const struct ids *ids, const struct walk *walk, const struct node **denied_at)
{
	const struct node *object = walk_object(walk);

	if (denied_at)
		*denied_at = NULL;
	for (size_t i = 0; object && i < walk->n_nodes; i++) {
		bool last = &walk->nodes[i] == object;
		struct node node;

		if (!last && walk->nodes[i].type != NODE_DIR)
			continue;
		world_node(world, &walk->nodes[i], &node);
		if (dac_decide(ids, &node, last ? DAC_WRITE : DAC_SEARCH).allowed)
			continue;
		if (denied_at)
			*denied_at = &walk->nodes[i];
		return false;
	}
	return object != NULL;
}
