/* Words the program does not know, options that make no sense, devices that are not there. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cli/cli.h"
#include "tests/cli/study.h"

TestSuite(cli_bad_usage, .init = cli_begin, .fini = cli_end);

Test(cli_bad_usage, unknown_words_name_the_nearest)
{
    cli_refused(2, "no command", "$H");
    cli_refused(2, "'ablation'", "$H ablatoin --out $D/r");
    cli_refused(2, "'--variants'", "$H ablation --varaints Mamba-only --out $D/r");
    cli_refused(2, "'--steps'", "$H train --step5=3");
    cli_refused(2, "'Hybrid-Mine'", "$H ablation --variants Hybrid-Mime --out $D/r");
    cli_refused(2, "'Hybrid-Mine'", "$H train --variant Hybrid-Mime --profile smoke");
    cli_refused(2, "'smoke'", "$H ablation --profile smok --out $D/r");
    cli_refused(2, "'encode'", "$H tokenize encod");
    cr_assert(!cli_exists("r"), "nothing is made for a mistake");
}

Test(cli_bad_usage, options_that_make_no_sense)
{
    cli_refused(2, "--seeds", "$H ablation --seeds 0 --out $D/r");
    cli_refused(2, "--steps", "$H ablation --steps many --out $D/r");
    cli_refused(2, "--steps", "$H ablation --out $D/r --steps");
    cli_refused(2, "--threads", "$H ablation --threads 0 --out $D/r");
    cli_refused(2, "twice", "$H ablation --profile smoke --variants Mamba-only,Mamba-only --out $D/r");
    cli_refused(2, "surplus", "$H ablation --out $D/r surplus");
    cli_refused(2, "--dropout", "$H train --profile smoke --variant Mamba-only --dropout 1");
    cli_refused(2, "HYMBENCH_SEED", "HYMBENCH_SEED=x $H ablation --out $D/r");
    cli_refused(2, "--variant", "$H train --profile smoke");
    cli_refused(2, "--weights", "$H eval");
    cli_refused(2, "--prompt", "$H generate --weights $D/w");
    cli_refused(2, "--ids", "$H logits --weights $D/w");
    cli_refused(2, "RUN_DIR", "$H report");
    cr_assert(!cli_exists("r"), "nothing is made for a mistake");
}

Test(cli_bad_usage, numbers_past_their_range)
{
    static const char *const threads[] = {"0", "-1", "5000", "99999999999", "x", "1.5"};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        char line[256];
        snprintf(line, sizeof line, "$H train --profile smoke --variant Mamba-only --threads=%s", threads[i]);
        cli_refused(2, "--threads", line);
        snprintf(line, sizeof line, "HYMBENCH_THREADS=%s $H env", threads[i]);
        cli_refused(2, "HYMBENCH_THREADS", line);
        /* OpenMP adds a line of its own for what it cannot read */
        snprintf(line, sizeof line,
                 "unset HYMBENCH_THREADS; OMP_NUM_THREADS=%s $H train --profile smoke --variant Mamba-only",
                 threads[i]);
        const struct cli *c = cli_run(line);
        cr_assert_eq(c->code, 2, "%s: exit %d: %s", line, c->code, c->err);
        cr_assert(strstr(c->err, "hymbench: OMP_NUM_THREADS is '"), "%s", c->err);
    }
    static const char *const axes[] = {"T=[0]",   "T=[99999999999]", "B=[-1]",   "T=[1000000000]", "B=[1000000]",
                                       "N=[257]", "P=[514]",         "P=[1]",    "taps=[0]",       "taps=[65]",
                                       "T=[x]",   "chunk=[0]",       "M=[5000]", "K=[0]"};
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        char line[128];
        snprintf(line, sizeof line, "$H micro --profile smoke --timeout 0.01 -a '%s'", axes[i]);
        const struct cli *c = cli_run(line);
        cr_assert_eq(c->code, 2, "%s: exit %d: %s", line, c->code, c->err);
        cr_assert(strstr(c->err, "hymbench: ") && !strstr(c->err, "bug at"), "%s: %s", line, c->err);
    }
    static const char *const commands[] = {"ablation", "train",   "eval",   "generate",   "logits",       "micro", "kv",
                                           "variants", "scaling", "report", "bench-step", "bench-decode", "env"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char line[128];
        snprintf(line, sizeof line, "HYMBENCH_ISA=foo $H %s", commands[i]);
        cli_refused(2, "HYMBENCH_ISA", line);
    }
}

Test(cli_bad_usage, devices)
{
    cli_refused(2, "toaster", "$H ablation --profile smoke --device toaster --out $D/r");
    cli_refused(2, "precision", "$H ablation --profile smoke --precision f8 --out $D/r");
    /* no NVIDIA driver answers with no device visible, whatever the machine */
    setenv("CUDA_VISIBLE_DEVICES", "", 1);
    cli_refused(4, "CUDA", "$H ablation --profile smoke --device cuda --out $D/r");
    cli_refused(4, "CUDA", "HYMBENCH_DEVICE=cuda:0 $H train --profile smoke --variant Mamba-only");
    cr_assert(!cli_exists("r"), "nothing is made for a mistake");
}

Test(cli_bad_usage, report_of_what_is_no_run)
{
    cli_refused(2, "is no folder", "$H report $D/nowhere");
    cli_refused(2, "is no folder", "$H report $D/text.txt");
    cli_refused(2, "is no run folder", "mkdir $D/empty && $H report $D/empty");
    /* a run of which nothing is there yet */
    cli_print("rows/ablation_results.csv" + 5, "%s",
              "Model,Implementation,Params (M),Best PPL,Final PPL,Time (min)\r\n");
    cli_refused(3, "no rows", "mkdir $D/rows && mv $D/ablation_results.csv $D/rows && $H report $D/rows");
    cli_print("config.yaml", "name: x\n");
    cli_refused(3, "ablation_results.csv", "mkdir $D/begun && mv $D/config.yaml $D/begun && $H report $D/begun");
    /* what can be said at once is */
    cli_refused(2, ".pdf, .html or .md", "$H report tests/data/run_fixture --out $D/x.docx");
    cli_refused(2, "tlh", "$H report tests/data/run_fixture --lang tlh --out $D/x.pdf");
    cli_refused(2, "is no folder", "$H report tests/data/run_fixture --compare $D/nowhere --out $D/x.pdf");
    cr_assert(!cli_exists("x.docx") && !cli_exists("x.pdf"));
    cr_assert(!cli_exists("rows/report.pdf") && !cli_exists("begun/report.pdf") && !cli_exists("empty/report.pdf"));
}

Test(cli_bad_usage, places_that_cannot_be_written)
{
    study_write("tiny.yaml", 1, 0, "", study_mamba);
    cli_refused(2, "text.txt", "$H ablation --config $D/tiny.yaml --out $D/text.txt");
    cli_refused(2, "text.txt/r", "$H ablation --config $D/tiny.yaml --out $D/text.txt/r");
    cli_refused(2, "/proc/r", "$H ablation --config $D/tiny.yaml --out /proc/r");
    cli_refused(2, "/proc/r", "$H train --config $D/tiny.yaml --variant Mamba --replay /proc/r");
    if (geteuid() != 0) {
        cli_refused(2, "locked", "mkdir -m 500 $D/locked && $H ablation --config $D/tiny.yaml --out $D/locked/r");
    }
}
