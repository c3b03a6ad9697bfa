"""Every item is told in plain Chinese and English."""

from dataclasses import replace

import pytest

from domain.detection.evidence import weigh
from domain.detection.judgement import AS_PUBLISHED, judge_agent
from domain.detection.pooling import Doubts
from domain.detection.sentences import innocent_explanation, sentence
from domain.detection.signals import SIGNALS
from domain.detection.suspicion import SignalFound, Suspicion
from domain.words import CallbackOutcome

from .conftest import MakeCalls


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_every_signal_has_its_sentence_and_its_innocent_reason(
    signal: object, language: str
) -> None:
    name = signal.name  # type: ignore[attr-defined]
    found = Suspicion("A1", 1.0, 0.0, (SignalFound(name, 1.0, 1.0, 3, 40, 7.5),))
    item = weigh(found, []).items[1]

    told = sentence(item.name, item.facts, language)

    assert "3" in told
    assert "{" not in told
    assert innocent_explanation(name, language)


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_every_item_of_a_judgement_has_its_sentence(calls: MakeCalls, language: str) -> None:
    doubtful = replace(AS_PUBLISHED, doubts=Doubts(0.3, {}))
    judged = judge_agent("A1", None, calls(CallbackOutcome), policies=1, fit=doubtful)

    for item in judged.items + judged.counter_items:
        told = sentence(item.name, item.facts, language)
        assert told[-1] in "。."
        assert item.name not in told


def test_an_item_of_a_later_model_is_told_by_name() -> None:
    assert sentence("tomorrow", {"count": 2}, "en") == "tomorrow: count=2"
    assert innocent_explanation("tomorrow", "en") is None
