#include "kernels/base/status.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENTENCE = 1024, WARNINGS = 32 };

static _Thread_local char sentence[SENTENCE];

hy_status hy_fail(hy_status status, const char *format, ...)
{
    char text[SENTENCE]; /* the arguments may point into the sentence they replace */
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(sentence, text, sizeof text);
    return status;
}

hy_status hy_fail_in(hy_status status, const char *what)
{
    char text[SENTENCE];
    memcpy(text, sentence, sizeof text);
    return hy_fail(status, "%s: %s", what, text);
}

const char *hy_error(void)
{
    return sentence;
}

void hy_warn_once(const char *format, ...)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char seen[WARNINGS][SENTENCE];
    static int count;
    char text[SENTENCE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);

    pthread_mutex_lock(&lock);
    int known = 0;
    for (int i = 0; i < count && !known; i++)
        known = strcmp(seen[i], text) == 0;
    if (!known) {
        if (count < WARNINGS)
            memcpy(seen[count++], text, sizeof text);
        fprintf(stderr, "hymbench: warning: %s\n", text);
    }
    pthread_mutex_unlock(&lock);
}

void hy_assert_failed(const char *condition, const char *file, int line, const char *why)
{
    fprintf(stderr, "hymbench: bug at %s:%d: '%s' does not hold: %s\n", file, line, condition, why);
    abort();
}
