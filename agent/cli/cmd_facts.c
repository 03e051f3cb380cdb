/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/observe.h"
#include "cli/out_file.h"
#include "facts/gather.h"

/* Has every question of planning answered, for both ways to plan: the facts are read where nobody can be asked. */
static void answer_questions(struct observation *o)
{
	for (int tighten = 0; tighten <= 1; tighten++) {
		AUTO_PLAN struct plan plan = {0};

		observe_plan(o, tighten, &plan);
	}
}

void cmd_facts(const struct invocation *invocation, struct reply *reply)
{
	AUTO_OBSERVATION struct observation o = {.progress.pipe = -1};
	AUTO_FREE char *json = NULL;
	struct error err = {0};
	int r = observe(&o, invocation, &err);

	if (r == 0) {
		answer_questions(&o);
		json = facts_write(&o.facts);
		if (invocation->out)
			r = out_file_write(invocation->out, json, strlen(json), &err);
		else
			text_add(&reply->out, json);
	}
	if (r < 0)
		reply_fail(reply, EXIT_CODE_FAILED, &err);
}
