/* What is swept: read from the option and from a study, refused in one sentence, written and read again. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/base/file.h"
#include "models/config/study.h"

static const char STUDY[] = "bench/ablations/hymba.yaml";
static char path[64];

static void remove_file(void)
{
    unlink(path);
}

static void set_path(void)
{
    snprintf(path, sizeof path, "/tmp/hy-sweep-%d.yaml", (int)getpid());
}

TestSuite(rates, .init = set_path, .fini = remove_file);

Test(rates, the_options_text)
{
    static const struct {
        const char *text, *says; /* NULL: fine */
    } cases[] = {
        {"lr=1e-4", NULL},
        {"lr=1e-4,3e-4,1e-3", NULL},
        {"lr=1e-4,2e-4,3e-4,4e-4,5e-4,6e-4,7e-4,8e-4,9e-4,1e-3,2e-3,3e-3,4e-3,5e-3,6e-3,7e-3", NULL},
        {"lr=1e-4,2e-4,3e-4,4e-4,5e-4,6e-4,7e-4,8e-4,9e-4,1e-3,2e-3,3e-3,4e-3,5e-3,6e-3,7e-3,8e-3",
         "more than 16 values"},
        {"lr=", "names no value of lr"},
        {"lr", "'lr' is no key with its values"},
        {"", "is no key with its values"},
        {"1e-4,3e-4", "'1e-4,3e-4' is no key"},
        {"width=128,256", "'width' cannot be swept; lr can"},
        {"LR=1e-4", "'LR' cannot be swept"},
        {"=1e-4", "'' cannot be swept"},
        {"lr=0", "lr is 0; it must be from 1e-09 to"},
        {"lr=1e-4,-1e-4", "lr is -1e-4; it must be from 1e-09"},
        {"lr=1e-4,101", "lr is 101; it must be"},
        {"lr=fast", "lr is 'fast'; it must be a finite number"},
        {"lr=1e-4,", "lr is ''; it must be a finite number"},
        {"lr=1e-4,,1e-3", "lr is ''"},
        {"lr=1e-4 3e-4", "lr is '1e-4 3e-4'"},
        {"lr=nan", "lr is 'nan'"},
        {"lr=1e-4,lr=3e-4", "lr is 'lr=3e-4'"},
        {"lr=1e-3,1e-4,0.001", "lr 0.001 twice"},
    };
    int refused = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hy_sweep s;
        const hy_status status = hy_sweep_parse(&s, cases[i].text);
        cr_expect_eq(status, cases[i].says ? HY_BAD_INPUT : HY_OK, "'%s': %s", cases[i].text, hy_error());
        if (!cases[i].says)
            continue;
        cr_expect_not_null(strstr(hy_error(), cases[i].says), "'%s' says: %s", cases[i].text, hy_error());
        cr_expect_null(strchr(hy_error(), '\n'), "one sentence");
        refused++;
    }
    cr_assert_gt(refused, 15);
    struct hy_sweep s;
    cr_assert_eq(hy_sweep_parse(&s, "lr=1e-4,3e-4,1e-3"), HY_OK);
    cr_assert(s.n == 3 && s.lr[0] == 1e-4 && s.lr[1] == 3e-4 && s.lr[2] == 1e-3, "in the order given");
}

/* Samples for testing come with a sweep, unless the study has some; without one its file is what it always was. */
Test(rates, brings_test_samples)
{
    struct hy_study s, back;
    char *text;
    size_t bytes;
    cr_assert_eq(hy_study_load(STUDY, "smoke", &s), HY_OK, "%s", hy_error());
    cr_assert_eq(s.sweep.n, 0);
    cr_assert_eq(s.test_fraction, 0);
    cr_assert(hy_study_rates(&s) == 1 && hy_study_rate(&s, 0) == s.training.lr);
    cr_assert_eq(hy_study_write_yaml(&s, path), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_read_file(path, &text, &bytes), HY_OK);
    cr_assert(!strstr(text, "test_fraction") && !strstr(text, "sweep"), "%s", text);
    free(text);

    cr_assert_eq(hy_study_set_sweep(&s, "lr=1e-4,0.30000000000000004"), HY_OK, "%s", hy_error());
    cr_assert_eq(s.test_fraction, 0.05);
    cr_assert(hy_study_rates(&s) == 2 && hy_study_rate(&s, 1) == 0.30000000000000004);
    cr_assert_eq(hy_study_write_yaml(&s, path), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_study_load(path, NULL, &back), HY_OK, "%s", hy_error());
    cr_assert(hy_study_equal(&s, &back));
    back.sweep.lr[1] = 0.3;
    cr_assert(!hy_study_equal(&s, &back));
    hy_study_fini(&back);
    s.test_fraction = 0.02;
    cr_assert_eq(hy_study_set_sweep(&s, "lr=1e-3"), HY_OK, "%s", hy_error());
    cr_assert_eq(s.test_fraction, 0.02, "the study's own");
    hy_study_fini(&s);
}

