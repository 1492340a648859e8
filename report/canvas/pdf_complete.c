#include "report/canvas/pdf_complete.h"

#include <qpdf/qpdf-c.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A document that is being completed. */
struct job {
    qpdf_data q;
    const struct hy_canvas *canvas;
    const struct hy_pdf_facts *facts;
    qpdf_oh root, *page; /* (canvas->page + 1) */
    qpdf_oh *element;    /* (canvas->elements) of the structure, in the order they began; (found) are there */
    size_t found;
};

/* ---- objects --------------------------------------------------------------------------- */

static qpdf_oh name_of(struct job *j, const char *name)
{
    return qpdf_oh_new_name(j->q, name);
}

static void set(struct job *j, qpdf_oh dictionary, const char *key, qpdf_oh value)
{
    qpdf_oh_replace_key(j->q, dictionary, key, value);
}

static void add_number(struct job *j, qpdf_oh array, double value)
{
    qpdf_oh_append_item(j->q, array, qpdf_oh_new_real_from_double(j->q, value, 2));
}

static qpdf_oh new_object(struct job *j) /* a dictionary that others can refer to */
{
    return qpdf_make_indirect_object(j->q, qpdf_oh_new_dictionary(j->q));
}

/* The array under `key`, made where there is none; what stood there alone becomes its first item. */
static qpdf_oh array_at(struct job *j, qpdf_oh dictionary, const char *key)
{
    qpdf_oh there = qpdf_oh_get_key(j->q, dictionary, key);
    if (qpdf_oh_is_array(j->q, there))
        return there;
    qpdf_oh array = qpdf_oh_new_array(j->q);
    if (qpdf_oh_has_key(j->q, dictionary, key))
        qpdf_oh_append_item(j->q, array, there);
    set(j, dictionary, key, array);
    return qpdf_oh_get_key(j->q, dictionary, key);
}

/* Where a link leads: the place is scrolled to the top, the zoom stays. */
static qpdf_oh destination(struct job *j, const struct hy_anchor *a)
{
    qpdf_oh array = qpdf_oh_new_array(j->q);
    qpdf_oh_append_item(j->q, array, j->page[a->page]);
    qpdf_oh_append_item(j->q, array, name_of(j, "/XYZ"));
    add_number(j, array, 0);
    add_number(j, array, (double)HY_PAGE_HEIGHT - a->y);
    qpdf_oh_append_item(j->q, array, qpdf_oh_new_null(j->q));
    return array;
}

/* ---- about the document ------------------------------------------------------------------ */

/* SOURCE_DATE_EPOCH is the one way a date gets into the file: without it there is none. */
static bool date(char text[40])
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    char *end = NULL;
    if (!epoch || !*epoch)
        return false;
    time_t seconds = (time_t)strtoll(epoch, &end, 10);
    struct tm utc;
    return !*end && gmtime_r(&seconds, &utc) && strftime(text, 40, "D:%Y%m%d%H%M%SZ", &utc) > 0;
}

static void set_info(struct job *j)
{
    char text[40];
    qpdf_oh info = qpdf_oh_get_key(j->q, qpdf_get_trailer(j->q), "/Info");
    set(j, info, "/Title", qpdf_oh_new_unicode_string(j->q, j->facts->title));
    set(j, info, "/Subject", qpdf_oh_new_unicode_string(j->q, j->facts->subject));
    set(j, info, "/Creator", qpdf_oh_new_string(j->q, "hymbench"));
    qpdf_oh_remove_key(j->q, info, "/CreationDate"); /* cairo's is the time of day */
    qpdf_oh_remove_key(j->q, info, "/ModDate");
    if (!date(text))
        return;
    set(j, info, "/CreationDate", qpdf_oh_new_string(j->q, text));
    set(j, info, "/ModDate", qpdf_oh_new_string(j->q, text));
}

static void set_catalogue(struct job *j)
{
    qpdf_oh marked = qpdf_oh_new_dictionary(j->q), viewer = qpdf_oh_new_dictionary(j->q);
    set(j, marked, "/Marked", qpdf_oh_new_bool(j->q, QPDF_TRUE));
    set(j, viewer, "/DisplayDocTitle", qpdf_oh_new_bool(j->q, QPDF_TRUE));
    set(j, j->root, "/MarkInfo", marked);
    set(j, j->root, "/ViewerPreferences", viewer);
    set(j, j->root, "/Lang", qpdf_oh_new_string(j->q, j->facts->language));
}

/* ---- structure ------------------------------------------------------------------------------- */

/* Collects elements as they began: an element before what is inside it, and that from first to last. */
static void collect(struct job *j, qpdf_oh parent)
{
    qpdf_oh kids = qpdf_oh_get_key(j->q, parent, "/K");
    const bool many = qpdf_oh_is_array(j->q, kids);
    const int count = many ? qpdf_oh_get_array_n_items(j->q, kids) : 1;
    for (int i = 0; i < count; i++) {
        qpdf_oh kid = many ? qpdf_oh_get_array_item(j->q, kids, i) : kids;
        if (!qpdf_oh_is_dictionary(j->q, kid) || !qpdf_oh_has_key(j->q, kid, "/S"))
            continue; /* ink on a page, no element */
        if (j->found < j->canvas->elements)
            j->element[j->found] = kid;
        j->found++;
        collect(j, kid);
    }
}

