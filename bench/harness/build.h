/* What this program was built from: captured by the Makefile at build time, so that
 * every result can name it without a checkout at hand. */
#ifndef HY_BENCH_HARNESS_BUILD_H
#define HY_BENCH_HARNESS_BUILD_H

#include <stdbool.h>

#define HY_VERSION "0.1.0"

const char *hy_build_git_sha(void);   /* 40 hex digits, or "unknown" outside a git checkout */
bool hy_build_dirty(void);            /* files differed from that commit; false when unknown */
const char *hy_build_compiler(void);  /* "gcc 12.2.0" */
const char *hy_build_flags(void);     /* flags of portable code, without warnings and include paths */
const char *hy_build_isa_flags(void); /* what the ISA levels add, for env.json */

#endif
