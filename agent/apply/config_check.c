/* SPDX-License-Identifier: MIT */
#include "apply/config_check.h"
#include "apply/pin.h"
#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/spawn.h"
#include "plan/edit_question.h"

#include <errno.h>

#define CHECK_DEADLINE_MS 60000
#define CHECK_OUTPUT_MAX  ((size_t)1 << 20)
#define ANALYZE           "systemd-analyze"
#define ANALYZE_PATH      "/usr/bin/systemd-analyze"

static void add(struct config_checks *out, const char *program, const char *exe, const char *config,
        const char *prefix, bool must_pass)
{
	for (size_t i = 0; i < out->n; i++)
		if (streq(out->items[i].exe, exe) && streq(out->items[i].config, config)) {
			out->items[i].must_pass |= must_pass;
			return;
		}
	if (exe && config)
		ARRAY_ADD(out->items, out->n,
		        (struct config_check){xstrdup(program), xstrdup(exe), xstrdup(config),
		                xstrdup(prefix), must_pass, false, {0}});
}

static bool has_file(const struct config_file *files, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (streq(files[i].path, path))
			return true;
	return false;
}

static bool reads(const struct nginx *nginx, const char *path)
{
	bool found = streq(nginx->conf, path) || streq(nginx->user_at.file, path) ||
	             has_file(nginx->files, nginx->n_files, path);

	for (size_t i = 0; i < nginx->n_refs && !found; i++)
		found = streq(nginx->refs[i].at.file, path) || streq(nginx->refs[i].server_at.file, path);
	return found;
}

static bool pool_in(const struct backend *backend, const char *path)
{
	bool found = streq(backend->config, path) || has_file(backend->files, backend->n_files, path);

	for (size_t i = 0; i < backend->n_sections && !found; i++)
		found = streq(backend->sections[i].at.file, path);
	return found;
}

static bool named(const struct process *p, const char *target)
{
	AUTO_FREE char *by_pid = xasprintf("pid %u", p->pid);

	return p->pid && (streq(p->unit, target) || streq(by_pid, target));
}

static void for_nginx(const struct facts *facts, const struct step *step, struct config_checks *out)
{
	bool service = step->kind == STEP_SERVICE_RELOAD || step->kind == STEP_SERVICE_RESTART;
	bool edits = streq(edit_format_of(step->kind), "nginx");

	for (size_t i = 0; i < facts->n_nginx; i++) {
		const struct nginx *n = &facts->nginx[i];

		if (n->pid && ((service && named(&n->as, step->target)) || (edits && reads(n, step->target))))
			add(out, "nginx", n->exe, n->conf, n->prefix, service);
	}
}

static void for_php_fpm(const struct facts *facts, const struct step *step, struct config_checks *out)
{
	bool service = step->kind == STEP_SERVICE_RELOAD || step->kind == STEP_SERVICE_RESTART;
	bool edits = streq(edit_format_of(step->kind), "php-fpm");

	for (size_t i = 0; i < facts->n_backends; i++) {
		const struct backend *b = &facts->backends[i];

		if (b->kind != BACKEND_PHP_FPM || !b->pid)
			continue;
		if ((service && named(&b->as, step->target)) || (edits && pool_in(b, step->target)))
			add(out, "php-fpm", b->exe, b->config, NULL, service);
	}
}

static void for_systemd(const struct facts *facts, const struct step *step, struct config_checks *out)
{
	if (facts->host.systemd && step->kind == STEP_SYSTEMD_DROPIN && step->section)
		add(out, ANALYZE, ANALYZE_PATH, step->section, NULL, false);
}

void config_checks_for(
        const struct facts *facts, const struct step *const *steps, size_t n, struct config_checks *out)
{
	*out = (struct config_checks){0};
	for (size_t i = 0; i < n; i++) {
		for_nginx(facts, steps[i], out);
		for_php_fpm(facts, steps[i], out);
		for_systemd(facts, steps[i], out);
	}
}

void config_checks_free(struct config_checks *checks)
{
	for (size_t i = 0; i < checks->n; i++) {
		free(checks->items[i].program);
		free(checks->items[i].exe);
		free(checks->items[i].config);
		free(checks->items[i].prefix);
		strings_free(&checks->items[i].complaints);
	}
	free(checks->items);
	*checks = (struct config_checks){0};
}

