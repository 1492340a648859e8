/* Memory that outlives a jump: one list, freed with the document. */
#include "report/pdf/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/base/status.h"
#include "report/pdf/writer.h"

struct hy_pdf_memory {
    struct hy_pdf_memory *next;
    max_align_t bytes[];
};

void *hy_pdf_alloc(struct hy_pdf *pdf, size_t bytes)
{
    struct hy_pdf_memory *block = calloc(1, sizeof *block + bytes + 1);
    HY_ASSERT(block, "out of memory while drawing the report");
    block->next = pdf->memory;
    pdf->memory = block;
    return block->bytes;
}

const char *hy_pdf_format(struct hy_pdf *pdf, const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    HY_ASSERT(length >= 0, "out of memory while formatting a text of the report");
    char *kept = hy_pdf_alloc(pdf, (size_t)length + 1);
    memcpy(kept, text, (size_t)length + 1);
    free(text);
    return kept;
}

void hy_pdf_free_all(struct hy_pdf *pdf)
{
    while (pdf->memory) {
        struct hy_pdf_memory *next = pdf->memory->next;
        free(pdf->memory);
        pdf->memory = next;
    }
}