/* The smoke study with these lines behind it, or in a profile of its own, "small". */
static void write_with(const char *lines, const char *in_profile)
{
    struct hy_study s;
    char *text;
    size_t bytes;
    cr_assert_eq(hy_study_load(STUDY, "smoke", &s), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_study_write_yaml(&s, path), HY_OK, "%s", hy_error());
    cr_assert_eq(hy_read_file(path, &text, &bytes), HY_OK);
    char *behind = strstr(text, " # applied already\n");
    cr_assert_not_null(behind);
    *behind = '\0';
    char *whole =
        hy_format("%s\n- name: small\n%s%s%s", text, in_profile, behind + strlen(" # applied already\n"), lines);
    cr_assert_eq(hy_write_file(path, whole, strlen(whole)), HY_OK);
    free(whole);
    free(text);
    hy_study_fini(&s);
}

Test(rates, in_a_study)
{
    struct hy_study s;
    write_with("sweep:\n  lr: [1.0e-4, 3.0e-4]\n", "  sweep: {lr: [0.5]}\n  corpus: {test_fraction: 0.03}\n");
    cr_assert_eq(hy_study_load(path, NULL, &s), HY_OK, "%s", hy_error());
    cr_assert(s.sweep.n == 2 && s.sweep.lr[1] == 3e-4 && s.test_fraction == 0.05);
    hy_study_fini(&s);
    cr_assert_eq(hy_study_load(path, "small", &s), HY_OK, "%s", hy_error());
    cr_assert(s.sweep.n == 1 && s.sweep.lr[0] == 0.5 && s.test_fraction == 0.03, "the profile's");
    hy_study_fini(&s);
}

Test(rates, refused_with_its_line)
{
    static const struct {
        const char *lines, *says;
        int line; /* from the first of them */
    } cases[] = {
        {"sweep:\n  lr: []\n", "must be a list such as", 1},
        {"sweep:\n  lr: 1.0e-4\n", "must be a list such as", 1},
        {"sweep: lr\n", "sweep must hold a key with a list", 0},
        {"sweep: {}\n", "sweep must hold a key", 0},
        {"sweep: [1.0e-4]\n", "sweep must hold a key", 0},
        {"sweep:\n  batch: [2, 4]\n", "'batch' cannot be swept; lr can", 1},
        {"sweep:\n  lr: [1.0e-4]\n  width: [2]\n", "'width' cannot be swept", 2},
        {"sweep:\n  lr:\n  - 1.0e-4\n  - 0\n", "lr is 0; it must be from", 3},
        {"sweep:\n  lr: [1.0e-4, -1]\n", "lr is -1; it must be from", 1},
        {"sweep:\n  lr: [1.0e-4, [2]]\n", "must list numbers", 1},
        {"sweep:\n  lr: [1.0e-4, 0.0001]\n", "lr 0.0001 twice", 1},
        {"sweep:\n  lr: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]\n", "more than 16", 1},
        {"sweeps:\n  lr: [1.0e-4]\n", "did you mean 'sweep'?", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hy_study s;
        char *text, *place;
        size_t bytes;
        int line = 1;
        write_with(cases[i].lines, "");
        cr_assert_eq(hy_read_file(path, &text, &bytes), HY_OK);
        for (char *at = text, *end = text + strlen(text) - strlen(cases[i].lines); at < end; at++)
            line += *at == '\n';
        place = hy_format("%s:%d: ", path, line + cases[i].line);
        cr_expect_eq(hy_study_load(path, NULL, &s), HY_BAD_INPUT, "%s", cases[i].lines);
        cr_expect_not_null(strstr(hy_error(), cases[i].says), "%s says: %s", cases[i].lines, hy_error());
        cr_expect_eq(strncmp(hy_error(), place, strlen(place)), 0, "%s says: %s", cases[i].lines, hy_error());
        free(place);
        free(text);
    }
}
