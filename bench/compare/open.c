#include "bench/compare/open.h"

#include <stdlib.h>
#include <string.h>

#include "bench/compare/side_read.h"
#include "kernels/base/file.h"

bool hy_side_is_json(const char *path)
{
    char *data = NULL;
    size_t bytes;
    if (hy_read_file(path, &data, &bytes) != HY_OK)
        return false;
    const bool json = data[strspn(data, " \t\r\n\xef\xbb\xbf")] == '{';
    free(data);
    return json;
}

static hy_status read_any(struct hy_side *s, const char *path)
{
    if (hy_folder_exists(path))
        return hy_side_read_folder(s, path);
    return hy_side_is_json(path) ? hy_side_read_google(s, path) : hy_side_read_kernels(s, path);
}

hy_status hy_side_open(struct hy_side *s, const char *path)
{
    hy_side_init(s, path);
    hy_status status = read_any(s, path);
    bool any = false;
    for (size_t i = 0; i < s->n; i++)
        any |= s->rows[i].n > 0;
    if (status == HY_OK && !any)
        status =
            hy_fail(HY_NO_DATA,
                    "%s: nothing in it can be compared: no row of it was measured while the machine was quiet", path);
    if (status)
        hy_side_fini(s);
    return status;
}
