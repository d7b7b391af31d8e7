"""clang-format has nothing to change."""

import subprocess

from project import GENERATED, ROOT, files, report

sources = [path for path in files(".hpp", ".cpp", ".h") if path not in GENERATED]
problems = []
done = subprocess.run(["clang-format", "--dry-run", "--style=file", *sources], capture_output=True, text=True, cwd=ROOT)
wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "[-Wclang-format-violations]" in line})
if done.returncode != 0 and not wrong:
    problems.append(done.stderr)
problems += [f"{path}: run clang-format -i on it" for path in wrong]
report(problems)
