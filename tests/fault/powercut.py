#!/usr/bin/env python3
"""powercut: simulated power cuts (ext4 on a loop device, shutdown without flushing the log) under load. Needs root.

The same messages go to a daemon whose power is not cut; the transitions of both runs must be equal, stamps apart.
--mutation normal: synchronous=NORMAL; early: acknowledgements are let go before anything is safe. The harness must then
report a loss.
"""
import argparse
import os
import random
import signal
import subprocess
import time

from godown import cut_power
from lib import SETTLE_S, Workplace, differing, on_signals_exit, seed_of
from under_load import run_under_load

MUTATIONS = {"normal": ["--unsafe-synchronous", "NORMAL"], "early": ["--unsafe-acknowledge-early"]}


class Disk:
    def __init__(self, folder):
        self.image, self.mount_point = folder / "disk.img", folder / "disk"
        self.mount_point.mkdir()
        subprocess.check_call(["truncate", "-s", "256M", self.image])
        subprocess.check_call(["mkfs.ext4", "-q", self.image])
        self.mount()

    def mount(self):
        subprocess.check_call(["mount", "-o", "loop", self.image, self.mount_point])

    def unmount(self):
        subprocess.run(["umount", self.mount_point], stderr=subprocess.DEVNULL)


def cut(daemon, disk):
    os.kill(daemon.process.pid, signal.SIGSTOP)
    cut_power(disk.mount_point)
    daemon.kill()
    disk.unmount()
    disk.mount()


def cuts(number, disk):
    def harm(daemon, _broker, _publisher):
        for _ in range(number):
            time.sleep(random.uniform(0.3, 1.3))
            cut(daemon, disk)
            daemon.start()
    return harm


# Not small: retention is not what is cut here.
SIZE_MAX = "128MiB"


def run_with_cuts(place, options, total, extra=()):
    disk = Disk(place.folder("disk"))
    place.undo.append(disk.unmount)
    # Nothing may be pulled before the cut that is lost by it.
    return run_under_load(place, "cut", total, cuts(options.cuts, disk), state=disk.mount_point / "state", extra=extra,
                          pull_meanwhile=False, size_max=SIZE_MAX)


def main():
    on_signals_exit()
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--mutation", choices=sorted(MUTATIONS), default=None)
    options = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("powercut needs root for its loop mount")
    seed_of(options.seed)
    seconds = options.cuts * 1.4 + 5 + SETTLE_S  # in the end no alarm changes
    total = int(seconds * 1500)
    with Workplace() as place:
        if options.mutation:
            lost = run_with_cuts(place, options, total, MUTATIONS[options.mutation]).lost
            print(f"powercut mutation={options.mutation} cuts={options.cuts} sent={total} lost={lost}")
            return 0 if lost > 0 else 1
        done, uncut = run_with_cuts(place, options, total), run_under_load(place, "uncut", total, size_max=SIZE_MAX)
        differ = differing(uncut.transitions, done.transitions)
    print(f"powercut cuts={options.cuts} sent={total} lost={done.lost} duplicated={done.duplicated + done.gaps} "
          f"transitions={len(uncut.transitions)} transitions_differ={differ}")
    same = differ == 0 and all(run.lost == run.duplicated == run.gaps == 0 for run in (done, uncut))
    return 0 if same and len(uncut.transitions) >= min(500, seconds * 6) else 1


raise SystemExit(main())
