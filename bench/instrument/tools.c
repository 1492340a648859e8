#include "bench/instrument/tools.h"

#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char SYSTEMS[] = "Nsight Systems", COMPUTE[] = "Nsight Compute", OTHER[] = "a CUDA tool";

/* What the tools leave in the environment; a name that ends in '*' stands for all that begin so. The last row is of
 * tools that CUDA itself loads, whoever made them. */
static const struct {
    const char *name, *tool;
} variables[] = {
    {"NSYS_PROFILING_SESSION_ID", SYSTEMS}, {"QUADD_INJECTION_PROXY", SYSTEMS}, {"NV_NSIGHT_*", COMPUTE},
    {"NV_COMPUTE_PROFILER_*", COMPUTE},     {"CUDA_INJECTION64_PATH", OTHER},
};

/* Parts of the names of the libraries that they bring into the process. CUPTI brings some of Nsight Compute's own
 * (libnvperf), so those are no sign. */
static const struct {
    const char *part, *tool;
} libraries[] = {
    {"/libToolsInjection", SYSTEMS},
    {"/libcuda-injection.so", COMPUTE},
    {"/libInterceptorInjectionTarget", COMPUTE},
};

static const char *value_of(const char *variable, const char *name)
{
    size_t n = strlen(name);
    const char *equals = strchr(variable, '=');
    if (!equals || equals[1] == '\0')
        return NULL;
    if (name[n - 1] == '*')
        return strncmp(variable, name, n - 1) == 0 ? equals + 1 : NULL;
    return (size_t)(equals - variable) == n && strncmp(variable, name, n) == 0 ? equals + 1 : NULL;
}

struct sign {
    const char *tool;
    char how[192];
};

static void look_at_environment(struct sign *s)
{
    for (size_t i = 0; i < sizeof variables / sizeof *variables && !s->tool; i++)
        for (char **v = environ; v && *v && !s->tool; v++)
            if (value_of(*v, variables[i].name)) {
                s->tool = variables[i].tool;
                snprintf(s->how, sizeof s->how, "%.*s is set", (int)strcspn(*v, "="), *v);
            }
}

static int look_at_library(struct dl_phdr_info *info, size_t size, void *to)
{
    struct sign *s = to;
    (void)size;
    for (size_t i = 0; info->dlpi_name && i < sizeof libraries / sizeof *libraries && !s->tool; i++)
        if (strstr(info->dlpi_name, libraries[i].part)) {
            s->tool = libraries[i].tool;
            snprintf(s->how, sizeof s->how, "its %.100s is loaded", strrchr(info->dlpi_name, '/') + 1);
        }
    return s->tool != NULL;
}

const char *hy_tool_attached(void)
{
    static char text[256];
    struct sign s = {0};
    look_at_environment(&s);
    if (!s.tool)
        dl_iterate_phdr(look_at_library, &s);
    if (!s.tool)
        return NULL;
    snprintf(text, sizeof text, "%s is at work (%s)", s.tool, s.how);
    return text;
}
