"""The product as people meet it: `shilu up` with the demo branch, and a real Chromium."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1440, "height": 960}}
UP_WITHIN = 60.0  # seconds


class Site:
    """The running demo branch, and who may sign in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "SHILU_DATA": str(folder),
            "SHILU_PORT": str(self.port),
            "SHILU_LOG_LEVEL": "warning",
            "DATABASE_URL": "",
            "REDIS_URL": "",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def make_demo(self) -> None:
        """Fill the folder with the demo branch."""
        for command in ("migrate", "demo"):
            subprocess.run(
                [sys.executable, "-m", "shilu", command],
                env=self._environment,
                check=True,
                capture_output=True,
            )

    def up(self) -> None:
        """Start all processes over what is there; return when the site is ready."""
        with (self.folder / "up.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "shilu", "up"],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def stop(self) -> None:
        """Stop in order; whatever is left of the group is killed."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)

    def login(self, name: str) -> dict[str, str]:
        """Return a demo login with its password."""
        accounts = json.loads((self.folder / "demo-logins.json").read_text())["accounts"]
        return next(account for account in accounts if account["login"] == name)

    def _wait(self) -> None:
        until = time.monotonic() + UP_WITHIN
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.2)
        raise AssertionError((self.folder / "up.log").read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo branch that nobody has touched."""
    folder = tmp_path_factory.mktemp("demo")
    Site(folder).make_demo()
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Iterator[Site]:
    """A running demo of this module's own."""
    made = Site(tmp_path_factory.mktemp("site"))
    shutil.copytree(demo, made.folder, dirs_exist_ok=True)
    try:
        made.up()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Sign somebody in, on a phone or at a desk; every page must keep the strict policy."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def enter(login: str, *, phone: bool = False, **options: object) -> Page:
        device = {**(PHONE if phone else DESK), "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        if phone:
            device["device_scale_factor"] = 2
        context = browser.new_context(base_url=site.address, **{**device, **options})  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        account = site.login(login)
        page.goto("/sign-in")
        page.locator("#f-login").fill(account["login"])
        page.locator("#f-password").fill(account["password"])
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(lambda address: "/sign-in" not in address)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: a folder of the run, or the one that SHILU_SCREENSHOTS names."""
    named = os.environ.get("SHILU_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
