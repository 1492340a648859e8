#include <criterion/criterion.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <dirent.h>

#include "kernels/base/file.h"

/* A folder of its own for every test; the tests run in processes of their own. */
static char folder[] = "/tmp/hymbench-base-XXXXXX";

static void make_folder(void)
{
    cr_assert(mkdtemp(folder), "no place for test files under /tmp");
}

static int entries(void)
{
    int n = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    if (d)
        closedir(d);
    return n;
}

static void remove_folder(void)
{
    char *command = hy_format("rm -rf '%s'", folder);
    cr_expect_eq(system(command), 0);
    free(command);
}

TestSuite(file, .init = make_folder, .fini = remove_folder);

static char *in_folder(const char *name)
{
    return hy_format("%s/%s", folder, name);
}

static void assert_holds(const char *path, const char *want)
{
    char *data;
    size_t bytes;
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_OK, "%s", hy_error());
    cr_assert_eq(bytes, strlen(want));
    cr_assert_str_eq(data, want);
    free(data);
}

Test(file, reads_what_was_written)
{
    char *path = in_folder("a"), *data;
    size_t bytes;
    cr_assert_eq(hy_write_file(path, "one\0two", 7), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_OK);
    cr_assert_eq(bytes, 7);
    cr_assert_arr_eq(data, "one\0two", 8, "one NUL behind the bytes");
    free(data);
    cr_assert_eq(hy_write_file(path, "", 0), HY_OK);
    assert_holds(path, "");
    cr_assert_eq(entries(), 1, "nothing but the file itself stays");
    free(path);
}

Test(file, large_and_growing_sources)
{
    char *path = in_folder("large"), *data;
    size_t n = 3 << 20, bytes;
    char *large = malloc(n);
    cr_assert(large);
    for (size_t i = 0; i < n; i++)
        large[i] = (char)(i * 31);
    cr_assert_eq(hy_write_file(path, large, n), HY_OK);
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_OK);
    cr_assert(bytes == n && memcmp(data, large, n) == 0);
    free(data);
    free(large);
    free(path);
    /* a source whose size is not known before: stat says 0 */
    cr_assert_eq(hy_read_file("/proc/self/status", &data, &bytes), HY_OK, "%s", hy_error());
    cr_assert(bytes > 100 && strstr(data, "Pid:"));
    free(data);
}

Test(file, unreadable_sources_are_bad_input_with_a_reason)
{
    char *path = in_folder("missing"), *data = (char *)1;
    size_t bytes = 1;
    cr_assert_eq(hy_read_file(path, &data, &bytes), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), path) && strstr(hy_error(), "No such file"), "%s", hy_error());
    cr_assert(data == NULL && bytes == 0);
    cr_assert_eq(hy_read_file(folder, &data, &bytes), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), "folder"), "%s", hy_error());
    free(path);
}

Test(file, an_abandoned_write_leaves_the_old_file)
{
    char *path = in_folder("kept");
    struct hy_new_file f;
    cr_assert_eq(hy_write_file(path, "old", 3), HY_OK);
    cr_assert_eq(hy_new_file_open(&f, path), HY_OK);
    fputs("half of the new", f.stream);
    fflush(f.stream);
    assert_holds(path, "old"); /* not visible before the commit */
    hy_new_file_abort(&f);
    hy_new_file_abort(&f); /* a second time is nothing */
    assert_holds(path, "old");
    cr_assert_eq(entries(), 1);
    free(path);
}

