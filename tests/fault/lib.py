"""What the fault harnesses share: a real broker, the daemon, a numbered publisher, a puller, and the comparison.

Everything listens on loopback, lives in a temporary folder, and is ended by its process id.
"""
import collections
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from datetime import datetime, timezone

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PARKWATCH_BUILD", ROOT / "build/release"))
DAEMON = BUILD / "daemon/app/parkwatchd"
RATE = 1500
BARE_TAGS, JSON_TAGS, ALARM_TAGS = 50, 40, 20
SETTLE_S = 12
WAVE_S = 6.0  # a square wave: half of it high, half low


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Broker:
    """mosquitto with persistence (saved when it is stopped), on a port of its own; can be stopped and started again."""

    def __init__(self, folder, extra=""):
        self.folder, self.port = pathlib.Path(folder), free_port()
        (self.folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\n"
            f"max_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\nlog_type error\nuser root\n{extra}")
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(["mosquitto", "-c", str(self.folder / "mosquitto.conf")],
                                        stderr=open(self.folder / "broker.log", "a"))
        wait_for(lambda: can_connect(self.port), 10, "the broker does not listen")

    def stop(self):
        end(self.process)


def can_connect(port):
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
        return True
    except OSError:
        return False


def wait_for(condition, seconds, what):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"gave up after {seconds} s: {what}")
        time.sleep(0.01)


