#include "report/render/html_colors.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/status.h"
#include "report/canvas/style.h"

/* --paper of html/page.css */
#define LIGHT_PAPER 0xfdfcfa
#define DARK_PAPER  0x14171b

/* Contrasts of WCAG 2.2: of text (1.4.3), of what must be seen to understand a drawing (1.4.11). */
#define TEXT_CONTRAST  4.5
#define SHAPE_CONTRAST 3.0

/* ---- contrast -------------------------------------------------------------------------- */
static double linear(float part)
{
    return part <= 0.04045f ? (double)part / 12.92 : pow(((double)part + 0.055) / 1.055, 2.4);
}

static double luminance(struct hy_color c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

static double contrast(struct hy_color a, struct hy_color b)
{
    const double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static unsigned byte_of(float part)
{
    return (unsigned)lroundf(part * 255);
}

static unsigned rgb_of(struct hy_color c)
{
    return byte_of(c.r) << 16 | byte_of(c.g) << 8 | byte_of(c.b);
}

/* Mixed with white on a dark page, with black on a light one, no more than the contrast needs. */
static unsigned set_apart(unsigned rgb, unsigned paper, double wanted)
{
    enum { STEPS = 64 };
    const struct hy_color on = hy_rgb(paper), from = hy_rgb(rgb), to = hy_rgb(luminance(on) < 0.2 ? 0xffffff : 0);
    for (int i = 0; i <= STEPS; i++) {
        const float t = (float)i / STEPS;
        const struct hy_color mixed = {from.r + t * (to.r - from.r), from.g + t * (to.g - from.g),
                                       from.b + t * (to.b - from.b)};
        const unsigned found = rgb_of(mixed);
        if (contrast(hy_rgb(found), on) >= wanted)
            return found;
    }
    return rgb_of(to);
}

/* ---- what a page has ---------------------------------------------------------------------- */
struct use {
    const char *attribute; /* "fill", "stroke" */
    bool text;
    unsigned rgb;
};

struct uses {
    struct use *item;
    size_t count, room;
};

static void note(struct uses *u, struct use use)
{
    for (size_t i = 0; i < u->count; i++)
        if (u->item[i].rgb == use.rgb && u->item[i].text == use.text && *u->item[i].attribute == *use.attribute)
            return;
    if (u->count == u->room) {
        u->room = 2 * u->room + 64;
        u->item = realloc(u->item, u->room * sizeof *u->item);
        HY_ASSERT(u->item, "out of memory for the colours of a page");
    }
    u->item[u->count++] = use;
}

/* Whether `="#` at `at` gives an element its fill or stroke. In text and in attributes quotes are escaped. */
static bool is_color(const char *page, const char *at, struct use *use)
{
    static const char *const names[] = {" fill", " stroke"};
    char *end;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const size_t bytes = strlen(names[i]);
        if ((size_t)(at - page) < bytes || strncmp(at - bytes, names[i], bytes) != 0)
            continue;
        use->attribute = names[i] + 1;
        use->rgb = (unsigned)strtoul(at + 3, &end, 16);
        while (*at != '<')
            at--;
        use->text = strncmp(at, "<text ", 6) == 0;
        return *end == '"';
    }
    return false;
}

static bool is_ink(unsigned rgb)
{
    const struct hy_color inks[] = {hy_ink(), hy_grey(), hy_faint(), hy_paper(), hy_ink_on(hy_paper())};
    for (size_t i = 0; i < sizeof inks / sizeof *inks; i++)
        if (rgb_of(inks[i]) == rgb)
            return true;
    return false;
}

static void put_rule(FILE *out, const struct use *use)
{
    const double wanted = use->text ? TEXT_CONTRAST : SHAPE_CONTRAST;
    const unsigned light = use->text ? set_apart(use->rgb, LIGHT_PAPER, wanted) : use->rgb;
    const unsigned dark = set_apart(use->rgb, DARK_PAPER, wanted);
    if (is_ink(use->rgb) || (light == use->rgb && dark == use->rgb))
        return;
    fprintf(out, "svg %s[%s=\"#%06x\"] { %s: light-dark(#%06x, #%06x); }\n", use->text ? "text" : ":not(text)",
            use->attribute, use->rgb, use->attribute, light, dark);
}

void hy_html_colors(FILE *out, const char *page)
{
    struct uses uses = {0};
    struct use use;
    for (const char *at = page; (at = strstr(at, "=\"#")) != NULL; at++)
        if (is_color(page, at, &use))
            note(&uses, use);
    for (size_t i = 0; i < uses.count; i++)
        put_rule(out, &uses.item[i]);
    free(uses.item);
}
