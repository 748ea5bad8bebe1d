#!/usr/bin/env python3
"""Makes small faults in the sources, one at a time, and tells which ones the tests do not see.

`make mutate` draws COUNT faults, puts each into a copy of the tree, and runs the tests that belong
to the folder. Which faults are drawn follows from the seed and from each line itself, so that a
change elsewhere leaves the others as they are. A fault that no test sees is printed as a survivor.
survivors.txt lists those that are known, each with the reason why no test can or should see it; a
survivor that is not there makes the run fail, and so do more than one in ten that survive.
"""

import argparse
import filecmp
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LONGEST = 60  # seconds that a test may take; a slower one is left out

# Folder: its tests, as patterns of their sources below tests/. A test of a pattern that starts with
# double/ runs in the double build. The quickest run first.
RELATED = {
    "libloss/analysis/": ["unit/test_critical*", "unit/test_contours", "unit/test_figures*",
                          "unit/test_saddles", "unit/test_ticks", "unit/test_trace",
                          "unit/test_lanczos", "unit/test_curvature", "unit/test_misuse*",
                          "cli/test_marks"],
    "libloss/base/": ["unit/test_base", "unit/test_text", "unit/test_file", "unit/test_json",
                      "unit/test_misuse", "unit/test_engine", "unit/test_store"],
    "libloss/curvature/": ["unit/test_curvature*", "unit/test_lanczos", "unit/test_trace",
                           "unit/test_misuse*", "unit/test_surface_curvature"],
    "libloss/data/": ["unit/test_data*", "unit/test_misuse", "cli/bad_input.sh"],
    "libloss/formats/": ["unit/test_arrays", "unit/test_archive", "unit/test_classes",
                         "unit/test_strangers", "unit/test_state_dict", "unit/test_mesh_text",
                         "unit/test_weights*", "unit/test_export*",
                         "unit/test_obj", "unit/test_surface_files", "cli/weights.sh"],
    "libloss/kernels/": ["kernels/test_kernels", "unit/test_engine", "unit/test_golden"],
    "libloss/net/": ["unit/test_plan", "unit/test_folding", "unit/test_engine", "unit/test_backend",
                     "unit/test_layer_docs", "unit/test_misuse", "unit/test_match_prefix",
                     "unit/test_hessian_places", "unit/test_strangers", "unit/test_golden",
                     "unit/test_zoo", "unit/test_first_norm",
                     "double/unit/test_gradients", "double/unit/test_hessian"],
    "libloss/plane/": ["unit/test_plane*", "unit/test_parallel_axes", "unit/test_pca*",
                       "unit/test_path", "unit/test_misuse", "unit/test_solutions"],
    "libloss/surface/": ["unit/test_store*", "unit/test_surface*", "unit/test_path",
                         "unit/test_export*", "unit/test_misuse", "unit/test_solutions",
                         "cli/lines.sh"],
    "libloss/train/": ["unit/test_train*", "cli/run_folder.sh", "cli/interrupted.sh"],
    "libloss/zoo/": ["unit/test_zoo*", "unit/test_weights*", "unit/test_strangers",
                     "unit/test_golden"],
    "viewer/": ["viewer/test_view*", "viewer/pictures.sh"],
}

