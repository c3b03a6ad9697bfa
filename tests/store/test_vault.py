"""Keys per person: destroyed for good, moved to a new master key, never mixed up (trust.md 2.2)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, update

from store.branch import BranchStore
from store.factory import vault_engine
from store.master_key import KeyFile, key_id
from store.migrate import migrate
from store.vault import PERSON_KEY, STAMP_SECONDS, STATE, KeyDestroyed, Vault, VaultError

from .conftest import NewBranch

AAD = b"t|C1|{version}|place|name"


def sealed_by(vault: Vault, subject: str = "C1", text: str = "陈小明") -> tuple[int, bytes]:
    return vault.seal(subject, AAD, text)


def rows(branch: BranchStore) -> list[tuple[str, bytes, bytes]]:
    query = select(PERSON_KEY.c.subject, PERSON_KEY.c.wrapped, PERSON_KEY.c.commitment)
    with vault_engine(branch.keys_url).connect() as connection:
        mine = query.where(PERSON_KEY.c.tenant == branch.name).order_by(PERSON_KEY.c.subject)
        return [tuple(row) for row in connection.execute(mine)]


# --- destroying ---


def test_after_destroying_no_process_opens_anything_of_the_person(branch: BranchStore) -> None:
    here, elsewhere = branch.vault(), branch.vault()
    version, sealed = sealed_by(here)
    assert elsewhere.unseal("C1", version, AAD, sealed) == "陈小明"

    here.destroy("C1")

    assert here.unseal("C1", version, AAD, sealed) is None
    assert elsewhere.unseal("C1", version, AAD, sealed) is None
    assert branch.vault().unseal("C1", version, AAD, sealed) is None


def test_destroying_leaves_a_tombstone_and_the_others_as_they_were(branch: BranchStore) -> None:
    vault = branch.vault()
    sealed_by(vault, "C1")
    version, of_another = sealed_by(vault, "C2", "李四")
    living = {s: (w, c) for s, w, c in rows(branch)}["C2"]

    vault.destroy("C1")

    assert rows(branch) == [("C1", b"", b""), ("C2", *living)]
    assert vault.unseal("C2", version, AAD, of_another) == "李四"
    assert (vault.is_destroyed("C1"), vault.is_destroyed("C2")) == (True, False)
    assert vault.versions("C1") == (1,)


def test_nothing_is_sealed_again_for_a_destroyed_person(branch: BranchStore) -> None:
    warm = branch.vault()
    sealed_by(warm)
    branch.vault().destroy("C1")

    for vault in (warm, branch.vault()):
        with pytest.raises(KeyDestroyed) as refused:
            sealed_by(vault)
        assert refused.value.subjects == ("C1",)


def test_a_person_without_a_key_may_be_destroyed_beforehand(branch: BranchStore) -> None:
    branch.vault().destroy("C9")
    branch.vault().destroy("C9")

    with pytest.raises(KeyDestroyed):
        branch.vault().ensure_keys(["C9"])


def test_a_key_made_and_destroyed_at_once_is_destroyed(branch: BranchStore) -> None:
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def seal() -> None:
        start.wait()
        try:
            sealed_by(branch.vault())
            outcomes.append("sealed")
        except KeyDestroyed:
            outcomes.append("refused")

    thread = threading.Thread(target=seal)
    thread.start()
    start.wait()
    branch.vault().destroy("C1")
    thread.join()

    assert outcomes
    assert [row for row in rows(branch) if row[0] == "C1"] == [("C1", b"", b"")]


def test_the_bound_on_opening_an_erased_field_is_short() -> None:
    assert STAMP_SECONDS <= 0.1


def test_after_scrubbing_the_files_hold_nothing_of_the_key(tmp_path: Path) -> None:
    branch = _sqlite_branch(tmp_path)
    vault = branch.vault()
    sealed_by(vault)
    ((_, wrapped, commitment),) = rows(branch)
    before = _bytes_below(tmp_path)
    assert wrapped in before

    vault.destroy("C1")
    assert vault.scrub()

    after = _bytes_below(tmp_path)
    assert wrapped not in after
    assert commitment not in after


# --- the master key ---


def test_after_rotation_everything_opens_and_the_old_key_opens_nothing(
    branch: BranchStore,
) -> None:
    vault = branch.vault()
    version, sealed = sealed_by(vault)
    index, pseudonym = vault.blind_index("13812341234"), vault.pseudonym("x")
    old_text = branch.key_file.read_text()
    progress: list[tuple[int, int]] = []

    rotated = vault.rotate(lambda done, total: progress.append((done, total)))

    assert rotated.keys == progress[-1][0] == 1
    assert branch.key_file.read_text() != old_text
    for each in (vault, branch.vault()):
        assert each.unseal("C1", version, AAD, sealed) == "陈小明"
        assert (each.blind_index("13812341234"), each.pseudonym("x")) == (index, pseudonym)
    branch.key_file.write_text(old_text)
    with pytest.raises(VaultError, match="master key"):
        branch.vault().unseal("C1", version, AAD, sealed)


def test_a_process_that_was_running_goes_on_after_a_rotation(branch: BranchStore) -> None:
    running = branch.vault()
    version, sealed = sealed_by(running)

    branch.vault().rotate()

    assert running.unseal("C1", version, AAD, sealed) == "陈小明"
    _, of_new = sealed_by(running, "C2", "新来的")
    assert branch.vault().unseal("C2", 1, AAD, of_new) == "新来的"


def test_a_rotation_does_not_bring_a_destroyed_key_back(branch: BranchStore) -> None:
    vault = branch.vault()
    sealed_by(vault)
    vault.destroy("C1")

    assert vault.rotate().keys == 0
    assert rows(branch) == [("C1", b"", b"")]


@pytest.fixture(params=["prepare_next", "finish"])
def interrupted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A rotation that dies right after, or right before, the step named."""
    step = str(request.param)
    original = getattr(KeyFile, step)

    def dies(self: KeyFile, *args: bytes) -> None:
        if step == "prepare_next":
            original(self, *args)
        raise KeyboardInterrupt

    monkeypatch.setattr(KeyFile, step, dies)
    return step


