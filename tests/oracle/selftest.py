"""Proves the oracle itself against independent statements of the same things. Prints one line per check; exit code 1 if one fails."""

import math
import sys

import numpy as np
import torch
import torch.nn.functional as F

import common
import hymba
import make_parity
import training

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def near(a, b, limit, what):
    """Largest difference as a share of the largest magnitude."""
    a, b = torch.as_tensor(a).double(), torch.as_tensor(b).double()
    assert a.shape == b.shape, f"{what}: shapes {tuple(a.shape)} and {tuple(b.shape)}"
    error = float((a - b).abs().max() / b.abs().max().clamp_min(1e-300))
    assert error <= limit, f"{what}: {error:.2e} > {limit:.0e}"
    return error


def double(weights):
    return {k: w.double() for k, w in weights.items()}


def cases():
    """Every parity case with its random weights and batch, in double precision."""
    for number, row in enumerate(make_parity.CASES):
        cfg, batch, padding = make_parity.make_config(*row)
        ids, targets = common.random_batch(cfg, batch, cfg.seq_len, torch.Generator().manual_seed(number), padding)
        yield cfg, double(common.random_weights(cfg, number)), ids.long(), targets


@check
def parameter_counts():
    """The seven variants of the study have the published numbers of parameters."""
    every = list(range(8))
    rows = [("split", "mamba", 8, 0, [], [], 18_727_296), ("split", "transformer", 8, 0, every, None, 14_163_328),
            ("split", "hybrid", 11, 64, [0, 5, 10], None, 29_134_848), ("split", "hybrid", 11, 0, [0, 5, 10], None, 29_110_272),
            ("split", "hybrid", 8, 64, every, [], 21_910_912), ("fused", "hybrid", 11, 64, [0, 5, 10], None, 30_994_178),
            ("fused", "hybrid", 11, 0, [0, 5, 10], None, 30_969_602)]
    for impl, arch, layers, meta, global_layers, groups, expected in rows:
        if groups is None:
            groups = hymba.automatic_kv_groups(impl, layers, global_layers)
        cfg = hymba.Config.from_dict(dict(
            name="", implementation=impl, arch=arch, vocab=4096, d_model=384, n_layers=layers, n_heads=6, n_kv_heads=2,
            window=128, meta_tokens=meta, global_layers=global_layers, kv_groups=groups, d_state=16, d_conv=4, expand=2,
            d_ff=hymba.default_d_ff(impl, 384), dt_rank=hymba.default_dt_rank(impl, 384), seq_len=256, dropout=0.1,
            label_smoothing=0.1))
        count = sum(math.prod(shape) for shape in hymba.parameter_shapes(cfg).values())
        assert count == expected, f"{impl} {arch}: {count} instead of {expected}"
    return f"{len(rows)} variants"


@check
def finite_differences():
    """Central differences of fourth order, for each parameter along a direction half its gradient and half random."""
    worst, probes, step = 0.0, 0, 1e-5
    for cfg, weights, ids, targets in cases():
        _, _, grads = make_parity.evaluate(cfg, weights, ids, targets, torch.float64)
        g = torch.Generator().manual_seed(1)
        for name, grad in grads.items():
            noise = torch.randn(grad.shape, generator=g, dtype=torch.float64)
            direction = grad / grad.norm() + noise / noise.norm()
            slope = 0.0
            for steps, weight in ((1, 8), (-1, -8), (2, -1), (-2, 1)):
                moved = dict(weights, **{name: weights[name] + steps * step * direction})
                with torch.no_grad():
                    value = hymba.loss(hymba.forward(cfg, moved, ids), targets, cfg.label_smoothing)
                slope += weight * float(value) / (12 * step)
            error = abs(slope - float((grad * direction).sum())) / float(grad.norm())
            worst, probes = max(worst, error), probes + 1
            assert error < 2e-6, f"{cfg.name} {name}: {error:.1e}"
    assert probes > 500
    return f"{probes} parameters, worst {worst:.1e}"


