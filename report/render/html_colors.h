/* The colours of data on a light and on a dark page. */
#ifndef HY_REPORT_RENDER_HTML_COLORS_H
#define HY_REPORT_RENDER_HTML_COLORS_H

#include <stdio.h>

/* Rules of CSS for the colours that the drawings of a page (HTML) have, each as far from the page's paper as its use
 * wants: text in the colour of what it names is darkened on a light page where need be, and lightened on a dark one,
 * areas and lines are lightened on a dark one. Nothing is said of colours that do as they are, and of the inks, which
 * the page sets itself. */
void hy_html_colors(FILE *out, const char *page);

#endif
