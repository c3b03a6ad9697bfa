"""What sealing, envelope, tree and receipt add to the POST of an entry.

Two branches in one process, on SQLite with durable commits: in the one everything is as it is, in
the other nothing is sealed, no envelope is made and no receipt signed. The same entry goes to both,
now to the one first, now to the other; what is told are medians and the median of the differences.
There is no network in between, which makes the share larger than any user would see it. The tree
grows in the follower's process, never in a POST; its cost for each event stands beside.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from flask.testing import FlaskClient

from domain.application import TeamRecord
from domain.words import By, ContactSource, Role
from projections import VIEW_METADATA
from service import build_app
from service.context import Context, Proofs
from service.sessions import COOKIE
from shilu.bench.evidence import ORIGIN, grow_tree, signing
from shilu.terminal import bar, echo_json
from store.accounts import Accounts
from store.branch import BranchStore
from store.checkpoints import Checkpoints, checkpoints_engine
from store.engines import engine_of
from store.migrate import migrate
from store.signer_client import SignerClient

AGENTS = 100  # each of whom writes a day's entries, not more
WARM = 20  # pairs before the first that counts
NOON = 4  # UTC hours: 12:00 in Shanghai
NOTE = "客户担心缴费年限太长，想看看十年期的方案，约了下次带对比表再谈"


@dataclass(frozen=True, slots=True)
class Report:
    """Milliseconds; ``overhead`` is the median difference as a share of the bare median.

    ``processor_*`` are the same of processor time instead of the clock's, that of the signer's
    process included: they say the same on a machine that does other things as well.
    """

    pairs: int
    bare_median: float
    full_median: float
    median_difference: float
    overhead: float
    processor_bare: float
    processor_difference: float
    processor_overhead: float
    tree_microseconds_per_event: float
    load: float


class Side:
    """One of the two branches: its pages, and an agent's browser for each agent."""

    def __init__(self, store: BranchStore, proofs: Proofs | None) -> None:
        accounts_url = f"sqlite:///{store.data_dir / 'accounts.db'}"
        migrate(store, accounts_url, None, VIEW_METADATA)
        self.record = TeamRecord(store.log_env(), store.index_phone)
        accounts = Accounts(engine_of(accounts_url))
        views, head = store.views_engine(), store.reader().head
        self.now = datetime.now(UTC).replace(hour=NOON, minute=0, second=0, microsecond=0)
        self._app = build_app(
            Context(self.record, views, accounts, store.name, head, lambda: self.now, proofs=proofs)
        )
        self._people()
        self._browsers = [self._browser(accounts, store.name, no) for no in range(AGENTS)]

    def post(self, no: int, command: str, clock: str) -> tuple[float, float]:
        """Log a meeting as agent ``no``; return the milliseconds on the clock and of the processor."""
        client, csrf = self._browsers[no]
        fields = {
            "csrf_token": csrf,
            "command_id": command,
            "day": str(self.now.date()),
            "kind": "face_meeting",
            "customer_id": f"C-{no}",
            "started_at": clock,
            "result": "interested",
            "note": NOTE,
            "repeat_is_meant": "yes",
        }
        began, worked = time.perf_counter(), time.process_time()
        answer = client.post("/today/entries", data=fields)
        took = time.perf_counter() - began, time.process_time() - worked
        if answer.status_code != 303:
            raise click.ClickException(f"the entry was refused: {answer.status}")
        return took[0] * 1000, took[1] * 1000

    def _people(self) -> None:
        since, people = date(self.now.year, 1, 1), self.record.organisation
        before = self.now - timedelta(days=1)

        def by(actor: str, role: Role) -> By:
            return By(actor, role, before, before, uuid4(), "cli")

        admin = "M1", Role.ADMINISTRATOR
        self.record.rulebook.adopt(by=by(*admin))
        people.form_team("T1", "一组", None, by=by(*admin))
        for no in range(AGENTS):
            agent = f"A{no}"
            people.join(agent, f"伙伴{no}", Role.AGENT, "T1", since, by=by(*admin))
            self.record.customers.register(
                f"C-{no}",
                agent,
                "张三丰",
                f"138{no:08}",
                ContactSource.OWN,
                by=by(agent, Role.AGENT),
            )

    def _browser(self, accounts: Accounts, branch: str, no: int) -> tuple[FlaskClient, str]:
        login = f"a{no}"
        accounts.create(login, uuid4().hex, f"A{no}", branch, "agent")
        account = accounts.find(login)
        if account is None:
            raise click.ClickException("no account")
        session, client = accounts.start_session(account), self._app.test_client()
        client.set_cookie(COOKIE, session.token)
        return client, session.csrf


