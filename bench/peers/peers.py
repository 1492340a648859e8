"""Times a training step of hymbench and of PyTorch on the same variant, batch and threads, in turns, and prints the ratios.

On the CPU, or with --device cuda on a GPU; there the table is written after every variant, so that what was measured stays when
time runs out, and a formulation that fails is left out and named. Before anything is timed every formulation is compared with the float64 oracle of tests/oracle at a small size (logits, loss, gradients).
Exit code: 0 measured, 1 a formulation is wrong, 2 usage, 3 PyTorch or hymbench is missing.
"""

import argparse
import csv
import dataclasses
import io
import logging
import os
import pathlib
import statistics
import subprocess
import sys
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
try:
    import torch
except ImportError as reason:
    print(f"peers: this Python cannot load PyTorch ({reason}). Get it with\n"
          "  python3 -m venv tests/oracle/.venv && tests/oracle/.venv/bin/pip install -r tests/oracle/requirements.txt\n"
          "and run `make peers` again", file=sys.stderr)
    sys.exit(3)

import model  # noqa: E402
import scans  # noqa: E402
import variants  # noqa: E402
from variants import hymba  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Contender:
    """One way to run a step in PyTorch."""

    mode: str  # "eager" or "compile"
    scan: str  # a name of scans.FORMULATIONS, "-" where the variant has none

    def __str__(self):
        return f"torch {self.mode}" + ("" if self.scan == "-" else f", scan {self.scan}")


class Trainer:
    """A model with its optimizer; step() is one full training step of the protocol."""

    def __init__(self, cfg, contender, precision, device):
        torch.manual_seed(0)
        self.device = device
        self.model = model.Model(cfg, "loop" if contender.scan == "-" else contender.scan)
        self.model.initialise()
        self.model.to(device).train()
        if contender.mode == "compile":
            self.model.compile_parts()
        self.parameters = list(self.model.parameters())
        self.optimizer = torch.optim.AdamW(self.parameters, lr=3e-4, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1, fused=True)
        self.bf16 = precision == "bf16"
        text = torch.randint(0, cfg.vocab, (variants.BATCH, cfg.seq_len + 1)).to(device)
        self.ids, self.targets = text[:, :-1].contiguous(), text[:, 1:].contiguous()

    def step(self):
        """Milliseconds of one step, until its loss is here: a GPU has then done all of it."""
        start = time.perf_counter()
        with torch.autocast(self.device, torch.bfloat16, enabled=self.bf16):
            loss = self.model.loss(self.ids, self.targets)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0, foreach=True)
        self.optimizer.step()
        value = float(loss.detach())
        elapsed = (time.perf_counter() - start) * 1e3
        assert value == value and value < 100, f"loss {value}"
        return elapsed


def check(cfg, contender, device):
    """Largest relative distance of logits, loss and gradients (per parameter, 2-norms) to the float64 oracle at a small size."""
    import common

    cfg = variants.small(cfg)
    weights = common.random_weights(cfg, 1)
    ids, targets = common.random_batch(cfg, 2, cfg.seq_len, torch.Generator().manual_seed(1))
    exact = {k: w.double().requires_grad_() for k, w in weights.items()}
    logits = hymba.forward(cfg, exact, ids.long())
    value = hymba.loss(logits, targets, cfg.label_smoothing)
    grads = dict(zip(exact, torch.autograd.grad(value, list(exact.values()))))

    ours = model.Model(cfg, "loop" if contender.scan == "-" else contender.scan)
    ours.load(weights)
    ours.to(device)
    if contender.mode == "compile":
        ours.compile_parts()
    there = ids.long().to(device)
    our_value = ours.loss(there, targets.long().to(device))
    our_value.backward()
    parameters = dict(ours.named_parameters())

    def distance(a, b):
        return float((a.double().cpu() - b).norm() / b.norm())

    errors = {"logits": distance(ours(there).detach(), logits.detach()), "loss": distance(our_value.detach(), value.detach())}
    for name, theirs in ours.mapping().items():
        expected = torch.cat([grads[n] for n in theirs]).reshape(parameters[name].shape)
        errors[name] = distance(parameters[name].grad, expected)
    return max((error, name) for name, error in errors.items())


