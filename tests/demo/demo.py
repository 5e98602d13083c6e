#!/usr/bin/env python3
"""demo MODE: runs scripts/demo on a built tree, as a newcomer does.

once: it ends by itself and has shown alarms that rose and cleared, and what a server pulls.
interrupted: Ctrl-C ends it and all that it started, at any time, and its folder is gone.
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What the demo says when the daemon, the park and the watcher run.
RUNNING = b"A simulated park"
STARTED = {"mosquitto", "parkwatchd", "parksim", "parkwatch"}
# Where the shipped configuration writes, and the demo must not.
REAL_STATE = pathlib.Path("/var/lib/parkwatch")


def start(folder, *arguments):
    def as_from_a_terminal():  # where Ctrl-C reaches every program, and none was told to ignore it
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen([str(ROOT / "scripts/demo"), *arguments], preexec_fn=as_from_a_terminal,
                            env={**os.environ, "TMPDIR": folder}, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def members(session):
    """The names of the programs that run in a session, by process id."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            name, rest = re.fullmatch(r"\d+ \((.*)\) (.*)", (folder / "stat").read_text(), re.S).groups()
        except OSError:
            continue  # gone meanwhile
        state, _, _, its_session = rest.split()[:4]
        if int(its_session) == session and state != "Z":
            found[int(folder.name)] = name
    return found


def require(condition, what, output):
    if not condition:
        raise SystemExit(f"demo: {what}. It said:\n{output.decode(errors='replace')}")
    print("ok:", what)


def nothing_left(demo, folder, output):
    left = members(demo.pid)
    require(not left, f"nothing that it started runs on {sorted(left.values())}", output)
    require(not os.listdir(folder), f"its folder is gone {os.listdir(folder)}", output)


def real_files():
    return sorted(str(path) for path in REAL_STATE.rglob("*"))


def numbers_are_shown(text, output):
    said = text.split("The numbers so far (parkwatch status)")[1].split("How to go on")[0]
    since_start = re.search(r"^since start +(.*)$", said, re.M)
    require(since_start is not None, "the numbers since the start are shown", output)
    for what in ("messages", "readings", "commits", "commit_bytes"):
        number = re.search(rf"\b{what} (\d+)", since_start[1])
        require(number and int(number[1]) > 10, f"{what} are counted", output)


def way_on_is_shown(text, output):
    said = text.split("== How to go on")[1]
    for way in (r"parkwatch --url http://127\.0\.0\.1:\d+ alarms", r"parkwatch --url \S+ ack RULE TAG",
                r"mosquitto_sub -p \d+", r"curl http://127\.0\.0\.1:\d+/metrics", r"kill -9 \d+", r"README\.md"):
        require(re.search(way, said), f"it says how to go on: {way}", output)


def once(folder):
    before = real_files()
    demo = start(folder, "--once")
    output = demo.communicate(timeout=200)[0]
    require(demo.returncode == 0, f"it ended with {demo.returncode}", output)
    text = output.decode()
    watched = text.split("(75 s; parkwatch alarms --watch)")[1].split("What stands now")[0]
    for kind in ("raised", "returned"):
        require(re.search(rf"^\S+  {kind} ", watched, re.M), f"an alarm is shown as {kind}", output)
    pulled = re.search(r"^\.\.\. (\d+) readings in (\d+) bytes of CSV", text, re.M)
    require(pulled and int(pulled[1]) > 100, "a pull gave readings as CSV", output)
    require(re.search(r"^park +mqtt +connected", text, re.M), "the status shows the source", output)
    numbers_are_shown(text, output)
    way_on_is_shown(text, output)
    require(real_files() == before, f"nothing was written into {REAL_STATE}", output)
    nothing_left(demo, folder, output)


def interrupted(folder):
    demo = start(folder)
    output = b""
    while RUNNING not in output:
        line = demo.stdout.readline()
        if not line:
            require(False, f"it ended with {demo.wait()} before it had begun", output)
        output += line
    until = time.monotonic() + 30
    while not STARTED <= set(members(demo.pid).values()) and time.monotonic() < until:
        time.sleep(0.05)
    names = set(members(demo.pid).values())
    require(STARTED <= names, f"broker, daemon, park and watcher run {sorted(names)}", output)
    os.killpg(demo.pid, signal.SIGINT)
    output += demo.communicate(timeout=30)[0]
    require(demo.returncode == 130, f"Ctrl-C ended it, with {demo.returncode}", output)
    nothing_left(demo, folder, output)


def main():
    mode = {"once": once, "interrupted": interrupted}[sys.argv[1]]
    with tempfile.TemporaryDirectory(prefix="parkwatch-demo-test-") as folder:
        mode(folder)


main()
