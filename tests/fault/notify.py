#!/usr/bin/env python3
"""notify: kill -9 of the daemon at random instants while alarms come and go and receivers fail; everybody is told of every transition.

Two webhooks that at random answer 503, hang up, take a message and hang up before they answer, or are slow, against the journal: `missing`
are announced transitions that a receiver never confirmed, `invented` are ids that the journal does not have,
`unasked` are transitions that are for the journal only, as while an alarm chatters. An operator acknowledges at random what stands, and a
third webhook is called by a step of an escalation: `uncalled` are alarms that nobody acknowledged for long and of which it was not told,
`miscalled` those of which it was told although somebody had acknowledged in time. `firing` are alerts that never ended at one of them
although their alarms are over.
"""
import argparse
import pathlib
import random
import sys
import threading
import time
import json
from datetime import datetime

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from lib import Broker, Daemon, Plan, Publisher, Workplace, config_text, on_signals_exit, seed_of, wait_for, wait_subscribed
from receivers import Webhook


# So many, and so slow, that none of them chatters: what an alarm does while it chatters is announced once only.
ALARM_TAGS, WAVE_S = 200, 30
# A step is due so long after a raise. Who acknowledges later than it is due, but not LONG_S later, may or may not be too late.
STEP_S, LONG_S = 4, 16


