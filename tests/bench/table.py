"""Prints the results of benchmarks as a table, keeps them in one file, or puts them into the README beside this script.

    table.py [--json FILE] [--readme SECTION] RESULTS.json...

With --readme, what stands in README.md between `<!-- SECTION -->` and `<!-- /SECTION -->` becomes the table, and the
machine and the day that it was measured on.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform

README = pathlib.Path(__file__).with_name("README.md")


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def judged(row):
    """What is compared with the aim: the ratio, or our own figure where there is no peer."""
    return row.get("ratio", row["ours"])


def aim(row):
    if row.get("must") is None:
        return ""
    sign = "at most " if row.get("at_most") else ""
    return f"{sign}{row['aim']:g} (must {row['must']:g})"


def met(row):
    if row.get("must") is None:
        return ""
    holds = (lambda bound: judged(row) <= bound) if row.get("at_most") else (lambda bound: judged(row) >= bound)
    return "yes" if holds(row["aim"]) else "must" if holds(row["must"]) else "**no**"


def table(rows):
    lines = ["| measure | ours | peer | ratio | aim | met |", "| --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        peer = f"{number(row['peer'])} {row['unit']}, {row['peer_name']}" if "peer" in row else ""
        ratio = f"**{row['ratio']:.2f}**" if "ratio" in row else ""
        lines.append(f"| {row['measure']} | {number(row['ours'])} {row['unit']} | {peer} | {ratio} | {aim(row)} | {met(row)} |")
    return "\n".join(lines)


def machine():
    model = platform.machine()
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}; {datetime.date.today().isoformat()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--readme", metavar="SECTION")
    parser.add_argument("results", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    rows = [row for path in arguments.results for row in json.loads(path.read_text())]
    if arguments.json:
        arguments.json.write_text(json.dumps([{**row, "met": met(row)} for row in rows], indent=1) + "\n")
    if arguments.readme:
        begin, end = f"<!-- {arguments.readme} -->", f"<!-- /{arguments.readme} -->"
        text = README.read_text()
        before, rest = text.split(begin, 1)
        after = rest.split(end, 1)[1]
        README.write_text(f"{before}{begin}\n{machine()}.\n\n{table(rows)}\n{end}{after}")
    print(table(rows))


if __name__ == "__main__":
    main()
