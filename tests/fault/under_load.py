"""One run of the numbered messages through a daemon to which something happens meanwhile, or nothing.

What the plan's messages come to must be the same either way: every reading pulled once, and the same transitions.
"""
import collections

from lib import (ALARM_TAGS, Broker, Daemon, Plan, Publisher, Puller, compare, config_text, drain, transitions,
                 wait_subscribed)

# `harm` is what the function of that name gave.
Outcome = collections.namedtuple("Outcome", "lost duplicated gaps transitions harm")


def nothing(_daemon, _broker, _publisher):
    """Happens to a daemon whose run the others are compared with."""


def run_under_load(place, name, total, harm=nothing, state=None, extra=(), pull_meanwhile=True, alarm_tags=ALARM_TAGS, **config):
    """Publishes `total` messages while harm(daemon, broker, publisher) is at work, then pulls what is stored.

    `config` as of config_text(). The harm leaves a daemon that runs or starts.
    """
    folder = place.folder(name)
    broker = Broker(place.folder(name + "/broker"))
    place.undo.append(broker.stop)
    text = config_text(broker.port, alarm_tags=alarm_tags, **config)
    daemon = Daemon(folder, text, state or folder / "state", extra)
    place.undo.append(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
    daemon.start()
    daemon.wait_ready()
    wait_subscribed(daemon)
    plan = Plan(total, alarm_tags=alarm_tags)
    publisher, puller = Publisher(broker.port, plan), Puller(daemon)
    if pull_meanwhile:
        puller.start()
    publisher.start()
    harmed = harm(daemon, broker, publisher)
    publisher.join(total / plan.rate + 120)
    if publisher.failure or publisher.is_alive():
        raise SystemExit(f"the publisher did not end: {publisher.failure}")
    daemon.wait_ready()
    if not pull_meanwhile:
        puller.start()
    drain(puller, lambda: True)
    lost, duplicated, example = compare(plan, range(total), puller.readings)
    if example:
        print(f"{name}: first difference {example}")
    rows = transitions(daemon, plan)
    print(f"{name}: sent={total} pulled={len(puller.readings)} lost={lost} duplicated={duplicated} gaps={puller.gaps} "
          f"transitions={len(rows)}", flush=True)
    daemon.kill()
    broker.stop()
    return Outcome(lost, duplicated, puller.gaps, rows, harmed)
