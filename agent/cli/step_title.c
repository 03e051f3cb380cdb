/* SPDX-License-Identifier: MIT */
/* What each kind of step does, as one line. */
#include "base/alloc.h"
#include "cli/render.h"

/* %t the target, %s the section, %k and %m key and new value of the first change. A kind without a line shows its word and target. */
static const char *const titles[STEP_COUNT] = {
	[STEP_PHPFPM_LISTEN] = "set who may open the socket of pool %s in %t",
	[STEP_PHPFPM_LISTEN_PATH] = "move the socket of pool %s to %m in %t",
	[STEP_UWSGI_OPTION] = "set who may open the socket of uWSGI in %t",
	[STEP_SYSTEMD_DROPIN] = "put settings of %s into the drop-in %t",
	[STEP_TMPFILES_ENTRY] = "declare the directory %k in %t",
	[STEP_GROUP_CREATE] = "create the group %t",
	[STEP_GROUP_ADD_MEMBER] = "add %m to the group %t",
	[STEP_PATH_OWNER] = "change owner or group of %t",
	[STEP_PATH_MODE] = "change the mode of %t",
	[STEP_PATH_ACL] = "change the ACL of %t",
	[STEP_NGINX_USER] = "change the user that nginx runs as in %t",
	[STEP_NGINX_PASS] = "change the endpoint that nginx uses in %t",
	[STEP_SERVICE_RELOAD] = "reload %t",
	[STEP_SERVICE_RESTART] = "restart %t",
	[STEP_SERVICE_DAEMON_RELOAD] = "let %t read its unit files again",
	[STEP_MANUAL] = "by hand: %t",
};

static const char *value_of(const struct step *step, char what)
{
	const struct step_change *first = step->n_changes ? &step->changes[0] : NULL;
	const char *value = what == 't' ? step->target : what == 's' ? step->section : !first ? NULL : what == 'k' ? first->key : first->to;

	return value ? value : "?";
}

/* One word of a line with its values put in; a value with blanks stays one word. */
static char *fill_in(const char *word, size_t n, const struct step *step)
{
	struct text t = {0};

	for (size_t i = 0; i < n; i++) {
		if (word[i] == '%')
			text_add(&t, value_of(step, word[++i]));
		else
			text_add_char(&t, word[i]);
	}
	return text_steal(&t);
}

void step_title_words(const struct step *step, struct strings *words)
{
	const char *p = step->kind >= 0 && step->kind < STEP_COUNT ? titles[step->kind] : NULL;

	if (!p) {
		strings_add(words, name_of(step_kind_names, step->kind));
		strings_add(words, value_of(step, 't'));
		return;
	}
	for (size_t n; *p; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		strings_own(words, fill_in(p, n, step));
	}
}

char *step_title(const struct step *step)
{
	AUTO_STRINGS struct strings words = {0};
	struct text t = {0};

	step_title_words(step, &words);
	for (size_t i = 0; i < words.n; i++)
		text_addf(&t, "%s%s", i ? " " : "", words.items[i]);
	return text_steal(&t);
}

void page_step_title(struct page *page, int style, const struct step *step)
{
	AUTO_STRINGS struct strings words = {0};

	step_title_words(step, &words);
	for (size_t i = 0; i < words.n; i++)
		page_atom(page, style, words.items[i]);
}
