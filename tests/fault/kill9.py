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

from lib import Workplace, config_text, differing, on_signals_exit, seed_of
from under_load import run_under_load

# A run of fewer may end before retention has anything to delete, which is no fault.
KILLS_THAT_TELL = 10
# Taken in turns, a start each: a daemon lives a second on average here, so with the second one some are killed while they
# take a snapshot and begin with one of their own, and with the first one there is much to step again.
SNAPSHOTS_EVERY = ("2s", "300ms")


def first_sequence(daemon):
    """Of the first message that is still stored; those before it retention has deleted."""
    return json.loads(daemon.get("/v1/status")[1])["store"]["first_sequence"]


def snapshots_used(folder):
    """How many different snapshots the starts after a kill began with."""
    return len(set(re.findall(r"snapshot of message (\d+) restored", (folder / "daemon.log").read_text())))


def kills(number, only_at_work):
    """Most die at work, some while they start. Gives what was deleted by the last kill, and the snapshots used."""
    def harm(daemon, broker, publisher):
        for kill in range(number):
            starts = not only_at_work and random.random() < 0.25
            time.sleep(random.uniform(0.02, 0.25) if starts else random.uniform(0.4, 1.6))
            daemon.kill()
            daemon.configure(config_text(broker.port, snapshot=SNAPSHOTS_EVERY[kill % 2], alarm_tags=publisher.plan.alarm_tags))
            daemon.start()
            if publisher.failure:
                raise publisher.failure
        daemon.wait_ready()
        return first_sequence(daemon) - 1, snapshots_used(daemon.folder)
    return harm


def prove_loss(options, total):
    # One tag with alarms: a transition ends a batch, and what is in hand at a kill is what is lost.
    with Workplace() as place:
        killed = run_under_load(place, "killed", total, kills(options.kills, True), alarm_tags=1,
                                extra=["--unsafe-acknowledge-early"])
    print(f"kill9 mutation={options.mutation} kills={options.kills} sent={total} lost={killed.lost}")
    return 0 if killed.lost > 0 else 1


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
    if options.mutation:
        return prove_loss(options, total)
    with Workplace() as place:
        killed = run_under_load(place, "killed", total, kills(options.kills, False))
        unkilled = run_under_load(place, "unkilled", total)
        differ = differing(unkilled.transitions, killed.transitions)
    deleted, snapshots = killed.harm
    worked = options.kills < KILLS_THAT_TELL or (deleted > 0 and snapshots >= options.kills // 5)
    if not worked:
        print("kill9: too little was deleted, or too few snapshots were used, for these kills to mean something")
    print(f"kill9 kills={options.kills} sent={total} lost={killed.lost} duplicated={killed.duplicated + killed.gaps} "
          f"transitions={len(unkilled.transitions)} transitions_differ={differ} deleted={deleted} snapshots={snapshots}")
    same = differ == 0 and all(run.lost == run.duplicated == run.gaps == 0 for run in (killed, unkilled))
    enough = 500 if options.kills >= 50 else min(500, seconds * 6)
    return 0 if same and worked and len(unkilled.transitions) >= enough else 1


raise SystemExit(main())