# A fault: what is looked for in a line of code, and what takes its place.
FAULTS = [
    ("comparison", r" < ", " > "), ("comparison", r" > ", " < "),
    ("comparison", r" <= ", " > "), ("comparison", r" >= ", " < "),
    ("comparison", r" == ", " != "), ("comparison", r" != ", " == "),
    ("boundary", r" < ", " <= "), ("boundary", r" <= ", " < "),
    ("boundary", r" > ", " >= "), ("boundary", r" >= ", " > "),
    ("one less", r"(for \(.* < [^;]+);", r"\1 - 1;"),
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

# What makes the same program, as a rule. A boundary between real numbers is a tie, which does not
# happen, and a loop that reads one element more than there is shows nothing.
NO_FAULT = {
    "boundary": r"\bfor \(|fabs|hypot|\bmin|\bmax|best|value|loss|\blow|\bhigh|distance|\d\.\d|1e-",
    "sum": r"\bfor \(",
    "value": r"\bfor \(.*= 0;.*< 1;",
}


def code_lines(text):
    """Yields (number, line) of what is neither comment, message, declaration nor preprocessor."""
    in_comment = False
    lines = text.split("\n")
    for number, line in enumerate(lines):
        bare = line.strip()
        if in_comment or bare.startswith("/*"):
            in_comment = "*/" not in bare
            continue
        if not line.startswith("    ") or '"' in line or "/*" in line or "'" in line:
            continue
        if re.search(r"lossi_fail|alloc|\bfree\(|assert|sizeof|static const|loss_status status =",
                     line):
            continue
        # What is done where memory runs out is for `make faults`.
        if "NOMEM" in "".join(lines[number:number + 4]) or "nomem" in "".join(
                lines[number:number + 4]):
            continue
        yield number, line


def all_faults(path):
    """Every fault of a file: (path, number of the line, the line, the line as changed, kind)."""
    text = open(os.path.join(ROOT, path), encoding="utf-8").read()
    for number, line in code_lines(text):
        for kind, pattern, replacement in FAULTS:
            if kind in NO_FAULT and re.search(NO_FAULT[kind], line):
                continue
            for match in re.finditer(pattern, line):
                changed = line[:match.start()] + match.expand(replacement) + line[match.end():]
                if changed != line:
                    yield path, number, line, changed, kind


def choose(count, seed, only):
    """As many faults of each folder as its share of them, but eight at least, none in one line."""
    folders = {}
    for folder in RELATED:
        for source in sorted(glob.glob(os.path.join(ROOT, folder, "**", "*.c"), recursive=True)):
            path = os.path.relpath(source, ROOT)
            if not re.search(r"/(gl|simd)/|colormap_tables", path):
                folders.setdefault(folder, []).extend(all_faults(path))

    def place(fault):
        words = (str(seed), fault[0], fault[2].strip(), fault[3].strip())
        return hashlib.sha256("\t".join(words).encode()).digest()

    total = sum(len(faults) for faults in folders.values())
    chosen = []
    for folder, faults in folders.items():
        wanted = max(8, round(count * len(faults) / total))
        lines = set()
        for fault in sorted(faults, key=place):
            if fault[:2] not in lines and len(lines) < wanted:
                lines.add(fault[:2])
                chosen.append((folder, fault))
    return [each for each in chosen if not only or each[0] in only]


class Tree:
    """A copy of the sources with a build of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.copy(ROOT, folder)
        self.related = {}

    @classmethod
    def copy(cls, source, target):
        """Copies what differs, with a new time, so that make sees what an earlier run left."""
        os.makedirs(target, exist_ok=True)
        for entry in os.scandir(source):
            path = os.path.join(target, entry.name)
            if entry.name in ("build", ".git", "demo"):
                continue
            if entry.is_dir():
                cls.copy(entry.path, path)
            elif not os.path.exists(path) or not filecmp.cmp(entry.path, path, shallow=False):
                shutil.copy(entry.path, path)

    def make(self, targets):
        command = ["make", "-s", "-j2", "-C", self.folder, *targets]
        result = subprocess.run(command, capture_output=True, text=True)
        return result.returncode == 0, result.stdout + result.stderr

    def run(self, test, longest):
        release = os.path.join(self.folder, "build", "release")
        env = dict(os.environ, LOSSGRID=release + "/lossgrid", LOSSVIEW=release + "/lossview",
                   BUILD=release, TEST_TIMEOUT=str(longest))
        return subprocess.run([self.folder + "/tests/run", test], env=env,
                              capture_output=True).returncode == 0

    @staticmethod
    def targets(tests):
        """What make has to build for tests: programs, and for scripts those that they run."""
        wanted = [test for test in tests if not test.endswith(".sh")]
        if any(test.endswith(".sh") for test in tests):
            wanted.append("build/release/lossgrid")
        if any(test.endswith(".sh") and "viewer/" in test for test in tests):
            wanted.append("build/release/lossview")
        return wanted

    def find(self, folder):
        """Builds the tests of a folder and runs them without a fault; keeps the time of each."""
        tests = []
        for pattern in RELATED[folder]:
            double = pattern.startswith("double/")
            source = "tests/" + pattern.removeprefix("double/")
            found = glob.glob(os.path.join(self.folder, source if source.endswith(".sh")
                                           else source + ".c"))
            if not found:
                sys.exit(f"{folder}: no test is called {pattern}")
            for path in sorted(found):
                name = os.path.relpath(path, self.folder)
                if name.endswith(".c"):
                    name = f"build/{'double' if double else 'release'}/{name[:-2]}"
                if name not in tests:
                    tests.append(name)
        built, log = self.make(self.targets(tests))
        if not built:
            sys.exit(f"{folder}: does not build without a fault:\n{log}")
        times = {}
        for test in tests:
            start = time.monotonic()
            passes = self.run(test, LONGEST)
            seconds = time.monotonic() - start
            if passes:
                times[test] = seconds
            elif seconds < LONGEST:
                sys.exit(f"{folder}: {test} fails without a fault")
            else:
                print(f"left out   {test}: it takes more than {LONGEST} s here", flush=True)
        self.related[folder] = sorted(times.items(), key=lambda each: each[1])

    def see(self, folder, path):
        """The test that fails, "compiler" where the fault does not compile, or None."""
        # Those named as the file come first, then the quickest.
        stem = os.path.splitext(os.path.basename(path))[0]
        tests = sorted(self.related[folder], key=lambda each: stem not in each[0])
        quick = [test for test, seconds in tests if seconds < 2]
        slow = [test for test, seconds in tests if seconds >= 2]
        for group in [quick] + [[test] for test in slow]:
            built, log = self.make(self.targets(group))
            if not built:
                return "compiler"
            for test in group:
                longest = min(LONGEST, round(10 + 5 * dict(tests)[test]))
                if not self.run(test, longest):
                    return test
        return None


def known_survivors():
    """{(file, line, line as changed)} of survivors.txt."""
    known = set()
    for line in open(os.path.join(HERE, "survivors.txt"), encoding="utf-8"):
        parts = line.rstrip("\n").split("\t")
        if not line.startswith("#") and len(parts) == 4 and parts[3]:
            known.add(tuple(parts[:3]))
    return known


def try_all(tree, chosen, known):
    """Puts each fault in and takes it out again; returns {folder: counts} and prints survivors."""
    counts = {}
    for folder, (path, number, line, changed, kind) in chosen:
        if folder not in counts:
            counts[folder] = {"compiled": 0, "seen": 0, "survived": 0, "listed": 0}
            tree.find(folder)
        target = os.path.join(tree.folder, path)
        original = open(target, encoding="utf-8").read()
        lines = original.split("\n")
        lines[number] = changed
        open(target, "w", encoding="utf-8").write("\n".join(lines))
        try:
            by = tree.see(folder, path)
        finally:
            open(target, "w", encoding="utf-8").write(original)
        what = f"{path}:{number + 1}: {kind}: {line.strip()}  ->  {changed.strip()}"
        if by == "compiler":
            print(f"no program {what}", flush=True)
            continue
        counts[folder]["compiled"] += 1
        if by:
            counts[folder]["seen"] += 1
            print(f"seen       {what}  [{os.path.basename(by)}]", flush=True)
            continue
        listed = (path, line.strip(), changed.strip()) in known
        counts[folder]["survived"] += 1
        counts[folder]["listed"] += listed
        print(f"{'listed  ' if listed else 'SURVIVED'}   {what}", flush=True)
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=240, help="faults (240)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", metavar="FOLDER/",
                        help="only those of the drawn faults that are in this folder")
    parser.add_argument("--again", metavar="LOG",
                        help="only those that survived in this output of an earlier run")
    parser.add_argument("--folder", default=os.path.join(ROOT, "build", "mutate"),
                        help="where the copy of the tree goes (build/mutate)")
    parser.add_argument("--list", action="store_true", help="print the faults and stop")
    arguments = parser.parse_args()

    chosen = choose(arguments.count, arguments.seed, arguments.only)
    if arguments.again:
        log = [re.sub(r":\d+:", ":", line[11:].strip(), count=1)
               for line in open(arguments.again, encoding="utf-8")
               if line.startswith(("SURVIVED", "listed"))]
        chosen = [each for each in chosen
                  if f"{each[1][0]}: {each[1][4]}: {each[1][2].strip()}  ->  "
                     f"{each[1][3].strip()}" in log]
    if arguments.list:
        for _, (path, number, line, changed, kind) in chosen:
            print(f"{path}:{number + 1}: {kind}: {line.strip()}  ->  {changed.strip()}")
        return 0
    counts = try_all(Tree(arguments.folder), chosen, known_survivors())
    sums = {"compiled": 0, "seen": 0, "survived": 0, "listed": 0}
    for folder, count in counts.items():
        print(f"{folder:20} " + ", ".join(f"{number} {word}" for word, number in count.items()))
        for word, number in count.items():
            sums[word] += number
    print(f"{'all':20} " + ", ".join(f"{number} {word}" for word, number in sums.items()))
    return 0 if sums["survived"] == sums["listed"] and 10 * sums["survived"] <= sums["compiled"] \
        else 1


if __name__ == "__main__":
    sys.exit(main())
