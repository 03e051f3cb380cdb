/* SPDX-License-Identifier: MIT */
#include "facts/edit_helper.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/helper.h"

#include <errno.h>

#define DEADLINE_MS 30000
#define OUTPUT_MAX ((size_t)64 << 20) /* 4 MiB of bytes that are all escaped, twice over */

static int take_reply(const struct spawn_result *result, struct text *after, struct error *err)
{
	AUTO_EDIT_REPLY struct edit_reply reply = {0};
	AUTO_FREE char *shown = NULL;
	int r = edit_wire_read(&edit_reply_shape, result->out, result->out_size, &reply, err);

	if (r < 0)
		return error_wrap(err, "the answer of permfix-augeas");
	if (reply.text) {
		text_add(after, reply.text);
		return 0;
	}
	shown = escape_terminal(reply.error ? reply.error : "permfix-augeas gave no answer");
	return reply.line ? error_set(err, EINVAL, "line %u: %s", reply.line, shown) : error_set(err, EINVAL, "%s", shown);
}

int edit_by_helper(const struct edit_request *request, struct text *after, struct error *err)
{
	AUTO_FREE char *json = edit_wire_write(&edit_request_shape, request);
	AUTO_SPAWN struct spawn_result result = {0};
	int r = helper_run("augeas", request->format, json, strlen(json), OUTPUT_MAX, DEADLINE_MS, &result, err);

	return r == 0 ? take_reply(&result, after, err) : r;
}
