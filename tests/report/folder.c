#include "tests/report/folder.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "report/report.h"

char *new_folder(void)
{
    const char *base = getenv("TMPDIR");
    char *dir = hy_format("%s/hy-report-XXXXXX", base && *base ? base : "/tmp");
    cr_assert(mkdtemp(dir));
    return dir;
}

char *copy_of_fixture(void)
{
    char *dir = new_folder();
    DIR *from = opendir(FIXTURE);
    int files = 0;
    cr_assert(from, "the tests run from the checkout's root");
    for (struct dirent *e; (e = readdir(from));) {
        if (e->d_name[0] == '.')
            continue;
        char *source = hy_format(FIXTURE "/%s", e->d_name), *target = hy_format("%s/%s", dir, e->d_name), *data;
        size_t bytes;
        cr_assert_eq(hy_read_file(source, &data, &bytes), HY_OK, "%s", hy_error());
        cr_assert_eq(hy_write_file(target, data, bytes), HY_OK, "%s", hy_error());
        free(source);
        free(target);
        free(data);
        files++;
    }
    closedir(from);
    cr_assert_geq(files, 13, "the fixture has all files of a run folder");
    return dir;
}

void remove_folder(char *dir)
{
    DIR *in = opendir(dir);
    cr_assert(in);
    for (struct dirent *e; (e = readdir(in));) {
        if (e->d_name[0] == '.')
            continue;
        char *path = hy_format("%s/%s", dir, e->d_name);
        if (hy_folder_exists(path)) {
            remove_folder(path); /* frees it */
            continue;
        }
        cr_assert_eq(unlink(path), 0, "%s", path);
        free(path);
    }
    closedir(in);
    rmdir(dir);
    free(dir);
}

void remove_file(const char *dir, const char *name)
{
    char *path = hy_format("%s/%s", dir, name);
    cr_assert_eq(unlink(path), 0, "%s", path);
    free(path);
}

void write_text(const char *dir, const char *name, const char *text)
{
    char *path = hy_format("%s/%s", dir, name);
    cr_assert_eq(hy_write_file(path, text, strlen(text)), HY_OK, "%s", hy_error());
    free(path);
}

int replace_in(const char *dir, const char *name, const char *from, const char *to)
{
    char *path = hy_format("%s/%s", dir, name), *data, *out = NULL;
    size_t bytes, size = 0;
    int count = 0;
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_OK, "%s", hy_error());
    FILE *stream = open_memstream(&out, &size);
    for (const char *at = data, *hit; at; at = hit ? hit + strlen(from) : NULL) {
        hit = strstr(at, from);
        fwrite(at, 1, hit ? (size_t)(hit - at) : strlen(at), stream);
        if (hit)
            fputs(to, stream);
        count += hit != NULL;
    }
    fclose(stream);
    cr_assert_eq(hy_write_file(path, out, size), HY_OK, "%s", hy_error());
    free(out);
    free(data);
    free(path);
    return count;
}

hy_status build_report(const char *dir, const char *out)
{
    return hy_report_build(&(struct hy_report_options){.run_dir = dir, .out = out});
}

/* What pdftotext makes of it; a complaint of its about the file fails the test. */
static char *text_as(const char *pdf, const char *option)
{
    if (system("command -v pdftotext >/dev/null 2>&1") != 0)
        return NULL;
    char *out = hy_format("%s.txt", pdf);
    char *command = hy_format("said=$(pdftotext %s '%s' '%s' 2>&1) && test -z \"$said\"", option, pdf, out), *text;
    size_t bytes;
    cr_assert_eq(system(command), 0, "%s", command);
    cr_assert_eq(hy_read_file(out, &text, &bytes), HY_OK, "%s", hy_error());
    for (char *at = text; (at = strstr(at, "\xC2\xA0"));) /* a blank for each no-break blank */
        memmove(at + 1, at + 2, strlen(at + 2) + 1), *at = ' ';
    unlink(out);
    free(out);
    free(command);
    return text;
}

char *pdf_text(const char *pdf)
{
    return text_as(pdf, "-layout");
}

char *pdf_words(const char *pdf)
{
    char *text = text_as(pdf, ""), *to = text;
    for (const char *from = text; from && *from; from++) {
        const bool blank = strchr(" \n\f", *from) != NULL;
        if (!blank || (to > text && to[-1] != ' '))
            *to++ = blank ? ' ' : *from;
    }
    if (to)
        *to = '\0';
    return text;
}
