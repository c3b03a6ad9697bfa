"""Servers on this machine that take what is sent and keep it: HTTP and SMTP."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class HttpSink:
    """Keeps path, headers and body of each POST; answers with ``status`` and ``answer``."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.answer: dict[str, Any] = {"errcode": 0, "StatusCode": 0, "code": 0}
        self.headers: dict[str, str] = {}
        self.url = ""
        self.port = 0

    def bodies(self) -> list[Any]:
        """Return the bodies as JSON."""
        return [json.loads(body) for _path, _headers, body in self.got]


@contextmanager
def http_sink() -> Iterator[HttpSink]:
    """Run an HTTP server meanwhile."""
    sink = HttpSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sink.got.append((self.path, dict(self.headers), body))
            content = json.dumps(sink.answer).encode()
            self.send_response(sink.status)
            for name, value in sink.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.port = server.server_address[1]
        sink.url = f"http://127.0.0.1:{sink.port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join(5)


class SmtpSink:
    """Keeps recipients and text of each message."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], str]] = []
        self.port = 0


@contextmanager
def smtp_sink() -> Iterator[SmtpSink]:
    """Run the least SMTP server that there is (RFC 5321) meanwhile."""
    sink = SmtpSink()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 sink")
            to: list[str] = []
            while line := self.rfile.readline().decode():
                verb = line[:4].upper()
                if verb == "RCPT":
                    to.append(line.split(":", 1)[1].strip())
                if verb == "DATA":
                    self.say("354 go on")
                    text = ""
                    while (more := self.rfile.readline().decode()) != ".\r\n":
                        text += more
                    sink.got.append((to, text))
                self.say("221 bye" if verb == "QUIT" else "250 ok")
                if verb == "QUIT":
                    return

        def say(self, answer: str) -> None:
            self.wfile.write(answer.encode() + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join(5)
