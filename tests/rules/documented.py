"""Doxygen has nothing to say, and every public class, enumeration, free function and member function says what it does.

A comment stands for all declarations that follow it without an empty line. What its name says in full needs none: data
members, the functions below, and what overrides a documented function.
"""

import re
import subprocess
import tempfile

from project import ROOT, headers, report

SPEAKS_FOR_ITSELF = {
    "begin", "end", "size", "empty", "data", "clear", "capacity", "reserve", "has_value", "value", "error", "str", "what", "swap",
}  # fmt: skip

with tempfile.TemporaryDirectory() as folder:
    settings = (ROOT / ".doxygen").read_text() + f"\nWARN_IF_UNDOCUMENTED=YES\nOUTPUT_DIRECTORY={folder}\n"
    done = subprocess.run(["doxygen", "-"], input=settings, capture_output=True, text=True, cwd=ROOT, check=True)


def in_commented_block(where):
    """Whether a /// comment stands above the line, with no empty line between."""
    path, number = where.rstrip(":").rsplit(":", 1)
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    for line in reversed(lines[: int(number) - 1]):
        if not line.strip():
            return False
        if line.strip().startswith("///"):
            return True
    return False


problems = []
# Of the functions of a namespace that is not documented itself Doxygen reports nothing.
text = "".join(header.read_text(encoding="utf-8") for header in headers())
namespaces = re.findall(r"(?m)^(.*)\nnamespace (?!detail)(\w+) \{", text)
documented = {name for above, name in namespaces if above.startswith("///")}
problems += [f"include: namespace {name} is documented nowhere" for above, name in namespaces if "detail" not in above and name not in documented]
if "/// @namespace notifier\n" not in text:
    problems.append("include: namespace notifier is documented nowhere")
for line in done.stderr.splitlines():
    where, _, what = line.partition(" warning: ")
    if not what:
        continue
    member = re.match(r"Member (.*?)(\(.*)? \((\w+)\) of (?:class|struct|file|namespace) (\S+)", what)
    if member and "is not documented" in what:
        signature, kind, owner = member.group(1), member.group(3), member.group(4)
        name = re.split(r"[\s&*]", signature)[-1]
        special = name.lstrip("~") == re.split(r"::", re.sub(r"<.*", "", owner))[-1] or "operator" in signature
        if kind in ("variable", "typedef") or name in SPEAKS_FOR_ITSELF or special or "override" in what or in_commented_block(where):
            continue
    problems.append(f"{where.removeprefix(str(ROOT) + '/')} {what}")
report(problems)
