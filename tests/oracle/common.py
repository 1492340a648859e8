"""What several scripts share: where the data lies, random weights for tests, and safetensors files with one JSON in their head."""

import json
import math
import pathlib

import torch
from safetensors import safe_open
from safetensors.torch import save_file

import hymba

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"


def random_weights(cfg, seed):
    """Weights at which every term of the model matters: norms away from one, decays from short to long, biases not zero.

    Drawn in float64 and rounded to float32, so that every reader starts from the same numbers. Far from the initial
    values of training on purpose: with those, many gradients are so small that an error in them would not show.
    """
    g = torch.Generator().manual_seed(seed)

    def normal(shape, sd, mean=0.0):
        return mean + sd * torch.randn(shape, generator=g, dtype=torch.float64)

    def uniform(shape, low, high):
        return low + (high - low) * torch.rand(shape, generator=g, dtype=torch.float64)

    weights = {}
    for name, shape in hymba.parameter_shapes(cfg).items():
        last = name.removesuffix(".weight").split(".")[-1]
        if last.startswith("beta_"):
            w = normal(shape, 0.2, 0.6)
        elif last.endswith("norm") or last == "D":
            w = normal(shape, 0.3, 1.0)
        elif last == "A_log":
            w = torch.log(torch.arange(1, shape[1] + 1, dtype=torch.float64)).expand(shape) + normal(shape, 0.2)
        elif name.endswith("conv1d.weight") or name.endswith("conv1d.bias"):
            w = uniform(shape, -1, 1) / math.sqrt(cfg.d_conv) * 1.5
        elif name.endswith("dt_proj.bias"):
            dt = torch.exp(uniform(shape, math.log(0.02), math.log(0.7)))
            w = torch.log(torch.expm1(dt))
        elif last in ("embed_tokens", "meta_tokens"):
            w = normal(shape, 0.5)
        else:  # a linear layer: about as much variance out as in, a little less where it adds to the residual
            gain = 0.7 if last in ("o_proj", "out_proj", "down_proj") else 1.0
            w = normal(shape, min(0.5, gain / math.sqrt(shape[1])))
        weights[name] = w.to(torch.float32)
    return weights


def write(path, tensors, metadata):
    """A safetensors file; metadata values that are not text are stored as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in metadata.items()}
    save_file({k: v.contiguous() for k, v in tensors.items()}, str(path), texts)
    path.chmod(0o644)  # the library makes files that only their owner can read


def read(path):
    """({name: tensor}, {key: text}) of a safetensors file."""
    with safe_open(str(path), "pt") as f:
        return {k: f.get_tensor(k) for k in f.keys()}, f.metadata() or {}


def random_batch(cfg, batch, length, generator, padding=0.0):
    """ids and targets [batch, length] of int32; a share `padding` of the targets, at least one if any, becomes -1."""
    text = torch.randint(0, cfg.vocab, (batch, length + 1), generator=generator)
    ids, targets = text[:, :-1].int(), text[:, 1:].int().clone()
    if padding > 0:
        drop = torch.rand(targets.shape, generator=generator) < padding
        drop[-1, -1] = True
        drop[0, 0] = False
        targets[drop] = -1
    return ids.contiguous(), targets.contiguous()
