"""The models of the study in plain PyTorch: the text that the C program is compared with.

Written to be read next to the model description, not to be fast: one function per formula, masks entry by entry
from the definition, the state space recurrence as a loop over time. Everything runs in the dtype of the parameters, so
float64 parameters give a float64 reference. Parameters are a plain dictionary {name: tensor} with the names and
shapes of the weights files.

Shapes: B batch, S content tokens, T positions (meta tokens included), D model width, H query heads, K key/value
heads, hd head width, E inner (SSM) width, N state size, R rank of dt, F feed-forward width, V vocabulary, M meta tokens.
"""

import dataclasses
import json
import math

import torch
import torch.nn.functional as F

EPS = 1e-6
ROPE_BASE = 10000.0


@dataclasses.dataclass(frozen=True)
class Config:
    """One variant, with everything resolved: field names are those of the JSON in weights files."""

    name: str
    implementation: str  # "split" or "fused"
    arch: str  # "hybrid", "mamba" or "transformer"
    vocab: int
    d_model: int
    n_layers: int
    n_heads: int
    n_kv_heads: int
    window: int  # 0 or less: no window, local layers see all earlier positions
    meta_tokens: int
    global_layers: tuple
    kv_groups: tuple  # tuples of layer indices, the producer first
    d_state: int
    d_conv: int
    expand: int
    d_ff: int
    dt_rank: int
    seq_len: int
    dropout: float
    label_smoothing: float
    fusion: str = "auto"  # "beta", "mean", or what the implementation does: split beta, fused mean
    in_proj: str = "auto"  # how many products read a layer's input: nothing that a formula would see

    @property
    def has_beta(self):
        return self.fusion == "beta" or (self.fusion == "auto" and self.implementation == "split")

    @property
    def d_inner(self):
        return self.expand * self.d_model

    @property
    def head_width(self):
        return self.d_model // self.n_heads

    @property
    def query_heads(self):
        """Split uses n_heads; fused makes the attention branch as wide as the SSM branch."""
        return self.n_heads if self.implementation == "split" else self.d_inner // self.head_width

    def producer(self, layer):
        """The layer whose K and V this layer reads: itself, unless it is a consumer of a group."""
        for group in self.kv_groups:
            if layer in group:
                return group[0]
        return layer

    def is_global(self, layer):
        return layer in self.global_layers

    def to_json(self):
        return json.dumps(dataclasses.asdict(self))

    @staticmethod
    def from_dict(fields):
        """Takes the known fields of a parsed JSON object; further ones are ignored, and a missing one without default is an error."""
        known = {f.name: fields[f.name] for f in dataclasses.fields(Config)
                 if f.name in fields or f.default is dataclasses.MISSING}
        known["global_layers"] = tuple(known["global_layers"])
        known["kv_groups"] = tuple(tuple(g) for g in known["kv_groups"])
        return Config(**known)


