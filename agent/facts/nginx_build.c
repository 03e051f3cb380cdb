/* SPDX-License-Identifier: MIT */
/* nginx keeps the arguments of its ./configure as a string in the program (shown by nginx -V). The program is read, not run. */
#include "facts/nginx_command.h"
#include "base/alloc.h"
#include "base/cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Small enough to stay in a near cache, and to come from the heap: fresh pages for each window cost more than the search. */
#define WINDOW  ((size_t)64 << 10)
#define OVERLAP (sizeof(mark) - 2) /* one byte less than the mark */
#define ARGUMENTS_MAX ((size_t)16 << 10)
#define PROGRAM_MAX ((off_t)64 << 20)

static const char mark[] = "configure arguments:";

void nginx_build_free(struct nginx_build *build)
{
	free(build->prefix);
	free(build->conf);
	free(build->user);
	free(build->group);
	*build = (struct nginx_build){0};
}

/* The end of one argument; blanks within single quotes belong to it. */
static size_t argument_length(const char *s)
{
	bool quoted = false;
	size_t n = 0;

	for (; s[n] && (quoted || s[n] != ' '); n++)
		if (s[n] == '\'')
			quoted = !quoted;
	return n;
}

static char *unquote(const char *s, size_t n)
{
	struct text out = {0};

	for (size_t i = 0; i < n; i++)
		if (s[i] != '\'')
			text_add_char(&out, s[i]);
	return text_steal(&out);
}

char *nginx_prefix_path(const char *prefix)
{
	return xasprintf("%s%s", prefix, ends_with(prefix, "/") ? "" : "/");
}

char *nginx_conf_path(const char *prefix, const char *conf)
{
	return conf[0] == '/' ? xstrdup(conf) : xasprintf("%s%s", prefix, conf);
}

static void complete(struct nginx_build *build)
{
	AUTO_FREE char *prefix = TAKE_PTR(build->prefix);
	AUTO_FREE char *conf = TAKE_PTR(build->conf);

	build->prefix = nginx_prefix_path(prefix ? prefix : "/usr/local/nginx");
	build->conf = nginx_conf_path(build->prefix, conf ? conf : "conf/nginx.conf");
	if (!build->user)
		build->user = xstrdup("nobody");
}

void nginx_build_parse(const char *arguments, struct nginx_build *out)
{
	const struct {
		const char *name;
		char **slot;
	} known[] = {
		{"--prefix=", &out->prefix},
		{"--conf-path=", &out->conf},
		{"--user=", &out->user},
		{"--group=", &out->group},
	};

	*out = (struct nginx_build){0};
	for (const char *s = arguments + strspn(arguments, " "); *s;) {
		size_t n = argument_length(s);

		for (size_t i = 0; i < COUNT_OF(known); i++) {
			size_t name = strlen(known[i].name);

			if (n < name || !starts_with(s, known[i].name))
				continue;
			free(*known[i].slot);
			*known[i].slot = unquote(s + name, n - name);
		}
		s += n;
		s += strspn(s, " ");
	}
	complete(out);
}

/* A program that its own user could have changed is not asked. */
static bool trusted(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 && !(st.st_mode & S_IWOTH);
}

/* What stands behind the mark, up to the first NUL. */
static char *read_arguments(int fd, off_t at)
{
	AUTO_FREE char *arguments = xcalloc(ARGUMENTS_MAX + 1, 1);
	ssize_t n = pread(fd, arguments, ARGUMENTS_MAX, at);

	return n > 0 ? xstrdup(arguments) : NULL;
}

/* Reads windows that overlap, by pread and not by mmap: a file that is cut short meanwhile would kill the reader. From the end, since
 * the constants of a program stand behind its code. */
static char *find_arguments(int fd)
{
	AUTO_FREE char *window = xcalloc(WINDOW, 1);
	off_t at = lseek(fd, 0, SEEK_END);

	at = at > PROGRAM_MAX ? PROGRAM_MAX : at;
	while (at > 0) {
		off_t from = at > (off_t)WINDOW ? at - (off_t)WINDOW : 0;
		ssize_t n = pread(fd, window, WINDOW, from);
		const char *found = n > 0 ? memmem(window, (size_t)n, mark, strlen(mark)) : NULL;

		if (found)
			return read_arguments(fd, from + (found - window) + (off_t)strlen(mark));
		if (n <= 0)
			break;
		at = from ? from + (off_t)OVERLAP : 0;
	}
	return NULL;
}

int nginx_build_read(int fd, struct nginx_build *out)
{
	AUTO_FREE char *arguments = NULL;

	*out = (struct nginx_build){0};
	if (!trusted(fd))
		return -EPERM;
	arguments = find_arguments(fd);
	if (!arguments)
		return -ENOENT;
	arguments[strcspn(arguments, "\n")] = '\0';
	nginx_build_parse(arguments, out);
	return 0;
}
