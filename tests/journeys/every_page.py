"""Every page that there is, for every reader: found by the access matrix, served to a real browser.

A new page needs nothing here: its row in ``tests/access/rows.py`` says who may see it.
"""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import WSGIRequestHandler, make_server

from service.sessions import COOKIE
from store.accounts import Session
from tests.access.rows import ROWS, Row
from tests.access.test_matrix import HOLE, filled
from tests.access.world import COLUMNS, READERS, World
from tests.journeys.conftest import PHONE
from tests.signing import sign_checkpoint, signer_of

NOBODY = ("/sign-in", "/offline")
ALSO = {
    "a": ("/today?kind=face_meeting", "/today?kind=new_prospect_visit"),
    "s": ("/cases?state=done",),
}
DESK = {"viewport": {"width": 1280, "height": 800}}
ENDS_THE_SESSION = ("POST /sign-out", "POST /language")


class Quiet(WSGIRequestHandler):
    """A request handler that keeps its log to itself."""

    def log(self, *_: object, **__: object) -> None:
        """Say nothing."""


class Served:
    """The world of the access matrix behind a real server, with a browser for everybody in it."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self._signer = signer_of(self.world.home, folder, "shilu.test/main")
        sign_checkpoint(self.world.home, self._signer)  # as every branch has from its first minute
        app = self.world.home.app
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self._enough = threading.Event()
        follow = self.world.home.follower.run
        self._following = threading.Thread(target=follow, args=(self._enough,), daemon=True)
        self._following.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join(5)
        self._enough.set()
        self._following.join(5)
        self._signer.signer.close()

    def pages(self, reader: str) -> list[str]:
        """Return the address of every page of a reader, a letter of the matrix; "" is nobody."""
        if not reader:
            return [*NOBODY, "/no-such-page"]
        rows = (row for row in ROWS if row.route.startswith("GET ") and "/api/" not in row.route)
        found = [path for row in rows for path in self._address(row, reader)]
        paths = [path for path in [*found, *ALSO.get(reader, ())] if self._is_page(reader, path)]
        return [*paths, "/no-such-page"]

    def forms(self, reader: str) -> Iterator[str]:
        """Go through the addresses to which a reader may send forms."""
        for row in ROWS:
            if row.route.startswith("POST ") and "/api/" not in row.route:
                yield from self._address(row, reader) if row.route not in ENDS_THE_SESSION else ()

    def sign_in(
        self, browser: Browser, reader: str, **options: object
    ) -> tuple[BrowserContext, str]:
        """Return a browser in which the reader is signed in, and the session's token."""
        device = PHONE if reader in ("", "a") else DESK
        wishes = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "service_workers": "block"}
        context = browser.new_context(base_url=self.address, **{**device, **wishes, **options})  # type: ignore[arg-type]
        context.set_default_timeout(30_000)
        if not reader:
            return context, ""
        session = self._session(reader)
        context.add_cookies([{"name": COOKIE, "value": session.token, "url": self.address}])
        return context, session.csrf

    def token(self, reader: str) -> str:
        """Return the token of a new session of the reader."""
        return self._session(reader).token

    def weight(self, reader: str, path: str) -> dict[str, int]:
        """Return the bytes of a page as they travel: html as we send it, and css and js packed."""
        html = self.world.ask(READERS.get(reader, ""), "GET", path).data
        assets = set(re.findall(rb'(?:href|src)="(/static/[^"]+\.(?:css|js))"', html))
        sizes = {"html": len(html), "html packed": len(gzip.compress(html, 6)), "css": 0, "js": 0}
        client = self.world.home.app.test_client()
        for asset in assets:
            name = asset.decode()
            packed = client.get(name, headers={"Accept-Encoding": "gzip"}).data
            sizes["css" if name.endswith(".css") else "js"] += len(packed)
        return sizes

    def _session(self, reader: str) -> Session:
        home, login = self.world.home, READERS[reader]
        home.open_account(login)
        account = home.accounts.find(login)
        assert account is not None
        return home.accounts.start_session(account)

    def _address(self, row: Row, reader: str) -> list[str]:
        signs = zip(COLUMNS, row.signs(reader), strict=True)
        column = next((column for column, sign in signs if sign == "+"), "")
        if not column:
            return []
        things = self.world.things(column)
        path = HOLE.sub(lambda hole: things[hole.group(1)], row.route.split(" ")[1])
        return [f"{path}?{filled(row.query, things)}" if row.query else path]

    def _is_page(self, reader: str, path: str) -> bool:
        answer = self.world.ask(READERS[reader], "GET", path)
        return answer.status_code == 200 and answer.mimetype == "text/html"
