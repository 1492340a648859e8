"""Makes tests/data/replay/<variant>/: 20 steps of training computed in float64, in the layout that `hymbench train --replay` writes.

The C tests start from init.safetensors, train on batches.safetensors and compare with steps.csv and final.safetensors. The text is drawn
from a Markov chain, so that there is something to learn; the rate is high and the warm-up short, so that the optimizer, the
schedule's both parts and the clipping all act within 20 steps.
"""

import dataclasses
import json
import math

import torch

import common
import hymba
import training

STEPS, BATCH = 20, 3
TRAIN = dict(batch=BATCH, steps=STEPS, total_steps=40, warmup=5, lr=3e-3, min_ratio=0.1, beta1=0.9, beta2=0.99, eps=1e-8,
             weight_decay=0.1, clip=1.5, label_smoothing=0.1, dropout=0.0, seed=0)
SHAPE = dict(arch="hybrid", vocab=29, d_model=12, n_layers=4, n_heads=2, n_kv_heads=1, window=4, meta_tokens=3,
             global_layers=(0,), d_state=3, d_conv=3, expand=2, d_ff=16, seq_len=11, dropout=0.0, label_smoothing=0.1)


def initial_weights(cfg, seed):
    """The distributions of the study's initial values, a little wider because the model is so narrow."""
    g = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in hymba.parameter_shapes(cfg).items():
        last = name.removesuffix(".weight").split(".")[-1]
        if last.endswith("norm") or last.startswith("beta_") or last == "D":
            w = torch.ones(shape)
        elif last == "A_log":
            w = torch.log(torch.arange(1.0, shape[1] + 1)).expand(shape)
        elif "conv1d" in name:
            w = (2 * torch.rand(shape, generator=g) - 1) / math.sqrt(cfg.d_conv)
        elif name.endswith("dt_proj.bias"):
            dt = torch.exp(math.log(1e-3) + math.log(100) * torch.rand(shape, generator=g))
            w = torch.log(torch.expm1(dt))
        else:
            w = 0.1 * torch.randn(shape, generator=g)
        weights[name] = w.float().contiguous()
    return weights


def markov_text(vocab, length, generator):
    """Ids where each is followed by one of three, so that the loss can fall."""
    successors = torch.randint(0, vocab, (vocab, 3), generator=generator)
    choice = torch.randint(0, 3, (length,), generator=generator)
    text = [0]
    for i in range(length - 1):
        text.append(int(successors[text[-1], choice[i]]))
    return torch.tensor(text, dtype=torch.int32)


def make(implementation, number):
    groups = hymba.automatic_kv_groups(implementation, SHAPE["n_layers"], SHAPE["global_layers"])
    rank = 3  # more than the rule gives at this width, so that the rank is not the special case of one number
    cfg = hymba.Config.from_dict({**SHAPE, "name": f"{implementation}-hybrid", "implementation": implementation,
                                  "kv_groups": groups, "dt_rank": rank})
    weights = initial_weights(cfg, 50 + number)
    n = STEPS * BATCH * cfg.seq_len
    text = markov_text(cfg.vocab, n + 1, torch.Generator().manual_seed(number))
    shape = (STEPS, BATCH, cfg.seq_len)
    inputs, targets = text[:-1].reshape(shape), text[1:].reshape(shape).clone()
    targets[3, 1, 7:] = -1  # a padded sequence, as a partial batch has them
    rows, final = training.run(cfg, TRAIN, weights, inputs, targets, torch.float64)

    folder = common.DATA / "replay" / cfg.name
    folder.mkdir(parents=True, exist_ok=True)
    config = {"variant": dataclasses.asdict(cfg), "train": TRAIN}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    meta = {"hymbench": cfg.to_json()}
    common.write(folder / "init.safetensors", weights, meta)
    common.write(folder / "final.safetensors", {k: w.float() for k, w in final.items()}, meta)
    common.write(folder / "batches.safetensors", {"inputs": inputs, "targets": targets}, {})
    lines = [f"{step},{rate:.9g},{value:.9g},{norm:.9g}\n" for step, rate, value, norm in rows]
    (folder / "steps.csv").write_text("step,lr,loss,grad_norm\n" + "".join(lines))

    single, _ = training.run(cfg, TRAIN, weights, inputs, targets, torch.float32)
    apart = max(abs(a[2] - b[2]) / b[2] for a, b in zip(single, rows))
    clipped = sum(row[3] > TRAIN["clip"] for row in rows)
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{cfg.name}: loss {rows[0][2]:.4f} to {rows[-1][2]:.4f}, {clipped} of {STEPS} steps clipped, "
          f"float32 losses within {apart:.1e}, {size / 1024:.0f} KiB")
    assert 0 < clipped < STEPS and rows[-1][2] < rows[0][2] and apart < 2e-5


if __name__ == "__main__":
    make("split", 1)
    make("fused", 2)