def stripped(record: TeamRecord) -> None:
    """Take sealing and envelopes away from a record, for comparison alone."""
    mapper: Any = record.mapper
    opens = mapper._open  # what was sealed while the branch was made
    mapper._open = lambda found, place, name: (
        opens(found, place, name) if isinstance(found, dict) else found
    )
    mapper.prepare = lambda _events: None
    mapper._seal = lambda _cls, _values, _place: None
    mapper._envelope = lambda _event, _topic, _by, _state: b"{}"


def paired(
    full: Side,
    bare: Side,
    pairs: int,
    signer_seconds: Callable[[], float],
    told: Callable[[int, int], None],
) -> Report:
    """Post the same entries to both sides, in turn first to the one and first to the other."""
    clock: tuple[list[float], list[float]] = [], []
    processor: tuple[list[float], list[float]] = [], []
    signed = 0.0
    for no in range(-WARM, pairs):
        if no == 0:
            signed = signer_seconds()
        command, at = str(uuid4()), f"{8 + no % 4:02}:{no % 60:02}"
        sides = [(0, full), (1, bare)] if no % 2 else [(1, bare), (0, full)]
        for which, side in sides:
            took = side.post(no % AGENTS, command, at)
            if no >= 0:
                clock[which].append(took[0])
                processor[which].append(took[1])
        told(no + WARM + 1, pairs + WARM)
    by_signer = (signer_seconds() - signed) / pairs * 1000
    between, worked = _between(clock), _between(processor) + by_signer
    medians = [statistics.median(row) for row in (*clock, *processor)]
    shares = between / medians[1], worked / medians[3]
    return Report(
        pairs,
        bare_median=round(medians[1], 3),
        full_median=round(medians[0], 3),
        median_difference=round(between, 3),
        overhead=round(shares[0], 4),
        processor_bare=round(medians[3], 3),
        processor_difference=round(worked, 3),
        processor_overhead=round(shares[1], 4),
        tree_microseconds_per_event=0.0,
        load=round(os.getloadavg()[0], 1),
    )


def _between(rows: tuple[list[float], list[float]]) -> float:
    return statistics.median(a - b for a, b in zip(*rows, strict=True))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--pairs", type=click.IntRange(min=10), default=1000, show_default=True)
def main(data: Path, pairs: int) -> None:
    """Measure what sealing, tree and receipt add to a POST; print the figures as JSON."""
    data.mkdir(parents=True)
    sealed, plain = BranchStore("sealed", data / "full"), BranchStore("plain", data / "bare")
    for store in (sealed, plain):
        store.data_dir.mkdir()
    with signing(sealed) as (evidence, signer_seconds):
        kept = Checkpoints(checkpoints_engine(sealed), ORIGIN)
        proofs = Proofs(SignerClient(evidence.signer_socket), kept, evidence.vkey_file)
        full, bare = Side(sealed, proofs), Side(plain, None)
        stripped(bare.record)
        with bar("posting") as progress:
            report = paired(full, bare, pairs, signer_seconds, progress)
    echo_json(replace(report, tree_microseconds_per_event=grow_tree(sealed)))


if __name__ == "__main__":
    main()
