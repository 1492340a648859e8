"""Attention of the study alone, forward and backward, in PyTorch and in `hymbench micro`, in turns: scaled_dot_product_attention
with and without dropout, and FlexAttention, which has none. What is timed without dropout is first held against plain
attention in float64.

Exit code: 0 measured, 1 a formulation is wrong, 2 usage, 3 PyTorch, the device or hymbench is missing.
"""

import argparse
import csv
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
try:
    import torch
    import torch.nn.functional as F
except ImportError as reason:
    print(f"peers: this Python cannot load PyTorch ({reason}); see bench/peers/README.md", file=sys.stderr)
    sys.exit(3)

from variants import hymba  # noqa: E402

B, H, K, P, DROPOUT = 16, 6, 2, 64, 0.1  # the study's, as kernels/tables/attention.inc has them
# case of hymbench micro: window, meta tokens
CASES = {"local": (128, 64), "global": (0, 0)}
PASSES = ("fwd", "bwd")
TOLERANCE = {"f32": 1e-3, "bf16": 2e-2}  # products may be tf32
BURST = 20  # calls that are timed together: launches then wait for the device, not the device for them


def operands(T, device, dtype, seed=1):
    """q [B,H,T,P]; k and v [B,K,T,P], which want gradients; and the gradient that arrives, like q."""
    g = torch.Generator().manual_seed(seed)
    shapes = [(B, heads, T, P) for heads in (H, K, K, H)]
    tensors = [torch.randn(shape, generator=g).to(device, dtype) for shape in shapes]
    return [t.requires_grad_() for t in tensors[:3]] + tensors[3:]


