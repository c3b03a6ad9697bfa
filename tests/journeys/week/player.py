"""Somebody with a browser who reads the pages in their language, as far as all people do the same."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.week.stage import PEOPLE, Stage
from tests.journeys.week.words import Words
from tests.service.conftest import PASSWORD

USUAL, PATIENCE = 5_000, 30_000  # ms; a busy machine is no fault


class Part:
    """A part of a page: what is in it is found by what people read."""

    def __init__(self, place: Locator, words: Words) -> None:
        self.place, self.words = place, words

    def part(self, selector: str, has_text: str = "") -> Part:
        """Return a part of this part."""
        found = self.place.locator(selector)
        return Part(found.filter(has_text=has_text) if has_text else found, self.words)

    def button(self, source: str, **slots: object) -> Locator:
        """Return the button with this text."""
        return self.place.get_by_role("button", name=self.words(source, **slots), exact=True)

    def press(self, source: str, **slots: object) -> None:
        """Press a button that leads to another page."""
        with self.place.page.expect_navigation(wait_until="domcontentloaded"):
            self.button(source, **slots).click()

    def tap(self, source: str, **slots: object) -> None:
        """Press a button that leads nowhere else."""
        self.button(source, **slots).click()

    def choose(self, question: str, answer: str, *, own: bool = False, **slots: object) -> None:
        """Choose one of several; ``own``: the answer is a name of ours and not of the pages."""
        group = self.place.get_by_role("group", name=self.words(question, **slots), exact=True)
        name = answer if own else self.words(answer)
        group.get_by_role("radio", name=name, exact=True).check()

    def tick(self, source: str) -> None:
        """Tick something off."""
        self.place.get_by_role("checkbox", name=self.words(source), exact=True).check()

    def write(self, field: str, text: str, **slots: object) -> None:
        """Write into a field."""
        self.place.get_by_label(self.words(field, **slots), exact=True).fill(text)

    def unfold(self, source: str) -> None:
        """Open what is folded away."""
        whole = re.compile(rf"^\s*{re.escape(self.words(source))}\s*$")
        self.place.locator("summary").filter(has_text=whole).click()

    def shows(self, text: str) -> None:
        """Be sure that it can be read here."""
        expect(self.place).to_contain_text(text)


class Player(Part):
    """A person of the branch at their own browser."""

    def __init__(
        self,
        stage: Stage,
        page: Page,
        words: Words,
        person_id: str,
        picture: Callable[[Page, str], None],
    ) -> None:
        super().__init__(page.locator("body"), words)
        self.stage, self.page, self.person_id = stage, page, person_id
        self._picture = picture

    @property
    def name(self) -> str:
        """The person's name."""
        return PEOPLE[self.person_id][0]

    def open(self, path: str) -> None:
        """Go to a page."""
        answer = self.page.goto(path, wait_until="domcontentloaded")
        assert answer is None or answer.ok, f"{path}: {answer.status}"

    def told(self, done: str) -> None:
        """Be sure that the page confirms what was done; what it says instead is the failure."""
        said = self.page.get_by_role("status").filter(has_text=self.words.said(done))
        wrong = self.page.locator(".summary").first
        expect(said.or_(wrong).first).to_be_visible()
        assert not wrong.is_visible(), wrong.inner_text()

    def take_picture(self, name: str) -> None:
        """Take a picture of what stands on the screen, where pictures are wanted."""
        self._picture(self.page, name)


class Theatre:
    """Opens browsers for the people of one stage, and notes what went wrong in them."""

    def __init__(self, stage: Stage, browser: Browser, words: Words, pictures: Path) -> None:
        self.stage, self.words, self.wrong = stage, words, list[str]()
        self._browser, self._pictures = browser, pictures
        self._contexts: list[BrowserContext] = []
        expect.set_options(timeout=PATIENCE)

    def enter(
        self, person_id: str, *, phone: bool = False, offline: bool = False, switches: bool = False
    ) -> Player:
        """Sign a person in, at a phone or a desk.

        ``offline``: the phone will lose its signal. ``switches``: the browser asks for Chinese
        whatever the language, and the person presses the switch.
        """
        device = {**PHONE, "device_scale_factor": 2} if phone else DESK
        context = self._browser.new_context(  # type: ignore[arg-type]
            base_url=self.stage.address,
            locale="zh-CN" if switches or self.words.language == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            service_workers="allow" if offline else "block",
            **device,
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda m: self._complain(m.text))
        self._sign_in(page, person_id, Words("zh") if switches else self.words)
        if switches and self.words.language == "en":
            page.get_by_role("button", name="English", exact=True).click()
            expect(page.locator("html")).to_have_attribute("lang", "en")
        return Player(self.stage, page, self.words, person_id, self._take)

    def close(self) -> None:
        """Close all browsers."""
        expect.set_options(timeout=USUAL)
        while self._contexts:
            self._contexts.pop().close()

    def _sign_in(self, page: Page, person_id: str, words: Words) -> None:
        login, role = person_id.lower(), str(PEOPLE[person_id][1])
        self.stage.accounts.create(login, PASSWORD, person_id, "main", role)
        page.goto("/sign-in")
        page.locator("#f-login").fill(login)
        page.locator("#f-password").fill(PASSWORD)
        page.get_by_role("button", name=words("登录"), exact=True).click()
        page.wait_for_url(lambda address: "/sign-in" not in address)

    def _complain(self, text: str) -> None:
        if "Content Security" in text:
            self.wrong.append(text)

    def _take(self, page: Page, name: str) -> None:
        if os.environ.get("SHILU_SCREENSHOTS"):
            page.screenshot(path=self._pictures / f"week-{self.words.language}-{name}.png")
