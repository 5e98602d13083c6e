#!/usr/bin/env python3
"""gates: passages a second through the gates' ledger on one core, with 100,000 people and vehicles inside."""
import argparse
import os
import pathlib
import subprocess

BUILD = pathlib.Path(os.environ.get("PARKWATCH_BUILD", pathlib.Path(__file__).resolve().parents[2] / "build/release"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--inside", type=int, default=100_000)
    parser.add_argument("--passages", type=int, default=1_000_000)
    options = parser.parse_args()
    bench = [str(BUILD / "tests/bench/bench_gates"), str(options.inside), str(options.passages)]
    result = subprocess.run(bench, check=True, capture_output=True, text=True, timeout=600)
    print(result.stdout, end="")
    figures = dict(part.split("=") for part in result.stdout.splitlines()[-1].split()[1:])
    good = int(figures["passages_per_s"]) >= 50_000 and int(figures["inside"]) >= options.inside
    return 0 if good else 1


raise SystemExit(main())
