"""Fill a branch with the demo once, and make accounts for every role."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from domain.application import TeamRecord
from domain.refusals import Refusal
from domain.words import Role
from shilu.bulk import Progress, Step, carry_out
from shilu.demo.people import Branch, Habit
from shilu.demo.story import Story

if TYPE_CHECKING:
    from store.branch import BranchStore

LOGINS_FILE = "demo-logins.json"
AddAccount = Callable[[str, str, str, str], None]  # login, person id, role, password


@dataclass(frozen=True, slots=True)
class Login:
    """Who may sign in to the demo; the notes say what to look at with it."""

    login: str
    password: str
    role: str
    person_id: str
    name: str
    note: str
    note_en: str


@dataclass(frozen=True, slots=True)
class DemoMade:
    """What ``make_demo`` did; no events when everything was there before."""

    events: int
    people: int
    logins: tuple[Login, ...]


def make_demo(
    store: BranchStore,
    add_account: AddAccount,
    logins_file: Path,
    *,
    until: datetime,
    seed: int,
    progress: Progress | None = None,
) -> DemoMade:
    """Make the demo up to the instant ``until``; a repeat finishes or changes nothing.

    The first run's ``until``, seed and passwords are kept in ``logins_file`` (mode 0600) before
    anything else happens, so that a later run tells the same story.
    """
    fresh = {"until": until.isoformat(), "seed": seed, "accounts": []}
    kept = {**fresh, **_kept(logins_file)}
    vault = store.vault()
    record = TeamRecord(env=store.log_env(), index_phone=vault.blind_index)
    first_until = datetime.fromisoformat(kept["until"])
    story = Story(record, store.name, vault.pseudonym, first_until, kept["seed"], store.reader())
    logins = tuple(_logins(story.branch, {row["login"]: row for row in kept["accounts"]}))
    _keep(logins_file, {**kept, "accounts": [asdict(login) for login in logins]})
    done = carry_out(record, story.steps(), _not_expected, progress, ensure_keys=vault.ensure_keys)
    for login in logins:
        add_account(login.login, login.person_id, login.role, login.password)
    _keep(logins_file, {**_kept(logins_file), "complete": True})
    return DemoMade(done.events, len(story.branch.people()), logins)


def demo_is_there(logins_file: Path) -> bool:
    """Tell whether a demo was made to its end."""
    return bool(_kept(logins_file).get("complete"))


def _not_expected(_: Step, refusal: Refusal) -> NoReturn:
    raise refusal


def _logins(branch: Branch, kept: Mapping[str, Mapping[str, str]]) -> list[Login]:
    first, second, third = branch.teams
    agents = [agent for team in branch.teams for agent in team.agents]
    pads = next(agent for agent in agents if agent.habit is Habit.PADS)
    chosen = [
        ("agent", branch.shown_agent, f"{first.name}，今天还没写完", "the day is still open"),
        ("agent2", pads, f"{first.name}，有一位客户否认拜访", "one customer denies a visit"),
        ("supervisor", first.supervisor, f"带领{first.name}，有待办回访", "calls are open"),
        ("supervisor2", second.supervisor, f"带领{second.name}", "another team"),
        ("supervisor3", third.supervisor, f"带领{third.name}，有一个案件", "a case is open"),
        ("upper", branch.upper_supervisor, "答复申诉", "hears appeals"),
        ("auditor", branch.auditor, "回放与核对", "replays and follows causes"),
        ("admin", branch.administrator, "管理人员与团队", "people, teams, rules"),
    ]
    return [
        Login(
            login,
            kept[login]["password"] if login in kept else secrets.token_hex(6),
            str(Role(person.role)),
            person.person_id,
            person.name,
            note,
            note_en,
        )
        for login, person, note, note_en in chosen
    ]


def _kept(logins_file: Path) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(logins_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return kept


def _keep(logins_file: Path, content: Mapping[str, Any]) -> None:
    logins_file.parent.mkdir(parents=True, exist_ok=True)
    logins_file.touch(mode=0o600)
    logins_file.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
