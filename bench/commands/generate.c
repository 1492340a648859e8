/* hymbench generate: continues a prompt with trained weights. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/cli/settings.h"
#include "bench/cli/trained.h"
#include "bench/commands/commands.h"
#include "bench/run/sample_text.h"

hy_status hy_cmd_generate(int argc, char **argv)
{
    struct hy_globals globals;
    const char *weights = NULL, *prompt = NULL, *stop = NULL;
    int tokens = 30;
    bool greedy = false;
    struct hy_sampler sampler = {.temperature = 0.8, .top_k = 40, .top_p = 1};
    const struct hy_option table[] = {
        {.name = "weights", .kind = HY_OPT_STRING, .to = &weights, .value = "W.safetensors", .help = "trained weights"},
        {.name = "prompt", .kind = HY_OPT_STRING, .to = &prompt, .value = "S", .help = "the text to continue"},
        {.name = "tokens",
         .kind = HY_OPT_INT,
         .to = &tokens,
         .min = 1,
         .max = 1 << 20,
         .value = "N",
         .help = "new tokens (default 30)"},
        {.name = "temperature",
         .kind = HY_OPT_DOUBLE,
         .to = &sampler.temperature,
         .max = 1000,
         .value = "T",
         .help = "default 0.8; 0 takes the likeliest"},
        {.name = "top-k",
         .kind = HY_OPT_INT,
         .to = &sampler.top_k,
         .max = 65536,
         .value = "K",
         .help = "of the K likeliest (default 40; 0: of all)"},
        {.name = "top-p",
         .kind = HY_OPT_DOUBLE,
         .to = &sampler.top_p,
         .min = 1e-9,
         .max = 1,
         .value = "P",
         .help = "of the likeliest with share P (default 1: of all)"},
        {.name = "stop",
         .kind = HY_OPT_STRING,
         .to = &stop,
         .value = "S",
         .help = "end before this token comes (the text of one token, or <eos>)"},
        {.name = "greedy", .kind = HY_OPT_FLAG, .to = &greedy, .help = "always the likeliest: as --temperature 0"},
        {0}};
    const struct hy_command usage = {
        .name = "generate", .summary = "continue a prompt with trained weights", .options = table};
    struct hy_trained trained = {0};
    struct hy_backend backend = hy_backend(HY_WHERE_CPU, HY_F32);
    char *text = NULL;
    bool help = false;
    hy_status status = hy_options_parse(&usage, argc, argv, &globals, &help, NULL);
    if (help || status != HY_OK)
        return status;
    if (!weights || !prompt)
        return hy_fail(HY_BAD_INPUT, "generate needs --weights W.safetensors and --prompt S");
    sampler.seed = globals.seed;
    if (greedy)
        sampler.temperature = 0;
    status = hy_settings_apply(&globals, &backend);
    if (status == HY_OK)
        status = hy_trained_open(&trained, weights, true);
    if (status == HY_OK)
        status = hy_sample_text(&trained.config, &trained.weights, backend, &trained.tokenizer, prompt, tokens,
                                &sampler, stop, &text);
    if (status == HY_OK)
        printf("%s\n", text);
    free(text);
    hy_trained_fini(&trained);
    return status;
}
