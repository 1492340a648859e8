#!/usr/bin/env python3
"""Writes tests/data/run_fixture: a small run folder with invented, plausible numbers.

It feeds the tests of the report and nothing else; env.json and the Run column say
that no machine measured any of it. Structural figures (parameters, layers, KV
groups, cache sizes) follow the study's arithmetic. Usage: make_run_fixture.py DIR
"""
import csv
import json
import math
import pathlib
import random
import sys

OUT = pathlib.Path(sys.argv[1])
RUN, CORPUS = "fixture-quick-cpu", "fixture (invented numbers)"
PAIRS = [(1, 2), (3, 4), (6, 7), (8, 9)]
#        name, implementation, arch, layers, meta, globals, shared, params, best, final, tok/s, peak MiB
VARIANTS = [
    ("Mamba-only", "split", "mamba", 8, 0, [], [], 2153472, 168.21, 169.4, 5210, 402.5),
    ("Transformer-only", "split", "transformer", 8, 0, list(range(8)), [], 1836544, 181.94, 181.94, 9480, 288.1),
    ("Hybrid-Mine", "split", "hybrid", 11, 64, [0, 5, 10], PAIRS, 3382144, 151.37, 152.02, 3120, 611.9),
    ("Hybrid-NoMeta", "split", "hybrid", 11, 0, [0, 5, 10], PAIRS, 3373952, 153.06, 153.06, 3590, 498.2),
    ("Hybrid-NoKVShare", "split", "hybrid", 8, 64, list(range(8)), [], 2573824, 149.88, 150.71, 3870, 470.4),
    ("Hybrid-Official", "fused", "hybrid", 11, 64, [0, 5, 10], PAIRS, 3588306, 144.52, 144.93, 2740, 640.0),
    ("Official-NoMeta", "fused", "hybrid", 11, 0, [0, 5, 10], PAIRS, 3580114, 146.9, 146.9, 3180, 521.7),
]
STEPS, EVERY, WARMUP, PEAK = 120, 15, 20, 4e-3


def rate(step):
    if step < WARMUP:
        return PEAK * step / WARMUP
    return PEAK * (0.1 + 0.45 * (1 + math.cos(math.pi * (step - WARMUP) / (STEPS - WARMUP))))


