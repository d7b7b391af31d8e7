"""Puts headers into few sources in each of which every one is still seen to compile alone.

    chains.py INCLUDE_FOLDER OUTPUT_FOLDER [--face]

With --face, only those that a program with the compiled library sees: what notifier.hpp shows, and the adapters.

A header that another includes anyway may come before it in one source: what the other one sees is what it would include itself.
So headers are put into chains, each header among the includes of the next, as few as there can be: a path cover of what
includes what, by matching. A chain is a source; each header stands in it twice in a row.
"""

import pathlib
import re
import sys

include, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
headers = sorted(path.relative_to(include).as_posix() for path in include.rglob("*.hpp"))
texts = {header: (include / header).read_text() for header in headers}
if "--face" in sys.argv:
    texts = {header: text.split("#if NOTIFIER_BODIES")[0] for header, text in texts.items()}
    shown = re.findall(r'(?m)^#include "(notifier/[^"]+)"', texts["notifier/notifier.hpp"])
    headers = [header for header in headers if header in shown or header.startswith("notifier/adapters/") or header == "notifier/notifier.hpp"]
named = {header: set(re.findall(r'#include "(notifier/[^"]+)"', text)) & set(texts) for header, text in texts.items()}


def needs(header):
    """All that a header includes, however far."""
    seen, waiting = set(), [header]
    while waiting:
        for other in named[waiting.pop()] - seen:
            seen.add(other)
            waiting.append(other)
    return seen - {header}


below = {header: needs(header) for header in headers}
above = {header: [other for other in headers if header in below[other] and other not in below[header]] for header in headers}
before = {}  # header -> the one that comes before it in its chain


def find_next(header, tried):
    for other in above[header]:
        if other not in tried:
            tried.add(other)
            if other not in before or find_next(before[other], tried):
                before[other] = header
                return True
    return False


for header in headers:
    find_next(header, set())

output.mkdir(parents=True, exist_ok=True)
stale = set(output.glob("*.cpp"))
for header in sorted(set(headers) - set(before.values())):
    chain = [header]
    while chain[0] in before:
        chain.insert(0, before[chain[0]])
    source = output / (header.replace("/", "__") + ".cpp")
    text = "".join(f'#include "{each}"\n' * 2 for each in chain)
    stale.discard(source)
    if not source.exists() or source.read_text() != text:
        source.write_text(text)
for source in stale:
    source.unlink()
