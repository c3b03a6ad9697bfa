"""The loops that a process runs until it is told to stop, and how it is told."""

from __future__ import annotations

import signal
from threading import Event

import dramatiq
import structlog
from dramatiq.errors import BrokerConnectionError

from workers.broker import RedisTasks, Tasks, warn_of_forgetful_redis

THREADS = 4  # checks wait for SQLite most of the time; more threads would only wait in more places
IDLE_MS = 200  # how soon an idle thread notices that it shall stop
STOP_MS = 15_000  # below the supervisor's grace
RESTART_ME = 75  # exit code: all is well, but only a new process can go on (EX_TEMPFAIL)

log = structlog.get_logger(__name__)


def stop_on_signal() -> Event:
    """Return an event that SIGTERM or SIGINT sets."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def work(broker: Tasks, stop: Event, threads: int = THREADS) -> int:
    """Do tasks in this process until ``stop``; return the exit code.

    In-process instead of Dramatiq's own command line, which would be three processes more.
    """
    broker.emit_after("process_boot")
    worker = dramatiq.Worker(broker, worker_timeout=IDLE_MS, worker_threads=threads)
    worker.start()
    log.info("worker.started", threads=threads, queues=sorted(broker.get_declared_queues()))
    health = RedisHealth(broker) if isinstance(broker, RedisTasks) else None
    code = 0
    while not code and not stop.wait(1.0):
        if not _all_alive(worker) or (health and health.was_lost()):
            code = RESTART_ME
    worker.stop(STOP_MS)
    broker.close()
    log.info("worker.stopped", exit_code=code)
    return code


class RedisHealth:
    """Notices that Redis went away and came back.

    Dramatiq then forgets the delayed messages it holds, while its heartbeat keeps Redis from
    giving them to anybody else (runtime.md, finding 1): only a new process frees them.
    """

    def __init__(self, broker: RedisTasks) -> None:
        self._broker = broker
        self._away = False
        self._warned = False

    def was_lost(self) -> bool:
        """Tell whether Redis is back after an absence."""
        try:
            self._broker.ping()
            if not self._warned:
                warn_of_forgetful_redis(self._broker.client)
                self._warned = True
        except BrokerConnectionError:
            if not self._away:
                log.warning("redis.away")
            self._away = True
            return False
        return self._away


def _all_alive(worker: dramatiq.Worker) -> bool:
    threads = [*worker.workers, *worker.consumers.values()]
    return all(thread.is_alive() for thread in threads)
