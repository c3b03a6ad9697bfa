"""What stands on the pages and what people type, in the language of the run.

What is read comes from the product's own catalogue; only what people type is told here twice.
"""

from __future__ import annotations

from service.language import english, translate
from service.reading import SAID
from tests.journeys.week.lines import LINES


class Words:
    """The words of one language: "zh" or "en"."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._english = english()

    def __call__(self, source: str, **slots: object) -> str:
        """Return a sentence of the pages. Raises AssertionError where its English is missing."""
        assert self.language == "zh" or source in self._english, f"no English for {source}"
        return translate(source, self.language, self._english, slots)

    def said(self, done: str) -> str:
        """Return the sentence that confirms what was done."""
        return self(SAID[done])

    def line(self, key: str, /, **slots: object) -> str:
        """Return what somebody types."""
        return LINES[key][self.language == "en"].format(**slots)
