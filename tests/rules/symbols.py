"""The code of the library's own functions refers to no stdio, abort, exit, locale, clock, randomness or environment; none is huge.

Every inline function is emitted into a section of its own; the relocations of our sections name what they call. simdjson is
the reader here: picojson brings stdio and locale of its own.
"""

import pathlib
import re
import subprocess
import tempfile

from project import CXX, INCLUDE, ROOT, report

FORBIDDEN = re.compile(
    r"^(_IO_\w+|v?f?s?n?w?printf\w*|__\w*printf_chk|puts|putchar|fputs|fputc|fwrite|fread|fopen|fclose|f?flush|stdout|stderr|stdin"
    r"|abort|exit|_exit|_Exit|quick_exit|_ZSt9terminatev|__assert_fail|__assert"
    r"|setlocale|localeconv|newlocale|uselocale|_ZNSt6locale\w*|_ZNKSt6locale\w*|_ZSt9use_facet\w*|strtod|strtof|strtold"
    r"|_ZSt4cout|_ZSt4cerr|_ZSt3cin|_ZNSt8ios_base\w*|_ZSt16__ostream_insert\w*"
    r"|time|clock|clock_gettime|gettimeofday|_ZNSt6chrono3_V2\w+3nowEv|rand|random|srand|getenv|secure_getenv"
    r"|_ZNSt13random_device\w*|socket|connect|send|recv|open|openat|read|write)(@.*)?$"
)

# What is flattened takes all that it calls with it, which once made half a megabyte of one function.
LARGEST = 32 * 1024

SOURCE = f'#include "notifier/notifier.hpp"\n#include "{ROOT}/tests/rules/linkage.hpp"\nauto use = &route_once;\n'

with tempfile.TemporaryDirectory() as folder:
    program = pathlib.Path(folder, "all.cpp")
    program.write_text(SOURCE)
    output = program.with_suffix(".o")
    subprocess.run(
        [CXX, "-std=c++17", "-O1", "-fkeep-inline-functions", "-ffunction-sections", "-DNOTIFIER_SIMDJSON=1",
         f"-I{INCLUDE}", "-w", "-c", program, "-o", output], check=True)  # fmt: skip
    sizes = subprocess.run(["nm", "-S", "--size-sort", output], check=True, capture_output=True, text=True).stdout
    relocations = subprocess.run(["objdump", "-r", "-w", output], check=True, capture_output=True, text=True).stdout

problems, ours, function = set(), 0, None
for line in relocations.splitlines():
    section = re.match(r"RELOCATION RECORDS FOR \[\.text\.(?:unlikely\.|hot\.|startup\.)?(\S+)\]", line)
    if line.startswith("RELOCATION RECORDS"):
        function = section.group(1) if section and "8notifier" in section.group(1) else None
        ours += function is not None
        continue
    target = re.match(r"\S+\s+R_\S+\s+([^\s+-]+)", line)
    if function and target and FORBIDDEN.match(target.group(1)):
        problems.add(f"{function} refers to {target.group(1)}")
for line in sizes.splitlines():
    _, size, kind, function = line.split()
    if kind in "TtWw" and int(size, 16) > LARGEST:
        problems.add(f"{function} has {int(size, 16)} bytes of code; {LARGEST} are the bound")

if ours < 100:
    problems.add(f"only {ours} functions of the library were seen: the test looks at the wrong place")
names = subprocess.run(["c++filt"], input="\n".join(sorted(problems)), capture_output=True, text=True, check=True).stdout
report(names.splitlines())
