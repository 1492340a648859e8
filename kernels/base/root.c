#include "kernels/base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>

enum { PATH_ROOM = 1024 };

const char *hy_root(void)
{
    const char *root = getenv("HYMBENCH_ROOT");
    return root ? root : "";
}

static int open_behind(const char *format, va_list list)
{
    char path[PATH_ROOM];
    const int n = snprintf(path, sizeof path, "%s", hy_root());
    if (n >= PATH_ROOM || vsnprintf(path + n, (size_t)(PATH_ROOM - n), format, list) >= PATH_ROOM - n) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_RDONLY | O_CLOEXEC);
}

int hy_root_open(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int fd = open_behind(format, list);
    va_end(list);
    return fd;
}

FILE *hy_root_fopen(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const int fd = open_behind(format, list);
    va_end(list);
    return fd < 0 ? NULL : fdopen(fd, "r");
}
