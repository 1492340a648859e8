/* The font files that text is measured and drawn with, and which of them has which character.
 *
 * Each font of style.h has a face of its own; what that lacks comes from one of Korean, where it is installed. */
#ifndef HY_REPORT_CANVAS_FACES_H
#define HY_REPORT_CANVAS_FACES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/base/status.h"
#include "report/canvas/style.h"

struct hy_faces;
struct FT_FaceRec_; /* FreeType's */

enum { HY_FACE_KOREAN = HY_FONTS, HY_FACE_KOREAN_BOLD, HY_FACES };

struct hy_glyph {
    float advance;  /* of unhinted outlines, in em */
    uint16_t index; /* in its face */
    uint8_t face;
    bool known; /* looked up before */
};

/* HY_BAD_INPUT: a font is missing or broken; the sentence names the package. On failure *f is NULL. */
hy_status hy_faces_open(struct hy_faces **f);

/* It lives until as many drop it as hold it; who opened it is the first. Dropping NULL is fine. */
struct hy_faces *hy_faces_hold(struct hy_faces *f);
void hy_faces_drop(struct hy_faces *f);

/* What shows a character of the basic plane: the replacement character's glyph where no face has it. */
const struct hy_glyph *hy_faces_glyph(struct hy_faces *f, enum hy_font font, uint32_t code);

struct FT_FaceRec_ *hy_faces_get(const struct hy_faces *f, int face); /* NULL: it is not installed */

#endif
