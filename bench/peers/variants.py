"""The seven variants of the study at full size, as the peers build them."""

import dataclasses
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "oracle"))
import hymba  # noqa: E402  the oracle: configuration, parameter shapes, and what the peers are checked against

BATCH = 16
GLOBALS = (0, 5, 10)

# name: implementation, architecture, layers, meta tokens, global layers, KV groups (None: automatic), parameters
STUDY = {
    "Mamba-only": ("split", "mamba", 8, 0, (), (), 18_727_296),
    "Transformer-only": ("split", "transformer", 8, 0, tuple(range(8)), (), 14_163_328),
    "Hybrid-Mine": ("split", "hybrid", 11, 64, GLOBALS, None, 29_134_848),
    "Hybrid-NoMeta": ("split", "hybrid", 11, 0, GLOBALS, None, 29_110_272),
    "Hybrid-NoKVShare": ("split", "hybrid", 8, 64, tuple(range(8)), (), 21_910_912),
    "Hybrid-Official": ("fused", "hybrid", 11, 64, GLOBALS, None, 30_994_178),
    "Official-NoMeta": ("fused", "hybrid", 11, 0, GLOBALS, None, 30_969_602),
}


def full_size(name):
    """The resolved configuration of a variant of the study."""
    implementation, arch, layers, meta, global_layers, groups, _ = STUDY[name]
    if groups is None:
        groups = hymba.automatic_kv_groups(implementation, layers, global_layers)
    return hymba.Config.from_dict(dict(
        name=name, implementation=implementation, arch=arch, vocab=4096, d_model=384, n_layers=layers, n_heads=6,
        n_kv_heads=2, window=128, meta_tokens=meta, global_layers=global_layers, kv_groups=groups, d_state=16, d_conv=4,
        expand=2, d_ff=hymba.default_d_ff(implementation, 384), dt_rank=hymba.default_dt_rank(implementation, 384),
        seq_len=256, dropout=0.1, label_smoothing=0.1))


def small(cfg):
    """The same structure at a size where a comparison with the float64 oracle takes a moment; dropout off."""
    return dataclasses.replace(
        cfg, vocab=53, d_model=48, n_layers=5, window=7, meta_tokens=min(cfg.meta_tokens, 3),
        global_layers=tuple(g for g in (0, 4) if cfg.global_layers) if len(cfg.global_layers) < cfg.n_layers else tuple(range(5)),
        kv_groups=((1, 2),) if cfg.kv_groups else (), d_state=4, d_ff=64, dt_rank=4, seq_len=37, dropout=0.0)
