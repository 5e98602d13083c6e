#!/usr/bin/env python3
"""outage: the broker is stopped and started again under load; what it acknowledged to the publisher must arrive.

A tag that goes silent with the broker must go stale and come back; a leak that is reported once during an outage (by a
publisher that keeps it until the broker is back) must alarm.
"""
import argparse
import json
import random
import struct
import socket
import threading
import time

from lib import Broker, Daemon, Plan, Publisher, Puller, Workplace, compare, config_text, drain, on_signals_exit, seed_of, wait_for, wait_subscribed

RULES = '''
[[tag]]
name = "outage/heartbeat/value"
[[tag]]
name = "outage/leak/value"
[[rule]]
id = "silent"
kind = "stale"
tags = ["outage/heartbeat/value"]
after = "4s"
priority = "medium"
[[rule]]
id = "leak"
kind = "limit"
tags = ["outage/leak/value"]
H = {{ at = 10, priority = "critical" }}
'''


def publish_once(port, topic, payload):
    """One message at QoS 1; returns when the broker has acknowledged it."""
    with socket.create_connection(("127.0.0.1", port), 5) as s:
        client = topic.encode()  # of its own: the heart and a leak may report at the same time
        body = b"\x00\x04MQTT\x04\x02\x00\x3c" + struct.pack(">H", len(client)) + client
        s.sendall(b"\x10" + bytes([len(body)]) + body)
        assert s.recv(4)[3:4] == b"\x00"
        body = struct.pack(">H", len(topic)) + topic.encode() + b"\x00\x01" + payload.encode()
        s.sendall(b"\x32" + bytes([len(body)]) + body)
        assert s.recv(4) == b"\x40\x02\x00\x01"


def events(daemon):
    rows, cursor = [], None
    while True:
        status, body, _ = daemon.get("/v1/events?max=1000" + (f"&after={cursor}" if cursor else ""))
        assert status == 200, body
        done = True
        for line in body.splitlines():
            row = json.loads(line)
            if row["type"] == "event" and row["tag"].startswith("outage/"):
                rows.append((row["rule"], row["kind"]))
            elif row["type"] == "page":
                cursor, done = row["cursor"], row["end"]
        if done:
            return rows


def reading(value, age_s=0.0):
    return json.dumps({"value": value, "time": int((time.time() - age_s) * 1e6)})


class Heart(threading.Thread):
    """A device that reports twice a second for as long as it can reach the broker."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.beats, self.ending = port, 0, False

    def run(self):
        while not self.ending:
            try:
                publish_once(self.port, "fault/outage/heartbeat/value", reading(self.beats))
                self.beats += 1
            except (OSError, AssertionError):
                pass
            time.sleep(0.5)


def outage(broker, daemon, number):
    """One outage: stale comes, the leak's report waits with its sender, both show when the broker is back."""
    broker.stop()
    leaked_at = time.time()
    wait_for(lambda: events(daemon).count(("silent", "raised")) >= number + 1, 40, "the silent tag does not go stale")
    time.sleep(random.uniform(0.1, 1.0))
    broker.start()
    publish_once(broker.port, "fault/outage/leak/value", reading(50 + number, time.time() - leaked_at))
    wait_for(lambda: events(daemon).count(("silent", "returned")) >= number + 1, 40, "the tag does not come back")
    wait_for(lambda: events(daemon).count(("leak", "raised")) >= number + 1, 40, "the leak raises no alarm")
    publish_once(broker.port, "fault/outage/leak/value", reading(0))
    wait_for(lambda: events(daemon).count(("leak", "returned")) >= number + 1, 40, "the leak does not clear")
    time.sleep(random.uniform(0.5, 2.0))


def main():
    on_signals_exit()
    parser = argparse.ArgumentParser()
    parser.add_argument("--outages", type=int, default=5)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed_of(options.seed)
    with Workplace() as place:
        broker = Broker(place.folder("broker"))
        place.undo.append(broker.stop)
        daemon = Daemon(place.path, config_text(broker.port, size_max="128MiB") + RULES, place.path / "state")
        place.undo.append(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
        daemon.start()
        daemon.wait_ready()
        wait_subscribed(daemon)
        plan = Plan(int(500 * 12 * options.outages), rate=500)
        publisher, puller, heart = Publisher(broker.port, plan), Puller(daemon), Heart(broker.port)
        heart.start()
        puller.start()
        publisher.start()
        for number in range(options.outages):
            outage(broker, daemon, number)
        publisher.join(plan.total / plan.rate + 120)
        if publisher.failure or publisher.is_alive():
            raise SystemExit(f"the publisher did not end: {publisher.failure}")
        rows = events(daemon)
        heart.ending = True
        heart.join()
        drain(puller, lambda: True)
        pulled = [row for row in puller.readings if not row[2].startswith("outage/")]
        # The publisher sends again what an ending broker had perhaps taken: more is right, less is not.
        lost, repeated, example = compare(plan, sorted(publisher.acked), pulled)
        wrong = sum(abs(rows.count(key) - options.outages) for key in
                    (("silent", "raised"), ("silent", "returned"), ("leak", "raised"), ("leak", "returned")))
        if lost and example:
            print("first difference", example)
        daemon.kill()
    print(f"outage outages={options.outages} sent={len(publisher.acked)} lost={lost} repeated={repeated} alarms_wrong={wrong}")
    return 0 if lost == wrong == 0 else 1


raise SystemExit(main())