def end(process):
    if process is not None and process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Daemon:
    """parkwatchd on a state folder; start, kill -9, stop."""

    def __init__(self, folder, config, state, extra=()):
        self.folder, self.state, self.extra = pathlib.Path(folder), pathlib.Path(state), list(extra)
        self.http_port = free_port()
        self.config = self.folder / "parkwatch.toml"
        self.configure(config)
        self.process = None
        self.starts = 0

    def configure(self, config):
        """For the next start; {state} and {http} are filled in."""
        self.config.write_text(config.format(state=self.state, http=self.http_port))

    def start(self):
        self.process = subprocess.Popen([str(DAEMON), "--config", str(self.config), *self.extra],
                                        stderr=open(self.folder / "daemon.log", "a"))
        self.starts += 1

    def wait_ready(self):
        wait_for(lambda: self.ready() or self.process.poll() is not None, 60, "the daemon does not become ready")
        if self.process.poll() is not None:
            tail = (self.folder / "daemon.log").read_text()[-2000:]
            raise SystemExit(f"the daemon ended with {self.process.returncode}:\n{tail}")
        # Neither a kill nor a power cut damages a database.
        aside = [file.name for file in self.state.glob("parkwatch-damaged-*")]
        if aside:
            raise SystemExit(f"a healthy store was set aside as {aside[0]}")

    def ready(self):
        try:
            return self.get("/healthz")[0] in (200, 503)
        except OSError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()

    def get(self, path, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=timeout)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def send(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()


def wait_subscribed(daemon):
    """What is published before the first subscription is nobody's: no harness may count it."""
    wait_for(lambda: b'"connected":true' in daemon.get("/v1/status")[1].replace(b" ", b""), 30, "the daemon does not subscribe")


class Plan:
    """The numbered messages, the same for every run but for the time of the first one.

    Half are bare numbers without time, repeated values among them; a quarter are JSON with the message's number as
    value; a quarter are square waves that raise and clear alarms.
    """

    def __init__(self, total, rate=RATE, alarm_tags=ALARM_TAGS, wave_s=WAVE_S):
        self.total, self.rate, self.alarm_tags, self.wave_s = total, rate, alarm_tags, wave_s
        # Aligned, so that calendar windows fall alike in every run.
        self.t0_us = int(time.time() // 30 * 30) * 1_000_000

    def time_us(self, n):
        return self.t0_us + n * 1_000_000 // self.rate

    def message(self, n):
        """(topic, payload, tag, value) of message n."""
        if n % 2 == 0:
            k = n // 2
            tag, value = f"bare/b{k % BARE_TAGS}/value", k // BARE_TAGS // 3  # each value three times in a row
            return "fault/" + tag, str(value), tag, value
        if n % 4 == 1:
            tag, value = f"json/j{n // 4 % JSON_TAGS}/value", n
        else:
            k = n // 4
            tag = f"wave/a{k % self.alarm_tags}/value"
            phase = (n / self.rate + 0.17 * (k % self.alarm_tags)) % self.wave_s
            settles = n >= self.total - SETTLE_S * self.rate  # at the end, so that both runs end at rest
            value = 80 if phase < self.wave_s / 2 and not settles else 20
        return "fault/" + tag, json.dumps({"value": value, "time": self.time_us(n)}), tag, value


class Publisher(threading.Thread):
    """Publishes a plan at QoS 1 at its rate; reconnects and sends again what the broker did not acknowledge."""

    def __init__(self, port, plan, window=1000):
        super().__init__(daemon=True)
        self.port, self.plan, self.window = port, plan, window
        self.acked = set()
        self.failure = None

    def run(self):
        try:
            self._run()
        except Exception as error:  # a harness must not hang on a dead thread
            self.failure = error

    def _connect(self):
        while True:
            try:
                s = socket.create_connection(("127.0.0.1", self.port), 1)
                client = b"fault-publisher"
                body = b"\x00\x04MQTT\x04\x02\x00\x3c" + struct.pack(">H", len(client)) + client
                s.sendall(b"\x10" + bytes([len(body)]) + body)
                if s.recv(4)[3:4] == b"\x00":
                    s.setblocking(False)
                    return s
            except OSError:
                pass
            time.sleep(0.05)

    def _run(self):
        began, next_n, again = time.monotonic(), 0, collections.deque()
        while len(self.acked) < self.plan.total:
            s, inflight, buffer, packet = self._connect(), {}, b"", 0
            try:
                while len(self.acked) < self.plan.total:
                    due = min(self.plan.total, int((time.monotonic() - began) * self.plan.rate) + 1)
                    out = []
                    while len(inflight) < self.window and (again or next_n < due):
                        if again:
                            n = again.popleft()
                        else:
                            n, next_n = next_n, next_n + 1
                        packet = packet % 65535 + 1
                        inflight[packet] = n
                        out.append(self._publish(n, packet))
                    if out:
                        s.setblocking(True)
                        s.sendall(b"".join(out))
                        s.setblocking(False)
                    buffer = self._acknowledged(s, buffer, inflight)
                    time.sleep(0.002)
            except OSError:
                # In order: the broker may have them already, then they come twice with other identifiers.
                again.extendleft(sorted(inflight.values(), reverse=True))
            finally:
                s.close()

    def _publish(self, n, packet):
        topic, payload, _, _ = self.plan.message(n)
        body = struct.pack(">H", len(topic)) + topic.encode() + struct.pack(">H", packet) + payload.encode()
        assert len(body) < 16384
        length = bytes([len(body)]) if len(body) < 128 else bytes([len(body) & 127 | 128, len(body) >> 7])
        return b"\x32" + length + body

    def _acknowledged(self, s, buffer, inflight):
        try:
            data = s.recv(65536)
            if not data:
                raise OSError("closed")
            buffer += data
        except BlockingIOError:
            pass
        while len(buffer) >= 4:
            if buffer[0] == 0x40:
                n = inflight.pop(struct.unpack(">H", buffer[2:4])[0], None)
                if n is not None:
                    self.acked.add(n)
            buffer = buffer[4:]
        return buffer


class Puller(threading.Thread):
    """A central server: pulls by cursor with plain HTTP, acknowledges, goes on after every refusal."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.daemon_under_test = daemon
        self.readings = []  # (sequence, index, tag, value)
        self.gaps = 0
        self.cursor = None
        self.registered = False
        self.at_end = threading.Event()
        self.ending = False

    def run(self):
        while not self.ending:
            try:
                self.turn()
            except OSError:
                time.sleep(0.03)

    def turn(self):
        d = self.daemon_under_test
        if not self.registered:
            status, _ = d.send("PUT", "/v1/consumers/fault", {"start": "beginning"})
            self.registered = status in (200, 201, 204)
            return
        query = {"wait": 1, "max_bytes": 1 << 20}
        if self.cursor:
            query["after"] = self.cursor
        status, body, headers = d.get("/v1/readings?" + urllib.parse.urlencode(query),
                                      {"Accept": "application/x-ndjson"})
        if status != 200:
            raise OSError(f"pull: {status} {body[:200]}")
        for line in body.splitlines():
            row = json.loads(line)
            if row["type"] == "reading":
                self.readings.append((row["sequence"], row["index"], row["tag"], row["value"]))
            elif row["type"] == "gap":
                self.gaps += row["readings"]
            elif row["type"] == "page":
                self.cursor = row["cursor"]
                if row["end"]:
                    self.at_end.set()
        d.send("POST", "/v1/consumers/fault/ack", {"cursor": self.cursor})


def compare(plan, numbers, readings):
    """(lost, duplicated, example): the published numbers against what was pulled, counted per tag and value."""
    expected = collections.Counter(plan.message(n)[2:] for n in numbers)
    got = collections.Counter((tag, value) for _, _, tag, value in readings)
    missing, extra = expected - got, got - expected
    example = next(iter(missing.items()), None) or next(iter(extra.items()), None)
    return sum(missing.values()), sum(extra.values()), example


def transitions(daemon, plan):
    """Every alarm transition, as what must be the same in any run: stamps apart."""
    rows, cursor = [], None
    while True:
        query = "/v1/events?max=1000" + (f"&after={cursor}" if cursor else "")
        status, body, _ = daemon.get(query, {"Accept": "application/x-ndjson"})
        if status != 200:
            raise SystemExit(f"events: {status} {body[:300]}")
        end_of_page = True
        for line in body.splitlines():
            row = json.loads(line)
            if row["type"] == "event" and row["tag"].startswith("wave/"):
                rows.append((row["rule"], row["tag"], row["kind"], row["level"], reading_offset(row["reading"]["time"], plan), row.get("value")))
            elif row["type"] == "gap":
                raise SystemExit(f"events: {row['events']} transitions are no longer stored")
            elif row["type"] == "page":
                cursor, end_of_page = row["cursor"], row["end"]
        if end_of_page:
            return rows


def micros_of(text):
    """Microseconds since 1970 of an RFC 3339 time."""
    delta = datetime.fromisoformat(text.replace("Z", "+00:00")) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def reading_offset(text, plan):
    """Microseconds of an RFC 3339 time after the plan's first message."""
    return micros_of(text) - plan.t0_us


def differing(a, b):
    """How many transitions differ between two runs, compared alarm by alarm in order."""
    def by_alarm(rows):
        alarms = collections.defaultdict(list)
        for rule, tag, *rest in rows:
            alarms[rule, tag].append(tuple(rest))
        return alarms
    one, other, count = by_alarm(a), by_alarm(b), 0
    for key in one.keys() | other.keys():
        left, right = one.get(key, []), other.get(key, [])
        here = sum(x != y for x, y in zip(left, right)) + abs(len(left) - len(right))
        if here and count < 20:
            at = next((i for i, (x, y) in enumerate(zip(left, right)) if x != y), min(len(left), len(right)))
            print(f"{key} differs at {at}: {left[at:at + 2]} | {right[at:at + 2]}", file=sys.stderr)
        count += here
    return count


def config_text(broker_port, size_max="1MiB", snapshot="2s", alarm_tags=ALARM_TAGS):
    """A configuration with every tag of the plan; {{state}} and {{http}} are filled in by Daemon."""
    tags = []
    for kind, count in (("bare/b", BARE_TAGS), ("json/j", JSON_TAGS), ("wave/a", alarm_tags)):
        tags += [f'[[tag]]\nname = "{kind}{i}/value"\ntype = "float64"' for i in range(count)]
    return f'''
[daemon]
park = "fault"
state_directory = "{{state}}"
log_level = "info"
[http]
listen = "127.0.0.1:{{http}}"
[store]
size_max = "{size_max}"
snapshot_every = "{snapshot}"
[[source]]
name = "park"
driver = "mqtt"
url = "mqtt://127.0.0.1:{broker_port}"
client_id = "fault-daemon"
window = 1000
[[source.mapping]]
topic = "fault/bare/{{{{device}}}}/value"
format = "bare"
tag = "bare/{{{{device}}}}/value"
[[source.mapping]]
topic = "fault/{{{{kind}}}}/{{{{device}}}}/value"
format = "json"
tag = "{{{{kind}}}}/{{{{device}}}}/value"
value = "/value"
time = "/time"
time_format = "us"
[[rule]]
id = "plain"
kind = "limit"
tags = ["wave/*/value"]
H = {{{{ at = 50, priority = "medium" }}}}
[[rule]]
id = "delayed"
kind = "limit"
tags = ["wave/*/value"]
on_delay = "1s500ms"
off_delay = "1s500ms"
H = {{{{ at = 50, priority = "high" }}}}
[[rule]]
id = "sum"
kind = "window"
tags = ["wave/*/value"]
window = {{{{ aggregate = "sum", length = "5s", calendar = true }}}}
H = {{{{ at = 4700, priority = "low" }}}}
''' + "\n".join(tags)


class Workplace:
    """A temporary folder that goes with everything that was started in it."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="parkwatch-fault-"))
        self.undo = []
        return self

    def __exit__(self, kind, *_):
        for undo in reversed(self.undo):
            try:
                undo()
            except Exception as error:
                print("clean-up:", error, file=sys.stderr)
        if kind is not None or os.environ.get("KEEP"):
            print("kept:", self.path, file=sys.stderr)
        else:
            shutil.rmtree(self.path, ignore_errors=True)

    def folder(self, name):
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        return path


def seed_of(argv_seed):
    seed = argv_seed if argv_seed is not None else int.from_bytes(os.urandom(4), "little")
    print(f"seed {seed}", file=sys.stderr)
    random.seed(seed)
    return seed


def drain(puller, broker_quiet, seconds=120):
    """Waits until the daemon has stored and the puller has pulled everything: three ends in a row without news."""
    until, quiet, last = time.monotonic() + seconds, 0, -1
    while quiet < 3:
        if time.monotonic() > until:
            print("drain: gave up waiting for the end", file=sys.stderr)
            return
        puller.at_end.clear()
        puller.at_end.wait(5)
        count = len(puller.readings)
        quiet = quiet + 1 if count == last and broker_quiet() else 0
        last = count
        time.sleep(0.7)
    puller.ending = True
    puller.join(10)


def on_signals_exit():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
