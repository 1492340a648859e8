/* What a function that can fail returns, and the one sentence it leaves.
 *
 * The values are the program's exit codes, so a status travels unchanged from
 * the place that found the trouble to main(), the only place that prints it. */
#ifndef HY_KERNELS_BASE_STATUS_H
#define HY_KERNELS_BASE_STATUS_H

typedef enum hy_status {
    HY_OK = 0,
    HY_CHECK_FAILED = 1,  /* a regression, or a check that did not hold */
    HY_BAD_INPUT = 2,     /* usage, or input that cannot be used */
    HY_NO_DATA = 3,       /* readable, but what is needed is missing or inconclusive */
    HY_RUN_FAILED = 4,    /* a run could not go on: memory, disk, device, non-finite loss */
    HY_INTERRUPTED = 130, /* the user asked to stop; what was done is kept */
} hy_status;

/* Keeps one sentence for this thread (what, where, what to do next; no final
 * newline) and returns `status`. A later call replaces the sentence. */
hy_status hy_fail(hy_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "`what`: " in front of the sentence kept last, for a caller that knows
 * the place better than the callee; returns `status`. */
hy_status hy_fail_in(hy_status status, const char *what);

/* The sentence kept last in this thread; "" before any failure. */
const char *hy_error(void);

/* One warning line on stderr ("hymbench: warning: ..."), printed once per text. */
void hy_warn_once(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A caller's broken promise is a bug in this program, on in release builds too:
 * HY_ASSERT(rows > 0, "an empty batch has no loss"). Never in inner loops. */
#define HY_ASSERT(condition, why) ((condition) ? (void)0 : hy_assert_failed(#condition, __FILE__, __LINE__, why))

void hy_assert_failed(const char *condition, const char *file, int line, const char *why) __attribute__((noreturn));

#endif
