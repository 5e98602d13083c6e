#!/usr/bin/env python3
"""systems: every system package: its incidents, quiet days with 20 seeds, and a fifth off every figure; `failed` proofs must be none."""
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
    total = dict.fromkeys(("incidents", "exact", "days", "false_alarms", "mutants", "caught", "controls", "broken",
                           "not_shifted"), 0)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs = [pool.submit(prove, name, proof) for name in names for proof in PROOFS]
        for job in jobs:
            figures, said, code = job.result()
            print(said, end="", flush=True)
            failed += code != 0 or not figures
            for key in total:
                total[key] += int(figures.get(key, 0))
    print(f"systems packages={len(names)} " + " ".join(f"{key}={count}" for key, count in total.items()) +
          f" failed={failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
