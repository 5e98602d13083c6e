#!/usr/bin/env python3
"""engine: readings a second through the pure pipeline on one core, 10,000 rules on 5,000 tags."""
import subprocess
import sys

from bench_lib import TOOLS, judged

READINGS_PER_S_MIN = 2_000_000
DEADLINES_MIN = 5000


def main():
    run = subprocess.run([TOOLS / "bench_engine", *sys.argv[1:]], stdout=subprocess.PIPE, text=True)
    *said, last = run.stdout.splitlines() or [""]
    for line in said:
        print(line)
    name, _, figures = last.partition(" ")
    if name != "engine":
        print(last)
        return run.returncode or 1
    value = {key: int(number) for key, number in (part.split("=") for part in figures.split())}
    return judged(name, figures, [
        (run.returncode == 0 and value["differ"] == 0, f"{value['differ']} transitions differ from the reference implementations"),
        (value["readings_per_s"] >= READINGS_PER_S_MIN, f"{value['readings_per_s']} readings/s are below {READINGS_PER_S_MIN}"),
        (value["deadlines"] >= DEADLINES_MIN, f"{value['deadlines']} pending deadlines are less than {DEADLINES_MIN}")])


raise SystemExit(main())
