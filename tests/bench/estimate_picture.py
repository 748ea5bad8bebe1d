#!/usr/bin/env python3
"""The picture of docs/estimates.md: truth, estimate, what is between them, and the intervals.

    tests/bench/estimate_picture.py build/release/lossgrid TRUTH.landscape ESTIMATE.landscape F.png

The two files are of one plane, as tests/bench/estimate.py leaves them. It wants matplotlib.
"""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from estimate import rows_of


def grid(rows, key):
    nx, ny = (max(int(r[k]) for r in rows) + 1 for k in ("ix", "iy"))
    values = np.full((ny, nx), np.nan)
    for r in rows:
        values[int(r["iy"]), int(r["ix"])] = float(r[key])
    return values


def main():
    lossgrid, truth_path, estimate_path, out = sys.argv[1:]
    truth, estimate = rows_of(lossgrid, truth_path), rows_of(lossgrid, estimate_path)
    exact, found = grid(truth, "loss"), grid(estimate, "loss")
    half = (grid(estimate, "high") - grid(estimate, "low")) / 2
    is_exact = grid(estimate, "estimated") == 0
    x, y = ([float(r[k]) for r in truth] for k in "xy")
    box = [min(x), max(x), min(y), max(y)]
    off = 100 * (found / exact - 1)
    width = 100 * half / found
    most = np.nanmax(width)
    levels = np.linspace(np.log10(exact.min()), np.log10(exact.max()), 9)
    plt.rcParams.update({"font.size": 8, "axes.titlesize": 9})
    fig, axes = plt.subplots(1, 4, figsize=(11, 3), constrained_layout=True)

    def show(ax, title, values, label=None, **how):
        shown = ax.imshow(values, origin="lower", extent=box, **how)
        ax.set(title=title, xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        if label:
            fig.colorbar(shown, ax=ax, label=label, shrink=0.75)

    whole = {"cmap": "viridis", "vmin": levels[0], "vmax": levels[-1]}
    show(axes[0], "truth: all images", np.log10(exact), **whole)
    show(axes[1], "estimate", np.log10(found), "log10 of the loss", **whole)
    for ax, values in zip(axes, (exact, found)):
        ax.contour(
            np.log10(values), levels, extent=box, colors="white", linewidths=0.5, linestyles="solid"
        )
    show(axes[2], "estimate less truth", off, "% of the loss", cmap="RdBu_r", vmin=-most, vmax=most)
    show(axes[3], "half a 95 % interval", width, "% of the loss", cmap="magma", vmin=0, vmax=most)
    ny, nx = np.nonzero(is_exact)
    xs = np.linspace(box[0], box[1], exact.shape[1])
    ys = np.linspace(box[2], box[3], exact.shape[0])
    for ax in axes[1:]:
        edge = "black" if ax is axes[2] else "white"
        ax.plot(xs[nx], ys[ny], "o", ms=3.5, mfc="none", mec=edge, mew=0.8, clip_on=False)
    fig.savefig(out, dpi=110)
    held = np.mean((np.abs(found - exact) <= half)[~is_exact])
    print(
        f"{100 * held:.1f} % of the intervals hold the truth; "
        f"median {np.median(np.abs(off[~is_exact])):.2f} % off"
    )


if __name__ == "__main__":
    main()