def default_dt_rank(implementation, d_model):
    return -(-d_model // 16) if implementation == "split" else max(d_model // 10, 1)


def default_d_ff(implementation, d_model):
    return int(d_model * 8 / 3) if implementation == "split" else 3 * d_model


def automatic_kv_groups(implementation, n_layers, global_layers):
    """Cuts every run of consecutive local layers into pairs.

    Of an odd run, split makes the first group three long and fused leaves the last layer alone. A run of one layer shares nothing.
    """
    runs, run = [], []
    for layer in range(n_layers):
        if layer in global_layers:
            runs.append(run)
            run = []
        else:
            run.append(layer)
    runs.append(run)

    groups = []
    for run in runs:
        if len(run) % 2 == 1 and implementation == "split" and len(run) > 1:
            groups.append(run[:3])
            run = run[3:]
        while len(run) >= 2:
            groups.append(run[:2])
            run = run[2:]
    return groups


def allowed(q, k, window, meta_tokens, is_global):
    """May the query at position q look at the key at position k?"""
    if k > q:
        return False
    if is_global or window <= 0:
        return True
    return k >= q - window + 1 or k < meta_tokens


def mask(T, window, meta_tokens, is_global):
    """[T, T] of bool, rows are queries."""
    return torch.tensor([[allowed(q, k, window, meta_tokens, is_global) for k in range(T)] for q in range(T)])


def parameter_shapes(cfg):
    """{name: shape} of every parameter of the variant."""
    D, V, M, N, R, ff = cfg.d_model, cfg.vocab, cfg.meta_tokens, cfg.d_state, cfg.dt_rank, cfg.d_ff
    E, hd, H, K = cfg.d_inner, cfg.head_width, cfg.query_heads, cfg.n_kv_heads
    shapes = {"embed_tokens.weight": (V, D)}
    if M > 0:
        shapes["meta_tokens"] = (M, D)
    for i in range(cfg.n_layers):
        owner = cfg.producer(i) == i
        own = {"input_norm.weight": (D,)}
        if cfg.implementation == "fused":
            kv_rows = 2 * K * hd if owner else 0
            own["mixer.in_proj.weight"] = (H * hd + kv_rows + E + E, D)
            own["mixer.q_norm.weight"] = (hd,)
            if owner:
                own["mixer.k_norm.weight"] = (hd,)
            own |= {"mixer." + name: shape for name, shape in ssm_shapes(cfg).items()}
            own |= {"mixer.dt_norm.weight": (R,), "mixer.B_norm.weight": (N,), "mixer.C_norm.weight": (N,)}
            own |= {"mixer." + name: shape for name, shape in fusion_shapes(cfg, E).items()}
            own["mixer.out_proj.weight"] = (D, E)
        else:
            if cfg.arch != "mamba":
                own["attn.q_proj.weight"] = (H * hd, D)
                if owner:
                    own["attn.k_proj.weight"] = (K * hd, D)
                    own["attn.v_proj.weight"] = (K * hd, D)
                own["attn.o_proj.weight"] = (D, H * hd)
                own["attn.q_norm.weight"] = (hd,)
                if owner:
                    own["attn.k_norm.weight"] = (hd,)
            if cfg.arch != "transformer":
                own["mamba.in_proj.weight"] = (2 * E, D)
                own |= {"mamba." + name: shape for name, shape in ssm_shapes(cfg).items()}
                own["mamba.out_proj.weight"] = (D, E)
            if cfg.arch == "hybrid":
                own |= fusion_shapes(cfg, D)
        own["ffn_norm.weight"] = (D,)
        own |= {"ffn.gate_proj.weight": (ff, D), "ffn.up_proj.weight": (ff, D), "ffn.down_proj.weight": (D, ff)}
        shapes |= {f"layers.{i}.{name}": shape for name, shape in own.items()}
    shapes["norm.weight"] = (D,)
    return shapes


def fusion_shapes(cfg, width):
    names = ["attn_out_norm.weight", "mamba_out_norm.weight"] + (["beta_attn", "beta_mamba"] if cfg.has_beta else [])
    return {name: (width,) for name in names}


def ssm_shapes(cfg):
    E, N, R = cfg.d_inner, cfg.d_state, cfg.dt_rank
    return {
        "conv1d.weight": (E, cfg.d_conv),
        "conv1d.bias": (E,),
        "x_proj.weight": (R + 2 * N, E),
        "dt_proj.weight": (E, R),
        "dt_proj.bias": (E,),
        "A_log": (E, N),
        "D": (E,),
    }


def rms(x, w):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + EPS) * w


