/* processor.h: what the machine's processor is called. */
#ifndef HG_BASE_PROCESSOR_H
#define HG_BASE_PROCESSOR_H

#include <stddef.h>

/* As Linux tells it on x86; elsewhere its kind, such as "aarch64". Gives name back. */
const char *hg__processor_name(char *name, size_t size);

#endif
