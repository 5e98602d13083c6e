#!/usr/bin/env python3
"""notify_peers: the daemon against a real Alertmanager, a real mail server, and robots that keep their vendors' limits.

Each check prints one line; the first that fails ends the run with what was seen. Everything is on loopback.
"""
import http.client
import json
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/fault"), str(ROOT / "tests/support")]

from lib import BUILD, Broker, Daemon, Workplace, end, free_port, on_signals_exit, wait_for, wait_subscribed
from receivers import Mailbox, Robot, Webhook, certificate

TAGS = 60
CLI = BUILD / "tools/parkwatch/parkwatch"


def config(broker, peers, folder):
    def secret(name, text):
        path = folder / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path

    tags = "\n".join(f'[[tag]]\nname = "tank/t{i}/level"\ntype = "float64"\nunit = "%"' for i in range(TAGS))
    robots = ""
    for kind in ("dingtalk", "wecom", "feishu"):
        url = secret(kind + ".url", peers[kind].url("/robot/send?access_token=t"))
        key = f'secret_file = "{secret(kind + ".secret", "SECtest")}"' if kind != "wecom" else ""
        robots += f'\n[[receiver]]\nname = "{kind}"\nkind = "{kind}"\nurl_file = "{url}"\n{key}\ngroup_wait = "1s"\ngroup_interval = "1s"\n'
    return f'''
[daemon]
park = "park-a"
state_directory = "{{state}}"
[http]
listen = "127.0.0.1:{{http}}"
[alerts]
enabled = true
url = "mqtt://127.0.0.1:{broker.port}"
[[source]]
name = "park"
driver = "mqtt"
url = "mqtt://127.0.0.1:{broker.port}"
[[source.mapping]]
topic = "park/{{{{site}}}}/{{{{device}}}}/{{{{quantity}}}}"
format = "bare"
tag = "{{{{site}}}}/{{{{device}}}}/{{{{quantity}}}}"
[[rule]]
id = "tank-level"
kind = "limit"
tags = ["tank/*/level"]
group = "tank-farm"
message = {{{{ zh = "液位高", en = "level high" }}}}
H = {{{{ at = 80, priority = "high" }}}}
HH = {{{{ at = 90, priority = "critical" }}}}
{tags}
{robots}
[[receiver]]
name = "hook"
kind = "webhook"
url = "{peers["hook"].url()}"
group_wait = "200ms"
group_interval = "0s"
[[receiver]]
name = "am"
kind = "alertmanager"
url = "http://127.0.0.1:{peers["am"]}"
[[receiver]]
name = "mail"
kind = "email"
url = "smtp://localhost:{peers["mail"].port}"
from = "parkwatch@park.example"
to = ["safety@park.example"]
username = "park"
password_file = "{secret("mail.password", "secret")}"
ca_file = "{peers["cert"]}"
group_wait = "200ms"
group_interval = "0s"
[[receiver]]
name = "board"
kind = "board"
topic = "park/gate1/board"
characters = 6
idle_text = "正常"
[[receiver]]
name = "beat"
kind = "heartbeat"
url = "{peers["beat"].url("/ping")}"
every = "1s"
[[receiver]]
name = "refusing"
kind = "feishu"
url = "{peers["refusing"].url()}"
[[route]]
priority = ["critical", "high"]
to = ["hook", "am", "mail", "board"]
[[route]]
to = ["dingtalk", "wecom", "feishu"]
[[route]]
rule = ["nothing"]
to = ["refusing"]
'''


class Alertmanager:
    def __init__(self, folder):
        self.port = free_port()
        (folder / "am.yml").write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
        self.process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={folder}/am.yml", f"--storage.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="],
            stderr=open(folder / "am.log", "a"))
        wait_for(self.ready, 30, "the Alertmanager does not answer")

    def ready(self):
        try:
            return self.get("/-/ready")[0] == 200
        except OSError:
            return False

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def alerts(self):
        return json.loads(self.get("/api/v2/alerts")[1])


def publish(broker, values):
    """values: {tank: level}."""
    for tank, level in values.items():
        subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", f"park/tank/t{tank}/level", "-m", str(level)],
                       check=True)


def check(what, condition, seconds=20):
    seen = [None]

    def holds():
        seen[0] = condition()
        return bool(seen[0])
    try:
        wait_for(holds, seconds, what)
    except SystemExit:
        raise SystemExit(f"FAILED: {what}: {seen[0]!r}") from None
    print("ok:", what, flush=True)
    return seen[0]


def cli(daemon, *words):
    done = subprocess.run([str(CLI), "--url", f"http://127.0.0.1:{daemon.http_port}", *words], capture_output=True, text=True,
                          timeout=60)
    return done.returncode, done.stdout + done.stderr


