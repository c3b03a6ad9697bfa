"""The web process: gunicorn with threads, one process, because group commit lives in the process."""

from __future__ import annotations

from typing import Any

from gunicorn.app.base import BaseApplication


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


def serve(host: str, port: int, threads: int, log_level: str) -> None:
    """Serve until told to stop; SIGTERM lets running requests end."""
    WebServer(
        {
            "bind": f"{host}:{port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": threads,
            "graceful_timeout": 10,
            "keepalive": 5,
            "limit_request_line": 4094,
            "loglevel": log_level,
            "proc_name": "shilu-web",
            "control_socket_disable": True,  # one for all installations of a user, outside SHILU_DATA
        }
    ).run()
