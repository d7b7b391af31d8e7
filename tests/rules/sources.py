"""The text of the sources: ASCII, size, nothing included or called that the library does without, nothing left lying about."""

import json
import re

from project import FOLDERS_OF_OTHERS, GENERATED, INCLUDE, ROOT, files, headers, report

# 300 lines is the aim, and this the end of it; for what is no header, and for the tables below, the second.
MOST_LINES = 400
MOST_LINES_OF_ALL = 600
LONGER = {
    # path below include/notifier: why it is longer
    "vocabulary/wordings.hpp": "one table, a row to each event kind",
    "vocabulary/event_kinds.hpp": "one table, a row to each event kind",
    "adapters/french.hpp": "one table, a row to each event kind",
}

FORBIDDEN_HEADERS = {
    "iostream", "ostream", "istream", "sstream", "fstream", "iomanip", "locale", "regex", "codecvt", "clocale",
    "memory_resource", "cstdio", "stdio.h", "cassert", "assert.h", "filesystem", "random", "format", "print",
}  # fmt: skip
FORBIDDEN_CALLS = re.compile(
    r"(?<![\w:.>])(?:std::)?(printf|fprintf|sprintf|snprintf|vsnprintf|puts|fopen|abort|exit|_Exit|quick_exit|terminate|assert"
    r"|setlocale|getenv|system|rand|srand|strtod|strtof|atof|stod|stof|sscanf)\s*\("
)
ADAPTER_MAY = {"random"}

# Besides what a dot begins with, and build/.
TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "CONTRIBUTING.md", "LICENSE", "README.md",
    "examples", "include", "single_include", "tests", "wasm",
}  # fmt: skip

problems = []


def say(path, line, text):
    problems.append(f"{path.relative_to(ROOT)}:{line}: {text}")


def without_comments_and_strings(line):
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return re.sub(r"//.*", "", line)


def check_text(path):
    raw = path.read_bytes()
    if not raw:
        return
    for number, line in enumerate(raw.split(b"\n"), 1):
        if any(byte > 126 for byte in line):
            say(path, number, "not ASCII: write an escape")
        if b"\r" in line:
            say(path, number, "CR: lines end with LF")
        if line.rstrip(b" \t") != line and path not in GENERATED:
            say(path, number, "white space at the end of the line")
        if re.search(rb"\b(" + b"TO" + rb"DO|FIX" + rb"ME|XX" + rb"X)\b", line):
            say(path, number, "unfinished work is marked here: finish it")
    if raw.count(b"\n") > MOST_LINES_OF_ALL and path not in GENERATED:
        say(path, raw.count(b"\n"), f"longer than {MOST_LINES_OF_ALL} lines: split it by concept")
    if not raw.endswith(b"\n"):
        say(path, raw.count(b"\n") + 1, "no line end at the end of the file")


def check_header(path):
    name = path.relative_to(INCLUDE / "notifier").as_posix()
    adapter = name.startswith("adapters/")
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > MOST_LINES and name not in LONGER:
        say(path, len(lines), f"longer than {MOST_LINES} lines: split it by concept, or name the reason in tests/rules/sources.py")
    if lines.count("#pragma once") != 1:
        say(path, 1, "no #pragma once, or more than one")
    for number, line in enumerate(lines, 1):
        include = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
        if include and include.group(1) in FORBIDDEN_HEADERS and not (adapter and include.group(1) in ADAPTER_MAY):
            say(path, number, f"<{include.group(1)}> is not used in this library")
        call = FORBIDDEN_CALLS.search(without_comments_and_strings(line))
        if call and not adapter:
            say(path, number, f"{call.group(1)}() is not used in this library")
        if name != "config.hpp" and re.search(r"\[\[(gnu|clang|msvc)::|__attribute__|__declspec|__forceinline", line):
            say(path, number, "an attribute of one compiler: config.hpp has a macro, or gets one")
        define = re.match(r"\s*#\s*define\s+(?!NOTIFIER_)(\w+)", line)
        if define:
            say(path, number, f"macro {define.group(1)} does not begin with NOTIFIER_")