static bool is_tagged(struct job *j, size_t i, const char *tag)
{
    const char *name = qpdf_oh_get_name(j->q, qpdf_oh_get_key(j->q, j->element[i], "/S"));
    return *name == '/' && strcmp(name + 1, tag) == 0;
}

/* What cairo has no words for: what a figure shows, and that a table's heads are those of columns. */
static void describe(struct job *j)
{
    for (size_t i = 0; i < j->canvas->elements; i++) {
        const struct hy_element *e = &j->canvas->element[i];
        if (!is_tagged(j, i, e->tag))
            continue;
        if (e->alt)
            set(j, j->element[i], "/Alt", qpdf_oh_new_unicode_string(j->q, e->alt));
        if (strcmp(e->tag, "TH") == 0) {
            qpdf_oh scope = qpdf_oh_new_dictionary(j->q);
            set(j, scope, "/O", name_of(j, "/Table"));
            set(j, scope, "/Scope", name_of(j, "/Column"));
            set(j, j->element[i], "/A", scope);
        }
    }
}

/* ---- links ------------------------------------------------------------------------------------ */

static qpdf_oh annotation(struct job *j, const struct hy_link *link, const struct hy_anchor *to)
{
    qpdf_oh a = new_object(j), box = qpdf_oh_new_array(j->q), border = qpdf_oh_new_array(j->q);
    add_number(j, box, link->box.x);
    add_number(j, box, (double)HY_PAGE_HEIGHT - link->box.y - link->box.height);
    add_number(j, box, (double)link->box.x + link->box.width);
    add_number(j, box, (double)HY_PAGE_HEIGHT - link->box.y);
    for (int i = 0; i < 3; i++)
        qpdf_oh_append_item(j->q, border, qpdf_oh_new_integer(j->q, 0));
    set(j, a, "/Type", name_of(j, "/Annot"));
    set(j, a, "/Subtype", name_of(j, "/Link"));
    set(j, a, "/Rect", box);
    set(j, a, "/Border", border);
    set(j, a, "/F", qpdf_oh_new_integer(j->q, 4)); /* printed with the page */
    set(j, a, "/Dest", destination(j, to));
    return a;
}

/* Makes a link part of the element that it lies in, and says so in both directions. `nums` maps numbers that
 * annotations carry to their elements. */
static void tag_link(struct job *j, qpdf_oh link, qpdf_oh parent, int page, qpdf_oh nums)
{
    const int last = qpdf_oh_get_array_n_items(j->q, nums);
    const long long number =
        last < 2 ? 0 : qpdf_oh_get_int_value(j->q, qpdf_oh_get_array_item(j->q, nums, last - 2)) + 1;
    qpdf_oh element = new_object(j), reference = qpdf_oh_new_dictionary(j->q);
    set(j, reference, "/Type", name_of(j, "/OBJR"));
    set(j, reference, "/Obj", link);
    set(j, reference, "/Pg", j->page[page]);
    set(j, element, "/Type", name_of(j, "/StructElem"));
    set(j, element, "/S", name_of(j, "/Link"));
    set(j, element, "/P", parent);
    set(j, element, "/K", reference);
    qpdf_oh_append_item(j->q, array_at(j, parent, "/K"), element);
    set(j, link, "/StructParent", qpdf_oh_new_integer(j->q, number));
    qpdf_oh_append_item(j->q, nums, qpdf_oh_new_integer(j->q, number));
    qpdf_oh_append_item(j->q, nums, element);
}

static void add_links(struct job *j)
{
    const struct hy_canvas *c = j->canvas;
    qpdf_oh structure = qpdf_oh_get_key(j->q, j->root, "/StructTreeRoot"), nums = 0;
    const bool tagged = qpdf_oh_is_dictionary(j->q, structure) && j->found == c->elements;
    if (tagged)
        nums = array_at(j, qpdf_oh_get_key(j->q, structure, "/ParentTree"), "/Nums");
    for (size_t i = 0; i < c->links; i++) {
        const struct hy_link *link = &c->link[i];
        const struct hy_anchor *to = hy_canvas_find_anchor(c, link->anchor);
        if (!to)
            continue;
        qpdf_oh a = annotation(j, link, to), page = j->page[link->page];
        qpdf_oh_append_item(j->q, array_at(j, page, "/Annots"), a);
        set(j, page, "/Tabs", name_of(j, "/S")); /* keys go through them as they are read */
        if (tagged && link->element != HY_NO_ELEMENT)
            tag_link(j, a, j->element[link->element], link->page, nums);
    }
}

/* ---- bookmarks ---------------------------------------------------------------------------------- */

struct outline {
    qpdf_oh object, last; /* last: of those below it */
    int below;
};

