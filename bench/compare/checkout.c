#include "bench/compare/checkout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/compare/launch.h"
#include "kernels/base/file.h"

enum { LAST_LINES = 15, NAMED_FILES = 5 };

/* Where trees and builds of other commits stay: build folders are not git's. */
static const char place[] = "build/against";

/* ---- git ------------------------------------------------------------------------------------- */

/* What it printed, without the last line's end, malloc'd; NULL where it failed. */
static char *said(const char *const *argv)
{
    char *path = hy_format("/tmp/hymbench-git-%ld", (long)getpid()), *text = NULL;
    int code = 1;
    if (hy_launch(&(struct hy_launch){.argv = argv, .out = path}, &code) == HY_OK && code == 0) {
        size_t n;
        if (hy_read_file(path, &text, &n) == HY_OK)
            while (n > 0 && text[n - 1] == '\n')
                text[--n] = '\0';
    }
    (void)unlink(path);
    free(path);
    return text;
}

char *hy_checkout_head(void)
{
    return said((const char *const[]){"git", "rev-parse", "-q", "--verify", "HEAD", NULL});
}

char *hy_checkout_subject(const char *commit)
{
    char *text = said((const char *const[]){"git", "log", "-1", "--format=%s", commit, NULL});
    return text ? text : hy_format("%s", "");
}

/* The full name of a commit, malloc'd; NULL where there is none. */
static char *sha_of(const char *ref)
{
    char *commit = hy_format("%s^{commit}", ref);
    char *sha = said((const char *const[]){"git", "rev-parse", "-q", "--verify", commit, NULL});
    free(commit);
    return sha;
}

static hy_status commit_of(const char *ref, char **sha)
{
    *sha = sha_of(ref);
    return *sha ? HY_OK
                : hy_fail(HY_BAD_INPUT,
                          "there is no commit '%s' here; run it in hymbench's checkout, with all of its "
                          "history (git fetch --unshallow)",
                          ref);
}

hy_status hy_checkout_between(const char *good, const char *bad, char **commits)
{
    char *from = NULL, *to = NULL, *between = NULL, *base = NULL, *range = NULL;
    hy_status status = commit_of(good, &from);
    if (status == HY_OK)
        status = commit_of(bad, &to);
    if (status == HY_OK) {
        base = said((const char *const[]){"git", "merge-base", from, to, NULL});
        if (base == NULL || strcmp(base, from) != 0 || strcmp(from, to) == 0)
            status = hy_fail(HY_BAD_INPUT, "%.12s is no ancestor of %.12s: there is nothing to halve", from, to);
    }
    if (status == HY_OK) {
        range = hy_format("%s..%s", from, to);
        between = said((const char *const[]){"git", "rev-list", "--reverse", "--first-parent", range, NULL});
        *commits = hy_format("%s\n%s", from, between ? between : to);
    }
    free(from);
    free(to);
    free(between);
    free(base);
    free(range);
    return status;
}

hy_status hy_checkout_clean(void)
{
    char *text = said((const char *const[]){"git", "status", "--porcelain", NULL});
    hy_status status = HY_OK;
    if (text && text[0]) {
        char *names = hy_format("%s", "");
        size_t n = 0;
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), n++) {
            if (n >= NAMED_FILES)
                continue;
            char *longer = hy_format("%s%s%s", names, n ? ", " : "", strlen(line) > 3 ? line + 3 : line);
            free(names);
            names = longer;
        }
        status =
            hy_fail(HY_BAD_INPUT,
                    "the tree is dirty, %zu file%s differ%s from its commit: %s%s; commit them, or --force compares "
                    "the program as it was built from them",
                    n, n == 1 ? "" : "s", n == 1 ? "s" : "", names, n > NAMED_FILES ? ", ..." : "");
        free(names);
    }
    free(text);
    return status;
}

/* ---- building ---------------------------------------------------------------------------------- */

/* Runs a step of the way; where it fails its last lines are the reason. */
static hy_status step(const char *what, const char *const *argv, const char *log)
{
    int code = 0;
    hy_status status = hy_launch(&(struct hy_launch){.argv = argv, .out = log, .err = log}, &code);
    if (status || code == 0)
        return status;
    char *lines = hy_last_lines(log, LAST_LINES);
    status = code == 128 + 2 ? hy_fail(HY_INTERRUPTED, "interrupted while %s", what)
                             : hy_fail(HY_BAD_INPUT, "%s failed (all of it is in %s):\n%s", what, log, lines);
    free(lines);
    return status;
}

static hy_status build(const struct hy_checkout *c, const char *ref, const char *tree)
{
    char *log = hy_format("%s.log", tree), *what = hy_format("building %s (%.12s)", ref, c->sha);
    hy_status status = hy_make_folders(place);
    if (status == HY_OK && !hy_folder_exists(tree)) {
        (void)step("git worktree prune", (const char *const[]){"git", "worktree", "prune", NULL}, log);
        status =
            step(what, (const char *const[]){"git", "worktree", "add", "--detach", "--force", tree, c->sha, NULL}, log);
    }
    if (status == HY_OK) {
        char *jobs = hy_format("-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
        /* a build of its own: what the make around this one was told is none of its business */
        unsetenv("MAKEFLAGS");
        unsetenv("MAKELEVEL");
        status =
            step(what, (const char *const[]){"make", "-C", tree, jobs, "BUILD=build", "build/hymbench", NULL}, log);
        free(jobs);
    }
    free(log);
    free(what);
    return status;
}

hy_status hy_checkout_build(struct hy_checkout *c, const char *ref, bool progress)
{
    *c = (struct hy_checkout){0};
    char *head = hy_checkout_head(), *tree = NULL;
    hy_status status = HY_OK;
    if (head == NULL)
        status =
            hy_fail(HY_BAD_INPUT, "--against builds another commit of a git checkout, and this folder is in none; run "
                                  "it in hymbench's checkout");
    if (status == HY_OK && (c->sha = sha_of(ref)) == NULL)
        status = hy_fail(HY_BAD_INPUT, "--against '%s': there is no such commit, branch or tag", ref);
    if (status == HY_OK) {
        tree = hy_format("%s/%.12s", place, c->sha);
        c->program = hy_format("%s/build/hymbench", tree);
        if (progress)
            fprintf(stderr, "hymbench: building %s (%.12s) in %s\n", ref, c->sha, tree);
        status = build(c, ref, tree);
    }
    if (status == HY_OK && access(c->program, X_OK) != 0)
        status = hy_fail(HY_BAD_INPUT, "%s (%.12s) was built, and there is no program '%s': %s", ref, c->sha,
                         c->program, strerror(errno));
    if (status)
        hy_checkout_fini(c);
    free(head);
    free(tree);
    return status;
}

void hy_checkout_fini(struct hy_checkout *c)
{
    free(c->sha);
    free(c->program);
    *c = (struct hy_checkout){0};
}