def test_an_interrupted_rotation_loses_nothing_and_a_repeat_finishes_it(
    branch: BranchStore, interrupted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, sealed = sealed_by(branch.vault())
    with pytest.raises(KeyboardInterrupt):
        branch.vault().rotate()
    assert branch.vault().unseal("C1", version, AAD, sealed) == "陈小明"
    following = KeyFile(branch.key_file).read()[1]
    monkeypatch.undo()

    branch.vault().rotate()

    assert branch.vault().unseal("C1", version, AAD, sealed) == "陈小明"
    assert set(KeyFile(branch.key_file).read()) == {following}
    assert not KeyFile(branch.key_file).next_path.exists()


def test_every_tenant_under_the_master_key_moves_with_it(new_branch: NewBranch) -> None:
    one, other = new_branch(), new_branch()
    version, sealed = sealed_by(other.vault())

    one.vault().rotate()

    assert other.vault().unseal("C1", version, AAD, sealed) == "陈小明"


def test_a_key_that_was_exchanged_in_the_vault_is_noticed(branch: BranchStore) -> None:
    version, sealed = sealed_by(branch.vault())
    sealed_by(branch.vault(), "C2")
    foreign = {subject: wrapped for subject, wrapped, _ in rows(branch)}["C2"]
    of_first = (PERSON_KEY.c.tenant == branch.name, PERSON_KEY.c.subject == "C1")
    with vault_engine(branch.keys_url).execution_options(write=True).begin() as connection:
        connection.execute(update(PERSON_KEY).where(*of_first).values(wrapped=foreign))

    with pytest.raises(VaultError, match="committed"):
        branch.vault().unseal("C1", version, AAD, sealed)


def test_migrating_again_changes_no_key(branch: BranchStore) -> None:
    sealed_by(branch.vault())
    before = rows(branch)

    accounts = branch.database_url or f"sqlite:///{branch.data_dir}/accounts.db"
    migrate(branch, accounts, None, [])

    assert rows(branch) == before
    with vault_engine(branch.keys_url).connect() as connection:
        query = select(STATE.c.master).where(STATE.c.tenant == branch.name)
        assert connection.execute(query).scalar_one() == key_id(branch.master_key.read()[0])


def _sqlite_branch(folder: Path) -> BranchStore:
    branch = BranchStore("erase", folder)
    migrate(branch, f"sqlite:///{folder}/accounts.db", None, [])
    return branch


def _bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