static void add_below(struct job *j, struct outline *parent, qpdf_oh entry)
{
    set(j, entry, "/Parent", parent->object);
    if (parent->below++ == 0) {
        set(j, parent->object, "/First", entry);
    } else {
        set(j, parent->last, "/Next", entry);
        set(j, entry, "/Prev", parent->last);
    }
    set(j, parent->object, "/Last", entry);
    parent->last = entry;
}

static void close_chapter(struct job *j, const struct outline *chapter)
{
    if (chapter->below > 0) /* below zero: it is shown closed */
        set(j, chapter->object, "/Count", qpdf_oh_new_integer(j->q, -chapter->below));
}

static void add_bookmarks(struct job *j)
{
    struct outline all = {.object = new_object(j)}, chapter = {0};
    for (size_t i = 0; i < j->facts->bookmarks; i++) {
        const struct hy_pdf_bookmark_entry *b = &j->facts->bookmark[i];
        const struct hy_anchor *to = hy_canvas_find_anchor(j->canvas, b->anchor);
        if (!to)
            continue;
        qpdf_oh entry = new_object(j);
        set(j, entry, "/Title", qpdf_oh_new_unicode_string(j->q, b->title));
        set(j, entry, "/Dest", destination(j, to));
        const bool inside = b->level > 0 && all.below > 0;
        add_below(j, inside ? &chapter : &all, entry);
        if (!inside) {
            close_chapter(j, &chapter);
            chapter = (struct outline){.object = entry};
        }
    }
    close_chapter(j, &chapter);
    if (all.below == 0)
        return;
    set(j, all.object, "/Type", name_of(j, "/Outlines"));
    set(j, all.object, "/Count", qpdf_oh_new_integer(j->q, all.below));
    set(j, j->root, "/Outlines", all.object);
    set(j, j->root, "/PageMode", name_of(j, "/UseOutlines"));
}

/* ---- from bytes to bytes --------------------------------------------------------------------------- */

static hy_status failed(struct job *j)
{
    qpdf_error e = qpdf_has_error(j->q) ? qpdf_get_error(j->q) : NULL;
    return hy_fail(HY_RUN_FAILED, "qpdf could not finish the report: %s",
                   e ? qpdf_get_error_full_text(j->q, e) : "it gives no reason");
}

static hy_status take_pages(struct job *j)
{
    const int pages = j->canvas->page + 1;
    if (qpdf_get_num_pages(j->q) != pages)
        return hy_fail(HY_RUN_FAILED, "the report has %d pages, and cairo wrote %d", pages, qpdf_get_num_pages(j->q));
    j->root = qpdf_get_root(j->q);
    j->page = calloc((size_t)pages, sizeof *j->page);
    j->element = calloc(j->canvas->elements + 1, sizeof *j->element);
    HY_ASSERT(j->page && j->element, "out of memory for a PDF document");
    for (int i = 0; i < pages; i++)
        j->page[i] = qpdf_get_page_n(j->q, (size_t)i);
    return HY_OK;
}

static hy_status write_out(struct job *j, struct hy_pdf_bytes *whole)
{
    if (qpdf_init_write_memory(j->q) & QPDF_ERRORS)
        return failed(j);
    qpdf_set_minimum_pdf_version(j->q, "1.7");
    qpdf_set_deterministic_ID(j->q, QPDF_TRUE);
    qpdf_set_object_stream_mode(j->q, qpdf_o_generate);
    if (qpdf_write(j->q) & QPDF_ERRORS)
        return failed(j);
    const size_t bytes = qpdf_get_buffer_length(j->q);
    const unsigned char *buffer = qpdf_get_buffer(j->q);
    if (qpdf_has_error(j->q) || !buffer)
        return failed(j);
    whole->data = malloc(bytes);
    HY_ASSERT(whole->data, "out of memory for a PDF document");
    memcpy(whole->data, buffer, bytes);
    whole->used = whole->room = bytes;
    return HY_OK;
}

hy_status hy_pdf_complete(const struct hy_canvas *c, const struct hy_pdf_facts *facts, const struct hy_pdf_bytes *drawn,
                          struct hy_pdf_bytes *whole)
{
    struct job j = {.q = qpdf_init(), .canvas = c, .facts = facts};
    hy_status status = HY_OK;
    qpdf_silence_errors(j.q);
    qpdf_set_suppress_warnings(j.q, QPDF_TRUE);
    if (qpdf_read_memory(j.q, "the report", (const char *)drawn->data, drawn->used, NULL) & QPDF_ERRORS) {
        status = failed(&j);
        goto out;
    }
    status = take_pages(&j);
    if (status != HY_OK)
        goto out;
    set_info(&j);
    set_catalogue(&j);
    collect(&j, qpdf_oh_get_key(j.q, j.root, "/StructTreeRoot"));
    if (j.found == c->elements)
        describe(&j);
    add_links(&j);
    add_bookmarks(&j);
    status = qpdf_has_error(j.q) ? failed(&j) : write_out(&j, whole);
out:
    free(j.page);
    free(j.element);
    qpdf_cleanup(&j.q);
    return status;
}
