"""The loop of the worker process."""

from __future__ import annotations

from threading import Event

import dramatiq
import structlog

from workers.broker import Tasks

THREADS = 4  # checks wait for SQLite most of the time; more threads would only wait in more places
IDLE_MS = 200  # how soon an idle thread notices that it shall stop
STOP_MS = 15_000  # below the supervisor's grace
RESTART_ME = 75  # exit code: all is well, but only a new process can go on (EX_TEMPFAIL)

log = structlog.get_logger(__name__)


def work(broker: Tasks, stop: Event, threads: int = THREADS) -> int:
    """Do tasks in this process until ``stop``; return the exit code.

    In-process instead of Dramatiq's own command line, which would be three processes more.
    """
    broker.emit_after("process_boot")
    worker = dramatiq.Worker(broker, worker_timeout=IDLE_MS, worker_threads=threads)
    worker.start()
    log.info("worker.started", threads=threads, queues=sorted(broker.get_declared_queues()))
    code = 0
    while not code and not stop.wait(1.0):
        if not _all_alive(worker) or broker.was_lost():
            code = RESTART_ME
    worker.stop(STOP_MS)
    broker.close()
    log.info("worker.stopped", exit_code=code)
    return code


def _all_alive(worker: dramatiq.Worker) -> bool:
    threads = [*worker.workers, *worker.consumers.values()]
    return all(thread.is_alive() for thread in threads)
