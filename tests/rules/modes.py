"""Of the compiled library: one source has the functions, the others have none; what was compiled otherwise is not linked.

The same for the headers of include/ and for the single one.
"""

import pathlib
import re
import subprocess
import tempfile

from project import CXX, INCLUDE, ROOT, SINGLE_HEADER, report

USE = f'#include "{ROOT}/tests/rules/linkage.hpp"\nint main() {{ return route_once().empty(); }}\n'
IMPLEMENTATION = (ROOT / "include/notifier/notifier.cpp").read_text()
COMPILED = ["-DNOTIFIER_PICOJSON=0", "-DNOTIFIER_COMPILED=1"]
# What a program is compiled with that is not linked with a library of COMPILED.
OTHERS = [
    ["-DNOTIFIER_COMPILED=1"],
    [*COMPILED, "-fno-exceptions"],
    [*COMPILED, "-DNOTIFIER_MAX_DEPTH=64"],
]
problems = []

with tempfile.TemporaryDirectory() as folder:

    def compile_source(name, text, include, *flags):
        source = pathlib.Path(folder, f"{name}.cpp")
        source.write_text(text)
        output = source.with_suffix(".o")
        done = subprocess.run([CXX, "-std=c++17", "-O0", f"-I{include}", *flags, "-c", source, "-o", output], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{CXX} {' '.join(flags)}:\n{done.stderr}")
        return output

    def link(*objects):
        program = pathlib.Path(folder, "program")
        done = subprocess.run([CXX, *objects, "-o", program], capture_output=True, text=True)
        return program if done.returncode == 0 else done.stderr

    library = compile_source("library", IMPLEMENTATION, INCLUDE, *COMPILED)
    single = compile_source("single", IMPLEMENTATION, SINGLE_HEADER.parents[1], *COMPILED)
    for include, implementation in ((INCLUDE, library), (SINGLE_HEADER.parents[1], single)):
        use = compile_source("use", USE, include, *COMPILED)
        program = link(use, implementation)
        if isinstance(program, str) or subprocess.run([program]).returncode != 0:
            problems.append(f"{include}: a program and the compiled library do not work together: {program}")
        text = subprocess.run(["nm", "-C", "--defined-only", use], check=True, capture_output=True, text=True).stdout
        for function in ("Registry::load", "Router::explain", "json::Document::parse", "describe("):
            if re.search(rf" [TWw] notifier::\w+::{re.escape(function)}", text):
                problems.append(f"{include}: a source that uses the compiled library has {function} in it")
    for flags in OTHERS:
        if not isinstance(link(compile_source("other", USE, INCLUDE, *flags), library), str):
            problems.append(f"a program of {' '.join(flags)} is linked with a library of {' '.join(COMPILED)}")
    header_only = compile_source("header_only", USE, INCLUDE, "-DNOTIFIER_PICOJSON=0")
    if isinstance(link(header_only, library), str):
        problems.append("a program of headers alone is not linked beside the compiled library")
    done = subprocess.run([CXX, "-std=c++17", f"-I{INCLUDE}", "-fsyntax-only", "-x", "c++", "-"], input=IMPLEMENTATION, capture_output=True, text=True)
    if done.returncode == 0 or "NOTIFIER_COMPILED=1" not in done.stderr:
        problems.append("NOTIFIER_IMPLEMENTATION without NOTIFIER_COMPILED=1 is no error that says so")

report(problems)
