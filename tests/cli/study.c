#include "tests/cli/study.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/cli/cli.h"

const char study_hybrid[] = "  - name: Hybrid\n";
const char study_fused[] = "  - name: Fused\n    implementation: fused\n";
const char study_mamba[] = "  - name: Mamba\n    arch: mamba\n    meta_tokens: 0\n";

/* The profile is called smoke: that keeps the table of kernels short. */
void study_write(const char *name, int steps, int eval_every, const char *training, const char *variants)
{
    cli_print(name,
              "name: tiny\n"
              "default_profile: smoke\n"
              "profiles:\n"
              "  - name: smoke\n"
              "corpus:\n"
              "  vocab: 300\n"
              "  min_frequency: 2\n"
              "  train_fraction: 0.9\n"
              "  split_seed: 42\n"
              "model:\n"
              "  d_model: 32\n"
              "  n_layers: 4\n"
              "  n_heads: 2\n"
              "  n_kv_heads: 1\n"
              "  window: 8\n"
              "  meta_tokens: 2\n"
              "  global_layers: [0, 3]\n"
              "  kv_groups: auto\n"
              "  d_state: 4\n"
              "  d_conv: 4\n"
              "  expand: 2\n"
              "  seq_len: 32\n"
              "training:\n"
              "  batch: 2\n"
              "  epochs: 1000\n"
              "  steps: %d\n"
              "  warmup: 2\n"
              "  lr: 4.0e-3\n"
              "  beta1: 0.9\n"
              "  beta2: 0.99\n"
              "  eps: 1.0e-8\n"
              "  weight_decay: 0.1\n"
              "  clip: 1.0\n"
              "  dropout: 0.1\n"
              "  label_smoothing: 0.1\n"
              "  eval_every: %d\n"
              "  eval_samples: 4\n"
              "  eval_last: true\n"
              "%s"
              "  seed: 42\n"
              "samples:\n"
              "  prompts: [\"ROMEO:\", \"the king\"]\n"
              "  tokens: 4\n"
              "  temperature: 0.8\n"
              "variants:\n"
              "%s",
              steps, eval_every, training, variants);
}

double study_val_loss(const struct cli *c)
{
    double loss;
    const char *row = strchr(c->out, '\n');
    cr_assert_not_null(row);
    cr_assert_eq(sscanf(row + 1, "%*[^,],%*d,%*f,%lf", &loss), 1, "%s", c->out);
    return loss;
}
