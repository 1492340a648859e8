#include "report/pdf/style.h"

struct hy_color hy_rgb(unsigned hex)
{
    return (struct hy_color){(float)(hex >> 16 & 255) / 255, (float)(hex >> 8 & 255) / 255, (float)(hex & 255) / 255};
}

struct hy_color hy_tint(struct hy_color c, float strength)
{
    return (struct hy_color){1 - (1 - c.r) * strength, 1 - (1 - c.g) * strength, 1 - (1 - c.b) * strength};
}

bool hy_color_is_dark(struct hy_color c)
{
    return 0.299f * c.r + 0.587f * c.g + 0.114f * c.b < 0.6f;
}
