"""Two builds of the same benchmark in turn: whether one is slower than the other.

    against.py RUNS LEAST NAME THIS THAT [ARGUMENT...]

Runs both programs RUNS times in turn, each with the arguments and a file for its results, and compares the medians of our
own times, measure by measure. Prints how many times as long the other one takes: above 1, this one is faster. Fails where
the geometric mean is below LEAST; a single row is as noisy as the machine.
"""

import json
import math
import pathlib
import statistics
import subprocess
import sys


def run(program, arguments):
    results = pathlib.Path(program + ".json")
    subprocess.run([program, *arguments, str(results)], check=True, stderr=subprocess.DEVNULL)
    return {each["measure"] + "|" + each.get("peer_name", ""): each for each in json.loads(results.read_text())}


def main():
    runs, least, name, this, that, *arguments = sys.argv[1:]
    taken = {this: {}, that: {}}
    for turn in range(int(runs)):
        for program in (this, that) if turn % 2 == 0 else (that, this):
            for key, each in run(program, arguments).items():
                if each["unit"] in ("ns", "us", "ms", "s"):
                    taken[program].setdefault(key, []).append(each["ours"])
    ratios = {}
    for key, ours in taken[this].items():
        if key in taken[that]:
            # What is measured beside several peers is one measure.
            ratios.setdefault(key.split("|")[0], []).append(statistics.median(taken[that][key]) / statistics.median(ours))
    if not ratios:
        sys.exit(f"against: {name} has no measure that both have")
    means = {measure: statistics.mean(each) for measure, each in ratios.items()}
    for measure, ratio in means.items():
        print(f"{ratio:6.3f}  {name}: {measure}")
    mean = math.exp(statistics.mean(math.log(ratio) for ratio in means.values()))
    print(f"{mean:6.3f}  {name}, all of it{'' if mean >= float(least) else f': less than {least}'}")
    sys.exit(0 if mean >= float(least) else 1)


if __name__ == "__main__":
    main()
