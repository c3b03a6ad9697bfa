"""The budgets hold on every page of every role: for eyes, thumbs, keyboards, small and slow phones.

Measured on all pages that the access matrix knows, in Chinese and English, in light and dark.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.access.world import READERS
from tests.journeys.every_page import Served
from tests.journeys.test_every_reader import SMALL_TARGETS

EVERYBODY = ["", *READERS]
AXE = Axe().axe_script
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"type": "tag", "values": STANDARDS}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
FAULTS = """async (rules) => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations
  .flatMap(v => v.nodes.map(n => `${v.id} ${n.html.slice(0, 120)} ${(n.any[0] || n.all[0] || n.none[0] || {}).message}`))"""
WIDER_THAN_320 = """() => document.documentElement.scrollWidth <= 320 ? [] : [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > 320.5 && !e.closest('.scroll, .side'))
  .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
TABBABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && e.type !== 'hidden' && !e.disabled && e.tabIndex >= 0)
  .filter((e, i, all) => e.type !== 'radio' || all.findIndex(o => o.type === 'radio' && o.name === e.name && o.form === e.form) === i).length"""
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const shows = x => x && getComputedStyle(x).outlineStyle !== 'none' && parseFloat(getComputedStyle(x).outlineWidth) > 0;
  const box = (e.matches('.chips input') ? e.nextElementSibling : e).getBoundingClientRect();
  const bar = document.querySelector('.bar, .side');
  const top = bar && getComputedStyle(bar).position === 'fixed' ? bar.getBoundingClientRect().top : innerHeight;
  return { parts: e.matches('[type=date], [type=time], [type=datetime-local]'), html: e.outerHTML.slice(0, 120), order: [...document.querySelectorAll('*')].indexOf(e),
    visible: shows(e) || shows(e.nextElementSibling), hidden: !e.closest('.bar, .side') && box.top >= top - 1 };
}"""
DATES, PARTS = "[type=date], [type=time], [type=datetime-local]", 8  # stops within one field
PLAIN_FORMS = """() => [...document.querySelectorAll('form:not([method=dialog]):not([hidden])')]
  .filter(f => !f.querySelector('button:not([type=button]), input[type=submit]') || !f.getAttribute('action') || !f.getAttribute('method'))
  .map(f => f.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The pages of this module, served."""
    made = Served(tmp_path_factory.mktemp("world"))
    yield made
    made.stop()


def listed(found: object) -> str:
    """Return what was found, one fault a line."""
    return json.dumps(found, ensure_ascii=False, indent=1)


def faults(page: Page, rules: object) -> list[str]:
    """Return what axe finds; it is brought in from outside, past the page's policy."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return list(page.evaluate(FAULTS, rules))


def in_both_lights(page: Page) -> list[str]:
    """Return what axe finds in light and in dark, where nothing but colours is another."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = [f"light: {fault}" for fault in faults(page, EVERYTHING)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return found + [f"dark: {fault}" for fault in faults(page, COLOURS)]


