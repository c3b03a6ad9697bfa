"""A process that is told to stop stops, whatever it is doing at that moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

from workers.stopping import Stop

WAITS = """
from workers.stopping import stop_on_signal
stop = stop_on_signal()
print("ready", flush=True)
while not stop.is_set():
    stop.wait(0.00001)
"""


def test_a_signal_in_the_middle_of_a_wait_never_hangs_the_process() -> None:
    children = []
    for _ in range(12):
        child = subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        children.append(child)
    for child in children:
        os.kill(child.pid, signal.SIGTERM)

    codes = [child.wait(5) for child in children]

    for child in children:
        assert child.stdout is not None
        child.stdout.close()
    assert codes == [0] * 12


def test_everybody_who_waits_is_woken() -> None:
    stop, woken = Stop(), []
    threads = [threading.Thread(target=lambda: woken.append(stop.wait(10))) for _ in range(3)]
    for thread in threads:
        thread.start()

    stop.set()
    for thread in threads:
        thread.join(2)

    assert woken == [True, True, True]


def test_a_wait_ends_after_its_time() -> None:
    began = time.monotonic()

    assert not Stop().wait(0.05)
    assert 0.05 <= time.monotonic() - began < 1