def rope(x, interleaved):
    """Rotates x [B, T, heads, hd] by its position: pairs (2j, 2j+1) if interleaved, else (j, j + hd/2)."""
    T, hd = x.shape[1], x.shape[-1]
    frequency = ROPE_BASE ** (-torch.arange(0, hd, 2, dtype=torch.float64) / hd)
    angle = torch.outer(torch.arange(T, dtype=torch.float64), frequency)
    cos, sin = angle.cos().to(x.dtype)[:, None, :], angle.sin().to(x.dtype)[:, None, :]
    if interleaved:
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)
    a, b = x[..., : hd // 2], x[..., hd // 2 :]
    return torch.cat((a * cos - b * sin, a * sin + b * cos), -1)


def attend(q, k, v, allow, dropout):
    """Grouped-query attention. q [B,T,H,hd], k and v [B,T,K,hd], allow [T,T] of bool; out [B,T,H*hd].

    Query head h reads key/value head h // (H/K).
    """
    B, T, H, hd = q.shape
    k = k.repeat_interleave(H // k.shape[2], dim=2)
    v = v.repeat_interleave(H // v.shape[2], dim=2)
    scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / math.sqrt(hd)
    weights = torch.softmax(scores.masked_fill(~allow, -math.inf), -1)
    weights = F.dropout(weights, dropout, dropout > 0)
    return torch.einsum("bhqk,bkhd->bqhd", weights, v).reshape(B, T, H * hd)


def causal_conv(x, weight, bias):
    """Depthwise convolution over time; x [B,T,E], weight [E,d_conv] with the last tap on the current position."""
    T, taps = x.shape[1], weight.shape[1]
    padded = F.pad(x, (0, 0, taps - 1, 0))
    return bias + sum(padded[:, j : j + T] * weight[:, j] for j in range(taps))


def scan(u, delta, A, Bt, Ct, D):
    """The selective recurrence. u, delta [B,T,E]; A [E,N]; Bt, Ct [B,T,N]; D [E]; out [B,T,E]."""
    s = torch.zeros(u.shape[0], u.shape[2], A.shape[1], dtype=u.dtype)
    out = []
    for u_t, delta_t, B_t, C_t in zip(*(x.unbind(1) for x in (u, delta, Bt, Ct))):
        decay = torch.exp(delta_t[..., None] * A)
        s = decay * s + (delta_t * u_t)[..., None] * B_t[:, None, :]
        out.append((s * C_t[:, None, :]).sum(-1) + D * u_t)
    return torch.stack(out, 1)


def ssm(cfg, p, x, z):
    """Selective SSM core; p holds the parameters without their prefix; x, z and the result are [B,T,E]."""
    N, R = cfg.d_state, cfg.dt_rank
    u = F.silu(causal_conv(x, p["conv1d.weight"], p["conv1d.bias"]))
    dt, Bt, Ct = (u @ p["x_proj.weight"].T).split([R, N, N], -1)
    if cfg.implementation == "fused":
        dt, Bt, Ct = rms(dt, p["dt_norm.weight"]), rms(Bt, p["B_norm.weight"]), rms(Ct, p["C_norm.weight"])
    delta = F.softplus(dt @ p["dt_proj.weight"].T + p["dt_proj.bias"])
    y = scan(u, delta, -torch.exp(p["A_log"]), Bt, Ct, p["D"])
    return y * F.silu(z)


def below(p, prefix):
    """The parameters under a prefix, the prefix removed."""
    return {name[len(prefix) :]: w for name, w in p.items() if name.startswith(prefix)}


def heads(x, width):
    return x.reshape(*x.shape[:-1], -1, width)


def fuse(cfg, p, attention, mamba):
    """Brings the branches together: weighted by learned vectors, or their mean."""
    a, m = rms(attention, p["attn_out_norm.weight"]), rms(mamba, p["mamba_out_norm.weight"])
    return p["beta_attn"] * a + p["beta_mamba"] * m if cfg.has_beta else (a + m) / 2


def split_mixer(cfg, p, x, layer, allow, shared, dropout):
    hd = cfg.head_width
    attention = mamba = None
    if cfg.arch != "mamba":
        a = below(p, "attn.")
        q = rope(rms(heads(x @ a["q_proj.weight"].T, hd), a["q_norm.weight"]), interleaved=True)
        if cfg.producer(layer) == layer:
            k = rope(rms(heads(x @ a["k_proj.weight"].T, hd), a["k_norm.weight"]), interleaved=True)
            shared[layer] = k, heads(x @ a["v_proj.weight"].T, hd)
        k, v = shared[cfg.producer(layer)]
        attention = attend(q, k, v, allow, dropout) @ a["o_proj.weight"].T
    if cfg.arch != "transformer":
        m = below(p, "mamba.")
        xs, z = (x @ m["in_proj.weight"].T).chunk(2, -1)
        mamba = ssm(cfg, m, xs, z) @ m["out_proj.weight"].T
    if mamba is None:
        out = attention
    elif attention is None:
        out = mamba
    else:
        out = fuse(cfg, p, attention, mamba)
    return F.dropout(out, dropout, dropout > 0)


def fused_mixer(cfg, p, x, layer, allow, shared, dropout):
    m = below(p, "mixer.")
    hd, E, Dkv = cfg.head_width, cfg.d_inner, cfg.n_kv_heads * cfg.head_width
    Dq = cfg.query_heads * hd
    projected = x @ m["in_proj.weight"].T
    if cfg.producer(layer) == layer:
        q, k, v, xs, z = projected.split([Dq, Dkv, Dkv, E, E], -1)
        k = rope(rms(heads(k, hd), m["k_norm.weight"]), interleaved=False)
        shared[layer] = k, heads(v, hd)
    else:
        q, xs, z = projected.split([Dq, E, E], -1)
    q = rope(rms(heads(q, hd), m["q_norm.weight"]), interleaved=False)
    k, v = shared[cfg.producer(layer)]
    attention = attend(q, k, v, allow, dropout)
    y = ssm(cfg, m, xs, z)
    return fuse(cfg, m, attention, y) @ m["out_proj.weight"].T


def ffn(p, x, dropout):
    gate = F.silu(x @ p["gate_proj.weight"].T)
    gate = F.dropout(gate, dropout, dropout > 0)
    out = (gate * (x @ p["up_proj.weight"].T)) @ p["down_proj.weight"].T
    return F.dropout(out, dropout, dropout > 0)


def forward(cfg, params, ids, training=False, run_layer=None):
    """Logits [B, S, V] of ids [B, S].

    training switches dropout on. run_layer(function, *tensors) may wrap the call of each layer, for example to recompute it in
    the backward pass; it sees every tensor that passes from layer to layer.
    """
    assert cfg.implementation in ("split", "fused") and cfg.arch in ("hybrid", "mamba", "transformer")
    assert cfg.implementation == "split" or cfg.arch == "hybrid", "fused is hybrid only"
    dropout = cfg.dropout if training else 0.0
    ffn_dropout = dropout if cfg.implementation == "split" else 0.0
    embed = params["embed_tokens.weight"]
    mixer = split_mixer if cfg.implementation == "split" else fused_mixer
    h = embed[ids]
    if cfg.meta_tokens > 0:
        meta = params["meta_tokens"].expand(ids.shape[0], -1, -1)
        h = torch.cat((meta, h), 1)
    T = h.shape[1]
    masks = {g: mask(T, cfg.window, cfg.meta_tokens, g) for g in (False, True)}

    shared = {}  # layer that owns K and V -> (K, V)
    for i in range(cfg.n_layers):

        def layer(h, *kv, i=i):
            seen = {cfg.producer(i): kv} if kv else {}
            p = below(params, f"layers.{i}.")
            h = h + mixer(cfg, p, rms(h, p["input_norm.weight"]), i, masks[cfg.is_global(i)], seen, dropout)
            h = h + ffn(below(p, "ffn."), rms(h, p["ffn_norm.weight"]), ffn_dropout)
            return (h, *seen[i]) if i in seen else (h,)

        kv = shared.get(cfg.producer(i), ())
        h, *made = run_layer(layer, h, *kv) if run_layer else layer(h, *kv)
        if made:
            shared[i] = tuple(made)

    h = rms(h[:, cfg.meta_tokens :], params["norm.weight"])
    return h @ embed.T


def loss(logits, targets, label_smoothing):
    """Mean over the targets that are not -1 of (1-e)*nll + e * mean over the vocabulary of -log p."""
    valid = targets >= 0
    log_p = torch.log_softmax(logits, -1)[valid]
    nll = -log_p.gather(-1, targets[valid][:, None].long())[:, 0]
    return ((1 - label_smoothing) * nll + label_smoothing * -log_p.mean(-1)).mean()