def test_axe_sees_bad_colours_in_the_dark_alone(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<html lang=en><title>Colours</title><style>@media (prefers-color-scheme: dark) {"
        " p { color: #777; background: #666 } }</style><main><h1>Colours</h1><p>hard to read"
    )

    found = in_both_lights(page)
    page.close()

    assert [fault.split()[:2] for fault in found] == [["dark:", "color-contrast"]]


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("reader", EVERYBODY)
def test_axe_finds_nothing_and_nothing_is_cut_at_320_pixels(
    served: Served, browser: Browser, reader: str, language: str
) -> None:
    context, _ = served.sign_in(browser, reader, locale=language)
    page, found = context.new_page(), {}

    for path in served.pages(reader):
        page.goto(path)
        size = page.viewport_size or {"width": 1280, "height": 800}
        wrong = in_both_lights(page)
        page.set_viewport_size({"width": 320, "height": 720})
        wrong += [f"wider than 320: {html}" for html in page.evaluate(WIDER_THAN_320)]
        page.set_viewport_size(size)
        if wrong:
            found[path] = wrong
    context.close()

    assert not found, listed(found)


@pytest.mark.parametrize("reader", READERS)
def test_a_form_sent_empty_comes_back_without_a_fault(
    tmp_path: Path, browser: Browser, reader: str
) -> None:
    own = Served(tmp_path)  # what is sent may change things
    context, csrf = own.sign_in(browser, reader)
    page, found, seen = context.new_page(), {}, 0

    for path in own.forms(reader):
        page.goto("/no-such-page")
        with page.expect_navigation() as going:
            page.evaluate(
                """([path, csrf]) => {
                  const form = Object.assign(document.createElement('form'), { method: 'post', action: path });
                  for (const [name, value] of [['csrf_token', csrf], ['command_id', crypto.randomUUID()]])
                    form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
                  document.body.append(form);
                  form.submit();
                }""",
                [path, csrf],
            )
        answer = going.value
        if answer is not None and answer.status >= 400:
            seen += 1
            assert answer.status < 500, path
            wrong = in_both_lights(page)
            found |= {path: wrong} if wrong else {}
    context.close()
    own.stop()

    assert not found, listed(found)
    assert seen


@pytest.mark.parametrize("reader", EVERYBODY)
def test_every_target_is_big_enough_for_a_thumb(
    served: Served, browser: Browser, reader: str
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    context, _ = served.sign_in(browser, reader, **phone)
    page, found = context.new_page(), {}

    for path in served.pages(reader):
        page.goto(path)
        small = page.evaluate(SMALL_TARGETS)
        found |= {path: small} if small else {}
    context.close()

    assert not found, listed(found)


@pytest.mark.parametrize("reader", EVERYBODY)
def test_every_page_is_walked_by_keyboard_alone(
    served: Served, browser: Browser, reader: str
) -> None:
    context, _ = served.sign_in(browser, reader)
    page, found = context.new_page(), {}

    for path in served.pages(reader):
        page.goto(path)
        wrong = walk(page)
        found |= {path: wrong} if wrong else {}
    context.close()

    assert not found, listed(found)


def walk(page: Page) -> list[str]:
    """Tab through a page; return where focus is unseen, out of order, covered, or trapped."""
    stops, wrong, last = int(page.evaluate(TABBABLE)), [], -1
    page.evaluate("document.activeElement?.blur(); window.getSelection()?.removeAllRanges()")
    page.evaluate(
        "document.body.tabIndex = -1, document.body.focus(), document.body.removeAttribute('tabindex')"
    )
    for _ in range(stops + 3 + PARTS * page.locator(DATES).count()):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None or (at["order"] < last and 'class="skip"' in at["html"]):
            return wrong
        if at["order"] == last and at["parts"]:
            continue  # year, month and day of one field
        wrong += [f"focus unseen: {at['html']}"] if not at["visible"] else []
        wrong += [f"focus under the bar: {at['html']}"] if at["hidden"] else []
        wrong += [f"out of order: {at['html']}"] if at["order"] <= last else []
        last = at["order"]
    return [*wrong, f"trapped after {stops} stops"]


@pytest.mark.parametrize("reader", EVERYBODY)
def test_every_page_stands_without_javascript(
    served: Served, browser: Browser, reader: str
) -> None:
    context, _ = served.sign_in(browser, reader, java_script_enabled=False)
    page, found = context.new_page(), {}

    for path in served.pages(reader):
        page.goto(path)
        lame = page.evaluate(PLAIN_FORMS)
        if lame or not page.get_by_role("heading", level=1).first.is_visible():
            found[path] = lame or ["no heading"]
    context.close()

    assert not found, listed(found)


def test_an_agents_page_weighs_at_most_50_kilobytes(served: Served) -> None:
    heavy = {}

    for path in served.pages("a"):
        weight = served.weight("a", path)
        total = weight["html"] + weight["css"] + weight["js"]
        good = weight["html packed"] <= 12_000 and weight["css"] <= 8_000 and weight["js"] <= 25_000
        if not good or total > 50_000:
            heavy[path] = weight

    assert not heavy, listed(heavy)
