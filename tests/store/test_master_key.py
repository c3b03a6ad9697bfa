"""Where the master key comes from: a file, or a command that prints it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from store.master_key import KeyCommand, KeyFile, VaultError, key_id, source_of

ONE, TWO = "11" * 32, "22" * 32


def printing(*lines: str) -> KeyCommand:
    """A key manager's client that prints these lines."""
    return KeyCommand(shlex.join([sys.executable, "-c", f"print({chr(10).join(lines)!r})"]))


def test_a_command_gives_one_key_or_two() -> None:
    assert printing(ONE).read() == [bytes.fromhex(ONE)]
    assert printing(ONE, TWO).read() == [bytes.fromhex(ONE), bytes.fromhex(TWO)]


@pytest.mark.parametrize("lines", [("no key",), ("11" * 31,), (ONE, TWO, ONE), ("",)])
def test_what_is_no_key_is_refused_and_not_repeated(lines: tuple[str, ...]) -> None:
    with pytest.raises(VaultError) as refused:
        printing(*lines).read()

    assert "11" not in str(refused.value)


def test_a_command_that_fails_says_so_without_what_it_printed() -> None:
    failing = KeyCommand(shlex.join([sys.executable, "-c", f"print({ONE!r}); raise SystemExit(1)"]))

    with pytest.raises(VaultError, match="SHILU_MASTER_KEY_COMMAND") as refused:
        failing.read()

    assert ONE not in repr(refused.getrepr(chain=True))


def test_a_command_rotates_only_when_it_prints_the_next_key() -> None:
    printing(ONE, TWO).prepare_next()

    with pytest.raises(VaultError, match="second line"):
        printing(ONE).prepare_next()


def test_a_command_goes_before_the_file(tmp_path: Path) -> None:
    assert source_of(tmp_path / "master.key", "true") == KeyCommand("true")
    assert source_of(tmp_path / "master.key") == KeyFile(tmp_path / "master.key")


def test_a_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "deep" / "master.key")
    file.create()
    first = file.read()
    file.create()

    assert file.read() == first
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_the_next_key_waits_beside_the_file_and_takes_its_place(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "master.key")
    file.create()
    file.prepare_next()
    old, following = file.read()
    file.prepare_next()

    assert file.read() == [old, following]
    file.finish(following)
    assert file.read() == [following]
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]


def test_a_foreign_key_is_not_put_in_place(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "master.key")
    file.create()
    file.prepare_next()
    before = file.read()

    with pytest.raises(VaultError):
        file.finish(bytes.fromhex(ONE))

    assert file.read() == before


def test_an_id_tells_keys_apart_and_nothing_else() -> None:
    assert key_id(bytes.fromhex(ONE)) != key_id(bytes.fromhex(TWO))
    assert key_id(bytes.fromhex(ONE)) not in ONE
