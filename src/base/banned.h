/* banned.h: functions that cannot be used safely, turned into compile errors.
 *
 * The build puts this file before every source of ours (-include). A poisoned name may not appear
 * again, not even in a system header, so the headers that declare the names are read first; they
 * are read with _GNU_SOURCE because a file that asks for it later would ask too late.
 *
 *     strcpy strncpy stpcpy strcat strncat sprintf vsprintf gets   no bound, or a wrong one: snprintf, hg__text_add
 *     strtok                                                      hidden state: strchr, strcspn
 *     atoi atol atoll atof scanf fscanf                           no error: strtoll, strtod, hg__option_set
 *     rand srand drand48                                          hidden state: base/random.h
 *     alloca                                                      no error: the heap, an arena
 *     system popen tmpnam tempnam mktemp                          the shell; races: fork and exec, mkstemp */
#ifndef HG_BASE_BANNED_H
#define HG_BASE_BANNED_H

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#undef sprintf /* a macro here and there, and a macro cannot be poisoned */
#undef alloca
#pragma GCC poison strcpy strncpy stpcpy strcat strncat sprintf vsprintf gets
#pragma GCC poison strtok
#pragma GCC poison atoi atol atoll atof scanf fscanf
#pragma GCC poison rand srand drand48
#pragma GCC poison alloca
#pragma GCC poison system popen tmpnam tempnam mktemp

#endif
