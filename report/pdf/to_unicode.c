/* libharu has no call for this: its objects are touched here, and nowhere else. hpdf.h hides them, so that it is not
 * included together with them. */
#include "report/pdf/to_unicode.h"

#include <hpdf_doc.h>
#include <stdio.h>

/* A block of ranges may have a hundred, and a range only codes that share their high byte (PDF 32000-1, 9.10.3). */
enum { PAGES = 256, MOST_RANGES = 100 };

static void write_ranges(HPDF_Stream out)
{
    char line[40];
    for (int page = 0; page < PAGES; page++) {
        const int left = PAGES - page, n = left < MOST_RANGES ? left : MOST_RANGES;
        if (page % MOST_RANGES == 0) {
            snprintf(line, sizeof line, "%d beginbfrange\n", n);
            HPDF_Stream_WriteStr(out, line);
        }
        snprintf(line, sizeof line, "<%02X00> <%02XFF> <%02X00>\n", page, page, page);
        HPDF_Stream_WriteStr(out, line);
        if (page % MOST_RANGES == MOST_RANGES - 1 || page == PAGES - 1)
            HPDF_Stream_WriteStr(out, "endbfrange\n");
    }
}

void hy_pdf_tell_unicode(void *doc, void *font)
{
    HPDF_Doc d = doc;
    HPDF_Dict f = font;
    HPDF_Dict table = HPDF_DictStream_New(d->mmgr, d->xref);
    if (!table)
        return; /* libharu's own stays */
    table->filter = HPDF_STREAM_FILTER_FLATE_DECODE;
    HPDF_Stream_WriteStr(table->stream, "/CIDInit /ProcSet findresource begin\n"
                                        "12 dict begin\n"
                                        "begincmap\n"
                                        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
                                        "/CMapName /Adobe-Identity-UCS def\n"
                                        "/CMapType 2 def\n"
                                        "1 begincodespacerange\n"
                                        "<0000> <FFFF>\n"
                                        "endcodespacerange\n");
    write_ranges(table->stream);
    HPDF_Stream_WriteStr(table->stream, "endcmap\n"
                                        "CMapName currentdict /CMap defineresource pop\n"
                                        "end\n"
                                        "end\n");
    HPDF_Dict_Add(f, "ToUnicode", table);
}
