#!/usr/bin/env python3
"""notify: kill -9 of the daemon at random instants while alarms come and go and receivers fail; everybody is told of every transition.

Two webhooks that at random answer 503, hang up, take a message and hang up before they answer, or are slow, against the journal: `missing`
are announced transitions that a receiver never confirmed, `invented` are ids that the journal does not have,
`unasked` are transitions that are for the journal only, as while an alarm chatters.
"""
import argparse
import pathlib
import random
import sys
import time
import json

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from lib import Broker, Daemon, Plan, Publisher, Workplace, config_text, on_signals_exit, seed_of, wait_for, wait_subscribed
from receivers import Webhook


# So many, and so slow, that none of them chatters: what an alarm does while it chatters is announced once only.
ALARM_TAGS, WAVE_S = 200, 30


def receivers_text(hooks):
    out = []
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
    names = ", ".join(f'"{name}"' for name in hooks)
    out.append(f"\n[[route]]\nto = [{names}]\n")
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
    """Every transition: its number -> whether somebody is to be told."""
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
                rows[int(row["journal"])] = announced(row)
            elif row["type"] == "page":
                cursor, end = row["cursor"], row["end"]
                generation = cursor.split(".")[0]
        if end:
            return rows, generation


def announced(row):
    # What is hidden is journaled only; nobody acknowledges or shelves here.
    return row["notice"] != "none" or (not row["flags"] and row["kind"] in ("raised", "returned", "removed"))


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
        hooks = {"quick": Webhook(trouble(0.1)), "grouped": Webhook(trouble(0.3))}
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
        quiet = [0, -1]

        def settled():
            rows, _ = journal(daemon)
            quiet[0] = quiet[0] + 1 if len(rows) == quiet[1] and waiting(daemon) == 0 else 0
            quiet[1] = len(rows)
            time.sleep(0.5)
            return quiet[0] >= 4
        wait_for(settled, 120, "the receivers are not told everything")
        rows, generation = journal(daemon)
        wanted = {f"fault-{generation}-{number}" for number, told in rows.items() if told}
        all_ids = {f"fault-{generation}-{number}" for number in rows}
        missing = invented = unasked = twice = 0
        for name, hook in hooks.items():
            ids = hook.ids()
            missing += len(wanted - ids.keys())
            invented += len(ids.keys() - all_ids)
            unasked += len((ids.keys() & all_ids) - wanted)
            twice += sum(count - 1 for count in ids.values())
            print(f"{name}: told={len(ids)} again={sum(c - 1 for c in ids.values())} missing={len(wanted - ids.keys())}", flush=True)
        daemon.kill()
        print(f"notify kills={kills} transitions={len(wanted)} missing={missing} invented={invented} unasked={unasked}")
        return 1 if missing or invented or unasked or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