def sdpa(mask, dropout):
    def run(q, k, v):
        if mask is not None and q.is_cuda:  # the fused kernel that takes a mask does not group heads
            k, v = (t.repeat_interleave(H // K, 1) for t in (k, v))
            return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout, is_causal=mask is None, enable_gqa=True)

    return run


def flex(T, window, meta, device):
    """FlexAttention, which skips blocks that the mask empties."""
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention

    def allowed(b, h, q, k):
        seen = q >= k
        return seen & ((q - k < window) | (k < meta)) if window else seen

    blocks = create_block_mask(allowed, None, None, T, T, device=device)
    compiled = torch.compile(flex_attention, dynamic=False)
    return lambda q, k, v: compiled(q, k, v, block_mask=blocks, enable_gqa=True)


def rivals(T, window, meta, device):
    """{name: how} for a case."""
    mask = hymba.mask(T, window, meta, False).to(device) if window else None
    return {"torch sdpa, dropout": sdpa(mask, DROPOUT), "torch sdpa": sdpa(mask, 0.0), "torch flex": flex(T, window, meta, device)}


def exact(q, k, v, dy, mask):
    """Output and gradients of the first sequence in float64, by the definition."""
    q, k, v, dy = (t[:1].detach().cpu().double() for t in (q, k, v, dy))
    for t in (q, k, v):
        t.requires_grad_()
    wide_k, wide_v = (t.repeat_interleave(H // K, 1) for t in (k, v))
    scores = (q @ wide_k.transpose(-1, -2) / P**0.5).masked_fill(~mask, float("-inf"))
    y = torch.softmax(scores, -1) @ wide_v
    return [y.detach(), *torch.autograd.grad(y, (q, k, v), dy)]


def check(run, T, window, meta, device, dtype):
    """The largest relative distance (2-norms) of output and gradients; the very call that will be timed."""
    q, k, v, dy = operands(T, device, dtype)
    y = run(q, k, v)
    ours = [y.detach(), *torch.autograd.grad(y, (q, k, v), dy)]
    theirs = exact(q, k, v, dy, hymba.mask(T, window, meta, not window))
    return max(float((a[:1].cpu().double() - b).norm() / b.norm()) for a, b in zip(ours, theirs))


class Clock:
    """Microseconds of a call, by the device's own clock where it has one."""

    def __init__(self, device):
        self.cuda = device == "cuda"

    def time(self, call, n=BURST):
        if not self.cuda:
            start = time.perf_counter()
            for _ in range(n):
                call()
            return (time.perf_counter() - start) / n * 1e6
        marks = [torch.cuda.Event(enable_timing=True) for _ in range(2)]
        marks[0].record()
        for _ in range(n):
            call()
        marks[1].record()
        marks[1].synchronize()
        return marks[0].elapsed_time(marks[1]) / n * 1e3


def graphed(call, stream):
    """The same work as one graph launch, where PyTorch can record it: eager launches cost more than these kernels take."""
    graph = torch.cuda.CUDAGraph()
    try:
        for _ in range(3):
            call()
        with torch.cuda.graph(graph, stream=stream):
            call()
    except RuntimeError as error:
        print(f"    not recorded: {str(error).splitlines()[0]}", flush=True)
        torch.cuda.synchronize()
        return call
    return graph.replay


def calls(run, T, device, dtype):
    """{pass: a call}; the backward has its forward's results."""
    stream = torch.cuda.Stream() if device == "cuda" else None  # autograd goes back on the stream it came by
    q, k, v, dy = operands(T, device, dtype)

    def forward():
        with torch.no_grad():
            return run(q, k, v)

    if stream is None:
        y = run(q, k, v)
        return {"fwd": forward, "bwd": lambda: torch.autograd.grad(y, (q, k, v), dy, retain_graph=True)}
    torch.cuda.synchronize()
    with torch.cuda.stream(stream):
        y = run(q, k, v)

        def backward():
            return torch.autograd.grad(y, (q, k, v), dy, retain_graph=True)

        return {"fwd": graphed(forward, stream), "bwd": graphed(backward, stream)}


def hymbench_times(args, T):
    """{(pass, case): us} of one turn, or why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder) / "kernels.csv"
        command = [args.program, "micro", "--device", args.device, "--profile", "full", "--best", "--no-roofs", "--min-time", "0.05",
                   "--timeout", "2", "-a", "op=[attention]", "-a", f"dtype=[{args.precision}]", "-a", "cache=[hot]", "-a", f"T=[{T}]",
                   "--csv", str(table)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode not in (0, 3):
            return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        with open(table, newline="") as f:
            return {(row["pass"], row["case"]): float(row["median_ns"]) / 1e3 for row in csv.DictReader(f) if row["skipped"] == "0"}


def measure(args, T, rows):
    dtype = torch.bfloat16 if args.precision == "bf16" else torch.float32
    clock, prepared, ours, problem = Clock(args.device), {}, {}, ""
    for case, (window, meta) in CASES.items():
        for name, run in rivals(T, window, meta, args.device).items():
            try:
                error = 0.0 if "dropout" in name else check(run, T, window, meta, args.device, dtype)
                ready = calls(run, T, args.device, dtype)
            except RuntimeError as reason:
                print(f"  {case}, {name} is left out: {str(reason).strip().splitlines()[0]}", flush=True)
                continue
            print(f"  {case}, {name}: within {error:.1e} of float64", flush=True)
            if not error < TOLERANCE[args.precision]:
                print("peers: this formulation is wrong, nothing is timed", file=sys.stderr)
                return 1
            prepared |= {(p, case, name): (call, []) for p, call in ready.items()}
    if args.only_compile:
        return 0
    for turn in range(args.rounds):
        for call, times in list(prepared.values())[:: 1 if turn % 2 == 0 else -1]:
            clock.time(call, 2)
            times += [clock.time(call, args.burst) for _ in range(3)]
        found = hymbench_times(args, T)
        if isinstance(found, str):
            problem = found
        else:
            for key, value in found.items():
                ours.setdefault(key, []).append(value)
    if problem:
        print(f"  hymbench was not measured: {problem}")
    for case in CASES:
        for p in PASSES:
            base = statistics.median(ours[p, case]) if ours.get((p, case)) else None
            table = [("hymbench", base)] if base else []
            table += [(name, statistics.median(times)) for (q, c, name), (_, times) in prepared.items() if (q, c) == (p, case)]
            for name, middle in table:
                ratio = middle / base if base and name != "hymbench" else None
                print(f"  {case:7} {p} T {T:5} {name:20} {middle:9.1f} us" + (f" {ratio:6.2f}" if ratio else ""), flush=True)
                rows.append([f"{case}; T {T}", p, args.precision, name, f"{middle:.3f}", f"{ratio:.4f}" if ratio else "", torch.__version__])
    return 3 if problem else 0


def arguments(argv):
    parser = argparse.ArgumentParser(description="Attention in PyTorch and in hymbench, in turns.")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda")
    parser.add_argument("--precision", choices=("f32", "bf16"), default="bf16")
    parser.add_argument("--lengths", default="320,1024", help="comma list of T (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="turns of everybody (default: %(default)s)")
    parser.add_argument("--burst", type=int, default=BURST, help="calls that are timed together (default: %(default)s)")
    parser.add_argument("--only-compile", action="store_true", help="time nothing: fill the compiler's cache")
    parser.add_argument("--program", default=str(ROOT / "build" / "hymbench"))
    parser.add_argument("--csv", type=pathlib.Path, help="also write the table here")
    return parser.parse_args(argv)


def main(argv=None):
    args = arguments(argv)
    warnings.filterwarnings("ignore")
    if args.device == "cuda" and not torch.cuda.is_available():
        print("peers: this PyTorch sees no GPU", file=sys.stderr)
        return 3
    if args.device == "cpu":
        torch.set_num_threads(os.cpu_count())
    rows, worst = [], 0
    for T in map(int, args.lengths.split(",")):
        code = measure(args, T, rows)
        if code == 1:
            return 1
        worst = max(worst, code)
        if args.csv:
            with open(args.csv, "w", newline="") as f:
                writer = csv.writer(f)
                writer.writerow("case,pass,precision,program,us,ratio,torch".split(","))
                writer.writerows(rows)
    return worst


if __name__ == "__main__":
    sys.exit(main())
