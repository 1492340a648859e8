/* Files: whole reads, atomic writes, folders and locks. */
#ifndef HY_KERNELS_BASE_FILE_H
#define HY_KERNELS_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "kernels/base/status.h"

/* The file's bytes, malloc'd, with one NUL behind them that `bytes` does not
 * count; the caller frees. HY_BAD_INPUT with the reason when it cannot be read. */
hy_status hy_read_file(const char *path, char **data, size_t *bytes);

bool hy_file_exists(const char *path);
bool hy_folder_exists(const char *path);

/* Creates a folder and its parents (mode 0777 & ~umask); an existing one is fine. */
hy_status hy_make_folders(const char *path);

/* A file that appears under its name only when it is complete: written beside
 * it as `path`.tmp.<pid>, then fsync and rename. Anything left of a failed or
 * aborted write is removed.
 *
 *     struct hy_new_file f;
 *     status = hy_new_file_open(&f, path);
 *     fprintf(f.stream, ...);
 *     status = hy_new_file_commit(&f);       or hy_new_file_abort(&f)
 *
 * A full disk shows at commit: HY_RUN_FAILED, the old file untouched. */
struct hy_new_file {
    FILE *stream;
    char *path, *temporary;
};
hy_status hy_new_file_open(struct hy_new_file *f, const char *path);
hy_status hy_new_file_commit(struct hy_new_file *f);
void hy_new_file_abort(struct hy_new_file *f); /* after a commit, or on a zeroed struct: nothing */

/* Removes from a folder (not from those inside it) what writers left that were killed: files NAME.tmp.<pid> of
 * processes that are no more, or of this one, which must not be writing there yet. A folder that is not there is fine.
 */
void hy_new_files_sweep(const char *folder);

hy_status hy_write_file(const char *path, const void *data, size_t bytes); /* the three calls above in one */

/* Takes the advisory lock on `path` (made if missing) for as long as *fd stays
 * open; HY_BAD_INPUT naming the holder's process when another one has it. */
hy_status hy_lock_file(const char *path, int *fd);

/* printf into malloc'd memory; never NULL (out of memory is an assertion). */
char *hy_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* SHA-256 of `bytes` bytes as 64 lower-case hex digits and a NUL. */
void hy_sha256_hex(const void *data, size_t bytes, char hex[65]);

#endif
