"""The web process: gunicorn with threads, one process, because group commit lives in the process."""

from __future__ import annotations

import resource
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from workers.logs import configure_logs

CONNECTIONS = 8000  # taken in at once: who stands before the door is not seen to wait
OTHER_FILES = 512  # of a process: databases, log, libraries


class JsonLog(Logger):  # type: ignore[misc]  # gunicorn has no type hints
    """gunicorn's own log in the form of all our processes: one JSON line an event."""

    def setup(self, cfg: Any) -> None:
        """Send what gunicorn says through our renderer."""
        configure_logs(cfg.loglevel)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no type hints
    """gunicorn's threads, which know how long a request has waited for one of them."""

    def get_thread_pool(self) -> Any:
        """Return the pool that gunicorn hands connections to."""
        from service.shedding import TimedPool

        return TimedPool(max_workers=self.cfg.threads)


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no type hints
    """gunicorn around ``service.create_app``, configured by arguments and no file."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application in the worker process."""
        from service import create_app

        return create_app()


def room_for_connections() -> int:
    """Raise the process's limit of open files as far as it may go; return how many may connect.

    A connection more than that would end the process: gunicorn doesn't expect ``accept`` to fail.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = CONNECTIONS + OTHER_FILES
    if soft != unlimited and soft < wanted:
        soft = wanted if hard == unlimited else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    files = wanted if soft == unlimited else min(soft, wanted)
    return max(files - OTHER_FILES, files // 2)


def serve(host: str, port: int, threads: int, log_level: str) -> None:
    """Serve until told to stop; SIGTERM lets running requests end."""
    WebServer(
        {
            "bind": f"{host}:{port}",
            "worker_class": PatientWorker,
            "workers": 1,
            "threads": threads,
            "worker_connections": room_for_connections(),
            "graceful_timeout": 10,
            "keepalive": 5,
            "limit_request_line": 4094,
            "loglevel": log_level,
            "logger_class": JsonLog,
            "proc_name": "shilu-web",
            "control_socket_disable": True,  # one for all installations of a user, outside SHILU_DATA
        }
    ).run()
