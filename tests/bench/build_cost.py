"""What the library costs a program that uses it: the compiler's time and memory, and the size of the program.

    build_cost.py RESULTS.json [RUNS]

Each source is compiled as a user would, by both compilers, with -O0 and with -O2, in turn with the peer's: three runs, of
which the medians count. Time is the compiler's own processor time. What is added to a program is what is left of it with
-ffunction-sections, --gc-sections and stripped, beyond a program that does nothing.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = ROOT / "build/bench/cost"
COMPILERS = ["g++", "clang++"]
LEVELS = ["-O0", "-O2"]

# What the README's first program does: who is told of an event, and what is sent.
ROUTE = """
int main(int argc, char** argv) {
  notifier::Registry registry;
  if (argc < 3 || !registry.load(argv[1])) return 1;
  notifier::Router router(registry);
  std::size_t bytes = 0;
  if (!router.route(argv[2], [&](const notifier::DeliveryView& d) { bytes += d.body.size(); })) return 1;
  return bytes == 0;
}
"""
PEER = """
int main(int argc, char** argv) {
  peer::Program<peer::Nlohmann> program;
  if (argc < 3) return 1;
  program.add(argv[1], peer::Notifier());
  std::size_t bytes = 0;
  program.route(argv[2], [&](const peer::Notifier&, const std::string& body) { bytes += body.size(); });
  return bytes == 0;
}
"""
ALONE = "int main() {}\n"

OURS = ["notifier/notifier.hpp"]
INCLUDE_PEER = ("nlohmann/json.hpp", ["nlohmann/json.hpp"], ALONE, [], [])
PROGRAM_PEER = ("a program with nlohmann::json that does the same for six kinds", ["peer/nlohmann.hpp", "peer/program.hpp"],
                PEER, ["-Itests/bench", "-Iinclude"], [])
NOTHING = ("nothing", ["string"], ALONE, [], [])
WAYS = [
    # name, options, libraries
    ("header, simdjson", ["-Iinclude", "-DNOTIFIER_SIMDJSON=1"], ["-lsimdjson"]),
    ("header, picojson", ["-Iinclude"], []),
    ("header, our own reader", ["-Iinclude", "-DNOTIFIER_PICOJSON=0"], []),
    ("single header, simdjson", ["-Isingle_include", "-DNOTIFIER_SIMDJSON=1"], ["-lsimdjson"]),
    ("single header, picojson", ["-Isingle_include"], []),
]
# The same program where the library is compiled; which is a source of its own.
COMPILED = ("compiled library, simdjson", ["-Iinclude", "-DNOTIFIER_SIMDJSON=1", "-DNOTIFIER_COMPILED=1"], ["-lsimdjson"])
IMPLEMENTATION = (ROOT / "include/notifier/notifier.cpp").read_text()


def compile_once(compiler, level, source, file="main"):
    """Seconds of processor time for an object file, and the compiler's memory at its highest, in MB."""
    name, headers, body, options, libraries = source
    path = SCRATCH / f"{file}.cpp"
    path.write_text("".join(f"#include <{header}>\n" for header in headers) + body)
    command = [compiler, "-std=c++17", level, "-ffunction-sections", *options, "-c", str(path), "-o", str(path.with_suffix(".o"))]
    child = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "CCACHE_DISABLE": "1"})
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"build_cost: {compiler} does not compile {name}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def link(compiler, libraries, *objects):
    """Bytes of a stripped program made of what was compiled last, and of other objects."""
    program = SCRATCH / "main"
    subprocess.run([compiler, "-Wl,--gc-sections", "-s", str(SCRATCH / "main.o"), *map(str, objects), "-o", str(program), *libraries], check=True)
    return program.stat().st_size


def row(measure, unit, ours, peer, peer_name):
    return {"measure": measure, "unit": unit, "ours": ours, "peer": peer, "peer_name": peer_name, "ratio": peer / ours}


def measure(compiler, level, runs):
    """The rows of one compiler at one level."""
    alone = [(name, OURS, ALONE, options, libraries) for name, options, libraries in [COMPILED, *WAYS[:3]]]
    programs = [(name, OURS, ROUTE, options, libraries) for name, options, libraries in [COMPILED, *WAYS]]
    implementation = ("source of the compiled library", [], IMPLEMENTATION, COMPILED[1], [])
    sources = [INCLUDE_PEER, *alone, PROGRAM_PEER, *programs]
    library_seconds, library_memory = compile_once(compiler, level, implementation, "library")
    seconds = [[] for _ in sources]
    memory = [0] * len(sources)
    sizes = {}
    for _ in range(runs):
        for place, source in enumerate(sources):
            took, most = compile_once(compiler, level, source)
            seconds[place].append(took)
            memory[place] = max(memory[place], most)
            if source is PROGRAM_PEER or source in programs:
                sizes[place] = link(compiler, source[4], *([SCRATCH / "library.o"] if source is programs[0] else []))
    compile_once(compiler, level, NOTHING)
    empty = link(compiler, NOTHING[4])
    taken = [statistics.median(each) for each in seconds]
    where = f"{compiler} {level}"
    peer = sources.index(PROGRAM_PEER)
    rows = [
        {"measure": f"to compile the library once, {where}", "unit": "s", "ours": library_seconds},
        {"measure": f"the compiler's memory for it, {where}", "unit": "MB", "ours": library_memory},
    ]
    for place, source in enumerate(sources):
        if source is INCLUDE_PEER or source is PROGRAM_PEER:
            continue
        if source in programs:
            rows.append(row(f"to compile a program with the {source[0]}, {where}", "s", taken[place], taken[peer], PROGRAM_PEER[0]))
            rows.append({"measure": f"the compiler's memory for it, {where}", "unit": "MB", "ours": memory[place]})
        else:
            rows.append(row(f"to include the {source[0]}, and nothing else, {where}", "s", taken[place], taken[0], INCLUDE_PEER[0]))
    for place, size in sizes.items():
        if place != peer:
            rows.append(row(f"added to a program by the {sources[place][0]}, {where}", "kB", (size - empty) / 1000,
                            (sizes[peer] - empty) / 1000, PROGRAM_PEER[0]))
    return rows


def main():
    SCRATCH.mkdir(parents=True, exist_ok=True)
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    rows = []
    for compiler in COMPILERS:
        for level in LEVELS:
            rows += measure(compiler, level, runs)
            for each in rows[-2:]:
                print(each["measure"], f"{each['ours']:.2f} {each['unit']}", file=sys.stderr)
    pathlib.Path(sys.argv[1]).write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
