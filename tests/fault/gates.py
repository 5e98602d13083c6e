#!/usr/bin/env python3
"""gates: kill -9 of the daemon at random instants under passages; the gates' ledger must be that of an unkilled run.

The same passages go over a real broker to a daemon that is killed and to one that is not; operators correct, permit and
muster in between, at the same passages. What is inside, the permits, the muster, the stored passages and the alarms of the
gates must be equal, stamps apart. --mutation early: acknowledgements are let go before anything is safe, so that
passages are lost; the harness must then report a difference.
"""
import argparse
import json
import random
import time

from lib import (Broker, Daemon, Publisher, Workplace, differing, micros_of, on_signals_exit, seed_of, wait_for,
                 wait_subscribed)

RATE = 300
PEOPLE, VEHICLES, HAZMAT = 400, 120, 12
# Long enough that no deadline of a rule falls into a run: those wait for a clock, and a kill takes time.
LONG = "100h"  # at most 366d


class Plan:
    """Numbered passages, the same for every run but for their times: of when each is published, as live ones have them."""

    def __init__(self, total, rate=RATE, seed=20260601):
        self.total, self.rate = total, rate
        self.numbers, self.last_us = {}, 0  # by time: which passage
        random_source = random.Random(seed)
        who = ([("person", f"emp-{i}") for i in range(PEOPLE)] + [("vehicle", f"car-{i}") for i in range(VEHICLES)] +
               [("hazmat", f"haz-{i}") for i in range(HAZMAT)])
        inside, self.passages = set(), []
        for n in range(total):
            subject, name = random_source.choice(who)
            if name not in inside:
                kind = "enter"
                inside.add(name)
            elif random_source.random() < 0.5:
                kind = "seen"
            else:
                kind = "leave"
                inside.discard(name)
            gate = random_source.choice(["g1", "g2"])
            lane = random_source.choice(["1", "2"]) if subject != "person" else "1"
            card = f"K{name}" if subject == "person" and kind != "seen" and random_source.random() < 0.3 else ""
            self.passages.append((subject, name, kind, gate, lane, card))

    def message(self, n):
        subject, name, kind, gate, lane, card = self.passages[n]
        self.last_us = max(self.last_us + 1, time.time_ns() // 1000)
        self.numbers[self.last_us] = n
        body = {"kind": kind, "class": subject, "id": name, "time": self.last_us}
        if card:
            body["card"] = card
        return f"fault/{gate}/{lane}/pass", json.dumps(body), None, None


def config_text(broker_port):
    return f'''
[daemon]
park = "fault"
state_directory = "{{state}}"
log_level = "info"
[http]
listen = "127.0.0.1:{{http}}"
[store]
snapshot_every = "1s"
[gates]
permit_for = ["hazmat", "vehicle"]
shown_for = "1d"
most = {{{{ person = 60, vehicle = 20 }}}}
[gates.rules]
card = {{{{ after = "{LONG}" }}}}
count = {{{{ after = "{LONG}" }}}}
[[gate]]
name = "g1"
classes = ["person", "vehicle"]
zone = "plant"
[[gate]]
name = "g2"
classes = ["person", "vehicle", "hazmat"]
zone = "plant"
[[gate.lane]]
name = "1"
[[gate.lane]]
name = "2"
classes = ["hazmat"]
[[zone]]
name = "plant"
[[source]]
name = "gates"
driver = "mqtt"
url = "mqtt://127.0.0.1:{broker_port}"
client_id = "fault-gates"
window = 1000
[[source.passage]]
topic = "fault/{{{{gate}}}}/{{{{lane}}}}/pass"
id = "/id"
kind = "/kind"
class = "/class"
card = "/card"
time = "/time"
time_format = "us"
'''


def pages(daemon, path, key):
    rows, after = [], ""
    while True:
        status, body, _ = daemon.get(f"{path}?max=10000" + (f"&after={after}" if after else ""))
        if status != 200:
            raise SystemExit(f"{path}: {status} {body[:300]}")
        page = json.loads(body)
        rows += page[key]
        if page["next"] is None:
            return rows
        after = page["next"]


def stored_passages(daemon):
    rows, cursor = [], None
    while True:
        query = "/v1/gates/passages?max=10000" + (f"&after={cursor}" if cursor else "")
        status, body, _ = daemon.get(query, {"Accept": "application/x-ndjson"})
        if status != 200:
            raise SystemExit(f"passages: {status} {body[:300]}")
        for line in body.splitlines():
            row = json.loads(line)
            if row["type"] == "page":
                cursor, end = row["cursor"], row["end"]
            else:
                rows.append(row)
        if end:
            return rows


def events(daemon):
    rows, cursor = [], None
    while True:
        query = "/v1/events?max=1000" + (f"&after={cursor}" if cursor else "")
        status, body, _ = daemon.get(query, {"Accept": "application/x-ndjson"})
        if status != 200:
            raise SystemExit(f"events: {status} {body[:300]}")
        for line in body.splitlines():
            row = json.loads(line)
            if row["type"] == "page":
                cursor, end = row["cursor"], row["end"]
            # What chatters is told by our own clock.
            elif (row["rule"].startswith("gate-") or row["rule"] in ("gates", "muster")) and \
                    row["kind"] in ("raised", "returned", "gates_corrected", "muster_started", "muster_ended"):
                rows.append((row["rule"], row["tag"], row["kind"], row.get("value"), row.get("comment")))
        if end:
            return rows


def timeless(row, plan):
    """Without sequence numbers; times as the number of the passage of that time."""
    kept = {key: value for key, value in row.items() if key not in ("passage", "received_at", "at", "corrected")}
    for key in ("since", "seen_at", "time"):
        if key in kept:
            # What an operator entered is of the time of the command.
            kept[key] = plan.numbers.get(micros_of(kept[key]), "now")
    return tuple(sorted(kept.items()))


# What operators do, and after which part of the passages: the same in every run.
STEPS = [
    (0.1, "PUT", "/v1/gates/permits/P-1", {"id": "car-1", "gates": ["g1", "g2"]}),
    (0.2, "PUT", "/v1/gates/permits/P-2", {"id": "haz-1"}),
    (0.3, "PUT", "/v1/gates/permits/P-3", {"id": "car-2", "lanes": ["1"]}),
    (0.5, "POST", "/v1/gates/corrections", {"verb": "enter", "id": "visitor-1", "gate": "g1", "reason": "drill"}),
    (0.6, "DELETE", "/v1/gates/permits/P-3", {}),
    (0.7, "POST", "/v1/gates/muster/start", {"reason": "drill"}),
    (0.9, "POST", "/v1/gates/corrections", {"verb": "rename", "id": "visitor-1", "to": "visitor-2", "reason": "name"}),
    (1.0, "POST", "/v1/gates/muster/report", {"id": "visitor-2", "point": "mp1"}),
]


class Stored:
    """Counts the passages that are stored, page by page."""

    def __init__(self, daemon):
        self.daemon, self.cursor, self.count = daemon, None, 0

    def look(self):
        query = "/v1/gates/passages?max=10000&wait=1" + (f"&after={self.cursor}" if self.cursor else "")
        status, body, _ = self.daemon.get(query, {"Accept": "application/x-ndjson"})
        if status != 200:
            raise SystemExit(f"passages: {status} {body[:300]}")
        for line in body.splitlines():
            row = json.loads(line)
            if row["type"] == "page":
                self.cursor = row["cursor"]
            else:
                self.count += 1
        return self.count

    def settle(self):
        """Until a whole second brings nothing."""
        before = -1
        while before != self.count:
            before = self.count
            self.look()


def run(place, name, kills, plan, extra=()):
    folder = place.folder(name)
    broker = Broker(place.folder(name + "/broker"))
    place.undo.append(broker.stop)
    daemon = Daemon(folder, config_text(broker.port), folder / "state", extra)
    place.undo.append(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
    daemon.start()
    daemon.wait_ready()
    wait_subscribed(daemon)
    done = 0
    # In parts, so that an operator's step falls between the same two passages in every run.
    stored, begin = Stored(daemon), 0
    for at, (part, method, path, body) in enumerate(STEPS):
        end_of_part = int(plan.total * part)
        publisher = Publisher(broker.port, Part(plan, begin, end_of_part))
        publisher.start()
        due = kills * (at + 1) // len(STEPS)
        while done < due:
            time.sleep(random.uniform(0.02, 0.2) if random.random() < 0.25 else random.uniform(0.3, 0.9))
            daemon.kill()
            daemon.start()
            done += 1
            if publisher.failure:
                raise publisher.failure
        publisher.join(plan.total / plan.rate + 120)
        if publisher.failure or publisher.is_alive():
            raise SystemExit(f"the publisher did not end: {publisher.failure}")
        daemon.wait_ready()
        # Everything that the broker took is in the ledger before the operator acts.
        if extra:
            stored.settle()
        else:
            wait_for(lambda: stored.look() >= end_of_part, 60, f"{end_of_part} passages are not stored")
        status, answer = daemon.send(method, path, body)
        # With a mutation even what is commanded may be otherwise.
        if status >= 300 and not extra:
            raise SystemExit(f"{method} {path}: {status} {answer[:300]}")
        begin = end_of_part
    result = {
        "inside": sorted(timeless(row, plan) for row in pages(daemon, "/v1/gates/inside", "inside")),
        "permits": sorted(json.dumps(row, sort_keys=True) for row in pages(daemon, "/v1/gates/permits", "permits")),
        "muster": sorted(timeless(row, plan) for row in pages(daemon, "/v1/gates/muster", "list")),
        "passages": [timeless(row, plan) for row in stored_passages(daemon)],
    }
    rows = events(daemon)
    daemon.kill()
    broker.stop()
    log = (folder / "daemon.log").read_text()
    replays = log.count("places differ")
    print(f"{name}: kills={done} passages={len(result['passages'])} inside={len(result['inside'])} "
          f"alarms={len(rows)} replays_differ={replays}", flush=True)
    return result, rows, replays, log


class Part:
    """Messages begin..end of a plan, numbered from 0, as a Publisher takes them."""

    def __init__(self, plan, begin, end):
        self.plan, self.begin, self.total, self.rate = plan, begin, end - begin, plan.rate

    def message(self, n):
        return self.plan.message(self.begin + n)


def count_differing(one, other):
    differ = 0
    for key in one:
        if one[key] == other[key]:
            continue
        left, right = one[key], other[key]
        here = sum(x != y for x, y in zip(left, right)) + abs(len(left) - len(right))
        at = next((i for i, (x, y) in enumerate(zip(left, right)) if x != y), min(len(left), len(right)))
        print(f"{key} differs at {at}: {left[at:at + 1]} | {right[at:at + 1]}")
        differ += max(1, here)
    return differ


def main():
    on_signals_exit()
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--mutation", choices=["early"], default=None)
    options = parser.parse_args()
    seed_of(options.seed)
    plan = Plan(int(max(20, options.kills * 0.75) * RATE))
    extra = ["--unsafe-acknowledge-early"] if options.mutation else []
    with Workplace() as place:
        killed, rows, replays, log = run(place, "killed", options.kills, plan, extra)
        reference, reference_rows, _, reference_log = run(place, "unkilled", 0, plan)
        differ = count_differing(reference, killed) + differing(reference_rows, rows) + replays
        # Nobody's name in a log.
        leaks = sum(word in text for text in (log, reference_log) for word in ("emp-", "car-", "haz-", "visitor-"))
    if options.mutation:
        print(f"gates mutation={options.mutation} kills={options.kills} differ={differ}")
        return 0 if differ > 0 else 1
    print(f"gates kills={options.kills} differ={differ + leaks}")
    good = differ == leaks == 0 and len(reference["passages"]) == plan.total and len(reference_rows) > 50
    return 0 if good else 1


raise SystemExit(main())
