"""Reruns a training run of the C program in PyTorch and compares: replay.py DIR [--float64] [--steps N]

DIR was written by `hymbench train --dropout 0 --replay DIR` and holds config.json, init.safetensors,
batches.safetensors, steps.csv and final.safetensors. Compared are every step's learning rate, loss and gradient norm, and the
final weights. Exit code: 0 agreement, 1 deviation beyond the limits, 2 unusable folder.
"""

import argparse
import csv
import json
import math
import pathlib
import sys

import torch

import common
import hymba
import training

# Limits on relative deviations. The loss limit is the project's promise. The norm of the gradient is a sum over all parameters of
# products of rounded numbers and moves with the weights, so it gets more room. Weights are judged by how far the two runs end apart,
# as a share of the way travelled: Adam divides by the gradient's own size, so coordinates whose gradient is rounding noise walk at full
# speed in either direction.
LIMITS = {"learning rate": 1e-6, "loss": 2e-4, "gradient norm": 2e-3, "final weights": 5e-2}


class Unusable(Exception):
    """The folder cannot be replayed; the text says why and what to do."""


def read_folder(folder):
    names = ("config.json", "init.safetensors", "batches.safetensors", "steps.csv", "final.safetensors")
    for name in names:
        if not (folder / name).is_file():
            raise Unusable(f"{folder / name} is missing: write the folder with `hymbench train --dropout 0 --replay {folder}`")
    try:
        config = json.loads((folder / "config.json").read_text())
        cfg, train = hymba.Config.from_dict(config["variant"]), config["train"]
        training.learning_rate(train, 0)
        for key in ("beta1", "beta2", "eps", "weight_decay", "clip", "label_smoothing", "dropout"):
            float(train[key])
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{folder / 'config.json'}: {type(error).__name__} {error}") from error
    if train["dropout"] != 0:
        raise Unusable(f"dropout is {train['dropout']}: only a run with --dropout 0 can be replayed")
    weights, final = common.read(folder / "init.safetensors")[0], common.read(folder / "final.safetensors")[0]
    shapes = hymba.parameter_shapes(cfg)
    for label, tensors in (("init", weights), ("final", final)):
        if {n: tuple(t.shape) for n, t in tensors.items()} != shapes:
            odd = set(shapes) ^ set(tensors) or {n for n in shapes if tuple(tensors[n].shape) != shapes[n]}
            raise Unusable(f"{label}.safetensors does not have the parameters of the variant, see {sorted(odd)[:3]}")
    batches = common.read(folder / "batches.safetensors")[0]
    with open(folder / "steps.csv", newline="") as f:
        steps = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(f)]
    inputs, targets = batches["inputs"], batches["targets"]
    if inputs.shape != targets.shape or inputs.ndim != 3 or inputs.shape[0] < len(steps) or not steps:
        raise Unusable(f"batches {tuple(inputs.shape)} and {len(steps)} rows of steps.csv do not belong together")
    if [row["step"] for row in steps] != list(range(len(steps))):
        raise Unusable("steps.csv does not count its steps 0, 1, 2, …")
    return cfg, train, weights, inputs[: len(steps)], targets[: len(steps)], steps, final


def relative(a, b):
    """|a-b| over the larger magnitude; a NaN on either side is infinitely far away."""
    if math.isnan(a) or math.isnan(b):
        return math.inf
    return abs(a - b) / max(abs(a), abs(b)) if a != b else 0.0


def compare_weights(init, ours, theirs):
    """[(distance as a share of the way travelled, name)], largest first."""
    rows = []
    for name in init:
        start, a, b = init[name].double(), ours[name].double(), theirs[name].double()
        travelled = max(float((b - start).norm()), 1e-12 * float(start.norm()), 1e-30)
        apart = float((a - b).norm()) / travelled
        rows.append((math.inf if math.isnan(apart) else apart, name))
    return sorted(rows, reverse=True)


def main(argv=None):
    parser = argparse.ArgumentParser(description="Rerun a training run in PyTorch and compare.")
    parser.add_argument("folder", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--float64", action="store_true", help="compute in double precision")
    parser.add_argument("--steps", type=int, help="replay only the first N steps (final weights are then not compared)")
    args = parser.parse_args(argv)
    try:
        cfg, train, weights, inputs, targets, steps, final = read_folder(args.folder)
    except Unusable as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2

    n = min(args.steps or len(steps), len(steps))
    dtype = torch.float64 if args.float64 else torch.float32
    print(f"{cfg.name}: {cfg.implementation} {cfg.arch}, {sum(w.numel() for w in weights.values()):,} parameters, {n} steps of "
          f"{inputs.shape[1]} x {inputs.shape[2]} in {dtype}")
    print(f"{'step':>4} {'learning rate':>13} {'loss':>12} {'PyTorch':>12} {'deviation':>9} {'norm':>11} {'PyTorch':>11} {'deviation':>9}")
    worst = {"learning rate": (0.0, "-"), "loss": (0.0, "-"), "gradient norm": (0.0, "-")}

    def report(row):
        step, rate, value, norm = row
        theirs = steps[step]
        found = {"learning rate": relative(theirs["lr"], rate), "loss": relative(theirs["loss"], value),
                 "gradient norm": relative(theirs["grad_norm"], norm)}
        for key, deviation in found.items():
            if deviation > worst[key][0]:
                worst[key] = deviation, f"step {step}"
        print(f"{step:4} {rate:13.6e} {theirs['loss']:12.7f} {value:12.7f} {found['loss']:9.1e} "
              f"{theirs['grad_norm']:11.6f} {norm:11.6f} {found['gradient norm']:9.1e}", flush=True)

    _, ours = training.run(cfg, train, weights, inputs[:n], targets[:n], dtype, save_memory=True, report=report)
    if n == len(steps):
        apart = compare_weights(weights, final, ours)
        worst["final weights"] = apart[0]
        print("final weights, the parameters that ended farthest apart (share of the way travelled):")
        for share, name in apart[:5]:
            print(f"  {share:9.1e} {name}")

    good = True
    print(f"{'compared':>14} {'worst':>9} {'limit':>9}")
    for key, (deviation, where) in worst.items():
        good &= deviation <= LIMITS[key]
        print(f"{key:>14} {deviation:9.1e} {LIMITS[key]:9.1e}  {'ok' if deviation <= LIMITS[key] else 'DEVIATES'}, at {where}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
