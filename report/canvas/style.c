#include "report/canvas/style.h"

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

struct hy_color hy_ink(void)
{
    return hy_rgb(0x222222);
}

struct hy_color hy_grey(void)
{
    return hy_rgb(0x666666);
}

struct hy_color hy_faint(void)
{
    return hy_rgb(0xd9d9d9);
}

struct hy_color hy_paper(void)
{
    return hy_rgb(0xffffff);
}

struct hy_color hy_ink_on(struct hy_color fill)
{
    return hy_rgb(hy_color_is_dark(fill) ? 0xffffff : 0x111111);
}

struct hy_text_style hy_style(enum hy_font font, float size, struct hy_color color, enum hy_align align)
{
    return (struct hy_text_style){font, size, color, align};
}
