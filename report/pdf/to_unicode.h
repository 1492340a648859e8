/* What the codes of a font mean, for readers that search and copy text. */
#ifndef HY_REPORT_PDF_TO_UNICODE_H
#define HY_REPORT_PDF_TO_UNICODE_H

/* Gives a font in the encoding UTF-8, whose codes are Unicode's, a table that says so, in place of libharu's own: that
 * one maps codes to glyphs, not to characters, which readers complain of. `doc` and `font` are libharu's HPDF_Doc and
 * HPDF_Font; before the document is saved. */
void hy_pdf_tell_unicode(void *doc, void *font);

#endif
