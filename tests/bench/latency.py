#!/usr/bin/env python3
"""latency: publish to alert on the MQTT alert topic at 1,000 messages/s, mosquitto's default configuration.

The disk's fsync is measured in the same run, in the same folder, twenty times a second; the bound holds where it is quick.
"""
import argparse
import os
import subprocess
import threading
import time

from bench_lib import PlainBroker, TOOLS, judged, start_daemon
from lib import Workplace


P99_MS_MAX = 20
FSYNC_P99_MS_MAX = 5  # of a disk to which the bound applies


class FsyncProbe(threading.Thread):
    def __init__(self, folder):
        super().__init__(daemon=True)
        self.path, self.samples_ms, self.ending = folder / "probe", [], False

    def run(self):
        handle = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        while not self.ending:
            os.write(handle, b"x" * 4096)
            began = time.perf_counter()
            os.fdatasync(handle)
            self.samples_ms.append((time.perf_counter() - began) * 1000)
            time.sleep(0.05)
        os.close(handle)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=1000)
    options = parser.parse_args()
    with Workplace() as place:
        broker = PlainBroker(place.path)
        place.undo.append(broker.stop)
        start_daemon(place, "daemon", broker.port, 5000, 20, alerts=True)
        probe = FsyncProbe(place.path)
        probe.start()
        out = subprocess.check_output([str(TOOLS / "bench_mqtt"), "latency", "--port", str(broker.port), "--rate", str(options.rate),
                                       "--seconds", str(options.seconds)], text=True)
        probe.ending = True
        probe.join()
    result = dict(part.split("=") for part in out.split())
    print(out.strip())
    fsync = sorted(probe.samples_ms)
    p99 = fsync[min(len(fsync) - 1, int(len(fsync) * 0.99))]
    quick = p99 < FSYNC_P99_MS_MAX
    if not quick:
        print(f"the disk's fsync p99 is {p99:.2f} ms: the bound of {P99_MS_MAX} ms is for one below {FSYNC_P99_MS_MAX} ms")
    return judged("latency",
                  f"p50_ms={result['p50_ms']} p99_ms={result['p99_ms']} fsync_p99_ms={p99:.2f} "
                  f"samples={result['samples']} missing={result['missing']}",
                  [(int(result["samples"]) > 0, "no alert came"),
                   (int(result["missing"]) == 0, f"{result['missing']} alerts never came"),
                   (not quick or float(result["p99_ms"]) < P99_MS_MAX, f"p99 {result['p99_ms']} ms is not below {P99_MS_MAX} ms")])


raise SystemExit(main())
