"""Receivers of alarms for the tests, on loopback: robots that keep their vendors' published limits, a webhook, a mailbox.

Robots: 20 messages in any 60 s (DingTalk, WeCom; the 21st blocks DingTalk for ten minutes, 130101), Feishu 100 in 60 s and 5 in
1 s (11232); bodies of 20,000 bytes (DingTalk, Feishu), texts of 2,048 and markdown of 4,096 bytes (WeCom); signatures and
keywords. A refusal is an HTTP 200 with a code, as theirs are.
"""
import base64
import collections
import hashlib
import hmac
import http.server
import json
import subprocess
import threading
import time
import urllib.parse


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def answer(self, body):
        status, text, headers = self.server.owner.take(self.path, body, self.headers)
        if status == 0:  # hangs up
            self.close_connection = True
            return
        data = text.encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass  # the client was killed


class Server:
    """An HTTP server on a free port; `take(path, body, headers)` answers. Everything it got stays in `got`."""

    def __init__(self):
        self.got = []  # (time, path, body)
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.server.owner = self
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def take(self, path, body, headers):
        with self.lock:
            self.got.append((time.monotonic(), path, body))
        return 200, "", {}


class Webhook(Server):
    """Alertmanager's webhook receiver. `script()` may give an answer other than 200 for a request, None for 200. A status of 0
    hangs up; "lost" takes the message and then hangs up."""

    def __init__(self, script=None):
        super().__init__()
        self.script = script
        self.bodies, self.keys = [], []

    def take(self, path, body, headers):
        answer = self.script() if self.script else None
        if answer is not None and answer != "lost":
            return answer
        with self.lock:
            self.got.append((time.monotonic(), path, body))
            self.bodies.append(json.loads(body))
            self.keys.append(headers.get("Idempotency-Key"))
        return (0 if answer == "lost" else 200), "", {}

    def ids(self):
        """Every notice id that was confirmed, with how often."""
        out = collections.Counter()
        with self.lock:
            for body in self.bodies:
                for alert in body["alerts"]:
                    out.update(alert["annotations"].get("ids", "").split())
        return out


class Robot(Server):
    KINDS = {"dingtalk": (20, 0), "wecom": (20, 0), "feishu": (100, 5)}

    def __init__(self, kind, secret="", keyword=""):
        super().__init__()
        self.kind, self.secret, self.keyword = kind, secret, keyword
        self.per_minute, self.per_second = self.KINDS[kind]
        self.times, self.texts, self.refusals = [], [], []
        self.blocked_until = 0.0

    def take(self, path, body, headers):
        with self.lock:
            now = time.monotonic()
            self.got.append((now, path, body))
            code, text = self.judge(now, path, body)
            if code == 0:
                self.times.append(now)
                self.texts.append(self.text_of(json.loads(body)))
            else:
                self.refusals.append((code, text))
        if self.kind == "feishu":
            return (400 if code == 9499 else 200), json.dumps({"code": code, "msg": text}), {}
        return 200, json.dumps({"errcode": code, "errmsg": text}), {}

    def judge(self, now, path, body):
        try:
            message = json.loads(body)
        except ValueError:
            return (9499 if self.kind == "feishu" else 40035), "not JSON"
        if now < self.blocked_until:
            return 130101, "send too fast, exceed 20 times per minute"
        too_fast = self.rate(now)
        if too_fast:
            return too_fast
        return self.size(message, body) or self.signature(message, path) or self.word(message) or (0, "ok")

    def rate(self, now):
        minute = [t for t in self.times if t > now - 60]
        second = [t for t in self.times if t > now - 1]
        if len(minute) >= self.per_minute:
            if self.kind == "dingtalk":
                self.blocked_until = now + 600
                return 130101, "send too fast, exceed 20 times per minute"
            return (11232, "frequency limited") if self.kind == "feishu" else (45009, "api freq out of limit")
        if self.per_second and len(second) >= self.per_second:
            return 11232, "frequency limited"
        return None

    def size(self, message, body):
        if self.kind == "wecom":
            limit = {"text": 2048, "markdown": 4096}.get(message.get("msgtype"), 0)
            if len(self.text_of(message).encode()) > limit:
                return 40058, "content exceed max length"
        elif len(body) > 20_000:
            return (460101, "message too long") if self.kind == "dingtalk" else (9499, "too long")
        return None

    def signature(self, message, path):
        if not self.secret:
            return None
        if self.kind == "dingtalk":
            query = urllib.parse.parse_qs(urllib.parse.urlparse(path).query)
            stamp, sign = query.get("timestamp", [""])[0], query.get("sign", [""])[0]
            key, data = self.secret, f"{stamp}\n{self.secret}"
            fresh = stamp.isdigit() and abs(time.time() - int(stamp) / 1000) < 3600
        else:
            stamp, sign = message.get("timestamp", ""), message.get("sign", "")
            key, data = f"{stamp}\n{self.secret}", ""
            fresh = stamp.isdigit() and abs(time.time() - int(stamp)) < 3600
        wanted = base64.b64encode(hmac.new(key.encode(), data.encode(), hashlib.sha256).digest()).decode()
        if fresh and sign == wanted:
            return None
        return (310000, "sign not match") if self.kind == "dingtalk" else (19021, "sign match fail or timestamp is not within one hour")

    def word(self, message):
        if self.keyword and self.keyword not in self.text_of(message):
            return (310000, "keywords not in content") if self.kind == "dingtalk" else (19024, "Key Words Not Found")
        return None

    def text_of(self, message):
        if self.kind == "feishu":
            return message["card"]["elements"][0]["text"]["content"]
        kind = message["msgtype"]
        return message[kind]["text" if self.kind == "dingtalk" else "content"]

    def most_in(self, seconds):
        """The most messages that came in any window of so many seconds."""
        with self.lock:
            times = [t for t, _, _ in self.got]
        return max((sum(1 for u in times if t - seconds < u <= t) for t in times), default=0)


def certificate(folder):
    """(certificate, key): self-signed for localhost, which is its own authority."""
    cert, key = folder / "server.pem", folder / "server.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
                   check=True, stderr=subprocess.DEVNULL)
    return cert, key


class Mailbox:
    """aiosmtpd with STARTTLS required and a password; `mails` are (sender, recipients, message)."""

    def __init__(self, port, cert, key, user="park", password="secret"):
        import email
        import ssl

        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import AuthResult

        mails = self.mails = []
        self.refuse = None  # an SMTP answer instead of 250
        box = self

        class Handler:
            async def handle_DATA(self, _server, _session, envelope):
                if box.refuse:
                    return box.refuse
                mails.append((envelope.mail_from, envelope.rcpt_tos, email.message_from_bytes(envelope.content)))
                return "250 taken"

        def authenticate(_server, _session, _envelope, _mechanism, data):
            good = data.login == user.encode() and data.password == password.encode()
            return AuthResult(success=good)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self.controller = Controller(Handler(), hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
                                     authenticator=authenticate, auth_required=True)
        self.controller.start()
        self.port = port

    def stop(self):
        self.controller.stop()
