"""The selective scan, in the formulations people use in PyTorch.

    s_t = exp(delta_t A) * s_{t-1} + x_t B_t,   y_t = s_t . C_t,   x = delta * u

delta, x [B,T,E]; A [E,N]; Bt, Ct [B,T,N]; y [B,T,E]; float32. States are kept as [.., N, E], so that the long axis is the
contiguous one.

    loop      a Python loop over time, differentiated by autograd: the form found in most repositories
    stepwise  the same loop inside one autograd function, with its backward written by hand and in-place operations
    parallel  an associative scan over the whole sequence (work-efficient up and down sweep), backward by the reverse scan
    chunk     unrolled pieces of 8 steps compiled by torch.compile with autograd's backward, called in a loop
    mamba_ssm the kernel of the package mamba_ssm, where it is installed: on a GPU only, and given u in place of x

The log-space formulation with one cumulative sum is not here: exp(-sum of delta A) overflows float32 for the decays of this model.
"""

import torch


def loop(delta, x, A, Bt, Ct):
    At = A.T.contiguous()
    s = x.new_zeros(x.shape[0], A.shape[1], A.shape[0])
    out = []
    for d_t, x_t, B_t, C_t in zip(delta.unbind(1), x.unbind(1), Bt.unbind(1), Ct.unbind(1)):
        s = torch.exp(d_t[:, None] * At) * s + x_t[:, None] * B_t[..., None]
        out.append(torch.bmm(C_t[:, None], s)[:, 0])
    return torch.stack(out, 1)


class Stepwise(torch.autograd.Function):
    """Keeps the states [T,B,N,E] of the forward pass; everything else is computed again."""

    @staticmethod
    def forward(ctx, delta, x, A, Bt, Ct):
        delta, x, Bt, Ct = (v.transpose(0, 1).contiguous() for v in (delta, x, Bt, Ct))
        At = A.T.contiguous()
        T, B, E = x.shape
        states = x.new_empty(T, B, At.shape[0], E)
        decay, previous = torch.empty_like(states[0]), torch.zeros_like(states[0])
        y = torch.empty_like(x)
        for t in range(T):
            torch.mul(delta[t, :, None], At, out=decay).exp_()
            torch.mul(decay, previous, out=states[t])
            previous = states[t].addcmul_(x[t, :, None], Bt[t, ..., None])
            torch.bmm(Ct[t, :, None], previous, out=y[t, :, None])
        ctx.save_for_backward(delta, x, At, Bt, Ct, states)
        return y.transpose(0, 1)

    @staticmethod
    def backward(ctx, gy):
        delta, x, At, Bt, Ct, states = ctx.saved_tensors
        gy = gy.transpose(0, 1).contiguous()
        g_delta, g_x, g_B, g_C = (torch.empty_like(v) for v in (delta, x, Bt, Ct))
        g_A, zero = torch.zeros_like(states[0]), torch.zeros_like(states[0])
        g, decay, g_arg = torch.zeros_like(zero), torch.empty_like(zero), torch.empty_like(zero)
        for t in reversed(range(x.shape[0])):
            previous = states[t - 1] if t else zero
            g.addcmul_(Ct[t, ..., None], gy[t, :, None])
            torch.bmm(states[t], gy[t, ..., None], out=g_C[t, ..., None])
            torch.bmm(Bt[t, :, None], g, out=g_x[t, :, None])
            torch.bmm(g, x[t, ..., None], out=g_B[t, ..., None])
            torch.mul(delta[t, :, None], At, out=decay).exp_()
            g.mul_(decay)
            torch.mul(g, previous, out=g_arg)
            g_A.addcmul_(g_arg, delta[t, :, None])
            torch.sum(g_arg.mul_(At), 1, out=g_delta[t])
        back = (v.transpose(0, 1) for v in (g_delta, g_x))
        return *back, g_A.sum(0).T, g_B.transpose(0, 1), g_C.transpose(0, 1)


def sweep(T, d, first, backwards):
    """Pairs of slices (here, before) with here = first, first + 2d, ... and before = here - d; mirrored if backwards."""
    n = len(range(first, T, 2 * d))
    if not backwards:
        return slice(first, None, 2 * d), slice(first - d, first - d + 2 * d * (n - 1) + 1, 2 * d)
    last = T - 1 - (first + 2 * d * (n - 1))
    return slice(last, T - first, 2 * d), slice(last + d, T - first + d, 2 * d)


