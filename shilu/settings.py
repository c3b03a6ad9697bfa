"""What the environment may set. A leaf: imports nothing of ours; read by composition roots alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from environs import Env, EnvValidationError
from marshmallow.validate import OneOf, Range, Regexp

BRANCH_NAME = re.compile(r"^[a-z][a-z0-9_]{0,30}$")
ORIGIN = re.compile(r"^[^\s+/]+(/[^\s+/]+)*$")
ROLES = ("agent", "supervisor", "upper_supervisor", "auditor", "administrator")
SECOND_FACTOR = re.compile(rf"^(all|none|({'|'.join(ROLES)})(,({'|'.join(ROLES)}))*)$")
MAIL_URL = re.compile(r"^(|mailtos?://\S+)$")
ALLOWED = re.compile(r"^[0-9A-Za-z.:/, -]*$")
LOG_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every value that Shilu takes from outside, with its default."""

    data_dir: Path  # SHILU_DATA: all files of this installation
    host: str  # SHILU_HOST
    port: int  # SHILU_PORT
    branch: str  # SHILU_BRANCH: one branch, one log
    database_url: str  # DATABASE_URL: postgresql://…; empty = SQLite below data_dir
    database_password_file: str  # SHILU_DATABASE_PASSWORD_FILE: a URL without password takes it
    redis_url: str  # REDIS_URL: redis://…; empty = the SQLite broker
    vault_url: str  # SHILU_VAULT_URL: keys per person; empty = database_url, else a file
    accounts_url: str  # SHILU_ACCOUNTS_URL: credentials; empty = database_url, else a file
    master_key_file: Path  # SHILU_MASTER_KEY_FILE: wraps the keys per person; back it up apart
    master_key_command: str  # SHILU_MASTER_KEY_COMMAND: prints the master key instead of the file
    origin: str  # SHILU_ORIGIN: whose log it is, best a domain; the branch's name follows it
    signer_key_file: Path  # SHILU_SIGNER_KEY_FILE: signs the log; its memory stands beside it
    signer_socket: Path  # SHILU_SIGNER_SOCKET: where the signer listens
    witnesses_file: Path  # SHILU_WITNESSES_FILE: public keys of those who may cosign, one a line
    second_factor: str  # SHILU_SECOND_FACTOR: of whom one is asked: all, none, or roles with commas
    own_words: str  # SHILU_OWN_WORDS: with commas; no password may be made of them
    proxies: int  # SHILU_PROXIES: how many reverse proxies stand in front and set X-Forwarded-*
    threads: int  # SHILU_THREADS: of the web process
    rate_limit: int  # SHILU_RATE_LIMIT: requests a second of one person; 0 = as many as they like
    mail_url: str  # SHILU_MAIL_URL: mailtos://user:password@host:port?from=…; empty = no e-mail
    webhook_allow: str  # SHILU_WEBHOOK_ALLOW: own hosts and networks, as hooks.internal,10.0.0.0/8
    log_level: str  # SHILU_LOG_LEVEL

    @classmethod
    def read(cls) -> Settings:
        """Read the process environment.

        Raises environs.EnvValidationError on a value that can't be, also on a password file that
        can't be read or is empty.
        """
        env = Env(eager=False)
        data_dir = Path(env.str("SHILU_DATA", "./shilu-data") or "./shilu-data").absolute()
        password_file = env.str("SHILU_DATABASE_PASSWORD_FILE", "")
        fill = partial(_with_password, password_file)
        database_url = fill(env.str("DATABASE_URL", ""))
        settings = cls(
            data_dir=data_dir,
            host=env.str("SHILU_HOST", "127.0.0.1"),
            port=env.int("SHILU_PORT", 8000, validate=Range(1, 65535)),
            branch=env.str("SHILU_BRANCH", "main", validate=Regexp(BRANCH_NAME)),
            database_url=database_url,
            database_password_file=password_file,
            redis_url=env.str("REDIS_URL", ""),
            vault_url=fill(env.str("SHILU_VAULT_URL", "")) or database_url,
            accounts_url=fill(env.str("SHILU_ACCOUNTS_URL", "")) or database_url,
            master_key_file=_path(env, "SHILU_MASTER_KEY_FILE", data_dir / "master.key"),
            master_key_command=env.str("SHILU_MASTER_KEY_COMMAND", ""),
            origin=env.str("SHILU_ORIGIN", "shilu.local", validate=Regexp(ORIGIN)),
            signer_key_file=_path(env, "SHILU_SIGNER_KEY_FILE", data_dir / "signer.key"),
            signer_socket=_path(env, "SHILU_SIGNER_SOCKET", data_dir / "signer.sock"),
            witnesses_file=_path(env, "SHILU_WITNESSES_FILE", data_dir / "witnesses"),
            second_factor=env.str("SHILU_SECOND_FACTOR", "all", validate=Regexp(SECOND_FACTOR)),
            own_words=env.str("SHILU_OWN_WORDS", ""),
            proxies=env.int("SHILU_PROXIES", 0, validate=Range(0, 4)),
            threads=env.int("SHILU_THREADS", 16, validate=Range(1, 512)),
            rate_limit=env.int("SHILU_RATE_LIMIT", 50, validate=Range(0, 100_000)),
            mail_url=env.str("SHILU_MAIL_URL", "", validate=Regexp(MAIL_URL)),
            webhook_allow=env.str("SHILU_WEBHOOK_ALLOW", "", validate=Regexp(ALLOWED)),
            log_level=env.str("SHILU_LOG_LEVEL", "info", validate=OneOf(LOG_LEVELS)),
        )
        env.seal()
        return settings

    @property
    def log_origin(self) -> str:
        """The name of the branch's log, under which it is signed."""
        return f"{self.origin}/{self.branch}"

    def origin_of(self, branch: str) -> str:
        """Return the name of a branch's log, under which it is signed."""
        return f"{self.origin}/{branch}"

    @property
    def verifier_key_file(self) -> Path:
        """Where the signer writes its public key."""
        return self.data_dir / "signer.vkey"

    def verifier_key_of(self, branch: str) -> Path:
        """Return where the signer writes the public key of a branch's log."""
        first = self.verifier_key_file
        return first if branch == self.branch else first.with_name(f"signer.{branch}.vkey")

    def with_password(self, url: str) -> str:
        """Return a database's URL with the password of SHILU_DATABASE_PASSWORD_FILE, if it lacks one."""
        return _with_password(self.database_password_file, url)

    @property
    def second_factor_roles(self) -> frozenset[str]:
        """The roles of which a second factor is asked."""
        named = {"all": ROLES, "none": ()}.get(self.second_factor)
        return frozenset(self.second_factor.split(",") if named is None else named)

    @property
    def words_of_ours(self) -> tuple[str, ...]:
        """The words of the company that no password may be made of."""
        return tuple(word.strip() for word in self.own_words.split(",") if word.strip())

    def environment(self) -> Mapping[str, str]:
        """Return the variables that make another process read exactly these settings."""
        return {name: str(getattr(self, field)) for name, field in VARIABLES.items()}


