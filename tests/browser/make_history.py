"""Fills a history with nights that are made up: many series, each with its noise, some with a change of level.

    make_history.py HISTORY.sqlite SERIES NIGHTS

The file is there with its tables (hymbench history add makes it); what it holds is dropped. What is drawn depends on nothing else.
"""

import hashlib
import math
import random
import sqlite3
import sys

NEWEST = 1793934000  # 2026-11-06, 03:00 UTC
DAY = 86400
MACHINES = [("AMD EPYC 9R14, 2 cores, 8 GiB", 0.8), ("Intel Xeon Platinum 8481C, 4 cores, 16 GiB", 0.2)]
OPS = "scan conv rmsnorm swiglu attention qkrope fusion embed addnorm crossentropy".split()
CASES = "train long decode odd wide narrow batch tiny".split()
VARIANTS = "Transformer Mamba Hybrid-Mine Hybrid-Clean Hymba".split()
FIGURES = [("Train tok/s", "tok/s", 1, 0, 1, 9000.0), ("Decode tok/s", "tok/s", 1, 0, 1, 450.0), ("Final PPL", "", 0, 0, 0, 11.7),
           ("Peak memory (MiB)", "MiB", 0, 0, 0, 812.0), ("KV cache measured (KiB)", "KiB", 0, 1, 0, 768.0), ("Params (M)", "million", 0, 1, 0, 14.2)]
BUILDS = ("0.1.0; gcc 12.2.0; -O3 -fopenmp -fno-math-errno -ffp-contract=fast; avx2: -march=x86-64-v3; openblas 0.3.21; onednn 3.1.1",
          "0.1.0; gcc 11.4.0; -O3 -fopenmp -fno-math-errno -ffp-contract=fast; avx2: -march=x86-64-v3; openblas 0.3.20; onednn 3.1.1")
CHANGED = ("hy_scan_fwd_f32_avx512/long/hot", "time")  # 6 % slower from the fifth night before the newest on
FINDING_STATES = {"suspected": 0, "confirmed": 1, "refuted": 2, "unsettled": 3}


AWKWARD = "<b id='injected'>\u00e9</b></script>\u2028\"&"  # a name that must stay text

# series of a shape of their own: what becomes of a point (value, low, high, samples, doubtful) in night `i` of `n`; None: there is none
EDGES = {
    "edge one night": lambda row, i, n: row if i == n - 1 else None,
    "edge two nights": lambda row, i, n: row if i >= n - 2 else None,
    "edge no points": lambda row, i, n: None,
    "edge all doubtful": lambda row, i, n: (*row[:4], 1),
    "edge exact zero": lambda row, i, n: (3.0 if i >= n - 3 else 0.0, None, None, 1, 0),
    "edge no interval": lambda row, i, n: (row[0], None, None, 0, row[4]),
    "edge always the same": lambda row, i, n: (5e4, 5e4, 5e4, 20, 0),
    "edge long ago": lambda row, i, n: row if i < n - 100 else None,
    "edge by the clock": lambda row, i, n: tuple(x * slowness(i) for x in (5e4 + i % 3, 4.99e4, 5.01e4)) + (20, int(i % 50 == 7)),
}


def slowness(night):
    """Of the second machine's clock."""
    return 1.0 + 0.15 * (night * 7 % 5 in (1, 2))


def kernels():
    """(subject, dtype) in an order that begins with the one that is looked for."""
    for case in CASES:
        for isa in ("avx512", "avx2", "ref"):
            for dtype in ("f32", "bf16"):
                for op in OPS:
                    for way in ("fwd", "bwd"):
                        for cache in ("hot", "cold"):
                            yield f"hy_{op}_{way}_{dtype}_{isa}/{case}/{cache}", dtype


def series_of(count):
    """Some kernels are there once more, of an older build. (build, metric, subject, unit, machine, threads, precision, more, exact, timed, size)"""
    for index, (machine, share) in enumerate(MACHINES):
        wanted = round(count * share) if index == 0 else count - round(count * MACHINES[0][1])
        made = 0
        for name in (AWKWARD, *EDGES) if index == 1 and wanted else ():
            made += 1
            exact = name == "edge exact zero"
            yield 0, "bytes" if exact else "time", name, "bytes" if exact else "ns", machine, "1", "f32", 0, int(exact), int(not exact), 5e4
        for variant in VARIANTS:
            for metric, unit, more, exact, timed, size in FIGURES:
                if made < wanted // 4:
                    made += 1
                    yield 0, metric, variant, unit, machine, "2", "bf16", more, exact, timed, size
        for threads in ("1", "2"):
            for subject, dtype in kernels():
                for build in (0, 1) if made % 50 == 49 else (0,):
                    if made < wanted:
                        made += 1
                        yield build, "time", subject, "ns", machine, threads, dtype, 0, 0, 1, 0.0