def run(place):
    folder = place.folder("daemon")
    broker = Broker(place.folder("broker"))
    place.undo.append(broker.stop)
    cert, key = certificate(place.folder("tls"))
    manager = Alertmanager(place.folder("am"))
    place.undo.append(lambda: end(manager.process))
    peers = {kind: Robot(kind, "" if kind == "wecom" else "SECtest", "park-a") for kind in ("dingtalk", "wecom", "feishu")}
    peers.update(hook=Webhook(), beat=Webhook(), refusing=Robot("feishu", "another secret"), cert=cert, am=manager.port)
    peers["beat"].take = lambda path, body, headers: (peers["beat"].got.append(path), (200, "", {}))[1]
    for name in ("dingtalk", "wecom", "feishu", "hook", "beat", "refusing"):
        place.undo.append(peers[name].stop)
    peers["mail"] = Mailbox(free_port(), cert, key)
    place.undo.append(peers["mail"].stop)
    daemon = Daemon(folder, config(broker, peers, folder), folder / "state")
    place.undo.append(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
    daemon.start()
    daemon.wait_ready()
    wait_subscribed(daemon)

    hook, mail = peers["hook"], peers["mail"]
    publish(broker, {1: 85})
    body = check("the webhook is told in version 4", lambda: hook.bodies and hook.bodies[0])
    alert = body["alerts"][0]
    assert body["version"] == "4" and body["status"] == "firing" and body["receiver"] == "hook", body
    assert alert["labels"]["alertname"] == "tank-level" and alert["labels"]["severity"] == "high", alert
    assert alert["endsAt"] == "0001-01-01T00:00:00Z" and hook.keys[0] == alert["annotations"]["ids"], alert
    held = check("the Alertmanager holds the alert", lambda: manager.alerts())
    assert held[0]["fingerprint"] == alert["fingerprint"], (held[0], alert)
    assert held[0]["labels"] == alert["labels"], (held[0], alert)
    print("ok: the Alertmanager computes the same fingerprint")
    check("the mail comes over STARTTLS with a password", lambda: mail.mails)
    first = mail.mails[0][2]
    assert first["Auto-Submitted"] == "auto-generated" and first["Message-ID"], first
    assert [part.get_content_type() for part in first.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "液位高" in first.get_payload(0).get_payload(decode=True).decode(), first
    for kind in ("dingtalk", "wecom", "feishu"):
        check(f"{kind} takes the message: signature, size and keyword", lambda kind=kind: peers[kind].texts)
        assert not peers[kind].refusals, peers[kind].refusals
    text = subprocess.run(["mosquitto_sub", "-p", str(broker.port), "-t", "park/gate1/board", "-C", "1", "-W", "10"],
                          capture_output=True, text=True, check=True).stdout.strip()
    assert text == "◆液位高", text
    print("ok: the board shows it")

    publish(broker, {1: 95})
    check("a rise is another alert, and the old one ends",
          lambda: {a["labels"]["level"]: a["status"]["state"] for a in manager.alerts()} == {"HH": "active"} or manager.alerts() and None)
    publish(broker, {1: 10})
    check("the end resolves it at the webhook", lambda: any(b["status"] == "resolved" and b["alerts"][-1]["labels"]["level"] == "HH"
                                                          for b in hook.bodies))
    check("and at the Alertmanager", lambda: manager.alerts() == [])
    # A rise is an occurrence of its own: the return follows it, not the first raise.
    roots = lambda at: [m["Message-ID"] for _, _, m in mail.mails[:at] if not m["References"]]
    check("the mails of an occurrence are one thread",
          lambda: any(m["References"] in roots(at) for at, (_, _, m) in enumerate(mail.mails) if m["References"]))
    check("the heart beats", lambda: len(peers["beat"].got) >= 2)

    code, out = cli(daemon, "notify", "test", "dingtalk")
    assert code == 0 and '"errcode"' in out, out
    code, out = cli(daemon, "notify", "test", "refusing")
    assert code == 1 and "19021" in out and "refused" in out, out
    code, out = cli(daemon, "notify", "test", "mail")
    assert code == 0, out
    code, out = cli(daemon, "notify", "test", "nobody")
    assert code == 1 and "no receiver" in out, out
    code, out = cli(daemon, "notify", "list")
    assert code == 0 and re.search(r"hook\s+webhook\s+ok", out), out
    print("ok: notify test prints the answer, notify list how they fare")

    publish(broker, {n: 85 for n in range(2, TAGS)})
    publish(broker, {n: 95 for n in range(2, 10)})
    check("DingTalk gets a digest", lambda: any("另" in t for t in peers["dingtalk"].texts), 90)
    for kind, most in (("dingtalk", 20), ("wecom", 20), ("feishu", 100)):
        assert peers[kind].most_in(60) <= most, (kind, peers[kind].most_in(60))
        assert not [r for r in peers[kind].refusals if r[0] != 0], peers[kind].refusals
    assert peers["feishu"].most_in(1) <= 5, peers["feishu"].most_in(1)
    print("ok: no robot was sent more than its rate, and none refused")
    check("every raise reached the webhook",
          lambda: len({a["labels"]["tag"] for b in hook.bodies for a in b["alerts"]
                       if a["labels"]["tag"].startswith("tank/")}) == TAGS - 1)

    # A mail server that is away for a while: the news wait, in order, and nobody else waits for them.
    mail.refuse = "451 later"
    before = len(mail.mails)
    publish(broker, {0: 85})
    check("the webhook hears while the mail server refuses",
          lambda: any(a["labels"]["tag"] == "tank/t0/level" for b in hook.bodies for a in b["alerts"]))
    mail.refuse = None
    check("the mail comes when it is back", lambda: len(mail.mails) > before, 90)
    daemon.kill()


def main():
    on_signals_exit()
    started = time.monotonic()
    with Workplace() as place:
        run(place)
    print(f"notify_peers: all held, {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
