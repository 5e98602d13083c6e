#!/usr/bin/env python3
"""alarms: publish to alert with 10,000 alarms active, 1,000 readings/s and 50 transitions/s; beside it the same with 10 active.

Two daemons with the same tags, each at a broker of its own (mosquitto's default configuration), take turns, so that what else
the machine does falls on both; `ratio` is that of the medians.
"""
import argparse
import statistics
import subprocess
import sys

from bench_lib import PlainBroker, TOOLS, connected, end, wait_for
from lib import Daemon, Workplace

STEADY, CYCLING = 10_000, 1500
RATE, EVERY = 1000, 20


def config(broker_port, webhook):
    """The shipped defaults; alarms on s<i> wait for their acknowledgement, those on c<i> come and go by themselves."""
    text = f'''
[daemon]
park = "bench"
state_directory = "{{state}}"
[http]
listen = "127.0.0.1:{{http}}"
[alerts]
enabled = true
url = "mqtt://127.0.0.1:{broker_port}"
[[source]]
name = "load"
driver = "mqtt"
url = "mqtt://127.0.0.1:{broker_port}"
client_id = "bench-daemon"
window = 20
[[source.mapping]]
topic = "load/{{{{device}}}}/value"
format = "json"
tag = "load/{{{{device}}}}/value"
value = "/value"
time = "/time"
[[rule]]
id = "steady"
kind = "limit"
tags = ["load/s*/value"]
H = {{{{ at = 90, deadband = 2, priority = "high" }}}}
[[rule]]
id = "cycling"
kind = "limit"
tags = ["load/c*/value"]
ack = "auto"
H = {{{{ at = 90, deadband = 2, priority = "high" }}}}
'''
    if webhook:
        text += f'[[receiver]]\nname = "hook"\nkind = "webhook"\nurl = "{webhook}"\n[[route]]\nto = ["hook"]\n'
    names = [f"s{i}" for i in range(STEADY)] + [f"c{i}" for i in range(CYCLING)]
    return text + "".join(f'[[tag]]\nname = "load/{name}/value"\nunit = "%"\nrange = [0, 100]\n' for name in names)


def metric(daemon, name):
    for line in daemon.get("/metrics")[1].decode().splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise SystemExit(f"no metric {name}")


class Park:
    def __init__(self, place, name, standing, webhook):
        self.standing, self.first, self.samples, self.missing = standing, 0, [], 0
        self.broker = PlainBroker(place.path)
        place.undo.append(self.broker.stop)
        folder = place.folder(name)
        self.daemon = Daemon(folder, config(self.broker.port, webhook), folder / "state")
        self.daemon.start()
        place.undo.append(lambda: end(self.daemon.process))
        self.daemon.wait_ready()
        wait_for(lambda: connected(self.daemon), 30, "the daemon does not subscribe")
        self.run("--raise", "--rate", "4000")
        wait_for(lambda: metric(self.daemon, "parkwatch_alarms_standing") == standing, 60, "not every alarm stands")
        wait_for(lambda: metric(self.daemon, "parkwatch_outbox_pending") == 0, 60, "not every alert is told")

    def run(self, *options):
        return subprocess.check_output([str(TOOLS / "bench_mqtt"), "alarms", "--port", str(self.broker.port), "--standing", str(self.standing),
                                        "--steady-tags", str(STEADY), "--cycling-tags", str(CYCLING), *options], text=True)

    def measure(self, seconds):
        *samples, counts = self.run("--rate", str(RATE), "--every", str(EVERY), "--seconds", str(seconds),
                                    "--first", str(self.first)).splitlines()
        # On with other tags, so that none chatters.
        self.first += int(seconds * RATE / EVERY / 2) + 10
        self.samples += [float(line) for line in samples]
        self.missing += int(dict(part.split("=") for part in counts.split())["missing"])
        print(f"{self.standing} active: p50 {statistics.median(map(float, samples)):.2f} ms, {counts}", flush=True)

    def part(self, share):
        ordered = sorted(self.samples)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--standing", type=int, default=STEADY)
    parser.add_argument("--webhook", help="a URL that both daemons' alarms are posted to as well")
    options = parser.parse_args()
    with Workplace() as place:
        few = Park(place, "few", 10, options.webhook)
        many = Park(place, "many", options.standing, options.webhook)
        for _ in range(options.rounds):
            for park in (few, many):
                park.measure(options.seconds)
        missing = few.missing + many.missing
    print(f"alarms p99_ms={many.part(0.99):.2f} ratio={many.part(0.5) / few.part(0.5):.2f} p50_ms={many.part(0.5):.2f} "
          f"few_p50_ms={few.part(0.5):.2f} few_p99_ms={few.part(0.99):.2f} active={options.standing} "
          f"samples={len(many.samples)} missing={missing}")
    return 1 if missing else 0


sys.exit(main())
