/* SPDX-License-Identifier: MIT */
#include "facts/read_backends.h"
#include "base/alloc.h"
#include "base/beneath.h"
#include "base/cleanup.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

static bool fpm_program(const char *name)
{
	return fnmatch("php-fpm*", name, 0) == 0 || fnmatch("php*-fpm*", name, 0) == 0;
}

/* --- titles: "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)", "php-fpm: pool www" ---------------------------- */

static const char *title_rest(const struct proc_entry *entry, const char *what)
{
	const char *colon = strchr(entry->cmdline, ':');
	AUTO_FREE char *name = colon ? xstrndup(entry->cmdline, (size_t)(colon - entry->cmdline)) : NULL;

	return name && fpm_program(name) && starts_with(colon, what) ? colon + strlen(what) : NULL;
}

static const char *master_title(const struct proc_entry *entry)
{
	return title_rest(entry, ": master process");
}

static bool pool_title(const struct proc_entry *entry)
{
	return title_rest(entry, ": pool ") != NULL;
}

static char *config_of_title(const char *rest)
{
	const char *open = strchr(rest, '('), *close = strrchr(rest, ')');

	return open && close && close > open + 1 ? xstrndup(open + 1, (size_t)(close - open - 1)) : NULL;
}

/* --- options: sapi/fpm/fpm/fpm_main.c --------------------------------------------------------------------------------- */

static const char *const config_options[] = {"--fpm-config=", "--fpm-config", "-y"};
static const char *const ends_by_itself[] = {"-t", "-tt", "--test", "-v", "--version", "-i", "--info", "-m", "--modules",
	"-h", "-?", "--help"};

static bool no_server(const struct proc_entry *entry)
{
	const char *word;

	for (size_t i = 1; (word = proc_argument(entry, i)); i++)
		for (size_t k = 0; k < COUNT_OF(ends_by_itself); k++)
			if (streq(word, ends_by_itself[k]))
				return true;
	return false;
}

static char *config_of_options(const struct proc_entry *entry)
{
	const char *word;

	for (size_t i = 1; (word = proc_argument(entry, i)); i++) {
		for (size_t k = 0; k < COUNT_OF(config_options); k++) {
			if (streq(word, config_options[k]))
				return xstrdup(proc_argument(entry, i + 1));
			if (starts_with(word, config_options[k]))
				return xstrdup(word + strlen(config_options[k]));
		}
	}
	return NULL;
}

/* A relative name is relative to where the master was started. */
static char *absolute(const struct process_reader *reader, uint32_t pid, char *path)
{
	AUTO_FREE char *given = path;
	char name[32];

	if (!given || given[0] == '/')
		return TAKE_PTR(given);
	snprintf(name, sizeof(name), "%" PRIu32 "/cwd", pid);
	AUTO_FREE char *cwd = proc_link(reader->proc, name, NULL);
	return cwd ? xasprintf("%s/%s", streq(cwd, "/") ? "" : cwd, given) : NULL;
}

static char *config_of(const struct process_reader *reader, const struct proc_entry *entry)
{
	const char *rest = master_title(entry);

	return absolute(reader, entry->pid, rest ? config_of_title(rest) : config_of_options(entry));
}

/* --- masters --------------------------------------------------------------------------------------------------------- */

static bool child_of(const struct proc_table *table, struct proc_entry *child, const struct proc_entry *parent)
{
	return child->exe && streq(child->exe, parent->exe) && proc_parent(table, child) == parent->pid;
}

static bool has_pool_process(const struct proc_table *table, const struct proc_entry *master)
{
	for (size_t i = 0; i < table->n; i++)
		if (pool_title(&table->items[i]) && child_of(table, &table->items[i], master))
			return true;
	return false;
}

static bool child_of_itself(const struct proc_table *table, struct proc_entry *entry)
{
	const struct proc_entry *parent = proc_table_find(table, proc_parent(table, entry));

	return parent && child_of(table, entry, parent);
}

/* The executable of another user is hidden without privileges; comm is then believed of root. */
static bool named_as_fpm(const struct proc_entry *entry, const struct process *as)
{
	return entry->exe ? fpm_program(base_name(entry->exe)) : as->ruid == 0 && as->uid == 0 && fpm_program(as->comm);
}

static bool is_master(const struct proc_table *table, struct proc_entry *entry, const struct process *as)
{
	if (process_of_session(as))
		return false;
	if (master_title(entry))
		return named_as_fpm(entry, as) || has_pool_process(table, entry);
	return entry->exe && named_as_fpm(entry, as) && !no_server(entry) && !child_of_itself(table, entry);
}

static bool worth_a_look(const struct proc_entry *entry)
{
	return master_title(entry) || (entry->exe && fpm_program(base_name(entry->exe)) && !pool_title(entry));
}