VARIABLES: Mapping[str, str] = {
    "SHILU_DATA": "data_dir",
    "SHILU_HOST": "host",
    "SHILU_PORT": "port",
    "SHILU_BRANCH": "branch",
    "DATABASE_URL": "database_url",
    "SHILU_DATABASE_PASSWORD_FILE": "database_password_file",
    "REDIS_URL": "redis_url",
    "SHILU_VAULT_URL": "vault_url",
    "SHILU_ACCOUNTS_URL": "accounts_url",
    "SHILU_MASTER_KEY_FILE": "master_key_file",
    "SHILU_MASTER_KEY_COMMAND": "master_key_command",
    "SHILU_ORIGIN": "origin",
    "SHILU_SIGNER_KEY_FILE": "signer_key_file",
    "SHILU_SIGNER_SOCKET": "signer_socket",
    "SHILU_WITNESSES_FILE": "witnesses_file",
    "SHILU_SECOND_FACTOR": "second_factor",
    "SHILU_OWN_WORDS": "own_words",
    "SHILU_PROXIES": "proxies",
    "SHILU_THREADS": "threads",
    "SHILU_RATE_LIMIT": "rate_limit",
    "SHILU_MAIL_URL": "mail_url",
    "SHILU_WEBHOOK_ALLOW": "webhook_allow",
    "SHILU_LOG_LEVEL": "log_level",
}


def _path(env: Env, name: str, default: Path) -> Path:
    given = env.str(name, "")
    return Path(given).absolute() if given else default


def _with_password(path: str, url: str) -> str:
    """Return the URL with the file's password, if it names a user and no password of its own."""
    parts = urlsplit(url)
    if not path or not parts.username or parts.password is not None:
        return url
    name = "SHILU_DATABASE_PASSWORD_FILE"
    try:
        password = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as problem:
        raise EnvValidationError(f"{name}: {path} cannot be read: {problem}", [name]) from problem
    if not password:
        raise EnvValidationError(f"{name}: {path} is empty", [name])
    user, at, place = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}{at}{place}").geturl()