def check_spine():
    reached, open_ones = set(), ["notifier/notifier.hpp"]
    while open_ones:
        header = open_ones.pop()
        if header not in reached and (INCLUDE / header).exists():
            reached.add(header)
            text = (INCLUDE / header).read_text(encoding="utf-8")
            open_ones += re.findall(r'(?m)^\s*#\s*include\s+"(notifier/[^"]+)"', text)
    for path in headers():
        name = path.relative_to(INCLUDE).as_posix()
        if name not in reached and not name.startswith("notifier/adapters/"):
            say(path, 1, "not reached from notifier/notifier.hpp, so the single header lacks it")


def check_floors():
    """Each folder includes only those above it in CONTRIBUTING.md's list."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    table = text[text.index("| folder | what lives there |") :].split("\n\n")[0]
    floors = re.findall(r"(?m)^\| `(\w+)/` \|", table)
    ground = set(re.findall(r"`(\w+\.hpp)`", text[: text.index(table)]))
    folders = {path.parent.name for path in headers() if path.parent != INCLUDE / "notifier"}
    problems.extend(f"CONTRIBUTING.md: {name}/ is no folder, or not in the list of them" for name in folders ^ set(floors))
    if folders != set(floors):
        return
    strangers = {
        own: re.findall(r"`(\w+)/`", names) for own, names in re.findall(r"(?m)^\| `(\w+)/` \|.*knows none of (.*)$", table)
    }
    for path in headers():
        own = path.parent.name if path.parent != INCLUDE / "notifier" else None
        if path.name == "notifier.hpp" and own is None:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            include = re.match(r'\s*#\s*include\s+"notifier/(?:(\w+)/)?([^"]+)"', line)
            if not include:
                continue
            folder, name = include.groups()
            if folder is None and name not in ground:
                say(path, number, f"{name} is none of the headers that CONTRIBUTING.md calls the ground")
            elif folder in strangers.get(own, []):
                say(path, number, f"{own}/ knows nothing of {folder}/, says CONTRIBUTING.md")
            elif folder is not None and (own is None or floors.index(folder) > floors.index(own)):
                say(path, number, f"{folder}/ stands below {own or 'the ground'} in CONTRIBUTING.md, which may not include it")


def check_version():
    text = (INCLUDE / "notifier/version.hpp").read_text()
    parts = [re.search(rf"NOTIFIER_VERSION_{part} (\d+)", text).group(1) for part in ("MAJOR", "MINOR", "PATCH")]
    version = re.search(r'NOTIFIER_VERSION "([^"]+)"', text).group(1)
    if ".".join(parts) != version:
        problems.append(f"include/notifier/version.hpp: {'.'.join(parts)} in numbers, {version} in words")
    config = (INCLUDE / "notifier/config.hpp").read_text()
    for name in re.findall(r"define NOTIFIER_INLINE_NAMESPACE (\w+)", config):
        if not re.fullmatch("v" + "_".join(parts) + r"(_[a-z]+)*", name):
            problems.append(f"include/notifier/config.hpp: the namespace {name} does not carry the version {version}")
    package = ROOT / "wasm/package.json"
    if package.exists() and json.loads(package.read_text())["version"] != version:
        problems.append(f"wasm/package.json: its version is not that of version.hpp, {version}")


def check_top_level():
    for path in ROOT.iterdir():
        if path.name[0] != "." and path.name not in TOP_LEVEL and path.name not in FOLDERS_OF_OTHERS:
            problems.append(f"{path.name}: nothing by that name stands at the top of this project")


def check_options():
    options = re.findall(r"(?m)^(?:option|set)\((NOTIFIER_\w+)[^)]*?(?:CACHE|\s\")", (ROOT / "CMakeLists.txt").read_text())
    readme = ROOT / "README.md"
    if readme.exists():
        table = "\n".join(line for line in readme.read_text().splitlines() if line.startswith("|"))
        problems.extend(f"README.md: the table of options lacks {name}" for name in options if name not in table)


for source in files(".hpp", ".cpp", ".h", ".c", ".py", ".cmake") + [p for p in files(".txt") if p.name == "CMakeLists.txt"]:
    check_text(source)
for header in headers():
    check_header(header)
check_spine()
check_floors()
check_version()
check_top_level()
check_options()
report(problems)