@check
def causality():
    """Changing the token at position t leaves every logit before t exactly as it was, and changes one at t."""
    for cfg, weights, ids, _ in cases():
        before = hymba.forward(cfg, weights, ids)
        for t in (0, cfg.seq_len // 2, cfg.seq_len - 1):
            changed = ids.clone()
            changed[:, t] = (changed[:, t] + 1) % cfg.vocab
            after = hymba.forward(cfg, weights, changed)
            assert torch.equal(before[:, :t], after[:, :t]), f"{cfg.name}: position {t} is seen from before it"
            assert not torch.equal(before[:, t], after[:, t]), f"{cfg.name}: position {t} has no effect on itself"
    return "every case, first, middle and last position"


@check
def scan_in_closed_form():
    """The recurrence unrolled in numpy: y_t = sum over r <= t of C_t . (prod_{r<q<=t} exp(delta_q A)) delta_r u_r B_r, + D u_t."""
    rng = np.random.default_rng(3)
    B, T, E, N = 2, 9, 3, 4
    u, delta = rng.normal(size=(B, T, E)), np.exp(rng.normal(size=(B, T, E)) - 1)
    A, D = -np.exp(rng.normal(size=(E, N))), rng.normal(size=E)
    Bt, Ct = rng.normal(size=(B, T, N)), rng.normal(size=(B, T, N))
    total = np.cumsum(delta, axis=1)
    y = np.zeros((B, T, E))
    for t in range(T):
        for r in range(t + 1):
            decay = np.exp((total[:, t] - total[:, r])[:, :, None] * A)
            y[:, t] += np.einsum("bn,ben,be,bn->be", Ct[:, t], decay, delta[:, r] * u[:, r], Bt[:, r])
    y += D * u
    ours = hymba.scan(*map(torch.from_numpy, (u, delta, A, Bt, Ct, D)))
    return f"{near(ours, y, 1e-12, 'scan'):.1e}"


@check
def conv_is_conv1d():
    x, w, b = torch.randn(2, 11, 6).double(), torch.randn(6, 4).double(), torch.randn(6).double()
    theirs = F.conv1d(F.pad(x.transpose(1, 2), (3, 0)), w[:, None], b, groups=6).transpose(1, 2)
    return f"{near(hymba.causal_conv(x, w, b), theirs, 1e-13, 'conv'):.1e}"


@check
def attention_is_sdpa():
    """Against scaled_dot_product_attention with a boolean mask and grouped heads."""
    worst = 0.0
    for heads, kv, window, meta, is_global in ((4, 2, 3, 2, False), (6, 2, 5, 0, False), (4, 4, 3, 0, True), (3, 1, 1, 1, False)):
        q, k, v = (torch.randn(2, 13, h, 8).double() for h in (heads, kv, kv))
        allow = hymba.mask(13, window, meta, is_global)
        theirs = F.scaled_dot_product_attention(*(x.transpose(1, 2) for x in (q, k, v)), attn_mask=allow, enable_gqa=True)
        ours = hymba.attend(q, k, v, allow, 0.0)
        worst = max(worst, near(ours, theirs.transpose(1, 2).flatten(2), 1e-12, "attention"))
    return f"{worst:.1e}"


@check
def rope_is_a_rotation_in_the_complex_plane():
    """Both layouts against multiplication by exp(i * position * frequency); scores then depend on distance only."""
    x = torch.randn(1, 17, 2, 10).double()
    angle = torch.arange(17).double()[:, None] * 10000.0 ** (-2 * torch.arange(5).double() / 10)
    turn = torch.polar(torch.ones_like(angle), angle)[:, None]
    pairs = torch.view_as_complex(x.reshape(1, 17, 2, 5, 2).contiguous()) * turn
    worst = near(hymba.rope(x, True), torch.view_as_real(pairs).flatten(-2), 1e-12, "interleaved")
    halves = torch.complex(x[..., :5], x[..., 5:]) * turn
    worst = max(worst, near(hymba.rope(x, False), torch.cat((halves.real, halves.imag), -1), 1e-12, "halves"))
    same = x[:, :1].expand(1, 17, 2, 10)
    for interleaved in (True, False):
        r = hymba.rope(same, interleaved)[0, :, 0]
        scores = r @ r.T
        worst = max(worst, near(scores[3:, 3:], scores[:-3, :-3], 1e-12, "distance"))
    return f"{worst:.1e}"


@check
def rms_is_rms_norm():
    x, w = torch.randn(3, 5, 7).double(), torch.randn(7).double()
    return f"{near(hymba.rms(x, w), F.rms_norm(x, (7,), w, 1e-6), 1e-13, 'rms'):.1e}"


@check
def label_smoothing_is_pytorchs():
    """Against cross_entropy with ignore_index and label_smoothing."""
    logits, targets = 3 * torch.randn(4, 9, 37).double(), torch.randint(0, 37, (4, 9))
    targets[0, 2:5] = -1
    worst = 0.0
    for eps in (0.0, 0.1, 0.5):
        theirs = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1, label_smoothing=eps)
        worst = max(worst, near(hymba.loss(logits, targets, eps), theirs, 1e-13, "loss"))
    return f"{worst:.1e}"


@check
def masks_in_words():
    """The local mask is the causal band united with the meta columns below the diagonal; window 0 and a wide window are causal."""
    for T, W, M in ((9, 3, 2), (12, 4, 5), (8, 1, 0), (21, 6, 3)):
        causal = torch.ones(T, T).tril().bool()
        band = causal & torch.ones(T, T).triu(1 - W).bool()
        meta = torch.zeros(T, T).bool()
        meta[:, :M] = True
        assert torch.equal(hymba.mask(T, W, M, False), band | (meta & causal))
        assert torch.equal(hymba.mask(T, W, M, True), causal)
        assert torch.equal(hymba.mask(T, 0, M, False), causal) and torch.equal(hymba.mask(T, T, M, False), causal)
    return "4 sizes"