def table(name, columns, rows):
    with open(OUT / name, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(columns + ["Run", "Corpus"])
        for r in rows:
            w.writerow(["" if v is None else v for v in r] + [RUN, CORPUS])


def conditions(op, kernel_pass):
    """What was beside a kernel's samples: one row lost most of them, one was taken at a lower clock."""
    if (op, kernel_pass) == ("attention", "backward"):
        return [71.2, 0, 0.991, 0.984, "delay+steal", "disturbed"]
    if (op, kernel_pass) == ("scan", "forward"):
        return [0.4, 1, 0.943, 0.99, "delay+steal", "drifted"]
    return [1.3, 2, 0.993, 0.985, "delay+steal", "ok"]


def number(x):
    return f"{x:.6g}"


def roles(v):
    """(attention, role, producer) of each layer."""
    _, _, arch, layers, _, glob, shared = v[:7]
    for i in range(layers):
        if arch == "mamba":
            yield "none", "none", None
        elif i in glob:
            yield "global", "global", i
        else:
            pair = next((p for p in shared if i in p), None)
            yield "local", "alone" if not pair else "producer" if i == pair[0] else "consumer", pair[0] if pair else i


def evaluation_rows(samples=24):
    """The best evaluation of every variant: a text harder here than there for all, and a scatter of the variant's own."""
    r = random.Random(11)
    hard = [r.gauss(0, 0.3) for _ in range(samples)]
    for v in VARIANTS:
        loss = [h + r.gauss(0, 0.05) for h in hard]
        shift = math.log(v[8]) - sum(loss) / samples
        for i, nll in enumerate(loss):
            yield [v[0], 42, "val", STEPS, (37 * i + 5) % 1194, 256, f"{256 * (nll + shift):.9g}", PEAK]


# what the study's file says an ablation is compared with, and what it isolates
COMPARED = {
    "Mamba-only": ("Hybrid-Mine", "arch"),
    "Transformer-only": ("Hybrid-Mine", "arch"),
    "Hybrid-NoMeta": ("Hybrid-Mine", "meta_tokens"),
    "Hybrid-NoKVShare": ("Hybrid-Mine", "kv_groups"),
    "Hybrid-Official": ("Hybrid-Mine", "implementation"),
    "Official-NoMeta": ("Hybrid-Official;Hybrid-NoMeta", "meta_tokens;implementation"),
}


def write():
    random.seed(7)
    results, variants, history, steps, kv, samples, ops, scaling, runs, position, mqar = ([] for _ in range(11))
    for v in VARIANTS:
        name, impl, arch, layers, meta, glob, shared, params, best, final, rate_tok, peak = v
        owners = [i for i, (a, r, p) in enumerate(roles(v)) if a != "none" and r != "consumer"]
        cached = {"global": 320 if meta else 256, "local": 32 + meta}
        kv_bytes = 0
        for i, (attention, role, producer) in enumerate(roles(v)):
            tokens = 0 if attention == "none" or role == "consumer" else cached[attention]
            size = tokens * 2 * 2 * 32 * 4
            kv_bytes += size
            if attention == "none":
                tokens = size = None
            kv.append([name, i, attention, role, producer, 2 if attention != "none" else None, tokens, size])
        ssm = None if arch == "transformer" else layers * 256 * (16 + 3) * 4 / 1024
        mine = "Official" if impl == "fused" else "Mine"
        reduction = "" if arch == "mamba" else number(layers / len(owners))
        minutes = 0.2 + STEPS * 512 / rate_tok / 60
        bits = math.log(best) / math.log(2) * 305684 / 1003854
        common = [reduction, "cpu", "f32", "ok", number(peak)]
        plain_kib = layers * cached["global"] * 2 * 2 * 32 * 4 / 1024
        measured = [number(kv_bytes / 1024) if owners else None, ssm and number(ssm), number(plain_kib) if owners else None, None]
        results.append([name, mine, number(params / 1e6), best, final, number(minutes), 1, None, None, number(bits), rate_tok,
                        None, None, number(peak * 1.03), number(kv_bytes / 1024) if owners else None, ssm and number(ssm)] + common + measured)
        runs.append([name, mine, number(params / 1e6), best, final, number(minutes), 42, number(bits), rate_tok, None, None,
                     number(peak * 1.03), number(kv_bytes / 1024) if owners else None, ssm and number(ssm)] + common +
                    [STEPS, "00" * 32, "11" * 32, "quick", 2, "avx512", "0" * 40, 0, "gcc 12.2.0", "-O3", "2025-01-01T00:00:00Z"] + measured + [None] * 5)
        fused = impl == "fused"
        emb = 4096 * 128 + meta * 128
        rest = params - emb
        share = {"mamba": (0, .62, .36, .02), "transformer": (.3, 0, .68, .02), "hybrid": (.14, .48, .36, .02)}[arch]
        variants.append([name, impl, arch, *COMPARED.get(name, (None, None)), layers, 128] + ([None] * 5 if arch == "mamba" else [4, 8 if fused else 4, 2, 32, 32]) + [meta,
                         json.dumps(glob, separators=(",", ":")), json.dumps([list(p) for p in shared], separators=(",", ":"))] + ([None] * 4 if arch == "transformer" else [16, 4, 2, 12 if fused else 8]) + [384 if fused else 341, 4096, 256, 0.1, 0.1, 2, 1, STEPS, PEAK, WARMUP, 0.1,
                         0.9, 0.99, 1e-8, 1, params, emb] + [round(rest * s) for s in share] + [int(params * 6.2)])
        start, end = math.log(4096) + 0.02, math.log(best) + 0.1
        for s in range(STEPS):
            part = min(1.0, s / (STEPS * 0.9))
            loss = end + (start - end) * math.exp(-4.2 * part) + random.gauss(0, 0.05)
            if name == "Transformer-only" and 60 <= s < 72:
                loss += 0.5 * math.exp(-(s - 60) / 4)
            norm = max(0.3, 0.75 + 1.6 * math.exp(-s / 12) + random.gauss(0, 0.12) + (2.0 if name == "Transformer-only" and s == 60 else 0))
            steps.append([name, 42, s, number(rate(s)), number(loss), number(norm), int(norm > 1)])
            done = s + 1
            if done % EVERY == 0:
                last = done == STEPS
                val = math.log(final) if last else math.log(best) + (start - math.log(best)) * math.exp(-4.6 * done / STEPS) + 0.012
                val = math.log(best) if done == STEPS - EVERY and best != final else val
                history.append([name, 42, done, number(done / 537), number(rate(s)), number(loss), number(norm), number(val),
                                number(math.exp(val)), 120 if last else 24])
        for prompt, plain in (("ROMEO:", "\nI will not be the day, and the world"), ("First Citizen:", "\nWe have the people, sir, to the")):
            samples.append([name, prompt, prompt + "ĠzKath wil,\tore\x07 bcommend 'sforth \"O", prompt + plain + f" {name.lower()}'s"])
        step_ms = 512 / rate_tok * 1000
        weights = {"linear": 46, "embedding": 1, "rmsnorm": 4, "swiglu": 4, "dropout_residual": 5, "cross_entropy": 13, "adamw": 6, "gradnorm": 1}
        if arch != "mamba":
            weights.update({"attention": 9 if layers == 8 else 7, "qk_norm_rope": 3})
        if arch != "transformer":
            weights.update({"scan": 20, "conv_silu": 4})
        if arch == "hybrid":
            weights["fusion"] = 3
        total = sum(weights.values())
        for op, w in weights.items():
            outside = op in ("embedding", "cross_entropy", "adamw", "gradnorm")
            for p, part in ([("update", 1.0)] if op in ("adamw", "gradnorm") else [("forward", 0.34), ("backward", 0.66)]):
                ms = step_ms * w / total * part
                flops = ms * (5.5e7 if op == "linear" else 4e6)
                ops.append([name, op, None, p, 1 if outside else layers, number(ms), number(100 * w / total * part), int(flops),
                            int(ms * 6e6), number(60 if op == "linear" else 35)] + [None] * 6)
        for context in (256, 1024, 4096):
            scaling.append([name, context, 1, number(rate_tok * 3.1), number(180 - layers * 6), int(kv_bytes * context / 256), int(peak * 2**19), None,
                            int(kv_bytes * context / 256), int(plain_kib * 1024 * context / 256) if owners else 0, int((ssm or 0) * 1024), int((ssm or 0) * 1024),
                            int(peak * 2**20), number(params * 4 * (180 - layers * 6) / 1e9),
                            number(20 + context * 0.1) if owners else None, 24 if meta and owners else None, 18 if meta and owners else None,
                            21 if ssm else None])
        for i in range(32):
            position.append([name, 42, 8 * i, 8 * i + 7, 960, number(math.log(final) + 0.9 * math.exp(-i / (3 if meta else 2)) - 0.04)])
        for pairs in (2, 4, 8, 16):
            correct = int(pairs * 120 * (0.95 if arch != "mamba" else 0.9) ** pairs)
            mqar.append([name, 42, pairs, pairs * 120, correct, number(correct / (pairs * 120))])
    table("evaluation.csv", "variant,seed,split,step,sample,targets,nll,peak_lr".split(","), evaluation_rows())
    kernels = []
    for k, op, p, isa, shape, us, gf, gb, roof, bound, err in [
        ("hy_linear_f32_blas", "linear", "forward", "avx512", "640x128x341", 612.4, 91.2, 2.3, 58.1, "compute", 0.04),
        ("hy_linear_f32_blas", "linear", "backward", "avx512", "640x128x341", 1290.5, 86.6, 2.6, 55.2, "compute", 0.05),
        ("hy_rmsnorm_f32_ref", "rmsnorm", "forward", "ref", "320x384", 410.2, 1.2, 2.4, 9.1, "memory", 0.0),
        ("hy_rmsnorm_f32_avx2", "rmsnorm", "forward", "avx2", "320x384", 48.7, 10.1, 20.2, 77.0, "memory", 0.11),
        ("hy_rmsnorm_f32_avx512", "rmsnorm", "forward", "avx512", "320x384", 41.9, 11.7, 23.5, 89.4, "memory", 0.12),
        ("hy_attention_f32_avx512", "attention", "forward", "avx512", "B2 T320 H4 K2 W32 M64", 880.1, 44.1, 3.0, 28.2, "compute", 0.2),
        ("hy_attention_f32_avx512", "attention", "backward", "avx512", "B2 T320 H4 K2 W32 M64", 2450.0, 39.5, 2.7, 25.3, "compute", 0.31),
        ("hy_scan_f32_avx512", "scan", "forward", "avx512", "B2 T320 E256 N16", 990.6, 15.2, 2.1, 12.9, "compute", 0.4),
        ("hy_scan_f32_avx512", "scan", "backward", "avx512", "B2 T320 E256 N16", 2890.3, 11.0, 1.9, 9.4, "compute", 0.47),
        ("hy_conv_silu_f32_avx2", "conv_silu", "forward", "avx2", "B2 T320 E256", 58.2, 17.1, 22.6, 85.9, "memory", 0.08),
        ("hy_cross_entropy_f32_avx512", "cross_entropy", "forward", "avx512", "640x4096", 1510.0, 8.7, 13.9, 52.8, "memory", 0.15),
        ("hy_adamw_f32_avx512", "adamw", "update", "avx512", "3382144", 2390.7, 17.0, 22.6, 86.1, "memory", 0.03),
    ]:
        med = us * 1000
        kernels.append([k, op, p, "cpu", isa, "f32", "model", shape, 0, 31, med, med * .995, med * 1.006, med * 1.002, med * .01, med * .98,
                        med * .994, med * 1.005, 1.1, 1, "noise", int(gf * med), int(gb * med), gf, gb, roof, bound, err, 0, None, 42,
                        "0" * 40, 0, "gcc 12.2.0", "-O3", "fixture CPU"] + [None] * 4 + conditions(op, p))
    kernels.append(["hy_linear_bf16_onednn", "linear", "forward", "cpu", "avx512", "bf16", "model", "640x128x341", 0] + [None] * 19 +
                   [1, "the CPU lacks AVX512_BF16", 42, "0" * 40, 0, "gcc 12.2.0", "-O3", "fixture CPU"] + [None] * 10)
    uni, bi, ch = 491.2, 118.4, 305684 / 1003854
    write_all(results, runs, history, steps, kernels, variants, ops, kv, scaling, samples, position, mqar,
              [[m, p, number(math.log2(p) * ch)] for m, p in (("uniform", 4096), ("unigram", uni), ("bigram", bi))])


def write_all(results, runs, history, steps, kernels, variants, ops, kv, scaling, samples, position, mqar, reference):
    head = ["Model", "Implementation", "Params (M)", "Best PPL", "Final PPL", "Time (min)"]
    tail = ["Train tok/s", "Prefill tok/s", "Decode tok/s", "Peak memory (MiB)", "KV cache (KiB)", "SSM state (KiB)", "KV reduction",
            "Device", "Precision", "Status", "Planned peak (MiB)"]
    measured = ["KV cache measured (KiB)", "SSM state measured (KiB)", "KV cache plain (KiB)", "Joules per 1000 tok"]
    gpu = ["GPU clock (MHz)", "GPU memory clock (MHz)", "GPU power (W)", "GPU temperature (C)", "GPU throttle"]
    table("ablation_results.csv", head + ["Seeds", "Best PPL CI95 low", "Best PPL CI95 high", "Bits per char"] + tail + measured, results)
    table("runs.csv", head + ["Seed", "Bits per char"] + tail + ["Steps", "Init SHA-256", "Data SHA-256", "Profile", "Threads", "ISA",
          "Git SHA", "Dirty", "Compiler", "Flags", "Started (UTC)"] + measured + gpu, runs)
    table("history.csv", "variant,seed,step,epoch,lr,train_loss,grad_norm,val_loss,val_ppl,val_samples".split(","), history)
    table("steps.csv", "variant,seed,step,lr,loss,grad_norm,clipped".split(","), steps)
    table("kernels.csv", ("kernel,op,pass,backend,isa,dtype,case,shape,cold,samples,median_ns,ci95_low_ns,ci95_high_ns,mean_ns,sd_ns,min_ns,"
          "q1_ns,q3_ns,noise_pct,outliers,stop_reason,flops,bytes,gflops,gbps,roof_pct,bound,error_share,skipped,skip_reason,seed,"
          "git_sha,dirty,compiler,flags,device,clock_mhz,power_w,temperature_c,throttle,disturbed_pct,dropped,clock_ratio,memory_ratio,witness,quality").split(","), kernels)
    table("variants.csv", ("name,implementation,arch,compare_to,isolates,layers,d_model,n_heads,query_heads,n_kv_heads,head_dim,window,"
          "meta_tokens,global_layers,kv_groups,d_state,d_conv,expand,dt_rank,d_ff,vocab,seq_len,dropout,label_smoothing,batch,epochs,steps,"
          "lr,warmup_steps,weight_decay,beta1,beta2,adam_eps,clip_norm,params,params_embedding,params_attention,params_mamba,params_ffn,"
          "params_norm_other,flops_per_token").split(","), variants)
    table("reference.csv", ["model", "ppl", "bits_per_char"], reference)
    table("ops.csv", ("variant,op,layer,pass,calls,time_ms,share_pct,flops,bytes,roof_pct,device_ms,kernels,copies,sets,trace_ratio,"
          "busy_pct").split(","), ops)
    table("kv.csv", "variant,layer,attention,role,producer,heads,cached_tokens,bytes".split(","), kv)
    table("scaling.csv", ("variant,context,batch,prefill_tok_s,decode_tok_s,cache_bytes,peak_bytes,stop_reason,cache_formula_bytes,cache_plain_bytes,"
          "state_bytes,state_formula_bytes,planned_bytes,decode_gbps,global_layer_us,local_layer_us,shared_layer_us,ssm_layer_us").split(","), scaling)
    table("position.csv", "variant,seed,first,last,targets,nll".split(","), position)
    table("mqar.csv", "variant,seed,pairs,queries,correct,accuracy".split(","), mqar)
    pairs = []
    for pair, question, base, new, fwd, bwd in (("in_proj", "one product for both paths", "separate", "fused", 0.93, 0.97),
                                                ("fusion", "learned weights per channel", "mean", "beta", 1.106, 1.007),
                                                ("window", "attention within a window", "global", "window", 0.61, 0.58),
                                                ("meta", "64 meta tokens before 256", "without", "with", 1.27, 1.26),
                                                ("kv_sharing", "keys and values of another layer", "own", "shared", 0.55, 0.49)):
        for p, ratio in (("fwd", fwd), ("bwd", bwd)):
            bad = (pair, p) == ("meta", "bwd")
            pairs.append([pair, question, base, new, p, "f32", "linear rows=8", "linear rows=9", 41000, number(41000 * ratio), ratio,
                          number(ratio * .995), number(ratio * 1.005), 0.0002, 24, 0.1, "", 60 if bad else 4, 3, .999, .99, "delay+steal",
                          "disturbed" if bad else "ok"])
    table("pairs.csv", ("pair,question,base_side,fresh_side,pass,dtype,base_calls,fresh_calls,base_ns,fresh_ns,ratio,ci_low,ci_high,p,pairs,"
          "error_share,skip_reason,disturbed_pct,dropped,clock_ratio,memory_ratio,witness,quality").split(","), pairs)
    compare = "subject,metric,unit,base,fresh,ratio,ci_low,ci_high,p,p_adjusted,threshold_pct,verdict,needed,n_base,n_fresh,cv_pct,doubtful_base,doubtful_fresh,note,base_name,fresh_name"
    table("compare.csv", compare.split(","), [
        ["hy_scan_fwd_f32_avx512/scan/hot", "time", "ns", 605800, 636100, 1.05, 1.042, 1.058, 0.0002, 0.001, 3, "regressed", None, 10, 10, 0.6, 0, 1, "", "a fixture", "this run"],
        ["hy_swiglu_fwd_f32_avx512/swiglu/hot", "time", "ns", 132000, 125000, 0.947, 0.94, 0.955, 0.0003, 0.001, 3, "improved", None, 10, 9, 0.5, 0, 0, "", "a fixture", "this run"],
        ["Hybrid-Mine", "KV cache measured (KiB)", "KiB", 608, 640, 1.052631579, None, None, None, None, 0, "changed", None, 1, 1, None, 0, 0, "", "a fixture", "this run"],
        ["hy_conv_fwd_f32_avx512/conv/hot", "time", "ns", 50700, 50800, 1.002, 0.995, 1.009, 0.6, 0.7, 3, "same", None, 10, 10, 0.4, 0, 0, "", "a fixture", "this run"],
        ["Hybrid-Mine", "Best PPL", "", 122.1, 121.8, 0.9975, None, None, None, None, 3, "inconclusive", None, 1, 1, None, 0, 0, "", "a fixture", "this run"],
        ["hy_embed_fwd_f32_avx512/embed/cold", "time", "ns", 9100, None, None, None, None, None, None, None, "", None, None, None, None, 0, 10, "disturbed or drifted", "a fixture", "this run"]])
    table("samples.csv", ["variant", "prompt", "before", "after"], samples)
    env = {"note": "a fixture of the tests: no machine measured any of this", "time_utc": "2025-01-01T00:00:00Z",
           "machine": {"cpu": "fixture CPU", "cores": 2, "memory_bytes": 8 << 30, "os": "Debian GNU/Linux 12 (bookworm)"},
           "build": {"version": "0.1.0", "git_sha": "0" * 40, "dirty": False, "compiler": "gcc 12.2.0", "flags": "-O3"},
           "libraries": {"openblas": "0.3.21", "cairo": "1.16.0", "qpdf": "11.3.0"}, "settings": {"threads": 2, "isa": "avx512"},
           "peaks": {"f32_gflops": 157.0, "stream_gbps": 26.3}, "devices": ["cpu"]}
    (OUT / "env.json").write_text(json.dumps(env, indent=2) + "\n", encoding="utf-8")
    (OUT / "config.yaml").write_text("# a fixture of the tests; the report does not read this file\nname: fixture\n", encoding="utf-8")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    write()
