#!/usr/bin/env python3
"""Makes small faults in the sources, one at a time, and tells which ones the tests do not see.

`make mutate` draws COUNT faults with a seed, builds a copy of the tree with each, and runs the tests
that belong to the folder. A fault that no test sees is printed as a survivor. survivors.txt lists
those that are known, each with the reason why no test can or should see it; a survivor that is not
there makes the run fail when more than one in ten survive.
"""

import argparse
import glob
import os
import random
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# Folder: its tests, as patterns below the build folder or the source tree, the quickest first.
RELATED = {
    "libloss/base/": ["unit/test_base*", "unit/test_text*", "unit/test_number*", "unit/test_file*",
                      "unit/test_misuse*", "unit/test_train", "unit/test_store"],
    "libloss/analysis/": ["unit/test_critical", "unit/test_contours", "unit/test_figures",
                          "unit/test_lev*", "unit/test_lanczos", "unit/test_spectrum*",
                          "unit/test_curvature", "cli/contours.sh"],
    "libloss/curvature/": ["unit/test_curvature", "unit/test_lanczos", "cli/curvature.sh"],
    "libloss/data/": ["unit/test_data*", "unit/test_png*", "unit/test_archive*", "unit/test_train",
                      "cli/bad_input.sh"],
    "libloss/formats/": ["unit/test_arrays*", "unit/test_archive*", "unit/test_pickle*",
                         "unit/test_weights*", "unit/test_export*", "cli/weights.sh"],
    "libloss/net/": ["unit/test_engine*", "unit/test_plan*", "unit/test_reference",
                     "unit/test_golden", "double/unit/test_gradients", "unit/test_train",
                     "double/unit/test_hessian", "unit/test_solutions", "unit/test_curvature"],
    "libloss/plane/": ["unit/test_plane*", "unit/test_pca", "unit/test_path", "unit/test_solutions",
                       "cli/pca.sh"],
    "libloss/surface/": ["unit/test_store*", "unit/test_surface*", "unit/test_path",
                         "unit/test_export*", "unit/test_surface_curvature", "unit/test_point_curvature*",
                         "unit/test_solutions", "cli/lines.sh", "cli/main_job.sh"],
    "libloss/train/": ["unit/test_train*", "cli/interrupted.sh", "cli/main_job.sh"],
    "libloss/zoo/": ["unit/test_zoo*", "unit/test_golden", "unit/test_weights*", "cli/weights.sh"],
    "libloss/kernels/": ["kernels/test_kernels*", "unit/test_engine", "unit/test_golden"],
    "viewer/": ["viewer/test_view*"],
}

# A fault: what is looked for in a line of code, and what takes its place.
FAULTS = [
    ("comparison", r" < ", " <= "), ("comparison", r" <= ", " < "),
    ("comparison", r" > ", " >= "), ("comparison", r" >= ", " > "),
    ("comparison", r" == ", " != "), ("comparison", r" != ", " == "),
    ("condition", r" && ", " || "), ("condition", r" \|\| ", " && "),
    ("condition", r"if \(!", "if ("),
    ("term", r" \+ 1\b", ""), ("term", r" - 1\b", ""), ("term", r" \+ [a-z]\w*(?=[;,)\]])", ""),
    ("term", r" - [a-z]\w*(?=[;,)\]])", ""), ("term", r" \* [a-z]\w*(?=[;,)\]])", ""),
    ("sign", r" \+ (?=\w)", " - "), ("sign", r" - (?=\w)", " + "), ("sign", r" \+= ", " -= "),
    ("sign", r" \* (?=[a-z0-9])", " + "), ("sum", r" \+= ", " = "),
    ("index", r"\[i\]", "[0]"), ("index", r"\[0\]", "[1]"), ("index", r"\[1\]", "[0]"),
    ("index", r"\bix\b", "iy"), ("index", r"\biy\b", "ix"),
    ("swap", r"\.min\b", ".max"), ("swap", r"\.max\b", ".min"),
    ("swap", r"(\.|->)x\b", r"\1y"), ("swap", r"(\.|->)y\b", r"\1x"),
    ("swap", r"\bheight\b", "width"), ("swap", r"\bwidth\b", "height"),
    ("value", r"return true;", "return false;"), ("value", r"return false;", "return true;"),
    ("value", r"\b0\.5\b", "0.25"), ("value", r"= 0;", "= 1;"),
]


def code_lines(text):
    """Yields (number, line) of what is neither comment, message, declaration nor preprocessor."""
    in_comment = False
    for number, line in enumerate(text.split("\n")):
        bare = line.strip()
        if in_comment or bare.startswith("/*"):
            in_comment = "*/" not in bare
            continue
        if not line.startswith("    ") or '"' in line or "/*" in line or "'" in line:
            continue
        if re.search(r"lossi_fail|LOSS_ERR_NOMEM|alloc|\bfree\(|assert|sizeof|"
                     r"static const|loss_status status =", line):
            continue
        yield number, line


