/* hymbench variants and hymbench kv: what they print. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/options.h"
#include "kernels/base/status.h"

hy_status hy_cmd_variants(int argc, char **argv);
hy_status hy_cmd_kv(int argc, char **argv);

static void prepare(void)
{
    unsetenv("HYMBENCH_PROFILE");
    unsetenv("HYMBENCH_PRECISION");
    cr_redirect_stdout();
}

TestSuite(study_commands, .init = prepare);

static char *printed(void)
{
    static char text[65536];
    fflush(stdout);
    size_t n = fread(text, 1, sizeof text - 1, cr_get_redirected_stdout());
    text[n] = '\0';
    return text;
}

static int words(char **argv)
{
    int n = 0;
    while (argv[n])
        n++;
    return n;
}

Test(study_commands, variants_as_csv)
{
    char *argv[] = {"variants", "--csv", NULL};
    cr_assert(eq(int, hy_cmd_variants(words(argv), argv), HY_OK), "%s", hy_error());
    cr_assert(eq(str, printed(),
                 "name,implementation,params,layers,meta,window,kv_groups,compare_to,isolates\n"
                 "Mamba-only,split,18727296,8,0,0,,Hybrid-Mine,arch\n"
                 "Transformer-only,split,14163328,8,0,0,none,Hybrid-Mine,arch\n"
                 "Hybrid-Mine,split,29134848,11,64,128,\"[1,2] [3,4] [6,7] [8,9]\",,\n"
                 "Hybrid-NoMeta,split,29110272,11,0,128,\"[1,2] [3,4] [6,7] [8,9]\",Hybrid-Mine,meta_tokens\n"
                 "Hybrid-NoKVShare,split,21910912,8,64,0,none,Hybrid-Mine,kv_groups\n"
                 "Hybrid-Official,fused,30994178,11,64,128,\"[1,2] [3,4] [6,7] [8,9]\",Hybrid-Mine,implementation\n"
                 "Official-NoMeta,fused,30969602,11,0,128,\"[1,2] [3,4] [6,7] "
                 "[8,9]\",Hybrid-Official;Hybrid-NoMeta,meta_tokens;implementation\n"));
}

Test(study_commands, variants_as_table)
{
    char *argv[] = {"variants", NULL};
    cr_assert(eq(int, hy_cmd_variants(words(argv), argv), HY_OK), "%s", hy_error());
    char *text = printed();
    cr_assert(strstr(text, "Hybrid-Official   fused           30994178      11    64     128  [1,2] [3,4] [6,7] [8,9]  "
                           "Hybrid-Mine                    "
                           "implementation\n") != NULL);
}

Test(study_commands, kv_of_a_variant)
{
    char *argv[] = {"kv", "--variant", "Hybrid-Mine", "--context", "8000", NULL};
    cr_assert(eq(int, hy_cmd_kv(words(argv), argv), HY_OK), "%s", hy_error());
    char *text = printed();
    cr_assert(strstr(text, "11 attention layers / 7 caches = 1.571") != NULL, "%s", text);
    cr_assert(strstr(text, "    2  local      consumer      1         2              0             0\n") != NULL, "%s",
              text);
}

Test(study_commands, kv_as_csv)
{
    char *argv[] = {"kv", "--variant=Hybrid-Mine", "--csv", "--precision=bf16", NULL};
    cr_assert(eq(int, hy_cmd_kv(words(argv), argv), HY_OK), "%s", hy_error());
    char *text = printed();
    cr_assert(strstr(text, "variant,layer,attention,role,producer,heads,cached_tokens,bytes\n") == text, "%s", text);
    cr_assert(strstr(text, "\nHybrid-Mine,1,local,producer,1,2,192,98304\n") != NULL, "%s", text);
}

Test(study_commands, kv_of_the_paper)
{
    char *argv[] = {"kv", "--config", "bench/ablations/hymba_paper.yaml", "--context", "8000", "--csv", NULL};
    cr_assert(eq(int, hy_cmd_kv(words(argv), argv), HY_OK), "%s", hy_error());
    char *text = printed();
    int agree = 0;
    for (const char *at = text; (at = strstr(at, ",yes,")); at++)
        agree++;
    cr_assert(eq(int, agree, 12), "%s", text);
    cr_assert(strstr(text, ",NO,") == NULL, "%s", text);
    cr_assert(strstr(text, "Hymba-1.5B,8000,78.6,78.6,yes,") != NULL, "%s", text);
}

Test(study_commands, refusals)
{
    char *unknown[] = {"kv", "--variant", "Hybrid-Main", NULL}, *missing[] = {"variants", "--config", "no.yaml", NULL},
         *profile[] = {"variants", "--profile", "fast", NULL};
    cr_assert(eq(int, hy_cmd_kv(words(unknown), unknown), HY_BAD_INPUT));
    cr_assert(strstr(hy_error(), "did you mean 'Hybrid-Mine'?") != NULL, "%s", hy_error());
    cr_assert(eq(int, hy_cmd_variants(words(missing), missing), HY_BAD_INPUT));
    cr_assert(strstr(hy_error(), "no.yaml") != NULL, "%s", hy_error());
    cr_assert(eq(int, hy_cmd_variants(words(profile), profile), HY_BAD_INPUT));
    cr_assert(eq(str, printed(), ""));
}
