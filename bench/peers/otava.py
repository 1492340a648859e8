"""Change points of Apache Otava beside ours, on the same series.

    python3 -m venv otava && otava/bin/pip install apache-otava
    hymbench history export otava > series.csv
    otava/bin/python bench/peers/otava.py --program build/prove-history series.csv

FILE is what `hymbench history export otava` writes (time, commit, then a column per series; an empty cell is a night
without), or a JSON list of numbers, or a list of such lists. Without one, --made-up N series are drawn. Ours are looked for
with min_segment 1 and the same window, level and change. The exit code is 1 where one series differs.
"""

import argparse
import csv
import json
import pathlib
import random
import subprocess
import sys
import tempfile

# this file has the package's name
sys.path[:] = [folder for folder in sys.path if pathlib.Path(folder).resolve() != pathlib.Path(__file__).resolve().parent]
try:
    from otava.analysis import compute_change_points
except ImportError:
    sys.exit("otava.py: Apache Otava is not here: python3 -m venv otava && otava/bin/pip install apache-otava")


def from_csv(text):
    rows = list(csv.reader(text.splitlines()))
    for column, name in enumerate(rows[0][2:], 2):
        cells = [row[column] for row in rows[1:] if column < len(row)]
        values = [float(c) for c in cells if c not in ("", "NA", "nan")]
        if values:
            yield name, values


def from_json(text):
    data = json.loads(text)
    series = data if data and isinstance(data[0], list) else [data]
    for i, values in enumerate(series):
        yield f"series {i}", [float(v) for v in values if v is not None]


def made_up(count, seed):
    """Levels with up to three steps, noise of 0.3 to 2 %, a third of them heavy-tailed, a quarter rounded so that values tie."""
    draw = random.Random(seed)
    for i in range(count):
        n, sigma = draw.randint(20, 400), draw.choice([0.003, 0.01, 0.02])
        level, steps = 100.0, {draw.randrange(1, n): draw.choice([0.98, 1.05, 1.1, 0.8]) for _ in range(draw.randint(0, 3))}
        values = []
        for night in range(n):
            level *= steps.get(night, 1)
            noise = draw.gauss(0, 1)
            if i % 3 == 0:
                noise /= sum(draw.gauss(0, 1) ** 2 for _ in range(3)) ** 0.5
            value = level * (1 + sigma * noise)
            values.append(round(value, 1) if i % 4 == 0 else value)
        yield f"made up {i}", values


def ours(program, values, how):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write("".join(f"{v!r}\n" for v in values))
        f.flush()
        settings = [str(how.window), repr(how.p), repr(how.min_change), "1"]
        done = subprocess.run([program, "--change-points", f.name, *settings], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"otava.py: {done.stderr.strip()}")
    return [int(line) for line in done.stdout.split()]


def theirs(values, how):
    points, _ = compute_change_points(list(values), window_len=how.window, max_pvalue=how.p, min_magnitude=how.min_change)
    return [int(p.index) for p in points]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", metavar="FILE")
    parser.add_argument("--program", default="build/prove-history", help="which prints our change points (make build/prove-history)")
    parser.add_argument("--made-up", type=int, default=200, metavar="N", help="series to draw where there is no FILE (200)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--window", type=int, default=50)
    parser.add_argument("--p", type=float, default=0.001)
    parser.add_argument("--min-change", type=float, default=0.0)
    how = parser.parse_args()
    if how.file:
        text = pathlib.Path(how.file).read_text()
        series = from_json(text) if text.lstrip().startswith("[") else from_csv(text)
    else:
        series = made_up(how.made_up, how.seed)
    count = nights = points = differ = 0
    for name, values in series:
        want, got = theirs(values, how), ours(how.program, values, how)
        count, nights, points = count + 1, nights + len(values), points + len(want)
        if want != got:
            differ += 1
            print(f"{name}: Otava {want}, ours {got}")
    print(
        f"Apache Otava and ours on {count} series of {nights} values (window {how.window}, p {how.p:g}, change {how.min_change:g}): "
        f"{points} change points, {differ or 'no'} series differ{'' if differ > 1 else 's'}."
    )
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
