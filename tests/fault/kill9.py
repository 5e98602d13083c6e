#!/usr/bin/env python3
"""kill9: kill -9 of the daemon at random instants under load; nothing that the broker was told is safe may be lost.

The same messages go to a daemon that is not killed; the transitions of both runs must be equal, stamps apart.
So that it means something, old readings must have been deleted and snapshots taken between the kills, and enough
alarms have changed.
--mutation early: acknowledgements are let go before anything is safe; the harness must then report a loss.
"""
import argparse
import json
import random
import re
import time

from lib import (Broker, Daemon, Plan, Publisher, Puller, Workplace, compare, config_text, differing, drain,
                 on_signals_exit, seed_of, transitions,
                 wait_subscribed)


# A run of fewer may end before retention has anything to delete, which is no fault.
KILLS_THAT_TELL = 10
# A daemon lives a second on average here; some must be killed with a snapshot of their own, and while they take one.
SNAPSHOT_EVERY = "300ms"


def first_sequence(daemon):
    """Of the first message that is still stored; those before it retention has deleted."""
    return json.loads(daemon.get("/v1/status")[1])["store"]["first_sequence"]


def snapshots_used(folder):
    """How many different snapshots the starts after a kill began with."""
    return len(set(re.findall(r"snapshot of message (\d+) restored", (folder / "daemon.log").read_text())))


def run(place, name, kills, total, extra=()):
    folder = place.folder(name)
    broker = Broker(place.folder(name + "/broker"))
    place.undo.append(broker.stop)
    daemon = Daemon(folder, config_text(broker.port, snapshot=SNAPSHOT_EVERY), folder / "state", extra)
    place.undo.append(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
    daemon.start()
    daemon.wait_ready()
    wait_subscribed(daemon)
    plan = Plan(total)
    publisher, puller = Publisher(broker.port, plan), Puller(daemon)
    puller.start()
    publisher.start()
    done = 0
    while done < kills:
        # Most die at work, some while they start.
        time.sleep(random.uniform(0.02, 0.25) if random.random() < 0.25 else random.uniform(0.4, 1.6))
        daemon.kill()
        daemon.start()
        done += 1
        if publisher.failure:
            raise publisher.failure
    daemon.wait_ready()
    deleted = first_sequence(daemon) - 1  # by the last kill
    publisher.join(total / plan.rate + 120)
    if publisher.failure or publisher.is_alive():
        raise SystemExit(f"the publisher did not end: {publisher.failure}")
    drain(puller, lambda: True)
    lost, duplicated, example = compare(plan, range(total), puller.readings)
    rows = transitions(daemon, plan)
    at_work = {"deleted": deleted, "snapshots": snapshots_used(folder)}
    if example:
        print(f"{name}: first difference {example}")
    print(f"{name}: kills={done} sent={total} pulled={len(puller.readings)} lost={lost} duplicated={duplicated} "
          f"gaps={puller.gaps} transitions={len(rows)} deleted={at_work['deleted']} snapshots={at_work['snapshots']}",
          flush=True)
    daemon.kill()
    broker.stop()
    return lost, duplicated + puller.gaps, rows, at_work


def main():
    on_signals_exit()
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=None, help="of publishing; default: enough for the kills")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--mutation", choices=["early"], default=None)
    options = parser.parse_args()
    seed_of(options.seed)
    seconds = options.seconds or max(20, options.kills * 1.0 + 15)
    total = int(seconds * 1500)
    extra = ["--unsafe-acknowledge-early"] if options.mutation else []
    with Workplace() as place:
        lost, duplicated, rows, at_work = run(place, "killed", options.kills, total, extra)
        if options.mutation:
            print(f"kill9 mutation={options.mutation} kills={options.kills} sent={total} lost={lost}")
            return 0 if lost > 0 else 1
        ref_lost, ref_duplicated, reference, _ = run(place, "unkilled", 0, total)
        differ = differing(reference, rows)
    print(f"kill9 kills={options.kills} sent={total} lost={lost} duplicated={duplicated} "
          f"transitions={len(reference)} transitions_differ={differ} deleted={at_work['deleted']} "
          f"snapshots={at_work['snapshots']}")
    same = lost == duplicated == differ == ref_lost == ref_duplicated == 0
    enough = 500 if options.kills >= 50 else min(500, seconds * 6)
    worked = options.kills < KILLS_THAT_TELL or (
        at_work["deleted"] > 0 and at_work["snapshots"] >= options.kills // 5)
    if not worked:
        print("kill9: too little was deleted, or too few snapshots were used, for these kills to mean something")
    return 0 if same and worked and len(reference) >= enough else 1


raise SystemExit(main())