char *php_version(const char *path)
{
	for (const char *at = path; at && (at = strstr(at, "php")); at++) {
		const char *digits = at + strlen("php");
		size_t major, minor;

		digits += starts_with(digits, "-fpm") ? strlen("-fpm") : strspn(digits, "/-");
		major = strspn(digits, "0123456789");
		minor = digits[major] == '.' ? strspn(digits + major + 1, "0123456789") : 0;
		if (major && minor)
			return xasprintf("%.*s", (int)(major + 1 + minor), digits);
		if (major == 2 || major == 3)
			return xasprintf("%c.%.*s", digits[0], (int)major - 1, digits + 1);
		if (major == 1 && strchr("/-", digits[1])) /* php5, php7: no minor version in the name; strchr finds the end too */
			return xstrndup(digits, 1);
	}
	return NULL;
}

static void add_backend(const struct process_reader *reader, const struct proc_entry *entry, const struct process *as,
	struct facts *facts)
{
	struct backend *backend = ARRAY_NEW(facts->backends, facts->n_backends);

	backend->kind = BACKEND_PHP_FPM;
	backend->pid = as->pid;
	shape_copy(&process_shape, &backend->as, as);
	backend->exe = xstrdup(as->exe);
	backend->unit = xstrdup(as->unit);
	backend->config = config_of(reader, entry);
	backend->version = php_version(as->exe);
	if (!backend->version)
		backend->version = php_version(backend->config);
}

void read_fpm(const struct process_reader *reader, const struct proc_table *table, struct facts *facts)
{
	for (size_t i = 0; i < table->n; i++) {
		struct proc_entry *entry = &table->items[i];
		struct process as;

		if (!worth_a_look(entry) || read_process(reader, entry->pid, &as) < 0)
			continue;
		if (is_master(table, entry, &as))
			add_backend(reader, entry, &as, facts);
		else if (master_title(entry))
			strings_addf(&facts->notes,
				"process %" PRIu32 " calls itself a PHP-FPM master, but neither its executable nor its children are, "
				"or it belongs to a user's session: not taken for PHP-FPM",
				entry->pid);
		shape_free(&process_shape, &as);
	}
}

/* --- installed but not running ---------------------------------------------------------------------------------------- */

static const char *const layouts[] = {
	"/etc/php/*/fpm/php-fpm.conf",     /* Debian, Ubuntu */
	"/etc/php-fpm.conf",               /* Fedora, RHEL */
	"/etc/opt/remi/php*/php-fpm.conf", /* Remi's repository */
	"/etc/php/php-fpm.conf",           /* Arch */
	"/etc/php/fpm/php-fpm.conf",
	"/etc/php[0-9]*/fpm/php-fpm.conf", /* Debian's php5, openSUSE */
	"/etc/php[0-9]*/php-fpm.conf",     /* Alpine */
	"/usr/local/etc/php-fpm.conf",     /* container images, FreeBSD style */
	"/opt/lampp/etc/php-fpm.conf",     /* XAMPP */
};

static bool exists(int root, const char *path)
{
	AUTO_CLOSE int fd = beneath_open(root, path, O_PATH);

	return fd >= 0;
}

/* Main files in the usual places that exist. */
static void installed(int root, struct strings *out)
{
	for (size_t i = 0; i < COUNT_OF(layouts); i++) {
		AUTO_STRINGS struct strings found = {0};

		beneath_glob(root, layouts[i], &found);
		for (size_t k = 0; k < found.n; k++)
			if (exists(root, found.items[k]))
				strings_add(out, found.items[k]);
	}
}

char *fpm_config_default(int root, const char *version)
{
	AUTO_STRINGS struct strings found = {0};

	installed(root, &found);
	for (size_t i = 0; i < found.n; i++) {
		AUTO_FREE char *its = php_version(found.items[i]);

		if (!version || !its || streq(its, version))
			return xstrdup(found.items[i]);
	}
	return NULL;
}

static bool running(const struct facts *facts, const char *config)
{
	for (size_t i = 0; i < facts->n_backends; i++)
		if (streq(facts->backends[i].config, config) && streq(facts->backends[i].view, "host"))
			return true;
	return false;
}

void read_fpm_installed(int root, struct facts *facts)
{
	AUTO_STRINGS struct strings found = {0};

	installed(root, &found);
	for (size_t i = 0; i < found.n; i++) {
		struct backend *backend;

		if (running(facts, found.items[i]))
			continue;
		backend = ARRAY_NEW(facts->backends, facts->n_backends);
		backend->kind = BACKEND_PHP_FPM;
		backend->config = xstrdup(found.items[i]);
		backend->version = php_version(backend->config);
		backend->view = xstrdup("host");
	}
}