def scan_(a, x, backwards=False):
    """In place, along the first axis: x_t += a_t x_{t-1} for all t, or x_t += a_t x_{t+1} if backwards; a is used up."""
    T, d = x.shape[0], 1
    while 2 * d <= T:  # up: blocks of 2d end with their own sum
        here, before = sweep(T, d, 2 * d - 1, backwards)
        x[here].addcmul_(a[here], x[before])
        a[here].mul_(a[before])
        d *= 2
    while d >= 1:  # down: blocks of d that follow a finished prefix
        if 3 * d <= T:
            here, before = sweep(T, d, 3 * d - 1, backwards)
            x[here].addcmul_(a[here], x[before])
        d //= 2


class Parallel(torch.autograd.Function):
    """Whole [T,B,N,E] tensors; keeps the states."""

    @staticmethod
    def forward(ctx, delta, x, A, Bt, Ct):
        delta, x, Bt, Ct = (v.transpose(0, 1).contiguous() for v in (delta, x, Bt, Ct))
        At = A.T.contiguous()
        a = torch.mul(delta[:, :, None], At).exp_()
        states = x[:, :, None] * Bt[..., None]
        scan_(a, states)
        ctx.save_for_backward(delta, x, At, Bt, Ct, states)
        return (Ct[:, :, None] @ states)[:, :, 0].transpose(0, 1)

    @staticmethod
    def backward(ctx, gy):
        delta, x, At, Bt, Ct, states = ctx.saved_tensors
        gy = gy.transpose(0, 1).contiguous()
        decay = torch.mul(delta[:, :, None], At).exp_()
        next_decay = torch.cat((decay[1:], torch.zeros_like(decay[:1])))
        g = Ct[..., None] * gy[:, :, None]
        scan_(next_decay, g, backwards=True)  # g_t = C_t gy_t + decay_{t+1} g_{t+1}
        g_C = (states @ gy[..., None])[..., 0]
        g_x = (Bt[:, :, None] @ g)[:, :, 0]
        g_B = (g @ x[..., None])[..., 0]
        g_arg = g.mul_(decay)
        g_arg[0] = 0
        g_arg[1:] *= states[:-1]
        g_A = (g_arg * delta[:, :, None]).sum((0, 1)).T
        g_delta = g_arg.mul_(At).sum(2)
        return *(v.transpose(0, 1) for v in (g_delta, g_x)), g_A, *(v.transpose(0, 1) for v in (g_B, g_C))


def piece(s, delta, x, At, Bt, Ct):
    """Some steps unrolled; s [B,N,E] is the state before and, returned, after them."""
    out = []
    for t in range(x.shape[1]):
        s = torch.exp(delta[:, t, None] * At) * s + x[:, t, None] * Bt[:, t, :, None]
        out.append((s * Ct[:, t, :, None]).sum(1))
    return torch.stack(out, 1), s


compiled_piece = torch.compile(piece, dynamic=False)


def chunk(delta, x, A, Bt, Ct, steps=8):
    At = A.T.contiguous()
    s = x.new_zeros(x.shape[0], A.shape[1], A.shape[0])
    out = []
    for parts in zip(*(v.split(steps, 1) for v in (delta, x, Bt, Ct))):
        d, xs, Bs, Cs = (p.contiguous() for p in parts)
        y, s = compiled_piece(s, d, xs, At, Bs, Cs)
        out.append(y)
    return torch.cat(out, 1)


def mamba_ssm(delta, u, A, Bt, Ct):
    from mamba_ssm.ops.selective_scan_interface import selective_scan_fn

    across = (v.transpose(1, 2).contiguous() for v in (u, delta))
    return selective_scan_fn(*across, A, *(v.transpose(1, 2).contiguous() for v in (Bt, Ct))).transpose(1, 2)


def has_mamba_ssm():
    try:
        import mamba_ssm.ops.selective_scan_interface  # noqa: F401
    except ImportError:
        return False
    return True


FORMULATIONS = {"loop": loop, "stepwise": Stepwise.apply, "parallel": Parallel.apply, "chunk": chunk, "mamba_ssm": mamba_ssm}
