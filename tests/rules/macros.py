"""Macros: none left behind that a user cannot set, none of another library's set, and those of windows.h do no harm."""

import re

from project import SINGLE_HEADER, compile_text, report

# What windows.h is known to define, in the spelling that hurts.
WINDOWS = """
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define near
#define far
#define small char
#define interface struct
#define IN
#define OUT
#define OPTIONAL
#define ERROR 0
#define DELETE 0x00010000L
#define NO_ERROR 0L
#define CALLBACK __stdcall
#define GetMessage GetMessageA
#define SendMessage SendMessageA
#define CreateEvent CreateEventA
"""

text = SINGLE_HEADER.read_text(encoding="ascii")
standard = "\n".join(sorted(set(re.findall(r"(?m)^\s*#\s*include\s+<(?!simdjson)(?!picojson)(?!arm_neon)(?!wasm_simd128)(?!intrin)[^>]+>", text))))
settable = set(re.findall(r"#\s*ifndef\s+(NOTIFIER_\w+)", text))
problems = []


def macros(source, *flags):
    defined = compile_text(source, "-dM", "-E", *flags)
    return set(re.findall(r"(?m)^#define (\w+)", defined))


READERS = {
    "-DNOTIFIER_SIMDJSON=0": "#include <picojson.h>",
    "-DNOTIFIER_SIMDJSON=1": "#include <simdjson.h>",
    "-DNOTIFIER_PICOJSON=0": "",
    "-DNOTIFIER_COMPILED=1": "",
}
for flag, reader in READERS.items():
    before = macros(f"{standard}\n{reader}\n", flag)
    after = macros(f'{standard}\n{reader}\n#include "{SINGLE_HEADER}"\n', flag)
    for macro in sorted(after - before):
        # The last one says to the headers of include/ that they come too late.
        if macro not in settable and not macro.startswith("NOTIFIER_VERSION") and macro != "NOTIFIER_SINGLE_HEADER":
            problems.append(f"{flag}: macro {macro} is left behind")
    alone = macros(f'#include "{SINGLE_HEADER}"\n', flag)
    # Those that begin with an underscore are of the standard library, which tidies up some of its own at its end.
    for macro in sorted(each for each in alone - after if not each.startswith("_")):
        problems.append(f"{flag}: macro {macro} is set before {reader} and changes it")
    compile_text(f'{standard}\n{reader}\n{WINDOWS}\n#include "{SINGLE_HEADER}"\n', "-fsyntax-only", flag)
    compile_text(f'#include "{SINGLE_HEADER}"\n#include "{SINGLE_HEADER}"\n', "-fsyntax-only", flag)

report(problems)