def all_faults(path):
    text = open(os.path.join(ROOT, path), encoding="utf-8").read()
    for number, line in code_lines(text):
        for kind, pattern, replacement in FAULTS:
            for match in re.finditer(pattern, line):
                if kind == "sum" and re.search(r"\bfor\b", line):
                    continue
                changed = line[:match.start()] + match.expand(replacement) + line[match.end():]
                if changed != line:
                    yield path, number, line, changed, kind


def choose(arguments):
    """As many faults of each folder as its share of the lines, no two in one line."""
    folders = {}
    for folder in RELATED:
        if not any(folder.startswith(only) for only in arguments.only or [""]):
            continue
        for source in sorted(glob.glob(os.path.join(ROOT, folder, "**", "*.c"), recursive=True)):
            path = os.path.relpath(source, ROOT)
            if not re.search(r"/(gl|avx2|avx512)/", path):
                folders.setdefault(folder, []).extend(all_faults(path))
    generator = random.Random(arguments.seed)
    total = sum(len(faults) for faults in folders.values())
    chosen = []
    for folder, faults in folders.items():
        wanted = max(8, round(arguments.count * len(faults) / total)) if not arguments.only \
            else arguments.count
        generator.shuffle(faults)
        seen = set()
        for fault in faults:
            if (fault[0], fault[1]) not in seen and len(seen) < wanted:
                seen.add((fault[0], fault[1]))
                chosen.append((folder, fault))
    return chosen


class Tree:
    """A copy of the sources with a build of its own."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT, folder, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("build", ".git", "demo"))
        self.build = os.path.join(folder, "build")
        self.make("all", "tests")

    def make(self, *targets):
        command = ["make", "-s", "-j2", "-C", self.folder, *targets]
        result = subprocess.run(command, capture_output=True, text=True)
        return result.returncode == 0, result.stdout + result.stderr

    def tests(self, folder):
        found = []
        for pattern in RELATED[folder]:
            if pattern.startswith("double/"):
                pattern = f"build/double/tests/{pattern[7:]}"
            elif not pattern.endswith(".sh"):
                pattern = f"build/release/tests/{pattern}"
            else:
                pattern = f"tests/{pattern}"
            for path in sorted(glob.glob(os.path.join(self.folder, pattern))):
                if os.access(path, os.X_OK) and not path.endswith((".o", ".d")):
                    found.append(os.path.relpath(path, self.folder))
        return found

    def see(self, folder):
        """The test that fails, or None."""
        release = os.path.join(self.build, "release")
        env = dict(os.environ, LOSSGRID=release + "/lossgrid", LOSSVIEW=release + "/lossview",
                   BUILD=release, TEST_TIMEOUT="120")
        for test in self.tests(folder):
            # The target of a program, of a program in double, or of lossgrid for a script.
            target = test if test.startswith("build/") else "build/release/lossgrid"
            built, log = self.make(target)
            if not built:
                return "compiler" if "error:" in log else "linker"
            if subprocess.run([self.folder + "/tests/run", test], env=env,
                              capture_output=True).returncode:
                return test
        return None


def known_survivors():
    """{(file, original, changed)} of survivors.txt."""
    known = set()
    for line in open(os.path.join(HERE, "survivors.txt"), encoding="utf-8"):
        parts = line.rstrip("\n").split("\t")
        if len(parts) == 4:
            known.add(tuple(parts[:3]))
    return known


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=240, help="faults (240)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", metavar="FOLDER/", help="of this folder alone")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build", "mutate"),
                        help="where the copy of the tree goes (build/mutate)")
    parser.add_argument("--list", action="store_true", help="print the faults and stop")
    arguments = parser.parse_args()

    chosen = choose(arguments)
    if arguments.list:
        for _, (path, number, line, changed, kind) in chosen:
            print(f"{path}:{number + 1}: {kind}: {line.strip()}  ->  {changed.strip()}")
        return 0
    tree = Tree(arguments.folder)
    known = known_survivors()
    seen = uncompiled = 0
    survivors, listed = [], 0
    for n, (folder, (path, number, line, changed, kind)) in enumerate(chosen, 1):
        target = os.path.join(tree.folder, path)
        original = open(target, encoding="utf-8").read()
        lines = original.split("\n")
        lines[number] = changed
        open(target, "w", encoding="utf-8").write("\n".join(lines))
        by = tree.see(folder)
        open(target, "w", encoding="utf-8").write(original)
        what = f"{path}:{number + 1}: {kind}: {line.strip()}  ->  {changed.strip()}"
        if by in ("compiler", "linker"):
            uncompiled += 1
        elif by:
            seen += 1
        else:
            is_known = (path, line.strip(), changed.strip()) in known
            listed += is_known
            survivors.append(what)
            print(f"{'known   ' if is_known else 'SURVIVED'} {what}", flush=True)
        if n % 10 == 0:
            print(f"# {n} of {len(chosen)}: {seen} seen, {len(survivors)} survived", flush=True)
    total = seen + len(survivors)
    print(f"{total} faults compiled ({uncompiled} did not): {seen} seen by the tests, "
          f"{len(survivors)} survived, of which {listed} are in survivors.txt")
    return 0 if len(survivors) - listed == 0 or 10 * len(survivors) <= total else 1


if __name__ == "__main__":
    sys.exit(main())
