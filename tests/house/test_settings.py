"""What the environment may set, and what it says when a value can't be."""

from __future__ import annotations

from pathlib import Path

import pytest
from environs import EnvError

from shilu.settings import VARIABLES, Settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which nothing of ours is set, in an empty folder."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def test_nothing_set_is_sqlite_on_this_machine_alone(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings.read()

    assert (settings.host, settings.port, settings.branch) == ("127.0.0.1", 8000, "main")
    assert settings.data_dir == tmp_path / "shilu-data"
    assert settings.master_key_file == tmp_path / "shilu-data/master.key"
    assert (settings.database_url, settings.redis_url, settings.vault_url) == ("", "", "")


def test_vault_and_accounts_follow_the_database(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://db/shilu")
    environment.setenv("SHILU_ACCOUNTS_URL", "postgresql://other/accounts")

    settings = Settings.read()

    assert settings.vault_url == "postgresql://db/shilu"
    assert settings.accounts_url == "postgresql://other/accounts"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SHILU_PORT", "eighty"),
        ("SHILU_PORT", "70000"),
        ("SHILU_BRANCH", "Main; drop"),
        ("SHILU_THREADS", "0"),
        ("SHILU_RATE_LIMIT", "-1"),
        ("SHILU_SECOND_FACTOR", "bosses"),
        ("SHILU_PROXIES", "-1"),
        ("SHILU_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_name(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)

    with pytest.raises(EnvError, match=name):
        Settings.read()


def test_a_child_process_reads_the_same_settings(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SHILU_PORT", "8123")
    first = Settings.read()

    for name, value in first.environment().items():
        environment.setenv(name, value)

    assert Settings.read() == first


def test_a_second_factor_is_asked_of_everybody_unless_the_operator_says_otherwise(
    environment: pytest.MonkeyPatch,
) -> None:
    assert Settings.read().second_factor_roles == {
        "agent",
        "supervisor",
        "upper_supervisor",
        "auditor",
        "administrator",
    }
    environment.setenv("SHILU_SECOND_FACTOR", "supervisor,auditor")
    assert Settings.read().second_factor_roles == {"supervisor", "auditor"}
    environment.setenv("SHILU_SECOND_FACTOR", "none")
    assert Settings.read().second_factor_roles == frozenset()


def test_the_companys_words_are_taken_one_by_one(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SHILU_OWN_WORDS", "永安, yongan ,")

    assert Settings.read().words_of_ours == ("永安", "yongan")


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("postgresql://shilu@db:5432/shilu", "postgresql://shilu:a%2Fb%40c@db:5432/shilu"),
        ("postgresql://shilu:own@db/shilu", "postgresql://shilu:own@db/shilu"),
        ("postgresql://db/shilu", "postgresql://db/shilu"),
        ("", ""),
    ],
)
def test_a_url_without_a_password_takes_the_one_in_the_file(
    environment: pytest.MonkeyPatch, tmp_path: Path, url: str, read: str
) -> None:
    (tmp_path / "password").write_text("a/b@c\n")
    environment.setenv("SHILU_DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
    environment.setenv("DATABASE_URL", url)

    settings = Settings.read()

    assert settings.database_url == settings.vault_url == settings.accounts_url == read


@pytest.mark.parametrize("content", [None, "", b"\xff"])
def test_a_password_file_that_says_nothing_is_refused_with_its_name(
    environment: pytest.MonkeyPatch, tmp_path: Path, content: str | bytes | None
) -> None:
    if content is not None:
        (tmp_path / "p").write_bytes(content.encode() if isinstance(content, str) else content)
    environment.setenv("SHILU_DATABASE_PASSWORD_FILE", str(tmp_path / "p"))
    environment.setenv("DATABASE_URL", "postgresql://shilu@db/shilu")

    with pytest.raises(EnvError, match="SHILU_DATABASE_PASSWORD_FILE"):
        Settings.read()