def figures(draw, series, nights):
    """The values of one series' nights: (value, low, high, samples, doubtful), or None where there is none."""
    build, metric, subject, _, _, threads, _, _, exact, _, size = series
    planted = (subject, metric) == CHANGED and threads == "1"
    size = size or math.exp(draw.uniform(math.log(3e3), math.log(4e7)))
    noise = 0.004 if planted else math.exp(draw.uniform(math.log(0.002), math.log(0.03)))
    steps = [] if planted else [(draw.randrange(nights), draw.choice((0.93, 0.96, 1.04, 1.09))) for _ in range(draw.choice((0, 0, 0, 1, 1, 2)))]
    begins = 0 if planted or draw.random() < 0.8 else draw.randrange(nights)
    rows, edge = [], EDGES.get(subject)
    if edge or subject == AWKWARD:
        steps, begins, noise = [], 0, 0.003
    for night in range(nights):
        if night < begins or (build == 1 and night > nights // 2) or (not planted and not edge and draw.random() < 0.02):
            rows.append(None)
            continue
        level = size * math.prod(by for at, by in steps if night >= at) * (1.06 if planted and night >= nights - 6 else 1)
        if exact and not edge:
            rows.append((round(level, 3), None, None, 1, 0))
            continue
        doubtful = draw.random() < 0.03
        value = level * (1 + draw.gauss(0, noise)) * (1 + abs(draw.gauss(0, 0.12)) * doubtful)
        half = value * noise * draw.uniform(0.6, 1.4) * (4 if doubtful else 1)
        row = (value, value - half, value + half, draw.choice((12, 15, 20, 40)), int(doubtful))
        rows.append(edge(row, night, nights) if edge else row)
    return rows


def findings(draw, ids, runs):
    """Rows of the table: the planted one is confirmed, others are of every state."""
    planted, machine = ids[(*CHANGED, "1", MACHINES[0][0])], 0
    bad = len(runs[machine]) - 6
    yield (planted, runs[machine][bad], runs[machine][bad - 1], 2, FINDING_STATES["confirmed"], 1, 1.0603, 1.0561, 1.0644, 1e-6,
           "measured again in turns with the last good commit: 40 pairs, p = 2e-12", NEWEST - 4 * DAY)
    keys = sorted(key for key in ids if key[0] not in (AWKWARD, *EDGES))
    for state, count in (("confirmed", 3), ("unsettled", 2), ("suspected", 7), ("refuted", 4)):
        for _ in range(count):
            key = draw.choice(keys)
            of, night = MACHINES.index(next(m for m in MACHINES if m[0] == key[3])), draw.randrange(2, 7)
            ratio, rate = draw.choice((0.93, 0.962, 1.031, 1.047, 1.12)), key[1].endswith("tok/s")
            how = "" if state == "suspected" else "measured again in turns: 40 pairs"
            yield (ids[key], runs[of][-night], runs[of][-night - 1], 1, FINDING_STATES[state], int((ratio > 1) != rate), ratio, ratio - 0.007,
                   ratio + 0.006, 0.001, how, NEWEST - (night - 1) * DAY)


def put_runs(db, nights):
    """(id, time) of the nights of each machine."""
    runs = []
    for machine, _ in MACHINES:
        runs.append([])
        for night in range(nights):
            sha = hashlib.sha1(f"commit {night}".encode()).hexdigest()
            at = NEWEST - (nights - 1 - night) * DAY + 1800 * len(runs)
            clock = 0.25 * slowness(night) if len(runs) == 2 else None
            done = db.execute("INSERT INTO run (identity, folder, sha, dirty, at, machine, clock_ns) VALUES (?, ?, ?, ?, ?, ?, ?)",
                              (f"{machine} {night}", f"results/night-{night}", sha, int(night % 97 == 13), at, machine, clock))
            runs[-1].append((done.lastrowid, at))
    return runs


def put_series(db, draw, count, runs):
    """Ids by (subject, metric, threads, machine)."""
    ids = {}
    for series in series_of(count):
        build, metric, subject, unit, machine, threads, precision, more, exact, timed, _ = series
        done = db.execute("INSERT INTO series (metric, subject, unit, machine, threads, precision, profile, conditions, more_is_better, exact,"
                          " timed) VALUES (?, ?, ?, ?, ?, ?, 'quick', ?, ?, ?, ?)",
                          (metric, subject, unit, machine, threads, precision, BUILDS[build], more, exact, timed))
        if build == 0:
            ids[(subject, metric, threads, machine)] = done.lastrowid
        own = next(r for r, m in zip(runs, MACHINES) if m[0] == machine)
        db.executemany("INSERT INTO point (series, at, run, value, low, high, samples, doubtful) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                       [(done.lastrowid, at, run, *row) for (run, at), row in zip(own, figures(draw, series, len(own))) if row])
    return ids


def main():
    path, count, nights = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    draw = random.Random(20261106)
    db = sqlite3.connect(path)
    for table in ("finding", "point", "series", "run"):
        db.execute(f"DELETE FROM {table}")
    runs = put_runs(db, nights)
    ids = put_series(db, draw, count, runs)
    if ids:
        db.executemany("INSERT OR REPLACE INTO finding (series, bad, good, kind, state, worse, ratio, low, high, p, how, at)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", findings(draw, ids, [[run for run, _ in own] for own in runs]))
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


if __name__ == "__main__":
    main()
