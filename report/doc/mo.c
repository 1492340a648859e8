#include "report/doc/mo.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A header of seven numbers; of them the magic, the version, how many pairs of texts there are, and where the tables of
 * the originals (sorted) and of the translations begin. A row is a length without the final NUL, and a place. */
enum { HEADER = 28, AT_COUNT = 8, AT_ORIGINALS = 12, AT_TRANSLATIONS = 16, ROW = 8 };

struct mo {
    const unsigned char *data;
    size_t bytes;
    bool big; /* the bytes of a number begin with the largest */
    uint32_t count, originals, translations;
};

static uint32_t number(const struct mo *m, size_t at)
{
    const unsigned char *b = m->data + at;
    return m->big ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]
                  : (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static bool holds_rows(const struct mo *m, uint32_t at)
{
    return at <= m->bytes && m->count <= (m->bytes - at) / ROW;
}

static bool open_table(struct mo *m, const void *table, size_t bytes)
{
    static const unsigned char little[] = {0xDE, 0x12, 0x04, 0x95}, big[] = {0x95, 0x04, 0x12, 0xDE};
    *m = (struct mo){.data = table, .bytes = bytes};
    if (bytes < HEADER)
        return false;
    m->big = memcmp(table, big, sizeof big) == 0;
    if (!m->big && memcmp(table, little, sizeof little) != 0)
        return false;
    m->count = number(m, AT_COUNT);
    m->originals = number(m, AT_ORIGINALS);
    m->translations = number(m, AT_TRANSLATIONS);
    return holds_rows(m, m->originals) && holds_rows(m, m->translations);
}

/* The text of a row, NULL where it does not end within the table. */
static const char *text_of(const struct mo *m, uint32_t rows, uint32_t i)
{
    const uint32_t length = number(m, rows + (size_t)i * ROW), at = number(m, rows + (size_t)i * ROW + 4);
    if (at >= m->bytes || length >= m->bytes - at || m->data[at + length] != '\0')
        return NULL;
    return (const char *)m->data + at;
}

const char *hy_mo_find(const void *table, size_t bytes, const char *english)
{
    struct mo m;
    if (!open_table(&m, table, bytes))
        return NULL;
    uint32_t low = 0, high = m.count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const char *here = text_of(&m, m.originals, middle);
        if (!here)
            return NULL;
        const int order = strcmp(english, here);
        if (order == 0)
            return text_of(&m, m.translations, middle);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
