"""What the library costs a program that uses it: the compiler's time and the size of the program.

    build_cost.py RESULTS.json

Each program is compiled as a user would, once for the time, which is the compiler's own processor time.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = ROOT / "build/bench/cost"

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

PEER_INCLUDES = ["peer/nlohmann.hpp", "peer/program.hpp"]
PROGRAMS = [
    # name, headers, body, options, libraries
    ("nothing", ["string"], "int main() {}", [], []),
    ("a program with nlohmann::json that does the same for six kinds", PEER_INCLUDES, PEER,
     ["-Itests/bench", "-Iinclude"], []),
    ("header, simdjson", ["notifier/notifier.hpp"], ROUTE, ["-Iinclude", "-DNOTIFIER_SIMDJSON=1"], ["-lsimdjson"]),
    ("header, picojson", ["notifier/notifier.hpp"], ROUTE, ["-Iinclude", "-DNOTIFIER_SIMDJSON=0"], []),
    ("single header, simdjson", ["notifier/notifier.hpp"], ROUTE, ["-Isingle_include", "-DNOTIFIER_SIMDJSON=1"], ["-lsimdjson"]),
    ("single header, picojson", ["notifier/notifier.hpp"], ROUTE, ["-Isingle_include"], []),
]


def build(name, headers, body, options, libraries):
    """Seconds of processor time to compile, and the bytes of code and data in the program."""
    source = SCRATCH / "main.cpp"
    source.write_text("".join(f"#include <{header}>\n" for header in headers) + body)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["g++", "-std=c++17", "-O2", *options, str(source), "-o", str(SCRATCH / "main"), *libraries]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "CCACHE_DISABLE": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    sections = subprocess.run(["size", SCRATCH / "main"], check=True, capture_output=True, text=True).stdout.split("\n")[1].split()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, int(sections[0]) + int(sections[1])


def main():
    SCRATCH.mkdir(parents=True, exist_ok=True)
    built = {program[0]: build(*program) for program in PROGRAMS}
    empty = built.pop("nothing")
    peer_name = PROGRAMS[1][0]
    peer = built.pop(peer_name)
    rows = []
    for name, (seconds, size) in built.items():
        rows.append({"measure": f"to compile a program with the {name}", "unit": "s", "ours": seconds, "peer": peer[0],
                     "peer_name": peer_name, "ratio": peer[0] / seconds})
    for name, (seconds, size) in built.items():
        ours, theirs = (size - empty[1]) / 1000, (peer[1] - empty[1]) / 1000
        rows.append({"measure": f"added to a program by the {name}", "unit": "kB", "ours": ours, "peer": theirs,
                     "peer_name": peer_name, "ratio": theirs / ours})
    pathlib.Path(sys.argv[1]).write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
