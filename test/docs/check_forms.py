"""Holds docs/onnx-forms.md to the models in test/models, or writes its table.

usage: check_forms.py DOCS_DIR MODELS_DIR [--write < table of check_spellings.py]

Each folder of MODELS_DIR/spellings and MODELS_DIR/forms has a row of its own
that says what it is: the description in its meta.json, or that of the function
in a script of forms which made it. The row names the test that compiles and
runs it.
"""

import ast
import glob
import json
import os
import sys

BEGIN, END = "<!-- table: test/docs/check_forms.py -->\n", "<!-- end of table -->\n"


def test_of(models, name):
    """The test in test/e2e that runs the model."""
    kind = "spellings" if os.path.isdir(os.path.join(models, "spellings", name)) else "forms"
    return f"{kind}/{name}.test"


def descriptions(models):
    found = {}
    spellings = os.path.join(models, "spellings")
    for name in os.listdir(spellings):
        with open(os.path.join(spellings, name, "meta.json")) as file:
            found[name] = json.load(file)["desc"]
    forms = os.path.join(models, "forms")
    made = {}
    for script in glob.glob(os.path.join(forms, "make_*.py")):
        with open(script) as file:
            made |= {node.name: ast.get_docstring(node) for node in ast.parse(file.read()).body if isinstance(node, ast.FunctionDef)}
    for name in os.listdir(forms):
        if os.path.isdir(os.path.join(forms, name)):
            found[name] = (made[name] or name.replace("_", " ")).splitlines()[0].rstrip(".")
    return {name: text.replace("|", "/") for name, text in found.items()}


def main():
    docs, models = sys.argv[1:3]
    path = os.path.join(docs, "onnx-forms.md")
    with open(path) as file:
        text = file.read()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    wanted = descriptions(models)
    if "--write" in sys.argv:
        rows = ["| form | what it is | result | ternary | error | test/e2e/ |", "|---|---|---|---|---|---|"]
        for line in sys.stdin:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if cells[0] in wanted:
                rows.append(f"| {cells[0]} | {wanted[cells[0]]} | {cells[1]} | {cells[2]} | {cells[3].split(';')[0]} | {test_of(models, cells[0])} |")
        with open(path, "w") as file:
            file.write(text[:start] + "\n".join(rows) + "\n" + text[end:])
        return
    rows = {}
    for line in text[start:end].splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0]] = cells[1:]
    problems = [f"no row for {name}" for name in sorted(wanted.keys() - rows.keys())]
    problems += [f"a row for {name}, which has no model" for name in sorted(rows.keys() - wanted.keys())]
    problems += [f"{name} is described otherwise" for name in sorted(wanted.keys() & rows.keys()) if rows[name][0] != wanted[name]]
    e2e = os.path.join(models, "..", "e2e")
    problems += [f"{name} names {rows[name][4]}, expected {test_of(models, name)}" for name in sorted(wanted.keys() & rows.keys())
                 if rows[name][4] != test_of(models, name) or not os.path.exists(os.path.join(e2e, rows[name][4]))]
    problems += [f"{name} does not pass" for name, cells in sorted(rows.items()) if cells[1] != "pass"]
    sys.exit("\n".join(problems) if problems else 0)


if __name__ == "__main__":
    main()
