"""Counts the instructions of each stage with callgrind, and compares them with what they may be.

    instructions.py PROGRAM [--set]

The inputs are fixed, and so is the count for one compiler and one C library: no clock is read, nothing can flake. The
budgets in instructions.json have five per cent of headroom for another machine's memcpy. After a change of the compiler, or
one of the code that is worth its instructions, `--set` writes the budgets anew: the difference belongs into the commit.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

BUDGETS = pathlib.Path(__file__).with_name("instructions.json")
HEADROOM = 1.05


def measure(program):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "out")
        subprocess.run(["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}", program],
                       check=True, capture_output=True)
        counts = {}
        for dump in pathlib.Path(folder).glob("out.*"):
            text = dump.read_text()
            stage = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
            if stage:
                counts[stage[1]] = int(re.search(r"^totals: (\d+)", text, re.MULTILINE)[1])
    return counts


def main():
    counts = measure(sys.argv[1])
    if "--set" in sys.argv:
        BUDGETS.write_text(json.dumps({stage: round(count * HEADROOM) for stage, count in sorted(counts.items())}, indent=2) + "\n")
        return 0
    budgets = json.loads(BUDGETS.read_text())
    over = budgets.keys() ^ counts.keys()
    for stage in sorted(budgets.keys() & counts.keys()):
        print(f"{counts[stage]:>10,} of {budgets[stage]:>10,}  {stage}")
        if counts[stage] > budgets[stage]:
            over.add(stage)
    for stage in sorted(over):
        print(f"{stage}: more instructions than its budget, or one of the two is missing: see the top of {__file__}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