class Operator(threading.Thread):
    """Acknowledges some of what nobody has acknowledged, at random, until it is told to acknowledge all of it."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.daemon_under_test = daemon
        self.ending = threading.Event()

    def run(self):
        while not self.ending.wait(0.3):
            try:
                self.acknowledge(3)
            except (OSError, ValueError):
                pass  # the daemon was killed

    def acknowledge(self, at_most):
        """How many there were."""
        alarms = json.loads(self.daemon_under_test.get("/v1/alarms")[1])["alarms"]
        open_ones = [alarm for alarm in alarms if "unacknowledged" in alarm["state"]]
        for alarm in random.sample(open_ones, min(at_most, len(open_ones))):
            self.daemon_under_test.send("POST", "/v1/alarms/ack", {key: alarm[key] for key in ("rule", "tag", "occurrence")})
        return len(open_ones)


def receivers_text(hooks):
    out = [f'''
[[escalation]]
id = "duty"
steps = [ {{{{ after = "{STEP_S}s", to = ["called"] }}}} ]
''']
    for name, hook in hooks.items():
        out.append(f'''
[[receiver]]
name = "{name}"
kind = "webhook"
url = "{hook.url()}"
updates = true
group_wait = "{'0s' if name == 'quick' else '300ms'}"
group_interval = "0s"
timeout = "2s"
queue_max = 100_000
max_alerts = {1 if name == 'quick' else 50}
''')
    names = ", ".join(f'"{name}"' for name in hooks if name != "called")
    out.append(f'\n[[route]]\nto = [{names}]\nescalation = "duty"\n')
    return "".join(out)


def trouble(chance):
    """An answer that is none, now and then."""
    def script():
        dice = random.random()
        if dice < chance * 0.5:
            return 503, "busy", {}
        if dice < chance * 0.75:
            return 0, "", {}
        if dice < chance:
            return "lost"
        if dice < chance * 1.5:
            time.sleep(0.2)
        return None
    return script


def journal(daemon):
    """Every transition by its number, and the generation."""
    rows, cursor, generation = {}, None, None
    while True:
        query = "/v1/events?max=1000" + (f"&after={cursor}" if cursor else "")
        status, body, _ = daemon.get(query, {"Accept": "application/x-ndjson"})
        if status != 200:
            raise SystemExit(f"events: {status} {body[:300]}")
        end = True
        for line in body.splitlines():
            row = json.loads(line)
            if row["type"] == "event":
                rows[int(row["journal"])] = row
            elif row["type"] == "page":
                cursor, end = row["cursor"], row["end"]
                generation = cursor.split(".")[0]
        if end:
            return rows, generation


def announced(row):
    # What is hidden is journaled only; nobody shelves here.
    return row["notice"] != "none" or (not row["flags"] and row["kind"] in ("raised", "returned", "removed"))


def seconds(row):
    return datetime.fromisoformat(row["at"].replace("Z", "+00:00")).timestamp()


def occurrences(rows):
    """Of each alarm, from one raise to the next: (its rows, the time from the raise before)."""
    alarms = {}
    for number in sorted(rows):
        row = rows[number]
        runs = alarms.setdefault((row["rule"], row["tag"]), [])
        if row["notice"] == "opens":
            since = seconds(row) - seconds(runs[-1][0][0]) if runs else LONG_S
            runs.append(([], since))
        if runs:
            runs[-1][0].append(row)
    return [run for runs in alarms.values() for run in runs]


def judge_calls(rows, generation, ids):
    """(uncalled, miscalled, called, acknowledged in time)"""
    numbers = {int(id.split("-")[2]) for id in ids if id.startswith(f"fault-{generation}-") and "-e" in id}
    uncalled = miscalled = called = in_time = 0
    latest = max(seconds(row) for row in rows.values())
    # Records such as a flood are told, but nobody can acknowledge them.
    runs = [run for run in occurrences(rows) if run[0][0]["state"] == "unacknowledged"]
    following = {}
    for run, since in runs:
        key = (run[0]["rule"], run[0]["tag"])
        following.setdefault(key, []).append(seconds(run[0]))
    for run, since in runs:
        begin = seconds(run[0])
        ends = [seconds(row) for row in run if row["kind"] == "acknowledged"]
        later = [at for at in following[run[0]["rule"], run[0]["tag"]] if at > begin]
        end = min(ends[:1] + later[:1] + [latest])
        is_called = any(int(row["journal"]) in numbers for row in run)
        called += is_called
        if end - begin > STEP_S + LONG_S:
            uncalled += not is_called
            if not is_called:
                print(f"uncalled: {run}", file=sys.stderr)
        # A step that is due when its alarm comes again goes on.
        elif ends and ends[0] - begin < STEP_S - 1 and since >= LONG_S:
            in_time += 1
            miscalled += is_called
            if is_called:
                print(f"miscalled: {run}", file=sys.stderr)
    return uncalled, miscalled, called, in_time


def still_firing(hook, rows):
    """Alerts whose last word is that they fire, and whose alarms are over by the journal."""
    notices = {(rows[number]["rule"], rows[number]["tag"]): rows[number]["notice"]
               for number in sorted(rows) if rows[number]["notice"] in ("opens", "closes")}
    last = {}
    with hook.lock:
        for body in hook.bodies:
            for alert in body["alerts"]:
                last[alert["fingerprint"]] = alert
    return [alert for alert in last.values()
            if alert["status"] == "firing" and notices[alert["labels"]["alertname"], alert["labels"]["tag"]] == "closes"]


def waiting(daemon):
    status, body, _ = daemon.get("/v1/receivers")
    if status != 200:
        raise SystemExit(f"receivers: {status} {body[:300]}")
    return sum(one["waiting"] for one in json.loads(body)["receivers"])


def main():
    on_signals_exit()
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rate", type=int, default=400, help="messages a second")
    options = parser.parse_args()
    seed_of(options.seed)
    with Workplace() as place:
        folder = place.folder("daemon")
        broker = Broker(place.folder("broker"))
        place.undo.append(broker.stop)
        hooks = {"quick": Webhook(trouble(0.1)), "grouped": Webhook(trouble(0.3)), "called": Webhook(trouble(0.2))}
        for hook in hooks.values():
            place.undo.append(hook.stop)
        daemon = Daemon(folder, config_text(broker.port, alarm_tags=ALARM_TAGS) + receivers_text(hooks), folder / "state")
        place.undo.append(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
        daemon.start()
        daemon.wait_ready()
        wait_subscribed(daemon)
        plan = Plan(int(options.rate * (options.kills * 0.9 + 20)), options.rate, ALARM_TAGS, WAVE_S)
        publisher = Publisher(broker.port, plan)
        publisher.start()
        operator = Operator(daemon)
        operator.start()
        kills = 0
        while kills < options.kills:
            # Most die at work, some while they start.
            time.sleep(random.uniform(0.02, 0.25) if random.random() < 0.25 else random.uniform(0.3, 1.4))
            daemon.kill()
            daemon.start()
            kills += 1
            if publisher.failure:
                raise publisher.failure
        publisher.join(plan.total / plan.rate + 120)
        if publisher.failure or publisher.is_alive():
            raise SystemExit(f"the publisher did not end: {publisher.failure}")
        daemon.wait_ready()
        for hook in hooks.values():
            hook.script = None
        operator.ending.set()
        operator.join(60)
        wait_for(lambda: operator.acknowledge(1000) == 0, 60, "not everything is acknowledged")
        quiet = [0, -1]

        def settled():
            rows, _ = journal(daemon)
            quiet[0] = quiet[0] + 1 if len(rows) == quiet[1] and waiting(daemon) == 0 else 0
            quiet[1] = len(rows)
            time.sleep(0.5)
            return quiet[0] >= 4
        wait_for(settled, 120, "the receivers are not told everything")
        rows, generation = journal(daemon)
        wanted = {f"fault-{generation}-{number}" for number, row in rows.items() if announced(row)}
        all_ids = {f"fault-{generation}-{number}" for number in rows}
        missing = invented = unasked = firing = 0
        for name, hook in hooks.items():
            ids = hook.ids()
            open_ones = still_firing(hook, rows)
            firing += len(open_ones)
            invented += len({id.split("-e")[0] for id in ids} - all_ids)
            print(f"{name}: told={len(ids)} again={sum(c - 1 for c in ids.values())} firing={open_ones[:3]}", flush=True)
            if name == "called":
                continue
            print(f"{name}: missing={sorted(wanted - ids.keys())[:5]} unasked={sorted((ids.keys() & all_ids) - wanted)[:5]}", flush=True)
            missing += len(wanted - ids.keys())
            unasked += len((ids.keys() & all_ids) - wanted)
        uncalled, miscalled, called, in_time = judge_calls(rows, generation, hooks["called"].ids())
        daemon.kill()
        print(f"notify kills={kills} transitions={len(wanted)} missing={missing} invented={invented} unasked={unasked} called={called} "
              f"in_time={in_time} uncalled={uncalled} miscalled={miscalled} firing={firing}")
        wrong = missing or invented or unasked or uncalled or miscalled or firing
        return 1 if wrong or not wanted or not called or not in_time else 0


if __name__ == "__main__":
    sys.exit(main())
