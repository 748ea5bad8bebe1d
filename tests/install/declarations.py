"""Checks the declarations of the public headers. Speaks TAP; headers.sh runs it.

- A comment stands before every function, type and macro and says since when there is one; that of a
  function says which threads may call it.
- Every member of a struct and of an enum has a comment.
- A test of misuse (tests/unit/test_misuse*.c) calls every function.
"""
import glob
import re
import sys

# Functions that take nothing which could be misused.
NOTHING_TO_MISUSE = {
    "loss_last_message", "loss_last_status", "loss_version", "loss_version_number", "loss_isa",
    "loss_isa_sets", "loss_colour_maps", "loss_net_models", "loss_dataset_formats",
    "loss_recognition_assumed",
}
DECLARATION = re.compile(
    r"^(?P<function>LOSS_API [^;]*?\b(?P<name>loss_\w+)\([^;]*;)"
    r"|^typedef (?:struct|enum) (?P<type>loss_\w+) \{(?P<body>.*?)^\} (?P=type);"
    r"|^typedef (?:struct \w+ |[^{;]*?\(?\*?)(?P<alias>loss_\w+)[^{;]*;"
    r"|^(?P<inline>typedef) (?:struct|enum) (?P<one_line>loss_\w+) \{(?P<one_body>[^}]*)\} \w+;"
    r"|^#define (?P<macro>LOSS_\w+)", re.M | re.S)
# Marks of the compiler, not of the interface.
NOT_DOCUMENTED = {"LOSS_API"}


def comment_before(text, at):
    """The /** comment that ends on the line before `at`, or None."""
    before = text[:at]
    if not before.endswith("*/\n"):
        return None
    start = before.rfind("/*")
    return before[start:] if before.startswith("/**", start) else None


def members(body):
    """(declaration, has a comment) of each member in the body of a struct or enum."""
    pieces = re.findall(r"/\*.*?\*/|[;,](?![^(]*\))|[^/;,]+|.", body, re.S)
    code, above = "", False
    found = []
    for piece in pieces:
        if piece.startswith("/**<"):
            if code.strip():  # the last of an enum has no comma before its comment
                found.append([code, True])
                code = ""
            elif found:
                found[-1][1] = True
        elif piece.startswith("/**"):
            above = True
        elif piece.startswith("/*"):
            pass
        elif piece == ";" or (piece == "," and is_enum(body)):
            found.append([code, above])
            code, above = "", False
        else:
            code += piece
    if code.strip():
        found.append([code, above])
    return [(" ".join(code.split()), documented) for code, documented in found if code.strip()]


def is_enum(body):
    return ";" not in re.sub(r"/\*.*?\*/", "", body, flags=re.S)


def check_header(path, text, bare, names):
    seen_macros = set()
    for found in DECLARATION.finditer(text):
        comment = comment_before(text, found.start())
        line = text.count("\n", 0, found.start()) + 1
        name = (found["name"] or found["type"] or found["alias"] or found["one_line"]
                or found["macro"])
        if found["macro"]:
            if name in NOT_DOCUMENTED or name.endswith("_H") or name in seen_macros:
                continue
            seen_macros.add(name)
        names.append((name, bool(found["function"])))
        missing = ["a comment"] if comment is None else [
            word for word in ["Since"] + (["Threads:"] if found["function"] else [])
            if word not in comment]
        if missing:
            bare.append(f"{path}:{line}: {name} lacks {' and '.join(missing)}")
        for member, documented in members(found["body"] or found["one_body"] or ""):
            if not documented:
                bare.append(f"{path}:{line}: {name}: {member} lacks a comment")


def report(name, problems):
    print(f"{'not ok' if problems else 'ok'} - {name}")
    for problem in problems:
        print(f"# {problem}")


def main():
    bare, names = [], []
    for path in sorted(glob.glob("include/loss/*.h")):
        with open(path, encoding="utf-8") as file:
            check_header(path, file.read(), bare, names)
    functions = [name for name, is_function in names if is_function]
    report(f"{len(functions)} functions and {len(names) - len(functions)} types and macros "
           "have comments", bare)

    misuse = ""
    for path in glob.glob("tests/unit/test_misuse*.c"):
        with open(path, encoding="utf-8") as file:
            misuse += file.read()
    called = set(re.findall(r"\bloss_\w+(?=\()", misuse))
    report("every function is misused by a test",
           [name for name in functions if name not in called | NOTHING_TO_MISUSE])

    # The check itself must be able to fail.
    planted = []
    check_header("planted", "/* plain */\nLOSS_API int loss_a(void);\n"
                 "/** Threads: any. */\nLOSS_API int loss_b(void);\n"
                 "/** Since 0.1. */\nLOSS_API int loss_c(void);\n"
                 "/** Since 0.1. */\ntypedef struct loss_d {\n    int x, y;\n"
                 "    int z; /**< said */\n} loss_d;\n"
                 "/** Since 0.1. */\ntypedef enum loss_e {\n    LOSS_E = 0, /**< said */\n"
                 "    LOSS_F = 1\n} loss_e;\n#define LOSS_G 1\n", planted, [])
    report("declarations without comments are found", [] if len(planted) == 6 else planted)


if __name__ == "__main__":
    sys.exit(main())
