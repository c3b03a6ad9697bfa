"""Measure a broker by hand: ``python -m tests.workers.drain [REDIS_URL]``.

Sends no-op tasks, drains them with one worker process of 4 threads, stops the idle worker.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

import dramatiq

from store.queue import create_queue
from workers.broker import Tasks, build_broker
from workers.process import IDLE_MS, THREADS
from workers.tasks import Task

COUNT = 5_000


def main() -> None:
    """Print tasks a second sent and drained, and the seconds to stop."""
    with tempfile.TemporaryDirectory() as folder:
        create_queue(Path(folder) / "queue.db")
        url = sys.argv[1] if len(sys.argv) > 1 else ""
        broker = build_broker(url, Path(folder) / "queue.db", "drain")
        measure(broker)
        broker.close()


def measure(broker: Tasks) -> None:
    done = threading.Semaphore(0)

    @dramatiq.actor(actor_name="nothing", queue_name="checks", broker=broker)
    def nothing(_: str) -> None:
        done.release()

    began = time.perf_counter()
    for number in range(COUNT):
        broker.enqueue(Task("nothing", "checks", (str(number),)).message())
    sent = time.perf_counter()
    worker = dramatiq.Worker(broker, worker_timeout=IDLE_MS, worker_threads=THREADS)
    worker.start()
    for _ in range(COUNT):
        done.acquire()
    drained = time.perf_counter()
    worker.stop(10_000)
    stopped = time.perf_counter()
    print(f"sent    {COUNT / (sent - began):8.0f} tasks/s")
    print(f"drained {COUNT / (drained - sent):8.0f} tasks/s")
    print(f"stopped {stopped - drained:8.2f} s")


if __name__ == "__main__":
    main()
