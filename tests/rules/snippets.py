"""The programs in README.md and CONTRIBUTING.md compile, run, and print what the documents say.

In a document, a fence's info string says what the block is:

    ```cpp main.cpp        a file of that name (any language), written to the document's folder
    ```cpp                 C++ that must compile: a whole program, or statements after #include "notifier/notifier.hpp"
    ```cpp excerpt         C++ that is only shown
    ```console             commands after `$ `, run in that folder by bash, each with all that it prints below it;
                           a line of `...` stands for any lines, `...` at the end of one for the rest of it
    ```sh                  commands that are only shown

The folder begins with `notifier`, a link to the project, and, where the npm package has been built, node_modules with it.
"""

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


def check(document):
    text = document.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "notifier").symlink_to(ROOT)
        package = ROOT / "wasm"
        if (package / "package.json").exists():
            (folder / "node_modules").mkdir()
            (folder / "node_modules/notifier").symlink_to(package)
        for block in FENCE.finditer(text):
            language, info, body = block.group(1), block.group(2).strip(), block.group(3)
            where = f"{document.name}:{text.count(chr(10), 0, block.start()) + 1}"
            if language == "console":
                check_console(where, body, folder)
            elif info and info != "excerpt":
                (folder / info).write_text(body, encoding="utf-8")
            elif language == "cpp" and not info:
                check_program(where, body)


for name in ("README.md", "CONTRIBUTING.md"):
    if (ROOT / name).exists():
        check(ROOT / name)
    else:
        problems.append(f"{name} is missing")
report(problems)
