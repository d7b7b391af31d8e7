"""The programs in the documents compile, run, and print what the documents say.

In a document, a fence's info string says what the block is:

    ```cpp main.cpp        a file of that name (any language), written to the document's folder
    ```cpp                 C++ that must compile: a whole program, or statements after #include "notifier/notifier.hpp"
    ```cpp excerpt         C++ that is only shown
    ```console             commands after `$ `, run in that folder by bash, each with all that it prints below it;
                           a line of `...` stands for any lines, `...` at the end of one for the rest of it
    ```json                JSON, not abridged
    ```json printed        JSON that a console block of the same document prints on a line of its own
    ```js                  a module that must be free of faults that Node.js sees without running it
    ```sh, ```cmake, ...   only shown

The folder begins with `notifier`, a link to the project, and node_modules with the npm package, which NOTIFIER_INSTALLED names.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile

from project import INCLUDE, ROOT, compile_text, report

FENCE = re.compile(r"(?ms)^```(\w+)([^\n]*)\n(.*?)^```\s*$")
problems = []


def matches(expected, printed):
    pattern = re.escape(expected)
    pattern = re.sub(r"(?m)^\\\.\\\.\\\.\\?\n", "(?:.*\\n)*", pattern)
    pattern = re.sub(r"(?m)\\\.\\\.\\\.(?=\\?$)", ".*", pattern)
    return re.fullmatch(pattern, printed) is not None


def run(command, folder):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300)  # fmt: skip
    return done.returncode, done.stdout


def check_console(where, text, folder):
    for command, expected in re.findall(r"(?m)^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ ).*\n)*)", text):
        status, printed = run(command, folder)
        if not matches(expected, printed) or (status != 0 and not expected):
            problems.append(f"{where}: $ {command}\nexpected:\n{expected}printed (exit status {status}):\n{printed}")


def check_program(where, text):
    if "#include" not in text:
        text = f'#include "notifier/notifier.hpp"\nvoid snippet();\nvoid snippet() {{\n{text}\n}}\n'
    try:
        compile_text(text, "-fsyntax-only", f"-I{INCLUDE}", "-DNOTIFIER_SIMDJSON=0")
    except SystemExit as failure:
        problems.append(f"{where}: {failure}")


def check_module(where, text, folder):
    (folder / "module.mjs").write_text(text, encoding="utf-8")
    status, printed = run("node --check module.mjs", folder)
    if status != 0:
        problems.append(f"{where}: {printed}")


def check_json(where, text, printed):
    try:
        json.loads(text)
    except ValueError as fault:
        problems.append(f"{where}: {fault}")
    if printed is not None and text.strip() not in printed.splitlines():
        problems.append(f"{where}: no console block prints this")


def check(document):
    text = document.read_text(encoding="utf-8")
    blocks = [(match, match.group(1), match.group(2).strip(), match.group(3)) for match in FENCE.finditer(text)]
    printed = "".join(body for _, language, _, body in blocks if language == "console")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "notifier").symlink_to(ROOT)
        (folder / "node_modules").symlink_to(pathlib.Path(os.environ["NOTIFIER_INSTALLED"], "node_modules"))
        for block, language, info, body in blocks:
            where = f"{document.relative_to(ROOT)}:{text.count(chr(10), 0, block.start()) + 1}"
            if language == "console":
                check_console(where, body, folder)
            elif language == "json":
                check_json(where, body, printed if info == "printed" else None)
            elif info and info != "excerpt":
                (folder / info).write_text(body, encoding="utf-8")
            elif language == "cpp" and not info:
                check_program(where, body)
            elif language == "js" and not info:
                check_module(where, body, folder)


for name in ("README.md", "CONTRIBUTING.md", "include/WHAT_CHANGED.md", "include/FILTERS.md", "include/STORMS.md", "include/MANY_MACHINES.md", "include/WORDINGS.md", "include/PLATFORMS.md", "wasm/README.md"):
    check(ROOT / name)
report(problems)
