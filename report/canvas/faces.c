#include "report/canvas/faces.h"

#include <freetype/freetype.h>
#include <freetype/ftadvanc.h>
#include <stdlib.h>

#include "kernels/base/file.h"
#include "kernels/base/program.h"
#include "report/canvas/utf8.h"

enum { BASIC_PLANE = 0x10000 };

struct hy_faces {
    FT_Library library;
    struct FT_FaceRec_ *face[HY_FACES]; /* NULL: a Korean one that is not installed */
    struct hy_glyph *glyph[HY_FONTS];   /* (BASIC_PLANE), filled as they are asked for */
    int holders;
};

static const char *const files[HY_FACES] = {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf",
                                            "NanumGothic.ttf", "NanumGothicBold.ttf"};

/* Where a font's characters are looked for, in this order; HY_FACES ends it. */
static const unsigned char chain[HY_FONTS][5] = {
    [HY_SANS] = {HY_SANS, HY_FACE_KOREAN, HY_FACES},
    [HY_BOLD] = {HY_BOLD, HY_FACE_KOREAN_BOLD, HY_FACE_KOREAN, HY_SANS, HY_FACES},
    [HY_MONO] = {HY_MONO, HY_SANS, HY_FACE_KOREAN, HY_FACES},
};

/* ---- opening ------------------------------------------------------------------------- */

/* The file's path, malloc'd, or NULL. A kit (ci/gpu_kit.sh) has its fonts beside the program's folder. */
static char *find_file(const char *file)
{
    char *beside = hy_program_folder(), *path = NULL;
    char *kit = hy_format("%s/../share/fonts", beside);
    const char *folders[] = {getenv("HYMBENCH_FONTS"),
                             kit,
                             "/usr/share/fonts/truetype/dejavu",
                             "/usr/share/fonts/truetype/nanum",
                             "/usr/share/fonts/dejavu",
                             "/usr/share/fonts/TTF",
                             "/usr/share/fonts/dejavu-sans-fonts",
                             "/usr/share/fonts/nanum",
                             "/usr/local/share/fonts/dejavu",
                             "/usr/share/fonts/naver-nanum-gothic-fonts",
                             "/usr/local/share/fonts/nanum"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !path; i++) {
        if (!folders[i] || !*folders[i])
            continue;
        path = hy_format("%s/%s", folders[i], file);
        if (!hy_file_exists(path)) {
            free(path);
            path = NULL;
        }
    }
    free(kit);
    free(beside);
    return path;
}

static hy_status open_face(struct hy_faces *f, int i)
{
    hy_status status = HY_OK;
    FT_Error error = 0;
    char *path = find_file(files[i]);
    if (!path)
        return hy_fail(HY_BAD_INPUT,
                       "the font %s was not found; install fonts-dejavu-core or set HYMBENCH_FONTS to its folder",
                       files[i]);
    error = FT_New_Face(f->library, path, 0, &f->face[i]);
    if (error) {
        f->face[i] = NULL;
        status = hy_fail(HY_BAD_INPUT,
                         "the font '%s' cannot be used (FreeType's error 0x%02X); install fonts-dejavu-core anew, or "
                         "set HYMBENCH_FONTS to a folder with a whole one",
                         path, (unsigned)error);
    } else if (!FT_IS_SCALABLE(f->face[i]) || !f->face[i]->charmap) {
        FT_Done_Face(f->face[i]);
        f->face[i] = NULL;
        status = hy_fail(HY_BAD_INPUT,
                         "the font '%s' has no outlines or no Unicode characters; install "
                         "fonts-dejavu-core, or set HYMBENCH_FONTS to its folder",
                         path);
    }
    free(path);
    return status;
}

hy_status hy_faces_open(struct hy_faces **out)
{
    hy_status status = HY_OK;
    struct hy_faces *f = calloc(1, sizeof *f);
    HY_ASSERT(f, "out of memory for the report's fonts");
    f->holders = 1;
    *out = NULL;
    if (FT_Init_FreeType(&f->library)) {
        f->library = NULL;
        status = hy_fail(HY_RUN_FAILED, "FreeType could not start");
        goto out;
    }
    for (int i = 0; i < HY_FACES; i++) {
        hy_status opened = open_face(f, i);
        if (opened != HY_OK && i < HY_FONTS) { /* the Korean ones may be missing */
            status = opened;
            goto out;
        }
    }
    for (int i = 0; i < HY_FONTS; i++) {
        f->glyph[i] = calloc(BASIC_PLANE, sizeof *f->glyph[i]);
        HY_ASSERT(f->glyph[i], "out of memory for the report's fonts");
    }
    *out = f;
out:
    if (status != HY_OK)
        hy_faces_drop(f);
    return status;
}

struct hy_faces *hy_faces_hold(struct hy_faces *f)
{
    f->holders++;
    return f;
}

void hy_faces_drop(struct hy_faces *f)
{
    if (!f || --f->holders > 0)
        return;
    for (int i = 0; i < HY_FACES; i++)
        if (f->face[i])
            FT_Done_Face(f->face[i]);
    if (f->library)
        FT_Done_FreeType(f->library);
    for (int i = 0; i < HY_FONTS; i++)
        free(f->glyph[i]);
    free(f);
}

struct FT_FaceRec_ *hy_faces_get(const struct hy_faces *f, int face)
{
    return f->face[face];
}

/* ---- characters ------------------------------------------------------------------------ */

static void take(const struct hy_faces *f, int face, FT_UInt index, struct hy_glyph *glyph)
{
    FT_Fixed units = 0;
    if (FT_Get_Advance(f->face[face], index, FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING, &units))
        units = 0; /* a damaged glyph takes no room */
    *glyph = (struct hy_glyph){.advance = (float)units / (float)f->face[face]->units_per_EM,
                               .index = (uint16_t)index,
                               .face = (uint8_t)face,
                               .known = true};
}

static void look_up(const struct hy_faces *f, enum hy_font font, uint32_t code, struct hy_glyph *glyph)
{
    for (const unsigned char *face = chain[font]; *face < HY_FACES; face++) {
        FT_UInt index = f->face[*face] ? FT_Get_Char_Index(f->face[*face], code) : 0;
        if (index) {
            take(f, *face, index, glyph);
            return;
        }
    }
    if (!f->face[HY_FACE_KOREAN])
        hy_warn_once("the report has characters that its fonts lack and shows them as replacement characters; for "
                     "Korean install fonts-nanum, or put NanumGothic.ttf into the folder HYMBENCH_FONTS");
    take(f, (int)font, FT_Get_Char_Index(f->face[font], HY_REPLACEMENT), glyph);
}

const struct hy_glyph *hy_faces_glyph(struct hy_faces *f, enum hy_font font, uint32_t code)
{
    HY_ASSERT(code < BASIC_PLANE, "a character beyond the basic plane is to be replaced before");
    struct hy_glyph *glyph = &f->glyph[font][code];
    if (!glyph->known)
        look_up(f, font, code, glyph);
    return glyph;
}
