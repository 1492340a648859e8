"""The study's models as one would write them for speed in PyTorch.

Compared with the oracle: projections that read the same input are one matrix, attention goes through
scaled_dot_product_attention (is_causal where it applies, grouped heads without copying), convolution is conv1d, norms
are F.rms_norm, rotary tables are precomputed, the cross-entropy is PyTorch's. The scan is chosen by name. Each layer's `forward` may be
compiled; the scan then stays outside the compiled region, because an unrolled loop over time is not worth compiling and some
formulations compile themselves.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

import scans
from variants import hymba

EPS = hymba.EPS


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight.to(x.dtype), EPS)  # one dtype: the fused kernel


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


def rotate(x, cos, sin, interleaved):
    """x [B,heads,T,hd]; cos and sin [T, hd/2]."""
    if interleaved:
        a, b = x.unflatten(-1, (-1, 2)).unbind(-1)
        return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), -1)


class Ssm(nn.Module):
    """The selective core; x, z and the result [B,T,E]."""

    def __init__(self, cfg, formulation):
        super().__init__()
        E, N, R = cfg.d_inner, cfg.d_state, cfg.dt_rank
        self.sizes = [R, N, N]
        self.conv1d = nn.Conv1d(E, E, cfg.d_conv, groups=E, padding=cfg.d_conv - 1)
        self.x_proj, self.dt_proj = linear(E, R + 2 * N), nn.Linear(R, E)
        self.A_log = nn.Parameter(torch.log(torch.arange(1.0, N + 1)).repeat(E, 1))
        self.D = nn.Parameter(torch.ones(E))
        self.norms = nn.ModuleList([Norm(R), Norm(N), Norm(N)]) if cfg.implementation == "fused" else None
        self.takes_u = formulation == "mamba_ssm"  # as it is, and the step apart
        self.scan = torch.compiler.disable(scans.FORMULATIONS[formulation])

    def forward(self, x, z):
        u = F.silu(self.conv1d(x.transpose(1, 2))[..., : x.shape[1]].transpose(1, 2))
        dt, Bt, Ct = self.x_proj(u).split(self.sizes, -1)
        if self.norms is not None:
            dt, Bt, Ct = (norm(v) for norm, v in zip(self.norms, (dt, Bt, Ct)))
        delta = F.softplus(self.dt_proj(dt).float())
        u = u.float()
        with torch.autocast(u.device.type, enabled=False):  # the scan is float32 in every precision, as in hymbench
            y = self.scan(delta, u if self.takes_u else delta * u, -torch.exp(self.A_log), Bt.float(), Ct.float())
        return (y + self.D * u) * F.silu(z)


class Layer(nn.Module):
    def __init__(self, cfg, index, formulation):
        super().__init__()
        D, E, hd = cfg.d_model, cfg.d_inner, cfg.head_width
        H, K = cfg.query_heads, cfg.n_kv_heads
        self.fused = cfg.implementation == "fused"
        self.attention, self.mamba = cfg.arch != "mamba", cfg.arch != "transformer"
        self.owner = cfg.producer(index) == index
        self.local = not cfg.is_global(index) and 0 < cfg.window < cfg.meta_tokens + cfg.seq_len
        self.hd, self.dropout = hd, cfg.dropout
        # rows of the input projection, in this order
        self.rows = [H * hd] * self.attention + [K * hd] * (2 * (self.attention and self.owner)) + [E, E] * self.mamba
        self.input_norm, self.ffn_norm = Norm(D), Norm(D)
        self.in_proj = linear(D, sum(self.rows))
        if self.attention:
            self.q_norm = Norm(hd)
            self.k_norm = Norm(hd) if self.owner else None
            self.o_proj = None if self.fused else linear(H * hd, D)
        if self.mamba:
            self.ssm = Ssm(cfg, formulation)
            self.out_proj = linear(E, D)
        if self.attention and self.mamba:
            width = E if self.fused else D
            self.attn_out_norm, self.mamba_out_norm = Norm(width), Norm(width)
            if not self.fused:
                self.beta_attn, self.beta_mamba = nn.Parameter(torch.ones(D)), nn.Parameter(torch.ones(D))
        self.gate_up, self.down = linear(D, 2 * cfg.d_ff), linear(cfg.d_ff, D)

    def attend(self, parts, kv, cos, sin, mask):
        q = rotate(self.q_norm(parts.pop(0).unflatten(-1, (-1, self.hd)).transpose(1, 2)), cos, sin, not self.fused)
        if self.owner:
            k, v = (parts.pop(0).unflatten(-1, (-1, self.hd)).transpose(1, 2) for _ in range(2))
            kv = rotate(self.k_norm(k), cos, sin, not self.fused), v
        k, v = kv
        p = self.dropout if self.training else 0.0
        grouped = q.shape[1] != k.shape[1]
        if grouped and self.local and q.is_cuda:  # the fused kernel that takes a mask there does not group heads
            k, v = (t.repeat_interleave(q.shape[1] // t.shape[1], 1) for t in kv)
            grouped = False
        a = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, attn_mask=mask if self.local else None,
                                           dropout_p=p, is_causal=not self.local, enable_gqa=grouped)
        return a.transpose(1, 2).flatten(2), kv

    def forward(self, h, kv, cos, sin, mask):
        parts = list(self.in_proj(self.input_norm(h)).split(self.rows, -1))
        a = y = None
        if self.attention:
            a, kv = self.attend(parts, kv, cos, sin, mask)
        if self.mamba:
            y = self.ssm(*parts)
        if self.fused:
            out = self.out_proj((self.attn_out_norm(a) + self.mamba_out_norm(y)) / 2)
        else:
            a = self.o_proj(a) if self.attention else None
            y = self.out_proj(y) if self.mamba else None
            if a is not None and y is not None:
                out = self.beta_attn * self.attn_out_norm(a) + self.beta_mamba * self.mamba_out_norm(y)
            else:
                out = a if y is None else y
        p = 0.0 if self.fused else self.dropout  # fused drops attention weights only
        h = h + F.dropout(out, p, self.training)
        gate, up = self.gate_up(self.ffn_norm(h)).chunk(2, -1)
        h = h + F.dropout(self.down(F.dropout(F.silu(gate), p, self.training) * up), p, self.training)
        return h, kv


class Model(nn.Module):
    """Logits [B,S,V] of ids [B,S]."""

    def __init__(self, cfg, formulation):
        super().__init__()
        self.cfg = cfg
        D, T, hd = cfg.d_model, cfg.meta_tokens + cfg.seq_len, cfg.head_width
        self.embed = nn.Embedding(cfg.vocab, D)
        self.meta = nn.Parameter(torch.zeros(cfg.meta_tokens, D)) if cfg.meta_tokens else None
        self.layers = nn.ModuleList(Layer(cfg, i, formulation) for i in range(cfg.n_layers))
        self.norm = Norm(D)
        angle = torch.outer(torch.arange(T).double(), hymba.ROPE_BASE ** (-torch.arange(0, hd, 2).double() / hd))
        self.register_buffer("cos", angle.cos().float())
        self.register_buffer("sin", angle.sin().float())
        self.register_buffer("mask", hymba.mask(T, cfg.window, cfg.meta_tokens, False))

    def hidden(self, ids):
        h = self.embed(ids)
        if self.meta is not None:
            h = torch.cat((self.meta.expand(ids.shape[0], -1, -1), h), 1)
        kvs = {}
        for i, layer in enumerate(self.layers):
            h, kvs[i] = layer(h, kvs.get(self.cfg.producer(i)), self.cos, self.sin, self.mask)
        return h

    def forward(self, ids):
        return self.head(self.hidden(ids))

    def head(self, h):
        return F.linear(self.norm(h[:, self.cfg.meta_tokens :]), self.embed.weight)

    def head_loss(self, h, targets):
        logits = self.head(h).float().flatten(0, 1)
        return F.cross_entropy(logits, targets.flatten(), label_smoothing=self.cfg.label_smoothing)

    def loss(self, ids, targets):
        return self.head_loss(self.hidden(ids), targets)

    def compile_parts(self):
        """The whole model in one piece where there is no scan, else every layer and the head."""
        if self.cfg.arch == "transformer":
            self.loss = torch.compile(self.loss, dynamic=False)
        else:
            for layer in self.layers:
                layer.compile(dynamic=False)
            self.head_loss = torch.compile(self.head_loss, dynamic=False)

    def mapping(self):
        """{our parameter: the oracle's names, to be put one below the other}."""
        names = {"embed.weight": ["embed_tokens.weight"], "norm.weight": ["norm.weight"]}
        if self.meta is not None:
            names["meta"] = ["meta_tokens"]
        for i, layer in enumerate(self.layers):
            fused, p = layer.fused, f"layers.{i}."
            attn, mamba = ("mixer.", "mixer.") if fused else ("attn.", "mamba.")
            own = {"input_norm.weight": ["input_norm.weight"], "ffn_norm.weight": ["ffn_norm.weight"]}
            own["gate_up.weight"] = ["ffn.gate_proj.weight", "ffn.up_proj.weight"]
            own["down.weight"] = ["ffn.down_proj.weight"]
            if fused:
                own["in_proj.weight"] = ["mixer.in_proj.weight"]
            else:
                qkv = ["q_proj", "k_proj", "v_proj"][: 3 if layer.owner else 1] if layer.attention else []
                own["in_proj.weight"] = [f"attn.{n}.weight" for n in qkv] + ["mamba.in_proj.weight"] * layer.mamba
            for name, _ in layer.named_parameters():
                last = name.removeprefix("ssm.")
                if name.startswith("ssm.norms."):
                    own[name] = [mamba + ("dt_norm", "B_norm", "C_norm")[int(name.split(".")[2])] + ".weight"]
                elif name.startswith("ssm."):
                    own[name] = [mamba + last]
                elif name in ("q_norm.weight", "k_norm.weight", "o_proj.weight"):
                    own[name] = [attn + name]
                elif name == "out_proj.weight":
                    own[name] = [mamba + name]
                elif name.endswith("_out_norm.weight"):
                    own[name] = [("mixer." if fused else "") + name]
                elif name.startswith("beta_"):
                    own[name] = [name]
            names |= {p + k: [p + n for n in v] for k, v in own.items()}
        assert set(names) == {name for name, _ in self.named_parameters()}
        return names

    @torch.no_grad()
    def load(self, weights):
        parameters = dict(self.named_parameters())
        for ours, theirs in self.mapping().items():
            parameters[ours].copy_(torch.cat([weights[n] for n in theirs]).reshape(parameters[ours].shape))

    @torch.no_grad()
    def initialise(self, seed=0):
        """Normal(0, 0.02) where the study says so, dt in [0.001, 0.1]; the rest is set by the constructors."""
        g = torch.Generator().manual_seed(seed)
        for name, p in self.named_parameters():
            if name.endswith("dt_proj.bias"):
                dt = torch.exp(math.log(1e-3) + math.log(100) * torch.rand(p.shape, generator=g))
                p.copy_(torch.log(torch.expm1(dt)))
            elif "conv1d" in name:
                p.copy_((2 * torch.rand(p.shape, generator=g) - 1) / math.sqrt(self.cfg.d_conv))
            elif p.ndim > 1 and not name.endswith("A_log"):
                p.copy_(0.02 * torch.randn(p.shape, generator=g))
