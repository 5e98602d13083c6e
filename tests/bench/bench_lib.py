"""What the measurements share: a broker, the daemon on the load's tags, and the load."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
from lib import BUILD, Daemon, can_connect, end, free_port, wait_for  # noqa: E402

TOOLS = BUILD / "tests/bench"


class PlainBroker:
    """mosquitto without persistence; `lines` are added to its configuration (none: its own defaults)."""

    def __init__(self, folder, lines=""):
        self.port = free_port()
        path = pathlib.Path(folder) / f"mosquitto-{self.port}.conf"
        path.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nlog_type error\n{lines}")
        self.process = subprocess.Popen(["mosquitto", "-c", str(path)], stderr=subprocess.DEVNULL)
        wait_for(lambda: can_connect(self.port), 10, "the broker does not listen")

    def stop(self):
        end(self.process)


def window_lines(window):
    return f"max_inflight_messages {window}\nmax_queued_messages 0\nset_tcp_nodelay true\n"


def load_config(broker_port, tags, window, alerts=False):
    """The shipped defaults, `tags` tags with one limit rule each, and a source of that window."""
    text = f'''
[daemon]
park = "bench"
state_directory = "{{state}}"
[http]
listen = "127.0.0.1:{{http}}"
[[source]]
name = "load"
driver = "mqtt"
url = "mqtt://127.0.0.1:{broker_port}"
client_id = "bench-daemon"
window = {window}
[[source.mapping]]
topic = "load/{{{{device}}}}/value"
format = "json"
tag = "load/{{{{device}}}}/value"
value = "/value"
time = "/time"
[[rule]]
id = "high"
kind = "limit"
tags = ["load/*/value"]
H = {{{{ at = 90, deadband = 2, priority = "high" }}}}
'''
    if alerts:
        text += f'[alerts]\nenabled = true\nurl = "mqtt://127.0.0.1:{broker_port}"\n'
    return text + "".join(f'[[tag]]\nname = "load/t{i}/value"\nunit = "%"\nrange = [0, 100]\n' for i in range(tags))


def start_daemon(place, name, broker_port, tags, window, alerts=False):
    folder = place.folder(name)
    daemon = Daemon(folder, load_config(broker_port, tags, window, alerts), folder / "state")
    daemon.start()
    place.undo.append(lambda: end(daemon.process))
    daemon.wait_ready()
    wait_for(lambda: connected(daemon), 30, "the daemon does not subscribe")
    return daemon


def status(daemon):
    return json.loads(daemon.get("/v1/status")[1])


def connected(daemon):
    sources = status(daemon)["sources"]
    return bool(sources) and all(source["connected"] for source in sources)


def publish(port, count, tags=5000, rate=0, window=1000):
    """Runs the load; returns the seconds that it took."""
    out = subprocess.check_output([str(TOOLS / "bench_mqtt"), "publish", "--port", str(port), "--count", str(count),
                                   "--tags", str(tags), "--rate", str(rate), "--window", str(window)], text=True)
    return float(dict(part.split("=") for part in out.split())["seconds"])


def judged(name, figures, demands):
    """Prints each (held, sentence) that does not hold, then the figures as the last line; the exit code."""
    failed = [sentence for held, sentence in demands if not held]
    for sentence in failed:
        print(f"{name}: {sentence}")
    print(f"{name} {figures}")
    return 1 if failed else 0