/* It runs already as root; but the file behind the name may be another one now. */
static int trusted(const struct apply_host *host, const char *exe, struct error *err)
{
	AUTO_PINNED struct pinned p = PINNED_NONE;
	AUTO_FREE char *shown = escape_terminal(exe);
	int r = pin_path(host->root, exe, &p, err);

	if (r == 0 && (!p.only_root || p.st.st_uid != 0 || (p.st.st_mode & 022) || !S_ISREG(p.st.st_mode)))
		r = error_set(err, EPERM, "%s can be changed by others than root: not run", shown);
	return r;
}

static void add_lines(struct strings *out, const char *text)
{
	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n)
			strings_own(out, xstrndup(text, n));
	}
}

/* 0: it passed; 1: it did not, and *said (may be NULL) is why; -errno: it could not be run. lines: of its stderr. */
static int run(const struct apply_host *host, const struct config_check *c, struct strings *lines, struct error *said,
        struct error *err)
{
	const char *const nginx[] = {
	        "nginx", "-t", "-q", "-c", c->config, c->prefix ? "-p" : NULL, c->prefix, NULL};
	const char *const fpm[] = {"php-fpm", "-t", "-y", c->config, NULL};
	/* errors of units that it needs are not about the drop-in; manual pages may not be installed */
	const char *const analyze[] = {ANALYZE, "verify", "--man=no", "--recursive-errors=no", "--", c->config, NULL};
	bool unit = streq(c->program, ANALYZE), web = streq(c->program, "nginx");
	struct spawn how = {c->exe, unit ? analyze : web ? nginx : fpm, NULL, 0, CHECK_OUTPUT_MAX, CHECK_DEADLINE_MS};
	AUTO_SPAWN struct spawn_result result = {0};
	int r = trusted(host, c->exe, err);

	if (unit && r == -ENOENT)
		return 0; /* a systemd without its tools */
	if (r == 0)
		r = spawn_run(&how, &result, err);
	if (r < 0)
		return r;
	if (lines && result.err)
		add_lines(lines, result.err);
	return spawn_check(&result, unit ? "systemd-analyze verify" : web ? "nginx -t" : "php-fpm -t", said) < 0;
}

/* The first line that was not said before; NULL: none. */
static const char *new_complaint(const struct config_check *c, const struct strings *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		if (!strings_has(&c->complaints, lines->items[i]))
			return lines->items[i];
	return NULL;
}

static int check_unit(const struct apply_host *host, const struct config_check *c, struct error *err)
{
	AUTO_STRINGS struct strings lines = {0};
	AUTO_FREE char *shown = NULL;
	const char *fresh;
	int r = run(host, c, &lines, err, err);

	if (r < 0)
		return r;
	fresh = new_complaint(c, &lines);
	if (fresh)
		return error_set(err, EIO, "systemd-analyze verify: %s", (shown = escape_terminal(fresh)));
	return r > 0 && !c->failed_before ? (err ? -err->errnum : -EIO) : 0;
}

int config_checks_before(const struct apply_host *host, struct config_checks *checks, struct error *err)
{
	for (size_t i = 0; i < checks->n; i++) {
		int r = checks->items[i].must_pass ? 0 : run(host, &checks->items[i], &checks->items[i].complaints, NULL, err);

		if (r < 0)
			return r;
		checks->items[i].failed_before = r > 0;
	}
	return 0;
}

int config_checks_after(const struct apply_host *host, const struct config_checks *checks, struct error *err)
{
	for (size_t i = 0; i < checks->n; i++) {
		const struct config_check *c = &checks->items[i];
		int r;

		if (streq(c->program, ANALYZE)) {
			r = check_unit(host, c, err);
			if (r < 0)
				return r;
			continue;
		}
		r = run(host, c, NULL, err, err);
		if (r < 0)
			return r;
		if (r > 0 && (c->must_pass || !c->failed_before))
			return err ? -err->errnum : -EIO;
	}
	return 0;
}
