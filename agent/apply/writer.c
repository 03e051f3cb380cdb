/* SPDX-License-Identifier: MIT */
#include "apply/writer.h"
#include "base/cleanup.h"

#include <errno.h>

const struct writer *writer_of(int kind)
{
	static const struct writer *const writers[WRITER_COUNT] = {
	        [WRITER_NODE] = &node_writer,
	        [WRITER_FILE] = &file_writer,
	        [WRITER_GROUP] = &group_writer,
	        [WRITER_MEMBER] = &member_writer,
	};

	return kind >= 0 && kind < WRITER_COUNT ? writers[kind] : NULL;
}

int writer_verify(const struct writer *writer, const struct write *write, struct error *err)
{
	AUTO_IMAGE struct image now = {0};
	AUTO_FREE char *shown = escape_terminal(write->object);
	int r = writer->read(write->host, write->object, &now, err);

	if (r == 0 && !writer->same(&now, write->to))
		r = error_set(err, EIO, "%s is not in the state that was written", shown);
	return r;
}
