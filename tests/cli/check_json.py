"""Holds what lossgrid said as JSON against docs/lossgrid.schema.json.

check_json.py SCHEMA KIND FILE             a document, whose "kind" is KIND
check_json.py SCHEMA --progress FILE       lines of --json-progress
check_json.py SCHEMA --all-kinds FILE...   documents, of which there is one of each kind
check_json.py SCHEMA --keys keys.h         the facts of a landscape
check_json.py SCHEMA --fails FILE          the document changed in some way: none may be valid
"""
import copy
import json
import re
import sys

import jsonschema


def validator(schema, at):
    return jsonschema.Draft202012Validator({"$ref": "#/$defs/" + at, "$defs": schema["$defs"]})


def documents(schema):
    """Definitions by the kinds that they are of."""
    found = {}
    for entry in schema["oneOf"]:
        name = entry["$ref"].split("/")[-1]
        kind = schema["$defs"][name]["properties"]["kind"]
        found.update({k: name for k in kind.get("enum", [kind.get("const")])})
    return found


def complaints(schema, document):
    kinds = documents(schema)
    if document.get("kind") not in kinds:
        return [f"kind {document.get('kind')!r} is none of {sorted(kinds)}"]
    errors = validator(schema, kinds[document["kind"]]).iter_errors(document)
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in errors]


def no_constant(text):
    raise ValueError(f"{text} is no JSON")


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_constant=no_constant)


def changed(document):
    """The document with one thing more, less, or other, at each place."""
    def places(value, at=()):
        yield at
        for key, child in value.items() if isinstance(value, dict) else []:
            yield from places(child, at + (key,))

    for at in places(document):
        whole = copy.deepcopy(document)
        value, above = whole, None
        for key in at:
            above, value = value, value[key]
        if isinstance(value, dict) and at[-1:] not in (("metadata",), ("tensors",)):
            value["something_else"] = None
            yield whole
        elif isinstance(value, (int, float)) and at[-1] != "something_else":
            above[at[-1]] = "1"
            yield whole


def main(path, how, *files):
    schema = read(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    if how == "--progress":
        lines = validator(schema, "progress")
        said = [
            json.loads(line, parse_constant=no_constant)
            for line in open(files[0], encoding="utf-8")
        ]
        bad = [f"{line}: no line of progress" for line in said if not lines.is_valid(line)]
        bad += [] if said else ["no line"]
    elif how == "--all-kinds":
        given = {read(file).get("kind") for file in files}
        bad = [f"no document of the kind {k}" for k in sorted(set(documents(schema)) - given)]
    elif how == "--keys":
        properties = schema["$defs"]["metadata"]["properties"]
        patterns = schema["$defs"]["metadata"]["patternProperties"]
        keys = re.findall(r'^#define LOSS_KEY_\w+ "(\w+)"', open(files[0]).read(), re.M)
        assert len(keys) > 40, keys
        bad = [f"{key} is not in the schema" for key in keys if key not in properties and
               not any(re.search(p, f"{key}_{end}") for p in patterns for end in ("test", "run"))]
    elif how == "--fails":
        bad = [f"{d}: valid" for d in changed(read(files[0])) if not complaints(schema, d)]
    else:
        document = read(files[0])
        bad = complaints(schema, document)
        bad += [] if document.get("kind") == how else [
            f"kind {document.get('kind')}, expected {how}"
        ]
    print("\n".join(bad))
    return 1 if bad else 0


sys.exit(main(*sys.argv[1:]))
