#!/usr/bin/env python3
"""include/CODES.md names every code of an error, of a field's fault and of a warning that the code gives, and no other."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
headers = sorted((root / "include/notifier").rglob("*.hpp"))
scripts = sorted((root / "wasm/src").rglob("*.ts"))


def last_argument(text, opening):
    """The last argument of the call or list whose bracket opens at `opening`."""
    depth, begin, i = 0, opening + 1, opening
    while True:
        c = text[i]
        if c == '"':
            i += 1
            while text[i] != '"':
                i += 2 if text[i] == "\\" else 1
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                return text[begin:i]
        elif c == "," and depth == 1:
            begin = i + 1
        i += 1


def field_codes():
    call = re.compile(r"(?:\b(?:problems_?|warnings_?|faults_)(?:\.|->)add|\breport|\binvalid|\bFieldError)[({]|\b(?:fields|problems_|list_)\.push_back\(\{")
    found = set()
    for header in headers:
        text = re.sub(r"//.*", "", header.read_text())
        for match in call.finditer(text):
            found |= set(re.findall(r'"([a-z_0-9]+)"', last_argument(text, match.end() - 1)))
    for script in scripts:
        found |= set(re.findall(r"message: .*\bcode: '([a-z_]+)' }", script.read_text()))
    return found


def error_codes():
    found = set(re.findall(r'return "([a-z_]+)";', (root / "include/notifier/error.hpp").read_text())) - {"unknown"}
    union = (root / "wasm/src/error.ts").read_text().split("export type ErrorCode =")[1]
    union = re.sub(r"/\*\*.*?\*/", "", union, flags=re.S).split(";")[0]
    return found | set(re.findall(r"\| '([a-z_]+)'", union))


def documented(heading):
    text = (root / "include/CODES.md").read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z_0-9]+)` \|", text, re.M)
    repeated = sorted({row for row in rows if rows.count(row) > 1})
    return set(rows), repeated


faults = []
for heading, given in [("Errors", error_codes()), ("Fields and warnings", field_codes())]:
    rows, repeated = documented(heading)
    faults += [f"{code}: given by the code, missing under {heading}" for code in sorted(given - rows)]
    faults += [f"{code}: under {heading}, and given by no code" for code in sorted(rows - given)]
    faults += [f"{code}: twice under {heading}" for code in repeated]
    if len(given) < 5:
        faults.append(f"{heading}: only {len(given)} codes found in the code: this test has gone blind")
for fault in faults:
    print(f"include/CODES.md: {fault}", file=sys.stderr)
sys.exit(1 if faults else 0)
