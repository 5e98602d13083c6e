#!/usr/bin/env python3
"""throughput: 5,000 tags, JSON, QoS 1, one limit rule each, every reading committed, against a bare counting Paho subscriber.

The floor's time is from its first message to its last; the daemon's is from the first message published to the last one
committed. Alternating pairs of floor and daemon in one session; the ratio is the median of the pairs at a broker window of 1,000; the
default window of 20 is measured once more beside it.
"""
import argparse
import statistics
import subprocess
import time

from bench_lib import PlainBroker, TOOLS, end, judged, publish, start_daemon, status, wait_for, window_lines
from lib import Workplace

TAGS = 5000
RATIO_MIN = 0.8
PUBLISHER_MIN = 1.3  # of the floor: below it the publisher is what is measured


def floor(place, window, count):
    broker = PlainBroker(place.path, window_lines(window))
    subscriber = subprocess.Popen([str(TOOLS / "bench_floor"), str(broker.port), str(count)], stdout=subprocess.PIPE, text=True)
    try:
        assert subscriber.stdout.readline().strip() == "ready"
        publish(broker.port, count)
        result = dict(part.split("=") for part in subscriber.stdout.readline().split())
        return count / float(result["seconds"])
    finally:
        end(subscriber)
        broker.stop()


def daemon(place, window, count, name):
    broker = PlainBroker(place.path, window_lines(window))
    try:
        under_test = start_daemon(place, name, broker.port, TAGS, window)
        seconds = publish(broker.port, count)
        published = time.monotonic()
        wait_for(lambda: status(under_test)["numbers"]["readings"] >= count, 300, "not every reading is committed")
        seconds += time.monotonic() - published
        assert status(under_test)["numbers"]["readings"] == count
        end(under_test.process)
        return count / seconds
    finally:
        broker.stop()


def publisher_alone(place, count):
    broker = PlainBroker(place.path, window_lines(1000))
    try:
        return count / publish(broker.port, count)
    finally:
        broker.stop()


def pairs(place, window, count, number):
    floors, rates = [], []
    for pair in range(number):
        floors.append(floor(place, window, count))
        rates.append(daemon(place, window, count, f"w{window}-{pair}"))
        print(f"window {window}: floor {floors[-1]:.0f}, daemon {rates[-1]:.0f} msgs/s, ratio {rates[-1] / floors[-1]:.3f}", flush=True)
    return statistics.median(r / f for r, f in zip(rates, floors)), statistics.median(rates), statistics.median(floors)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--count", type=int, default=150_000)
    options = parser.parse_args()
    with Workplace() as place:
        alone = publisher_alone(place, options.count)
        ratio, rate, floor_rate = pairs(place, 1000, options.count, options.pairs)
        ratio20, _, _ = pairs(place, 20, options.count // 5, max(1, options.pairs // 2))
        print(f"publisher alone {alone:.0f} msgs/s, {alone / floor_rate:.2f} of the floor")
    return judged("throughput",
                  f"ratio={ratio:.3f} msgs_per_s={rate:.0f} floor_msgs_per_s={floor_rate:.0f} ratio_window20={ratio20:.3f}",
                  [(ratio >= RATIO_MIN, f"the ratio {ratio:.3f} is below {RATIO_MIN}"),
                   (alone >= PUBLISHER_MIN * floor_rate,
                    f"the publisher alone does {alone / floor_rate:.2f} of the floor, which is below {PUBLISHER_MIN}")])


raise SystemExit(main())
