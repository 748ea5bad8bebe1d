#!/usr/bin/env python3
"""How far estimates of a surface are from the truth.

    nice tests/bench/estimate.py build/release/lossgrid --cache bench/random --share 0.05 \\
        --seeds 20 -- run --split train

`lossgrid surface run --split train --estimate SHARE` for some seeds is held against the same
surface with all images, which is evaluated once and kept, as the estimates are. Stopped at any
time, the same command goes on.

It prints a row of a Markdown table: share of the work, median and root mean square of the relative
errors of all points that are not exact, the share of 95 % intervals that hold the truth, the same
of a plain sample of equal work, and the hours of both. What a plain sample gives on average follows
from the standard error that the true surface has at each point.
"""

import argparse
import csv
import os
import statistics
import subprocess


def rows_of(lossgrid, landscape):
    """The points of a file, as dictionaries."""
    table = landscape + ".csv"
    subprocess.run([lossgrid, "export", landscape, "--quiet", "--out", table], check=True)
    with open(table) as f:
        return list(csv.DictReader(f))


def surface(lossgrid, path, arguments):
    subprocess.run(
        [lossgrid, "surface", *arguments, "--quiet", "--out", path],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return rows_of(lossgrid, path)


def plain(truth, share):
    """Median and root mean square of the relative error of samples of equal chances."""
    quantiles = [statistics.NormalDist().inv_cdf(0.5 + (k + 0.5) / 200) for k in range(100)]
    errors = [
        float(r["standard_error"]) * ((1 - share) / share) ** 0.5 / abs(float(r["loss"]))
        for r in truth
    ]
    return (
        statistics.median(e * q for e in errors for q in quantiles),
        statistics.fmean(e * e for e in errors) ** 0.5,
    )


def main():
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("lossgrid")
    p.add_argument(
        "--cache", required=True, help="what the files are called: CACHE-truth.landscape, ..."
    )
    p.add_argument("--share", type=float, default=0.05)
    p.add_argument("--seeds", type=int, default=20)
    p.add_argument("arguments", nargs="+", help="of lossgrid surface, after --")
    o = p.parse_args()
    os.makedirs(os.path.dirname(o.cache) or ".", exist_ok=True)
    truth = surface(o.lossgrid, o.cache + "-truth.landscape", o.arguments)
    errors, accuracies, held, n, seconds, work = [], [], 0, 0, 0, []
    for seed in range(o.seeds):
        path = f"{o.cache}-{o.share}-{seed}.landscape"
        found = surface(
            o.lossgrid,
            path,
            o.arguments + ["--estimate", str(o.share), "--estimate-seed", str(seed)],
        )
        n_images = max(int(r["images"]) for r in found)
        work.append(sum(int(r["images"]) for r in found) / n_images / len(found))
        seconds += sum(float(r["seconds"]) for r in found)
        for a, b in zip(found, truth):
            assert (a["iy"], a["ix"]) == (b["iy"], b["ix"])
            if a["estimated"] == "1":
                loss = float(b["loss"])
                errors.append(float(a["loss"]) / loss - 1)
                accuracies.append(abs(float(a["accuracy"]) - float(b["accuracy"])))
                held += float(a["low"]) <= loss <= float(a["high"])
                n += 1
    of_plain = plain(truth, o.share)
    hours = sum(float(r["seconds"]) for r in truth) / 3600
    cells = {
        "plane": os.path.basename(o.cache),
        "work": f"{statistics.fmean(work):.3f}",
        "median": f"{100 * statistics.median(map(abs, errors)):.2f} %",
        "rms": f"{100 * statistics.fmean(e * e for e in errors) ** 0.5:.2f} %",
        "largest": f"{100 * max(map(abs, errors)):.1f} %",
        "held": f"{100 * held / n:.1f} %",
        "accuracy, rms": f"{statistics.fmean(a * a for a in accuracies) ** 0.5:.2f} points",
        "plain: median": f"{100 * of_plain[0]:.2f} %",
        "plain: rms": f"{100 * of_plain[1]:.2f} %",
        "hours, all images": f"{hours:.2f}",
        "estimated": f"{seconds / o.seeds / 3600:.3f}",
    }
    for row in cells, ["---"] * len(cells), cells.values():
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
