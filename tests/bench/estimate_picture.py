#!/usr/bin/env python3
"""The picture of docs/estimates.md: truth, estimate, what is between them, and the intervals, from two landscapes of one plane:

    tests/bench/estimate_picture.py build/release/lossgrid bench/random-truth.landscape bench/random-0.05-0.landscape docs/pictures/estimate.png

It wants matplotlib.
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
    fig, axes = plt.subplots(1, 4, figsize=(11, 2.9), constrained_layout=True)
    for ax, values, title in zip(axes, (exact, found), ("truth: all images", "estimate: a share of the work")):
        shown = ax.imshow(np.log10(values), origin="lower", extent=box, cmap="viridis", vmin=levels[0], vmax=levels[-1], aspect="auto")
        ax.contour(np.log10(values), levels, origin="lower", extent=box, colors="white", linewidths=0.5, linestyles="solid")
        ax.set_title(title, fontsize=9)
    fig.colorbar(shown, ax=axes[1], label="log10 loss")
    shown = axes[2].imshow(off, origin="lower", extent=box, cmap="RdBu_r", vmin=-most, vmax=most, aspect="auto")
    axes[2].set_title("estimate less truth", fontsize=9)
    fig.colorbar(shown, ax=axes[2], label="% of the loss")
    shown = axes[3].imshow(width, origin="lower", extent=box, cmap="magma", vmin=0, vmax=most, aspect="auto")
    axes[3].set_title("half a 95 % interval", fontsize=9)
    fig.colorbar(shown, ax=axes[3], label="% of the loss")
    ny, nx = np.nonzero(is_exact)
    xs = np.linspace(box[0], box[1], exact.shape[1])
    ys = np.linspace(box[2], box[3], exact.shape[0])
    for ax in axes[1:]:
        ax.plot(xs[nx], ys[ny], "o", ms=3, mfc="none", mec="black" if ax is axes[2] else "white", mew=0.7, clip_on=False)
    for ax in axes:
        ax.tick_params(labelsize=7)
    fig.savefig(out, dpi=100)
    held = np.mean((np.abs(found - exact) <= half)[~is_exact])
    print(f"{100 * held:.1f} % of the intervals hold the truth; median {np.median(np.abs(off[~is_exact])):.2f} % off")


if __name__ == "__main__":
    main()
