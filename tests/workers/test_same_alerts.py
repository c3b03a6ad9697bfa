"""The same log gives the same alerts, bit for bit: on both stores, live, late or replayed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.callback import Callback
from domain.detection.judgement import Judgement
from domain.words import CallbackOutcome, Role
from tests.workers import branch as making
from tests.workers.branch import START, SUPERVISOR, SUSPECT, Branch, anew, at, by
from workers.branch_book import BranchBook, looked_at
from workers.fake_entries import compare, judge

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
DENIED, CONFIRMED = CallbackOutcome.DENIED, CallbackOutcome.CONFIRMED
ANSWERS = (DENIED, CONFIRMED, DENIED, DENIED, CallbackOutcome.UNREACHABLE, *[DENIED] * 7)


class Story:
    """A branch whose suspect is called about, while others go on working; each call is compared.

    ``late``: the comparisons come only after everything has happened, as after a stop of workers.
    """

    def __init__(self, branch: Branch, *, late: bool = False) -> None:
        self.branch, self.book, self.waiting = branch, BranchBook(branch.record), list[str]()
        with branch.record.batch():
            branch.found(agents=20)
            for n in range(1, 20):
                for day in range(12):
                    self._visit(n, day)
            self.invented = [self._invented(n) for n in range(len(ANSWERS))]
        for n, answer in enumerate(ANSWERS):
            self.waiting.append(self._call(n, answer))
            self._visit(n + 1, 30 + n)
            if not late:
                self._compare()
        self._compare()

    def _visit(self, agent: int, day: int) -> str:
        note = f"{agent}家里聊到{day * 37}元的教育金和{day * agent}号的体检安排"
        when = at(START + timedelta(days=day), 9 + (agent + day) % 8, agent * 7 % 60)
        customer, minutes = f"C{agent}-{day}", 20 + agent * day % 50
        return self.branch.visit(f"A{agent:02d}", customer, when, minutes=minutes, note=note)

    def _invented(self, n: int) -> str:
        when = at(START + timedelta(days=n), 10)
        return self.branch.visit(
            SUSPECT, f"X{n}", when, minutes=30, note="客户对产品很有兴趣再联系"
        )

    def _call(self, n: int, answer: CallbackOutcome) -> str:
        when = at(START + timedelta(days=20 + n), 15)
        if n == 9:
            asked = by(SUPERVISOR, Role.SUPERVISOR, when)
            self.branch.record.customers.request_correction("X9", "K9", "号码不对", by=anew(asked))
        return self.branch.call(self.invented[n], SUSPECT, f"X{n}", answer, when)

    def _compare(self) -> None:
        for callback_id in self.waiting:
            compare(self.branch.record, self.book.file, callback_id, lambda: NOW)
        self.waiting.clear()

    def cases(self) -> list[dict[str, object]]:
        return self.branch.events("verification_case.case_opened")

    def outcomes(self) -> list[int]:
        topic = Callback.OutcomeRecorded.TOPIC
        return [e.position for e in self.branch.store.reader().all() if e.topic == topic]

    def judged(self, book: BranchBook) -> list[Judgement]:
        rules = self.branch.record.rulebook.rules()
        return [judge(SUSPECT, book.file(position), rules) for position in self.outcomes()]


@pytest.fixture
def same_ids(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes every id of the next branch the same as of the one before."""

    def start_again() -> None:
        numbers = count(1)
        monkeypatch.setattr(making, "uuid4", lambda: UUID(int=next(numbers) << 64 | 4 << 76))

    return start_again


def plain(cases: list[dict[str, object]]) -> list[dict[str, Any]]:
    assert cases, "the story must end with an alert"
    return [{k: v for k, v in case.items() if k != "by"} for case in cases]


def test_both_stores_give_the_same_alerts(
    tmp_path: Path, postgres_url: str, same_ids: Callable[[], None]
) -> None:
    same_ids()
    one = Story(Branch(tmp_path / "sqlite"))
    same_ids()
    other = Story(
        Branch(tmp_path / "postgres", name=f"t{uuid4().hex[:12]}", database_url=postgres_url)
    )

    assert plain(one.cases()) == plain(other.cases())
    assert one.judged(BranchBook(one.branch.record)) == other.judged(
        BranchBook(other.branch.record)
    )


def test_late_comparisons_give_the_same_alerts_as_those_at_once(
    tmp_path: Path, same_ids: Callable[[], None]
) -> None:
    same_ids()
    at_once = Story(Branch(tmp_path / "at-once"))
    same_ids()
    late = Story(Branch(tmp_path / "late"), late=True)

    known = [judged.items for judged in at_once.judged(BranchBook(at_once.branch.record))]
    assert known == [judged.items for judged in late.judged(BranchBook(late.branch.record))]
    assert plain(late.cases())[0]["agent_id"] == SUSPECT


def test_a_replay_knows_what_the_system_knew_when_it_alerted(tmp_path: Path) -> None:
    story = Story(Branch(tmp_path))
    (case,) = plain(story.cases())

    replayed = story.judged(BranchBook(story.branch.record))

    first = next(judged for judged in replayed if judged.alert)
    told = [{"name": i.name, "weight": i.weight} for i in first.items]
    assert [{"name": i["name"], "weight": i["weight"]} for i in case["items"]] == told
    assert case["posterior"] == first.posterior


def test_a_judgement_of_the_past_is_the_same_whatever_the_book_has_read_since(
    tmp_path: Path,
) -> None:
    story = Story(Branch(tmp_path))
    ahead = BranchBook(story.branch.record)
    ahead.file()

    assert story.judged(ahead) == story.judged(BranchBook(story.branch.record))


@pytest.mark.parametrize("position", [0, 1, 100, 255, 256, 5_000, 1_500_000])
def test_all_logs_are_looked_at_a_little_before_a_judgement(position: int) -> None:
    assert 0 <= position - looked_at(position) <= position / 128
    assert looked_at(looked_at(position)) == looked_at(position)
