#!/usr/bin/env python3
"""replay: simulated hours with incidents, kills, late data and clock steps; a replay must give exactly what was recorded.

A recorder (the daemon's pipeline and store under the simulated park, in simulated time) is killed at random instants and
started again; then `parkwatch backtest --verify` steps all of it once more.
"""
import argparse
import json
import pathlib
import random
import subprocess
import tempfile
import time

from lib import BUILD, on_signals_exit, seed_of


def record(folder, seed, hours, kills):
    """Runs the recorder to its end, killed `kills` times on the way. Returns the kills that met it alive."""
    done = 0
    while True:
        process = subprocess.Popen([BUILD / "tests/fault/fault_replay", folder, str(seed), str(hours)],
                                   stdout=subprocess.DEVNULL)
        if done < kills:
            try:
                process.wait(random.uniform(0.1, 0.45))  # 24 hours take some 5 s
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                done += 1
                continue
        code = process.wait()
        if code != 0:
            raise SystemExit(f"the recorder ended with {code}")
        return done


def main():
    on_signals_exit()
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = seed_of(options.seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="parkwatch-replay-") as folder:
        kills = record(folder, seed, options.hours, options.kills)
        print(f"recorded in {time.monotonic() - began:.0f} s, {kills} kills, "
              f"{sum(p.stat().st_size for p in pathlib.Path(folder).iterdir()) >> 20} MiB", flush=True)
        answer = subprocess.run([BUILD / "tools/parkwatch/parkwatch", "--json", "backtest", "--verify", "--state", folder],
                                stdout=subprocess.PIPE, check=False)
    if not answer.stdout:
        raise SystemExit("parkwatch backtest --verify gave no answer")
    verified = json.loads(answer.stdout)
    for difference in verified["first"]:
        print(difference)
    print(f"replay hours={options.hours} transitions={verified['transitions']} differ={verified['differ']} "
          f"readings={verified['readings']} kills={kills} starts={verified['starts']} clock_steps={verified['clock_steps']}")
    return 0 if verified["differ"] == 0 and answer.returncode == 0 else 1


raise SystemExit(main())