def hymbench_step(args, variant, precision):
    """step_ms of `hymbench bench-step`, or (None, why not)."""
    command = [args.program, "bench-step", "--variant", variant, "--profile", "full", "--precision", precision]
    command += ["--device", "cuda", "--rounds", "3"] if args.device == "cuda" else ["--threads", str(args.threads)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=1800)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    if done.returncode not in (0, 3):  # 3: measured, on a busy machine
        return None, (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[0]
    lines = done.stdout.splitlines()
    for i, line in enumerate(lines):
        if "step_ms" in line.split(","):
            row = next(csv.DictReader(io.StringIO("\n".join(lines[i : i + 2]))), None)
            if row:
                return float(row["step_ms"]), ""
    return None, "its output has no column step_ms"


def contenders(arch, everything, device):
    if arch == "transformer":
        return [Contender("eager", "-"), Contender("compile", "-")]
    if device == "cuda":  # thousands of launches a layer are no rival there
        fast = ["parallel"] + ["mamba_ssm"] * scans.has_mamba_ssm() + ["stepwise", "chunk"] * everything
        return [Contender(mode, scan) for mode in ("eager", "compile") for scan in fast]
    if everything:
        return [Contender(mode, scan) for mode in ("eager", "compile") for scan in ("loop", "stepwise", "parallel", "chunk")]
    return [Contender("eager", "loop"), Contender("eager", "parallel"), Contender("compile", "stepwise"), Contender("compile", "chunk")]


def warm_up(args, cfg, variant, precision):
    """{contender: (its trainer, [ms of a step])} of those that run."""
    trainers = {}
    for contender in contenders(cfg.arch, args.all, args.device):
        start = time.perf_counter()
        try:
            trainer = Trainer(cfg, contender, precision, args.device)
            count = sum(p.numel() for p in trainer.parameters)
            assert count == variants.STUDY[variant][-1], f"{variant}: {count} parameters"
            trainer.step()
            warm = min(trainer.step(), trainer.step())
        except RuntimeError as error:  # the compiler's, memory's
            if args.device == "cpu":
                raise
            print(f"  {contender} is left out: {str(error).strip().splitlines()[0]}", flush=True)
            continue
        print(f"  warmed up {contender}: {warm:.1f} ms a step, {time.perf_counter() - start:.0f} s with compiling", flush=True)
        trainers[contender] = trainer, [warm]
    return trainers


def measure(args, variant, precision, rows):
    """Times one variant at one precision; appends to rows and returns whether hymbench took part."""
    cfg = variants.full_size(variant)
    where = torch.cuda.get_device_name() if args.device == "cuda" else f"{args.threads} threads"
    print(f"\n{variant}, {precision}, batch {variants.BATCH}, {where}", flush=True)
    trainers = warm_up(args, cfg, variant, precision)
    if args.only_compile:
        return True
    if not trainers:
        print("  nothing of PyTorch runs")
        return False
    # What is far behind after its warm-up is not worth minutes of further samples: it keeps that one sample.
    best = min(times[0] for _, times in trainers.values())
    for contender, (trainer, times) in list(trainers.items()):
        if times[0] > args.drop * best:
            trainers[contender] = None, times
        else:
            times.clear()

    ours, problem = [], ""
    for turn in range(args.rounds):
        order = list(trainers) if turn % 2 == 0 else list(trainers)[::-1]
        for who in ["hymbench", *order] if turn % 2 == 0 else [*order, "hymbench"]:
            if who != "hymbench":
                trainer, times = trainers[who]
                times += [trainer.step() for _ in range(args.steps)] if trainer else []
            elif not problem:
                value, problem = hymbench_step(args, variant, precision)
                ours += [value] if value is not None else []
    if problem:
        print(f"  hymbench was not measured: {problem}")

    base = statistics.median(ours) if ours else None
    table = [("hymbench", ours)] if ours else []
    table += sorted(((str(c), times) for c, (_, times) in trainers.items()), key=lambda row: statistics.median(row[1]))
    print(f"  {'':34} {'step ms':>9} {'min':>9} {'max':>9} {'n':>3} {'tokens/s':>9} {'ratio':>7}")
    for who, times in table:
        middle = statistics.median(times)
        ratio = middle / base if base else None
        tokens = variants.BATCH * cfg.seq_len / middle * 1e3
        print(f"  {who:34} {middle:9.2f} {min(times):9.2f} {max(times):9.2f} {len(times):3} {tokens:9.0f} "
              + (f"{ratio:7.2f}" if ratio else "      –"), flush=True)
        rows.append([variant, precision, args.threads, variants.BATCH, who, f"{middle:.3f}", f"{min(times):.3f}",
                     f"{max(times):.3f}", len(times), f"{tokens:.1f}", f"{ratio:.4f}" if ratio else "", torch.__version__])
    return bool(ours)


def cpu_has_bf16():
    try:
        flags = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def arguments(argv):
    parser = argparse.ArgumentParser(description="hymbench and PyTorch, a training step, in turns.")
    parser.add_argument("--variants", default="Transformer-only,Hybrid-Mine", help="comma list, or `all` (default: %(default)s)")
    parser.add_argument("--precision", default="", help="comma list of f32, bf16 (default: what the CPU has instructions for)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3, help="turns of everybody (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=2, help="PyTorch steps per turn (default: %(default)s)")
    parser.add_argument("--drop", type=float, default=2.0, help="no further samples beyond this multiple of the best (default: %(default)s)")
    parser.add_argument("--all", action="store_true", help="every combination of mode and scan")
    parser.add_argument("--only-compile", action="store_true", help="time nothing: fill the compiler's cache")
    parser.add_argument("--program", default=str(ROOT / "build" / "hymbench"))
    parser.add_argument("--csv", type=pathlib.Path, help="also write the table here")
    args = parser.parse_args(argv)
    args.variants = list(variants.STUDY) if args.variants == "all" else args.variants.split(",")
    for name in args.variants:
        if name not in variants.STUDY:
            parser.error(f"unknown variant {name}: there are {', '.join(variants.STUDY)}")
    if args.device == "cuda" and not torch.cuda.is_available():
        print("peers: this PyTorch sees no GPU", file=sys.stderr)
        sys.exit(3)
    if not args.precision:
        args.precision = "f32,bf16" if args.device == "cuda" or cpu_has_bf16() else "f32"
        if args.precision == "f32":
            print("This CPU has neither AVX512_BF16 nor AMX: only f32 is timed.")
    args.precision = args.precision.split(",")
    if set(args.precision) - {"f32", "bf16"} or args.threads < 1 or args.rounds < 1 or args.steps < 1:
        parser.error("--precision takes f32 and bf16; counts must be at least 1")
    return args


def all_right(args, variant):
    """Whether every formulation of the variant computes what the oracle does."""
    cfg = variants.full_size(variant)
    for contender in contenders(cfg.arch, args.all, args.device):
        error, name = check(cfg, contender, args.device)
        print(f"  {variant}, {contender}: within {error:.1e} of the oracle (worst: {name})", flush=True)
        if not error < 1e-4:
            print("peers: this formulation is wrong, nothing is timed", file=sys.stderr)
            return False
    return True


def write(path, rows):
    with open(path, "w", newline="") as f:
        writer = csv.writer(f)
        writer.writerow("variant,precision,threads,batch,program,step_ms,min_ms,max_ms,samples,tokens_per_s,ratio,torch".split(","))
        writer.writerows(rows)


def main(argv=None):
    args = arguments(argv)
    warnings.filterwarnings("ignore")
    logging.getLogger("torch").setLevel(logging.ERROR)
    torch.set_num_threads(args.threads)
    print(f"PyTorch {torch.__version__}, {args.threads} threads; hymbench: {args.program}")
    rows, complete = [], True
    for variant in args.variants:
        if not args.only_compile and not all_right(args, variant):
            return 1
        for precision in args.precision:
            complete &= measure(args, variant, precision, rows)
            if args.csv and rows:
                write(args.csv, rows)
    for variant in args.variants if args.only_compile else []:  # what the checks compile is needed last
        all_right(args, variant)
    return 0 if complete else 3


if __name__ == "__main__":
    sys.exit(main())
