#!/usr/bin/env python3
"""powercut: simulated power cuts (ext4 on a loop device, shutdown without flushing the log) under load. Needs root.

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
from lib import Broker, Daemon, Plan, Publisher, Puller, Workplace, compare, config_text, drain, on_signals_exit, seed_of, wait_subscribed


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
    extra = MUTATIONS[options.mutation] if options.mutation else []
    with Workplace() as place:
        disk = Disk(place.folder("cut"))
        place.undo.append(disk.unmount)
        broker = Broker(place.folder("broker"))
        place.undo.append(broker.stop)
        # Not small: retention is not what is cut here, and nothing may be pulled before the cut that is lost by it.
        daemon = Daemon(place.path, config_text(broker.port, size_max="128MiB"), disk.mount_point / "state", extra)
        place.undo.append(lambda: daemon.process and daemon.process.poll() is None and daemon.kill())
        daemon.start()
        daemon.wait_ready()
        wait_subscribed(daemon)
        plan = Plan(int(1500 * (options.cuts * 1.4 + 5)))
        publisher = Publisher(broker.port, plan)
        publisher.start()
        for _ in range(options.cuts):
            time.sleep(random.uniform(0.3, 1.3))
            cut(daemon, disk)
            daemon.start()
        publisher.join(plan.total / plan.rate + 120)
        if publisher.failure or publisher.is_alive():
            raise SystemExit(f"the publisher did not end: {publisher.failure}")
        daemon.wait_ready()
        puller = Puller(daemon)
        puller.start()
        drain(puller, lambda: True)
        lost, duplicated, example = compare(plan, range(plan.total), puller.readings)
        if example:
            print("first difference", example)
        daemon.kill()
    name = "powercut" + (f" mutation={options.mutation}" if options.mutation else "")
    print(f"{name} cuts={options.cuts} sent={plan.total} lost={lost} duplicated={duplicated}")
    if options.mutation:
        return 0 if lost > 0 else 1
    return 0 if lost == duplicated == 0 else 1


raise SystemExit(main())
