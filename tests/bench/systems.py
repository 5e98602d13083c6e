#!/usr/bin/env python3
"""systems: every system package: its incidents, quiet days with 20 seeds, and a fifth off every limit."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

from bench_lib import BUILD

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROOFS = ("rules", "incidents", "quiet", "mutants")


def packages():
    return sorted(path.parent.name for path in (ROOT / "config/systems").glob("*/package.toml"))


def prove(package, proof):
    """The figures of one proof, and what it printed. A package without incidents or simulation has none."""
    done = subprocess.run([BUILD / "tests/systems/systems_run", package, f"--{proof}"], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    last = lines[-1] if lines and lines[-1].startswith(f"{proof} ") else ""
    figures = {key: float(value) for key, value in re.findall(r"(\w+)=([\d.]+)(?= |$)", last)}
    return figures, done.stdout, done.returncode


def main():
    names = packages()
    total = dict.fromkeys(("incidents", "exact", "days", "false_alarms", "mutants", "caught"), 0)
    failed = False
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = [pool.submit(prove, name, proof) for name in names for proof in PROOFS]
        for job in jobs:
            figures, said, code = job.result()
            print(said, end="", flush=True)
            failed = failed or code != 0
            for key in total:
                total[key] += int(figures.get(key, 0))
    print("systems packages=%d incidents=%d exact=%d false_alarms=%d mutants=%d caught=%d" % (
        len(names), total["incidents"], total["exact"], total["false_alarms"], total["mutants"], total["caught"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