@check
def consumers_read_their_producer():
    """A consumer has no K or V of its own, and its logits change when the producer's K projection does."""
    row = ("", "split", "transformer", dict(n_layers=3, global_layers=(), n_heads=2))
    cfg, _, _ = make_parity.make_config(*row)
    assert cfg.kv_groups == ((0, 1, 2),)
    names = hymba.parameter_shapes(cfg)
    for layer in (1, 2):
        for part in ("k_proj.weight", "v_proj.weight", "k_norm.weight"):
            assert f"layers.{layer}.attn.{part}" not in names and f"layers.0.attn.{part}" in names
    weights = double(common.random_weights(cfg, 5))
    for part in ("attn.o_proj", "ffn.down_proj"):  # layer 0 adds nothing itself: its K can act through the consumers only
        weights[f"layers.0.{part}.weight"] *= 0
    ids = torch.arange(12)[None] % cfg.vocab
    before = hymba.forward(cfg, weights, ids)
    weights["layers.0.attn.k_proj.weight"] = -weights["layers.0.attn.k_proj.weight"]
    assert not torch.allclose(before, hymba.forward(cfg, weights, ids))
    return "group of three"


@check
def dropout_only_in_training():
    """Off in evaluation; in training the mean over many masks comes near a linear branch's plain value."""
    cfg, _, _ = make_parity.make_config("", "split", "hybrid", dict(dropout=0.1))
    weights, ids = double(common.random_weights(cfg, 6)), torch.arange(12)[None]
    assert torch.equal(hymba.forward(cfg, weights, ids), hymba.forward(cfg, weights, ids))
    assert not torch.equal(hymba.forward(cfg, weights, ids, True), hymba.forward(cfg, weights, ids, True))
    q, k, v = (torch.randn(1, 6, 2, 4).double() for _ in range(3))
    allow = hymba.mask(6, 6, 0, True)
    torch.manual_seed(0)
    mean = sum(hymba.attend(q, k, v, allow, 0.1) for _ in range(4000)) / 4000
    return f"{near(mean, hymba.attend(q, k, v, allow, 0.0), 0.05, 'mean over dropout masks'):.1e}"


@check
def adamw_is_pytorchs():
    """Our AdamW and clipping against torch.optim.AdamW and clip_grad_norm_, ten steps."""
    train = dict(lr=1e-2, beta1=0.9, beta2=0.99, eps=1e-8, weight_decay=0.1)
    torch.manual_seed(1)
    ours = {"a": torch.randn(5, 3).double(), "b": torch.randn(7).double()}
    theirs = [torch.nn.Parameter(p.clone()) for p in ours.values()]
    optimizer = training.AdamW(ours, train)
    reference = torch.optim.AdamW(theirs, lr=1.0, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1)
    for step in range(10):
        grads = {k: torch.randn_like(p) for k, p in ours.items()}
        norm = math.sqrt(sum(float((g**2).sum()) for g in grads.values()))
        factor = min(1.0, 1.0 / (norm + 1e-6))
        for p, g in zip(theirs, grads.values()):
            p.grad = g.clone()
        near(torch.nn.utils.clip_grad_norm_(theirs, 1.0), torch.tensor(norm, dtype=torch.float64), 1e-12, "norm")
        reference.param_groups[0]["lr"] = 1e-2 * (step + 1)
        reference.step()
        optimizer.step(ours, {k: g * factor for k, g in grads.items()}, 1e-2 * (step + 1))
    return f"{max(near(a, b.detach(), 1e-12, 'weights') for a, b in zip(ours.values(), theirs)):.1e}"


@check
def schedule_corners():
    train = dict(lr=3e-4, warmup=100, total_steps=1675, min_ratio=0.1)
    expected = {0: 0.0, 50: 1.5e-4, 100: 3e-4, 1675: 3e-5}
    for step, rate in expected.items():
        assert abs(training.learning_rate(train, step) - rate) < 1e-18, step
    middle = training.learning_rate(train, 100 + 1575 // 3)
    assert abs(middle - 3e-4 * (0.1 + 0.45 * 1.5)) < 1e-15
    return "start, middle of warm-up, peak, a third, end"


@check
def recomputation_changes_nothing():
    """The memory-saving path of the replay gives the same gradients."""
    for cfg, weights, ids, targets in list(cases())[:3]:
        results = []
        for wrap in (None, training.recomputed):
            p = {k: w.clone().requires_grad_() for k, w in weights.items()}
            value = hymba.loss(hymba.forward(cfg, p, ids, run_layer=wrap), targets, 0.1)
            results.append(torch.autograd.grad(value, list(p.values())))
        for a, b in zip(*results):
            assert torch.equal(a, b), cfg.name
    return "3 cases"


def main():
    torch.manual_seed(0)
    failures = 0
    for function in CHECKS:
        try:
            print(f"ok    {function.__name__}: {function()}", flush=True)
        except AssertionError as error:
            failures += 1
            print(f"FAIL  {function.__name__}: {error}", flush=True)
    print(f"{len(CHECKS)} checks, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
