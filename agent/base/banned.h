/* SPDX-License-Identifier: MIT */
/* Included by the compiler before every source file (-include): calls that do not belong in a program that runs as root
 * beside attackers do not compile. Unbounded copies, shells, PATH look-ups, names that race. */
#ifndef PERMFIX_BASE_BANNED_H
#define PERMFIX_BASE_BANNED_H

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison system popen execvp execlp execvpe posix_spawnp wordexp
#pragma GCC poison mktemp tmpnam tempnam

#endif
