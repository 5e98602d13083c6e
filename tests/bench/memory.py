#!/usr/bin/env python3
"""memory: the daemon's resident memory with 5,000 tags under nearly the throughput that was measured; its growth after a warm-up.

growth_mib is the median of the last minute less the median of the minute after the warm-up; flat is less than GROWTH_MIB_MAX.
"""
import argparse
import pathlib
import statistics
import threading
import time

from bench_lib import PlainBroker, judged, publish, start_daemon, status, wait_for, window_lines
from lib import Workplace


RSS_MIB_MAX = 64
GROWTH_MIB_MAX = 4  # 1.6 was measured over 10 minutes, of which caches and the WAL's index have their part


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=40_000)
    options = parser.parse_args()
    seconds = options.minutes * 60
    with Workplace() as place:
        broker = PlainBroker(place.path, window_lines(1000))
        place.undo.append(broker.stop)
        daemon = start_daemon(place, "daemon", broker.port, 5000, 1000)
        count = int(seconds * options.rate)
        load = threading.Thread(target=publish, args=(broker.port, count), kwargs={"rate": options.rate}, daemon=True)
        load.start()
        samples, began = [], time.monotonic()
        while load.is_alive():
            samples.append((time.monotonic() - began, rss_mib(daemon.process.pid)))
            time.sleep(1)
        wait_for(lambda: status(daemon)["numbers"]["readings"] >= count, 120, "not every reading is committed")
    part = min(60, seconds / 6)
    early = [m for t, m in samples if part <= t < 2 * part]
    late = [m for t, m in samples if t >= samples[-1][0] - part]
    rss, growth = max(m for _, m in samples), statistics.median(late) - statistics.median(early)
    return judged("memory", f"rss_mib={rss:.1f} growth_mib={growth:.1f} readings={count} minutes={options.minutes:g}",
                  [(rss < RSS_MIB_MAX, f"{rss:.1f} MiB resident are not below {RSS_MIB_MAX}"),
                   (growth < GROWTH_MIB_MAX, f"it grew by {growth:.1f} MiB, which is not flat (below {GROWTH_MIB_MAX})")])


raise SystemExit(main())
