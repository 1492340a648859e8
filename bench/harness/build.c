#include "bench/harness/build.h"

#include "build_info.h" /* written by the Makefile into the build folder */

const char *hy_build_git_sha(void)
{
    return HY_BUILD_GIT_SHA;
}

bool hy_build_dirty(void)
{
    return HY_BUILD_DIRTY;
}

const char *hy_build_compiler(void)
{
#if defined(__clang__)
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}

const char *hy_build_flags(void)
{
    return HY_BUILD_FLAGS;
}

const char *hy_build_isa_flags(void)
{
    return HY_BUILD_ISA_FLAGS;
}
