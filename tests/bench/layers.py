"""The layers of a network, for `make bench`: what each takes on one thread, and how near that comes
to the least time that its matrix products can take.

The bound of a layer is the rate, in GFLOP/s of direct convolution, at which it would run if nothing
but those products took time and they ran at the processor's peak: Winograd's do with fewer.
"""


class Layers:
    """Steps with the same shapes together: sums over them, per image."""

    def __init__(self, shapes):
        self.shapes = shapes
        self.count = 0
        self.direct = self.products = self.seconds = 0.0

    def add(self, direct, products, seconds):
        self.count += 1
        self.direct += direct
        self.products += products
        self.seconds += seconds


def steps_of(ours, network, images, rounds):
    """[(kind and shapes, multiply-adds, those that are done, seconds)], the least of the rounds."""
    best = None
    for _ in range(rounds):
        answer = " ".join(ours.ask("layers", network, images))
        steps = [step.split() for step in answer.strip().split(",")]
        steps = [(" ".join(s[:3]), *map(float, s[3:])) for s in steps]
        best = [min(pair, key=lambda s: s[3])
                for pair in zip(best, steps)] if best else steps
    return best


def grouped(steps):
    groups = {}
    for shapes, direct, products, seconds in steps:
        groups.setdefault(shapes, Layers(shapes)).add(direct, products, seconds)
    return groups.values()


def rows(ours, network, images, rounds, peak):
    """Rows of the table, the longest first; layers of less than 1 % of the time together."""
    groups = grouped(steps_of(ours, network, images, rounds))
    total = sum(g.seconds for g in groups)
    shown = sorted((g for g in groups if g.seconds >= 0.01 * total), key=lambda g: -g.seconds)
    for g in shown:
        kind, before, after = g.shapes.split()
        cells = [
            "%s %s to %s" % (kind, before, after), g.count,
            "%.1f" % (1e6 * g.seconds),
            "%.1f %%" % (100 * g.seconds / total)
        ]
        if g.products:
            rate, bound = 2e-9 * g.direct / g.seconds, peak * g.direct / g.products
            cells += ["%.0f" % rate, "%.0f" % bound, "%.0f %%" % (100 * rate / bound)]
        else:
            cells += ["", "", ""]
        yield cells
    rest = total - sum(g.seconds for g in shown)
    yield ["others", len(groups) - len(shown), "%.1f" % (1e6 * rest),
           "%.1f %%" % (100 * rest / total), "", "", ""]
    least = sum(2e-9 * g.products / peak for g in groups)
    yield ["all", "", "%.1f" % (1e6 * total), "100 %", "", "", "%.0f %%" % (100 * least / total)]