Test(file, a_killed_writer_never_shows_a_partial_file)
{
    char *path = in_folder("killed");
    cr_assert_eq(hy_write_file(path, "old", 3), HY_OK);
    pid_t child = fork();
    if (child == 0) {
        struct hy_new_file f;
        if (hy_new_file_open(&f, path) == HY_OK) {
            fputs("partial", f.stream);
            fflush(f.stream);
        }
        raise(SIGKILL);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    assert_holds(path, "old");
    free(path);
}

/* A file size limit stands for the full disk: writes fail half-way. */
Test(file, a_full_disk_is_a_failed_run_and_the_old_file_stays)
{
    enum { LIMIT = 4096 };
    char *path = in_folder("full"), *large = calloc(1, 20 * LIMIT);
    cr_assert(large);
    cr_assert_eq(hy_write_file(path, "old", 3), HY_OK);
    struct rlimit before, small;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = LIMIT;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    hy_status status = hy_write_file(path, large, 20 * LIMIT);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    cr_assert_eq(status, HY_RUN_FAILED);
    cr_assert(strstr(hy_error(), path), "%s", hy_error());
    assert_holds(path, "old");
    cr_assert_eq(entries(), 1, "the partial file is gone");
    free(large);
    free(path);
}

/* The device that is always full: the error comes at the flush inside commit. */
Test(file, an_error_while_writing_shows_at_commit)
{
    char *path = in_folder("device");
    struct hy_new_file f;
    cr_assert_eq(hy_new_file_open(&f, path), HY_OK);
    cr_assert(freopen("/dev/full", "wb", f.stream));
    fputs("x", f.stream);
    cr_assert_eq(hy_new_file_commit(&f), HY_RUN_FAILED);
    cr_assert(strstr(hy_error(), "No space left"), "%s", hy_error());
    cr_assert_not(hy_file_exists(path));
    cr_assert_eq(entries(), 0);
    free(path);
}

Test(file, no_folder_no_file)
{
    char *path = in_folder("not/there");
    struct hy_new_file f;
    cr_assert_eq(hy_new_file_open(&f, path), HY_BAD_INPUT);
    cr_assert(strstr(hy_error(), path), "%s", hy_error());
    hy_new_file_abort(&f);
    free(path);
}

Test(file, folders_with_parents)
{
    char *path = in_folder("a/b/c"), *file = in_folder("file"), *below = in_folder("file/x");
    cr_assert_eq(hy_make_folders(path), HY_OK, "%s", hy_error());
    cr_assert(hy_folder_exists(path));
    cr_assert_not(hy_file_exists(path), "a folder is no file");
    cr_assert_eq(hy_make_folders(path), HY_OK, "a second time is fine");
    cr_assert_eq(hy_write_file(file, "x", 1), HY_OK);
    cr_assert(hy_file_exists(file));
    cr_assert_not(hy_folder_exists(file));
    cr_assert_eq(hy_make_folders(file), HY_BAD_INPUT, "a file is in the way");
    cr_assert(strstr(hy_error(), file), "%s", hy_error());
    cr_assert_eq(hy_make_folders(below), HY_BAD_INPUT);
    free(path);
    free(file);
    free(below);
}

Test(file, one_holder_of_a_lock)
{
    char *path = in_folder("lock");
    int fd, other;
    cr_assert_eq(hy_lock_file(path, &fd), HY_OK, "%s", hy_error());
    pid_t child = fork();
    if (child == 0) {
        char *holder = hy_format("process %ld", (long)getppid());
        int refused = hy_lock_file(path, &other) == HY_BAD_INPUT && other == -1 && strstr(hy_error(), holder) != NULL;
        _exit(refused ? 0 : 1);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a second process must be refused by name");
    cr_assert_eq(hy_lock_file(path, &other), HY_BAD_INPUT, "and so must this one");
    close(fd);
    cr_assert_eq(hy_lock_file(path, &fd), HY_OK, "free again");
    close(fd);
    free(path);
}

Test(file, a_lock_dies_with_its_process)
{
    char *path = in_folder("lock");
    pid_t child = fork();
    int fd, status;
    if (child == 0) {
        (void)!hy_lock_file(path, &fd);
        raise(SIGKILL);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(hy_lock_file(path, &fd), HY_OK, "%s", hy_error());
    close(fd);
    free(path);
}

Test(file, sha256_known_answers)
{
    char hex[65];
    hy_sha256_hex("", 0, hex);
    cr_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hy_sha256_hex("abc", 3, hex);
    cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* What a killed writer left goes; what a living one writes, or what only looks like it, stays. */
Test(file, sweeps_away_what_killed_writers_left)
{
    char *living = hy_format("%s/a.csv.tmp.%ld", folder, (long)getppid());
    char *former = hy_format("%s/a.csv.tmp.%ld", folder, (long)getpid()); /* of one that had our number before */
    static const char *const names[] = {"a.csv.tmp.999999999", "b.tmp.999999998", "c.tmp.", "d.tmp.12x", "e.tmp"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = in_folder(names[i]);
        cr_assert_eq(hy_write_file(path, "x", 1), HY_OK);
        free(path);
    }
    cr_assert_eq(hy_write_file(living, "x", 1), HY_OK);
    cr_assert_eq(hy_write_file(former, "x", 1), HY_OK);
    hy_new_files_sweep(folder);
    cr_assert_eq(entries(), 4);
    cr_assert(hy_file_exists(living));
    for (size_t i = 0; i < 2; i++) {
        char *path = in_folder(names[i]);
        cr_assert(!hy_file_exists(path), "%s", names[i]);
        free(path);
    }
    hy_new_files_sweep("/no/such/folder");
    free(former);
    free(living);
}

/* What a rename could not replace, or should not, is no path for a file. */
Test(file, only_regular_files_are_replaced)
{
    struct hy_new_file f;
    cr_assert_eq(hy_new_file_open(&f, folder), HY_BAD_INPUT);
    cr_assert_not_null(strstr(hy_error(), "regular file"));
    cr_assert_eq(hy_new_file_open(&f, "/dev/null"), HY_BAD_INPUT);
    cr_assert_eq(entries(), 0);
    hy_new_file_abort(&f);
}
