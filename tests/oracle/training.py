"""The training protocol in plain PyTorch: schedule, clipping and AdamW written out from the formulas."""

import math

import torch
import torch.utils.checkpoint

import hymba


def learning_rate(train, step):
    """Rate of the step with this number (from 0): linear warm-up, then a cosine down to min_ratio of the peak."""
    warmup, total, floor = train["warmup"], train["total_steps"], train["min_ratio"]
    if step < warmup:
        factor = step / warmup
    else:
        factor = floor + (1 - floor) / 2 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))
    return train["lr"] * factor


class AdamW:
    """Decoupled weight decay on every parameter, bias-corrected moments, epsilon outside the square root."""

    def __init__(self, params, train):
        self.train = train
        self.count = 0
        self.m = {name: torch.zeros_like(p) for name, p in params.items()}
        self.v = {name: torch.zeros_like(p) for name, p in params.items()}

    @torch.no_grad()
    def step(self, params, grads, rate):
        beta1, beta2, eps = self.train["beta1"], self.train["beta2"], self.train["eps"]
        self.count += 1
        for name, p in params.items():
            g, m, v = grads[name], self.m[name], self.v[name]
            m.mul_(beta1).add_(g, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
            m_hat = m / (1 - beta1**self.count)
            v_hat = v / (1 - beta2**self.count)
            p.mul_(1 - rate * self.train["weight_decay"])
            p.sub_(rate * m_hat / (v_hat.sqrt() + eps))


def recomputed(layer, *tensors):
    """Runs a layer keeping only its inputs; its inside is computed again in the backward pass."""
    return torch.utils.checkpoint.checkpoint(layer, *tensors, use_reentrant=False)


def run(cfg, train, weights, inputs, targets, dtype, save_memory=False, report=None):
    """Trains from `weights` on inputs and targets [steps, batch, S], dropout off.

    Returns (rows, final weights): a row is (step, rate, loss before the step, gradient norm before clipping), and report(row) is called
    after each step.
    """
    params = {name: w.to(dtype).clone().requires_grad_() for name, w in weights.items()}
    optimizer = AdamW(params, train)
    wrap = recomputed if save_memory else None
    rows = []
    for step in range(inputs.shape[0]):
        logits = hymba.forward(cfg, params, inputs[step].long(), run_layer=wrap)
        value = hymba.loss(logits, targets[step], train["label_smoothing"])
        grads = dict(zip(params, torch.autograd.grad(value, list(params.values()))))
        norm = math.sqrt(sum(float((g.double() ** 2).sum()) for g in grads.values()))
        factor = min(1.0, train["clip"] / (norm + 1e-6))
        rate = learning_rate(train, step)
        optimizer.step(params, {name: g * factor for name, g in grads.items()}, rate)
        rows.append((step, rate, float(value.detach()), norm))
        if report:
            report(rows[-1])
    return rows, {name: p.detach() for name, p in params.items()}
